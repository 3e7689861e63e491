"""Our own DHCP question on the wire."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from cpe_agent.diagnose.predicate import reading
from cpe_agent.facts import Addressing, Dhcp, Family, Interfaces


@reading("dhcp.offers", Dhcp)
def dhcp_offers(d: Dhcp) -> int | None:
    """Servers that offered this computer an address when we asked."""
    return None if d.denied or not d.discovers_sent else len({o.server for o in d.offers if not o.nak})


@reading("dhcp.unanswered", Dhcp)
def dhcp_unanswered(d: Dhcp) -> bool | None:
    """We asked for an address at least twice on a live link and nobody offered one."""
    return None if d.denied or d.discovers_sent < 2 else not any(not o.nak for o in d.offers)


@reading("dhcp.offers_another_network", Dhcp, Addressing, Interfaces)
def offers_another_network(d: Dhcp, a: Addressing, i: Interfaces) -> bool | None:
    """The addresses offered to this computer lie in a network that its present address is not in."""
    own = [x.address for x in a.addresses if x.nic == i.uplink and x.family is Family.V4]
    try:
        offered = [
            ip_network(f"{o.address}/{o.prefix_len}", strict=False)
            for o in d.offers
            if not o.nak and o.prefix_len is not None
        ]
        return not any(ip_address(x) in net for net in offered for x in own) if own and offered else None
    except ValueError:
        return None  # a server may write anything


@reading("dhcp.routers_offered", Dhcp)
def routers_offered(d: Dhcp) -> int | None:
    """Different routers that the servers which answered told this computer to use."""
    if d.denied or not d.discovers_sent:
        return None
    return len({o.router for o in d.offers if not o.nak and o.router is not None})
