"""Offers as servers send them, and as nobody should: read within bounds, or not at all."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cpe_agent.facts import DhcpOffer
from cpe_agent.host.dhcp import discover, read_offer

MAC, TRANSACTION = bytes(range(6)), b"abcd"
SOURCE = "192.168.1.254"
COOKIE = b"\x63\x82\x53\x63"
OFFER, NAK = b"\x35\x01\x02", b"\x35\x01\x06"


def packet(options: bytes, *, yours: str = "192.168.1.50", cookie: bytes = COOKIE, first: int = 0x45) -> bytes:
    """A whole IP packet: a BOOTREPLY (RFC 2131, figure 1) to our question with these options (RFC 2132)."""
    bootp = struct.pack("!BBBB4sHH4x4s8x", 2, 1, 6, 0, TRANSACTION, 0, 0, IPv4Address(yours).packed)
    bootp += MAC.ljust(16, b"\0") + bytes(192) + cookie + options
    ip = struct.pack(
        "!BBHHHBBH4s4s", first, 0, 28 + len(bootp), 0, 0, 64, 17, 0, IPv4Address(SOURCE).packed, b"\xff" * 4
    )
    return ip + struct.pack("!HHHH", 67, 68, 8 + len(bootp), 0) + bootp


def option(code: int, *values: str) -> bytes:
    raw = b"".join(IPv4Address(value).packed for value in values)
    return bytes((code, len(raw))) + raw


def read(options: bytes) -> DhcpOffer:
    found = read_offer(packet(options), TRANSACTION, MAC)
    assert found is not None
    return found


def bounded(offer: DhcpOffer | None) -> None:
    """Whatever came, every text is an IPv4 address and there are few of them."""
    if offer is None:
        return
    texts = [offer.server, offer.address, *offer.resolvers, *([offer.router] if offer.router else ())]
    assert len(offer.resolvers) <= 8
    assert all(str(IPv4Address(text)) == text for text in texts)
    assert offer.prefix_len is None or 1 <= offer.prefix_len <= 32
    assert offer.nak or offer.address != "0.0.0.0"


def test_an_offer() -> None:
    said = option(54, "192.168.1.1") + option(1, "255.255.255.0") + option(3, "192.168.1.1")
    assert read(OFFER + said + option(6, "192.168.1.1", "1.1.1.1") + b"\xff") == DhcpOffer(
        server="192.168.1.1",
        address="192.168.1.50",
        prefix_len=24,
        router="192.168.1.1",
        resolvers=("192.168.1.1", "1.1.1.1"),
    )


def test_a_refusal_needs_no_address() -> None:
    found = read_offer(packet(NAK, yours="0.0.0.0"), TRANSACTION, MAC)
    assert found is not None
    assert (found.nak, found.address, found.server) == (True, "0.0.0.0", SOURCE)


def test_our_own_question_is_no_answer() -> None:
    assert read_offer(discover(MAC, TRANSACTION, 0), TRANSACTION, MAC) is None


@pytest.mark.parametrize(
    "strange",
    [
        packet(OFFER, yours="0.0.0.0"),
        packet(OFFER, cookie=b"abcd"),
        packet(OFFER, first=0x65),
        packet(OFFER, first=0x4F),  # a header length that leads into the middle
        packet(b"\x35\x01\x05"),  # an ACK to a question that was never asked
        packet(b"\x35\x02\x02"),
        packet(b""),
        packet(OFFER)[:200],
    ],
)
def test_no_offer_at_all(strange: bytes) -> None:
    assert read_offer(strange, TRANSACTION, MAC) is None


def test_an_answer_to_another() -> None:
    assert read_offer(packet(OFFER), b"abce", MAC) is None
    assert read_offer(packet(OFFER), TRANSACTION, bytes(6)) is None


@pytest.mark.parametrize("mask", ["255.0.255.0", "0.0.0.0", "0.0.0.255"])
def test_a_mask_with_holes_is_none(mask: str) -> None:
    assert read(OFFER + option(1, mask)).prefix_len is None


def test_what_is_cut_short_was_not_said() -> None:
    found = read(OFFER + option(6, "1.1.1.1") + bytes((3, 200)) + IPv4Address("192.168.1.1").packed)
    assert (found.resolvers, found.router) == (("1.1.1.1",), None)


def test_values_that_cannot_be_meant() -> None:
    found = read(OFFER + option(3, "0.0.0.0") + option(54, "0.0.0.0") + option(6, *["9.9.9.9"] * 60))
    assert (found.router, found.server, len(found.resolvers)) == (None, SOURCE, 8)


@given(st.binary(max_size=600))
@example(packet(OFFER))
def test_any_packet(data: bytes) -> None:
    bounded(read_offer(data, TRANSACTION, MAC))


@given(st.binary(max_size=600), st.sampled_from((OFFER, NAK, b"")), st.integers(0, 255))
def test_any_options(data: bytes, kind: bytes, first: int) -> None:
    bounded(read_offer(packet(kind + data), TRANSACTION, MAC))
    bounded(read_offer(packet(data + kind, first=first), TRANSACTION, MAC))


@given(st.lists(st.tuples(st.sampled_from((1, 3, 6, 53, 54, 0, 255)), st.binary(max_size=255)), max_size=12), st.data())
def test_well_formed_options_of_any_content_cut_anywhere(options: list[tuple[int, bytes]], data: st.DataObject) -> None:
    whole = packet(OFFER + b"".join(bytes((code, len(value))) + value for code, value in options))
    bounded(read_offer(whole, TRANSACTION, MAC))
    bounded(read_offer(whole[: data.draw(st.integers(0, len(whole)))], TRANSACTION, MAC))
