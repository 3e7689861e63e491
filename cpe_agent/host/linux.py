"""This computer, when it runs Linux: ``Local`` by rtnetlink, sysfs, procfs, settings files and the system's programs.

Everything blocking runs in a daemon thread. ``root`` is where files are read from; ``run`` starts programs: both are
parameters so that tests can lay out any distribution's files.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.facts import Address, DialEntry, Family, HostsEntry, Lease, Neighbour, Nic, NicKind, Proxy, Route
from cpe_agent.host import (
    AddressSettings,
    Busy,
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
    linux_settings,
    linux_wifi,
    netlink,
    netlink_rows,
    parse_linux,
)
from cpe_agent.host import program as programs
from cpe_agent.host.bounded_file import read_text
from cpe_agent.host.hardware_address import station
from cpe_agent.host.netlink_rows import AF_INET, AF_INET6, LinkRow, RouteRow
from cpe_agent.host.thread import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Run = Callable[..., programs.Ran | None]

T = TypeVar("T")

MAX_LINKS, MAX_ADDRESSES, MAX_ROUTES, MAX_RULES = 4096, 8192, 65536, 1024
MAX_NEIGHBOURS_READ, MAX_NEIGHBOURS_KEPT, MAX_ADDRESSES_KEPT, MAX_ROUTES_KEPT = 4096, 256, 512, 64
_FAMILY = {AF_INET: Family.V4, AF_INET6: Family.V6}
_SCOPE = {253: "link", 254: "host"}
_STATE_ORDER = {"reachable": 0, "stale": 1, "incomplete": 2, "failed": 3}


class Links(NamedTuple):
    rows: tuple[LinkRow, ...]
    kinds: dict[int, NicKind]
    names: dict[int, str]


class LinuxLocal:
    """Implements ``cpe_agent.host.Local``."""

    def __init__(self, root: Path = Path("/"), run: Run = programs.run) -> None:
        self._root = root
        self._run = run
        self._nm_lock = threading.Lock()
        self._nm_seen: tuple[float, list[dict[str, str]]] | None = None

    async def _ask(self, call: Callable[..., T], *args: object, timeout_s: float = 1.5) -> T:
        try:
            return await in_thread(call, *args, timeout_s=timeout_s)
        except TimeoutError:
            raise CannotMeasure(
                Outcome.TIMED_OUT, f"{call.__name__.strip('_')}: no answer in {timeout_s:g} s"
            ) from None
        except PermissionError as error:
            raise CannotMeasure(Outcome.DENIED, f"{call.__name__.strip('_')}: {error.strerror}") from None
        except OSError as error:
            raise CannotMeasure(Outcome.UNSUPPORTED, f"{call.__name__.strip('_')}: {error.strerror}") from None

    # ------------------------------------------------------------------ the system

    async def os_release(self) -> OsRelease:
        return await self._ask(self._os_release)

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
        return await self._ask(self._busy, seconds, timeout_s=seconds + 1.0)

    @staticmethod
    def _busy(seconds: float) -> Busy:
        import psutil  # type: ignore[import-untyped]

        return Busy(
            cpu_percent=psutil.cpu_percent(interval=max(0.05, seconds)), memory_percent=psutil.virtual_memory().percent
        )

    # ------------------------------------------------------------------ interfaces

    def _links(self) -> Links:
        payloads = netlink.dump(netlink.RTM_GETLINK, most=MAX_LINKS)
        rows = tuple(row for payload in payloads if (row := netlink_rows.link(payload)))
        kinds = linux_nics.kinds(rows, self._root / "sys/class/net")
        return Links(rows, kinds, {row.if_index: row.name for row in rows})

    async def nics(self) -> NicList:
        return await self._ask(self._nics)

    def _nics(self) -> NicList:
        links = self._links()
        ways = {row.if_index for row in self._default_routes(links)}
        sysfs = self._root / "sys/class/net"
        nics: list[Nic] = [
            linux_nics.nic(row, links.kinds[row.if_index], sysfs)
            for row in linux_nics.keep(links.rows, links.kinds, ways)
        ]
        hardware = {NicKind.ETHERNET, NicKind.WIFI, NicKind.CELLULAR}
        return NicList(tuple(nics), len(links.rows), bool(hardware & set(links.kinds.values())))

    async def wifi(self) -> WifiLook:
        return await self._ask(self._wifi, timeout_s=3.5)

    def _wifi(self) -> WifiLook:
        links = self._links()
        names = [row.name for row in links.rows if links.kinds[row.if_index] is NicKind.WIFI]
        if not names:
            return WifiLook((), (), False)
        return WifiLook(*linux_wifi.look(self._root, names, self._run, self._nm_devices()))

    # ------------------------------------------------------------------ addresses, routes, resolvers

    async def addresses(self) -> tuple[Address, ...]:
        return await self._ask(self._addresses, timeout_s=2.0)

    def _addresses(self) -> tuple[Address, ...]:
        links = self._links()
        payloads = netlink.dump(netlink.RTM_GETADDR, most=MAX_ADDRESSES)
        rows = [row for payload in payloads if (row := netlink_rows.address(payload)) and row.if_index in links.names]
        virtual = (NicKind.VIRTUAL, NicKind.LOOPBACK)
        rows = sorted(rows, key=lambda row: links.kinds[row.if_index] in virtual)[:MAX_ADDRESSES_KEPT]
        leases, settings = self._leases_of(links), self._settings(links)
        found = []
        for row in rows:
            nic, kind = links.names[row.if_index], links.kinds[row.if_index]
            found.append(
                Address(
                    nic=nic,
                    family=_FAMILY[row.family],
                    address=row.address,
                    prefix_len=row.prefix_len,
                    origin=linux_origin.of_address(row, nic, kind, leases, settings),
                    scope=_SCOPE.get(row.scope, "global"),
                    valid_s=row.valid_s,
                    tentative=bool(row.flags & netlink_rows.IFA_F_TENTATIVE),
                    duplicate=_duplicate(row.family, row.flags),
                )
            )
        return tuple(found)

    def _default_routes(self, links: Links) -> list[RouteRow]:
        """Main table, best metric first; before it, what a policy rule sends into a tunnel for every packet."""
        first: list[RouteRow] = []
        main: list[RouteRow] = []
        for family in (AF_INET, AF_INET6):
            rules = netlink.dump(netlink.RTM_GETRULE, family, most=MAX_RULES)
            tables = {table for payload in rules if (table := netlink_rows.catch_all_table(payload))}
            for payload in netlink.dump(netlink.RTM_GETROUTE, family, most=MAX_ROUTES):
                for row in netlink_rows.routes(payload):
                    if row.family != family or row.if_index not in links.names:
                        continue
                    if row.table == netlink_rows.MAIN_TABLE:
                        main.append(row)
                    elif row.table in tables and links.kinds[row.if_index] in (NicKind.TUNNEL, NicKind.PPP):
                        first.append(row._replace(metric=0))
        main.sort(key=lambda row: row.metric)
        return [*first, *main][:MAX_ROUTES_KEPT]

    async def routes(self) -> tuple[Route, ...]:
        return await self._ask(self._routes, timeout_s=2.0)

    def _routes(self) -> tuple[Route, ...]:
        links = self._links()
        rows = self._default_routes(links)
        leases, settings = self._leases_of(links), self._settings(links)
        return tuple(
            Route(
                nic=links.names[row.if_index],
                family=_FAMILY[row.family],
                destination=row.destination,
                gateway=row.gateway,
                metric=row.metric,
                origin=linux_origin.of_route(
                    row, links.names[row.if_index], links.kinds[row.if_index], leases, settings
                ),
            )
            for row in rows
        )

    async def resolvers(self) -> ResolverList:
        return await self._ask(self._resolvers, timeout_s=2.5)

    def _resolvers(self) -> ResolverList:
        links = self._links()
        tunnels = frozenset(links.names[index] for index, kind in links.kinds.items() if kind is NicKind.TUNNEL)
        names = self._asked_names(links)
        return linux_resolvers.read_resolvers(
            self._root, names, tunnels, self._leases_of(links), self._settings(links), self._run
        )

    async def leases(self) -> tuple[Lease, ...]:
        return await self._ask(lambda: self._leases_of(self._links()))

    def _leases_of(self, links: Links) -> tuple[Lease, ...]:
        names, now = self._asked_names(links), time.time()
        kept = linux_leases.read_leases(self._root, names, now)
        have = {one.lease.nic for one in kept}
        for block in self._nm_devices():
            nic = block.get("GENERAL.DEVICE", "")
            if nic not in have and (one := linux_leases.nmcli(nic, linux_settings.nmcli_options(block))):
                kept.append(one)
        return linux_leases.newest(kept, names, now)

    @staticmethod
    def _asked_names(links: Links) -> dict[int, str]:
        """The interfaces whose state files are looked for: a machine with thousands has containers, not leases."""
        rows = linux_nics.keep(links.rows, links.kinds, set())
        return {row.if_index: row.name for row in rows}

    async def address_settings(self) -> AddressSettings:
        return await self._ask(self._address_settings, timeout_s=2.0)

    def _address_settings(self) -> AddressSettings:
        links = self._links()
        configured = self._settings(links).configured
        runs = linux_settings.dhcp_client_runs(self._root / "proc")
        wanted = any(configured.get(nic) == "dhcp" for nic in links.names.values())
        # A system whose settings nobody can read may get its address in a way that needs no process of its own.
        client = "running" if runs else ("stopped" if runs is False and wanted else None)
        return AddressSettings(client, configured)

    def _settings(self, links: Links) -> linux_settings.Settings:
        return linux_settings.read_settings(self._root, self._asked_names(links), self._run, self._nm_devices())

    def _nm_devices(self) -> list[dict[str, str]]:
        """NetworkManager's word on every device; several questions of one moment share one answer."""
        if not (self._root / "run/NetworkManager").exists():
            return []
        with self._nm_lock:
            if self._nm_seen is None or time.monotonic() - self._nm_seen[0] > 1.0:
                fields = "GENERAL.DEVICE,GENERAL.STATE,GENERAL.REASON,GENERAL.CON-UUID,DHCP4.OPTION"
                ran = self._run("nmcli", "-t", "-f", fields, "device", "show")
                blocks = linux_settings.nmcli_blocks(ran.text) if ran is not None and ran.status == 0 else []
                self._nm_seen = (time.monotonic(), blocks)
            return self._nm_seen[1]

    # ------------------------------------------------------------------ neighbours, proxies, dialling

    async def neighbours(self) -> NeighbourList:
        return await self._ask(self._neighbours)

    def _neighbours(self) -> NeighbourList:
        links = self._links()
        gateways = {row.gateway for row in self._default_routes(links)}
        payloads = netlink.dump(netlink.RTM_GETNEIGH, most=MAX_NEIGHBOURS_READ)
        rows = [row for payload in payloads if (row := netlink_rows.neighbour(payload)) and row.if_index in links.names]
        rows.sort(key=lambda row: (row.address not in gateways, _STATE_ORDER[row.state]))
        entries = tuple(
            Neighbour(links.names[row.if_index], _FAMILY[row.family], row.address, station(row.station), row.state)
            for row in rows[:MAX_NEIGHBOURS_KEPT]
        )
        return NeighbourList(entries, len(rows))

    async def hosts_overrides(self, names: Sequence[str]) -> tuple[HostsEntry, ...]:
        return await self._ask(
            lambda: parse_linux.hosts_entries(read_text(self._root / "etc/hosts") or "", tuple(names)[:256])
        )

    async def proxies(self) -> tuple[Proxy, ...]:
        return await self._ask(self._proxies)

    def _proxies(self) -> tuple[Proxy, ...]:
        """The desktop's first: that is what a browser goes by."""
        found: list[Proxy | None] = []
        asked = self._run("gsettings", "list-recursively", "org.gnome.system.proxy", timeout_s=0.3)
        if asked is not None and asked.status == 0:
            found.append(parse_linux.gnome_proxy(asked.text))
        home = os.environ.get("HOME")
        if home:
            found.append(parse_linux.kde_proxy(read_text(self._root / home.lstrip("/") / ".config/kioslaverc") or ""))
        found += parse_linux.environment_proxies(os.environ)
        return tuple(dict.fromkeys(proxy for proxy in found if proxy is not None))

    async def dial_entries(self) -> tuple[DialEntry, ...]:
        return await self._ask(self._dial_entries)

    def _dial_entries(self) -> tuple[DialEntry, ...]:
        links = self._links()
        found = linux_dial.ppp_interfaces(self._root, links.rows, links.kinds)
        if (self._root / "run/NetworkManager").exists():
            ran = self._run("nmcli", "-t", "-f", "TYPE,STATE", "connection", "show", "--active")
            if ran is not None and ran.status == 0:
                own = linux_dial.nm_active(ran.text)
                # NetworkManager's PPPoE is a pppd too: one connection, told once, by the one that knows its kind.
                found = own if any(entry.kind == "pppoe" for entry in own) else [*found, *own]
        return tuple(found[: linux_dial.MAX_ENTRIES])


def _duplicate(family: int, flags: int) -> bool | None:
    """Linux looks for a second owner of IPv6 addresses only (RFC 4862, section 5.4)."""
    if flags & netlink_rows.IFA_F_DADFAILED:
        return True
    if family != AF_INET6 or flags & (netlink_rows.IFA_F_TENTATIVE | netlink_rows.IFA_F_NODAD):
        return None
    return False
