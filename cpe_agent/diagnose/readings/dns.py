"""Names: what each resolver said."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from cpe_agent.diagnose.predicate import reading
from cpe_agent.facts import Addressing, Dns, DnsAnswer, DnsServer, Failure, Family, Gateway, Origin, Reach

SILENT = (Failure.TIMED_OUT, Failure.HOST_UNREACHABLE, Failure.NET_UNREACHABLE, Failure.NO_ROUTE)
WORD = {Failure.SERVFAIL: "servfail", Failure.DNS_REFUSED: "refused", Failure.NXDOMAIN: "nxdomain"}


PUBLIC = frozenset(
    (
        *("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "149.112.112.112"),
        *("208.67.222.222", "208.67.220.220", "94.140.14.14", "94.140.15.15"),
        *("2606:4700:4700::1111", "2606:4700:4700::1001", "2001:4860:4860::8888", "2001:4860:4860::8844"),
        *("2620:fe::fe", "2620:fe::9"),
    )
)
"""Well-known public resolvers: a router that hands one out has not thereby made it the provider's."""

_HOME = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")))


def _asked(server: DnsServer) -> list[DnsAnswer]:
    """Without the questions that never left this computer: they say nothing about the resolver."""
    return [a for a in server.answers if a.failure is not Failure.NOT_PERMITTED]


def _known(server: DnsServer) -> list[DnsAnswer]:
    """Plain answers about a name that exists: what the resolver does, whatever way this computer is set to ask it."""
    return [a for a in _asked(server) if a.kind == "known" and a.transport != "dot"]


def _over_tls(server: DnsServer) -> list[DnsAnswer]:
    return [a for a in _asked(server) if a.kind == "known" and a.transport == "dot"]


def _as_set(server: DnsServer) -> list[DnsAnswer]:
    """Those that this computer gets: a resolver that must be asked encrypted is judged by those alone."""
    return (_over_tls(server) if server.encrypted == "strict" else []) or _known(server)


def state_of(server: DnsServer) -> str | None:
    """ok | silent | servfail | refused | nxdomain | port_closed | other: the best this server did for a known name."""
    return _state(_known(server))


def _state(answers: list[DnsAnswer]) -> str | None:
    if not answers:
        return None
    if any(a.ok and a.addresses for a in answers):
        return "ok"
    for failure in (Failure.SERVFAIL, Failure.DNS_REFUSED, Failure.NXDOMAIN):
        if any(a.failure is failure for a in answers):
            return WORD[failure]
    if any(a.failure is Failure.PORT_UNREACHABLE or a.failure is Failure.REFUSED for a in answers):
        return "port_closed"
    return "silent" if all(a.failure in SILENT for a in answers) else "other"


def _best(servers: list[DnsServer]) -> str | None:
    return _best_of([state_of(s) for s in servers])


def _best_of(found: list[str | None]) -> str | None:
    states = [s for s in found if s is not None]
    if not states:
        return None
    order = ("ok", "servfail", "refused", "nxdomain", "other", "port_closed", "silent")
    return min(states, key=order.index)


def configured(d: Dns) -> list[DnsServer]:
    return [s for s in d.servers if s.role == "configured"]


HANDED_OUT = (Origin.DHCP, Origin.PPP, Origin.RA)


def _could_be_providers(address: str) -> bool:
    if address in PUBLIC:
        return False
    try:
        parsed = ip_address(address)
    except ValueError:
        return False  # a link-local address with a zone: some box of the home
    return not any(parsed in net for net in _HOME if net.version == parsed.version)


def _in_home(address: str) -> bool:
    return not _could_be_providers(address) and address not in PUBLIC


def _family(address: str) -> Family:
    return Family.V6 if ":" in address else Family.V4


def providers(d: Dns) -> list[DnsServer]:
    """The provider's own resolvers, asked directly: listed in the profile, or handed out and not the home router."""
    return [
        s
        for s in d.servers
        if s.role == "provider"
        or (
            s.role == "configured"
            and not s.is_gateway
            and not s.via_tunnel
            and (s.is_provider or (s.is_provider is None and s.origin in HANDED_OUT and _could_be_providers(s.address)))
        )
    ]


