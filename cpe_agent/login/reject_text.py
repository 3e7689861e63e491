"""What the login server's own words name. The code of the packet has already said that it is a refusal."""

from __future__ import annotations

import re

from cpe_agent.host.reject_text import RESTRICTED_CODES, reject_reason

FAULTS = {
    "rejected": "credentials-rejected",
    "bad_password": "credentials-wrong-password",
    "unknown_realm": "credentials-wrong-realm",
    "session_limit": "account-session-limit",
    "restricted": "account-suspended",
    "line_binding": "account-line-binding-mismatch",
}
"""``reject_reason`` -> fault."""
PARENT = FAULTS["rejected"]

_SERVER_SILENT = re.compile(r"(radius|aaa|auth\w* server).{0,40}(time.?out|timed out|no response|not respond|unreach)")


def refusal(text: str | None, error: int | None = None) -> str:
    """The fault that a refusal names; ``PARENT`` when it names none. ``error``: MS-CHAP's number (RFC 2759, 6), of
    which 691 and 709 name nothing."""
    return FAULTS["restricted" if error in RESTRICTED_CODES else reject_reason(text or "")]


def server_was_silent(text: str | None) -> bool:
    """Does the concentrator say that its login server gave no answer?"""
    return _SERVER_SILENT.search((text or "").lower()) is not None


def no_service(text: str | None) -> bool:
    """Does a hang-up after an accepted login say that the account has no service?"""
    return re.search(r"\bno\b.{0,12}\b(service|profile|policy)|not provisioned", (text or "").lower()) is not None
