"""The receipt: a short code for "it is not at your home", that any later representative can check at the desk.

The code is of the report's bytes and says no more than that this report was made; the desk tells what it says.
``cleared`` decides who gets one: only where the customer's side was measured to be well and nothing on it can look the
same. docs/receipt.md has the reasons.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cpe_agent.crockford import spelled, values

if TYPE_CHECKING:
    from cpe_agent.report import Report

CHARACTERS = 12
_BITS = CHARACTERS * 5
CUSTOMERS_SIDE = ("device", "home", "cpe")

CLEARING = frozenset(
    {
        "account-not-provisioned",
        "international-path-down",
        "isp-bras-overloaded",
        "isp-core-congestion",
        "isp-dns-down",
        "isp-dns-refused",
        "isp-dns-rewriting",
        "isp-dns-servfail",
        "isp-dns-slow",
        "isp-ip-pool-exhausted",
        "isp-ipv6-broken",
        "isp-routing-blackhole",
        "remote-dns-broken",
        "remote-site-down",
        "remote-tls-fault",
        "transit-loss",
    }
)
"""Something beyond the line said so itself, or answered while what lies behind it did not. Not here, and for a reason:
a login that is refused or met with silence (the name or the password may be a typing slip, a full lock-out the end of
many), a paused account (a bill may be open), a far end that does not answer the call (a router set to another VLAN or
way of connecting hears nothing either), ports and large packets that vanish (a router can do that too)."""
CLEARING_AT_FIRST_SOCKET = frozenset({"access-line-errors", "access-no-sync"})
"""The home's own wire, or its plug pulled out, gives the same picture: only with the router at the first socket, and
nothing else plugged in, is it the line's."""


def receipt_code(report: bytes) -> str:
    """``"4F7K-2Q9X-0ABC"``: the first 60 bits of the hash of the report's canonical bytes, in Crockford's base 32."""
    digest = hashlib.sha256(b"cpe-agent receipt\n" + report).digest()
    value = int.from_bytes(digest, "big") >> (len(digest) * 8 - _BITS)
    return _grouped(spelled([value >> shift & 31 for shift in range(_BITS - 5, -1, -5)]))


def read_receipt_code(text: str) -> str | None:
    """A code as somebody typed it, in the form in which it was given out; None for what can be none. There is no check
    character: sixty bits are one, because a slip meets another report's code once in 10^12 even among a million."""
    read = values("".join(c for c in text if not c.isspace() and c not in "-."))
    return None if read is None or len(read) != CHARACTERS else _grouped(spelled(read))


def _grouped(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, CHARACTERS, 4))


def cleared(report: Report) -> bool:
    """Does this report clear the customer's side of the fault that it names? Never without proof, never while as much
    as a suspicion of that side stands beside, and never on the customer's own word alone."""
    d = report.diagnosis
    root = next((f for f in d.findings if f.standing == "root" and f.fault == d.fault), None)
    if d.verdict != "fault" or root is None or root.grade not in ("direct", "contrast") or root.stated:
        return False
    if root.acts == "customer" or any(d.segments.get(s) in ("broken", "degraded") for s in CUSTOMERS_SIDE):
        return False
    if any(f.owner in CUSTOMERS_SIDE and f.standing in ("root", "explained") for f in d.findings):
        return False
    return root.fault in CLEARING or (root.fault in CLEARING_AT_FIRST_SOCKET and _tried_at_first_socket(report))


def _tried_at_first_socket(report: Report) -> bool:
    from cpe_agent.next_step import content

    given = content(report, "answers").get("given")
    return isinstance(given, dict) and given.get("first-socket") == "fails"