@reading("dns.configured", Dns)
def configured_state(d: Dns) -> str | None:
    """The best that this computer's resolvers did for a name that exists: ok, silent, servfail, refused, nxdomain,
    port_closed, other; none when there is no resolver at all."""
    return _best_of([_state(_as_set(s)) for s in configured(d)]) if d.configured_total else "none"


@reading("dns.forwarder", Dns)
def forwarder(d: Dns) -> str | None:
    """The best that the home router's own DNS service did for a name that exists, where this computer uses it."""
    return _best([s for s in configured(d) if s.is_gateway])


@reading("dns.provider", Dns)
def provider(d: Dns) -> str | None:
    """The best that the provider's resolvers, asked directly, did for a name that exists."""
    return _best(providers(d))


@reading("dns.public", Dns)
def public(d: Dns) -> str | None:
    """The best that public resolvers did for a name that exists."""
    return _best([s for s in d.servers if s.role == "public"])


@reading("dns.origin", Dns)
def origin(d: Dns) -> str | None:
    """Where this computer's resolvers come from, when all come from the same place and the system says so."""
    origins = {s.origin for s in configured(d)}
    return next(iter(origins)).value if len(origins) == 1 and Origin.UNKNOWN not in origins else None


@reading("dns.configured_is_gateway", Dns)
def configured_is_gateway(d: Dns) -> bool | None:
    """This computer asks the home router for names."""
    servers = configured(d)
    return any(s.is_gateway for s in servers) if servers else None


