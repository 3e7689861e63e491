"""Faults that show first on the access line."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Dispatch, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import router

JUST_STARTED_S = 180  # a DSL modem trains for up to three minutes after power-on; no sync is normal then

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="access-no-sync",
        number=68,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=router.physical_link.is_("down") & ~router.access_type.is_("ethernet"),
        rules_out=router.auth_verdict,
        veto=known(router.uptime_s.below(JUST_STARTED_S)),
        test="look-at-line-lamp",
        separate_from={"home-line-wiring-fault": "test-at-first-socket"},
        before_action=("nte-test", "area-outage-feed"),
        dispatch=Dispatch.AFTER,
        source="UPnP WANCommonInterfaceConfig:1 PhysicalLinkStatus",
    ),
)
