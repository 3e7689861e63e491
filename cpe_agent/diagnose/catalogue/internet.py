"""Faults that show first between the provider's edge and the Internet."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, asked, out
from cpe_agent.facts import Family

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="isp-routing-blackhole",
        number=103,
        breaks=Rung.INTERNET,
        family=Family.V4,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # The provider's first router answers, three independent networks behind it do not.
        contrast=out.v4_networks.is_(0) & out.provider_hop & ~out.stopped_here,
        veto=known(address.vpn_takes_default) | known(asked.SECOND_DEVICE.is_("works")),
        test="ask-second-device",
        source="RFC 1812 5.3.1: a router that forwards answers an expired TTL",
        seen_with="Linux kernel (lab)",
    ),
)
