"""A desk that follows docs/protocol.md, on loopback, and can be told to die, lie, stall and cut off.

It checks what it is sent as the real one must: a client's mistake is a 4xx here. ``moods`` is taken from for each
request, the first one first; when it is empty the desk is well.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import hashlib
import json
import re
import ssl
import threading
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

MOST_WIRE = 256 * 1024
MOST_RAW = 1024 * 1024
MOST_HEAD = 16_384
CONTENT_TYPE = "application/vnd.cpe-agent.report+json; version=1"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOODS = (
    "well",
    "busy",  # 503 with Retry-After in seconds
    "later",  # 429 with Retry-After as a date
    "broken",  # 500
    "die",  # nothing is answered, the connection ends
    "refuse",  # 422 with path and reason
    "conflict",  # 409
    "too-large",  # 413
    "reset-early",  # in the middle of the request's body
    "lost-answer",  # stored, and the answer never goes out
    "cut-answer",  # stored, and half of the answer goes out
    "other-id",  # stored nothing, 201 for another report
    "garbage",  # no HTTP
    "endless",  # 201 and a body without end
    "elsewhere",  # 307 to another host
    "accepted",  # 202: not the word that counts
    "no-json",  # 201 and a page
    "stall",  # takes everything and says nothing
)


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Desk:
    """``rows``: report id -> (SHA-256, code). ``stored`` counts insertions, ``acknowledged`` complete 201 answers by
    (id, SHA-256). ``tickets``: those that are good; None takes any."""

    rows: dict[str, tuple[str, str]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    stored: int = 0
    conflicts: int = 0
    verified: set[str] = field(default_factory=set)
    acknowledged: dict[str, int] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    moods: deque[str] = field(default_factory=deque)
    tickets: frozenset[str] | None = None
    watched: bool = False
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    wishes: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    remembers: bool = True  # keep the requests for a test to look at
    tls: ssl.SSLContext | None = None
    address: str = "127.0.0.1"
    port: int = 0

    # ------------------------------------------------------------------ life

    def start(self) -> Desk:
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()

        def work() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._open())
            ready.set()
            self._loop.run_forever()
            self._loop.run_until_complete(self._close())
            self._loop.close()

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def __enter__(self) -> Desk:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(
            self._talk, self.address, self.port, limit=MOST_HEAD, ssl=self.tls, backlog=256
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    # ------------------------------------------------------------------ one request

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mood = "well"
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
                request = await self._read(reader)
                if not request.path.startswith("/stand-in/"):  # the harness's own questions are always answered
                    mood = self.moods.popleft() if self.moods else "well"
                if mood == "reset-early":
                    await reader.read(1)
                    return
                request.body = await self._body(reader, request)
                if self.remembers:
                    self.requests.append(request)
                await self._answer(writer, mood, request)
        finally:
            with contextlib.suppress(OSError, RuntimeError):
                if mood in ("reset-early", "lost-answer", "cut-answer"):
                    writer.transport.abort()
                else:
                    writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Request:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        return Request(method, path, {k.lower(): v for k, v in headers.items()}, b"")

    async def _body(self, reader: asyncio.StreamReader, request: Request) -> bytes:
        length = int(request.headers.get("content-length", "0"))
        return await reader.readexactly(min(length, MOST_WIRE + 1))

    async def _answer(self, writer: asyncio.StreamWriter, mood: str, request: Request) -> None:
        if mood in ("die", "stall"):
            if mood == "stall":
                await asyncio.sleep(3600)
            return
        spoilt: dict[str, tuple[int, dict[str, Any], dict[str, str]]] = {
            "busy": (503, {"reason": "busy"}, {"Retry-After": "120"}),
            "later": (429, {"reason": "slower"}, {"Retry-After": "Sun, 22 Nov 2026 10:10:00 GMT",
                                                  "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}),
            "broken": (500, {}, {}),
            "refuse": (422, {"path": "sections.dns", "reason": "expected an object\x1b[31m"}, {}),
            "conflict": (409, {"reason": "another report has this id"}, {}),
            "too-large": (413, {"reason": "at most 256 kB"}, {}),
            "elsewhere": (307, {}, {"Location": "http://127.0.0.1:1/v1/reports"}),
            "accepted": (202, {"id": request.headers.get("idempotency-key", ""), "code": "X"}, {}),
            "other-id": (201, {"id": "01890000-0000-7000-8000-000000000000", "code": "X", "watched": False}, {}),
        }  # fmt: skip
        if mood in spoilt:
            writer.write(_reply(*spoilt[mood]))
        elif mood == "garbage":
            writer.write(b"\x00\xff no HTTP at all\r\n\r\n" * 20)
        elif mood == "no-json":
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>")
        elif mood == "endless":
            writer.write(b"HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n")
            for _ in range(256):  # 16 MiB: as good as no end to who reads 16 KiB, and one to who reads all
                writer.write(b" " * 65_536)
                await writer.drain()
        else:
            status, plain, headers = self.judge(request)
            reply = _reply(status, plain, headers)
            if mood == "lost-answer":
                return
            writer.write(reply[: len(reply) // 2] if mood == "cut-answer" else reply)
            if status == 201 and mood == "well":
                row = self.rows[plain["id"]]
                key = f"{plain['id']} {row[0]}"
                self.acknowledged[key] = self.acknowledged.get(key, 0) + 1
        await writer.drain()

    # ------------------------------------------------------------------ the protocol

    def judge(self, request: Request) -> tuple[int, dict[str, Any], dict[str, str]]:
        parts = request.path.split("/")
        if request.path == "/v1/reports" and request.method == "POST":
            return self._report(request)
        if request.path == "/stand-in/state" and request.method == "GET":
            return 200, {"rows": self.rows, "stored": self.stored, "conflicts": self.conflicts}, {}
        if request.path == "/stand-in/moods" and request.method == "POST":
            self.moods = deque(json.loads(request.body))
            return 200, {}, {}
        if parts[:3] == ["", "v1", "runs"] and len(parts) == 5 and _ID.fullmatch(parts[3]):
            if parts[4] == "events" and request.method == "POST":
                return self._events(parts[3], request)
            if parts[4] == "requests" and request.method == "GET":
                return 200, {"requests": self.wishes.get(parts[3], [])}, {}
        return 404, {"reason": "not found"}, {}

    def _ticket(self, request: Request) -> bool | None:
        """Good, or None without one. False: not taken."""
        kind, _, ticket = request.headers.get("authorization", "").partition(" ")
        if not kind:
            return None
        return kind == "Bearer" and (self.tickets is None or ticket in self.tickets)

    def _report(self, request: Request) -> tuple[int, dict[str, Any], dict[str, str]]:
        headers = request.headers
        if self._ticket(request) is False:
            return 401, {"reason": "this ticket is not taken"}, {"WWW-Authenticate": "Bearer"}
        if len(request.body) > MOST_WIRE:
            return 413, {"reason": "at most 256 kB"}, {}
        if headers.get("content-type") != CONTENT_TYPE or headers.get("content-encoding") != "gzip":
            return 415, {"reason": "content type or encoding"}, {}
        digest = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
        if headers.get("content-digest") != f"sha-256=:{digest}:":
            return 400, {"reason": "digest"}, {}
        try:
            raw = zlib.decompressobj(31).decompress(request.body, MOST_RAW + 1)
            if len(raw) > MOST_RAW:
                return 413, {"reason": "at most 1 MiB"}, {}
            report = json.loads(raw)
        except (zlib.error, ValueError, RecursionError):
            return 422, {"path": "", "reason": "no JSON"}, {}
        if not isinstance(report, dict) or report.get("id") != headers.get("idempotency-key"):
            return 400, {"reason": "the Idempotency-Key is not the report's id"}, {}
        known = self.rows.get(report["id"])
        sha = hashlib.sha256(raw).hexdigest()
        if known is not None and known[0] != sha:
            self.conflicts += 1
            return 409, {"reason": "another report has this id"}, {}
        if known is None:
            known = (sha, f"C{len(self.rows):07d}")
            self.rows[report["id"]] = known
            self.stored += 1
            if self.remembers:
                self.bodies[report["id"]] = raw
        if self._ticket(request):
            self.verified.add(report["id"])
        return 201, {"id": report["id"], "code": known[1], "watched": self.watched}, {}

    def _events(self, run: str, request: Request) -> tuple[int, dict[str, Any], dict[str, str]]:
        plain = json.loads(gzip.decompress(request.body) if "content-encoding" in request.headers else request.body)
        seen = self.events.setdefault(run, [])
        last = seen[-1]["n"] if seen else 0
        seen += [event for event in plain["events"] if event["n"] > last]
        return 200, {"watched": self.watched, "seen": seen[-1]["n"] if seen else 0}, {}


def _reply(status: int, plain: dict[str, Any], headers: dict[str, str]) -> bytes:
    body = json.dumps(plain).encode()
    head = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close", **headers}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
