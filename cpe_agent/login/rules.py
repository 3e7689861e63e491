"""When a login may be tried at all. Testing too often locks the account: the test would make the fault.

One run sends one login: it stops at the first verdict and never tries another method with the same pair. Between runs:
half a minute after a refusal, three in ten minutes for one user name on one interface, and never while a session of
this home is up. ``--yes`` overrides these; a state that cannot be read does not block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

AFTER_REJECT_S = 30
WINDOW_S = 600  # concentrators lock out for minutes, and ten is also how long an older failure counts elsewhere
MOST_IN_WINDOW = 3


class Attempt(NamedTuple):
    """One login that was sent. ``who`` is a keyed hash of interface and user name; ``at`` seconds since 1970."""

    who: str
    at: float
    rejected: bool


class Objection(NamedTuple):
    """``key`` of the sentence, and the seconds until it falls away."""

    key: str
    wait_s: int


def age_s(attempt: Attempt, now: float) -> float:
    """An attempt of the future, after the clock was set back, counts as one of just now."""
    return max(0.0, now - attempt.at)


def objection(attempts: Iterable[Attempt], who: str, now: float) -> Objection | None:
    """Why this user name may not be tried on this interface yet."""
    ages = sorted((age_s(a, now), a.rejected) for a in attempts if a.who == who and age_s(a, now) < WINDOW_S)
    if len(ages) >= MOST_IN_WINDOW:
        return Objection("rules.too-many", round(WINDOW_S - ages[MOST_IN_WINDOW - 1][0] + 0.5))
    since = min((age for age, rejected in ages if rejected), default=float(AFTER_REJECT_S))
    return Objection("rules.too-soon", round(AFTER_REJECT_S - since + 0.5)) if since < AFTER_REJECT_S else None


def rejected_lately(attempts: Iterable[Attempt], now: float) -> bool:
    """Was any login from this computer refused in the window? A lock-out goes by hardware address as well as name."""
    return any(a.rejected and age_s(a, now) < WINDOW_S for a in attempts)
