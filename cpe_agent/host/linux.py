"""This computer, when it runs Linux: ``Local`` by rtnetlink, sysfs, procfs, settings files and the system's programs.

Everything blocking runs in a daemon thread. ``root`` is where files are read from; ``run`` starts programs: both are
parameters so that tests can lay out any distribution's files.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import Address, DialEntry, HostsEntry, Lease, NicKind, PastRun, Proxy, Route
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
    linux_dial,
    linux_leases,
    linux_nics,
    linux_origin,
    linux_resolvers,
    linux_services,
    linux_settings,
    linux_tables,
    parse_linux,
    past,
)
from cpe_agent.host import program as programs
from cpe_agent.host.bounded_file import files_in, lines_with, read_text
from cpe_agent.host.shared_answer import Shared
from cpe_agent.host.thread import asked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_agent.facts import Protection

    Run = Callable[..., programs.Ran | None]

_HARDWARE = {NicKind.ETHERNET, NicKind.WIFI, NicKind.CELLULAR}


class Files(NamedTuple):
    """What is written down about the interfaces."""

    leases: tuple[Lease, ...]
    settings: linux_settings.Settings


class LinuxLocal:
    """Implements ``cpe_agent.host.Local``."""

    def __init__(self, root: Path = Path("/"), run: Run = programs.run) -> None:
        self._root = root
        self._run = run
        self._sysfs = root / "sys/class/net"
        # Shorter than anything that is looked at twice (``Traffic``, 0.4 s apart).
        self._links = Shared(lambda: linux_tables.read_links(self._sysfs), 0.1)
        self._files = Shared(self._read_files, 0.1)
        self._nm_devices = Shared(self._read_nm_devices, 1.0)
        self._nm_connections = Shared(self._read_nm_connections, 1.0)
        self._services = Shared(lambda: linux_services.Services(root), 1.0)

    # ------------------------------------------------------------------ the system

    async def os_release(self) -> OsRelease:
        return await asked(self._os_release)

    def _os_release(self) -> OsRelease:
        text = read_text(self._root / "etc/os-release") or read_text(self._root / "usr/lib/os-release") or ""
        values = parse_linux.assignments(text)
        return OsRelease(
            family="linux",
            id=parse_linux.printable(values.get("ID", "linux")).lower(),
            name=parse_linux.printable(values.get("PRETTY_NAME") or values.get("NAME") or "Linux"),
            version=parse_linux.printable(values.get("VERSION_ID", ""), 32),
            boot_age_s=parse_linux.uptime_s(read_text("/proc/uptime") or ""),
            privileged=parse_linux.may_send_raw(read_text("/proc/self/status") or ""),
        )

    async def busy(self, seconds: float) -> Busy:
        from cpe_agent.host import linux_busy

        return await asked(linux_busy.look, seconds, timeout_s=seconds + 1.0)

    # ------------------------------------------------------------------ interfaces

    async def nics(self) -> NicList:
        return await asked(self._nics)

    def _nics(self) -> NicList:
        links = self._links.get()
        ways = {row.if_index for row in linux_tables.default_routes(links)}
        kept = linux_nics.keep(links.rows, links.kinds, ways)
        return NicList(
            nics=tuple(linux_nics.nic(row, links.kinds[row.if_index], self._sysfs) for row in kept),
            total=len(links.rows),
            hardware_seen=bool(_HARDWARE & set(links.kinds.values())),
        )

    async def wifi(self) -> WifiLook:
        return await asked(self._wifi, timeout_s=3.5)

    def _wifi(self) -> WifiLook:
        links = self._links.get()
        names = [row.name for row in links.rows if links.kinds[row.if_index] is NicKind.WIFI]
        if not names:
            return WifiLook((), (), False)
        from cpe_agent.host import linux_wifi

        return WifiLook(*linux_wifi.look(self._root, names, self._run, self._nm_devices.get()))

    # ------------------------------------------------------------------ addresses, routes, resolvers

    async def addresses(self) -> tuple[Address, ...]:
        return await asked(self._addresses, timeout_s=2.0)

    def _addresses(self) -> tuple[Address, ...]:
        links, (leases, settings) = self._links.get(), self._files.get()
        return tuple(linux_tables.address(row, links, leases, settings) for row in linux_tables.address_rows(links))

    async def routes(self) -> tuple[Route, ...]:
        return await asked(self._routes, timeout_s=2.0)

    def _routes(self) -> tuple[Route, ...]:
        links, (leases, settings) = self._links.get(), self._files.get()
        return tuple(
            Route(
                nic=links.names[row.if_index],
                family=linux_tables.FAMILY[row.family],
                destination=row.destination,
                gateway=row.gateway,
                metric=row.metric,
                origin=linux_origin.of_route(
                    row, links.names[row.if_index], links.kinds[row.if_index], leases, settings
                ),
            )
            for row in linux_tables.default_routes(links)
        )

    async def resolvers(self) -> ResolverList:
        return await asked(self._resolvers, timeout_s=2.5)

    def _resolvers(self) -> ResolverList:
        links, (leases, settings) = self._links.get(), self._files.get()
        tunnels = frozenset(links.names[index] for index, kind in links.kinds.items() if kind is NicKind.TUNNEL)
        return linux_resolvers.read_resolvers(
            self._root, self._asked_names(links), tunnels, leases, settings, self._run
        )

    async def leases(self) -> tuple[Lease, ...]:
        return await asked(self._leases)

    def _leases(self) -> tuple[Lease, ...]:
        return self._files.get().leases

    async def address_settings(self) -> AddressSettings:
        return await asked(self._address_settings, timeout_s=2.0)

    def _address_settings(self) -> AddressSettings:
        links, configured = self._links.get(), self._files.get().settings.configured
        runs = linux_settings.dhcp_client_runs(self._root / "proc")
        wanted = any(configured.get(nic) == "dhcp" for nic in links.names.values())
        # A system whose settings nobody can read may get its address in a way that needs no process of its own.
        client = "running" if runs else ("stopped" if runs is False and wanted else None)
        return AddressSettings(client, configured)

    @staticmethod
    def _asked_names(links: linux_tables.Links) -> dict[int, str]:
        """The interfaces whose state files are looked for: a machine with thousands has containers, not leases."""
        return {row.if_index: row.name for row in linux_nics.keep(links.rows, links.kinds, set())}

    def _read_files(self) -> Files:
        names, now = self._asked_names(self._links.get()), time.time()
        kept = linux_leases.read_leases(self._root, names, now)
        have = {one.lease.nic for one in kept}
        devices = self._nm_devices.get()
        for block in devices:
            nic = block.get("GENERAL.DEVICE", "")
            if nic not in have and (one := linux_leases.nmcli(nic, linux_settings.nmcli_options(block))):
                kept.append(one)
        settings = linux_settings.read_settings(self._root, names, self._run, devices)
        return Files(linux_leases.newest(kept, names, now), settings)

    def _read_nm_devices(self) -> list[dict[str, str]]:
        """NetworkManager's word on every device."""
        if not (self._root / "run/NetworkManager").exists():
            return []
        fields = "GENERAL.DEVICE,GENERAL.STATE,GENERAL.REASON,GENERAL.CON-UUID,DHCP4.OPTION"
        ran = self._run("nmcli", "-t", "-f", fields, "device", "show")
        return linux_settings.nmcli_blocks(ran.text) if ran is not None and ran.status == 0 else []

    def _read_nm_connections(self) -> str:
        """NetworkManager's connections, saved and in use."""
        if not (self._root / "run/NetworkManager").exists():
            return ""
        ran = self._run("nmcli", "-t", "-f", "UUID,TYPE,STATE", "connection", "show")
        return ran.text if ran is not None and ran.status == 0 else ""

    # ------------------------------------------------------------------ neighbours, proxies, dialling

    async def neighbours(self) -> NeighbourList:
        return await asked(self._neighbours)

    def _neighbours(self) -> NeighbourList:
        return linux_tables.neighbours(self._links.get())

    async def hosts_overrides(self, names: Sequence[str]) -> tuple[HostsEntry, ...]:
        return await asked(self._hosts_overrides, tuple(names)[:256])

    def _hosts_overrides(self, names: tuple[str, ...]) -> tuple[HostsEntry, ...]:
        return parse_linux.hosts_entries(lines_with(self._root / "etc/hosts", names), names)

    async def proxies(self) -> tuple[Proxy, ...]:
        return await asked(self._proxies)

    def _proxies(self) -> tuple[Proxy, ...]:
        """The desktop's first: that is what a browser goes by."""
        found: list[Proxy | None] = []
        place = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("HOME", "") + "/.config"
        config = self._root / place.lstrip("/")
        # The program takes 25 ms; it has nothing to tell when nobody ever stored a setting.
        own = (config / "dconf/user", config / "glib-2.0/settings/keyfile")
        if any(store.is_file() for store in (*own, *files_in(self._root / "etc/dconf/db"))):
            asked = self._run("gsettings", "list-recursively", "org.gnome.system.proxy", timeout_s=0.3)
            if asked is not None and asked.status == 0:
                found.append(parse_linux.gnome_proxy(asked.text))
        found.append(parse_linux.kde_proxy(read_text(config / "kioslaverc") or ""))
        found += parse_linux.environment_proxies(os.environ)
        return tuple(dict.fromkeys(proxy for proxy in found if proxy is not None))

    async def dial_entries(self) -> tuple[DialEntry, ...]:
        return await asked(self._dial_entries)

    def _dial_entries(self) -> tuple[DialEntry, ...]:
        links = self._links.get()
        found = linux_dial.ppp_interfaces(self._root, links.rows, links.kinds)
        own = linux_dial.nm_active(self._nm_connections.get())
        # NetworkManager's PPPoE is a pppd too: one connection, told once, by the one that knows its kind.
        found = own if any(entry.kind == "pppoe" for entry in own) else [*found, *own]
        return tuple(found[: linux_dial.MAX_ENTRIES])

    async def dial_log(self) -> DialLog:
        return await asked(self._dial_log, timeout_s=1.4)

    def _dial_log(self) -> DialLog:
        connections = self._nm_connections.get()
        in_use = NicKind.PPP in self._links.get().kinds.values()
        dialled = in_use or "pppoe" in connections
        set_up = True if dialled else linux_dial.dials_a_provider(self._root)
        if not (dialled or linux_dial.has_profile(self._root)):
            return DialLog((), None, set_up)
        from cpe_agent.host import linux_dial_log

        found = linux_dial_log.look(self._root, self._run, connections, self._nm_devices.get, time.time())
        return found._replace(set_up=set_up)

    async def login_tests(self) -> tuple[DialEntry, ...]:
        return await asked(past.login_tests)

    # ------------------------------------------------------------------ what is set up here

    async def protection(self) -> Protection:
        return await asked(self._protection)

    def _protection(self) -> Protection:
        from cpe_agent.host import linux_protection

        return linux_protection.look(self._root, self._services.get())

    async def clock_from_network(self) -> bool | None:
        return await asked(self._clock_from_network, timeout_s=0.5)

    def _clock_from_network(self) -> bool | None:
        from cpe_agent.host import linux_clock

        return linux_clock.from_network(self._services.get())

    # ------------------------------------------------------------------ before this run

    async def past_runs(self) -> tuple[PastRun, ...]:
        return await asked(self._past_runs)

    def _past_runs(self) -> tuple[PastRun, ...]:
        from cpe_agent.host import linux_here

        return past.past_runs(linux_here.look(self._links.get(), looks=3))

    def keep_run(self, run: KeptRun) -> None:
        """See ``cpe_agent.host.keep_run``."""
        from cpe_agent.host import linux_here

        past.keep(linux_here.look(self._links.get()), run)
