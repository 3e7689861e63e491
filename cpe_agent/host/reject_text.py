"""What a login server's own words in a reject say, as one of our words (``dial.meaning`` in docs/facts.md).

The code decides that it is a reject (RFC 1334 Nak, RFC 1994 Failure); the text only refines it, and it is written by
hundreds of different servers. So a finer word is given only where the text can hardly mean anything else: some servers
send "Login incorrect" for every refusal. The text itself goes no further than this.
"""

from __future__ import annotations

import re

_MOST = 256
# What may be the customer's own name in it: in quotes or brackets, or with a realm.
_NAMES = re.compile(r"\"[^\"]*\"|'[^']*'|\[[^\]]*\]|<[^>]*>|\S*[@\\]\S*")
_CODE = re.compile(r"\bE=(\d{3})\b")  # RFC 2759, 6
RESTRICTED_CODES = (646, 647, 648, 649)  # hours, disabled, password expired, no dial-in right

_WRONG = "(bad|wrong|invalid|incorrect)"
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    # In this order: a text about a second session or a closed account may speak of the password as well.
    (
        "session_limit",
        re.compile(
            r"simultaneous|\balready (logged|connected|online|in use|active)|user restriction"
            r"|\b(max|maximum|too many|multiple|concurrent)\b.{0,24}\b(session|login|logon|connection|user)s?\b"
            r"|\b(session|login|connection)s? (limit|count|number)"
        ),
    ),
    (
        "restricted",
        re.compile(
            r"\b(disabled|expired|suspended|unpaid|overdue|non-?payment|deactivated|inactive|barred)\b"
            r"|\baccount (is )?blocked\b|\bnot (active|activated)\b"
        ),
    ),
    (
        "line_binding",
        re.compile(
            r"\bbinding\b|\bwrong (port|line|circuit)\b|\bnot bound\b"
            r"|\b(port|circuit|mac|line|vlan|calling.?station)\b.{0,24}"
            r"\b(bind|bound|mismatch|not match|not allowed|does ?n[o']t match)"
        ),
    ),
    (
        "unknown_realm",
        re.compile(
            r"\b(unknown|no such|invalid|unrecogni[sz]ed|wrong|bad)\b.{0,12}\b(realm|domain)\b"
            r"|\b(realm|domain) (is )?(unknown|not found|invalid)"
        ),
    ),
    (
        "bad_password",
        re.compile(
            rf"\b{_WRONG}\b.{{0,12}}\bpassword\b"
            rf"|\bpassword\b.{{0,12}}\b({_WRONG}|mismatch|does not match|not match)\b"
            r"|\bresponse does not match\b"
        ),
    ),
)
_NAME_TOO = re.compile(r"\b(user|username|login|name|account)\b")


def reject_reason(text: str) -> str:
    """session_limit | restricted | line_binding | unknown_realm | bad_password, or ``rejected`` when the text says no
    more than that. A text that names user and password together says no more."""
    text = text[:_MOST]
    code = _CODE.search(text)
    if code and int(code[1]) in RESTRICTED_CODES:
        return "restricted"
    text = _NAMES.sub(" ", text).lower()
    found = next((reason for reason, sign in _SIGNS if sign.search(text)), "rejected")
    return "rejected" if found == "bad_password" and _NAME_TOO.search(text) else found
