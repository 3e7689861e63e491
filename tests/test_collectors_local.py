"""The collectors' own logic: what they choose, ask, cut and leave unknown. The system behind them is a stand-in that
can take any system's shape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

import pytest

from collectors import (
    addressing,
    clock,
    dial,
    interfaces,
    load,
    neighbours,
    past,
    protection,
    proxy_vpn,
    system,
    traffic,
    wifi,
)
from cpe_agent.collector import CannotMeasure, Collector, Facts, Outcome, Section
from cpe_agent.facts import (
    Address,
    Addressing,
    CaptiveTarget,
    Clock,
    Connect,
    Dial,
    DialEntry,
    Echo,
    Failure,
    Family,
    HostsEntry,
    HttpAnswer,
    Interfaces,
    Lease,
    Load,
    Neighbour,
    Neighbours,
    Nic,
    NicKind,
    Origin,
    Past,
    PastRun,
    Plan,
    Protection,
    Proxy,
    ProxyVpn,
    Resolver,
    Route,
    System,
    Traffic,
    Tunnel,
    Wifi,
    WifiLink,
)
from cpe_agent.host import (
    AddressSettings,
    Busy,
    DialLog,
    Host,
    Local,
    NeighbourList,
    Net,
    NicList,
    OsRelease,
    ResolverList,
    SystemLookup,
    WifiLook,
)

T = TypeVar("T")
DENIED = CannotMeasure(Outcome.DENIED, "not this user")
PAGE = CaptiveTarget("http://probe.example/204", 204, "")

ETH = Nic("eth0", NicKind.ETHERNET, 2, admin_up=True, carrier=True, rx_packets=10)
WLAN = Nic("wlan0", NicKind.WIFI, 3, admin_up=True, carrier=True, rx_packets=10)
TUN = Nic("tun0", NicKind.TUNNEL, 9, admin_up=True, carrier=True)
BRIDGE = Nic("br0", NicKind.VIRTUAL, 8, admin_up=True, carrier=True)
OWN = Address("eth0", Family.V4, "192.0.2.50", 24, Origin.DHCP)
WAY = Route("eth0", Family.V4, "0.0.0.0/0", "192.0.2.1", 100)

DEBIAN = OsRelease("linux", "debian", "Debian 12", "12", 100.0, False)
CALM = Busy(10.0, 20.0)
NO_WIFI = WifiLook((), (), False)
NO_SERVERS = ResolverList((), 0)
NO_SETTINGS = AddressSettings(None, {})
NOBODY = NeighbourList((), 0)
NO_GUARDS = Protection()
NAME_FOUND = SystemLookup(True, ("192.0.2.88",), 1.0, None)
CONNECTED = Connect("127.0.0.1", 1, ok=True)


def given(answer: T | Exception) -> T:
    if isinstance(answer, Exception):
        raise answer
    return answer


@dataclass
class Computer:
    """A ``Local`` that answers what it was given, and raises what it was given to raise."""

    release: OsRelease | Exception = DEBIAN
    load: Busy | Exception = CALM
    looks: list[NicList] = field(default_factory=lambda: [NicList((ETH,), 1, True)])
    look: WifiLook | Exception = NO_WIFI
    has: tuple[Address, ...] | Exception = (OWN,)
    ways: tuple[Route, ...] | Exception = (WAY,)
    servers: ResolverList | Exception = NO_SERVERS
    leased: tuple[Lease, ...] | Exception = ()
    settings: AddressSettings | Exception = NO_SETTINGS
    around: NeighbourList | Exception = NOBODY
    set_proxies: tuple[Proxy, ...] | Exception = ()
    dialled: tuple[DialEntry, ...] | Exception = ()
    tested: tuple[DialEntry, ...] | Exception = ()
    dial_logged: DialLog | Exception = field(default_factory=lambda: DialLog((), None))
    guarded: Protection | Exception = NO_GUARDS
    clock_set: bool | Exception | None = None
    ran_before: tuple[PastRun, ...] | Exception = ()

    async def os_release(self) -> OsRelease:
        return given(self.release)

    async def busy(self, seconds: float) -> Busy:
        return given(self.load)

    async def nics(self) -> NicList:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    async def wifi(self) -> WifiLook:
        return given(self.look)

    async def addresses(self) -> tuple[Address, ...]:
        return given(self.has)

    async def routes(self) -> tuple[Route, ...]:
        return given(self.ways)

    async def resolvers(self) -> ResolverList:
        return given(self.servers)

    async def leases(self) -> tuple[Lease, ...]:
        return given(self.leased)

    async def address_settings(self) -> AddressSettings:
        return given(self.settings)

    async def neighbours(self) -> NeighbourList:
        return given(self.around)

    async def hosts_overrides(self, names: Sequence[str]) -> tuple[HostsEntry, ...]:
        return ()

    async def proxies(self) -> tuple[Proxy, ...]:
        return given(self.set_proxies)

    async def dial_log(self) -> DialLog:
        return given(self.dial_logged)

    async def login_tests(self) -> tuple[DialEntry, ...]:
        return given(self.tested)

    async def dial_entries(self) -> tuple[DialEntry, ...]:
        return given(self.dialled)

    async def protection(self) -> Protection:
        return given(self.guarded)

    async def clock_from_network(self) -> bool | None:
        return given(self.clock_set)

    async def past_runs(self) -> tuple[PastRun, ...]:
        return given(self.ran_before)


@dataclass
class Network:
    """The few probes that these collectors send. ``asked`` remembers them."""

    echoes: Callable[[str], Echo] = lambda address: Echo(address, sent=1, failure=Failure.TIMED_OUT)
    connects: Callable[[str, int], Connect] = lambda a, p: Connect(a, p, ok=False, failure=Failure.TIMED_OUT)
    pages: Callable[[str, str | None], HttpAnswer] = lambda url, proxy: HttpAnswer(url, None, status=204)
    found: SystemLookup = NAME_FOUND
    stations: tuple[str, ...] | Exception = ()
    self_test: Connect | Exception = CONNECTED
    asked: list[str] = field(default_factory=list)

    async def echo(self, address: str, **_options: Any) -> Echo:
        self.asked.append(f"echo {address}")
        return self.echoes(address)

    async def connect(self, address: str, port: int, **_options: Any) -> Connect:
        self.asked.append(f"connect {address} {port}")
        return self.connects(address, port)

    async def http(self, url: str, *, proxy: str | None = None, **_options: Any) -> HttpAnswer:
        self.asked.append(f"http {url} by {proxy}")
        return self.pages(url, proxy)

    async def lookup(self, name: str, **_options: Any) -> SystemLookup:
        self.asked.append(f"lookup {name}")
        return self.found

    async def arp_macs(self, nic: str, address: str, **_options: Any) -> tuple[str, ...]:
        self.asked.append(f"arp {nic} {address}")
        return given(self.stations)

    async def loopback_tcp(self, **_options: Any) -> Connect:
        return given(self.self_test)


def collect(
    collector: Collector, computer: Computer | None = None, network: Network | None = None, *sections: object
) -> Any:
    local: Local = computer or Computer()
    host = Host(local, cast(Net, network or Network()))
    facts = Facts({type(one): Section(Outcome.MEASURED, 0.0, 0.0, one) for one in sections})

    async def run() -> object:
        return await collector.collect(host, facts)

    made = asyncio.run(run())
    assert isinstance(made, collector.makes)
    return made


# ------------------------------------------------------------------ system, load, dial


@pytest.mark.parametrize(
    ("end", "today", "answer"),
    [
        ("2028-06-30", date(2026, 12, 1), True),
        ("2028-06-30", date(2028, 6, 30), True),
        ("2028-06-30", date(2028, 7, 1), False),
        ("2020-06-30", date(2026, 12, 1), False),
        ("2020-06-30", date(1970, 1, 1), False),  # it was over before any clock could matter
        ("2028-06-30", date(1970, 1, 1), None),
        ("2028-06-30", date(2099, 1, 1), None),
        (None, date(2026, 12, 1), None),
    ],
)
def test_support_by_a_clock_that_may_be_wrong(end: str | None, today: date, answer: bool | None) -> None:
    assert system.still_supported(end, today) is answer


def test_system() -> None:
    made = cast(System, collect(system.COLLECTOR))
    assert (made.os_family, made.os_version, made.support_end) == ("linux", "12", "2028-06-30")
    assert (made.boot_age_s, made.privileged, made.loopback_tcp_ok) == (100.0, False, True)


def test_a_system_that_may_not_test_itself_is_unknown() -> None:
    made = cast(System, collect(system.COLLECTOR, Computer(), Network(self_test=DENIED)))
    assert made.loopback_tcp_ok is None


def test_load_measures_lag_even_when_the_system_tells_nothing() -> None:
    made = cast(Load, collect(load.COLLECTOR, Computer(load=DENIED)))
    assert made.cpu_percent is None
    assert made.lag_samples > 10
    assert made.lag_p95_ms is not None


def test_p95_is_the_nearest_rank() -> None:
    assert load.p95([]) is None
    assert load.p95([5.0]) == 5.0
    assert load.p95([float(n) for n in range(1, 101)]) == 95.0
    assert load.p95([float(n) for n in range(1, 11)]) == 10.0


def test_a_busy_event_loop_shows_as_lag() -> None:
    async def run() -> list[float]:
        asyncio.get_running_loop().call_later(0.02, lambda: __import__("time").sleep(0.06))
        return await load.timer_lag_ms(0.12)

    assert max(asyncio.run(run())) > 30


def test_dial() -> None:
    entry = DialEntry("pppoe", "connected", "pppd")
    assert cast(Dial, collect(dial.COLLECTOR, Computer(dialled=(entry,)))) == Dial((entry,))


@pytest.mark.parametrize(
    ("now", "kept"),
    [
        ((), ("failed",)),
        (("connecting",), ("failed",)),  # it tries again and again
        (("connected",), ("connected",)),  # it works since
    ],
)
def test_dial_with_a_failed_attempt_in_the_log(now: tuple[str, ...], kept: tuple[str, ...]) -> None:
    failed = DialEntry("pppoe", "failed", "pppd", None, "auth", "rejected", 20.0)
    computer = Computer(
        dialled=tuple(DialEntry("pppoe", state, "pppd") for state in now), dial_logged=DialLog((failed,), "read")
    )
    found = cast(Dial, collect(dial.COLLECTOR, computer))
    assert tuple(entry.state for entry in found.entries) == kept
    assert found.log == "read"


def test_a_vpn_that_is_up_does_not_hide_a_failed_line() -> None:
    failed = DialEntry("pppoe", "failed", "pppd", None, "auth", "rejected", 20.0)
    up = DialEntry("vpn", "connected", "networkmanager")
    found = cast(Dial, collect(dial.COLLECTOR, Computer(dialled=(up,), dial_logged=DialLog((failed,), "read"))))
    assert found.entries == (up, failed)


@pytest.mark.parametrize(("outcome", "log"), [(Outcome.DENIED, "denied"), (Outcome.UNSUPPORTED, None)])
def test_a_dialler_log_that_cannot_be_read_is_no_failure(outcome: Outcome, log: str | None) -> None:
    up = DialEntry("pppoe", "connecting", "pppd")
    computer = Computer(dialled=(up,), dial_logged=CannotMeasure(outcome, "why"))
    assert collect(dial.COLLECTOR, computer) == Dial((up,), log)


# ------------------------------------------------------------------ interfaces, traffic, wifi

NO_CARRIER = ETH._replace(carrier=False)


@pytest.mark.parametrize(
    ("nics", "routes", "addresses", "uplink"),
    [
        ((ETH, WLAN), (WAY, Route("wlan0", Family.V4, "0.0.0.0/0", None, 600)), (), "eth0"),
        ((ETH, WLAN), (WAY, Route("wlan0", Family.V4, "0.0.0.0/0", None, 50)), (), "wlan0"),
        ((ETH, WLAN), (Route("wlan0", Family.V6, "::/0", None, 1), WAY), (), "eth0"),  # IPv4 decides
        ((TUN, ETH), (Route("tun0", Family.V4, "0.0.0.0/0", None, 0), WAY), (), "eth0"),
        ((TUN, ETH), (Route("tun0", Family.V4, "0.0.0.0/0", None, 0),), (), "eth0"),
        ((BRIDGE, ETH), (Route("br0", Family.V4, "0.0.0.0/0", None, 0),), (), "eth0"),
        ((BRIDGE._replace(kind=NicKind.OTHER), ETH), (Route("br0", Family.V4, "0.0.0.0/0", None, 0),), (), "br0"),
        ((NO_CARRIER, WLAN), (), (), "wlan0"),
        ((ETH, WLAN), (), (Address("wlan0", Family.V4, "192.0.2.9", 24),), "wlan0"),
        ((ETH, WLAN), (), (Address("wlan0", Family.V4, "169.254.1.1", 16, Origin.LINK_LOCAL, "link"),), "eth0"),
        ((NO_CARRIER._replace(rx_packets=0), WLAN._replace(carrier=False)), (), (), "wlan0"),
        ((NO_CARRIER, WLAN._replace(carrier=False)), (), (), "eth0"),
        ((ETH._replace(admin_up=False, carrier=None),), (WAY,), (), "eth0"),
        ((Nic("Ethernet", NicKind.ETHERNET), Nic("Wi-Fi", NicKind.WIFI)), (), (), "Ethernet"),  # nothing is known
        ((TUN, BRIDGE), (), (), None),
        ((), (), (), None),
    ],
)
def test_uplink(
    nics: tuple[Nic, ...], routes: tuple[Route, ...], addresses: tuple[Address, ...], uplink: str | None
) -> None:
    assert interfaces.choose_uplink(nics, routes, addresses) == uplink


def test_interfaces_without_routes_or_addresses_to_go_by() -> None:
    computer = Computer(looks=[NicList((ETH,), 70, True)], ways=DENIED, has=DENIED)
    made = cast(Interfaces, collect(interfaces.COLLECTOR, computer))
    assert (made.uplink, made.total, made.hardware_seen) == ("eth0", 70, True)


def test_traffic_between_two_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "INTERVAL_S", 0.01)
    first = NicList((ETH._replace(rx_errors=1, carrier_changes=2, multicast=9), WLAN, TUN), 3, True)
    again = (ETH._replace(rx_errors=4, carrier_changes=4, multicast=3, rx_packets=15), TUN._replace(if_index=10))
    made = cast(Traffic, collect(traffic.COLLECTOR, Computer(looks=[first, NicList(again, 2, True)])))
    (delta,) = made.deltas  # wlan0 went away; tun0 was made anew
    assert (delta.name, delta.rx_errors, delta.carrier_changes, delta.rx_packets) == ("eth0", 3, 2, 5)
    assert delta.multicast is None  # the counter fell
    assert delta.tx_bytes is None  # this system does not count it
    assert made.seconds >= 0.01


def test_wifi_is_asked_only_where_there_is_one() -> None:
    look = WifiLook((WifiLink("wlan0", associated=True),), (), True)
    made = collect(wifi.COLLECTOR, Computer(look=look), None, Interfaces((ETH, WLAN)))
    assert made == Wifi(look.links, (), True)
    assert collect(wifi.COLLECTOR, Computer(look=DENIED), None, Interfaces((ETH,))) == Wifi()
    with pytest.raises(CannotMeasure):
        collect(wifi.COLLECTOR, Computer(look=DENIED), None, Interfaces((WLAN,)))


# ------------------------------------------------------------------ addressing

WIRED = Interfaces((ETH, TUN, BRIDGE, Nic("lo", NicKind.LOOPBACK)), 4, "eth0", True)


def test_addressing_keeps_what_is_outside_of_this_computer() -> None:
    computer = Computer(
        has=(
            Address("lo", Family.V4, "127.0.0.1", 8, scope="host"),
            Address("br0", Family.V4, "172.17.0.1", 16),
            Address("tun0", Family.V4, "10.8.0.2", 24, Origin.TUNNEL),
            OWN,
        ),
        servers=ResolverList((Resolver("192.0.2.1"),) * 16, 500),
        leased=(Lease("eth0", "192.0.2.50"), Lease("br0")),
        settings=AddressSettings("running", {"eth0": "dhcp", "tun0": "static"}),
    )
    made = cast(Addressing, collect(addressing.COLLECTOR, computer, None, WIRED))
    assert [one.nic for one in made.addresses] == ["eth0", "tun0"]
    assert (len(made.resolvers), made.resolvers_total) == (16, 500)
    assert [lease.nic for lease in made.leases] == ["eth0"]
    assert (made.dhcp_client, made.configured) == ("running", "dhcp")


def test_a_virtual_interface_that_is_the_way_out_keeps_its_address() -> None:
    computer = Computer(has=(Address("br0", Family.V4, "192.0.2.9", 24),), ways=(WAY._replace(nic="br0"),))
    made = cast(Addressing, collect(addressing.COLLECTOR, computer, None, WIRED))
    assert [one.nic for one in made.addresses] == ["br0"]


def test_addressing_of_a_system_that_does_not_tell() -> None:
    quiet = Computer(leased=DENIED, settings=DENIED)
    made = cast(Addressing, collect(addressing.COLLECTOR, quiet, None, WIRED))
    assert (made.leases, made.dhcp_client, made.configured) == ((), None, None)
    with pytest.raises(CannotMeasure):  # an empty list would say that there is no way out
        collect(addressing.COLLECTOR, Computer(ways=DENIED), None, WIRED)


# ------------------------------------------------------------------ neighbours


def station(last: int, state: str = "stale", nic: str = "eth0") -> Neighbour:
    return Neighbour(nic, Family.V4, f"192.0.2.{last}", f"3c:a6:2f/{last:06x}", state)


HOME = (Interfaces((ETH,), 1, "eth0"), Addressing((OWN,), (WAY,)))


def test_a_handful_is_asked_and_any_sign_of_life_counts() -> None:
    entries = (station(1, "reachable"), station(50), station(7), station(8), station(9), station(10, "failed"))
    network = Network(
        echoes=lambda a: Echo(a, sent=1, received=int(a.endswith(".7"))),
        connects=lambda a, p: Connect(
            a, p, ok=False, failure=Failure.REFUSED if a.endswith(".8") else Failure.TIMED_OUT
        ),
    )
    computer = Computer(around=NeighbourList((*entries, station(3, nic="wlan0")), 7))
    made = cast(Neighbours, collect(neighbours.COLLECTOR, computer, network, *HOME))
    assert (made.asked, made.alive, made.gateway_addresses) == (3, ("192.0.2.7", "192.0.2.8"), ("192.0.2.1",))
    assert (made.total, len(made.entries), made.duplicate_own_address) == (7, 7, False)
    assert not any(
        " 192.0.2.1 " in f"{asked} " or "192.0.2.50" in asked for asked in network.asked if "arp" not in asked
    )


def test_who_could_not_be_asked_does_not_count_as_asked() -> None:
    """macOS keeps a program from the home network until its user said yes."""
    around = NeighbourList((station(7), station(8)), 2)
    network = Network(
        echoes=lambda a: Echo(a, sent=0, failure=Failure.NOT_PERMITTED),
        connects=lambda a, p: Connect(a, p, ok=False, failure=Failure.NOT_PERMITTED),
    )
    made = cast(Neighbours, collect(neighbours.COLLECTOR, Computer(around=around), network, *HOME))
    assert (made.asked, made.alive) == (0, ())
    network.connects = lambda a, p: Connect(a, p, ok=False, failure=Failure.TIMED_OUT)
    made = cast(Neighbours, collect(neighbours.COLLECTOR, Computer(around=around), network, *HOME))
    assert (made.asked, made.alive) == (2, ())


def test_never_more_than_sixteen_and_the_freshest_first() -> None:
    entries = (*(station(last) for last in range(60, 100)), station(100, "reachable"))
    asked = neighbours.to_ask(entries, "eth0", set())
    assert len(asked) == 16
    assert asked[0] == "192.0.2.100"
    assert neighbours.to_ask((Neighbour("eth0", Family.V6, "fe80::1", None, "reachable"),), "eth0", set()) == ()


@pytest.mark.parametrize(
    ("stations", "own", "answer"),
    [
        ((), OWN, False),
        (("3c:a6:2f/000001",), OWN, True),
        (("3c:a6:2f/aaaaaa",), OWN, False),  # that is ourselves
        (("3c:a6:2f/bbbbbb",), OWN, False),  # our other adapter
        (("3c:a6:2f/cccccc",), OWN, False),  # a router that answers for every address
        (("3c:a6:2f/cccccc", "3c:a6:2f/000001"), OWN, True),
        (DENIED, OWN, None),
        (DENIED, OWN._replace(duplicate=True), True),
        (DENIED, OWN._replace(duplicate=True, nic="tap0"), None),  # a tunnel's quarrel is none of this home's
    ],
)
def test_duplicate_own_address(stations: tuple[str, ...] | Exception, own: Address, answer: bool | None) -> None:
    nics = (ETH._replace(mac="3c:a6:2f/aaaaaa"), ETH._replace(name="eth1", mac="3c:a6:2f/bbbbbb"))
    sections = (Interfaces(nics, 2, "eth0"), Addressing((own,), (WAY,)))
    around = NeighbourList((Neighbour("eth0", Family.V4, "192.0.2.1", "3c:a6:2f/cccccc", "reachable"),), 1)
    made = collect(neighbours.COLLECTOR, Computer(around=around), Network(stations=stations), *sections)
    assert cast(Neighbours, made).duplicate_own_address is answer


def test_without_an_address_or_a_wire_nobody_is_asked_about_it() -> None:
    network = Network()
    for sections in (
        (Interfaces((ETH,), 1, "eth0"), Addressing()),
        (Interfaces((NO_CARRIER,), 1, "eth0"), Addressing((OWN,))),
        (Interfaces(), Addressing((OWN,))),
    ):
        made = cast(Neighbours, collect(neighbours.COLLECTOR, Computer(), network, *sections))
        assert (made.asked, made.duplicate_own_address) == (0, None)
    assert network.asked == []


# ------------------------------------------------------------------ proxy and tunnels

ASKED = (Plan(captive=(PAGE,)), Interfaces((ETH,), 1, "eth0"), Addressing((OWN,), (WAY,)))


def proxied(proxy: Proxy, network: Network) -> ProxyVpn:
    return cast(ProxyVpn, collect(proxy_vpn.COLLECTOR, Computer(set_proxies=(proxy,)), network, *ASKED))


def test_no_proxy_sends_nothing() -> None:
    network = Network()
    assert collect(proxy_vpn.COLLECTOR, Computer(), network, *ASKED) == ProxyVpn()
    assert network.asked == []


def test_a_dead_proxy_and_the_same_page_without_it() -> None:
    network = Network(connects=lambda a, p: Connect(a, p, ok=False, failure=Failure.REFUSED))
    made = proxied(Proxy("manual", "environment", "127.0.0.1", 3128), network)
    assert made.proxy_connect == Connect("127.0.0.1", 3128, ok=False, failure=Failure.REFUSED)
    assert (made.proxy_status, made.proxy_failure, made.direct_ok) == (None, Failure.REFUSED, True)


def test_a_proxy_that_wants_a_password() -> None:
    network = Network(
        connects=lambda a, p: Connect(a, p, ok=True),
        pages=lambda url, proxy: HttpAnswer(url, None, status=407 if proxy else 302),
    )
    made = proxied(Proxy("manual", "desktop", "2001:db8::1", 3128), network)
    assert (made.proxy_status, made.direct_ok) == (407, False)
    assert f"http {PAGE.url} by [2001:db8::1]:3128" in network.asked


@pytest.mark.parametrize(("failure", "ok"), [(Failure.NXDOMAIN, False), (Failure.TIMED_OUT, None)])
def test_a_proxy_by_a_name_that_is_not_found(failure: Failure, ok: bool | None) -> None:
    network = Network(found=SystemLookup(False, (), 1.0, failure))
    made = proxied(Proxy("manual", "desktop", "proxy.example", 3128), network)
    assert (made.proxy_connect.ok if made.proxy_connect else None) is ok
    assert made.proxy_failure is failure


def test_a_proxy_by_name_is_connected_at_its_address() -> None:
    network = Network(connects=lambda a, p: Connect(a, p, ok=True))
    made = proxied(Proxy("manual", "desktop", "proxy.example", 3128), network)
    assert made.proxy_connect is not None
    assert (made.proxy_connect.address, made.proxy_status) == ("192.0.2.88", 204)


def test_a_script_that_is_gone() -> None:
    network = Network(pages=lambda url, _proxy: HttpAnswer(url, None, status=404 if url.endswith(".pac") else 204))
    made = proxied(Proxy("pac", "desktop", pac_url="http://pac.example/p.pac"), network)
    assert (made.pac_status, made.direct_ok, made.proxy_connect) == (404, True, None)


def test_a_script_on_this_computers_disk_is_not_fetched() -> None:
    network = Network()
    made = proxied(Proxy("pac", "desktop", pac_url="file:///etc/p.pac"), network)
    assert (made.pac_status, made.pac_failure) == (None, None)
    assert network.asked == [f"http {PAGE.url} by None"]


def test_a_plan_without_pages_leaves_the_contrast_unknown() -> None:
    computer = Computer(set_proxies=(Proxy("wpad", "desktop"),))
    made = cast(ProxyVpn, collect(proxy_vpn.COLLECTOR, computer, None, Plan(), *ASKED[1:]))
    assert made.direct_ok is None


def way(nic: str, destination: str, metric: int = 0, family: Family = Family.V4) -> Route:
    return Route(nic, family, destination, None, metric)


@pytest.mark.parametrize(
    ("routes", "takes"),
    [
        ((way("eth0", "0.0.0.0/0", 100),), False),
        ((way("tun0", "0.0.0.0/0", 50), way("eth0", "0.0.0.0/0", 100)), True),
        ((way("tun0", "0.0.0.0/0", 200), way("eth0", "0.0.0.0/0", 100)), False),
        ((way("tun0", "0.0.0.0/0"), way("eth0", "0.0.0.0/0")), True),  # the system names the better one first
        ((way("eth0", "0.0.0.0/0"), way("tun0", "0.0.0.0/1"), way("tun0", "128.0.0.0/1")), True),
        ((way("eth0", "0.0.0.0/0"), way("tun0", "0.0.0.0/1")), False),
        ((way("eth0", "0.0.0.0/0"), way("tun0", "::/0", 1, Family.V6)), True),
        ((way("tun0", "::/1", 1, Family.V6), way("tun0", "8000::/1", 1, Family.V6)), True),
        ((), False),
    ],
)
def test_which_tunnel_takes_the_way_out(routes: tuple[Route, ...], takes: bool) -> None:
    assert proxy_vpn.tunnels((ETH, TUN), routes) == (Tunnel("tun0", takes),)


def test_a_tunnel_that_is_switched_off_is_none() -> None:
    assert proxy_vpn.tunnels((ETH, TUN._replace(admin_up=False)), ()) == ()


def test_every_collector_declares_what_it_reads() -> None:
    for module in (addressing, dial, interfaces, load, neighbours, past, proxy_vpn, system, traffic, wifi):
        declared: Collector = module.COLLECTOR
        assert declared.seconds <= 5.0
        assert module.__doc__


# ------------------------------------------------------------------ before this run

EARLIER = PastRun(600.0, "fault", "isp-core-outage", "isp-core", 86400, None, same_boot=True)


def test_protection_is_what_the_host_says() -> None:
    found = Protection(("Example Guard",), ("ufw",))
    assert collect(protection.COLLECTOR, Computer(guarded=found)) == found
    with pytest.raises(CannotMeasure):
        collect(protection.COLLECTOR, Computer(guarded=DENIED))


@pytest.mark.parametrize(("set_", "told"), [(True, True), (False, False), (None, None), (DENIED, None)])
def test_a_clock_whose_setting_is_hidden_is_looked_at_all_the_same(set_: bool | Exception | None, told: Any) -> None:
    assert collect(clock.COLLECTOR, Computer(clock_set=set_), None, Plan()) == Clock(from_network=told)


def test_earlier_runs_are_taken_as_the_computer_tells_them() -> None:
    assert collect(past.COLLECTOR, Computer(ran_before=(EARLIER,)), None, Plan()) == Past((EARLIER,))


@pytest.mark.parametrize(
    ("plan", "answer", "outcome"),
    [
        (Plan(history=False), (EARLIER,), Outcome.SKIPPED),
        (Plan(), CannotMeasure(Outcome.DENIED, "x"), Outcome.DENIED),
        # A disk that hangs hides no fault of the connection, so it must not stand in the way of "healthy".
        (Plan(), CannotMeasure(Outcome.TIMED_OUT, "x"), Outcome.UNSUPPORTED),
    ],
)
def test_why_earlier_runs_are_not_looked_at(plan: Plan, answer: Any, outcome: Outcome) -> None:
    with pytest.raises(CannotMeasure) as caught:
        collect(past.COLLECTOR, Computer(ran_before=answer), None, plan)
    assert caught.value.outcome is outcome
