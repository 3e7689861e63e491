"""docs/protocol.md, sentence by sentence, against the real desk on loopback; the stand-in answers the same."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import http.client
import json
import random
import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zstandard
from sqlalchemy import update

from cpe_agent import canonical
from cpe_agent.deliver.cut import cut
from cpe_agent.deliver.qr import frames
from cpe_agent.desk.archive import Accepted, Unavailable
from cpe_agent.desk.ingest import reports as reports_module
from cpe_agent.desk.ingest.limits import Limits, Rate, neighbourhood
from cpe_agent.desk.ingest.refusal import Refused
from cpe_agent.desk.ingest.turns import CHECKING, MOST_BYTES, STORING, Turns
from cpe_agent.desk.records import tables
from cpe_agent.report import to_json, uuid7
from tests import desk_stand_in
from tests.desk.loopback import CASE, TICKET, RealDesk
from tests.test_report import report_of

TYPE = "application/vnd.cpe-agent.report+json; version=1"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RealDesk]:
    with RealDesk(tmp_path / "desk") as running:
        yield running


def report(case: str | None = None, **more: object) -> bytes:
    plain = json.loads(to_json(report_of())) | {"id": uuid7(), "case": case} | more
    return canonical.dumps(plain)


def id_of(raw: bytes) -> str:
    return str(json.loads(raw)["id"])


def headers_for(raw: bytes, body: bytes, **more: str | None) -> dict[str, str]:
    """The protocol's headers; ``more`` changes some (``_`` for ``-``), None leaves one out."""
    found: dict[str, str | None] = {
        "idempotency-key": id_of(raw),
        "content-type": TYPE,
        "content-encoding": "gzip",
        "content-digest": f"sha-256=:{base64.b64encode(sha256(body).digest()).decode()}:",
    }
    found |= {name.replace("_", "-"): value for name, value in more.items()}
    return {name: value for name, value in found.items() if value is not None}


