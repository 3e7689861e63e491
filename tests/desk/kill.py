"""Kills the desk's writer (SIGKILL) under load, over and over, and looks whether what it acknowledged is there.

``python -m tests.desk.kill [KILLS] [--seed N] [--wrong early] [--postgres]`` prints one JSON line.
A life is a fork of this warm process: an archive, a writer, a thread that judges, and clients that write down what was
acknowledged to them; it is killed at a random moment. Later lives send some of the reports again. At the end each
acknowledged report must be there: its row at the place that was told, and its bytes.

With ``--postgres`` the server is killed with it, by the mode that PostgreSQL calls immediate: what it had committed
comes back from its log, or not at all (``--wrong lazy``: synchronous_commit=off).

A kill cannot show a missing fsync, because the system's memory outlives the process. ``tests/desk/power.py`` does.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from cpe_agent.desk.archive import Accepted, Archive, Incoming, Judged, Taken, Unavailable
from cpe_agent.desk.archive.postgres import PostgresArchive
from cpe_agent.desk.archive.sqlite import SqliteArchive
from cpe_agent.desk.archive.writer import Full, Writer
from tests.desk import postgres
from tests.desk.incoming import DAY, NOVEMBER, report

CLIENTS = 48
REPORTS = 3000  # of a life; more than it lives to send
_ACK = 16 + 32 + 8
MANY = 300  # a month's tables are made in the first of a life, and whatever makes tables is synchronous


class AcknowledgesFirst(Writer):
    """Says that it has stored a report, and stores it a moment later."""

    async def put(self, incoming: Incoming) -> Accepted:
        self._late = [*getattr(self, "_late", [])[-5000:], asyncio.create_task(super().put(incoming))]
        await asyncio.sleep(0)
        return Accepted(Taken.NEW, 0)


WRITERS: dict[str, type[Writer]] = {"real": Writer, "early": AcknowledgesFirst}


class Ack(NamedTuple):
    id: bytes
    sha: bytes
    seq: int  # 0: was not told


def reports(rng: random.Random, life: int, count: int = REPORTS) -> list[Incoming]:
    """In the second half of each life a month begins."""
    found = []
    for n in range(count):
        at = NOVEMBER + life * 20 * DAY + (12 * DAY if n > count // 60 else 0) + n / 1000
        size = rng.choice((200, 3_000, 9_000))
        known = {"ticket": 3, "customer": rng.randrange(1 << 40), "case": f"{rng.randrange(10**8):08}"}
        found.append(report(rng.randbytes(size), received=at, cut=False, **(known if n % 3 else {})))
    return found


async def load(archive: Archive, kind: str, acks: int, some: list[Incoming]) -> None:
    """Clients hand in one after the other, and note what they were told."""
    writer = WRITERS[kind](archive)
    left = iter(some)

    async def client() -> None:
        for one in left:
            try:
                accepted = await writer.put(one)
            except (Full, Unavailable):
                await asyncio.sleep(0.002)
                continue
            os.write(acks, one.id + one.sha + accepted.seq.to_bytes(8))

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    await writer.close()


def judge(archive: Archive) -> None:
    while True:
        try:
            rows = archive.unread(20)
            archive.put_judged(Judged(row.seq, "fault", "cable-out", agrees=True, sha=row.sha) for row in rows)
        except Unavailable:
            rows = []
        time.sleep(0 if rows else 0.005)


def live(open_it: Callable[[], Archive], kind: str, acks: Path, some: list[Incoming]) -> None:
    archive = open_it()
    threading.Thread(target=judge, args=(archive,), daemon=True).start()
    asyncio.run(load(archive, kind, os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), some))


def acks_in(data: bytes) -> list[Ack]:
    return [
        Ack(data[at : at + 16], data[at + 16 : at + 48], int.from_bytes(data[at + 48 : at + _ACK]))
        for at in range(0, len(data) - _ACK + 1, _ACK)
    ]


def killed_after(
    work: Callable[[], None], alive_s: float, begun: Callable[[], bool], first: Callable[[], None] | None = None
) -> bool:
    """``work`` in a fork of this process, killed so long after it has ``begun``, after ``first``. Was it killed?"""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            os.write(2, f"life: {type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)
    until = time.monotonic() + 30
    while not begun() and time.monotonic() < until:
        time.sleep(0.001)
    time.sleep(alive_s)
    if first is not None:
        first()
    os.kill(child, signal.SIGKILL)
    _, ended = os.waitpid(child, 0)
    if not os.WIFSIGNALED(ended) and os.WEXITSTATUS(ended):
        raise RuntimeError("a life ended with an error")
    return os.WIFSIGNALED(ended)


def missing(archive: Archive, acks: list[Ack]) -> list[Ack]:
    """Acknowledged, and not there as it was acknowledged."""
    lost = []
    for ack in acks:
        row = archive.by_id(1, ack.id)
        body = archive.body(row) if row is not None else None
        if row is None or body is None or ack.seq not in (0, row.seq) or hashlib.sha256(body).digest() != ack.sha:
            lost.append(ack)
    return lost


def kills(count: int, seed: int, kind: str, folder: Path) -> dict[str, Any]:
    rng = random.Random(seed)
    acks = folder / "acks"
    data = folder / "data"
    sent: list[Incoming] = []
    killed = 0
    for life in range(count):
        some = reports(rng, life)
        resent = rng.sample(sent, min(len(sent), 300))
        mixed = list(some)
        for n, again in enumerate(resent):
            mixed.insert(n * 4, again)
        before = acks.stat().st_size if acks.exists() else 0
        killed += killed_after(
            lambda mixed=mixed: live(lambda: SqliteArchive(data, most_rows=4000), kind, acks, mixed),  # type: ignore[misc]
            rng.choice((0.02, 0.1, 0.4)) * rng.random(),
            lambda before=before: acks.exists() and acks.stat().st_size > before,  # type: ignore[misc]
        )
        sent += some[:400]
    archive = SqliteArchive(data, most_rows=4000)
    found = acks_in(acks.read_bytes())
    rows = archive.statistics().rows
    walked = [row.seq for row in archive.rows_between(1, 1 << 60)]
    sound = all(_sound(part.path) for part in archive.parts())
    lost = len(missing(archive, found))
    archive.close()
    told = {ack.id: set[int]() for ack in found}
    for ack in found:
        told[ack.id].add(ack.seq)
    return {
        "lives": count, "killed": killed, "acknowledged": len(found), "rows": rows, "lost": lost,
        "gaps": walked != list(range(1, rows + 1)), "sound": sound,
        "twice": sum(len(places) > 1 for places in told.values()),
    }  # fmt: skip


def server_kills(count: int, seed: int, kind: str, folder: Path) -> dict[str, Any]:
    rng = random.Random(seed)
    acks = folder / "acks"
    lazy = kind == "lazy"
    server = postgres.Server(**({"wal_writer_delay": "10s", "wal_writer_flush_after": "1GB"} if lazy else {}))
    try:
        url = server.url("postgres")

        def opened() -> Archive:
            return PostgresArchive(url, synchronous_commit="off" if lazy else "on")

        opened().close()  # its tables
        for life in range(count):
            before = acks.stat().st_size if acks.exists() else 0
            killed_after(
                lambda life=life: live(opened, "real", acks, reports(rng, life)),  # type: ignore[misc]
                rng.uniform(0.05, 0.3),
                lambda before=before: acks.exists() and acks.stat().st_size > before + MANY * _ACK,  # type: ignore[misc]
                first=server.crash,
            )
            server.start()
        archive = opened()
        found = acks_in(acks.read_bytes())
        walked = [row.seq for row in archive.rows_between(1, 1 << 60)]
        lost = len(missing(archive, found))
        archive.close()
        return {
            "lives": count, "acknowledged": len(found), "rows": len(walked), "lost": lost,
            "gaps": walked != list(range(1, len(walked) + 1)),
        }  # fmt: skip
    finally:
        server.close()


def _sound(path: Path) -> bool:
    db = sqlite3.connect(path)
    try:
        return bool(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    finally:
        db.close()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("kills", type=int, nargs="?", default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--wrong", choices=["early", "lazy"])
    options.add_argument("--postgres", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = server_kills if chosen.postgres else kills
        print(json.dumps(run(chosen.kills, chosen.seed, chosen.wrong or "real", Path(folder))))
    sys.exit(0)


if __name__ == "__main__":
    main()
