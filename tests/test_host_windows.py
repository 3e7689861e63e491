"""What the Windows host reads out of the bytes that the system hands over, on every system.

Answers are of two origins: recorded under wine 8 (``recordings/windows``), and made by hand from Microsoft's headers.
None was ever recorded on a real Windows.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import importlib
import inspect
import re
import signal
import socket
import ssl
import struct
import sys
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.collector import CannotMeasure
from cpe_agent.facts import Failure, Family, Nic, NicKind, Origin, Proxy, WifiLink
from cpe_agent.host import (
    loop,
    tls,
    windows_adapters,
    windows_api,
    windows_busy,
    windows_chain,
    windows_console,
    windows_echo,
    windows_leases,
    windows_nics,
    windows_proxy,
    windows_ras,
    windows_registry,
    windows_release,
    windows_tables,
    windows_tcp,
    windows_wifi,
    windows_wifi_log,
)
from cpe_agent.host.datagram import receive
from cpe_agent.host.dialog import message_style
from cpe_agent.host.icmp_error import of_datagram
from cpe_agent.host.tcp import unsaid
from cpe_agent.host.tls import handshake_failure
from cpe_agent.host.windows_address import read_address
from tests import windows_bytes as made

NOW = 1_800_000_000.0

# ------------------------------------------------------------------ layouts

SIZES = [  # of 64-bit programs, as the headers of Windows' SDK make them
    (windows_adapters.AdapterRecord, 448, {"name_at": 72, "flags": 92, "dhcp4_server": 232, "dns_suffixes_at": 440}),
    (windows_adapters.UnicastRecord, 64, {"address": 16, "prefix_origin": 32, "lease_s": 52, "prefix_len": 56}),
    (windows_adapters.ServerRecord, 32, {"address": 16}),
    (windows_nics.InterfaceRecord, 1352, {"alias": 28, "mtu": 1124, "flags": 1152, "in_octets": 1208}),
    (windows_tables.RouteRecord, 104, {"prefix": 12, "next_hop": 44, "metric": 84, "origin": 100}),
    (windows_tables.NeighbourRecord, 88, {"luid": 32, "station": 40, "state": 76}),
    (windows_ras.ConnectionRecord, 1388, {"handle": 4, "device_type": 526, "sub_entry": 1340}),
    (windows_ras.StatusRecord, 608, {"error": 8, "device_type": 12, "local_end": 564}),
    (windows_wifi.AdapterRecord, 532, {"state": 528}),
    (windows_wifi.ConnectionRecord, 604, {"ssid": 524, "bssid": 560, "quality": 576, "tx_rate": 584}),
    (windows_wifi.RadioRecord, 12, {}),
    (windows_wifi.NetworkRecord, 628, {"ssid": 516, "connectable": 556, "quality": 604, "flags": 620}),
    (windows_wifi.StationRecord, 360, {"bssid": 40, "rssi": 56, "timestamp": 72, "frequency": 92, "elements_at": 352}),
    (windows_api.EchoOptions, 16, {"options": 8}),
    (windows_chain.ParametersRecord, 96, {"usage_match": 4, "usages": 16, "usages_at": 24, "url_timeout_ms": 56}),
    (windows_chain.ContextRecord, 48, {"error": 4, "chains": 12, "chains_at": 16}),
    (windows_chain.ChainRecord, 40, {"elements": 12, "elements_at": 16}),
    (windows_chain.ElementRecord, 56, {"certificate_at": 8, "error": 16}),
    (windows_chain.CertificateRecord, 40, {"der_at": 8, "der_bytes": 16}),
]


@pytest.mark.parametrize(("record", "size", "offsets"), SIZES, ids=lambda word: getattr(word, "__name__", ""))
def test_records_are_laid_out_as_in_the_headers(record: Any, size: int, offsets: dict[str, int]) -> None:
    assert ctypes.sizeof(record) == size
    assert {name: getattr(record, name).offset for name in offsets} == offsets


# ------------------------------------------------------------------ recorded under wine


def test_adapters_as_wine_tells_them() -> None:
    found = {one.name: one for one in windows_adapters.read_adapters(made.recorded_adapters())}
    assert set(found) == {"lo", "eth0"}
    assert found["eth0"].resolvers == ("192.168.7.1",)
    own = {(a.address, a.prefix_len, a.scope) for a in found["eth0"].addresses if a.family is Family.V4}
    assert own == {("192.168.7.10", 24, "global")}
    assert {a.scope for a in found["lo"].addresses} == {"host"}


def test_interfaces_as_wine_tells_them() -> None:
    found = windows_nics.read_interfaces(made.recorded_bytes("interfaces"), {2})
    assert [(one.nic.name, one.nic.kind) for one in found] == [("eth0", NicKind.ETHERNET), ("lo", NicKind.LOOPBACK)]
    assert found[0].nic.carrier is True
    assert found[0].nic.rx_packets


def test_ways_and_neighbours_as_wine_tells_them() -> None:
    (way,) = windows_tables.read_ways(made.recorded_bytes("routes"))
    assert (way.destination, way.gateway, way.if_index) == ("0.0.0.0/0", "192.168.7.1", 2)
    states = {one.address: one.state for one in windows_tables.read_stations(made.recorded_bytes("neighbours"))}
    assert states == {"192.168.7.1": "reachable", "192.168.7.77": "incomplete"}


def test_echoes_as_wine_tells_them() -> None:
    near = windows_echo.read_reply(made.recorded_bytes("echo"), v6=False)
    assert near is not None
    assert (near.sender, near.failure) == ("192.168.7.1", None)
    hop = windows_echo.read_reply(made.recorded_bytes("echo_ttl"), v6=False)
    assert hop is not None
    assert (hop.sender, hop.failure) == ("192.168.7.1", Failure.TTL_EXCEEDED)


def test_the_rest_as_wine_tells_it() -> None:
    found = windows_release.read_release(made.recorded_bytes("version"), {})
    assert found == windows_release.Release("windows", "Windows", "10-1903")
    memory = windows_busy.memory_percent(made.recorded_bytes("memory_status"))
    assert memory is not None
    assert 0 < memory < 100
    times = made.recorded_bytes("processor_times")
    assert windows_busy.cpu_percent(times, times) is None, "no time passed between"


def test_what_this_program_itself_takes_is_not_held_against_the_computer() -> None:
    second = 10_000_000  # of two processors: half of the time idle, kernel time with the idle time inside
    after = struct.pack("<QQQ", second, second + second // 2, second // 2)
    assert windows_busy.cpu_percent(bytes(24), after) == 50.0
    assert windows_busy.cpu_percent(bytes(24), after, 0.4) == 30.0
    assert windows_busy.cpu_percent(bytes(24), after, 9.0) == 0.0


# ------------------------------------------------------------------ made by hand


def kinds(*rows: windows_nics.InterfaceRecord, ways: set[int] = frozenset()) -> dict[str, NicKind]:  # type: ignore[assignment]
    return {one.nic.name: one.nic.kind for one in windows_nics.read_interfaces(made.table(*rows), ways)}


def test_what_kind_an_interface_is() -> None:
    found = kinds(
        made.interface(1, "Loopback", if_type=24, flags=0),
        made.interface(2, "Ethernet"),
        made.interface(3, "Wi-Fi", if_type=71, physical_medium=9),
        made.interface(4, "Mobile", if_type=243, physical_medium=8),
        made.interface(5, "WAN Miniport (PPPOE)", if_type=23, flags=0, oper_status=2),
        made.interface(6, "WireGuard", if_type=53, flags=0),
        made.interface(7, "Teredo", if_type=131, flags=0),
        made.interface(8, "Bluetooth", physical_medium=10),
        made.interface(9, "vEthernet (WSL)", flags=0, description="Hyper-V Virtual Ethernet Adapter"),
        made.interface(10, "Ethernet-WFP Filter-0000", flags=0x03),
    )
    assert found == {
        "Loopback": NicKind.LOOPBACK,
        "Ethernet": NicKind.ETHERNET,
        "Wi-Fi": NicKind.WIFI,
        "Mobile": NicKind.CELLULAR,
        "WAN Miniport (PPPOE)": NicKind.PPP,
        "WireGuard": NicKind.TUNNEL,
        "Teredo": NicKind.TUNNEL,
        "Bluetooth": NicKind.VIRTUAL,
        "vEthernet (WSL)": NicKind.VIRTUAL,
    }, "a filter's layer over a card is no card"


def test_software_that_carries_the_way_out_is_a_tunnel_unless_it_is_windows_own_switch() -> None:
    switch = made.interface(9, "vEthernet (External)", flags=0, description="Hyper-V Virtual Ethernet Adapter #2")
    tap = made.interface(11, "OpenVPN TAP", flags=0, description="TAP-Windows Adapter V9")
    bridge = made.interface(12, "Network Bridge", flags=0, description="MAC Bridge Miniport")
    assert kinds(switch, tap, bridge, ways={9, 11, 12}) == {
        "vEthernet (External)": NicKind.OTHER,
        "Network Bridge": NicKind.OTHER,
        "OpenVPN TAP": NicKind.TUNNEL,
    }, "a tunnel taken for the way to the router would put the blame on a router that is none"


def test_the_switch_of_hyper_v_is_known_in_every_language() -> None:
    row = made.interface(9, "vEthernet", flags=0, description="Виртуальный Ethernet-адаптер Hyper-V")
    (found,) = windows_nics.read_interfaces(made.table(row), {9}, (), lambda _: "ROOT\\VMS_MP\\0001")
    assert found.nic.kind is NicKind.OTHER


def test_a_wire_without_a_signal_has_no_speed() -> None:
    row = made.interface(2, "Ethernet", receive_speed=10_000_000, media_state=2, oper_status=2)
    (found,) = windows_nics.read_interfaces(made.table(row), set())
    assert (found.nic.carrier, found.nic.speed_mbps) == (False, None)


@pytest.mark.parametrize(
    ("text", "style"), [("The line is down.", 0x40040), ("1. הקו לא עובד.", 0x1C0040), ("الخط معطل", 0x1C0040)]
)
def test_a_window_is_read_from_the_side_that_its_language_begins_on(text: str, style: int) -> None:
    assert message_style(text) == style


def test_a_dialled_way_to_somebodys_work_is_no_line_of_the_providers() -> None:
    table = made.table(made.interface(5, "Line", if_type=23, flags=0), made.interface(6, "Work", if_type=23, flags=0))
    assert windows_nics.dials(table)
    found = {one.nic.name: one.nic.kind for one in windows_nics.read_interfaces(table, {5, 6}, ["Line"])}
    assert found == {"Line": NicKind.PPP, "Work": NicKind.TUNNEL}
    unknown = {one.nic.kind for one in windows_nics.read_interfaces(table, {5, 6})}
    assert unknown == {NicKind.TUNNEL}, "where the dialler says nothing, neither is called a line"
    assert not windows_nics.dials(made.table(made.interface(2, "Ethernet")))


def test_the_idle_port_of_every_windows_dials_nothing() -> None:
    port = made.interface(5, "Local Area Connection* 7", if_type=23, flags=0, oper_status=2, media_state=2)
    assert not windows_nics.dials(made.table(port))


@pytest.mark.parametrize(
    ("device", "fields", "kind"),
    [
        ("ROOT\\NET\\0000", {"description": "VirtualBox Host-Only Ethernet Adapter"}, NicKind.VIRTUAL),
        ("root\\vmware\\0001", {"description": "VMware Virtual Ethernet Adapter for VMnet8"}, NicKind.VIRTUAL),
        ("{5d624f94-8850-40c3-a3fa-a4fd2080baf3}\\vwifimp_wfd\\5&1", {"if_type": 71, "physical_medium": 9},
         NicKind.VIRTUAL),
        ("SWD\\WINTUN\\{A}", {}, NicKind.VIRTUAL),
        ("BTH\\MS_BTHPAN\\8&1", {}, NicKind.VIRTUAL),
        ("PCI\\VEN_8086&DEV_15BB", {}, NicKind.ETHERNET),
        ("VMBUS\\{A}", {}, NicKind.ETHERNET),
        ("", {}, NicKind.ETHERNET),
    ],
)  # fmt: skip
def test_software_that_calls_itself_hardware_is_told_by_its_device(
    device: str, fields: dict[str, Any], kind: NicKind
) -> None:
    table = made.table(made.interface(4, "Local Area Connection", **fields))
    asked: list[str] = []

    def told(guid: str) -> str:
        asked.append(guid)
        return device

    (found,) = windows_nics.read_interfaces(table, set(), (), told)
    assert found.nic.kind is kind
    assert asked == ["{00000004-0000-0000-0000-000000000000}"]


def test_a_route_of_a_card_that_is_down_or_of_windows_own_tunnel_is_no_way_out() -> None:
    table = made.table(
        made.interface(2, "Ethernet", oper_status=2, media_state=2),
        made.interface(3, "Wi-Fi", if_type=71),
        made.interface(4, "Dock", oper_status=6),
        made.interface(7, "Teredo", if_type=131, flags=0, tunnel_type=14),
        made.interface(9, "6to4", if_type=131, flags=0, tunnel_type=11),
        made.interface(8, "Work", if_type=131, flags=0, tunnel_type=15),
    )
    assert windows_nics.carry_nothing(table) == {2, 4, 7, 9}


def test_an_adapter_that_is_down_has_no_address_and_no_resolver() -> None:
    words: dict[str, Any] = {"unicast": [("10.20.0.15", 24, {"prefix_origin": 1})], "resolvers": ["10.20.0.5"]}
    down, teredo, up = windows_adapters.read_adapters(
        made.adapters(
            {"name": "Dock", **words, "if_index": 2, "oper_status": 2},
            {"name": "Teredo", **words, "if_index": 7, "oper_status": 1, "tunnel_type": 14},
            {"name": "Wi-Fi", **words, "if_index": 3, "oper_status": 1},
        )
    )
    assert (down.addresses, down.resolvers) == ((), ())
    assert (teredo.addresses, teredo.resolvers) == ((), ())
    assert (up.addresses[0].address, up.resolvers) == ("10.20.0.15", ("10.20.0.5",))


def test_an_echo_is_sent_from_an_address_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    unicast = [("192.168.1.9", 24, {"dad_state": 2}), ("192.168.1.8", 24, {"dad_state": 1}), ("192.168.1.7", 24, {})]
    memory = made.adapters({"name": "Wi-Fi", "unicast": unicast, "resolvers": [], "if_index": 3})
    monkeypatch.setattr(windows_api, "adapters", lambda: memory)
    assert windows_api.source_address("Wi-Fi", v6=False) == "192.168.1.7"


def test_an_interface_is_told_whole() -> None:
    row = made.interface(
        2, "Ethernet", receive_speed=10**9, transmit_speed=10**8, in_octets=7, in_unicast=2, in_other=3
    )
    (found,) = windows_nics.read_interfaces(made.table(row), set())
    nic = found.nic
    assert (nic.speed_mbps, nic.rx_bytes, nic.rx_packets, nic.multicast) == (1000, 7, 5, 3)
    assert (nic.admin_up, nic.carrier, nic.mtu, nic.duplex) == (True, True, 1500, None)
    assert nic.mac is not None
    assert nic.mac.startswith("3c:a6:2f/")
    assert found.rate_mbps == 100.0
    assert found.guid == "{00000002-0000-0000-0000-000000000000}"


@pytest.mark.parametrize(
    ("fields", "admin_up", "carrier"),
    [
        ({"media_state": 2, "oper_status": 2}, True, False),
        ({"media_state": 0, "oper_status": 1}, True, True),
        ({"media_state": 0, "oper_status": 4}, True, None),
        ({"admin_status": 2, "media_state": 2}, False, None),
    ],
)
def test_a_cable_is_out_only_where_windows_says_so(
    fields: dict[str, int], admin_up: bool, carrier: bool | None
) -> None:
    (found,) = windows_nics.read_interfaces(made.table(made.interface(2, "Ethernet", **fields)), set())
    assert (found.nic.admin_up, found.nic.carrier) == (admin_up, carrier)


def test_a_card_that_was_switched_off_is_still_seen() -> None:
    connections: list[tuple[str, str, str, int | None]] = [
        ("{A}", "Ethernet", "ethernet", 22), ("{b}", "Wi-Fi", "wifi", 22), ("{C}", "Gone", "ethernet", None),
        ("{D}", "Fine", "ethernet", 0),
    ]  # fmt: skip
    found = [one.nic for one in windows_nics.switched_off(["{B}"], connections)]
    assert found == [Nic("Ethernet", NicKind.ETHERNET, admin_up=False, driver_problem=22)]


def test_ways_out_their_origin_and_their_metric() -> None:
    rows = made.table(
        made.route(2, "0.0.0.0/0", "192.168.1.1", metric=0, origin=2),
        made.route(2, "::/0", "fe80::1", metric=256, origin=3),
        made.route(6, "0.0.0.0/1", "0.0.0.0", metric=5),
        made.route(2, "192.168.1.0/24", "0.0.0.0"),
        made.route(1, "0.0.0.0/0", "127.0.0.1", loopback=1),
    )
    first, second, half = windows_tables.read_ways(rows)
    assert (first.gateway, first.origin, first.family) == ("192.168.1.1", Origin.DHCP, Family.V4)
    assert (second.gateway, second.origin, second.family) == ("fe80::1", Origin.RA, Family.V6)
    assert (half.destination, half.gateway, half.origin) == ("0.0.0.0/1", None, Origin.UNKNOWN)
    assert windows_tables.whole_metric(first, (25, 35)).metric == 25
    assert windows_tables.whole_metric(second, (25, 35)).metric == 291
    assert windows_tables.whole_metric(first, None) == first


def test_neighbours_of_single_stations_alone() -> None:
    mac = bytes.fromhex("a491b177d2e0")
    rows = made.table(
        made.neighbour(2, "192.168.1.1", mac, 5),
        made.neighbour(2, "192.168.1.9", bytes(6), 0),
        made.neighbour(2, "192.168.1.8", b"", 4),
        made.neighbour(2, "192.168.1.255", b"\xff" * 6, 6),
        made.neighbour(2, "239.255.255.250", bytes.fromhex("01005e7ffffa"), 6),
        made.neighbour(2, "ff02::1", bytes.fromhex("333300000001"), 6),
        made.neighbour(2, "fe80::1", mac, 4),
        made.neighbour(7, "192.168.9.9", mac, 5),
    )
    listed = windows_tables.neighbours(windows_tables.read_stations(rows), {2: "Ethernet"}, {"fe80::1"})
    assert [(one.address, one.state) for one in listed.entries] == [
        ("fe80::1", "stale"), ("192.168.1.1", "reachable"), ("192.168.1.8", "incomplete"), ("192.168.1.9", "failed"),
    ]  # fmt: skip
    assert listed.total == 4


def test_addresses_with_the_origin_that_windows_names() -> None:
    memory = made.adapters(
        {
            "name": "Ethernet",
            "unicast": [
                ("192.168.1.10", 24, {"prefix_origin": 3, "dad_state": 4}),
                ("10.0.0.9", 8, {"prefix_origin": 1, "dad_state": 2}),
                ("2001:db8::5", 64, {"prefix_origin": 4, "dad_state": 1}),
                ("fe80::5", 64, {"prefix_origin": 2, "dad_state": 4}),
                ("169.254.3.4", 16, {"prefix_origin": 2, "dad_state": 4}),
            ],
            "resolvers": ["192.168.1.1", "fec0:0:0:ffff::1", "192.168.1.1", "2001:db8::53"],
            "if_index": 12,
            "metric4": 25,
            "metric6": 35,
            "if_type": 6,
        },
        {"name": "Line", "unicast": [("100.64.0.9", 32, {})], "resolvers": [], "if_index": 30, "if_type": 23},
    )
    wire, line = windows_adapters.read_adapters(memory)
    assert (wire.name, wire.guid, wire.if_index, wire.metrics) == ("Ethernet", "{Ethernet}", 12, (25, 35))
    assert [(a.origin, a.duplicate, a.tentative, a.scope) for a in wire.addresses] == [
        (Origin.DHCP, False, False, "global"),
        (Origin.UNKNOWN, True, False, "global"),
        (Origin.RA, None, True, "global"),
        (Origin.LINK_LOCAL, False, False, "link"),
        (Origin.LINK_LOCAL, False, False, "global"),
    ], "a manual address is not yet a static one: programs set them too"
    assert wire.resolvers == ("192.168.1.1", "2001:db8::53"), "site-local placeholders are nobody's resolvers"
    assert line.addresses[0].origin is Origin.PPP


def test_a_list_that_points_in_circles_ends() -> None:
    row = windows_adapters.AdapterRecord(next=made.BASE, name_at=made.BASE + 10**9)
    (one,) = windows_adapters.read_adapters(windows_api.Memory(bytes(row), made.BASE))
    assert one.name == "interface 0"


@pytest.mark.parametrize(
    ("status", "v6", "failure"),
    [
        (11002, False, Failure.NET_UNREACHABLE), (11003, False, Failure.HOST_UNREACHABLE),
        (11004, True, Failure.ADMIN_PROHIBITED), (11005, False, Failure.PORT_UNREACHABLE),
        (11009, False, Failure.TOO_BIG), (11013, False, Failure.TTL_EXCEEDED), (11050, False, Failure.NOT_PERMITTED),
        (1231, False, Failure.NO_ROUTE), (5, False, Failure.NOT_PERMITTED), (123456, False, Failure.OTHER),
    ],
)  # fmt: skip
def test_what_a_status_means(status: int, v6: bool, failure: Failure) -> None:
    assert windows_echo.failure_of(status, v6=v6) is failure


def test_echo_replies_and_silence() -> None:
    v4 = windows_echo.read_reply(made.echo_reply("192.0.2.1", 0, 12), v6=False)
    assert v4 == windows_echo.EchoReply("192.0.2.1", None, 12)
    v6 = windows_echo.read_reply(made.echo6_reply("2001:db8::1", 11013, 3), v6=True)
    assert v6 == windows_echo.EchoReply("2001:db8::1", Failure.TTL_EXCEEDED, 3)
    assert windows_echo.read_reply(made.echo_reply("192.0.2.1", 11010, 0), v6=False) is None
    assert windows_echo.failure_of(11010) is None, "a time-out is silence, and silence is no word"


def test_who_ended_a_connection_attempt() -> None:
    info = made.sockaddr("192.0.2.254") + (1).to_bytes(4, "little") + bytes([3, 13, 0, 0])
    said = windows_tcp.read_info(info)
    assert said is not None
    assert (said.failure, said.sender) == (Failure.ADMIN_PROHIBITED, "192.0.2.254")
    assert windows_tcp.read_info(bytes(36)) is None


def test_what_a_datagram_socket_is_told_of_an_earlier_datagram() -> None:
    error = OSError()
    assert of_datagram(error) is None
    error.winerror = 10054  # type: ignore[attr-defined, unused-ignore]
    said = of_datagram(error)
    assert said is not None
    assert (said.failure, said.sender) == (Failure.PORT_UNREACHABLE, None)


def test_unreachable_without_a_sender_is_windows_own_word() -> None:
    """As the network's it would speak for a router that never saw the packet."""
    for number in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        assert unsaid(number, "192.0.2.1", "win32") is Failure.NO_ROUTE
        assert unsaid(number, "192.0.2.1", "linux") in (Failure.NET_UNREACHABLE, Failure.HOST_UNREACHABLE)
    assert unsaid(errno.ECONNREFUSED, "192.0.2.1", "win32") is Failure.REFUSED


