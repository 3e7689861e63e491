"""Finer questions to the literal addresses: bound probes, new flows, IPv6."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.link import carriers_of
from cpe_agent.facts import Addressing, Failure, Family, Gateway, Interfaces, Reach

FLOW_PROTOCOLS = ("tcp", "udp")
NOT_PUBLIC = ("fc", "fd", "fe8", "fe9", "fea", "feb")  # unique local and link-local IPv6


@reading("reach.bound_tested", Reach)
def bound_tested(r: Reach) -> bool:
    """The way out was also tried on the physical adapter itself, past tunnels and second routes."""
    return bool(r.bound)


@reading("reach.new_flows_failing_percent", Reach)
def new_flows_failing_percent(r: Reach) -> int | None:
    """Of the networks that answer echoes, the share of new TCP and UDP flows to them that nobody answered. Zero when
    only one of the two protocols suffers: that is a filter, not a full table."""
    probes = [p for p in (r.bound or r.probes) if p.family is Family.V4 and not p.denied]
    alive = {p.network for p in probes if p.protocol == "icmp" and p.answered}
    flows = [p for p in probes if p.network in alive and p.protocol in FLOW_PROTOCOLS]
    lost = [p for p in flows if not p.answered and p.failure is Failure.TIMED_OUT]
    if not flows:
        return None
    if {p.protocol for p in lost} != set(FLOW_PROTOCOLS):
        return 0
    return round(100 * len(lost) / len(flows))


@reading("address.v6_public", Addressing, Interfaces)
def v6_public(a: Addressing, i: Interfaces) -> bool:
    """A global IPv6 address other than a unique local one (fc00::/7, RFC 4193) stands on a physical adapter."""
    carriers = carriers_of(i)
    own = [x for x in a.addresses if x.family is Family.V6 and x.nic in carriers and x.scope == "global"]
    return any(not x.address.lower().startswith(NOT_PUBLIC) and not x.tentative for x in own)


@reading("reach.router_has_no_v6_way", Reach, Gateway, Addressing)
def router_has_no_v6_way(r: Reach, g: Gateway, a: Addressing) -> bool | None:
    """The home router itself, by its link-local or its own global address, answered that it knows no way out for IPv6
    (ICMPv6 type 1 code 0, RFC 4443)."""
    probes = [p for p in (r.bound or r.probes) if p.family is Family.V6 and not p.denied]
    if not probes:
        return None
    gateways = {x.address.partition("%")[0] for x in g.gateways if x.family is Family.V6}
    own = [x for x in a.addresses if x.family is Family.V6 and x.scope == "global"]
    nets = [ip_network(f"{x.address}/{x.prefix_len}", strict=False) for x in own]
    for probe in probes:
        if probe.failure is not Failure.NET_UNREACHABLE or probe.failure_from is None:
            continue
        sender = probe.failure_from.partition("%")[0]
        if sender in gateways or any(ip_address(sender) in net for net in nets):
            return True
    return False
