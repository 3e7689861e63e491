"""What the login server's own words name. The code of the packet has already said that it is a refusal."""

from __future__ import annotations

import re

PARENT = "credentials-rejected"

_SERVER_SILENT = re.compile(r"(radius|aaa|auth\w* server).{0,40}(time.?out|timed out|no response|not respond|unreach)")

# In this order: a text about a second session or a closed account may speak of the password as well.
_CLASSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "account-session-limit",
        re.compile(
            r"\balready\b.{0,40}(logged|log.?in|connect|online|session|in use)|simultaneous.?use|multiple log.?ins?"
            r"|(max|maximum|too many)\b.{0,30}(session|log.?in|connection|user)|session.{0,20}(limit|exceed)"
            r"|user restriction"
        ),
    ),
    (
        "account-suspended",
        re.compile(r"disabled|suspend|expired|unpaid|overdue|\bblocked\b|\bbarred\b|deactivat|not (active|activated)"),
    ),
    (
        "account-line-binding-mismatch",
        re.compile(
            r"\b(nas.?port|port|circuit|mac|line|vlan|calling.?station|binding)\b.{0,40}"
            r"(mismatch|not match|does ?n[o']t match|wrong|not allowed|invalid|different|not bound|unbound)"
            r"|binding (check|error|fail)|not bound|wrong (port|line|circuit)"
        ),
    ),
    (
        "credentials-wrong-realm",
        re.compile(
            r"(unknown|invalid|no such|wrong|bad)\s+(realm|domain)|(realm|domain)\b.{0,20}(unknown|not found|invalid)"
        ),
    ),
    (
        "credentials-wrong-password",
        re.compile(
            r"(wrong|incorrect|invalid|bad|mismatch\w*)\s+(password|passwd|secret)"
            r"|(password|passwd|secret)\b.{0,30}(wrong|incorrect|invalid|mismatch|not match|does ?n[o']t match|fail)"
            r"|(does|do|did) not match"
        ),
    ),
)  # fmt: skip
_NAMES_BOTH = re.compile(
    r"\b(user|username|user.?name|login|account)\b.{0,12}(\bor\b|\band\b|/|&).{0,12}(password|passwd)"
)

MS_CHAP_ERRORS = {
    646: "account-suspended",
    647: "account-suspended",
    648: "account-suspended",
    649: "account-suspended",
}
"""RFC 2759, 6: restricted hours, disabled, password expired, no right to dial in. 691 and 709 name nothing."""


def refusal(text: str | None, error: int | None = None) -> str:
    """The fault that a refusal names. ``credentials-rejected`` when it names none: also for "Login incorrect", which
    pppd writes for every refusal of PAP, unknown user names too, and for a text that leaves name or password open."""
    if error in MS_CHAP_ERRORS:
        return MS_CHAP_ERRORS[error]
    low = (text or "").lower()
    for fault, words in _CLASSES:
        if words.search(low) and not (fault == "credentials-wrong-password" and _NAMES_BOTH.search(low)):
            return fault
    return PARENT


def server_was_silent(text: str | None) -> bool:
    """Does the concentrator say that its login server gave no answer?"""
    return _SERVER_SILENT.search((text or "").lower()) is not None


def no_service(text: str | None) -> bool:
    """Does a hang-up after an accepted login say that the account has no service?"""
    return re.search(r"\bno\b.{0,12}\b(service|profile|policy)|not provisioned", (text or "").lower()) is not None
