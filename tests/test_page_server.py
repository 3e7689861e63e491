"""The page's server on real sockets: who may read it and drive it, and what nobody can do to it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from cpe_agent.host import listening
from cpe_agent.layout import SEGMENTS
from cpe_agent.page import server as served
from cpe_agent.page.board import Board
from cpe_agent.page.request import MOST_BODY, MOST_HEAD, Refused, parse_form, parse_head
from cpe_agent.page.server import Server
from cpe_agent.page.state import PageState
from tests.test_report import report_of

START = PageState("en", "measuring", dict.fromkeys(SEGMENTS, "unknown"))
FORM = "application/x-www-form-urlencoded"


class Stand:
    """A server that runs, its address taken apart, and what was posted to it."""

    def __init__(self) -> None:
        self.board = Board(START)
        self.posted: list[dict[str, str]] = []
        self.listening = listening.listen()
        self.server = Server(self.board, self._act, self.listening)
        self.host, self.path, self.port = "", "", 0

    def _act(self, fields: dict[str, str]) -> bool:
        self.posted.append(fields)
        return fields.get("do") == "again"

    async def begin(self) -> None:
        await self.server.start()
        parts = urlsplit(self.listening.address)
        self.host, self.path, self.port = parts.netloc, parts.path, parts.port or 0

    async def send(self, data: bytes) -> bytes:
        """Everything that is answered until the connection ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def ask(self, method: str = "GET", path: str = "", body: bytes = b"", **headers: str | None) -> Answer:
        target = path if path.startswith("/") else self.path + path
        fields: dict[str, str | None] = {"Host": self.host, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if method == "POST":
            fields = {"Content-Type": FORM, "Content-Length": str(len(body)), **fields}
        lines = [f"{method} {target} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items() if v is not None)]
        return Answer(await self.send("\r\n".join([*lines, "", ""]).encode() + body))


class Answer:
    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split(" ")[1]) if first else 0
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def on_a_stand(test: Callable[[Stand], Awaitable[Any]]) -> None:
    async def whole() -> None:
        stand = Stand()
        await stand.begin()
        try:
            await test(stand)
        finally:
            await stand.server.close()

    asyncio.run(whole())


def test_the_page_its_headers_and_a_nonce_of_its_own_each_time() -> None:
    async def check(stand: Stand) -> None:
        first, second = await stand.ask(), await stand.ask()
        assert first.status == 200
        policy = first.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        for rule in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "connect-src 'self'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert policy != second.headers["content-security-policy"]
        nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
        assert f'nonce="{nonce}"'.encode() in first.body
        assert first.headers["x-content-type-options"] == "nosniff"
        assert first.headers["referrer-policy"] == "same-origin"
        assert first.headers["cache-control"] == "no-store"
        assert first.headers["cross-origin-opener-policy"] == "same-origin"
        assert first.headers["cross-origin-resource-policy"] == "same-origin"
        head = await stand.ask("HEAD")
        assert (head.status, head.body) == (200, b"")
        assert int(head.headers["content-length"]) == int(first.headers["content-length"])
        assert (await stand.ask(Host=f"localhost:{stand.port}")).status == 200

    on_a_stand(check)


@pytest.mark.parametrize("host", [None, "rebound.example", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", "0.0.0.0:{port}",
                                  "127.0.0.1:{port}.rebound.example", "LOCALHOST.:{port}"])  # fmt: skip
def test_a_name_that_was_rebound_to_this_computer_learns_nothing(host: str | None) -> None:
    async def check(stand: Stand) -> None:
        named = None if host is None else host.format(port=stand.port)
        for answer in (
            await stand.ask(Host=named),
            await stand.ask(path="events", Host=named),
            await stand.ask("POST", "do", b"do=again", Host=named),
        ):
            assert (answer.status, answer.body) == (421, b"")
        assert stand.posted == []

    on_a_stand(check)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:9"},
        {"Origin": "http://rebound.example"},
        {"Origin": "null"},
        {"Origin": "https://{host}"},
        {"Origin": "http://{host}.rebound.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},  # another port of 127.0.0.1
        {"Origin": "http://{host}", "Sec_Fetch_Site": "cross-site"},
    ],
    ids=str,
)
def test_another_site_cannot_drive_it(headers: dict[str, str]) -> None:
    async def check(stand: Stand) -> None:
        filled = {name: value.format(host=stand.host) for name, value in headers.items()}
        answer = await stand.ask("POST", "do", b"do=again", **filled)
        assert (answer.status, answer.body) == (404, b"")
        assert stand.posted == []

    on_a_stand(check)


