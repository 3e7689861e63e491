"""One look at what Windows lists of interfaces, addresses and ways out, and what of it is in use."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import Family, NicKind, Origin
from cpe_agent.host import (
    parse_linux,
    windows_adapters,
    windows_api,
    windows_nics,
    windows_registry,
    windows_services,
    windows_tables,
)

if TYPE_CHECKING:
    from cpe_agent.host import windows_ras

# Network adapters, as the Network Connections folder knows them (devguid.h, GUID_DEVCLASS_NET).
_CONNECTIONS = r"SYSTEM\CurrentControlSet\Control\Network\{4D36E972-E325-11CE-BFC1-08002BE10318}"
_PLUGGED_IN = ("PCI\\", "USB\\", "PCMCIA\\", "SD\\")
_WIFI_MEDIUM = 2  # MediaSubType


class Tables(NamedTuple):
    """One look at the system's tables. ``names`` and ``kinds`` by interface index; one more index where IPv6 has its
    own."""

    interfaces: tuple[windows_nics.Interface, ...]
    adapters: tuple[windows_adapters.Adapter, ...]
    ways: tuple[windows_tables.Way, ...]
    names: dict[int, str]
    kinds: dict[int, NicKind]


def stations() -> list[windows_tables.Station]:
    tables = windows_api.neighbour_tables(windows_tables.NEIGHBOUR_BYTES)
    return [one for table in tables for one in windows_tables.read_stations(table)]


def dialled() -> list[windows_ras.Connection]:
    from cpe_agent.host import windows_ras

    return windows_ras.read_connections(
        windows_services.ras_connections(windows_ras.CONNECTION_BYTES, windows_ras.MAX_CONNECTIONS)
    )


def _lines(*, routed: bool) -> list[str]:
    """Windows dials a VPN as it dials a line, and calls the interface PPP: taken for the provider's session, somebody's
    way to work would prove or accuse the line. So only what is known to be a line is one. L2TP and PPTP may be either;
    beside a router they are a company's."""
    kinds = ("pppoe",) if routed else ("pppoe", "l2tp", "pptp")
    with contextlib.suppress(OSError):
        return [one.nic for one in dialled() if one.kind in kinds]
    return []


def origin_of(tables: Tables, adapter: windows_adapters.Adapter) -> Origin | None:
    """Where everything on a dialled interface or a tunnel comes from; None for any other."""
    kind = tables.kinds.get(adapter.if_index or adapter.if_index6)
    return {NicKind.PPP: Origin.PPP, NicKind.TUNNEL: Origin.TUNNEL}.get(kind) if kind is not None else None


def _device(guid: str) -> str:
    """The instance of an adapter's device; empty for one that the registry does not know."""
    return windows_registry.text(_connection(guid), "PnpInstanceID")


def _connection(guid: str) -> dict[str, object]:
    return windows_registry.values(rf"{_CONNECTIONS}\{guid}\Connection")


def read_tables() -> Tables:
    adapters = windows_adapters.read_adapters(windows_api.adapters())
    table = windows_api.interface_table(windows_nics.ROW_BYTES)
    none = windows_nics.carry_nothing(table)
    listed = windows_tables.read_ways(windows_api.route_table(windows_tables.ROUTE_BYTES))
    ways = [way for way in listed if way.if_index not in none]
    routed = any(way.gateway is not None and way.family is Family.V4 for way in ways)
    lines = _lines(routed=routed) if windows_nics.dials(table) else ()
    interfaces = windows_nics.read_interfaces(table, {way.if_index for way in ways}, lines, _device)
    names = {one.nic.if_index: one.nic.name for one in interfaces}
    metrics = {one.if_index: one.metrics for one in adapters} | {one.if_index6: one.metrics for one in adapters}
    known = [windows_tables.whole_metric(way, metrics.get(way.if_index)) for way in ways if way.if_index in names]
    return Tables(
        tuple(interfaces),
        tuple(adapters),
        tuple(sorted(known, key=lambda way: way.metric)),
        names,
        {one.nic.if_index: one.nic.kind for one in interfaces},
    )


def plugged_in() -> list[tuple[str, str, str, int | None]]:
    """Every adapter that is plugged in, by the registry: GUID, name, medium, problem code of its device."""
    found = []
    for guid in windows_registry.keys(_CONNECTIONS):
        values = _connection(guid)
        device = windows_registry.text(values, "PnpInstanceID")
        if device.upper().startswith(_PLUGGED_IN):
            medium = "wifi" if windows_registry.number(values, "MediaSubType") == _WIFI_MEDIUM else "ethernet"
            name = parse_linux.printable(windows_registry.text(values, "Name"), 256) or guid
            found.append((guid, name, medium, windows_api.device_problem(device)))
    return found
