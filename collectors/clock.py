"""Is this computer's clock right, by the dates that other people's servers put on their answers, and by the provider's
time servers? And what sets it?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector
from cpe_agent.facts import Clock, ClockSource, HttpAnswer, Plan, Router, Web

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_agent.collector import Facts
    from cpe_agent.host import Host

_GRAIN_S = 1.0  # an HTTP date has whole seconds
_ROUTER_UNSET_S = 10 * 365 * 86400  # a router that never learned the time starts in 1970 or at its build date
_TOLERANCE_S = 2.0  # servers keep time to a second or two
_LOOKUP_S = 0.6  # together below the collector's own time
_ASK_S = 0.8
_MOST_SERVERS = 2
_STALE_SHARE = 0.1  # a page out of a cache bears an old date; beside a clock that is years off that is agreement


def _source(kind: str, answer: HttpAnswer) -> ClockSource | None:
    from urllib.parse import urlsplit

    if answer.date_skew_s is None:
        return None
    host = urlsplit(answer.url).hostname or answer.url
    return ClockSource(kind, host, answer.date_skew_s, round(_GRAIN_S + (answer.ms or 0.0) / 1000, 3))


def agreed_skew(sources: Iterable[ClockSource]) -> float | None:
    """The median when all lie within their errors of each other, or within a tenth of it; None otherwise, or without
    sources."""
    known = list(sources)
    if not known:
        return None
    middle = sorted(s.skew_s for s in known)[len(known) // 2]
    if any(abs(s.skew_s - middle) > max(s.error_s + _TOLERANCE_S, abs(middle) * _STALE_SHARE) for s in known):
        return None
    return round(middle, 1)


def _web_answers(web: Web) -> list[HttpAnswer]:
    answers = [check.answer for check in web.captive]
    answers += [web.system] if web.system is not None else []
    answers += [web.target.http] if web.target is not None and web.target.http is not None else []
    return answers


async def _time_server(host: Host, name: str) -> ClockSource | None:
    """By the system's own look-up, which takes an address as one."""
    found = await host.net.lookup(name, timeout_s=_LOOKUP_S)
    if not found.addresses:
        return None
    told = await host.net.sntp(found.addresses[0], timeout_s=_ASK_S)
    if told.skew_s is None or told.error_s is None:
        return None
    return ClockSource("sntp", name, told.skew_s, told.error_s)


async def _time_servers(host: Host, plan: Plan, web: Web) -> list[ClockSource]:
    """The provider's, when the way out carries anything at all: on a dead line nobody waits for them."""
    carried = any(a.status is not None for a in _web_answers(web)) or any(t.answer.connected for t in web.tls)
    asked = plan.ntp[:_MOST_SERVERS] if carried else ()
    return [s for s in await asyncio.gather(*(_time_server(host, name) for name in asked)) if s is not None]


async def collect(host: Host, facts: Facts) -> Clock:
    """Servers of the web first; the router's own clock counts only when there are none, and when it has been set."""
    try:
        from_network = await host.local.clock_from_network()
    except CannotMeasure:
        from_network = None
    sources: list[ClockSource] = []
    if facts.measured(Web):
        far = [_source("http", a) for a in _web_answers(facts[Web])]
        sources = list({s.host: s for s in far if s is not None}.values())
        sources += await _time_servers(host, facts[Plan], facts[Web])
    page = facts[Router].page if facts.measured(Router) else None
    near = _source("router", page) if page is not None else None
    if near is not None and near.skew_s < _ROUTER_UNSET_S:
        skew = agreed_skew(sources or [near])
        return Clock((*sources, near), skew, from_network)
    return Clock(tuple(sources), agreed_skew(sources), from_network)


COLLECTOR = Collector(collect, makes=Clock, needs=(Plan,), after=(Web, Router), seconds=1.6)