def test_another_site_cannot_embed_or_fetch_it_and_a_link_still_opens_it() -> None:
    async def check(stand: Stand) -> None:
        for path in ("", "events", "report.json"):
            answer = await stand.ask(path=path, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")
            assert (answer.status, answer.body) == (404, b"")
            assert "access-control-allow-origin" not in answer.headers
        opened = await stand.ask(Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")
        assert opened.status == 200

    on_a_stand(check)


def test_who_does_not_know_the_token_sees_nothing_but_404() -> None:
    async def check(stand: Stand) -> None:
        token = stand.path.strip("/")
        wrong = "A" * len(token)
        for path in (
            *("/", "//", "/favicon.ico", "/%2e%2e/", f"/{token}", f"/{wrong}/", f"/{wrong}/events", f"/{token}x/"),
            *(f"/{token}/../{token}/", f"/{token}/nothing", f"/{token}//", f"/{token}/?x"),
        ):
            answer = await stand.ask(path=path)
            assert (answer.status, answer.body) == (404, b""), path
            assert token not in str(answer.headers)
        assert (await stand.ask("POST", "", b"do=again")).status == 404
        assert (await stand.ask("GET", "do")).status == 404
        assert (await stand.ask(path="report.json")).status == 404, "there is none yet"
        assert len(token) >= 32
        assert stand.posted == []
        assert stand.server.seen_at is None, "who did not find the page does not keep the program alive"

    on_a_stand(check)


def test_a_form_of_the_page_is_taken() -> None:
    async def check(stand: Stand) -> None:
        own = {"Origin": f"http://{stand.host}", "Sec_Fetch_Site": "same-origin"}
        form = await stand.ask("POST", "do", b"do=again&step=router-restarted", **own)
        assert (form.status, form.headers["location"]) == (303, stand.path)
        script = await stand.ask("POST", "do", b"do=again", **own, X_Requested_With="cpe-agent")
        assert (script.status, script.body) == (204, b"")
        assert stand.posted == [{"do": "again", "step": "router-restarted"}, {"do": "again"}]
        assert (await stand.ask("POST", "do", b"do=fly", **own)).status == 400

    on_a_stand(check)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"do=again", {"Content_Type": "text/plain"}, 415),
        (b"do=again", {"Content_Type": "application/json"}, 415),
        (b"do=again", {"Content_Type": None}, 415),
        (b"do=" + b"a" * MOST_BODY, {}, 413),
        (b"do=again", {"Content_Length": "99999999999999999999"}, 411),
        (b"do=again", {"Content_Length": "-1"}, 411),
        (b"do=again", {"Content_Length": None}, 411),
        (b"do=again", {"Transfer_Encoding": "chunked"}, 411),
        (b"", {}, 400),
        (b"do", {}, 400),
        (b"do=again&do=stop", {}, 400),
        (b"&".join(b"a%d=1" % n for n in range(20)), {}, 400),
        (b"do=%ff", {}, 400),
        (b"do=\xff", {}, 400),
    ],
)
def test_other_forms_are_refused(body: bytes, headers: dict[str, str], status: int) -> None:
    async def check(stand: Stand) -> None:
        assert (await stand.ask("POST", "do", body, **headers)).status == status
        assert not any(stand.posted)

    on_a_stand(check)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\n\r\n", 400),
        (b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: 1\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: 1\nB: 2\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /" + b"a" * 300 + b" HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * (MOST_HEAD + 1000) + b"\r\n\r\n", 431),
        (b"A" * (4 * MOST_HEAD), 431),
        (b"\r\n\r\n", 400),
        (b"OPTIONS / HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
        (b"TRACE / HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
        (b"PUT / HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
        (b"CONNECT / HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
    ],
)
def test_garbage_is_refused_in_one_line(data: bytes, status: int) -> None:
    async def check(stand: Stand) -> None:
        answer = Answer(await stand.send(data.replace(b"{host}", stand.host.encode())))
        assert (answer.status, answer.body) == (status, b"")
        assert (await stand.ask()).status == 200, "and it goes on"

    on_a_stand(check)


def test_a_head_is_read_strictly() -> None:
    head = parse_head(b"GET /a HTTP/1.1\r\nHost:x\r\nX-Y:  two words \r\n\r\n")
    assert head.headers == {"host": "x", "x-y": "two words"}
    assert parse_form(b"a=1&b=%D7%A9") == {"a": "1", "b": "ש"}
    with pytest.raises(Refused):
        parse_head(os.urandom(64) + b"\r\n\r\n")


async def event(reader: asyncio.StreamReader) -> dict[str, Any]:
    """The next event, comments left out."""
    found: dict[str, Any] = {}
    while True:
        line = (await reader.readline()).decode().rstrip("\n")
        if line == "" and found:
            return found
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            found[name] = json.loads(value) if name == "data" else value


async def listen(stand: Stand) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", stand.port, limit=1 << 20)
    writer.write(f"GET {stand.path}events HTTP/1.1\r\nHost: {stand.host}\r\nLast-Event-ID: 1\r\n\r\n".encode())
    assert b"text/event-stream" in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def test_the_newest_state_comes_at_once_then_each_newer_one_and_again_after_a_break() -> None:
    async def check(stand: Stand) -> None:
        reader, writer = await listen(stand)
        first = await event(reader)
        assert (first["id"], first["event"], first["data"]["phase"]) == ("1", "main", "measuring")
        assert set(first["data"]) == {"html", "title", "phase"}
        stand.board.show(START._replace(trying=("dns",)))
        stand.board.show(START._replace(phase="done", report=report_of("no-carrier")))
        newest = await event(reader)
        assert (newest["id"], newest["data"]["phase"]) == ("3", "done"), "what nobody saw is left out"
        writer.close()
        again, other = await listen(stand)
        assert (await event(again))["id"] == "3"
        while stand.server.streams != 1:  # the first one was seen to be gone
            await asyncio.sleep(0)
        stand.board.show(stand.board.state._replace(phase="ended"))
        assert (await event(again))["data"]["phase"] == "ended"
        assert await again.read() == b"", "and the stream ends"
        other.close()

    on_a_stand(check)


def test_a_heartbeat_finds_out_who_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "HEARTBEAT_S", 0.01)

    async def check(stand: Stand) -> None:
        reader, writer = await listen(stand)
        await event(reader)
        assert await reader.readline() == b":\n"
        writer.transport.abort()
        while stand.server.streams:
            await asyncio.sleep(0.01)

    on_a_stand(check)


def test_the_report_is_a_file_to_save() -> None:
    async def check(stand: Stand) -> None:
        stand.board.show(START._replace(phase="done", report=report_of("no-carrier")))
        answer = await stand.ask(path="report.json")
        assert answer.status == 200
        assert answer.headers["content-disposition"].startswith('attachment; filename="cpe-agent-2027-01-15T0800')
        assert json.loads(answer.body)["diagnosis"]["fault"] == "lan-cable-unplugged"

    on_a_stand(check)


def test_slow_ones_are_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "HEAD_S", 0.05)

    async def check(stand: Stand) -> None:
        fields = f"Host: {stand.host}\r\nContent-Length: 9\r\nContent-Type: {FORM}"
        half = f"POST {stand.path}do HTTP/1.1\r\n{fields}\r\n\r\ndo="
        for data in (b"", b"GET / HT", half.encode()):
            reader, writer = await asyncio.open_connection("127.0.0.1", stand.port)
            writer.write(data)
            assert await reader.read() == b""
            writer.close()
        assert stand.posted == []

    on_a_stand(check)


