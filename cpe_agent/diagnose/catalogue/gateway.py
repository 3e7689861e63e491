"""Faults that show first at the router itself."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, asked, gateway, link, wire

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="router-hung",
        number=50,
        breaks=Rung.GATEWAY,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Not even ARP is answered although the wire has a signal and the address is not one that was typed in.
        direct=link.carrier
        & address.v4_usable
        & gateway.alive.is_(False)
        & (gateway.answers_arp.is_(False) | gateway.answers_arp.is_(True))
        & (address.v4_origin.is_("dhcp") | asked.SECOND_DEVICE.is_("fails")),
        symptom=link.carrier & address.v4_usable & gateway.alive.is_(False),
        veto=known(gateway.in_subnet.is_(False)) | known(wire.dhcp_offers.at_least(1)),
        test="power-cycle-router",
        separate_from={"static-ip-wrong": "set-address-automatic"},
        before_action=("power-cycle-recorded",),
        source="RFC 826 ARP: a live station answers for its own address",
        seen_with="Linux kernel (lab)",
    ),
)
