"""Our own DHCP question on the wire."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.address import address_kind
from cpe_agent.facts import Dhcp


@reading("dhcp.offers", Dhcp)
def dhcp_offers(d: Dhcp) -> int | None:
    """Servers that offered this computer an address when we asked."""
    return None if d.denied or not d.discovers_sent else len({o.server for o in d.offers if not o.nak})


@reading("dhcp.unanswered", Dhcp)
def dhcp_unanswered(d: Dhcp) -> bool | None:
    """We asked for an address at least twice on a live link and nobody offered one."""
    return None if d.denied or d.discovers_sent < 2 else not any(not o.nak for o in d.offers)


@reading("dhcp.refused", Dhcp)
def dhcp_refused(d: Dhcp) -> bool | None:
    """A server answered our question with a refusal."""
    return None if d.denied or not d.discovers_sent else any(o.nak for o in d.offers)


@reading("dhcp.offers_from_outside", Dhcp)
def offers_from_outside(d: Dhcp) -> bool | None:
    """A server on the home network offered a public or carrier-grade NAT address: the provider's own is heard there."""
    if d.denied or not d.discovers_sent:
        return None
    return any(address_kind(o.address) in ("public", "cgnat") for o in d.offers if not o.nak)