class Answer:
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def plain(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/json"
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


def ask(url: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    link = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    with contextlib.closing(link):
        link.request(method, path, body, headers or {})
        answer = link.getresponse()
        found = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    assert not 300 <= found.status < 400, "nothing is redirected"
    assert found.status != 202
    assert len(found.body) <= 16 * 1024
    if found.status >= 400:
        assert len(found.plain["reason"]) <= 200
    if found.status in (429, 503):
        assert int(found.headers["retry-after"]) > 0
    return found


def post(url: str, raw: bytes, *, packed: bytes | None = None, **more: Any) -> Answer:
    body = gzip.compress(raw, 6, mtime=0) if packed is None else packed
    return ask(url, "POST", "/v1/reports", body, headers_for(raw, body, **more))


# ------------------------------------------------------------------ 201


def test_201_names_the_report_and_is_the_same_however_often(desk: RealDesk) -> None:
    raw = report()
    first = post(desk.url, raw)
    assert (first.status, set(first.plain)) == (201, {"id", "code", "watched"})
    assert first.plain["id"] == id_of(raw)
    assert first.plain["watched"] is False
    assert 0 < len(first.plain["code"]) <= 32
    assert first.headers["cache-control"] == "no-store"
    again = [
        post(desk.url, raw),
        post(desk.url, raw, cpe_agent_kept="age=3720, tries=4, last-try=310, last-reason=no-route"),
        post(desk.url, raw, authorization=f"Bearer {TICKET}"),
        post(desk.url, raw, packed=gzip.compress(raw, 1)),
        post(desk.url, raw, packed=zstandard.compress(raw), content_encoding="zstd"),
    ]
    assert {a.status for a in again} == {201}
    assert all(a.plain == first.plain for a in again)
    assert gzip.decompress(desk.parts.body_of(id_of(raw))) == raw


def test_what_is_stored_is_the_first_one_byte_for_byte(desk: RealDesk) -> None:
    raw = report()
    packed = zstandard.compress(raw)
    assert post(desk.url, raw, packed=packed, content_encoding="zstd").status == 201
    assert post(desk.url, raw).status == 201
    assert desk.parts.body_of(id_of(raw)) == packed


def test_how_long_it_was_kept_is_stored_and_never_refused(desk: RealDesk) -> None:
    for claim in ("age=3720, tries=4, last-try=310, last-reason=no-route", "\xff{}[", "a" * 5000):
        raw = report()
        assert post(desk.url, raw, cpe_agent_kept=claim).status == 201
        row = desk.parts.archive.by_id(1, bytes.fromhex(id_of(raw).replace("-", "")))
        assert row is not None
        assert row.kept is not None
        assert row.kept.isascii() or "�" in row.kept
        assert len(row.kept) <= 200
        assert row.kept[:5] == claim[:5].replace("\xff", "�")


def test_a_case_that_somebody_has_open_is_watched(desk: RealDesk) -> None:
    assert post(desk.url, report(CASE)).plain["watched"] is False
    desk.loop.call_soon_threadsafe(desk.parts.feed.look, 1, CASE)
    assert post(desk.url, report(CASE)).plain["watched"] is True
    assert post(desk.url, report()).plain["watched"] is False


# ------------------------------------------------------------------ the ticket


@pytest.mark.parametrize(
    "value",
    [
        "Bearer nobody-knows-it", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", TICKET, f"Bearer {TICKET}x",
        f"Bearer {TICKET} x",
        "Bearer " + "a" * 5000, "Bearer \xe9", f"Bearer {TICKET}, Bearer {TICKET}",
    ],
)  # fmt: skip
def test_401_for_a_ticket_that_is_not_taken_and_bare_it_goes(desk: RealDesk, value: str) -> None:
    raw = report()
    found = post(desk.url, raw, authorization=value)
    assert (found.status, found.headers["www-authenticate"]) == (401, "Bearer")
    assert post(desk.url, raw).status == 201


@pytest.mark.parametrize("column", ["expires", "revoked"])
def test_401_for_a_ticket_that_was_good(desk: RealDesk, column: str) -> None:
    with desk.parts.records.write() as db:
        db.execute(update(tables.ticket).values({column: 1.0}))
    assert post(desk.url, report(), authorization=f"Bearer {TICKET}").status == 401


def test_a_ticket_gives_tenant_customer_and_case(desk: RealDesk) -> None:
    other = desk.parts.add_tenant("Other", "cpet_other")
    raw = report(CASE)  # a case of the first tenant, claimed under a ticket of the second
    assert post(desk.url, raw, authorization="bearer cpet_other").status == 201
    row = desk.parts.archive.by_id(other, bytes.fromhex(id_of(raw).replace("-", "")))
    assert row is not None
    assert row.ticket == 2
    assert desk.parts.archive.of_case(1, CASE).rows == ()


def test_without_ticket_the_open_case_says_the_tenant(desk: RealDesk) -> None:
    from cpe_agent.case_code import with_check

    code = with_check("7777777")
    other = desk.parts.add_tenant("Other", "cpet_other", code)
    assert post(desk.url, report(code)).status == 201
    (row,) = desk.parts.archive.of_case(other, code).rows
    assert row.ticket is None


# ------------------------------------------------------------------ 4xx


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"content_digest": "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"}, 400),
        ({"content_digest": None}, 400),
        ({"content_digest": "sha-512=:AAAA:"}, 400),
        ({"content_digest": "sha-256=:***:"}, 400),
        ({"content_digest": "what"}, 400),
        ({"idempotency_key": "0193a5c2-7b1e-7c44-9d0e-3f1f6f0a2b77"}, 400),
        ({"idempotency_key": None}, 400),
        ({"idempotency_key": "\xff"}, 400),
        ({"content_type": "application/json"}, 415),
        ({"content_type": "application/vnd.cpe-agent.report+json"}, 415),
        ({"content_type": "application/vnd.cpe-agent.report+json; version=2"}, 415),
        ({"content_type": None}, 415),
        ({"content_encoding": "br"}, 415),
        ({"content_encoding": "gzip, gzip"}, 415),
        ({"content_encoding": "identity"}, 415),
        ({"content_encoding": None}, 415),
    ],
)
def test_a_header_that_does_not_fit(desk: RealDesk, more: dict[str, Any], status: int) -> None:
    raw = report()
    assert post(desk.url, raw, **more).status == status
    assert desk.parts.archive.by_id(1, bytes.fromhex(id_of(raw).replace("-", ""))) is None


@pytest.mark.parametrize(
    "more",
    [
        {"content_type": 'Application/vnd.CPE-agent.report+json;version="1"'},
        {"content_encoding": "GZIP"},
        {"content_digest": "sha-512=:AAAA:, {}"},
        {"content_digest": "{}, sha-512=:AAAA:"},
    ],
)
def test_a_header_in_another_spelling(desk: RealDesk, more: dict[str, str | None]) -> None:
    raw = report()
    body = gzip.compress(raw, 6, mtime=0)
    sent = headers_for(raw, body)
    spelt = {k.replace("_", "-"): (v or "").format(sent["content-digest"]) for k, v in more.items()}
    assert ask(desk.url, "POST", "/v1/reports", body, sent | spelt).status == 201


