"""rtnetlink's bytes: good, empty, cut short and hostile."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.host import netlink, netlink_rows
from cpe_agent.host.netlink_rows import AF_INET, AF_INET6


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)


def u32(value: int) -> bytes:
    return struct.pack("=I", value)


def link_payload(name: bytes = b"eth0\0", flags: int = 1, extra: bytes = b"", index: int = 2) -> bytes:
    return struct.pack("=BBHiII", 0, 0, 1, index, flags, 0) + attribute(3, name) + extra


def address_payload(family: int, address: str, length: int, extra: bytes = b"", flags: int = 0x80) -> bytes:
    raw = socket.inet_pton(family, address)
    return struct.pack("=BBBBI", family, length, flags, 0, 2) + attribute(1, raw) + extra


def route_payload(
    family: int, length: int, extra: bytes, *, table: int = 254, kind: int = 1, protocol: int = 16
) -> bytes:
    return struct.pack("=8BI", family, length, 0, 0, table, protocol, 0, kind, 0) + extra


def rule_payload(extra: bytes, *, flags: int = 0, action: int = 1, table: int = 0) -> bytes:
    return struct.pack("=8BI", AF_INET, 0, 0, 0, table, 0, 0, action, flags) + extra


def test_link_row_holds_what_the_kernel_said() -> None:
    counters = struct.pack("=13Q", *range(1, 14)) + b"\0" * 96
    extra = attribute(4, u32(1492)) + attribute(33, b"\1") + attribute(35, u32(7)) + attribute(23, counters)
    extra += (
        attribute(1, bytes.fromhex("3ca62f000001")) + attribute(18, attribute(1, b"veth\0")) + attribute(10, u32(9))
    )
    row = netlink_rows.link(link_payload(extra=extra))
    assert row is not None
    assert (row.name, row.if_index, row.mtu, row.carrier, row.carrier_changes) == ("eth0", 2, 1492, True, 7)
    assert (row.kind, row.master, row.address) == ("veth", 9, bytes.fromhex("3ca62f000001"))
    assert row.counters is not None
    assert (row.counters.rx_packets, row.counters.rx_crc_errors, row.counters.collisions) == (1, 13, 10)


@pytest.mark.parametrize("name", [b"", b"\0", b"\0\0\0"])
def test_link_without_a_name_is_no_row(name: bytes) -> None:
    assert netlink_rows.link(link_payload(name)) is None


def test_interface_names_are_made_safe() -> None:
    row = netlink_rows.link(link_payload("e\u202eth/\x1b[2J".encode() + b"\0"))
    assert row is not None
    assert all("!" <= c <= "~" and c != "/" for c in row.name)


def test_address_lifetime_and_wide_flags() -> None:
    cache = attribute(6, struct.pack("=IIII", 10, 3600, 0, 0)) + attribute(8, u32(0x208)) + attribute(11, b"\2")
    row = netlink_rows.address(address_payload(AF_INET6, "2001:db8::1", 64, cache))
    assert row is not None
    assert (row.address, row.prefix_len, row.valid_s, row.flags, row.protocol) == ("2001:db8::1", 64, 3600, 0x208, 2)


def test_address_for_ever_is_none() -> None:
    cache = attribute(6, struct.pack("=IIII", 0xFFFFFFFF, 0xFFFFFFFF, 0, 0))
    row = netlink_rows.address(address_payload(AF_INET, "192.0.2.5", 24, cache))
    assert row is not None
    assert row.valid_s is None


def test_own_end_of_a_point_to_point_link_is_ours() -> None:
    payload = struct.pack("=BBBBI", AF_INET, 32, 0, 0, 5) + attribute(1, b"\xc0\0\2\1") + attribute(2, b"\xc0\0\2\2")
    row = netlink_rows.address(payload)
    assert row is not None
    assert row.address == "192.0.2.2"


def test_address_of_a_wrong_length_is_no_row() -> None:
    assert netlink_rows.address(struct.pack("=BBBBI", AF_INET, 24, 0, 0, 2) + attribute(1, b"\1\2\3")) is None
    assert netlink_rows.address(address_payload(AF_INET, "192.0.2.5", 33)) is None


def test_default_route_and_its_halves_only() -> None:
    out = attribute(4, u32(2)) + attribute(5, b"\xc0\0\2\1") + attribute(6, u32(100))
    (row,) = netlink_rows.routes(route_payload(AF_INET, 0, out))
    assert (row.destination, row.gateway, row.metric, row.protocol, row.table) == (
        "0.0.0.0/0",
        "192.0.2.1",
        100,
        16,
        254,
    )
    (half,) = netlink_rows.routes(route_payload(AF_INET, 1, attribute(1, b"\x80\0\0\0") + attribute(4, u32(3))))
    assert (half.destination, half.gateway) == ("128.0.0.0/1", None)
    (six,) = netlink_rows.routes(route_payload(AF_INET6, 1, attribute(1, b"\x80" + b"\0" * 15) + attribute(4, u32(3))))
    assert six.destination == "8000::/1"
    assert netlink_rows.routes(route_payload(AF_INET, 24, attribute(1, b"\xc0\0\2\0") + out)) == []
    assert netlink_rows.routes(route_payload(AF_INET, 0, out, kind=7)) == []  # unreachable
    assert netlink_rows.routes(route_payload(AF_INET, 1, attribute(1, b"\x40\0\0\0") + out)) == []


def test_multipath_gives_one_row_a_hop_and_is_bounded() -> None:
    hop = struct.pack("=HBBi", 16, 0, 0, 4) + attribute(5, b"\xc0\0\2\1")
    rows = netlink_rows.routes(route_payload(AF_INET, 0, attribute(9, hop * 100)))
    assert len(rows) == 16
    assert {(row.if_index, row.gateway) for row in rows} == {(4, "192.0.2.1")}


def test_next_hop_of_the_other_family() -> None:
    via = struct.pack("=H", AF_INET6) + socket.inet_pton(socket.AF_INET6, "fe80::1")
    (row,) = netlink_rows.routes(route_payload(AF_INET, 0, attribute(4, u32(2)) + attribute(18, via)))
    assert row.gateway == "fe80::1"


@pytest.mark.parametrize(
    ("extra", "flags", "table"),
    [
        (attribute(6, u32(5270)) + attribute(15, u32(52)), 0, 52),  # from all lookup 52
        (attribute(6, u32(32764)) + attribute(15, u32(51820)) + attribute(10, u32(51820)), 2, 51820),  # not fwmark
        (attribute(6, u32(100)) + attribute(15, u32(52)) + attribute(10, u32(7)), 0, None),  # only marked packets
        (attribute(6, u32(100)) + attribute(15, u32(52)) + attribute(3, b"lo\0"), 0, None),  # only from one interface
        (attribute(6, u32(100)) + attribute(15, u32(52)) + attribute(14, u32(0)), 0, None),  # without its defaults
        (attribute(6, u32(32766)) + attribute(15, u32(254)), 0, None),  # the main table itself
        (attribute(15, u32(52)), 0, None),
        (b"", 0, None),
    ],
)
def test_rules_that_send_every_packet_elsewhere(extra: bytes, flags: int, table: int | None) -> None:
    assert netlink_rows.catch_all_table(rule_payload(extra, flags=flags)) == table


@pytest.mark.parametrize(
    ("state", "address", "word"),
    [
        (1, "192.0.2.9", "incomplete"),
        (2, "192.0.2.9", "reachable"),
        (8, "192.0.2.9", "stale"),
        (32, "192.0.2.9", "failed"),
        (128, "192.0.2.9", "stale"),
        (64, "192.0.2.9", None),
        (2, "224.0.0.251", None),
        (2, "255.255.255.255", None),
    ],
)
def test_neighbour_states(state: int, address: str, word: str | None) -> None:
    payload = struct.pack("=BBHiHBB", AF_INET, 0, 0, 2, state, 0, 1)
    row = netlink_rows.neighbour(payload + attribute(1, socket.inet_aton(address)) + attribute(2, b"\2" * 6))
    assert (row.state if row else None) == word


def test_frames_stop_where_they_stop_fitting() -> None:
    good = struct.pack("=IHHII", 20, 16, 0, 1, 0) + b"abcd"
    assert list(netlink.frames(good + good[:10])) == [(16, b"abcd")]
    assert list(netlink.frames(b"")) == []
    for length in (0, 15, 21, 0xFFFFFFFF):
        assert list(netlink.frames(struct.pack("=IHHII", length, 16, 0, 1, 0) + b"abcd")) == []


def test_attributes_stop_where_they_stop_fitting_and_the_first_wins() -> None:
    assert netlink.attributes(attribute(1, b"a") + attribute(1, b"b")) == {1: b"a"}
    assert netlink.attributes(attribute(0x8001, b"a")) == {1: b"a"}
    for length in (0, 3, 9, 0xFFFF):
        assert netlink.attributes(struct.pack("=HH", length, 1) + b"abcd") == {}
    assert len(netlink.attributes(b"".join(attribute(kind, b"") for kind in range(1000)))) == 256


@given(st.binary(max_size=400))
def test_any_bytes_give_a_row_or_nothing(data: bytes) -> None:
    netlink_rows.link(data)
    netlink_rows.address(data)
    netlink_rows.routes(data)
    netlink_rows.neighbour(data)
    netlink_rows.catch_all_table(data)
    list(netlink.frames(data))


@given(st.data())
def test_every_cut_of_a_good_payload_is_harmless(data: st.DataObject) -> None:
    whole = link_payload(
        extra=attribute(4, u32(1500)) + attribute(23, b"\1" * 200) + attribute(18, attribute(1, b"tun"))
    )
    cut = data.draw(st.integers(0, len(whole)))
    row = netlink_rows.link(whole[:cut])
    assert row is None or row.name