@pytest.mark.parametrize(("timeout_s", "asked"), [(0.3, True), (0.8, True), (1.0, True), (1.45, False)])
def test_a_short_wait_asks_once_and_hears_a_refusal(
    timeout_s: float, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, bytes]] = []
    monkeypatch.setattr(windows_api, "control_socket", lambda _, code, words: told.append((code, words)))
    with socket.socket() as sock:
        windows_tcp.refusal_at_once(sock, timeout_s)
    assert told == ([(0x98000011, b"\xff\xff\xfe\0")] if asked else [])


class ShortOfRoom:
    """A datagram socket of Windows: what is longer than the room is an error (WSAEMSGSIZE), which is the path's word
    elsewhere."""

    def recvfrom(self, room: int) -> tuple[bytes, tuple[str, int]]:
        if room < 9000:
            raise OSError(errno.EMSGSIZE, "too long")
        return bytes(9000), ("192.0.2.1", 53)


def test_a_long_datagram_is_cut_and_not_called_too_big_for_the_path() -> None:
    data, ancillary, sender = receive(ShortOfRoom(), "win32")  # type: ignore[arg-type]
    assert (len(data), ancillary, sender[0]) == (4096, [], "192.0.2.1")


@pytest.mark.parametrize("code", [2, 19, 20, 21])
def test_an_authority_that_windows_has_not_loaded_yet_is_no_stranger(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named on a new computer, it would be called a break-in on the line."""
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    monkeypatch.setattr(tls, "_WINDOWS", True)
    for unclear in (None, True):  # trusted, and yet it did not verify
        with pytest.raises(CannotMeasure):
            handshake_failure(error, unclear)
    strangers = (Failure.TLS_UNTRUSTED, Failure.TLS_SELF_SIGNED)
    assert handshake_failure(error, False) in strangers
    monkeypatch.setattr(tls, "_WINDOWS", False)
    assert handshake_failure(error) in strangers
    error.verify_code = 10
    monkeypatch.setattr(tls, "_WINDOWS", True)
    assert handshake_failure(error) is Failure.TLS_EXPIRED


LEAF, ROOT = b"a leaf", b"a root"
FETCHABLE = b"a leaf, and " + bytes.fromhex("06082b06010505073002") + b" where its issuer is"
KNOWN = b"the list: " + sha1(ROOT, usedforsecurity=False).digest()


@pytest.mark.parametrize(
    ("context", "built", "listed", "word"),
    [
        pytest.param(made.chain_context(0), [LEAF, ROOT], b"", True, id="trusted"),
        pytest.param(made.chain_context(0x1 | 0x2), [LEAF, ROOT], b"", True, id="its dates are for OpenSSL"),
        pytest.param(made.chain_context(0x20), [LEAF, ROOT], b"others", False, id="a stranger"),
        pytest.param(made.chain_context(0x21), [LEAF, ROOT], b"others", False, id="a stranger, and expired"),
        pytest.param(made.chain_context(0x20), [LEAF, ROOT], b"", None, id="Windows has no list yet"),
        pytest.param(made.chain_context(0x20), [LEAF, ROOT], KNOWN, None, id="well known, and not fetched"),
        pytest.param(made.chain_context(0x10000), [LEAF], b"others", False, id="nobody stands behind it"),
        pytest.param(made.chain_context(0x10000), [FETCHABLE], b"others", None, id="a browser would fetch the rest"),
        pytest.param(made.chain_context(0x28), [LEAF, ROOT], b"others", None, id="a signature that does not fit"),
        pytest.param(made.chain_context(0x4), [LEAF, ROOT], b"others", None, id="revoked"),
        pytest.param(made.chain_context(0x10), [LEAF, ROOT], b"others", None, id="an authority for other things"),
        pytest.param(made.chain_context(0, chains=0), [LEAF], b"others", None, id="no chain"),
        pytest.param(made.chain_context(0, chains=2), [LEAF], b"others", None, id="by trust lists"),
        pytest.param(made.chain_context(0), [], b"others", None, id="an empty chain"),
    ],
)
def test_whom_windows_trusts(context: bytes, built: list[bytes], listed: bytes, word: bool | None) -> None:
    assert windows_chain.word(context, built, listed) is word


def test_a_chain_as_wine_tells_it() -> None:
    assert windows_chain.word(made.recorded_bytes("certificate_chain"), [LEAF, ROOT], b"others") is False


def test_an_authority_that_is_the_certificate_itself_is_kept() -> None:
    assert windows_chain.authorities([LEAF, ROOT]) == ROOT
    assert windows_chain.authorities([ROOT]) == ROOT


class Console:
    """kernel32's side of a console, as a program sees it that has one (``mode``), has none, or an old one."""

    def __init__(self, mode: int | None, *, old: bool = False) -> None:
        self.mode, self.old = mode, old
        self.GetConsoleMode = self.Call(self._get)
        self.SetConsoleMode = self.Call(self._set)

    class Call:
        def __init__(self, answer: Callable[..., int]) -> None:
            self.answer = answer
            self.argtypes: tuple[Any, ...] = ()

        def __call__(self, *args: Any) -> int:
            return self.answer(*args)

    def _get(self, _handle: int, into: Any) -> int:
        if self.mode is None:
            return 0
        into._obj.value = self.mode
        return 1

    def _set(self, _handle: int, mode: int) -> int:
        if self.old:
            return 0
        self.mode = mode
        return 1


@pytest.mark.parametrize(
    ("console", "takes", "mode"),
    [(Console(3), True, 7), (Console(7), True, 7), (Console(None), False, None), (Console(3, old=True), False, 3)],
)
def test_a_console_is_asked_to_take_escape_sequences(
    console: Console, takes: bool, mode: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(get_osfhandle=lambda descriptor: 100 + descriptor))
    monkeypatch.setattr(windows_api, "load", lambda _: console)
    assert windows_console.takes_escapes(1) is takes
    assert console.mode == mode


def test_a_signal_wakes_the_loop_of_windows_and_no_other_one_after_it() -> None:
    fine = loop.FineLoop()
    try:
        assert signal.set_wakeup_fd(-1) == fine._csock.fileno()  # type: ignore[attr-defined]
        signal.set_wakeup_fd(fine._csock.fileno())  # type: ignore[attr-defined]
        assert fine.run_until_complete(asyncio.sleep(0, "ran")) == "ran"
    finally:
        fine.close()
    fine.close()  # once more is nothing
    assert signal.set_wakeup_fd(-1) == -1


# ------------------------------------------------------------------ the registry


DHCP = {
    "EnableDHCP": 1, "DhcpIPAddress": "192.168.1.100", "DhcpSubnetMask": "255.255.255.0", "DhcpServer": "192.168.1.1",
    "DhcpDefaultGateway": ["192.168.1.1"], "DhcpNameServer": "192.168.1.1 192.168.1.2", "NameServer": "",
    "LeaseObtainedTime": int(NOW) - 600, "LeaseTerminatesTime": int(NOW) + 42_600,
}  # fmt: skip
STATIC = {
    "EnableDHCP": 0, "IPAddress": ["10.0.0.9"], "DefaultGateway": ["10.0.0.1"], "NameServer": "1.1.1.1,9.9.9.9",
    "DhcpIPAddress": "192.168.1.100",
}  # fmt: skip


def test_a_lease_out_of_the_registry() -> None:
    found = windows_leases.read_interface("Ethernet", DHCP, {}, NOW)
    assert found.lease is not None
    assert (found.lease.address, found.lease.server, found.lease.router) == (
        "192.168.1.100",
        "192.168.1.1",
        "192.168.1.1",
    )
    assert (found.lease.prefix_len, found.lease.obtained_age_s, found.lease.valid_s) == (24, 600.0, 42600.0)
    assert found.resolver_origin("192.168.1.2") is Origin.DHCP
    assert found.resolver_origin("8.8.8.8") is Origin.UNKNOWN


def test_static_settings_and_what_is_left_of_an_old_lease() -> None:
    found = windows_leases.read_interface("Ethernet", STATIC, {"NameServer": "2001:db8::53"}, NOW)
    assert found.lease is None, "what DHCP once gave is nothing once it was switched off"
    assert found.dhcp is False
    assert found.address_origin("10.0.0.9", Origin.UNKNOWN) is Origin.STATIC
    assert found.address_origin("10.0.0.9", Origin.DHCP) is Origin.DHCP
    for resolver in ("1.1.1.1", "9.9.9.9", "2001:db8::53"):
        assert found.resolver_origin(resolver) is Origin.STATIC


def test_a_resolver_both_written_down_and_offered_is_no_mistake_of_anybodys() -> None:
    found = windows_leases.read_interface("Ethernet", {**DHCP, "NameServer": "192.168.1.1"}, {}, NOW)
    assert found.resolver_origin("192.168.1.1") is Origin.DHCP


def test_names_in_the_registry_have_no_case() -> None:
    """Windows itself wrote ``PnpInstanceID`` in one release and ``PnPInstanceId`` in another."""
    found: dict[str, object] = {"PnPInstanceId": "PCI\\VEN_8086", "ENABLEDHCP": 1, "ipaddress": ["10.0.0.9"]}
    assert windows_registry.text(found, "PnpInstanceID") == "PCI\\VEN_8086"
    assert windows_registry.number(found, "EnableDHCP") == 1
    assert windows_registry.texts(found, "IPAddress") == ["10.0.0.9"]
    assert windows_registry.text(found, "Name") == ""


def test_an_unset_registry_decides_nothing() -> None:
    found = windows_leases.read_interface("Ethernet", {}, {}, NOW)
    assert (found.dhcp, found.lease) == (None, None)
    assert found.address_origin("10.0.0.9", Origin.UNKNOWN) is Origin.UNKNOWN


# ------------------------------------------------------------------ version, proxy, dialling, Wi-Fi


@pytest.mark.parametrize(
    ("numbers", "registry", "id_", "name", "version"),
    [
        ((10, 0, 26200), {"DisplayVersion": "25H2", "ProductName": "Windows 10 Pro", "EditionID": "Professional"},
         "windows", "Windows 11 Pro", "11-25H2"),
        ((10, 0, 19045), {"DisplayVersion": "22H2", "ProductName": "Windows 10 Home", "EditionID": "Core"},
         "windows", "Windows 10 Home", "10-22H2"),
        ((10, 0, 26100), {"ProductName": "Windows 10 Enterprise LTSC", "EditionID": "EnterpriseS"},
         "windows", "Windows 11 Enterprise LTSC", "11-24H2-enterprises"),
        ((6, 1, 7601), {"ProductName": "Windows 7 Ultimate"}, "windows", "Windows 7 Ultimate", "7"),
        ((10, 0, 99999), {}, "windows", "Windows", "11-99999"),
    ],
)  # fmt: skip
def test_which_windows(
    numbers: tuple[int, int, int], registry: dict[str, object], id_: str, name: str, version: str
) -> None:
    found = windows_release.read_release(made.version(*numbers), registry)
    assert found == windows_release.Release(id_, name, version)


def test_a_server_is_not_in_the_table_of_peoples_computers() -> None:
    found = windows_release.read_release(made.version(10, 0, 20348, workstation=False), {"ProductName": "Server 2022"})
    assert found is not None
    assert found.id == "windows-server"


WPAD = Proxy("wpad", "system")


@pytest.mark.parametrize(
    ("by_itself", "script", "proxies", "found"),
    [
        (True, "", "", (WPAD,)),
        (False, "", "", ()),
        (True, "", "proxy.example:3128", (Proxy("manual", "system", "proxy.example", 3128), WPAD)),
        (False, "", "http=a.example:80;https=b.example:8443", (Proxy("manual", "system", "b.example", 8443),)),
        (False, "", "socks=s.example", (Proxy("manual", "system", "s.example", 1080),)),
        (False, "http://u:p@x.example/p.pac?u=1", "", (Proxy("pac", "system", pac_url="http://x.example/p.pac"),)),
        (False, "", "http://user:secret@p.example:81", (Proxy("manual", "system", "p.example", 81),)),
        (False, "nonsense", "=;=;;", ()),
    ],
)
def test_proxies(by_itself: bool, script: str, proxies: str, found: tuple[Proxy, ...]) -> None:
    assert windows_proxy.read_proxies(by_itself, script, proxies) == found


def test_connections_that_windows_dials() -> None:
    rows = [
        made.ras_connection(7, "PPPoE", "WAN Miniport (PPPOE)"),
        made.ras_connection(8, "vpn", "WAN Miniport (L2TP)"),
        made.ras_connection(9, "vpn", "WAN Miniport (IKEv2)"),
    ]
    found = windows_ras.read_connections(b"".join(map(bytes, rows)))
    assert found == [
        windows_ras.Connection(7, "pppoe", "Somebody's line"),
        windows_ras.Connection(8, "l2tp", "Somebody's line"),
        windows_ras.Connection(9, "vpn", "Somebody's line"),
    ]


@pytest.mark.parametrize(
    ("state", "error", "word", "code", "stage"),
    [
        (0x2000, 0, "connected", None, "open"),
        (5, 0, "connecting", None, None),
        (5, 691, "failed", 691, "auth"),
        (0x2001, 651, "failed", 651, None),
        (0x2001, 0, "idle", None, None),
    ],
)
def test_how_a_dialled_connection_stands(
    state: int, error: int, word: str, code: int | None, stage: str | None
) -> None:
    found = windows_ras.entry("pppoe", made.ras_status(state, error))
    assert found is not None
    assert (found.state, found.code, found.stage, found.source) == (word, code, stage, "ras")


def test_only_a_line_is_set_up_to_be_dialled_and_not_a_way_to_somebodys_work() -> None:
    assert windows_ras.dials_a_provider("[Line]\nType=5\nMEDIA=rastapi\nDEVICE=PPPoE\n")
    assert not windows_ras.dials_a_provider("[Work]\nType=2\nDEVICE=vpn\n")
    assert not windows_ras.dials_a_provider("")


def test_wifi_with_and_without_consent() -> None:
    (adapter,) = windows_wifi.read_adapters(made.wlan_list((3, 1)))
    assert adapter.guid == "{00000003-0000-0000-0000-000000000000}"
    with_it = windows_wifi.Said(
        made.wlan_connection(b"Gast", quality=70, rx_rate=866_700, tx_rate=780_000),
        made.wlan_radio((1, 1)),
        (36).to_bytes(4, "little"),
    )
    told = windows_wifi.link("Wi-Fi", adapter, with_it, 780.0)
    assert (told.associated, told.radio_on, told.hard_blocked, told.channel) == (True, True, False, 36)
    assert (told.rssi_dbm, told.rx_rate_mbps, told.tx_rate_mbps, told.guest_like) == (-65, 866.7, 780.0, True)
    assert told.ssid not in (None, "Gast")
    without = windows_wifi.link("Wi-Fi", adapter, windows_wifi.Said(), 780.0)
    assert without == WifiLink("Wi-Fi", associated=True, tx_rate_mbps=780.0), "the rate alone needs no consent"


@pytest.mark.parametrize(
    ("phys", "on", "blocked"),
    [
        ([(1, 1), (2, 1)], True, False), ([(2, 1)], False, False), ([(1, 2), (1, 2)], False, True),
        ([(0, 1)], None, None), ([], None, None),
    ],
)  # fmt: skip
def test_the_radios_switches(phys: list[tuple[int, int]], on: bool | None, blocked: bool | None) -> None:
    off = windows_wifi.Adapter("", "", 4)
    told = windows_wifi.link("Wi-Fi", off, windows_wifi.Said(radio=made.wlan_radio(*phys)), None)
    assert (told.radio_on, told.hard_blocked, told.associated) == (on, blocked, False)


# ------------------------------------------------------------------ cut short, hostile


def _log(data: bytes) -> object:
    """What the event log says; a log that is no XML is refused."""
    try:
        return windows_wifi_log.read_log(data, made.WLAN_NOW)
    except ValueError:
        return None


JOINED = windows_wifi.Adapter("", "", 1)
GOOD: list[tuple[str, Callable[[bytes], Any], bytes]] = [
    ("windows_address.read_address", read_address, made.sockaddr("2001:db8::1")),
    (
        "windows_adapters.read_adapters",
        lambda data: windows_adapters.read_adapters(windows_api.Memory(data, made.recorded_adapters().base)),
        made.recorded_adapters().data,
    ),
    ("windows_nics.read_interfaces", lambda data: windows_nics.read_interfaces(data, {2}),
     made.recorded_bytes("interfaces")),
    ("windows_nics.dials", windows_nics.dials, made.table(made.interface(5, "Line", if_type=23, flags=0))),
    ("windows_tables.read_ways", windows_tables.read_ways, made.recorded_bytes("routes")),
    ("windows_tables.read_stations", windows_tables.read_stations, made.recorded_bytes("neighbours")),
    ("windows_echo.read_reply", lambda data: windows_echo.read_reply(data, v6=False), made.recorded_bytes("echo")),
    ("windows_echo.read_reply 6", lambda data: windows_echo.read_reply(data, v6=True),
     made.echo6_reply("2001:db8::1", 0, 1)),
    ("windows_tcp.read_info", windows_tcp.read_info, made.sockaddr("192.0.2.1") + bytes([1, 0, 0, 0, 3, 1, 0, 0])),
    ("windows_release.read_release", lambda data: windows_release.read_release(data, {}),
     made.recorded_bytes("version")),
    ("windows_release.build_of", windows_release.build_of, made.recorded_bytes("version")),
    ("windows_busy.memory_percent", windows_busy.memory_percent, made.recorded_bytes("memory_status")),
    ("windows_busy.cpu_percent", lambda data: windows_busy.cpu_percent(bytes(24), data),
     made.recorded_bytes("processor_times")),
    ("windows_ras.read_connections", windows_ras.read_connections, bytes(made.ras_connection(1, "PPPoE", ""))),
    ("windows_ras.entry", lambda data: windows_ras.entry("vpn", data), made.ras_status(0x2000)),
    ("windows_wifi.read_adapters", windows_wifi.read_adapters, made.wlan_list((1, 1), (2, 4))),
    ("windows_wifi.link", lambda d: windows_wifi.link("w", JOINED, windows_wifi.Said(d, d, d, d), None),
     made.wlan_connection(b"x", quality=50)),
    ("windows_wifi.networks", lambda d: windows_wifi.networks(d, d), made.wlan_stations((b"x", -60, 2_437_000))),
    ("windows_wifi.may_see_networks", lambda d: windows_wifi.may_see_networks(d, ["Allow"]),
     made.recorded_bytes("version")),
    ("windows_wifi_log.read_log", _log, made.wlan_event(8002, "294932").encode()),
    ("windows_chain.word", lambda d: windows_chain.word(d, [LEAF, ROOT], b"others") is False,
     made.recorded_bytes("certificate_chain")),
]  # fmt: skip
# No reader of answers: what they are given is ours, or was read before.
MAKERS = {"windows_nics.guid_text", "windows_chain.authorities"}
CALLS = {"windows", "windows_api", "windows_services", "windows_crypt", "windows_icmp", "windows_here"}


def test_every_reader_of_bytes_is_in_the_table() -> None:
    """Public functions of the pure files, by what they say that they take."""
    folder = Path(windows_api.__file__).parent
    found = set()
    for name in {file.stem for file in folder.glob("windows*.py")} - CALLS:
        module = importlib.import_module(f"cpe_agent.host.{name}")
        for function in vars(module).values():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                takes = " ".join(str(kind) for key, kind in function.__annotations__.items() if key != "return")
                if re.search(r"\b(bytes|Memory|Said)\b", takes) and not function.__name__.startswith("_"):
                    found.add(f"{name}.{function.__name__}")
    assert found - MAKERS == {name.partition(" ")[0] for name, _, _ in GOOD}


@pytest.mark.parametrize(("name", "read", "good"), GOOD, ids=[name for name, _, _ in GOOD])
def test_an_answer_may_be_empty_and_cut_anywhere(name: str, read: Callable[[bytes], Any], good: bytes) -> None:
    assert read(good) not in (None, [], (), {}, False)
    read(b"")
    step = max(1, len(good) // 200)
    for end in range(0, len(good), step):
        read(good[:end])


@pytest.mark.parametrize(("name", "read", "good"), GOOD, ids=[name for name, _, _ in GOOD])
@given(data=st.data())
def test_no_answer_upsets_a_reader(name: str, read: Callable[[bytes], Any], good: bytes, data: st.DataObject) -> None:
    """Whatever the bytes say, the counts in front of a table included: something bounded comes out."""
    noise = data.draw(st.binary(max_size=64))
    at = data.draw(st.integers(0, max(0, len(good) - 1)))
    for hostile in (noise, b"\xff" * 4 + noise, good[:at] + noise + good[at + len(noise) :], good[:at] + noise):
        found = read(hostile)
        assert not isinstance(found, list) or len(found) <= 4096


@given(
    st.dictionaries(st.sampled_from([*DHCP, *STATIC]), st.text() | st.integers() | st.lists(st.text()) | st.binary())
)
def test_no_registry_upsets_a_reader(values: dict[str, Any]) -> None:
    windows_leases.read_interface("Ethernet", values, values, NOW)
    windows_release.read_release(made.version(10, 0, 19045), values)


@given(st.booleans(), st.text(), st.text())
def test_no_proxy_setting_upsets_a_reader(by_itself: bool, script: str, proxies: str) -> None:
    assert len(windows_proxy.read_proxies(by_itself, script, proxies)) <= 3


@given(st.text())
def test_no_phone_book_upsets_a_reader(book: str) -> None:
    windows_ras.dials_a_provider(book)
