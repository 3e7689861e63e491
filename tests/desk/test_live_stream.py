"""Live, over real sockets: the customer's program tells, the representative's page is told, and the other way round."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import re
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from cpe_agent.collector import Outcome, Section
from cpe_agent.deliver import live
from cpe_agent.deliver.live import Live, Wish
from cpe_agent.desk.live.feed import MOST_OF_PERSON
from cpe_agent.facts import Dns
from cpe_agent.host import desk_link
from cpe_agent.profile import Desk as Profile
from cpe_agent.report import uuid7
from tests.desk.loopback import CASE, TICKET, RealDesk
from tests.desk.serving import Serving
from tests.desk.test_ingest_protocol import ask, post, report

PERSON = {"Cookie": "1/dana"}
JSON = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none() -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(desk_link, "system_proxies", none)
    monkeypatch.setattr(live, "WATCHED_S", 0.05)
    monkeypatch.setattr(live, "UNWATCHED_S", 0.1)
    monkeypatch.setattr(live, "WISHES_S", 0.05)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RealDesk]:
    with RealDesk(tmp_path / "desk") as running:
        yield running


class Browser:
    """What a browser's EventSource does, by hand: reads blocks, remembers the last id."""

    def __init__(self, desk: RealDesk, who: str = "1/dana", last: str | None = None, case: str = CASE) -> None:
        self.desk, self.who, self.last, self.case = desk, who, last, case
        self.seen: list[tuple[str, dict[str, Any]]] = []

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        port = urlsplit(self.desk.url).port
        self._reader, writer = await asyncio.open_connection("127.0.0.1", port)
        last = "" if self.last is None else f"Last-Event-ID: {self.last}\r\n"
        head = f"GET /cases/{self.case}/events HTTP/1.1\r\nHost: x\r\nCookie: {self.who}\r\n{last}\r\n"
        writer.write(head.encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"text/event-stream" in answer
        await self._reader.readuntil(b"retry: ")
        try:
            yield
        finally:
            writer.transport.abort()

    async def read(self, number: int) -> None:
        """Until so many events were seen in all."""
        block: dict[str, str] = {}
        async with asyncio.timeout(20):
            while len(self.seen) < number:
                line = (await self._reader.readline()).decode().strip("\r\n")
                assert line is not None
                name, _, value = line.partition(": ")
                if name in ("id", "event", "data"):
                    block[name] = value
                if name == "data":
                    self.last = block.get("id", self.last)
                    self.seen.append((block["event"], json.loads(value)))
                    block = {}


def events(desk: RealDesk, run: str, *events: dict[str, Any], case: str = CASE, **headers: str) -> Any:
    body = json.dumps({"case": case, "events": events}).encode()
    return ask(desk.url, "POST", f"/v1/runs/{run}/events", body, JSON | headers)


def test_the_program_tells_the_page_and_the_customer_says_yes(desk: RealDesk) -> None:
    """The client's own code on one side, a browser's on the other."""
    wished: list[Wish] = []

    async def run() -> None:
        page = Browser(desk)
        async with page.open():
            run_id = uuid7()
            profile = Profile((desk.url,), (), TICKET)
            told = asyncio.Event()

            def ask_the_customer(wish: Wish) -> None:
                wished.append(wish)
                told.set()

            teller = Live(profile, run_id, CASE, ask_the_customer)
            async with teller:
                await page.read(1)
                assert page.seen[0][0] == "started"
                while not teller.watched:
                    await asyncio.sleep(0.01)
                teller.saw(Dns, Section(Outcome.MEASURED, 0.1, 0.2, None, None))
                teller.segments({"device": "ok", "home": "unknown"})
                await page.read(3)
                desk.loop.call_soon_threadsafe(desk.parts.wishes.ask, 1, CASE, "deep-test", "Dana")
                await asyncio.wait_for(told.wait(), 20)
                teller.answered(wished[0], yes=True)
                teller.ended("fault", "access-no-sync", "access")
                await page.read(6)
        assert [kind for kind, _ in page.seen] == ["started", "section", "segments", "wish", "wish", "ended"]
        assert page.seen[1][1] | {"at": 0} == {"run": run_id, "n": 2, "at": 0, "section": "dns", "outcome": "measured"}
        assert page.seen[2][1]["segments"] == {"device": "ok", "home": "unknown"}
        assert page.seen[3][1]["by"] == "Dana"
        assert page.seen[4][1]["answer"] == "yes"

    asyncio.run(run())
    assert [wish.wish for wish in wished] == ["deep-test"]


def test_a_stored_report_shows_up_once(desk: RealDesk) -> None:
    async def run() -> None:
        page = Browser(desk)
        async with page.open():
            raw = report(CASE)
            first = await asyncio.to_thread(post, desk.url, raw)
            assert first.plain["watched"] is True
            await asyncio.to_thread(post, desk.url, raw)
            await asyncio.to_thread(post, desk.url, report(CASE), authorization=f"Bearer {TICKET}")
            await page.read(2)
        found = [(kind, data["code"], data["verified"]) for kind, data in page.seen]
        assert found[0] == ("report", first.plain["code"], False)
        assert found[1][2] is True

    asyncio.run(run())


def test_who_comes_back_has_lost_nothing(desk: RealDesk) -> None:
    """T9 in short: many watchers, each cut off in the middle of the stream and back; every event exactly once."""

    async def watcher(number: int) -> Browser:
        page = Browser(desk, who=f"1/person{number}", last=f"{desk.parts.feed.epoch}-0")
        total = 60
        stops = sorted({(number * 7) % total, (number * 13) % total, total})
        for stop in stops:
            async with page.open():
                await page.read(stop)
        return page

    async def tell() -> None:
        run = uuid7()
        for number in range(1, 61):
            await asyncio.to_thread(events, desk, run, {"n": number, "at": 0, "kind": "started"})

    async def both() -> list[Browser]:
        telling = asyncio.create_task(tell())
        pages = await asyncio.gather(*(watcher(n) for n in range(60)))
        await telling
        return pages

    for page in asyncio.run(both()):
        assert [data["n"] for _, data in page.seen] == list(range(1, 61))
    for _ in range(1000):  # the desk hears of the last goodbyes
        if not desk.parts.feed._persons:
            break
        time.sleep(0.01)
    assert not desk.parts.feed._persons, "nobody is left on the list"


def test_a_desk_that_was_started_anew_says_reload(desk: RealDesk) -> None:
    async def run() -> None:
        page = Browser(desk, last="00000000-17")
        async with page.open():
            await page.read(1)
        assert page.seen == [("reload", {})]

    asyncio.run(run())


def test_the_page_may_say_in_the_address_where_it_stands(desk: RealDesk) -> None:
    events(desk, uuid7(), {"n": 1, "kind": "started"})
    link = http.client.HTTPConnection(urlsplit(desk.url).netloc, timeout=20)
    link.request("GET", f"/cases/{CASE}/events?last={desk.parts.feed.epoch}-0", headers=PERSON)
    answer = link.getresponse()
    assert answer.readline().startswith(b"retry: ")
    assert answer.readline() == b"\n"
    assert answer.readline() == f"id: {desk.parts.feed.epoch}-1\n".encode()
    link.close()


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"/cases/{CASE}/events", {}), (f"/cases/{CASE}/events", {"Cookie": "2/eve"}),
        ("/cases/4F7K2Q9A/events", PERSON), ("/cases/00000000/events", PERSON), ("/cases/-/events", PERSON),
    ],
)  # fmt: skip
def test_what_is_not_yours_is_not_there(desk: RealDesk, path: str, headers: dict[str, str]) -> None:
    link = http.client.HTTPConnection(urlsplit(desk.url).netloc, timeout=20)
    with contextlib.closing(link):
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        assert (answer.status, answer.read()) == (404, b"no such case")


