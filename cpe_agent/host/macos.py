"""This computer, when it is a Mac: ``Local`` by what macOS's own programs print, and CoreWLAN where there is pyobjc.

Everything blocking runs in a daemon thread. ``root`` is where files are read from; ``run`` starts programs: both are
parameters so that tests can lay out a Mac's answers. No line of this was ever run on a Mac (docs/platforms.md).
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.facts import Address, DialEntry, Family, HostsEntry, Lease, Neighbour, NicKind, PastRun, Resolver, Route
from cpe_agent.host import (
    AddressSettings,
    Busy,
    DialLog,
    KeptRun,
    NeighbourList,
    NicList,
    OsRelease,
    ResolverList,
    WifiLook,
    dial_macos,
    macos_nics,
    macos_origin,
    macos_settings,
    macos_setup,
    macos_system,
    macos_tables,
    parse_linux,
    past,
)
from cpe_agent.host import program as programs
from cpe_agent.host.bounded_file import lines_with
from cpe_agent.host.hardware_address import station
from cpe_agent.host.macos_commands import (
    ARP,
    IFCONFIG,
    IOSTAT,
    NDP,
    NETSTAT,
    NETWORKSETUP,
    SCUTIL,
    SOCKETFILTERFW,
    SW_VERS,
    SYSCTL,
    SYSTEMEXTENSIONSCTL,
    Commands,
)
from cpe_agent.host.shared_answer import Shared
from cpe_agent.host.thread import asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.facts import Protection, Proxy
    from cpe_agent.host.history import Here
    from cpe_agent.host.macos_commands import Run
    from cpe_agent.host.macos_nics import Counted, Interface
    from cpe_agent.host.macos_setup import Setup
    from cpe_agent.host.macos_tables import Seen, Way

RESOLVERS_KEPT, NEIGHBOURS_KEPT, DIALS_KEPT = 16, 256, 16
_STATE_ORDER = {"reachable": 0, "stale": 1, "incomplete": 2}
_CARRIES = (NicKind.ETHERNET, NicKind.WIFI, NicKind.CELLULAR, NicKind.OTHER)
_INSIDE = (NicKind.TUNNEL, NicKind.PPP, NicKind.LOOPBACK, NicKind.VIRTUAL)


class Links(NamedTuple):
    found: tuple[Interface, ...]
    counted: dict[str, Counted]
    kinds: dict[str, NicKind]


class MacosLocal:
    """Implements ``cpe_agent.host.Local``."""

    def __init__(self, root: Path = Path("/"), run: Run = programs.run) -> None:
        self._root = root
        self._commands = Commands(run)
        # Shorter than anything that is looked at twice (``Traffic``, 0.4 s apart).
        self._links = Shared(self._read_links, 0.1)
        self._ways = Shared(lambda: macos_tables.ways(self._commands.must_say(NETSTAT, "-rn")), 0.1)
        self._seen = Shared(self._read_neighbours, 0.1)
        self._ports = Shared(self._read_ports, 1.0)
        self._setup = Shared(self._read_setup, 1.0)
        self._dials = Shared(self._read_dials, 1.0)

    # ------------------------------------------------------------------ the system

    async def os_release(self) -> OsRelease:
        return await asked(self._os_release)

    def _os_release(self) -> OsRelease:
        told = macos_system.version(self._commands.said(SW_VERS) or "")
        values = macos_system.sysctls(self._commands.said(SYSCTL, "kern.boottime") or "")
        return OsRelease(
            family="macos",
            id="macos",
            name=told.name,
            version=told.version,
            boot_age_s=macos_system.boot_age_s(values, time.time()),
            privileged=os.geteuid() == 0,
        )

    async def busy(self, seconds: float) -> Busy:
        return await asked(self._busy, timeout_s=seconds + 1.6)

    def _busy(self) -> Busy:
        """iostat counts whole seconds: its shortest look is one. Without what this program itself used."""
        began, spent_s = time.monotonic(), time.process_time()
        looked, memory = self._commands.all_said(
            [(IOSTAT, "-n", "0", "-w", "1", "-c", "2"), (SYSCTL, "kern.memorystatus_level")], timeout_s=1.5
        )
        percent = macos_system.memory_percent(macos_system.sysctls(memory or ""))
        own = 100 * (time.process_time() - spent_s) / ((time.monotonic() - began) * (os.cpu_count() or 1))
        busy = macos_system.cpu_percent(looked or "")
        return Busy(None if busy is None else round(max(0.0, busy - own), 1), percent)

    # ------------------------------------------------------------------ interfaces

    def _read_links(self) -> Links:
        whole = self._commands.said(IFCONFIG, "-a", "-L", "-v")
        found = macos_nics.ifconfig(whole or self._commands.must_say(IFCONFIG, "-a"))
        counted = macos_nics.counters(self._commands.said(NETSTAT, "-ibn") or "")
        ports = self._ports.get()
        return Links(found, counted, {one.name: macos_nics.kind(one, ports, counted.get(one.name)) for one in found})

    def _read_ports(self) -> dict[str, str]:
        return macos_nics.hardware_ports(self._commands.said(NETWORKSETUP, "-listallhardwareports") or "")

    async def nics(self) -> NicList:
        return await asked(self._nics, timeout_s=2.5)

    def _nics(self) -> NicList:
        links = self._links.get()
        kept = macos_nics.keep(links.found, links.kinds, {way.nic for way in self._ways.get()})
        return NicList(
            nics=tuple(macos_nics.nic(one, links.kinds[one.name], links.counted.get(one.name)) for one in kept),
            total=len(links.found),
            hardware_seen=bool(macos_nics.HARDWARE & set(links.kinds.values())),
        )

    async def wifi(self) -> WifiLook:
        return await asked(self._wifi, timeout_s=3.8)

    def _wifi(self) -> WifiLook:
        links = self._links.get()
        active = {one.name: one.active for one in links.found if links.kinds[one.name] is NicKind.WIFI}
        if not active:
            return WifiLook((), (), False)
        from cpe_agent.host import macos_wifi

        return macos_wifi.look(active, self._commands)

    # ------------------------------------------------------------------ addresses, routes, resolvers

    def _read_setup(self) -> Setup:
        links = self._links.get()
        could = [one for one in links.found if links.kinds[one.name] in _CARRIES and one.up]
        return macos_setup.read([one.name for one in sorted(could, key=lambda one: not one.active)], self._commands)

    async def addresses(self) -> tuple[Address, ...]:
        return await asked(self._addresses, timeout_s=2.5)

    def _addresses(self) -> tuple[Address, ...]:
        links, (leases, settings) = self._links.get(), self._setup.get()
        found = [
            Address(
                nic=one.name,
                family=inet.family,
                address=inet.address,
                prefix_len=inet.prefix_len,
                origin=macos_origin.of_address(inet, one.name, links.kinds[one.name], leases, settings),
                scope=_scope(inet.address),
                valid_s=inet.valid_s,
                tentative="tentative" in inet.flags,
                # As on Linux: of an IPv4 address the interface's list does not tell it.
                duplicate=("duplicated" in inet.flags) if inet.family is Family.V6 else None,
            )
            for one in links.found
            for inet in one.addresses
        ]
        inside = (NicKind.VIRTUAL, NicKind.LOOPBACK)
        return tuple(sorted(found, key=lambda a: links.kinds[a.nic] in inside)[: macos_nics.MAX_ADDRESSES])

    def _default_ways(self) -> list[Way]:
        """Those for every packet first. A tunnel's scoped way is only for programs that ask for that tunnel."""
        kinds = self._links.get().kinds
        fit = [way for way in self._ways.get() if way.nic in kinds]
        return sorted(
            (way for way in fit if not (way.scoped and kinds[way.nic] in _INSIDE)), key=lambda way: way.scoped
        )

    async def routes(self) -> tuple[Route, ...]:
        return await asked(self._routes, timeout_s=2.5)

    def _routes(self) -> tuple[Route, ...]:
        links, (leases, settings) = self._links.get(), self._setup.get()
        return tuple(
            Route(
                nic=way.nic,
                family=way.family,
                destination=way.destination,
                gateway=way.gateway,
                metric=int(way.scoped),
                origin=macos_origin.of_route(way, links.kinds[way.nic], leases, settings),
            )
            for way in self._default_ways()
        )

    async def resolvers(self) -> ResolverList:
        return await asked(self._resolvers, timeout_s=2.5)

    def _resolvers(self) -> ResolverList:
        links, (leases, settings) = self._links.get(), self._setup.get()
        servers = macos_settings.resolvers(self._commands.must_say(SCUTIL, "--dns"))
        found = tuple(
            Resolver(one.address, one.nic, macos_origin.of_resolver(one, links.kinds, leases, settings))
            for one in servers[:RESOLVERS_KEPT]
        )
        return ResolverList(found, len(servers))

    async def leases(self) -> tuple[Lease, ...]:
        return await asked(self._leases, timeout_s=2.5)

    def _leases(self) -> tuple[Lease, ...]:
        return self._setup.get().leases

    async def address_settings(self) -> AddressSettings:
        return await asked(self._address_settings, timeout_s=2.5)

    def _address_settings(self) -> AddressSettings:
        # configd itself is the DHCP client: there is none that could have stopped alone.
        return AddressSettings(None, self._setup.get().settings.configured)

    # ------------------------------------------------------------------ neighbours, proxies, dialling

    def _read_neighbours(self) -> list[Seen]:
        four, six = self._commands.must_say(ARP, "-an"), self._commands.said(NDP, "-an") or ""
        return [*macos_tables.arp(four), *macos_tables.ndp(six)]

    async def neighbours(self) -> NeighbourList:
        return await asked(self._neighbours)

    def _neighbours(self) -> NeighbourList:
        """The gateways' entries first, then the liveliest."""
        gateways = {way.gateway for way in self._default_ways()}
        seen = sorted(self._seen.get(), key=lambda one: (one.address not in gateways, _STATE_ORDER[one.state]))
        entries = tuple(
            Neighbour(one.nic, one.family, one.address, station(one.mac), one.state) for one in seen[:NEIGHBOURS_KEPT]
        )
        return NeighbourList(entries, len(seen))

    async def hosts_overrides(self, names: Sequence[str]) -> tuple[HostsEntry, ...]:
        return await asked(self._hosts_overrides, tuple(names)[:256])

    def _hosts_overrides(self, names: tuple[str, ...]) -> tuple[HostsEntry, ...]:
        return parse_linux.hosts_entries(lines_with(self._root / "etc/hosts", names), names)

    async def proxies(self) -> tuple[Proxy, ...]:
        return await asked(self._proxies)

    def _proxies(self) -> tuple[Proxy, ...]:
        """The system's first: that is what a browser goes by."""
        own = macos_settings.proxies(self._commands.said(SCUTIL, "--proxy") or "")
        return tuple(dict.fromkeys((*own, *parse_linux.environment_proxies(os.environ))))

    def _read_dials(self) -> list[dial_macos.Service] | None:
        text = self._commands.said(SCUTIL, "--nc", "list")
        return None if text is None else dial_macos.services(text)[:DIALS_KEPT]

    async def dial_entries(self) -> tuple[DialEntry, ...]:
        return await asked(self._dial_entries)

    def _dial_entries(self) -> tuple[DialEntry, ...]:
        """In use, as on the other systems: one that is only set up is told by ``dial_log``."""
        return tuple(one.entry for one in self._dials.get() or () if one.entry.state != "idle")

    async def dial_log(self) -> DialLog:
        return await asked(self._dial_log, timeout_s=2.0)

    def _dial_log(self) -> DialLog:
        from cpe_agent.host import macos_dial_log

        return macos_dial_log.look(self._root / "var/log/ppp.log", self._dials.get(), self._commands, time.time())

    async def login_tests(self) -> tuple[DialEntry, ...]:
        return await asked(past.login_tests)

    # ------------------------------------------------------------------ what is set up here

    async def protection(self) -> Protection:
        return await asked(self._protection)

    def _protection(self) -> Protection:
        from cpe_agent.host import macos_protection

        firewall, extensions = self._commands.all_said(
            [(SOCKETFILTERFW, "--getglobalstate"), (SYSTEMEXTENSIONSCTL, "list")]
        )
        if firewall is None and extensions is None:
            raise CannotMeasure(Outcome.UNSUPPORTED, "socketfilterfw and systemextensionsctl tell nothing here")
        return macos_protection.read(firewall, extensions)

    async def clock_from_network(self) -> bool | None:
        raise CannotMeasure(Outcome.UNSUPPORTED, "systemsetup alone tells it, and to root alone")

    # ------------------------------------------------------------------ before this run

    def _here(self, looks: int = 1) -> Here | None:
        """Asks few programs: what is left after a run's answer has half a second."""
        from cpe_agent.host import macos_here

        fit = [way for way in self._ways.get() if way.gateway and not way.scoped]
        ways = [way for way in fit if macos_nics.kind_by_name(way.nic) not in _INSIDE]
        return macos_here.look(ways[0] if ways else None, self._seen.get, self._commands, looks)

    async def past_runs(self) -> tuple[PastRun, ...]:
        return await asked(self._past_runs, timeout_s=2.0)

    def _past_runs(self) -> tuple[PastRun, ...]:
        return past.past_runs(self._here(looks=3))

    def keep_run(self, run: KeptRun) -> None:
        """See ``cpe_agent.host.keep_run``."""
        past.keep(self._here(), run)


def _scope(address: str) -> str:
    if address.startswith(("fe80:", "169.254.")):
        return "link"
    return "host" if address == "::1" or address.startswith("127.") else "global"