def test_409_for_another_content_of_one_id(desk: RealDesk) -> None:
    raw = report()
    assert post(desk.url, raw).status == 201
    other = canonical.dumps(json.loads(raw) | {"seconds": 99})
    assert post(desk.url, other).status == 409
    assert post(desk.url, other, authorization=f"Bearer {TICKET}").status == 409
    assert gzip.decompress(desk.parts.body_of(id_of(raw))) == raw


def test_a_cut_report_and_the_whole_one_do_not_conflict(desk: RealDesk) -> None:
    raw = report(CASE)
    slim = post(desk.url, cut(raw))
    whole = post(desk.url, raw)
    assert (slim.status, whole.status) == (201, 201)
    assert slim.plain["code"] == whole.plain["code"]
    assert post(desk.url, cut(raw)).plain == slim.plain  # late, in a picture that was scanned twice
    assert gzip.decompress(desk.parts.body_of(id_of(raw))) == raw
    assert post(desk.url, canonical.dumps(json.loads(raw) | {"seconds": 99})).status == 409


@pytest.mark.parametrize(
    ("raw", "path"),
    [(b"no json", ""), (b"{}", ""), (b'{"id":7,"schema":1}', "id"), (b'{"id":"x","schema":true}', "schema")],
)
def test_422_says_where_and_why(desk: RealDesk, raw: bytes, path: str) -> None:
    body = gzip.compress(raw)
    found = ask(desk.url, "POST", "/v1/reports", body, headers_for(report(), body))
    assert (found.status, found.plain["path"]) == (422, path)
    assert found.plain["reason"]


# ------------------------------------------------------------------ sizes


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", [256 * 1024 + 1, 600_000, 3_000_000])
def test_413_as_sent_and_the_answer_arrives(desk: RealDesk, size: int) -> None:
    """The sender writes everything first and reads then, as clients do."""
    body = noise(size)
    found = ask(desk.url, "POST", "/v1/reports", body, headers_for(report(), body))
    assert found.status == 413
    assert post(desk.url, report()).status == 201


def test_413_without_a_stated_length(desk: RealDesk) -> None:
    body = noise(300_000)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (body[i : i + 7000] for i in range(0, len(body), 7000)))
    head = "".join(f"{k}: {v}\r\n" for k, v in headers_for(report(), body).items())
    with contextlib.closing(socket.create_connection(("127.0.0.1", urlsplit(desk.url).port), 20)) as link:
        link.sendall(f"POST /v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{head}\r\n".encode())
        link.sendall(chunks + b"0\r\n\r\n")
        assert link.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_413_unpacked_and_the_largest_that_is_taken(desk: RealDesk) -> None:
    plain = json.loads(report())

    def filled(filler: str) -> bytes:
        return canonical.dumps(plain | {"id": uuid7(), "filler": filler})

    words = noise(40_000).hex() * 14
    room = (1 << 20) - len(filled(""))
    largest, beyond = filled(words[:room]), filled(words[: room + 1])
    packed = [zstandard.compress(raw, 9) for raw in (largest, beyond)]
    assert all(len(body) < 256 * 1024 for body in packed)
    assert len(largest) == 1 << 20
    found = [
        post(desk.url, raw, packed=body, content_encoding="zstd").status
        for raw, body in zip((largest, beyond), packed, strict=True)
    ]
    assert found == [201, 413]
    assert post(desk.url, filled("ab" * 200_000)).status == 413, "two hundredfold"
    assert post(desk.url, filled(noise(100_000).hex())).status == 201, "many digits in a string are no long number"


# ------------------------------------------------------------------ not now