def test_two_hundred_connections_that_say_nothing_keep_no_browser_out() -> None:
    async def check(stand: Stand) -> None:
        idle = [await asyncio.open_connection("127.0.0.1", stand.port) for _ in range(200)]
        assert (await stand.ask()).status == 200
        assert len(stand.server._waiting) <= served.MOST_CONNECTIONS
        for _, writer in idle:
            writer.close()

    on_a_stand(check)


def test_pages_that_listen_are_bounded() -> None:
    async def check(stand: Stand) -> None:
        listening = [await listen(stand) for _ in range(served.MOST_STREAMS)]
        assert (await stand.ask(path="events")).status == 503
        assert (await stand.ask()).status == 200
        for _, writer in listening:
            writer.close()

    on_a_stand(check)


def test_a_reader_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "ANSWER_S", 0.05)

    async def check(stand: Stand) -> None:
        _, writer = await listen(stand)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        big = report_of("no-carrier")
        while stand.server.streams:
            noise = "x" * 1_000_000
            stand.board.show(START._replace(trouble=noise[: 1 + stand.board.number], report=big))
            await asyncio.sleep(0)
        writer.close()

    monkeypatch.setattr("cpe_agent.page.document.main", lambda state, live: "x" * 1_000_000)
    on_a_stand(check)


def test_a_page_that_cannot_be_drawn_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("a defect")

    async def check(stand: Stand) -> None:
        assert await stand.send(f"GET {stand.path} HTTP/1.1\r\nHost: {stand.host}\r\n\r\n".encode()) == b""

    monkeypatch.setattr("cpe_agent.page.document.document", broken)
    on_a_stand(check)
    assert capsys.readouterr().err == ""


def test_only_this_computer_can_reach_it() -> None:
    async def check(stand: Stand) -> None:
        server = stand.server._server
        assert server is not None
        assert [s.getsockname()[0] for s in server.sockets] == ["127.0.0.1"]

    on_a_stand(check)


def test_the_server_loads_no_web_server_of_the_library() -> None:
    import subprocess

    code = "import sys; import cpe_agent.page.server, cpe_agent.page.visit; print('\\n'.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"http.server", "http.client", "email", "webbrowser", "cpe_agent.report", "cpe_agent.facts"}
    assert not set(ran.stdout.split()) & heavy


def test_the_address_needs_nothing_of_what_serves_it() -> None:
    """Who asks before the server runs waits in the queue, and is answered."""
    import subprocess

    code = "import sys; import cpe_agent.commands.page, cpe_agent.page.command; print('\\n'.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(ran.stdout.split()) & {"asyncio", "ssl", "logging", "json", "subprocess", "cpe_agent.page.server"}

    async def early() -> bytes:
        place = listening.listen()
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        path = urlsplit(place.address).path
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{place.port}\r\n\r\n".encode())
        server = Server(Board(START), lambda fields: False, place)
        await server.start()
        answer = await reader.readline()
        writer.close()
        await server.close()
        return answer

    assert asyncio.run(early()).startswith(b"HTTP/1.1 200 ")
