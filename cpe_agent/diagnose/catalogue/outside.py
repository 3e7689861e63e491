"""Complaints that no Internet provider can help with, on a line that works."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import asked, web

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="outside-our-field",
        number=120,
        breaks=Rung.SITE,
        owner=Owner.NONE,
        acts=Acts.NOBODY,
        effect=Effect.ADVISES,
        direct=asked.TROUBLE.one_of("sound", "virus", "printer", "email-program", "reinstall", "other-device")
        & web.system_ok,
        test="ask-what-is-missing",
        source="the customer's own word",
    ),
)
