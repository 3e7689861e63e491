"""Faults that show first on the link: adapter, cable, Wi-Fi."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import link

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="nic-disabled",
        number=1,
        breaks=Rung.LINK,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # No bypass is needed: no packet can leave while every adapter is switched off.
        direct=link.any_admin_up.is_(False),
        test="switch-adapter-on",
        source="ifOperStatus/ifAdminStatus, RFC 2863; IFF_UP of the Linux link flags (rtnetlink(7))",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="lan-cable-unplugged",
        number=27,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=link.wired & link.admin_up & link.carrier.is_(False) & link.any_carrier.is_(False),
        test="swap-lan-cable",
        separate_from={"router-power-off": "look-at-router-lamps"},
        source="carrier of the interface: IFF_RUNNING, RFC 2863 ifOperStatus lowerLayerDown",
        seen_with="Linux kernel (lab)",
    ),
)
