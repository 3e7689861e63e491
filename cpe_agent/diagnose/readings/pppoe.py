"""Our own PPPoE call on the wire (RFC 2516). From behind a router it is void: whatever came back says nothing."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.facts import Failure, Pppoe

ENOUGH_CALLS = 3  # one call or its answer may be lost


@reading("pppoe.answer", Pppoe)
def answer(p: Pppoe) -> str | None:
    """Who answered our PPPoE call at the modem: listed (a concentrator of the provider's list), unlisted (one, and
    there is no list), foreign (none of the list), garbled, silent. Unknown behind a router."""
    if p.behind_gateway is not False or not p.calls_sent:
        return None
    known = [c.known for c in p.concentrators]
    if known:
        return "listed" if True in known else "unlisted" if None in known else "foreign"
    if p.failure is Failure.GARBAGE:
        return "garbled"
    return "silent" if p.calls_sent >= ENOUGH_CALLS else None


@reading("pppoe.heard", Pppoe, optional=(Pppoe,))
def heard(p: Pppoe | None) -> bool:
    """A concentrator answered our call at the modem, so the line carries frames both ways and no router stands between;
    a call that was never made counts as none heard."""
    return p is not None and p.behind_gateway is False and bool(p.concentrators)
