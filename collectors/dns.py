"""What does each resolver say? Those this computer is set to, the provider's own and public ones, asked directly and
at once; and the system's own look-up beside them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.collector import CannotMeasure, Collector
from cpe_agent.early import hedged
from cpe_agent.facts import (
    Addressing,
    Dns,
    DnsAnswer,
    DnsServer,
    Failure,
    HostsEntry,
    Interfaces,
    NicKind,
    Origin,
    Plan,
)
from cpe_agent.literals import asked_literals

if TYPE_CHECKING:
    from cpe_agent.collector import Facts
    from cpe_agent.facts import Resolver
    from cpe_agent.host import Host, SystemLookup

_MOST_ASKED = 4  # configured resolvers asked in full
_MOST_KEPT = 16
_MOST_PUBLIC = 2
_WAIT_S = 2.5  # before a resolver of this home is called silent
_SYSTEM_S = 1.5  # only beside the direct questions; these decide what is slow and what is dead
_HEDGE_S = 0.6  # as long as a direct question waits before it is sent again
_ENCRYPTED_ONLY = "strict"
_SPOKE = (Failure.NXDOMAIN, Failure.NODATA, Failure.SERVFAIL, Failure.DNS_REFUSED)


class _Question(NamedTuple):
    name: str
    kind: str


@dataclass(frozen=True)
class _Waits:
    whole_s: float
    resend_s: tuple[float, ...]
    tcp_after_s: float  # the second chance: some paths drop UDP 53 only

    @property
    def tcp_s(self) -> float:
        return self.whole_s - self.tcp_after_s


_WAITS = _Waits(_WAIT_S, (0.6, 1.2), 1.2)
_WAITS_PUBLIC = _Waits(1.5, (0.4, 0.9), 0.7)  # the contrast, not the question: what it says later changes nothing


def target_host(target: str | None) -> str | None:
    """The host of what the customer misses, be it a name or a URL; None for a literal address, which asks no DNS."""
    if not target:
        return None
    from urllib.parse import urlsplit

    try:
        host = urlsplit(target if "://" in target else f"//{target}").hostname
        ip_address(host or "")
    except ValueError:
        return host if host and "." in host else None
    return None


def _random_label() -> str:
    return "".join("bcdfghjklmnpqrst"[int(digit, 16)] for digit in f"{time.monotonic_ns():012x}"[-12:])


def _questions(plan: Plan) -> tuple[_Question, ...]:
    """A name that exists, two that cannot (below it, and of its own under .com: rewriting may spare either), and the
    customer's."""
    known = plan.names[0]
    questions = [_Question(known, "known")]
    questions += [_Question(f"{_random_label()}.{known}", "absent"), _Question(f"{_random_label()}.com", "absent")]
    host = target_host(plan.target)
    if host is not None and host != known:
        questions.append(_Question(host, "target"))
    return tuple(questions)


def _spoke(answer: DnsAnswer) -> bool:
    return answer.ok or answer.failure in _SPOKE


