"""Faults that show first when plain web pages are answered by somebody else."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import web

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="captive-portal-login",
        number=93,
        breaks=Rung.OPEN,
        owner=Owner.ACCOUNT,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=web.intercepted & ~web.redirected_to_isp,
        test="open-a-plain-page",
        source="RFC 8910; RFC 6585 status 511; the well-known checks of browsers and systems",
    ),
)
