"""A desk on a port with a token, reports in it, and a receiver of webhooks that is a real server."""

from __future__ import annotations

import asyncio
import gzip
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from cpe_agent.desk.people import tickets
from cpe_agent.report import Report, to_json
from tests.desk.people_home import Served


def upload(server: Served, report: Report, ticket: str | None = None) -> dict[str, Any]:
    """As the client sends it."""
    raw = to_json(report)
    body = gzip.compress(raw, mtime=0)
    headers = {
        "Idempotency-Key": report.id,
        "Content-Type": "application/vnd.cpe-agent.report+json; version=1",
        "Content-Encoding": "gzip",
        "Content-Digest": f"sha-256=:{b64encode(sha256(body).digest()).decode()}:",
        **({"Authorization": f"Bearer {ticket}"} if ticket else {}),
    }
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        answer = client.post("/v1/reports", content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ticket_of(server: Served, tenant: int, **more: Any) -> str:
    home = server.home
    with home.records.write() as connection:
        _, word = tickets.add(connection, home.now, tenant, expires=home.now + 86_400, **more)
    return word


class Receiver:
    """``heard``: every request, in order: headers in small letters, and body. ``answers``: statuses to give, the last
    one for ever."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers = [200]
        self.came = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver.came:
                    receiver.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
                    status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                    receiver.came.notify_all()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?x=1"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def wait(self, enough: Callable[[list[tuple[dict[str, str], bytes]]], bool]) -> None:
        with self.came:
            assert self.came.wait_for(lambda: enough(self.heard), 30), self.heard

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()


def settled(server: Served) -> None:
    """Everything that was stored is judged."""

    async def none_left() -> None:
        while server.desk.archive.unread(1) or server.desk.archive.unjudged(1):
            await asyncio.sleep(0.02)

    asyncio.run(none_left())