def test_a_page_that_watches_does_not_keep_the_desk_from_ending(tmp_path: Path) -> None:
    with Serving(tmp_path / "served", "--demo") as serving:
        name, password = re.search(r"as (\S+) with the password (\S+)\.", serving.told).groups()  # type: ignore[union-attr]
        with httpx.Client(base_url=serving.address, headers={"Origin": serving.address}, trust_env=False) as person:
            assert person.post("/login", data={"name": name, "password": password}).status_code == 303
            with closing(sqlite3.connect(tmp_path / "served" / "desk.db")) as records:
                ((code,),) = records.execute("SELECT code FROM case_ WHERE closed IS NULL LIMIT 1").fetchall()
            with person.stream("GET", f"/cases/{code}/events") as answer:
                pieces = answer.iter_raw()
                assert next(pieces).startswith(b"retry: ")
                serving.process.send_signal(signal.SIGTERM)
                assert list(pieces) == [], "its end is told, not torn off"
        assert serving.process.wait(30) is not None


def test_a_person_opens_a_few(desk: RealDesk) -> None:
    async def run() -> None:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(MOST_OF_PERSON):
                await stack.enter_async_context(Browser(desk).open())
            reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(desk.url).port)
            writer.write(f"GET /cases/{CASE}/events HTTP/1.1\r\nHost: x\r\nCookie: 1/dana\r\n\r\n".encode())
            assert (await reader.readline()).startswith(b"HTTP/1.1 429 ")
            writer.close()
            async with Browser(desk, who="1/avi").open():
                pass

    asyncio.run(run())


# ------------------------------------------------------------------ POST events, GET requests


def test_watched_and_seen(desk: RealDesk) -> None:
    run = uuid7()
    assert events(desk, run, {"n": 3, "kind": "started"}).plain == {"watched": False, "seen": 3}
    desk.loop.call_soon_threadsafe(desk.parts.feed.look, 1, CASE)
    assert events(desk, run).plain == {"watched": True, "seen": 3}
    assert ask(desk.url, "GET", f"/v1/runs/{run}/requests").plain == {"requests": []}


def test_what_ends_it_for_a_run(desk: RealDesk) -> None:
    from cpe_agent.case_code import with_check

    desk.parts.add_tenant("Other", "cpet_other")
    assert events(desk, uuid7(), case=with_check("0000001")).status == 404
    assert events(desk, uuid7(), authorization="Bearer nobody").status == 401
    assert events(desk, uuid7(), authorization="Bearer cpet_other").status == 404
    assert ask(desk.url, "GET", f"/v1/runs/{uuid7()}/requests").status == 404
    assert events(desk, uuid7(), authorization=f"Bearer {TICKET}").status == 200


def test_bounds_of_a_post(desk: RealDesk) -> None:
    path = f"/v1/runs/{uuid7()}/events"
    assert ask(desk.url, "POST", path, b" " * (16 * 1024 + 1), JSON).status == 413
    assert events(desk, uuid7(), *({"n": n, "kind": "started"} for n in range(1, 66))).status == 422
    assert events(desk, uuid7(), *({"n": n, "kind": "started"} for n in range(1, 65))).plain["seen"] == 64
    assert ask(desk.url, "POST", path, b"{}", {"content-type": "text/plain"}).status == 415
    assert ask(desk.url, "POST", path, b"no json", JSON).status == 422
    found = [events(desk, uuid7()).status for _ in range(100)]
    assert found[:30] == [200] * 30
    assert 429 in found
