"""A time server's answer as bytes: good, foreign, ignorant, cut, and anything at all."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.host.datagram import AnswerError
from cpe_agent.host.sntp import parse

MARK = 0x0123456789ABCDEF
EPOCH = 2_208_988_800  # RFC 5905, figure 4: 1 January 1970
NEW_ERA = 2_085_978_496  # the same figure: 7 February 2036, when 32 bits of seconds begin again


def packet(
    *, mode: int = 4, leap: int = 0, stratum: int = 2, delay: int = 0, mark: int = MARK, received: float, sent: float
) -> bytes:
    received, sent = (int((at - int(at)) * 2**32) | (int(at) % 2**32) << 32 for at in (received, sent))
    return struct.pack("!BBbbIIIQQQQ", leap << 6 | 4 << 3 | mode, stratum, 6, -20, delay, 0, 0, 0, mark, received, sent)


GOOD = packet(received=EPOCH + 1000.25, sent=EPOCH + 1000.5, delay=1 << 16)


def test_an_answer() -> None:
    assert parse(GOOD, MARK) == (2, 1000.25, 1000.5, 0.5)
    assert parse(GOOD + b"and extensions", MARK) == (2, 1000.25, 1000.5, 0.5)


def test_after_february_2036() -> None:
    late = packet(received=EPOCH + NEW_ERA + 5, sent=EPOCH + NEW_ERA + 6)
    assert late[32:36] == b"\0\0\0\5"
    assert parse(late, MARK)[1:3] == (NEW_ERA + 5, NEW_ERA + 6)


@pytest.mark.parametrize(
    "ignorant",
    [
        packet(leap=3, received=EPOCH, sent=EPOCH),
        packet(stratum=16, received=EPOCH, sent=EPOCH),
        packet(stratum=0, received=EPOCH, sent=EPOCH),  # a kiss of death (RFC 5905, 7.4)
        packet(received=0, sent=0),
        packet(delay=32 << 16, received=EPOCH, sent=EPOCH),
        packet(received=EPOCH + 9, sent=EPOCH),
    ],
    ids=["not synchronised", "stratum 16", "kiss of death", "no time", "sixteen seconds off", "sent before received"],
)
def test_a_server_that_does_not_know_tells_no_time(ignorant: bytes) -> None:
    assert parse(ignorant, MARK)[1:3] == (None, None)


@pytest.mark.parametrize("other", [packet(mode=3, received=EPOCH, sent=EPOCH), GOOD[:47], b""])
def test_what_is_no_answer(other: bytes) -> None:
    with pytest.raises(AnswerError):
        parse(other, MARK)


def test_the_answer_to_another_question() -> None:
    with pytest.raises(AnswerError):
        parse(GOOD, MARK + 1)


@given(st.binary(max_size=80), st.integers(0, 2**64 - 1))
def test_anything_at_all(data: bytes, mark: int) -> None:
    try:
        stratum, received, sent, root_s = parse(data[:24] + mark.to_bytes(8, "big") + data[24:], mark)
    except AnswerError:
        return
    assert 0 <= stratum <= 255
    assert root_s >= 0
    assert (received is None) is (sent is None)
