"""How a login test can end, and the words that its parts share."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What the test saw. What it means is ``outcome.verdict_of``."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NO_PADO = "no-pado"
    NO_PADS = "no-pads"
    PADS_ERROR = "pads-error"
    LCP_FAILED = "lcp-failed"
    AUTH_TIMEOUT = "auth-timeout"
    AUTH_METHOD_REFUSED = "auth-method-refused"
    NO_AUTH_REQUIRED = "no-auth-required"
    TERMINATED = "terminated"
    NOT_PERMITTED = "not-permitted"
    REFUSED_BY_RULES = "refused-by-rules"


class Over(Exception):
    """Ends the sequence. ``text``: the far end's own words, as bytes from the wire. ``why``: the key of a sentence of
    ours (words/en/login.py)."""

    def __init__(self, outcome: Outcome, *, text: bytes | None = None, why: str | None = None) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.text = text
        self.why = why