def test_429_by_ticket_by_case_and_by_neighbourhood_alone(desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is held up by what others behind the same address do, once he can be told from them."""
    reports = desk.parts.reports
    clock = [0.0]
    reports._own = Limits(Rate(60, 2), lambda: clock[0])
    reports._shared = Limits(Rate(60, 3), lambda: clock[0])
    with desk.parts.records.write() as db:
        db.execute(update(tables.ticket).values(case=CASE))
    assert [post(desk.url, report()).status for _ in range(5)] == [201, 201, 201, 429, 429]
    assert [post(desk.url, report(CASE)).status for _ in range(3)] == [201, 201, 429]
    mine = f"Bearer {TICKET}"
    assert [post(desk.url, report(CASE), authorization=mine).status for _ in range(3)] == [201, 201, 429]
    clock[0] = 1.0
    found = [post(desk.url, report(CASE), authorization=mine) for _ in range(2)]
    assert [f.status for f in found] == [201, 429]
    assert found[1].headers["retry-after"] == "2"


def test_503_while_the_disk_is_nearly_full(desk: RealDesk) -> None:
    raw = report()
    desk.parts.room = False
    assert post(desk.url, raw).status == 503
    desk.parts.room = True
    assert post(desk.url, raw).status == 201


def test_503_while_too_many_wait(desk: RealDesk) -> None:
    desk.parts.ingest._turns = Turns(most_waiting=0, checking=0)
    assert post(desk.url, report()).status == 503
    desk.parts.ingest._turns = Turns(most_waiting=5, storing=0, longest_s=0.01)
    assert post(desk.url, report()).status == 503
    desk.parts.ingest._turns = Turns(most_waiting=5)
    assert post(desk.url, report()).status == 201


def test_503_while_the_disk_takes_nothing(desk: RealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the archive says it when a disk is full or broken; that it says so is its own tests' affair."""

    def full(_batch: object) -> list[Accepted]:
        raise Unavailable("no space left on device")

    raw = report()
    with monkeypatch.context() as broken:
        broken.setattr(desk.parts.archive, "commit", full)
        assert post(desk.url, raw).status == 503
    assert post(desk.url, raw).status == 201


# ------------------------------------------------------------------ the rest of the port


NOBODYS = "0193a5c2-7b1e-7c44-9d0e-3f1f6f0a2b77"  # a run that nobody made


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/reports", 405), ("POST", "/v1/reports/", 404), ("POST", "/v1", 404), ("PUT", "/v1/reports", 405),
        ("POST", "/v1/runs/x/events", 404), ("GET", f"/v1/runs/{NOBODYS}/requests", 404),
        ("GET", f"/v1/runs/{NOBODYS}/events", 405), ("POST", f"/v1/runs/{NOBODYS}/requests", 405),
        ("POST", f"/v1/runs/{NOBODYS.upper()}/events", 404),
    ],
)  # fmt: skip
def test_what_is_not_asked_for_here(desk: RealDesk, method: str, path: str, status: int) -> None:
    assert ask(desk.url, method, path).status == status


def test_pictures(desk: RealDesk) -> None:
    raw = report(CASE)
    texts = [f.text.partition("#")[2] for f in frames(raw, "https://desk.example/q", full=True)]
    assert len(texts) > 1

    def scan(texts: list[str]) -> Answer:
        return ask(
            desk.url, "POST", "/q", json.dumps({"fragments": texts}).encode(), {"content-type": "application/json"}
        )

    part = scan(texts[1:])
    assert (part.status, part.plain) == (200, {"have": list(range(2, len(texts) + 1)), "count": len(texts)})
    whole = scan(texts[::-1])
    assert whole.status == 201
    assert whole.plain == post(desk.url, raw).plain
    assert gzip.decompress(desk.parts.body_of(id_of(raw))) == raw
    broken = scan([*texts[:-1], texts[-1][:-8] + "AAAAAAAA"])
    assert (broken.status, broken.plain["reason"].split(":")[0]) == (422, "damaged")
    assert scan(["what"]).plain["reason"].startswith("not-ours")
    assert scan([texts[0]] * 201).status == 422
    assert scan(["x" * 4097]).status == 422
    big = ask(desk.url, "POST", "/q", b" " * 900_000, {"content-type": "application/json"})
    assert big.status == 413
    assert (
        ask(desk.url, "POST", "/q", b"fragments=1", {"content-type": "application/x-www-form-urlencoded"}).status == 415
    )


# ------------------------------------------------------------------ the stand-in


