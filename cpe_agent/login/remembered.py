"""What a later run may know of a login test: one word, and what the login looked like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.login.address_control import Address
from cpe_agent.login.ending import Outcome
from cpe_agent.login.outcome import word_of_the_provider
from cpe_agent.login.reject_text import FAULTS
from cpe_agent.login.shape import classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.login.outcome import Verdict
    from cpe_agent.login.secret import Secret

_OF_FAULT = {
    **{fault: word for word, fault in FAULTS.items()},
    "account-not-provisioned": "no_service",
    "access-no-pado": "no_answer",
    "isp-aaa-down": "auth_silent",
    "isp-bras-overloaded": "server_busy",
}
REFUSALS = ("rejected", "bad_password", "unknown_realm")
"""Refusals that the way the login was typed could explain."""


def word_of(verdict: Verdict, *, any_method: bool) -> str | None:
    """A word of ``dial.meaning`` for how it ended; None when a later run must not conclude anything from it: a
    stranger's word, a call from behind a router, a login that was never tried. ``any_method``: we were free to agree
    to every method we know."""
    if verdict.fault is not None:
        return _OF_FAULT[verdict.fault]
    if verdict.suspects[:1] == ("account-auth-lockout",) and verdict.seen.rejected_before:
        return "no_answer" if verdict.outcome is Outcome.NO_PADO else "server_busy"
    if not word_of_the_provider(verdict.seen):
        return None
    match verdict.outcome:
        case Outcome.ACCEPTED:
            good = verdict.seen.address in (Address.GIVEN, Address.SIX_ONLY)
            return "accepted" if good else "no_address"
        case Outcome.AUTH_METHOD_REFUSED if any_method and verdict.seen.why == "method.other":
            return "method_refused"
        case Outcome.TERMINATED if verdict.seen.sent and verdict.seen.why is None:
            return "hang_up"
    return None


def shape_of(word: str, user: str, secret: Secret, realms: Sequence[str]) -> tuple[str, ...]:
    """Looked at only after a refusal that it could explain: a secret is not read without need."""
    if word not in REFUSALS:
        return ()
    return classes(user, secret.reveal().decode("utf-8", "replace"), realms)
