"""More than the desk can take: everybody gets an answer, what was acknowledged is there, and one provider's flood does
not shut the other out. How fast it is, is the bench's affair (``bench/desk_ingest.py``)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.desk_ingest import reports, request
from bench.load import group
from cpe_agent.desk.ingest import body as body_module
from cpe_agent.desk.ingest.asgi import MOST_HELD
from cpe_agent.desk.ingest.envelope import check
from cpe_agent.desk.ingest.limits import Limits, Rate
from cpe_agent.desk.ingest.turns import CHECKING, MOST_BYTES, Turns
from tests.desk.loopback import TICKET, RealDesk
from tests.desk.test_ingest_protocol import post, report

OTHER = "cpet_other"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RealDesk]:
    with RealDesk(tmp_path / "desk") as running:
        running.parts.reports._shared = Limits(Rate(1e9, 1_000_000_000), lambda: 0.0)  # one address sends all of it
        yield running


def test_a_flood_is_answered_and_shuts_nobody_out(desk: RealDesk) -> None:
    desk.parts.ingest._turns = turns = Turns(
        most_waiting=5, storing=6, longest_s=20.0
    )  # nobody is late on a slow computer
    other = desk.parts.add_tenant("Other", OTHER)
    flood, few = reports(250), reports(20)

    async def both() -> tuple[dict[str, Any], dict[str, Any]]:
        port = urlsplit(desk.url).port
        assert port is not None
        return await asyncio.gather(
            group(port, 100, [request(raw, TICKET) for raw in flood], 20, 0.0),
            group(port, 2, [request(raw, OTHER) for raw in few], 20, 0.0),
        )

    many, little = asyncio.run(both())
    assert set(many["statuses"]) == {201, 503}
    assert many["without_time"] == 0
    assert little["statuses"] == {201: 20}
    for tenant, raws, found in ((1, flood, many), (other, few, little)):
        there = [raw for raw in raws if desk.parts.archive.by_id(tenant, check(raw).id) is not None]
        assert len(there) == found["statuses"][201]
    assert (turns._checking, turns._storing, turns._bytes) == (CHECKING, 6, MOST_BYTES)


def slow(desk: RealDesk, sent: bytes) -> bytes:
    """The answer to a request whose body stops after these bytes."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", urlsplit(desk.url).port or 0), 20)) as link:
        link.sendall(b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n" + sent)
        return link.recv(4096)


def test_a_body_that_does_not_come_is_not_waited_for_for_ever(desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "READ_S", 0.2)
    for sent in (b"", b"x", b"x" * 70_000):
        answer = slow(desk, sent)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in answer.lower()
    assert desk.parts.ingest._room._free == MOST_HELD
    assert post(desk.url, report()).status == 201


def test_who_leaves_in_the_middle_leaves_nothing_behind(desk: RealDesk) -> None:
    for sent in (b"", b"x" * 70_000):
        with contextlib.closing(socket.create_connection(("127.0.0.1", urlsplit(desk.url).port or 0), 20)) as link:
            link.sendall(b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n" + sent)
    assert post(desk.url, report()).status == 201
    for _ in range(500):
        if desk.parts.ingest._room._free == MOST_HELD:
            break
        post(desk.url, report())
    assert desk.parts.ingest._room._free == MOST_HELD


def test_no_more_bytes_are_held_than_there_is_room_for(desk: RealDesk) -> None:
    desk.parts.ingest._room._free = 1000
    raw = report(filler=bytes(range(256)).hex() * 20)
    assert len(raw) < 60_000
    assert post(desk.url, raw).status == 201, "what comes in one piece is not held"
    desk.parts.ingest._turns._bytes = 1000
    assert post(desk.url, report()).status == 503
