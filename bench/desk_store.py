"""The archive beside the engines' own speed: rates as ratios of pairs that take turns in one run.

    python -m bench.desk_store [--quick] [--rows N] [--only sqlite|postgres]

T1: the writer with 256 callers, beside a bare SQLite loop of the same 256 rows a commit (synchronous=FULL).
T2: the same on PostgreSQL, beside pgbench's best rate of one such row a commit.
T6: batches into an archive of N rows, beside the same into an empty one. T7: look-ups in the full one, p50 and p99.

The server is one of the bench's own, with PostgreSQL's defaults for all that concerns the disk. Rates of one machine on
one day; the ratios are the result. N rows need less than N KiB of disk, SQLite and PostgreSQL after each other.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from bench.quiet import quietly
from cpe_agent.desk.archive import Archive, Encoding, Incoming, month_of
from cpe_agent.desk.archive.postgres import PostgresArchive
from cpe_agent.desk.archive.postgres_schema import SCHEMA
from cpe_agent.desk.archive.queries import CHUNK
from cpe_agent.desk.archive.sqlite import MOST_ROWS, SqliteArchive
from cpe_agent.desk.archive.sqlite_file import MonthFile
from cpe_agent.desk.archive.writer import Writer
from tests.desk import postgres

BATCH, BODY, ROUNDS = 256, 4096, 5
_ROW = "{:<58} {:>10} {:>10} {:>7}  {}"
NOVEMBER = 1_793_491_200.0
SPREAD = 618_033_988_749


def case_of(seq: int) -> str:
    return f"{seq * 2_654_435_761 % 10**8:08}"


def customer_of(seq: int) -> int:
    return seq * 40_503 % 5_000_011


def receipt_of(seq: int) -> int:
    return seq * SPREAD % (1 << 60)


def id_at(milliseconds: int) -> bytes:
    return milliseconds.to_bytes(6) + b"\x70" + os.urandom(9)


def batches(count: int) -> list[list[Incoming]]:
    """Every row has a case and a customer: the most that a report can cost."""
    found = []
    for _ in range(count):
        some = []
        for _ in range(BATCH):
            key = random.randrange(1 << 40)
            now = time.time()
            some.append(Incoming(
                id_at(int(now * 1000)), os.urandom(32), False, os.urandom(BODY), Encoding.GZIP, 37_800, 1, now, 3,
                customer_of(key), case_of(key),
            ))  # fmt: skip
        found.append(some)
    return found


# --------------------------------------------------------------------------------------------------------- filling


def fill_sqlite(folder: Path, rows: int) -> None:
    """Files as a busy month leaves them, read and judged; only the bodies are short. The indexes are made afterwards,
    which is quicker."""
    month = month_of(time.time())
    folder.mkdir()
    for number, first in enumerate(range(1, rows + 1, MOST_ROWS - 30_000), 1):
        last = min(rows, first + MOST_ROWS - 30_001)
        MonthFile.create(folder, (month, number), first)
        part = SqliteArchive(folder).parts()[-1]
        with part.writing() as db:
            made = [made for (made,) in db.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql > ''")]
            for name in re.findall(r"INDEX (\w+)", " ".join(made)):
                db.execute(f"DROP INDEX {name}")
            some = f"WITH RECURSIVE n (s) AS (SELECT {first} UNION ALL SELECT s + 1 FROM n WHERE s < {last})"
            db.execute(
                f"{some} INSERT INTO report (seq, id, sha, cut, encoding, size, tenant, received, ticket, customer,"
                f" \"case\") SELECT s, CAST(char(1) || printf('%015d', s) AS BLOB), zeroblob(32), 0, 1, 37800, 1,"
                f" {time.time()}, 3, s * 40503 % 5000011, printf('%08d', s * 2654435761 % 100000000) FROM n"
            )
            db.execute(f"{some} INSERT INTO body SELECT s, CAST('short' AS BLOB) FROM n")
            db.execute(
                f"{some} INSERT INTO judged SELECT s, 1, 0, {NOVEMBER} + s / 100.0, 'fault', 'fault-' || (s % 116),"
                f" 'access', 'isp', 'direct', '', '', 1, s % 952, s * {SPREAD} % (1 << 60), 0, '' FROM n"
            )
            db.execute(f"{some} INSERT OR IGNORE INTO chunk SELECT s >> {CHUNK} FROM n")
            for sql in made:
                db.execute(sql)
        part.close()


def fill_postgres(url: str, rows: int) -> None:
    archive = PostgresArchive(url)
    month = month_of(time.time())
    archive._in_one(lambda db: archive._make(db, month))
    archive.close()
    some = f"generate_series(1::bigint, {rows}) AS s"
    report_id = "convert_to(chr(1) || lpad(s::text, 15, '0'), 'UTF8')"
    made = re.findall(r"(CREATE INDEX (\w+) [^;]+);", SCHEMA)
    options = "-c search_path=archive -c synchronous_commit=off -c maintenance_work_mem=512MB"
    with psycopg.connect(url, autocommit=True, options=options) as db:
        for _, name in made:
            db.execute(f"DROP INDEX {name}")
        db.execute(f"INSERT INTO known SELECT {report_id}, s, {month} FROM {some}")
        db.execute(
            "INSERT INTO report (seq, month, id, sha, cut, encoding, size, tenant, received, ticket, customer,"
            f" \"case\") SELECT s, {month}, {report_id}, decode(repeat('00', 32), 'hex'), 0, 1, 37800, 1,"
            f" {time.time()}, 3, s * 40503 % 5000011, lpad((s * 2654435761 % 100000000)::text, 8, '0') FROM {some}"
        )
        db.execute(f"INSERT INTO body SELECT s, {month}, 'short' FROM {some}")
        db.execute(
            f"INSERT INTO judged SELECT s, {month}, 1, 0, {NOVEMBER} + s / 100.0, 'fault', 'fault-' || s % 116,"
            f" 'access', 'isp', 'direct', '', '', 1, s % 952, s * {SPREAD} % (1::bigint << 60), 0, '' FROM {some}"
        )
        db.execute(f"INSERT INTO chunk SELECT n, {month} FROM generate_series(0, {rows >> CHUNK}) AS n")
        db.execute(f"UPDATE state SET last = {rows}")
        for sql, _ in made:
            db.execute(sql)
        db.execute("VACUUM ANALYZE")


# -------------------------------------------------------------------------------------------------------- measuring


def by_writer(archive: Archive, some: list[list[Incoming]]) -> float:
    """Rows a second with 256 callers that each wait for their answer."""

    async def run() -> float:
        writer = Writer(archive)
        left = iter([one for batch in some for one in batch])

        async def caller() -> None:
            for one in left:
                await writer.put(one)

        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(BATCH)))
        took = time.perf_counter() - began
        await writer.close()
        return len(some) * BATCH / took

    return asyncio.run(run())


def by_loop(archive: SqliteArchive, some: list[list[Incoming]]) -> float:
    """The same rows into the same tables, and nothing else: no looking for repeats, nobody waiting."""
    archive.commit([])
    part = archive._newest(month_of(time.time()), 1)
    last = part.last()
    began = time.perf_counter()
    for batch in some:
        with part.writing() as db:
            numbered = list(enumerate(batch, last + 1))
            db.executemany(
                'INSERT INTO report (seq, id, sha, cut, encoding, size, tenant, received, ticket, customer, "case",'
                " kept) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(n, i.id, i.sha, i.cut, i.encoding, i.size, i.tenant, i.received, i.ticket, i.customer, i.case, i.kept)
                 for n, i in numbered],
            )  # fmt: skip
            db.executemany("INSERT INTO body VALUES (?, ?)", [(n, i.body) for n, i in numbered])
            db.executemany("INSERT INTO todo VALUES (?)", [(n,) for n, _ in numbered])
        last += len(batch)
    return len(some) * BATCH / (time.perf_counter() - began)


def by_commits(archive: Archive, some: list[list[Incoming]]) -> float:
    began = time.perf_counter()
    for batch in some:
        archive.commit(batch)
    return len(some) * BATCH / (time.perf_counter() - began)


def pgbench(server: postgres.Server, url: str, folder: Path, seconds: int) -> float:
    """One such row a commit, by clients in C: rows a second, with the best number of them."""
    script = folder / "row.sql"
    month = month_of(time.time())
    body = os.urandom(BODY).hex()
    script.write_text(
        "\\set key random(1, 1000000000)\n"
        f"WITH n AS (SELECT nextval('bench') AS s), k AS (INSERT INTO known SELECT int8send(s) || int8send(:key), s,"
        f" {month} FROM n), b AS (INSERT INTO body SELECT s, {month}, '\\x{body}' FROM n), t AS (INSERT INTO todo"
        f" SELECT s, {month} FROM n) INSERT INTO report (seq, month, id, sha, cut, encoding, size, tenant, received,"
        f' ticket, customer, "case") SELECT s, {month}, int8send(s) || int8send(:key), sha256(int8send(s)), 0, 1,'
        " 37800, 1, 1793491200, 3, :key % 5000011, lpad((:key % 100000000)::text, 8, '0') FROM n;\n"
    )
    with psycopg.connect(url, autocommit=True, options="-c search_path=archive") as db:
        db.execute("CREATE SEQUENCE IF NOT EXISTS bench START 1000000000 CACHE 100")
    found = []
    for clients in (1, 8, 32, 50):
        ran = subprocess.run(
            [server.program("pgbench"), "-n", "-M", "prepared", "-f", script, "-c", str(clients), "-j", "2", "-T",
             str(seconds), url],
            capture_output=True, text=True, check=True, env={**os.environ, "PGOPTIONS": "-c search_path=archive"},
        )  # fmt: skip
        match = re.search(r"tps = ([\d.]+)", ran.stdout)
        assert match is not None, ran.stdout
        found.append(float(match[1]))
    return max(found)


def look_ups(archive: Archive, rows: int, count: int) -> Iterator[tuple[str, float, float]]:
    """Milliseconds, p50 and p99, of each question: of rows that are there, and of a key that is not."""
    rng = random.Random(7)
    ask: dict[str, Callable[[int], object]] = {
        "by code": lambda s: archive.by_seq(1, s),
        "by case": lambda s: archive.of_case(1, case_of(s), limit=20).rows[0],
        "by case, none": lambda s: archive.of_case(1, f"X{s:07}"),
        "by customer, newest 20": lambda s: archive.of_customer(1, customer_of(s), limit=20).rows[0],
        "by receipt": lambda s: archive.with_receipt(receipt_of(s)),
        "by receipt, none": lambda s: archive.with_receipt((1 << 60) + s),
        "spoken code, 10 minutes": lambda s: archive.matching(1, s % 952, NOVEMBER + s / 100 - 600, NOVEMBER + s / 100),
        "newest 50": lambda _: archive.newest(1).rows[49],
        "newest 50 of a fault": lambda s: archive.newest(1, fault=f"fault-{s % 116}").rows[0],
    }
    for name, question in ask.items():

        def asked(name: str = name, question: Callable[[int], object] = question) -> list[float]:
            took = []
            for _ in range(count):
                seq = rng.randint(1, rows)
                began = time.perf_counter()
                found = question(seq)
                took.append((time.perf_counter() - began) * 1000)
                if found is None and name in ("by code", "by receipt"):
                    raise RuntimeError(f"{name}: {seq} was not found")
            return sorted(took)

        took = quietly(asked, 0.02)
        yield name, took[count // 2], took[count * 99 // 100]


def ratio(name: str, ours: list[float], theirs: list[float], goal: float) -> bool:
    each = [a / b for a, b in zip(ours, theirs, strict=True)]
    found = statistics.median(each)
    print(_ROW.format(
        name, f"{statistics.median(ours):,.0f}", f"{statistics.median(theirs):,.0f}", f"{found:.2f}",
        f"goal {goal:.2f}{'' if found >= goal else '  MISSED'}   rounds {' '.join(f'{one:.2f}' for one in each)}",
    ))  # fmt: skip
    return found >= goal


def turns(count: int, first: Callable[[], float], second: Callable[[], float]) -> tuple[list[float], list[float]]:
    """They take turns, and take turns in who is first; a pair from whose time much was taken is measured again."""

    def pair(n: int) -> tuple[float, float]:
        if n % 2:
            second_found = second()
            return first(), second_found
        return first(), second()

    ours, theirs = zip(*(quietly(lambda n=n: pair(n)) for n in range(count)), strict=True)  # type: ignore[misc]
    return list(ours), list(theirs)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.desk_store", description="How fast reports are stored.")
    options.add_argument("--quick", action="store_true", help="200,000 rows and short rounds")
    options.add_argument("--rows", type=int, help="in the full archive (10,000,000)")
    options.add_argument("--only", choices=["sqlite", "postgres"])
    chosen = options.parse_args()
    rows = chosen.rows or (200_000 if chosen.quick else 10_000_000)
    each, count = (10, 200) if chosen.quick else (40, 2000)
    problem = postgres.missing()
    if problem:
        print(problem, file=sys.stderr)
        return 4
    if shutil.disk_usage(tempfile.gettempdir()).free < rows * 1000 + (4 << 30):
        print("not enough room in the temporary folder", file=sys.stderr)
        return 4
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {BATCH} rows a commit, {BODY} byte bodies")
    print(_ROW.format("", "rows/s", "beside", "ratio", ""), flush=True)
    good = True
    with tempfile.TemporaryDirectory() as name:
        if chosen.only != "postgres":
            good &= on_sqlite(Path(name), rows, each, count)
        if chosen.only != "sqlite":
            good &= on_postgres(Path(name), rows, each, count)
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0 if good else 1


def on_sqlite(folder: Path, rows: int, each: int, count: int) -> bool:
    numbers = itertools.count()

    def new(make: Callable[[SqliteArchive, list[list[Incoming]]], float]) -> float:
        place = folder / f"new-{next(numbers)}"
        archive = SqliteArchive(place)
        try:
            return make(archive, batches(each))
        finally:
            archive.close()
            shutil.rmtree(place)

    found = turns(ROUNDS, lambda: new(by_writer), lambda: new(by_loop))
    good = ratio("T1 SQLite: writer, 256 callers / bare loop", *found, 0.9)
    began = time.monotonic()
    fill_sqlite(folder / "full", rows)
    print(f"   ({rows:,} rows in {time.monotonic() - began:.0f} s)", flush=True)
    full = SqliteArchive(folder / "full")
    found = turns(ROUNDS, lambda: by_commits(full, batches(each)), lambda: new(by_commits))
    good &= ratio(f"T6 SQLite: at {rows:,} rows / empty", *found, 0.7)
    good &= print_look_ups("SQLite", full, rows, 2.0, count)
    full.close()
    shutil.rmtree(folder / "full")
    return good


def on_postgres(folder: Path, rows: int, each: int, count: int) -> bool:
    server = postgres.Server(autovacuum="on", shared_buffers="128MB")
    try:
        url = server.create()
        empty = PostgresArchive(url)
        by_commits(empty, batches(2))
        found = turns(3, lambda: by_writer(empty, batches(each)), lambda: pgbench(server, url, folder, each // 8))
        empty.close()
        good = ratio("T2 PostgreSQL: writer, 256 callers / pgbench's best", *found, 2.0)
        server.drop(url)
        url, small = server.create(), server.create()
        began = time.monotonic()
        fill_postgres(url, rows)
        print(f"   ({rows:,} rows in {time.monotonic() - began:.0f} s)", flush=True)
        many, few = PostgresArchive(url), PostgresArchive(small)
        few.commit(batches(1)[0])
        found = turns(ROUNDS, lambda: by_commits(many, batches(each)), lambda: by_commits(few, batches(each)))
        good &= ratio(f"T6 PostgreSQL: at {rows:,} rows / empty", *found, 0.7)
        good &= print_look_ups("PostgreSQL", many, rows, 5.0, count)
        many.close()
        few.close()
    finally:
        server.close()
    return good


def print_look_ups(engine: str, archive: Archive, rows: int, goal_ms: float, count: int) -> bool:
    good = True
    for name, p50, p99 in look_ups(archive, rows, count):
        good &= p99 <= goal_ms
        over = "" if p99 <= goal_ms else "  MISSED"
        print(
            _ROW.format(f"T7 {engine}: {name}", f"{p50:.3f} ms", f"{p99:.3f} ms", "", f"p99 goal {goal_ms:g} ms{over}")
        )
    return good


if __name__ == "__main__":
    sys.exit(main())
