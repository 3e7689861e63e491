"""The only door to the operating system and the network.

``Host`` is two small protocols that answer questions: ``Local`` (this computer; one implementation a system) and
``Net`` (probes; portable). Every method is a coroutine and returns records of ``cpe_agent.facts``, so that
``replay`` can record and answer any of them. A method raises only ``CannotMeasure`` (``denied``, ``unsupported``);
what the network did is inside the answer. No call outlives its ``timeout_s`` by more than a scheduling delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_agent.facts import (
        Address,
        Concentrator,
        Connect,
        DhcpOffer,
        DialEntry,
        DnsAnswer,
        Echo,
        Failure,
        Family,
        Hop,
        HostsEntry,
        HttpAnswer,
        Lease,
        NatPmp,
        Neighbour,
        Nic,
        PastRun,
        PathMtu,
        Protection,
        Proxy,
        Resolver,
        Route,
        TlsAnswer,
        WifiLink,
        WifiNetwork,
    )

    RouterLogin = Callable[[], tuple[str, str]]


class OsRelease(NamedTuple):
    """``family``: linux | windows | macos. ``id`` and ``version`` are the keys of the support table."""

    family: str
    id: str
    name: str
    version: str
    boot_age_s: float | None
    privileged: bool


class Busy(NamedTuple):
    cpu_percent: float | None
    memory_percent: float | None


class NicList(NamedTuple):
    nics: tuple[Nic, ...]
    total: int
    hardware_seen: bool | None


class ResolverList(NamedTuple):
    resolvers: tuple[Resolver, ...]
    total: int


class AddressSettings(NamedTuple):
    """``dhcp_client``: running | stopped | None (cannot tell). ``configured``: nic name -> dhcp | static."""

    dhcp_client: str | None
    configured: dict[str, str]


class WifiLook(NamedTuple):
    links: tuple[WifiLink, ...]
    scan: tuple[WifiNetwork, ...]
    scan_known: bool


class DialLog(NamedTuple):
    """Failed attempts of the last quarter of an hour. ``log``: read | denied | None (nothing here dials, or nothing
    writes a log). ``set_up``: a connection to dial is set up here, in use or not; None when that is hidden."""

    entries: tuple[DialEntry, ...]
    log: str | None
    set_up: bool | None = None


class NeighbourList(NamedTuple):
    entries: tuple[Neighbour, ...]
    total: int


class SystemLookup(NamedTuple):
    """What the system's own resolver said (its cache, hosts file and settings included)."""

    ok: bool
    addresses: tuple[str, ...]
    ms: float
    failure: Failure | None


class SsdpAnswer(NamedTuple):
    """``sender`` is the address it came from; ``location`` is cut to 256 characters and not yet trusted."""

    sender: str
    location: str
    search_target: str


class SsdpSearch(NamedTuple):
    answers: tuple[SsdpAnswer, ...]  # at most 32, one a location
    heard: int  # datagrams, up to the bound of 256 where listening stops


class IgdService(NamedTuple):
    service: str  # "WANPPPConnection" | "WANIPConnection" | "WANCommonInterfaceConfig" | "DeviceInfo"
    service_type: str
    control_url: str


class IgdDescription(NamedTuple):
    """``source``: igd1 | igd2 | tr064, by the device's own type."""

    manufacturer: str | None
    model: str | None
    services: tuple[IgdService, ...]
    failure: Failure | None
    source: str | None = None


class SoapAnswer(NamedTuple):
    """``values``: the out-arguments that say how the line is, values cleaned and cut to 64 characters; what else a
    router gives away (the customer's user name for one) is dropped."""

    values: dict[str, str]
    failure: Failure | None
    fault: str | None  # the SOAP fault's UPnP error code; 606 (not authorised) also for an HTTP 401


class TimeAnswer(NamedTuple):
    """``skew_s``: positive where this computer is ahead, None without an answer. ``error_s`` bounds how wrong that is:
    half of the way there and back, and what the server says of itself. ``stratum``: its distance from a true clock."""

    skew_s: float | None = None
    error_s: float | None = None
    stratum: int | None = None
    failure: Failure | None = None


class DhcpAsk(NamedTuple):
    sent: int
    offers: tuple[DhcpOffer, ...]


class KeptRun(NamedTuple):
    """What one run leaves for the next ones. ``router_epoch_s`` and ``wan_uptime_s``: as the router told them."""

    verdict: str
    fault: str | None = None
    owner: str | None = None
    router_epoch_s: int | None = None
    wan_uptime_s: int | None = None


class PppoeAsk(NamedTuple):
    """``unmatched``: an offer was sent to this computer that does not carry our call's mark."""

    sent: int
    concentrators: tuple[Concentrator, ...]
    unmatched: bool


class Local(Protocol):
    """This computer. Every answer comes from the system at the moment of asking."""

    async def os_release(self) -> OsRelease: ...
    async def busy(self, seconds: float) -> Busy: ...
    async def nics(self) -> NicList: ...
    async def wifi(self) -> WifiLook: ...
    async def addresses(self) -> tuple[Address, ...]: ...
    async def routes(self) -> tuple[Route, ...]: ...
    async def resolvers(self) -> ResolverList: ...
    async def leases(self) -> tuple[Lease, ...]: ...
    async def address_settings(self) -> AddressSettings: ...
    async def neighbours(self) -> NeighbourList: ...
    async def hosts_overrides(self, names: Sequence[str]) -> tuple[HostsEntry, ...]: ...
    async def proxies(self) -> tuple[Proxy, ...]: ...
    async def dial_entries(self) -> tuple[DialEntry, ...]: ...
    async def dial_log(self) -> DialLog: ...
    async def protection(self) -> Protection: ...
    async def clock_from_network(self) -> bool | None: ...
    async def past_runs(self) -> tuple[PastRun, ...]: ...
    async def login_tests(self) -> tuple[DialEntry, ...]: ...


