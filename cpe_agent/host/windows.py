"""This computer, when it runs Windows: ``Local`` by the system's own libraries and the registry. No program is started,
no right is needed, and nothing is asked that would make Windows ask the user (a Wi-Fi scan does).

The calls are in ``windows_api``, what their bytes say in the files beside it. Everything blocking runs in a daemon
thread.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_agent.facts import NicKind, Origin, Resolver, Route
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
    parse_linux,
    past,
    windows_api,
    windows_leases,
    windows_look,
    windows_nics,
    windows_registry,
    windows_services,
    windows_tables,
)
from cpe_agent.host.bounded_file import lines_with, read_text
from cpe_agent.host.shared_answer import Shared
from cpe_agent.host.thread import asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.facts import Address, DialEntry, HostsEntry, Lease, PastRun, Protection, Proxy

_HARDWARE = {NicKind.ETHERNET, NicKind.WIFI, NicKind.CELLULAR}
_TCPIP = r"SYSTEM\CurrentControlSet\Services\{}\Parameters\Interfaces\{}"
_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_STOPPED, _RUNNING = 1, 4  # winsvc.h
_RAS_EVENTS = "*[System[Provider[@Name='RasClient'] and TimeCreated[timediff(@SystemTime) <= 900000]]]"
_MOST_EVENTS = 128
_PHONE_BOOK = "Microsoft/Network/Connections/Pbk/rasphone.pbk"


class WindowsLocal:
    """Implements ``cpe_agent.host.Local``."""

    def __init__(self) -> None:
        # Shorter than anything that is looked at twice (``Traffic``, 0.4 s apart).
        self._tables = Shared(windows_look.read_tables, 0.1)
        self._settings = Shared(self._read_settings, 0.1)

    # ------------------------------------------------------------------ the system

    async def os_release(self) -> OsRelease:
        return await asked(self._os_release)

    def _os_release(self) -> OsRelease:
        from cpe_agent.host import windows_release

        found = windows_release.read_release(windows_api.version(), windows_registry.values(_VERSION))
        if found is None:
            raise OSError("the system does not tell its version")
        since_boot_s, administrator = windows_api.since_boot_ms() / 1000, windows_api.is_administrator()
        return OsRelease("windows", found.id, found.name, found.version, since_boot_s, administrator)

    async def busy(self, seconds: float) -> Busy:
        return await asked(self._busy, seconds, timeout_s=seconds + 1.0)

    def _busy(self, seconds: float) -> Busy:
        from cpe_agent.host import windows_busy

        before, began_s = windows_api.processor_times(), time.process_time()
        time.sleep(max(0.05, seconds))
        cpu = windows_busy.cpu_percent(before, windows_api.processor_times(), time.process_time() - began_s)
        return Busy(cpu, windows_busy.memory_percent(windows_api.memory_status()))

    # ------------------------------------------------------------------ interfaces

    async def nics(self) -> NicList:
        return await asked(self._nics, timeout_s=2.0)

    def _nics(self) -> NicList:
        found = self._tables.get().interfaces
        off = windows_nics.switched_off((one.guid for one in found), windows_look.plugged_in())
        nics = [*(one.nic for one in found), *(one.nic for one in off)]
        hardware = bool(_HARDWARE & {nic.kind for nic in nics})
        return NicList(tuple(nics[: windows_nics.MAX_NICS]), len(nics), hardware)

    async def wifi(self) -> WifiLook:
        from cpe_agent.host import windows_wifi_look

        return await windows_wifi_look.look(lambda: self._tables.get().interfaces)

    # ------------------------------------------------------------------ addresses, routes, resolvers

    async def addresses(self) -> tuple[Address, ...]:
        return await asked(self._addresses, timeout_s=2.0)

    def _addresses(self) -> tuple[Address, ...]:
        tables, settings = self._tables.get(), self._settings.get()
        return tuple(
            one._replace(
                origin=windows_look.origin_of(tables, adapter)
                or settings[adapter.name].address_origin(one.address, one.origin)
            )
            for adapter in tables.adapters
            for one in adapter.addresses
        )

    async def routes(self) -> tuple[Route, ...]:
        return await asked(self._routes, timeout_s=2.0)

    def _routes(self) -> tuple[Route, ...]:
        tables, settings = self._tables.get(), self._settings.get()
        found = []
        for way in tables.ways:
            nic, kind = tables.names[way.if_index], tables.kinds[way.if_index]
            origin = way.origin
            if kind in (NicKind.PPP, NicKind.TUNNEL):
                origin = Origin.PPP if kind is NicKind.PPP else Origin.TUNNEL
            elif nic in settings and way.gateway in settings[nic].static:
                origin = Origin.STATIC
            found.append(Route(nic, way.family, way.destination, way.gateway, way.metric, origin))
        return tuple(found[: windows_tables.ROUTES_KEPT])

    async def resolvers(self) -> ResolverList:
        return await asked(self._resolvers, timeout_s=2.0)

    def _resolvers(self) -> ResolverList:
        tables, settings = self._tables.get(), self._settings.get()
        best = {tables.names[way.if_index]: at for at, way in reversed(list(enumerate(tables.ways)))}
        found: dict[str, Resolver] = {}
        for adapter in sorted(tables.adapters, key=lambda one: best.get(one.name, len(best))):
            for address in adapter.resolvers:
                origin = windows_look.origin_of(tables, adapter) or settings[adapter.name].resolver_origin(address)
                found.setdefault(address, Resolver(address, adapter.name, origin))
        return ResolverList(tuple(found.values())[:16], len(found))

    async def leases(self) -> tuple[Lease, ...]:
        return await asked(self._leases)

    def _leases(self) -> tuple[Lease, ...]:
        """Those whose address is in use: the registry keeps the last one when the cable is pulled."""
        own = {(adapter.name, one.address) for adapter in self._tables.get().adapters for one in adapter.addresses}
        leases = (one.lease for one in self._settings.get().values())
        return tuple(lease for lease in leases if lease is not None and (lease.nic, lease.address) in own)

    async def address_settings(self) -> AddressSettings:
        return await asked(self._address_settings, timeout_s=2.0)

    def _address_settings(self) -> AddressSettings:
        word = {_RUNNING: "running", _STOPPED: "stopped"}.get(windows_api.service_state("Dhcp") or 0)
        told = {name: one.dhcp for name, one in self._settings.get().items() if one.dhcp is not None}
        return AddressSettings(word, {name: "dhcp" if dhcp else "static" for name, dhcp in told.items()})

    def _read_settings(self) -> dict[str, windows_leases.Interface]:
        """What the registry says of each adapter, by the adapter's name. Of a mobile one it says nothing: the modem's
        driver writes its address there as a person would."""
        now = time.time()
        found = {}
        tables = self._tables.get()
        for adapter in tables.adapters:
            if tables.kinds.get(adapter.if_index) is NicKind.CELLULAR:
                found[adapter.name] = windows_leases.Interface()
                continue
            v4, v6 = (windows_registry.values(_TCPIP.format(part, adapter.guid)) for part in ("Tcpip", "Tcpip6"))
            found[adapter.name] = windows_leases.read_interface(adapter.name, v4, v6, now)
        return found

    # ------------------------------------------------------------------ neighbours, proxies, dialling

    async def neighbours(self) -> NeighbourList:
        return await asked(self._neighbours)

    def _neighbours(self) -> NeighbourList:
        tables = self._tables.get()
        gateways = {way.gateway for way in tables.ways}
        return windows_tables.neighbours(windows_look.stations(), tables.names, gateways)

    async def hosts_overrides(self, names: Sequence[str]) -> tuple[HostsEntry, ...]:
        return await asked(self._hosts_overrides, tuple(names)[:256])

    def _hosts_overrides(self, names: tuple[str, ...]) -> tuple[HostsEntry, ...]:
        file = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "drivers", "etc", "hosts")
        return parse_linux.hosts_entries(lines_with(file, names), names)

    async def proxies(self) -> tuple[Proxy, ...]:
        return await asked(self._proxies)

    def _proxies(self) -> tuple[Proxy, ...]:
        """Those of the user's settings, which browsers go by; they do not look at the environment here."""
        from cpe_agent.host import windows_proxy

        return windows_proxy.read_proxies(*windows_api.proxy_settings())

    async def dial_entries(self) -> tuple[DialEntry, ...]:
        return await asked(self._dial_entries)

    def _dial_entries(self) -> tuple[DialEntry, ...]:
        from cpe_agent.host import windows_ras

        found = (
            windows_ras.entry(one.kind, windows_services.ras_status(one.handle, windows_ras.STATUS_BYTES))
            for one in windows_look.dialled()
        )
        return tuple(entry for entry in found if entry is not None)

    async def dial_log(self) -> DialLog:
        return await asked(self._dial_log, timeout_s=1.4)

    def _dial_log(self) -> DialLog:
        from cpe_agent.host import dial_ras, windows_ras

        places = [os.environ.get(name) for name in ("APPDATA", "PROGRAMDATA")]
        books = [read_text(Path(place, _PHONE_BOOK)) for place in places if place]
        there = [book for book in books if book is not None]
        if not there:
            return DialLog((), None, False)  # nothing was ever set up to be dialled
        set_up = any(windows_ras.dials_a_provider(book) for book in there)
        try:
            text = windows_services.events("Application", _RAS_EVENTS, _MOST_EVENTS)
        except PermissionError:
            return DialLog((), "denied", set_up)
        except OSError:  # the event log's service does not run
            return DialLog((), None, set_up)
        return DialLog(tuple(dial_ras.entries(dial_ras.read_events(text), time.time())), "read", set_up)

    async def login_tests(self) -> tuple[DialEntry, ...]:
        return await asked(past.login_tests)

    # ------------------------------------------------------------------ what is set up here

    async def protection(self) -> Protection:
        return await asked(self._protection)

    def _protection(self) -> Protection:
        from cpe_agent.host import windows_protection

        return windows_protection.read(windows_registry.values, windows_registry.keys)

    async def clock_from_network(self) -> bool | None:
        return await asked(self._clock_from_network, timeout_s=0.5)

    def _clock_from_network(self) -> bool | None:
        from cpe_agent.host import windows_clock

        return windows_clock.read(windows_registry.values)

    # ------------------------------------------------------------------ before this run

    async def past_runs(self) -> tuple[PastRun, ...]:
        return await asked(self._past_runs)

    def _past_runs(self) -> tuple[PastRun, ...]:
        from cpe_agent.host import windows_here

        return past.past_runs(windows_here.look(self._tables.get().ways, windows_look.stations, looks=3))

    def keep_run(self, run: KeptRun) -> None:
        """See ``cpe_agent.host.keep_run``."""
        from cpe_agent.host import windows_here

        past.keep(windows_here.look(self._tables.get().ways, windows_look.stations), run)
