"""PPPoE and PPP frames: what is made is read again, and nothing that a hostile wire sends stops the reader."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.host import ppp_frames as frames
from cpe_agent.host.ppp_frames import CHAP, IPCP, LCP, PADO, PAP, Discovery, Packet, SessionFrame

HERE, THERE = b"\x02\0\0\0\0\x01", b"\x02\0\0\0\0\x02"
ITEMS = st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=20)), max_size=20).map(tuple)
TAGS = st.lists(st.tuples(st.integers(1, 0xFFFF), st.binary(max_size=20)), max_size=20).map(tuple)


def spelled(items: frames.Items) -> bytes:
    return b"".join(bytes([kind, 2 + len(value)]) + value for kind, value in items)


@given(TAGS, st.integers(0, 0xFFFF))
def test_discovery_comes_back_as_it_was_made(tags: frames.Items, session: int) -> None:
    frame = frames.discovery_frame(HERE, THERE, PADO, session, tags)
    assert len(frame) >= 60
    assert frames.read_frame(frame, HERE) == Discovery(THERE, PADO, session, tags, whole=True)


@given(st.sampled_from((LCP, IPCP)), st.integers(1, 4), ITEMS)
def test_options_come_back_as_they_were_made(protocol: int, code: int, options: frames.Items) -> None:
    made = Packet(protocol, code, 9, options=options)
    heard = frames.read_frame(frames.session_frame(HERE, THERE, 7, made), HERE)
    assert heard == SessionFrame(THERE, 7, made._replace(data=spelled(options)))


@given(st.sampled_from((LCP, PAP, CHAP)), st.integers(5, 255), st.binary(max_size=300))
def test_data_comes_back_as_it_was_made(protocol: int, code: int, data: bytes) -> None:
    made = Packet(protocol, code, 200, data)
    assert frames.read_frame(frames.session_frame(HERE, THERE, 7, made), HERE) == SessionFrame(THERE, 7, made)


@given(st.binary(max_size=1600))
def test_any_frame_is_read(garbage: bytes) -> None:
    frames.read_frame(garbage, HERE)
    frames.read_frame(HERE + garbage, HERE)


@given(st.sampled_from((0x8863, 0x8864)), st.binary(max_size=1500), st.integers(-3, 3))
def test_any_payload_is_read(kind: int, payload: bytes, lie: int) -> None:
    code = PADO if kind == 0x8863 else 0
    length = max(0, len(payload) + lie)
    frame = HERE + THERE + struct.pack("!HBBHH", kind, 0x11, code, 7, length) + payload
    heard = frames.read_frame(frame, HERE)
    if lie > 0:
        assert heard is None, "a length beyond the frame"


@given(st.binary(max_size=1500))
def test_tags_that_are_read_stand_in_the_payload(payload: bytes) -> None:
    tags, whole = frames.read_tags(payload)
    assert len(tags) <= frames.MOST_ITEMS
    again = b"".join(struct.pack("!HH", kind, len(value)) + value for kind, value in tags)
    assert payload.startswith(again)
    rest = payload[len(again) :]
    assert not whole or not rest or rest[:2] == b"\0\0"


@given(st.binary(max_size=1400))
def test_options_that_are_read_are_all_there_is(body: bytes) -> None:
    packet = struct.pack("!BBH", 1, 1, 4 + len(body)) + body
    options = frames.read_options(packet)
    assert options is None or spelled(options) == body


@pytest.mark.parametrize("body", ["01", "0100", "0101", "01ff0001", "0306c2230500ff", "03020304aabb00", "0102" * 65])
def test_options_that_lie_are_none(body: str) -> None:
    data = bytes.fromhex(body)
    assert frames.read_options(struct.pack("!BBH", 1, 1, 4 + len(data)) + data) is None


def test_a_tag_that_lies_ends_the_list() -> None:
    assert frames.read_tags(bytes.fromhex("01010000 01020005 4142")) == (((0x0101, b""),), False)
    assert frames.read_tags(bytes.fromhex("01010000 0000 0000 ffff")) == (((0x0101, b""),), True)
    assert frames.read_tags(bytes.fromhex("01020001 41") * 200)[0] == ((0x0102, b"A"),) * frames.MOST_ITEMS


@given(st.binary(max_size=300))
def test_sized_fields(data: bytes) -> None:
    read = frames.read_sized(data)
    assert read is None or bytes([len(read[0])]) + read[0] + read[1] == data


def test_others_frames_are_not_read() -> None:
    frame = frames.discovery_frame(THERE, HERE, PADO, 0, ())
    assert frames.read_frame(frame, HERE) is None, "to another station"
    own = frames.discovery_frame(HERE, HERE, PADO, 0, ())
    assert frames.read_frame(own, HERE) is None, "our own, come back"
    group = frames.discovery_frame(HERE, b"\xff" * 6, PADO, 0, ())
    assert frames.read_frame(group, HERE) is None, "no station sends from a group address"


def test_a_packet_never_shows_its_content() -> None:
    assert "secret" not in repr(Packet(PAP, 1, 1, b"\x01a\x06secret"))
