"""Faults that show first in names."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import dns, out

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="isp-dns-down",
        number=98,
        breaks=Rung.DNS,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        contrast=dns.provider.is_("silent")
        & dns.configured_state.one_of("silent", "servfail")
        & out.v4_networks.at_least(1),
        test="ask-provider-resolver",
        source="RFC 1035 4.2: a server answers every question it gets",
        seen_with="dnsmasq (lab)",
    ),
)