@pytest.mark.parametrize(
    "more",
    [
        {}, {"authorization": f"Bearer {TICKET}"}, {"authorization": "Bearer nobody"}, {"authorization": "Basic x"},
        {"content_digest": "sha-256=:AAAA:"}, {"content_type": "application/json"}, {"content_encoding": "br"},
        {"idempotency_key": "0193a5c2-7b1e-7c44-9d0e-3f1f6f0a2b77"},
    ],
)  # fmt: skip
def test_the_stand_in_answers_as_the_desk_does(desk: RealDesk, more: dict[str, str | None]) -> None:
    raw = report()
    with desk_stand_in.Desk(tickets=frozenset({TICKET})) as stand_in:
        for body in (raw, raw, canonical.dumps(json.loads(raw) | {"seconds": 99}), raw[:-1], raw + b" " * 1_100_000):
            packed = gzip.compress(body, 6, mtime=0)
            theirs, ours = (
                ask(url, "POST", "/v1/reports", packed, headers_for(raw, packed, **more))
                for url in (stand_in.url, desk.url)
            )
            assert theirs.status == ours.status
            assert set(theirs.plain) == set(ours.plain)
            assert theirs.headers.get("www-authenticate") == ours.headers.get("www-authenticate")


# ------------------------------------------------------------------ the small parts


def test_a_rate_lets_a_burst_through_and_then_one_a_step() -> None:
    now = [100.0]
    limits = Limits(Rate(per_minute=60, burst=3), lambda: now[0])
    assert [limits.wait_s("a") > 0 for _ in range(5)] == [False] * 3 + [True] * 2
    assert limits.wait_s("b") == 0
    now[0] += 1
    assert [limits.wait_s("a") > 0 for _ in range(2)] == [False, True]
    now[0] += 1000
    assert [limits.wait_s("a") > 0 for _ in range(4)] == [False] * 3 + [True]


def test_who_floods_waits_behind_himself() -> None:
    """A queue a group, served in turn: the tenth of a flood comes after the first of somebody else."""

    async def run() -> list[str]:
        turns, served = Turns(most_waiting=20, checking=1), []

        async def one(name: str) -> None:
            async with turns.turn(name[0], 100):
                served.append(name)
                await asyncio.sleep(0)

        names = [f"a{n}" for n in range(10)] + [f"b{n}" for n in range(3)] + ["c0"]
        await asyncio.gather(*map(one, names))
        assert (turns._checking, turns._storing) == (1, STORING)
        assert not turns._queues
        assert turns._bytes == MOST_BYTES
        return served

    assert asyncio.run(run())[:8] == ["a0", "a1", "b0", "c0", "a2", "b1", "a3", "b2"]


def test_what_only_waits_for_the_disk_holds_nobody_up() -> None:
    async def run() -> None:
        turns = Turns(most_waiting=9, checking=1, storing=3)
        disk = asyncio.Event()
        checked = []

        async def one(number: int) -> None:
            async with turns.turn("a", 1) as turn:
                checked.append(number)
                turn.checked()
                await disk.wait()

        tasks = [asyncio.create_task(one(n)) for n in range(5)]
        for _ in range(20):
            await asyncio.sleep(0)
        assert checked == [0, 1, 2], "no more than there are places before the disk"
        disk.set()
        await asyncio.gather(*tasks)
        assert checked == [0, 1, 2, 3, 4]
        assert (turns._checking, turns._storing) == (1, 3)

    asyncio.run(run())


def test_a_turn_that_nobody_takes_is_the_next_ones() -> None:
    async def run() -> None:
        turns = Turns(most_waiting=2, storing=1, longest_s=0.05)
        done: list[int] = []

        async def one(number: int) -> None:
            async with turns.turn("a", 1):
                done.append(number)

        async with turns.turn("a", 1):
            waiting = [asyncio.create_task(one(n)) for n in range(4)]  # two wait, two are too many
            await asyncio.sleep(0)
            waiting[0].cancel()
            refused = await asyncio.gather(*waiting[2:], return_exceptions=True)
            assert all(isinstance(r, Refused) and r.status == 503 and r.retry_s for r in refused)
        await asyncio.gather(*waiting, return_exceptions=True)
        assert done == [1]
        async with turns.turn("a", 1):
            late = await asyncio.gather(one(5), return_exceptions=True)
            assert isinstance(late[0], Refused), "who waited too long is told so"
        with pytest.raises(Refused):
            async with turns.turn("a", MOST_BYTES + 1):
                pass
        assert (turns._checking, turns._storing, turns._bytes) == (CHECKING, 1, MOST_BYTES)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("198.51.100.7", "198.51.100.0/24"), ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("", ""), ("unix", "unix"),
    ],
)  # fmt: skip
def test_neighbourhoods(address: str, area: str) -> None:
    assert neighbourhood(address) == area


def test_the_limits_are_meant_for_people() -> None:
    """A person who presses "again" as fast as a run takes (two seconds) for a minute is not held up."""
    assert reports_module.OWN.burst >= 30
