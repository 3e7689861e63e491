"""The web as a browser would meet it: plain-HTTP checks with one known answer, TLS to well-known sites, and the site
that the customer misses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from cpe_agent.collector import CannotMeasure, Collector
from cpe_agent.early import hedged, together
from cpe_agent.facts import (
    Addressing,
    CaptiveCheck,
    Connect,
    Failure,
    Family,
    Gateway,
    HttpAnswer,
    Plan,
    TargetLook,
    TlsAnswer,
    TlsCheck,
    Web,
)
from cpe_agent.literals import asked_literals, family_of, has_global
from cpe_agent.sign_of_life import lives

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from cpe_agent.collector import Facts
    from cpe_agent.facts import CaptiveTarget
    from cpe_agent.host import Host

_T = TypeVar("_T")

_WHOLE_S = 2.3  # a page; how long a resolver may take is for the DNS section to say
_LOOKUP_S = 1.2  # share of it for finding an address; a dead resolver must leave time to say so
_ELSEWHERE_S = 1.0  # one more page, from a server that is known to be there or not at all
_OWN_FIRST_S = 0.15  # what the own resolver still gets once a public one has answered
_RESEND_S = (0.4,)
_HEDGE_S = 0.6  # several round trips of a slow line; sooner would double the questions of healthy ones
_MOST_HOSTS = 4
_MOST_OWN = 2
_MOST_PUBLIC = 2
SYSTEM = "system"


@dataclass
class _Names:
    """Addresses by name and family, each looked up once, by the first server that answered at all."""

    host: Host
    server: str  # an address, or SYSTEM
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
        if self.server != SYSTEM:
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


async def _first_to_answer(host: Host, plan: Plan, addressing: Addressing) -> str | None:
    """Who is asked for addresses: this computer's own resolver when it answers, else a public one, else the system
    (which may know other ways). None when nobody gives an address in time."""
    name = _split(plan.captive[0].url)[1] if plan.captive else plan.names[0]
    own = [r.address for r in addressing.resolvers[:_MOST_OWN]]
    public = [t.address for t in plan.literals if family_of(t.address) is Family.V4][:_MOST_PUBLIC]

    async def ask(server: str) -> bool:
        if server == SYSTEM:
            return bool((await host.net.lookup(name, timeout_s=_LOOKUP_S)).addresses)
        answer = await host.net.dns(server, name, timeout_s=_LOOKUP_S, resend_s=_RESEND_S)
        return bool(answer.addresses)

    def enough(good: Mapping[str, bool]) -> float | None:
        if any(good.get(server) for server in own):
            return 0.0
        return _OWN_FIRST_S if any(good.values()) else None

    asked = dict.fromkeys((*own, *public, SYSTEM))
    good = await together({server: ask(server) for server in asked}, timeout_s=_LOOKUP_S, enough=enough)
    return next((server for server in asked if good.get(server)), None)


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
    answer = await _measured(host.net.tls(name, address=address, port=port, timeout_s=names.left_s()))
    return None if answer is None else TlsCheck(family, answer)


async def _measured(asked: Awaitable[_T]) -> _T | None:
    """None where this system cannot judge a certificate: that takes nothing away from the other answers."""
    try:
        return await asked
    except CannotMeasure:
        return None


async def _proxy(host: Host) -> str | None:
    """The proxy a browser would use for plain HTTP, when it is set by hand; scripts are another section's."""
    try:
        settings = await host.local.proxies()
    except CannotMeasure:
        return None
    return next((f"{p.host}:{p.port}" for p in settings if p.mode == "manual" and p.host and p.port), None)


async def _system(host: Host, plan: Plan, proxy: str | None, timeout_s: float) -> HttpAnswer | None:
    """One page the way a browser gets it; while the first is silent, the others too."""

    async def page(target: CaptiveTarget, left_s: float) -> HttpAnswer:
        return await host.net.http(target.url, proxy=proxy, expect_body=target.body, timeout_s=left_s)

    pages = [partial(page, target) for target in plan.captive[:_MOST_HOSTS]]
    if not pages:
        return None
    return await hedged(pages, timeout_s=timeout_s, every_s=_HEDGE_S, good=lambda answer: answer.failure is None)


async def _way_out(host: Host, plan: Plan, addressing: Addressing) -> bool:
    """Does anything far answer by its address? Asked only where names are not answered at once: on a dead line there
    is nothing more to wait for."""
    wait_s = _LOOKUP_S - _OWN_FIRST_S
    asked = {t.address: host.net.connect(t.address, 443, timeout_s=wait_s) for t in asked_literals(plan, addressing)}

    def enough(answers: Mapping[str, Connect]) -> float | None:
        return 0.0 if any(lives(answer, address) for address, answer in answers.items()) else None

    return enough(await together(asked, timeout_s=wait_s + 0.1, enough=enough)) is not None


