"""The real way in on a real port of loopback: uvicorn, SQLite files, the vault, the records. Nothing stands in."""

from __future__ import annotations

import asyncio
import threading
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from sqlalchemy import insert

from cpe_agent.case_code import with_check
from cpe_agent.desk.archive.sqlite import SqliteArchive
from cpe_agent.desk.archive.writer import Writer
from cpe_agent.desk.ingest.asgi import Ingest
from cpe_agent.desk.ingest.reports import Reports
from cpe_agent.desk.ingest.tickets import RecordCases, RecordTickets
from cpe_agent.desk.ingest.turns import Turns
from cpe_agent.desk.live.feed import Feed
from cpe_agent.desk.live.runs import Runs
from cpe_agent.desk.live.stream import Stream, Viewer
from cpe_agent.desk.live.wishes import Wishes
from cpe_agent.desk.locator import Locator
from cpe_agent.desk.records import tables
from cpe_agent.desk.records.store import Records
from cpe_agent.desk.secret import open_secret
from cpe_agent.desk.vault import Vault
from cpe_agent.desk.vault.erasures import Erasures
from cpe_agent.desk.vault.keys import SqliteKeys

TICKET = "cpet_" + "a" * 43
CASE = with_check("4F7K2Q9")


class Parts:
    """Everything behind the way in, opened in one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        secret = open_secret(folder, {})
        self.records = Records(f"sqlite:///{folder / 'desk.db'}")
        self.records.migrate()
        self.archive = SqliteArchive(folder)
        self.vault = Vault(SqliteKeys(folder / "keys.db"), Erasures(folder / "erased.list"), secret.key("vault"))
        self.writer = Writer(self.archive)
        self.feed = Feed(time.monotonic)
        self.wishes = Wishes(self.feed, time.monotonic)
        self.runs = Runs(self.feed, self.wishes)
        self.room = True
        self.reports = Reports(
            self.writer, RecordTickets(self.records, time.time), RecordCases(self.records), self.vault,
            Locator(secret.key("locator")), self.feed, time.time, clock=time.monotonic, most_raw=1 << 20,
        )  # fmt: skip
        self.ingest = Ingest(
            self.reports, self.runs, Turns(512), most_wire=1 << 18, clock=time.monotonic, has_room=lambda: self.room
        )
        self.stream = Stream(self.feed, self.authorise)

    async def authorise(self, scope: dict[str, Any], case: str) -> Viewer | None:
        """Who says ``Cookie: <tenant>/<name>`` is that person: logging in is not what is tested here."""
        for name, value in scope["headers"]:
            if name == b"cookie" and value.count(b"/") == 1:
                tenant, _, who = value.decode("latin-1").partition("/")
                found = await self.reports.cases.get(case)
                if found is not None and found.tenant == int(tenant):
                    return Viewer(int(tenant), who)
        return None

    async def app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        kind: Any = self.stream if Stream.takes(scope["path"]) else self.ingest
        await kind(scope, receive, send)

    def add_tenant(self, name: str, ticket: str, case: str | None = None, **bound: Any) -> int:
        """A tenant with an upload ticket and an open case."""
        with self.records.write() as db:
            row = insert(tables.tenant).values(name=name, region="IL", created=0.0).returning(tables.tenant.c.id)
            tenant: int = db.execute(row).scalar_one()
            if case is not None:
                db.execute(insert(tables.case_).values(tenant=tenant, code=case, opened=0.0))
            db.execute(
                insert(tables.ticket).values(
                    tenant=tenant, hash=sha256(ticket.encode()).digest(), created=0.0, expires=4e9, **bound
                )
            )
        return tenant

    def body_of(self, report_id: str, tenant: int = 1) -> bytes:
        """A stored report, as it was sent."""
        row = self.archive.by_id(tenant, bytes.fromhex(report_id.replace("-", "")))
        assert row is not None
        sealed = self.archive.body(row)
        assert sealed is not None
        return self.vault.open_report(tenant, row.id, sealed)

    def close(self) -> None:
        self.archive.close()
        self.vault.close()
        self.records.engine.dispose()


class RealDesk:
    """``with RealDesk(folder) as desk``: ``desk.url``. It runs in a thread with a loop of its own."""

    def __init__(self, folder: Path) -> None:
        self.parts = Parts(folder)
        self.parts.add_tenant("Example", TICKET, CASE)
        config = uvicorn.Config(
            self.parts.app, interface="asgi3", port=0, log_level="error", access_log=False, lifespan="off",
            loop="uvloop", http="httptools", server_header=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self.url = ""

    def __enter__(self) -> RealDesk:
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        for _ in range(1000):
            if self._server.started:
                break
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.parts.feed.close)  # or the server waits for its watchers
        self._server.should_exit = True
        self._thread.join(20)
        self.parts.close()

    def _work(self) -> None:
        uvloop.run(self._serve())

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        await self._server.serve()
        await self.parts.writer.close()