async def _known_name(host: Host, server: str, question: _Question, waits: _Waits) -> list[DnsAnswer]:
    """UDP, and TCP beside it once UDP has failed or been silent for a while."""
    udp = asyncio.ensure_future(
        host.net.dns(server, question.name, kind=question.kind, timeout_s=waits.whole_s, resend_s=waits.resend_s)
    )
    tcp: asyncio.Future[DnsAnswer] | None = None
    try:
        await asyncio.wait([udp], timeout=waits.tcp_after_s)
        if udp.done() and _spoke(udp.result()):
            return [udp.result()]
        tcp = asyncio.ensure_future(
            host.net.dns(server, question.name, kind=question.kind, transport="tcp", timeout_s=waits.tcp_s)
        )
        return [await udp, await tcp]
    finally:
        left = [task for task in (udp, tcp) if task is not None and not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _ask(host: Host, server: DnsServer, questions: tuple[_Question, ...], *, over_tls: bool) -> DnsServer:
    public = server.role == "public"
    waits = _WAITS_PUBLIC if public else _WAITS

    async def encrypted(question: _Question) -> list[DnsAnswer]:
        return [
            await host.net.dns(
                server.address, question.name, kind=question.kind, transport="dot", timeout_s=waits.whole_s
            )
        ]

    async def others(question: _Question) -> list[DnsAnswer]:
        return [
            await host.net.dns(
                server.address,
                question.name,
                kind=question.kind,
                timeout_s=waits.whole_s,
                resend_s=waits.resend_s,
            )
        ]

    asked = [_known_name(host, server.address, q, waits) if q.kind == "known" else others(q) for q in questions]
    asked += [encrypted(q) for q in questions if over_tls and q.kind == "known"]
    answers = await asyncio.gather(*asked)
    return server._replace(answers=tuple(answer for group in answers for answer in group))


def _configured(facts: Facts, provider: frozenset[str]) -> list[DnsServer]:
    addressing = facts[Addressing]
    gateways = {r.gateway for r in addressing.routes}
    tunnels = {n.name for n in facts[Interfaces].nics if n.kind is NicKind.TUNNEL}

    def server(resolver: Resolver) -> DnsServer:
        return DnsServer(
            resolver.address,
            "configured",
            origin=resolver.origin,
            is_gateway=resolver.address.partition("%")[0] in gateways,
            is_provider=resolver.address in provider if provider else None,
            via_tunnel=resolver.nic in tunnels,
            encrypted=resolver.encrypted,
        )

    return [server(resolver) for resolver in addressing.resolvers[:_MOST_KEPT]]


def _servers(facts: Facts) -> list[DnsServer]:
    plan, addressing = facts[Plan], facts[Addressing]
    provider = frozenset(plan.resolvers)
    servers = _configured(facts, provider)
    there = {s.address for s in servers}
    for address in plan.resolvers[:_MOST_ASKED]:
        if address not in there:
            servers.append(DnsServer(address, "provider", is_provider=True))
            there.add(address)
    public = [t.address for t in asked_literals(plan, addressing) if t.address not in there][:_MOST_PUBLIC]
    servers += [
        DnsServer(address, "public", origin=Origin.UNKNOWN, is_provider=address in provider if provider else None)
        for address in public
    ]
    return servers


def asked_over_tls(servers: list[DnsServer], *, deep: bool) -> frozenset[str]:
    """Who is asked over TLS as well (RFC 7858): the resolvers that this computer may only ask so, and beside them one
    public one, which shows whether that port is open at all. Nobody where it could change nothing."""
    strict = [s.address for s in servers if s.encrypted == _ENCRYPTED_ONLY]
    public = [s.address for s in servers if s.role == "public"][:1] if strict or deep else []
    return frozenset((*strict, *public))


async def _overrides(host: Host, questions: tuple[_Question, ...]) -> tuple[HostsEntry, ...]:
    try:
        return await host.local.hosts_overrides([q.name for q in questions if q.kind != "absent"])
    except CannotMeasure:
        return ()


async def _system(host: Host, plan: Plan) -> SystemLookup:
    """The system's own look-up of a name; while it is silent, of another one too: a router's forwarder does not ask
    again for a name whose question it has lost."""

    async def look(name: str, left_s: float) -> SystemLookup:
        return await host.net.lookup(name, timeout_s=left_s)

    looks = [partial(look, name) for name in plan.names[:2]]
    return await hedged(looks, timeout_s=_SYSTEM_S, every_s=_HEDGE_S, good=lambda found: found.ok)


async def collect(host: Host, facts: Facts) -> Dns:
    plan = facts[Plan]
    servers = _servers(facts)
    total = max(facts[Addressing].resolvers_total, sum(s.role == "configured" for s in servers))
    if not plan.names:
        return Dns(tuple(servers), total)
    questions = _questions(plan)
    asked = [s for s in servers if s.role == "configured"][:_MOST_ASKED] + [
        s for s in servers if s.role != "configured"
    ]
    over_tls = asked_over_tls(asked, deep=plan.deep)
    answered, system, overrides = await asyncio.gather(
        asyncio.gather(*(_ask(host, server, questions, over_tls=server.address in over_tls) for server in asked)),
        _system(host, plan),
        _overrides(host, questions),
    )
    by_address = {(s.address, s.role): s for s in answered}
    return Dns(
        servers=tuple(by_address.get((s.address, s.role), s) for s in servers),
        configured_total=total,
        overrides=overrides,
        system_ok=system.ok,
        system_ms=system.ms,
        system_failure=system.failure,
    )


COLLECTOR = Collector(collect, makes=Dns, needs=(Plan, Addressing, Interfaces), seconds=4.0)
