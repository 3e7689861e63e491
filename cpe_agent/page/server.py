"""Serves the page on this computer to this computer alone.

Whoever can open a connection to a loopback port is any program and any web page here, so: a path that nobody can guess,
a Host that must be ours, nothing for other origins (``request.check_source``), and every wait and every number bounded.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from os import environ

from cpe_agent.host.listening import Listening, random_name
from cpe_agent.page.board import Board
from cpe_agent.page.request import (
    MOST_HEAD,
    Refused,
    Request,
    body_length,
    check_source,
    parse_form,
    parse_head,
)

Act = Callable[[dict[str, str]], bool]

MOST_CONNECTIONS = 64
MOST_STREAMS = 16
HEAD_S = 5.0  # for a whole request; a browser needs milliseconds, and opens connections in advance that it never uses
ANSWER_S = 10.0  # for a reader that does not read
HEARTBEAT_S = 15.0
_READ = 65536
_LINGER_S, _LINGER_READS = 1.0, 16

_HEADERS = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    # Not no-referrer: with that a browser sends "Origin: null" with the forms of this very page (Fetch standard, 3.2).
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Connection", "close"),
)
_POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Server:
    """``act`` is given the fields of a form that was posted, and says whether they meant anything. ``seen_at`` is when
    a page last asked for something (``time.monotonic``), None before the first; ``streams`` are the pages that listen
    now, ``streamed`` whether one ever did."""

    def __init__(self, board: Board, act: Act, listening: Listening) -> None:
        self._board = board
        self._act = act
        self._token = listening.token
        self._socket = listening.sock
        self._server: asyncio.Server | None = None
        self._hosts = (f"127.0.0.1:{listening.port}", f"localhost:{listening.port}")
        self._waiting: dict[asyncio.Task[None], asyncio.StreamWriter] = {}  # no whole request yet, oldest first
        self._busy: set[asyncio.Task[None]] = set()
        self.shown = asyncio.Event()
        self.seen_at: float | None = None
        self.streams = 0
        self.streamed = False

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, sock=self._socket, limit=MOST_HEAD)

    async def close(self, *, patience_s: float = 0.5) -> None:
        """Streams that were told of the end get this long to take it."""
        if self._server is not None:
            self._server.close()
        for task in self._waiting:
            task.cancel()
        tasks = {*self._waiting, *self._busy}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._waiting) + len(self._busy) >= MOST_CONNECTIONS:
            oldest = next(iter(self._waiting), None)
            if oldest is None:
                writer.transport.abort()
                return
            self._waiting.pop(oldest).transport.abort()  # the newest is the browser's as likely as not
            oldest.cancel()
        task = asyncio.get_running_loop().create_task(self._connection(reader, writer))
        self._waiting[task] = writer
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._waiting.pop(task, None)
        self._busy.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and environ.get("CPE_AGENT_DEBUG"):
            sys.stderr.write(f"cpe-agent: page: {error!r}\n")

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        me = asyncio.current_task()
        assert me is not None
        writer.transport.set_write_buffer_limits(0)  # drained means handed to the system
        try:
            try:
                async with asyncio.timeout(HEAD_S):
                    request, body = await self._request(reader)
            except Refused as refused:
                await self._answer(writer, refused.status)
                await _hung_up(reader, writer)
                return
            self._waiting.pop(me, None)
            self._busy.add(me)
            try:
                await self._serve(request, body, reader, writer)
            except Refused as refused:
                await self._answer(writer, refused.status, head_only=request.method == "HEAD")
        except (OSError, TimeoutError, EOFError):
            pass  # went away, or is too slow: nobody to tell
        finally:
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> tuple[Request, bytes]:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise Refused(431) from None
        request = parse_head(head)
        check_source(request, self._hosts)
        start = f"/{self._token}/"
        # Compared in constant time, so that no answer's delay tells how much of a guess was right.
        if not _equal(request.path[: len(start)], start):
            raise Refused(404)
        request = request._replace(path=request.path[len(start) :])
        if request.method != "POST":
            return request, b""
        return request, await reader.readexactly(body_length(request))

    async def _serve(
        self, request: Request, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head_only = request.method == "HEAD"
        reading = request.method != "POST"
        if request.path == "" and reading:
            page, policy = _document(self._board)
            self._saw()
            kind = "text/html; charset=utf-8"
            await self._answer(writer, 200, kind, page, head_only, ("Content-Security-Policy", policy))
            if not head_only:
                self.shown.set()
        elif request.path == "events" and reading:
            await self._events(reader, writer, head_only=head_only)
        elif request.path == "report.json" and reading and self._board.state.report is not None:
            from cpe_agent.report import to_json

            report = self._board.state.report
            name = f'attachment; filename="cpe-agent-{report.started[:16].replace(":", "")}.json"'
            data = to_json(report) + b"\n"
            self._saw()
            await self._answer(writer, 200, "application/json", data, head_only, ("Content-Disposition", name))
        elif request.path == "do" and not reading:
            self._saw()
            if not self._act(parse_form(body)):
                raise Refused(400)
            if request.headers.get("x-requested-with") == "cpe-agent":
                await self._answer(writer, 204)
            else:
                await self._answer(writer, 303, "text/plain", b"", False, ("Location", f"/{self._token}/"))
        else:
            raise Refused(404)

    def _saw(self) -> None:
        self.seen_at = time.monotonic()

    async def _events(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, head_only: bool) -> None:
        """Server-sent events (HTML standard, 9.2): the newest state at once, then each newer one."""
        if self.streams >= MOST_STREAMS:
            raise Refused(503)
        writer.write(_head(200, ("Content-Type", "text/event-stream; charset=utf-8")))
        if head_only:
            return
        self.streams += 1
        self.streamed = True
        self._saw()
        gone = asyncio.create_task(_until_gone(reader))
        try:
            await self._stream(writer, gone)
        finally:
            gone.cancel()
            self.streams -= 1
            self._saw()

    async def _stream(self, writer: asyncio.StreamWriter, gone: asyncio.Task[None]) -> None:
        number = 0
        while not gone.done():
            if self._board.number != number:
                number = self._board.number
                writer.write(_event(self._board))
            else:
                writer.write(b":\n\n")  # a comment: finds out that nobody is there any more
            await _drained(writer)
            if self._board.state.phase == "ended":
                return
            changed = asyncio.create_task(self._board.after(number))
            try:
                await asyncio.wait((changed, gone), timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
            finally:
                changed.cancel()

    async def _answer(
        self,
        writer: asyncio.StreamWriter,
        status: int,
        kind: str = "text/plain",
        body: bytes = b"",
        head_only: bool = False,
        *more: tuple[str, str],
    ) -> None:
        allow = (("Allow", "GET, HEAD, POST"),) if status == HTTPStatus.METHOD_NOT_ALLOWED else ()
        length = () if status == HTTPStatus.NO_CONTENT else (("Content-Type", kind), ("Content-Length", str(len(body))))
        writer.write(_head(status, *length, *allow, *more))
        if not head_only:
            writer.write(body)
        await _drained(writer)


def _head(status: int, *more: tuple[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{k}: {v}" for k, v in (*_HEADERS, *more))]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _document(board: Board) -> tuple[bytes, str]:
    from cpe_agent.page.document import document

    nonce = random_name()
    return document(board.state, live=True, nonce=nonce).encode("utf-8", "replace"), _POLICY.format(nonce=nonce)


def _event(board: Board) -> bytes:
    from cpe_agent.page.document import main, title

    state = board.state
    shown = {"html": main(state, live=True), "title": title(state), "phase": state.phase}
    return f"id: {board.number}\nevent: main\ndata: {json.dumps(shown)}\n\n".encode("ascii")


def _equal(a: str, b: str) -> bool:
    from hmac import compare_digest

    return compare_digest(a, b)


async def _drained(writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(ANSWER_S):
        await writer.drain()


async def _hung_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """To close a connection whose request was not read to its end would reset it before the answer is read."""
    writer.write_eof()
    async with asyncio.timeout(_LINGER_S):
        for _ in range(_LINGER_READS):
            if not await reader.read(_READ):
                return


async def _until_gone(reader: asyncio.StreamReader) -> None:
    """A page that listens says nothing more; what it says all the same is thrown away."""
    while await reader.read(_READ):
        pass
