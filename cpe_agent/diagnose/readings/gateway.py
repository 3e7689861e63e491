"""The router as seen from the home network."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.facts import Failure, Family, Gateway, GatewayLook, Interfaces, Neighbours

ALIVE_BY_TCP = (None, Failure.REFUSED, Failure.RESET)


def look_alive(g: GatewayLook) -> bool | None:
    """Any sign of life counts: an echo, any TCP answer (a reset too), a DNS answer, an unreachable of its own.
    None: nothing could be asked. A stale neighbour entry says nothing; a failed one does."""
    if g.echo is not None and g.echo.received > 0:
        return True
    for c in g.tcp:
        if c.ok or c.failure in ALIVE_BY_TCP[1:] or c.failure_from == g.address:
            return True
    if g.dns is not None and (g.dns.ok or g.dns.failure not in (None, *SILENT)):
        return True
    probes = [g.echo.failure if g.echo is not None else None, *(c.failure for c in g.tcp)]
    if Failure.NOT_PERMITTED in (*probes, g.dns.failure if g.dns is not None else None):
        return None  # this computer's own filter: a kernel that forbids datagrams drops the TCP ones in silence
    asked = (g.echo is not None and not g.echo.denied) or bool(g.tcp)
    return False if asked else None


SILENT = (
    Failure.TIMED_OUT,
    Failure.HOST_UNREACHABLE,
    Failure.NET_UNREACHABLE,
    Failure.NO_ROUTE,
    Failure.NOT_PERMITTED,
    Failure.ADDRESS_UNUSABLE,
)


@reading("gateway.exists", Gateway)
def exists(g: Gateway) -> bool:
    """A default gateway is configured on a physical adapter."""
    return bool(g.gateways)


@reading("gateway.alive", Gateway)
def alive(g: Gateway) -> bool | None:
    """At least one default gateway answers anything at all, or forwards what we send."""
    states = [look_alive(x) for x in g.gateways]
    if any(states):
        return True
    return False if states and all(s is False for s in states) else None


@reading("gateway.alive_v4", Gateway, Interfaces)
def alive_v4(g: Gateway, i: Interfaces) -> bool | None:
    """An IPv4 gateway on the way that this computer takes answers anything at all: neither a box that answers IPv6
    only nor one on a second adapter is that way out."""
    v4 = [x for x in g.gateways if x.family is Family.V4]
    states = [look_alive(x) for x in [x for x in v4 if x.nic == i.uplink] or v4]
    if any(states):
        return True
    return False if states and all(s is False for s in states) else None


@reading("gateway.answers_arp", Gateway)
def answers_arp(g: Gateway) -> bool | None:
    """The gateway's hardware address is known and fresh."""
    states = {x.neighbour_state for x in g.gateways}
    if "reachable" in states:
        return True
    if states and states <= {"failed", "incomplete"}:
        return False
    return None


@reading("gateway.in_subnet", Gateway)
def in_subnet(g: Gateway) -> bool | None:
    """The gateway's address lies in a network of this computer."""
    known = [x.in_subnet for x in g.gateways if x.in_subnet is not None]
    return any(known) if known else None


@reading("gateway.dns", Gateway)
def dns(g: Gateway) -> str | None:
    """What the gateway's own DNS service said: ok, silent, or the failure."""
    answers = [x.dns for x in g.gateways if x.dns is not None]
    if not answers:
        return None
    if any(a.ok for a in answers):
        return "ok"
    return "silent" if answers[0].failure in SILENT else str(answers[0].failure)


@reading("gateway.stations", Gateway)
def stations(g: Gateway) -> int | None:
    """How many different stations answered for the gateway's address."""
    counts = [x.macs_seen for x in g.gateways if x.macs_seen is not None]
    return max(counts) if counts else None


@reading("neighbours.alive", Neighbours)
def neighbours_alive(n: Neighbours) -> int | None:
    """Other devices of the home network that gave a sign of life in this run."""
    return len(n.alive) if n.asked else None


@reading("neighbours.own_address_taken", Neighbours)
def own_address_taken(n: Neighbours) -> bool | None:
    """Another station answers for this computer's own address."""
    return n.duplicate_own_address


PHONE_GATEWAYS = frozenset({"172.20.10.1", "192.168.43.1", "192.168.49.1", "192.168.137.1"})
"""What telephones (iOS, Android) and Windows give themselves when they share their own connection."""


@reading("gateway.is_a_phone", Gateway)
def is_a_phone(g: Gateway) -> bool | None:
    """The gateway has the address that telephones and computers take when they share their own connection."""
    addresses = {x.address for x in g.gateways if x.family is Family.V4}
    return bool(addresses & PHONE_GATEWAYS) if addresses else None