async def _target(host: Host, site: str, lookup_s: float) -> TargetLook | None:
    scheme, name, port, url = _split(site)
    if not name:
        return None
    looked = await host.net.lookup(name, timeout_s=lookup_s)
    look = TargetLook(name, looked.addresses, looked.failure)
    if not looked.addresses:
        return look
    address = looked.addresses[0]
    left_s = _WHOLE_S - min(_LOOKUP_S, looked.ms / 1000)
    if scheme == "https":
        connect, tls, http = await asyncio.gather(
            host.net.connect(address, port, timeout_s=left_s),
            _measured(host.net.tls(name, address=address, port=port, timeout_s=left_s)),
            _measured(host.net.http(url, address=address, timeout_s=left_s)),
        )
        return look._replace(connect=connect, tls=tls, http=http)
    connect, http = await asyncio.gather(
        host.net.connect(address, port, timeout_s=left_s), host.net.http(url, address=address, timeout_s=left_s)
    )
    return look._replace(connect=connect, http=http)


def _failed(look: TargetLook) -> bool:
    page = look.http
    return (look.tls is not None and not look.tls.ok) or page is None or page.status is None or page.status >= 400


async def _elsewhere(host: Host, site: str, look: TargetLook | None, names: _Names) -> TargetLook | None:
    """A site that failed is tried once more where a name server says that it is, if the system went elsewhere."""
    if look is None or not look.addresses or not _failed(look) or names.server == SYSTEM:
        return look
    found = [(await names.address(look.host, family))[0] for family in Family]
    address = next((a for a in found if a is not None), None)
    if address is None or set(found) & set(look.addresses):
        return look
    answer = await _measured(host.net.http(_split(site)[3], address=address, timeout_s=_ELSEWHERE_S))
    return look._replace(by_name_server=answer)


async def collect(host: Host, facts: Facts) -> Web:
    plan, addressing = facts[Plan], facts[Addressing]
    families = [f for f in Family if f is Family.V4 or has_global(addressing, f)]
    proxy = await _proxy(host)
    whole = asyncio.get_running_loop().time() + _WHOLE_S
    system = asyncio.ensure_future(_system(host, plan, proxy, _WHOLE_S))
    target = asyncio.ensure_future(_target(host, plan.target, _LOOKUP_S) if plan.target else _nothing())
    first = asyncio.ensure_future(_first_to_answer(host, plan, addressing))
    way_out: asyncio.Future[bool] | None = None
    names: _Names | None = None
    hopeless = False
    try:
        await asyncio.wait((first,), timeout=_OWN_FIRST_S)
        if not first.done() or first.result() is None:
            way_out = asyncio.ensure_future(_way_out(host, plan, addressing))
        server = await first
        if server is None:
            captive, tls = _unasked(plan, families)
            # With a proxy the system may have a way that no literal shows.
            hopeless = proxy is None and way_out is not None and not await way_out
        else:
            names = _Names(host, server, whole)
            captive, tls = await asyncio.gather(
                asyncio.gather(
                    *(_captive(host, names, t, f, plan) for f in families for t in plan.captive[:_MOST_HOSTS])
                ),
                asyncio.gather(*(_tls(host, names, site, f) for f in families for site in plan.https[:_MOST_HOSTS])),
            )
        look = await target
        if plan.target and names is not None:
            look = await _elsewhere(host, plan.target, look, names)
        return Web(
            captive=tuple(c for c in captive if c is not None),
            tls=tuple(t for t in tls if t is not None),
            system=await system if not hopeless or _ended_well(system) else _silent(plan),
            target=look,
        )
    finally:
        beside = [task for task in (system, target, first, way_out) if task is not None]
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        if names is not None:
            await names.close()


def _ended_well(task: asyncio.Future[HttpAnswer | None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _silent(plan: Plan) -> HttpAnswer | None:
    return HttpAnswer(plan.captive[0].url, None, failure=Failure.TIMED_OUT) if plan.captive else None


def _unasked(plan: Plan, families: list[Family]) -> tuple[list[CaptiveCheck | None], list[TlsCheck | None]]:
    """Nobody gave an address, so nobody was asked."""
    silent = Failure.TIMED_OUT
    return (
        [
            CaptiveCheck(f, HttpAnswer(t.url, None, failure=silent), expected=False)
            for f in families
            for t in plan.captive[:_MOST_HOSTS]
        ],
        [
            TlsCheck(f, TlsAnswer(_split(site)[1], None, ok=False, failure=silent))
            for f in families
            for site in plan.https[:_MOST_HOSTS]
        ],
    )


async def _nothing() -> None:
    return None


# After the gateway's first sign of life: where the router itself says what is wrong, nothing is fetched.
COLLECTOR = Collector(collect, makes=Web, needs=(Plan, Addressing), after=(Gateway,), seconds=4.0)
