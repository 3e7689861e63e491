"""Faults that show first in web pages."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import proxy

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="proxy-dead",
        number=10,
        breaks=Rung.WEB,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        contrast=proxy.mode.is_("manual") & proxy.answers.is_(False) & proxy.direct_ok,
        symptom=proxy.mode.is_("manual") & proxy.answers.is_(False),
        test="switch-proxy-off",
        source="a proxy that is set and does not accept TCP (RFC 9110 7.3)",
        seen_with="Linux kernel (lab)",
    ),
)