def _median_ms(servers: list[DnsServer]) -> float | None:
    times = [a.ms for s in servers for a in _known(s) if a.ok and a.ms is not None]
    return round(sorted(times)[len(times) // 2], 1) if times else None


@reading("dns.configured_ms", Dns)
def configured_ms(d: Dns) -> float | None:
    """Median time that this computer's resolvers took for a name that exists."""
    return _median_ms(configured(d))


@reading("dns.provider_ms", Dns)
def provider_ms(d: Dns) -> float | None:
    """Median time that the provider's resolvers took, asked directly."""
    return _median_ms(providers(d))


@reading("dns.public_ms", Dns)
def public_ms(d: Dns) -> float | None:
    """Median time that public resolvers took."""
    return _median_ms([s for s in d.servers if s.role == "public"])


def invents(servers: list[DnsServer]) -> bool | None:
    """A server of these gave an address for a name that cannot exist."""
    answers = [a for s in servers for a in s.answers if a.kind == "absent"]
    if any(a.ok and a.addresses for a in answers):
        return True
    told = [a for a in answers if a.failure in (Failure.NXDOMAIN, Failure.NODATA) or (a.ok and not a.addresses)]
    return False if told else None


@reading("dns.configured_invents", Dns)
def configured_invents(d: Dns) -> bool | None:
    """This computer's resolvers give addresses for names that cannot exist."""
    return invents(configured(d))


@reading("dns.provider_invents", Dns)
def provider_invents(d: Dns) -> bool | None:
    """The provider's resolvers, asked directly, give addresses for names that cannot exist."""
    return invents(providers(d))


@reading("dns.answers_afresh", Dns)
def answers_afresh(d: Dns) -> bool | None:
    """A resolver that is not a public one knew that a made-up name does not exist. No cache holds that: something
    beyond the home answered."""
    asked = [s for s in d.servers if s.role != "public" and not s.via_tunnel]
    answers = [a for s in asked for a in _asked(s) if a.kind == "absent"]
    return any(a.failure in (Failure.NXDOMAIN, Failure.NODATA) for a in answers) if answers else None


@reading("dns.public_invents", Dns)
def public_invents(d: Dns) -> bool | None:
    """Public resolvers, asked from here, give addresses for names that cannot exist: somebody answers in their name."""
    return invents([s for s in d.servers if s.role == "public"])


def lies(servers: list[DnsServer]) -> bool | None:
    """A server of these gave an unroutable address for a public name, or the very one that it gives for a name that
    cannot exist: it sends everybody to one place."""
    told = [lie for s in servers if (lie := _lies(s)) is not None]
    return any(told) if told else None


def _lies(server: DnsServer) -> bool | None:
    answers = [a for a in _known(server) if a.ok and a.addresses]
    if not answers:
        return None
    given = {x for a in answers for x in a.addresses}
    below = tuple(f".{a.name}" for a in answers)  # a zone may answer for every name below its own
    made_up = [a for a in server.answers if a.kind == "absent" and a.ok and not a.name.endswith(below)]
    return any(map(_unroutable, given)) or any(x in given for a in made_up for x in a.addresses)


def _unroutable(address: str) -> bool:
    try:
        return not ip_address(address).is_global
    except ValueError:
        return True


@reading("dns.configured_lies", Dns)
def configured_lies(d: Dns) -> bool | None:
    """This computer's resolvers give a false address for a public name: an unroutable one, or
    the one that they give for made-up names."""
    return lies(configured(d))


@reading("dns.public_lies", Dns)
def public_lies(d: Dns) -> bool | None:
    """Public resolvers, asked from here, give a false address for a public name: an unroutable one, or
    the one that they give for made-up names."""
    return lies([s for s in d.servers if s.role == "public"])


@reading("dns.provider_lies", Dns)
def provider_lies(d: Dns) -> bool | None:
    """The provider's resolvers, asked directly, give a false address for a public name: an unroutable one, or
    the one that they give for made-up names."""
    return lies(providers(d))


@reading("dns.provider_listed", Dns)
def provider_listed(d: Dns) -> bool:
    """A resolver that the profile lists as the provider's was asked."""
    return any(s.is_provider for s in d.servers)


@reading("dns.configured_is_provider", Dns)
def configured_is_provider(d: Dns) -> bool | None:
    """One of this computer's resolvers is the provider's by the profile's list."""
    told = [s.is_provider for s in configured(d) if s.is_provider is not None]
    return any(told) if told else None


@reading("dns.handed_out_by_gateway", Dns, Addressing, Gateway)
def handed_out_by_gateway(d: Dns, a: Addressing, g: Gateway) -> bool | None:
    """The home router itself handed out, as the lease says, every resolver that this computer uses."""
    gateways = {x.address for x in g.gateways}
    handed = {x for lease in a.leases if lease.server in gateways for x in lease.resolvers}
    own = {s.address for s in configured(d)}
    return own <= handed if own and handed else None


@reading("dns.reachable_family", Dns, Reach)
def reachable_family(d: Dns, r: Reach) -> bool | None:
    """Over every address family that the asked resolvers use, the Internet answers: a resolver is no cause where the
    whole family is dead."""
    wanted = {_family(s.address) for s in d.servers if s.role != "public" and s.answers and not _in_home(s.address)}
    answered = {p.family for p in (*r.probes, *r.bound) if p.answered}
    return wanted <= answered


@reading("dns.strict", Dns)
def strict(d: Dns) -> bool:
    """This computer is set to ask its resolvers over an encrypted connection only."""
    return any(s.encrypted == "strict" for s in configured(d))


@reading("dns.strict_answers", Dns)
def strict_answers(d: Dns) -> bool | None:
    """A resolver that must be asked encrypted (DNS over TLS, port 853) answered so."""
    return _any_ok([a for s in configured(d) if s.encrypted == "strict" for a in _over_tls(s)])


@reading("dns.strict_plain_ok", Dns)
def strict_plain_ok(d: Dns) -> bool | None:
    """The resolvers that must be asked encrypted answer when they are asked plainly."""
    return _any_ok([a for s in configured(d) if s.encrypted == "strict" for a in _known(s)])


@reading("dns.public_over_tls", Dns)
def public_over_tls(d: Dns) -> bool | None:
    """A public resolver, asked encrypted, answered: that port is open all the way."""
    return _any_ok([a for s in d.servers if s.role == "public" for a in _over_tls(s)])


def _any_ok(answers: list[DnsAnswer]) -> bool | None:
    return any(a.ok for a in answers) if answers else None


@reading("dns.system_ok", Dns)
def system_ok(d: Dns) -> bool | None:
    """The system's own look-up of a known name worked."""
    return d.system_ok
