"""Our own PPPoE call: the two frames, when it is made at all, and what is concluded on a real wire."""

from __future__ import annotations

import asyncio
import struct
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import pppoe
from cpe_agent.collector import CannotMeasure, Facts, Outcome, Section
from cpe_agent.facts import Addressing, Concentrator, Failure, Family, Interfaces, Nic, NicKind, Plan, Pppoe, Route
from cpe_agent.host import Host, Local, Net, PppoeAsk
from cpe_agent.host.pppoe_discovery import call, concentrator, read_offer
from tests.homes import wired_home

MAC, AC = bytes.fromhex("020000000001"), bytes.fromhex("3ca62f000009")
UNIQUE = b"\1\2\3\4\5\6\7\x08"


def tag(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value


GOOD = tag(0x0101, b"") + tag(0x0102, b"edge-7") + tag(0x0103, UNIQUE)


def offer(tags: bytes = GOOD, **more: Any) -> bytes:
    said = {"to": MAC, "source": AC, "kind": 0x8863, "version": 0x11, "code": 7, "session": 0, "length": len(tags)}
    return struct.pack("!6s6sHBBHH", *{**said, **more}.values()) + tags


def test_an_offer() -> None:
    read = read_offer(offer().ljust(60, b"\0"), MAC)
    assert read == (AC, [(0x0101, b""), (0x0102, b"edge-7"), (0x0103, UNIQUE)])
    found = concentrator(*read, ["edge-7"])
    assert (found.name, found.known, found.error) == ("edge-7", True, None)
    assert found.mac is not None
    assert found.mac.startswith("3c:a6:2f/")
    assert concentrator(*read, []).known is None
    assert concentrator(*read, ["edge-8"]).known is False
    assert concentrator(*read, ["3C-A6-2F-00-00-09"]).known is True
    assert concentrator(AC, [(0x0202, b"full")], []).error == "ac-system-error"
    assert concentrator(AC, [(0x0102, b"\x1b[2J\x00" + b"x" * 900)], []).name == "[2J " + "x" * 60


def test_tags_end_where_the_list_says_so() -> None:
    assert read_offer(offer(GOOD + tag(0, b"") + b"garbage"), MAC) == read_offer(offer(), MAC)


@pytest.mark.parametrize(
    "strange",
    [
        call(AC, UNIQUE),  # another computer's call
        offer(to=b"\xff" * 6),
        offer(source=MAC),
        offer(source=b"\x01" + AC[1:]),  # a group never offers
        offer(kind=0x8864),
        offer(version=0x12),
        offer(code=0x65),
        offer(session=7),
        offer(length=len(GOOD) + 1),  # longer than the frame
        offer(GOOD + struct.pack("!HH", 0x0102, 9)),  # a tag that leads out of the frame
        offer(GOOD + b"\x01"),
        offer(tag(0x0105, b"") * 65),
        offer()[:19],
        b"",
    ],
)
def test_no_offer(strange: bytes) -> None:
    assert read_offer(strange, MAC) is None


def test_our_own_call_is_no_offer_and_a_whole_frame() -> None:
    sent = call(MAC, UNIQUE)
    assert len(sent) == 60
    assert sent[:14] == b"\xff" * 6 + MAC + b"\x88\x63"
    assert sent[14:20] == bytes([0x11, 0x09, 0, 0, 0, 16])


@given(st.binary(max_size=200))
def test_any_frame_is_read(noise: bytes) -> None:
    for frame in (noise, offer(noise), offer(noise, length=len(noise) // 2)):
        read = read_offer(frame, MAC)
        if read is not None:
            assert len(read[1]) <= 64
            assert len(concentrator(*read, ["x"]).name or "") <= 64


# ------------------------------------------------------------------ when it is made


class Wire:
    def __init__(self, answer: PppoeAsk) -> None:
        self.answer = answer
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    async def pppoe_discover(self, nic: str, *, listed: tuple[str, ...], timeout_s: float) -> PppoeAsk:
        assert timeout_s < pppoe.COLLECTOR.seconds
        self.asked.append((nic, listed))
        return self.answer


NOBODY = PppoeAsk(3, (), False)
HOME = wired_home()
ALONE = Addressing()
V6_ONLY = Addressing(routes=(Route("eth0", Family.V6, "::/0", "fe80::1"),))


def collect(answer: PppoeAsk = NOBODY, **more: Any) -> tuple[Pppoe, Wire]:
    given_ = {"plan": Plan(), "addressing": ALONE, "interfaces": HOME[Interfaces], **more}
    sections = {type(v): Section(Outcome.MEASURED, 0.0, 0.0, v) for v in given_.values()}
    wire = Wire(answer)
    made = asyncio.run(pppoe.collect(Host(cast(Local, None), cast(Net, wire)), Facts(sections)))
    return made, wire


def test_a_call_without_a_router() -> None:
    one = Concentrator("edge-7", "3c:a6:2f/1", True)
    for around in (ALONE, V6_ONLY):
        made, wire = collect(PppoeAsk(1, (one,), False), plan=Plan(concentrators=("edge-7",)), addressing=around)
        assert made == Pppoe("eth0", 1, (one,), None, False)
        assert wire.asked == [("eth0", ("edge-7",))]
    assert collect()[0].failure is Failure.TIMED_OUT
    assert collect(PppoeAsk(3, (), True))[0].failure is Failure.GARBAGE


def test_a_call_from_behind_a_router_only_when_asked_for() -> None:
    assert collect(plan=Plan(deep=True), addressing=HOME[Addressing])[0].behind_gateway is True


WIFI = Interfaces((Nic("wlan0", NicKind.WIFI, 3, None, True, True),), 1, "wlan0", True)
UNPLUGGED = Interfaces((Nic("eth0", NicKind.ETHERNET, 2, None, True, False),), 1, "eth0", True)


@pytest.mark.parametrize(
    "more",
    [
        {"addressing": HOME[Addressing]},
        {"interfaces": WIFI},
        {"interfaces": UNPLUGGED},
        {"interfaces": Interfaces()},
        {"interfaces": WIFI, "plan": Plan(deep=True)},
    ],
    ids=["a router is there", "Wi-Fi", "no signal", "no interface", "Wi-Fi, deep"],
)
def test_no_call(more: dict[str, Any]) -> None:
    with pytest.raises(CannotMeasure) as raised:
        collect(**more)
    assert raised.value.outcome is Outcome.SKIPPED