class Net(Protocol):
    """Probes. ``nic`` binds a probe to one interface (``CannotMeasure`` when the system refuses that)."""

    async def echo(
        self,
        address: str,
        *,
        count: int = 1,
        interval_s: float = 0.01,
        timeout_s: float = 1.0,
        nic: str | None = None,
    ) -> Echo: ...

    async def echo_dns(
        self, server: str, *, count: int = 1, interval_s: float = 0.01, timeout_s: float = 1.0
    ) -> Echo: ...

    async def echo_tcp(
        self, address: str, port: int, *, count: int = 1, interval_s: float = 0.01, timeout_s: float = 1.0
    ) -> Echo:
        """Handshakes with a port that is known to answer, be it with a reset; each is hung up at once."""
        ...

    async def hop_echo(
        self, address: str, ttl: int, *, count: int = 1, interval_s: float = 0.01, timeout_s: float = 1.0
    ) -> Echo: ...

    async def connect(self, address: str, port: int, *, timeout_s: float, nic: str | None = None) -> Connect: ...

    async def dns(
        self,
        server: str,
        name: str,
        *,
        kind: str = "known",
        record: str = "A",
        transport: str = "udp",
        timeout_s: float = 1.5,
        resend_s: tuple[float, ...] = (0.6,),
        nic: str | None = None,
    ) -> DnsAnswer: ...

    async def tls(
        self, host: str, *, address: str, port: int = 443, timeout_s: float = 2.5, nic: str | None = None
    ) -> TlsAnswer: ...

    async def http(
        self,
        url: str,
        *,
        address: str | None = None,
        proxy: str | None = None,
        expect_body: str | None = None,
        timeout_s: float = 2.5,
        max_bytes: int = 65536,
    ) -> HttpAnswer: ...

    async def lookup(self, name: str, *, family: Family | None = None, timeout_s: float = 2.5) -> SystemLookup: ...

    async def trace(
        self, address: str, *, max_ttl: int = 16, rounds: int = 1, timeout_s: float = 1.0
    ) -> tuple[Hop, ...]: ...

    async def path_mtu(self, address: str, *, sizes: tuple[int, ...], timeout_s: float = 1.0) -> PathMtu: ...

    async def ssdp(self, gateway: str, *, timeout_s: float) -> SsdpSearch: ...
    async def igd_description(self, location: str, *, timeout_s: float) -> IgdDescription: ...
    async def igd_call(
        self, control_url: str, service_type: str, action: str, *, timeout_s: float, with_login: bool = False
    ) -> SoapAnswer:
        """``with_login``: by the router's own login, if the customer chose to give it and the router asks for it."""
        ...

    async def nat_pmp(self, gateway: str, *, timeout_s: float) -> NatPmp: ...
    async def pcp(self, gateway: str, *, timeout_s: float) -> NatPmp: ...
    async def sntp(self, address: str, *, timeout_s: float) -> TimeAnswer: ...
    async def dhcp_discover(self, nic: str, *, timeout_s: float) -> DhcpAsk: ...
    async def pppoe_discover(self, nic: str, *, listed: Sequence[str], timeout_s: float) -> PppoeAsk:
        """Calls (PADI) until somebody offers a session (PADO) or ``timeout_s`` is over. ``listed``: the provider's
        concentrators, by AC-Name or hardware address."""
        ...

    async def arp_macs(self, nic: str, address: str, *, timeout_s: float) -> tuple[str, ...]: ...
    async def loopback_tcp(self, *, timeout_s: float = 0.5) -> Connect: ...


@dataclass(frozen=True)
class Host:
    """Everything a collector may ask."""

    local: Local
    net: Net


class OwnLocal(Local, Protocol):
    """``Local`` of this very computer, which can leave something for the next run."""

    def keep_run(self, run: KeptRun) -> None: ...


def this_local() -> OwnLocal:
    """The part for the system this runs on. Raises ``CannotMeasure`` on one that there is no part for."""
    import sys

    from cpe_agent.collector import CannotMeasure, Outcome

    system: str = sys.platform
    if system == "linux":
        from cpe_agent.host.linux import LinuxLocal

        return LinuxLocal()
    if system == "win32":
        from cpe_agent.host.windows import WindowsLocal

        return WindowsLocal()
    if system == "darwin":
        from cpe_agent.host.macos import MacosLocal

        return MacosLocal()
    raise CannotMeasure(Outcome.UNSUPPORTED, f"no host part for {system} yet")


def this_host(router_login: RouterLogin | None = None) -> Host:
    """The host for the system this runs on. ``router_login`` gives the name and password of the router's own pages at
    the moment they are needed, for a customer who chose to give them. Raises ``CannotMeasure`` on a system we have no
    part for."""
    local = this_local()
    from cpe_agent.host.net import Probes

    return Host(local, Probes(router_login))


def keep_run(run: KeptRun) -> None:
    """Leave a run for the next ones on this computer (``Local.past_runs``). Raises OSError, and ``CannotMeasure`` on a
    system that there is no part for. Nothing is kept where no router tells this home from another."""
    this_local().keep_run(run)
