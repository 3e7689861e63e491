"""The web as a browser would meet it: plain-HTTP checks with one known answer, TLS to well-known sites, and the site
that the customer misses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector
from cpe_agent.facts import (
    Addressing,
    CaptiveCheck,
    Dns,
    Failure,
    Family,
    HttpAnswer,
    Plan,
    TargetLook,
    TlsAnswer,
    TlsCheck,
    Web,
)
from cpe_agent.literals import has_global

if TYPE_CHECKING:
    from cpe_agent.collector import Facts
    from cpe_agent.facts import CaptiveTarget
    from cpe_agent.host import Host

_WHOLE_S = 2.5
_LOOKUP_S = 1.2  # share of it for finding an address; a dead resolver must leave time to say so
_RESEND_S = (0.4,)
_MOST_HOSTS = 4


@dataclass
class _Names:
    """Addresses by name and family, each looked up once: by a server that answered ``Dns``, else by the system."""

    host: Host
    server: str | None
    until: float  # the loop's time by which everything ends
    found: dict[tuple[str, Family], asyncio.Future[tuple[str | None, Failure | None]]] = field(default_factory=dict)

    async def address(self, name: str, family: Family) -> tuple[str | None, Failure | None]:
        key = (name, family)
        if key not in self.found:
            self.found[key] = asyncio.ensure_future(self._look(name, family))
        return await asyncio.shield(self.found[key])

    async def _look(self, name: str, family: Family) -> tuple[str | None, Failure | None]:
        literal = _literal_family(name)
        if literal is not None:
            return (name, None) if literal is family else (None, Failure.NODATA)
        record = "AAAA" if family is Family.V6 else "A"
        if self.server is not None:
            answer = await self.host.net.dns(self.server, name, record=record, timeout_s=_LOOKUP_S, resend_s=_RESEND_S)
            return (answer.addresses[0] if answer.addresses else None), answer.failure
        looked = await self.host.net.lookup(name, family=family, timeout_s=_LOOKUP_S)
        return (looked.addresses[0] if looked.addresses else None), looked.failure

    def left_s(self) -> float:
        return max(0.3, self.until - asyncio.get_running_loop().time())

    async def close(self) -> None:
        for task in self.found.values():
            task.cancel()
        await asyncio.gather(*self.found.values(), return_exceptions=True)


def _literal_family(name: str) -> Family | None:
    from ipaddress import ip_address

    try:
        return Family.V6 if ip_address(name).version == 6 else Family.V4
    except ValueError:
        return None


def _answering_server(facts: Facts) -> str | None:
    """Who is asked for addresses: this computer's own resolver when it works, else any that does."""
    if not facts.measured(Dns):
        return None
    servers = facts[Dns].servers
    good = [s for s in servers if any(a.ok and a.addresses for a in s.answers if a.kind == "known")]
    good.sort(key=lambda s: s.role != "configured")
    return good[0].address if good else None


def _split(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and URL of a site given as a host or a URL."""
    from urllib.parse import urlsplit

    url = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), url
    except ValueError:
        return "https", "", 443, url


def in_garden(host: str | None, garden: tuple[str, ...]) -> bool:
    """Is ``host`` one of these, or below one of them?"""
    name = (host or "").lower().rstrip(".")
    return any(name == g.lower() or name.endswith("." + g.lower()) for g in garden)


async def _captive(host: Host, names: _Names, target: CaptiveTarget, family: Family, plan: Plan) -> CaptiveCheck | None:
    _, name, _, _ = _split(target.url)
    address, failure = await names.address(name, family)
    if address is None:
        if failure is Failure.NODATA:
            return None  # the site has no address of this family: nothing to check
        return CaptiveCheck(family, HttpAnswer(target.url, None, failure=failure), expected=False)
    answer = await host.net.http(target.url, address=address, expect_body=target.body, timeout_s=names.left_s())
    expected = answer.status == target.status and answer.body_as_expected is True
    to_isp = None
    if plan.walled_garden and answer.status is not None:
        to_isp = in_garden(_split(answer.location)[1], plan.walled_garden) if answer.location else False
    return CaptiveCheck(family, answer, expected, to_isp)


async def _tls(host: Host, names: _Names, site: str, family: Family) -> TlsCheck | None:
    _, name, port, _ = _split(site)
    address, failure = await names.address(name, family)
    if address is None:
        if failure is Failure.NODATA:
            return None
        return TlsCheck(family, TlsAnswer(name, None, ok=False, failure=failure))
    return TlsCheck(family, await host.net.tls(name, address=address, port=port, timeout_s=names.left_s()))


async def _proxy(host: Host) -> str | None:
    """The proxy a browser would use for plain HTTP, when it is set by hand; scripts are another section's."""
    try:
        settings = await host.local.proxies()
    except CannotMeasure:
        return None
    return next((f"{p.host}:{p.port}" for p in settings if p.mode == "manual" and p.host and p.port), None)


async def _system(host: Host, target: CaptiveTarget) -> HttpAnswer:
    proxy = await _proxy(host)
    return await host.net.http(target.url, proxy=proxy, expect_body=target.body, timeout_s=_WHOLE_S)


async def _target(host: Host, site: str) -> TargetLook | None:
    scheme, name, port, url = _split(site)
    if not name:
        return None
    looked = await host.net.lookup(name, timeout_s=_LOOKUP_S)
    look = TargetLook(name, looked.addresses, looked.failure)
    if not looked.addresses:
        return look
    address = looked.addresses[0]
    left_s = _WHOLE_S - min(_LOOKUP_S, looked.ms / 1000)
    if scheme == "https":
        connect, tls, http = await asyncio.gather(
            host.net.connect(address, port, timeout_s=left_s),
            host.net.tls(name, address=address, port=port, timeout_s=left_s),
            host.net.http(url, address=address, timeout_s=left_s),
        )
        return look._replace(connect=connect, tls=tls, http=http)
    connect, http = await asyncio.gather(
        host.net.connect(address, port, timeout_s=left_s), host.net.http(url, address=address, timeout_s=left_s)
    )
    return look._replace(connect=connect, http=http)


async def collect(host: Host, facts: Facts) -> Web:
    plan, addressing = facts[Plan], facts[Addressing]
    families = [f for f in Family if f is Family.V4 or has_global(addressing, f)]
    names = _Names(host, _answering_server(facts), asyncio.get_running_loop().time() + _WHOLE_S)
    try:
        captive, tls, system, target = await asyncio.gather(
            asyncio.gather(*(_captive(host, names, t, f, plan) for f in families for t in plan.captive[:_MOST_HOSTS])),
            asyncio.gather(*(_tls(host, names, site, f) for f in families for site in plan.https[:_MOST_HOSTS])),
            _system(host, plan.captive[0]) if plan.captive else _nothing(),
            _target(host, plan.target) if plan.target else _nothing(),
        )
    finally:
        await names.close()
    return Web(
        captive=tuple(c for c in captive if c is not None),
        tls=tuple(t for t in tls if t is not None),
        system=system,
        target=target,
    )


async def _nothing() -> None:
    return None


COLLECTOR = Collector(collect, makes=Web, needs=(Plan, Addressing), after=(Dns,), seconds=4.0)
