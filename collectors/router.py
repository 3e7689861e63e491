"""What the router says about itself: its description and WAN state by UPnP or TR-064, its port-mapping service, its
own page."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.collector import CannotMeasure, Collector, Outcome
from cpe_agent.facts import (
    Addressing,
    Connect,
    Failure,
    Family,
    HttpAnswer,
    Igd,
    IgdSample,
    Interfaces,
    Plan,
    Router,
)
from cpe_agent.gateways import physical_gateways
from cpe_agent.host import SsdpAnswer

if TYPE_CHECKING:
    from cpe_agent.collector import Facts
    from cpe_agent.facts import Route
    from cpe_agent.host import Host, IgdService, SoapAnswer

_SEARCH_S = 0.45  # a router on the same link answers in milliseconds; MX asks for at most one second
_SEARCH_DEEP_S = 1.3
_PAGE_S = 0.8
_CALL_S = 0.8
_GRACE_S = 0.05  # for the rest, once the router has said plainly what is wrong
_SAMPLES = 3  # a state that three looks agree on is no moment of change
_APART_S = 0.1
_MOST_IGDS = 4
_MOST_ROUTERS = 2
_NOT_AUTHORISED = "606"  # UPnP Device Architecture 1.1, table 3-3
_TR064_PORT = 49000  # TR-064 leaves it open; this is where the boxes that speak it do
_VENDORS = (  # looked for in the page's title and the server's name, in this order
    ("fritz!box", "AVM"),
    ("openwrt", "OpenWrt"),
    ("luci", "OpenWrt"),
    ("tp-link", "TP-Link"),
    ("archer", "TP-Link"),
    ("deco", "TP-Link"),
    ("netgear", "Netgear"),
    ("asus", "ASUS"),
    ("d-link", "D-Link"),
    ("linksys", "Linksys"),
    ("mikrotik", "MikroTik"),
    ("routeros", "MikroTik"),
    ("huawei", "Huawei"),
    ("zte", "ZTE"),
    ("f6", "ZTE"),
    ("zyxel", "Zyxel"),
    ("sagemcom", "Sagemcom"),
    ("technicolor", "Technicolor"),
    ("speedport", "Telekom"),
    ("arris", "Arris"),
    ("ubiquiti", "Ubiquiti"),
    ("unifi", "Ubiquiti"),
    ("edgeos", "Ubiquiti"),
    ("draytek", "DrayTek"),
    ("vigor", "DrayTek"),
    ("keenetic", "Keenetic"),
    ("xiaomi", "Xiaomi"),
    ("tenda", "Tenda"),
    ("nokia", "Nokia"),
    ("calix", "Calix"),
    ("pfsense", "pfSense"),
    ("opnsense", "OPNsense"),
)


def vendor_of(page: HttpAnswer) -> str | None:
    """The maker, as far as the page gives it away."""
    text = f"{page.title or ''} {page.server or ''}".lower()
    return next((name for sign, name in _VENDORS if sign in text), None)


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _of_host(location: str, sender: str) -> bool:
    """A description is fetched from the box that announced it and nowhere else."""
    from urllib.parse import urlsplit

    try:
        return urlsplit(location).hostname == sender
    except ValueError:
        return False


class _Watch:
    """Seconds since the run began: sections carry theirs, and this collector starts when the last need is there."""

    def __init__(self, facts: Facts) -> None:
        ends = [s.started + s.seconds for need in (Interfaces, Addressing) if (s := facts.section(need)) is not None]
        self._began = time.monotonic() - max(ends, default=0.0)

    def at_s(self) -> float:
        return round(time.monotonic() - self._began, 3)


async def _call(host: Host, service: IgdService, action: str, *, login: bool) -> SoapAnswer:
    return await host.net.igd_call(
        service.control_url, service.service_type, action, timeout_s=_CALL_S, with_login=login
    )


async def _status(host: Host, services: tuple[IgdService, ...], *, login: bool) -> tuple[IgdService, SoapAnswer] | None:
    """Many routers describe a PPP and an IP connection and use one: the connected one, else the first that is
    configured."""
    asked = []
    for service in services:
        answer = await _call(host, service, "GetStatusInfo", login=login)
        status = answer.values.get("NewConnectionStatus", "").lower()
        rank = 0 if status in ("connected", "up") else 1 if status not in ("", "unconfigured") else 2 if status else 3
        asked.append((rank, service, answer))
        if rank == 0:
            break
    if not asked:
        return None
    _, service, answer = min(asked, key=lambda entry: entry[0])
    return service, answer


class _Seen(NamedTuple):
    sample: IgdSample
    service: IgdService | None = None
    login_wanted: bool = False


async def _sample(
    host: Host, watch: _Watch, wan: tuple[IgdService, ...], common: IgdService | None, *, login: bool
) -> _Seen:
    at_s = watch.at_s()
    found = await _status(host, wan, login=login)
    if found is None:
        return _Seen(IgdSample(at_s, failure=Failure.OTHER))
    service, status = found
    failure = status.failure or (Failure.OTHER if status.fault is not None else None)
    sample = IgdSample(at_s, service=service.service, failure=failure)
    if failure is not None:
        return _Seen(sample, service, status.fault == _NOT_AUTHORISED)
    external = await _call(host, service, "GetExternalIPAddress", login=login)
    link: dict[str, str] = {}
    if common is not None:
        answer = await _call(host, common, "GetCommonLinkProperties", login=login)
        link = answer.values
    return _Seen(
        sample._replace(
            status=status.values.get("NewConnectionStatus"),
            last_error=status.values.get("NewLastConnectionError"),
            uptime_s=_number(status.values.get("NewUptime")),
            external_address=external.values.get("NewExternalIPAddress") or None,
            physical_link=link.get("NewPhysicalLinkStatus"),
            access_type=link.get("NewWANAccessType"),
            down_bps=_number(link.get("NewLayer1DownstreamMaxBitRate")),
            up_bps=_number(link.get("NewLayer1UpstreamMaxBitRate")),
        ),
        service,
    )


async def _device_uptime(host: Host, services: tuple[IgdService, ...], *, login: bool) -> int | None:
    service = next((s for s in services if s.service == "DeviceInfo"), None)
    return (
        None
        if service is None
        else _number((await _call(host, service, "GetInfo", login=login)).values.get("NewUpTime"))
    )


def _plain_spoken(sample: IgdSample) -> bool:
    """One look is enough: no signal, or not connected and a reason given. Anything else may be a moment of change."""
    if (sample.physical_link or "").lower() in ("down", "unavailable"):
        return True
    reason = (sample.last_error or "").upper().removeprefix("ERROR_")
    return (sample.status or "").lower() == "disconnected" and reason not in ("", "NONE", "UNKNOWN", "ISP_DISCONNECT")


async def _igd(
    host: Host, watch: _Watch, answer: SsdpAnswer, gateways: frozenset[str], *, deep: bool, login: bool = False
) -> Igd:
    igd = Igd(answer.sender, is_gateway=answer.sender in gateways)
    if not _of_host(answer.location, answer.sender):
        return igd._replace(problem=Failure.GARBAGE)
    description = await host.net.igd_description(answer.location, timeout_s=_CALL_S)
    if description.failure is not None:
        return igd._replace(problem=description.failure)
    igd = igd._replace(manufacturer=description.manufacturer, model=description.model, source=description.source)
    wan = tuple(s for s in description.services if s.service in ("WANPPPConnection", "WANIPConnection"))
    common = next((s for s in description.services if s.service == "WANCommonInterfaceConfig"), None)
    if not wan:
        return igd
    samples: list[IgdSample] = []
    for turn in range(_SAMPLES if igd.is_gateway else 1):
        began = time.monotonic()
        sample, service, login_wanted = await _sample(host, watch, wan, common, login=login)
        samples.append(sample)
        igd = igd._replace(login_wanted=login_wanted)
        if sample.failure is not None:
            break  # a box that does not answer its own protocol is not asked again
        if service is not None:
            wan = (service,)
        if _plain_spoken(sample) and not deep:
            break
        if turn + 1 < _SAMPLES and igd.is_gateway:
            await asyncio.sleep(max(0.0, _APART_S - (time.monotonic() - began)))
    # Only where a login that was needed is known to be right: a router counts the wrong ones.
    if igd.is_gateway and samples[-1].failure is None:
        igd = igd._replace(device_uptime_s=await _device_uptime(host, description.services, login=login))
    return igd._replace(samples=tuple(samples))


async def _upnp(host: Host, watch: _Watch, gateway: str, facts: Facts) -> tuple[int, tuple[Igd, ...]]:
    seconds = _SEARCH_DEEP_S if facts[Plan].deep else _SEARCH_S
    gateways = frozenset(route.gateway or "" for route in _gateways(facts))
    search = await host.net.ssdp(gateway, timeout_s=seconds)
    one_a_sender = {a.sender: a for a in reversed(search.answers) if "InternetGatewayDevice" in a.search_target}
    answers = sorted(one_a_sender.values(), key=lambda a: a.sender != gateway)[:_MOST_IGDS]
    igds = await asyncio.gather(*(_igd(host, watch, answer, gateways, deep=facts[Plan].deep) for answer in answers))
    return len({a.sender for a in search.answers}), tuple(igds)


async def _tr064_uptime(host: Host, gateway: str, door: asyncio.Task[Connect]) -> Igd | None:
    """What a router that speaks UPnP may add by TR-064 without any login: how long it runs. Asked while the UPnP search
    waits anyway, and never waited for."""
    try:
        if not (await asyncio.shield(door)).ok:
            return None
        location = f"http://{gateway}:{_TR064_PORT}/tr64desc.xml"
        description = await host.net.igd_description(location, timeout_s=_CALL_S)
        if description.source != "tr064":
            return None
        uptime = await _device_uptime(host, description.services, login=False)
    except CannotMeasure:
        return None
    return None if uptime is None else Igd(gateway, is_gateway=True, source="tr064", device_uptime_s=uptime)


async def _tr064(
    host: Host, watch: _Watch, gateway: str, door: asyncio.Task[Connect], *, deep: bool
) -> tuple[Igd, ...]:
    """TR-064 of the gateway itself, where its door stood open; by the router's own login where the customer chose to
    give it. Without one many boxes say no more than that they want it."""
    try:
        if not (await door).ok:
            return ()
    except CannotMeasure:
        return ()
    answer = SsdpAnswer(gateway, f"http://{gateway}:{_TR064_PORT}/tr64desc.xml", "")
    igd = await _igd(host, watch, answer, frozenset((gateway,)), deep=deep, login=True)
    return (igd,) if igd.source == "tr064" else ()


def _gave_status(igds: tuple[Igd, ...]) -> bool:
    return any(igd.is_gateway and any(sample.failure is None for sample in igd.samples) for igd in igds)


def _gateways(facts: Facts) -> list[Route]:
    return [r for r in physical_gateways(facts[Addressing], facts[Interfaces]) if r.family is Family.V4]


async def _ask(host: Host, watch: _Watch, gateway: str, facts: Facts) -> Router:
    seconds = _SEARCH_DEEP_S if facts[Plan].deep else _SEARCH_S
    url = f"http://{gateway}/"
    nat_pmp = asyncio.ensure_future(host.net.nat_pmp(gateway, timeout_s=seconds))
    pcp = asyncio.ensure_future(host.net.pcp(gateway, timeout_s=seconds))
    page = asyncio.ensure_future(host.net.http(url, address=gateway, timeout_s=_PAGE_S, max_bytes=32768))
    door = asyncio.ensure_future(host.net.connect(gateway, _TR064_PORT, timeout_s=_SEARCH_S))
    uptime = asyncio.ensure_future(_tr064_uptime(host, gateway, door))
    beside = (nat_pmp, pcp, page)
    try:
        devices, igds = await _upnp(host, watch, gateway, facts)
        if not _gave_status(igds):
            igds += await _tr064(host, watch, gateway, door, deep=facts[Plan].deep)
        said = any(igd.is_gateway and igd.samples and _plain_spoken(igd.samples[-1]) for igd in igds)
        await asyncio.wait(beside, timeout=_GRACE_S if said and not facts[Plan].deep else None)
    finally:
        for task in (*beside, uptime, door):
            if not task.done():
                task.cancel()
        await asyncio.gather(*beside, uptime, door, return_exceptions=True)
    title = None if page.cancelled() else page.result()
    own = None if uptime.cancelled() else uptime.result()
    if own is not None and all(igd.device_uptime_s is None for igd in igds):
        igds += (own,)
    return Router(
        ssdp_answers=devices,
        igds=igds,
        natpmp=tuple(task.result() for task in (nat_pmp, pcp) if not task.cancelled()),
        page=title,
        page_vendor=None if title is None else vendor_of(title),
    )


def _spoke(router: Router) -> bool:
    page = router.page
    return bool(router.igds or (page is not None and page.status is not None) or any(n.answered for n in router.natpmp))


async def collect(host: Host, facts: Facts) -> Router:
    """Asked at once, not when it is known to be alive: on a dead line its word is what ends the run. Of two routers
    the better route's counts, unless only the other one speaks."""
    gateways = [route.gateway for route in _gateways(facts) if route.gateway is not None][:_MOST_ROUTERS]
    if not gateways:
        raise CannotMeasure(Outcome.SKIPPED, "no router in the way out")
    watch = _Watch(facts)
    asked = await asyncio.gather(*(_ask(host, watch, gateway, facts) for gateway in gateways))
    return next((router for router in asked if _spoke(router)), asked[0])


COLLECTOR = Collector(collect, makes=Router, needs=(Plan, Addressing, Interfaces), seconds=5.0)
