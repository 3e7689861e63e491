"""The archive in SQLite: one file a month in a folder, and another when one is full.

Write-ahead log, ``synchronous=FULL``: a commit is one fsync of the log (sqlite.org/wal.html). One process at a time
takes reports in; others (``desk purge``, ``desk backup``) may read and write beside it.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from cpe_agent.desk.archive import (
    Accepted,
    Damaged,
    Incoming,
    Judged,
    Page,
    Row,
    Statistics,
    Unavailable,
    month_of,
)
from cpe_agent.desk.archive.queries import CHUNK, row_of
from cpe_agent.desk.archive.settle import Change, Held, settle
from cpe_agent.desk.archive.sqlite_file import MonthFile
from cpe_agent.host.file_lock import lock

MOST_ROWS = 2_000_000  # in a file
_END = 1 << 62
_SLICE = 500  # rows at a time, so that nobody waits long
_MATCHES = 20
_MOST_AT_ONCE = 64  # rows of a statement: 768 values, and SQLite takes 32,766
_REPORT = 'report (seq, id, sha, cut, encoding, size, tenant, received, ticket, customer, "case", kept)'

_NO_LONGER = "DELETE FROM later WHERE seq = ?"
_PUT_JUDGED = """
INSERT INTO judged SELECT seq, tenant, loose, received, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM report
WHERE seq = ? AND (? = x'' OR sha = ?) ON CONFLICT (seq) DO UPDATE SET verdict = excluded.verdict,
fault = excluded.fault, owner = excluded.owner, acts = excluded.acts, grade = excluded.grade,
suspect = excluded.suspect, claimed = excluded.claimed, agrees = excluded.agrees, match = excluded.match,
receipt = excluded.receipt, started = excluded.started, trouble = excluded.trouble
"""
_AS_REPORT = (
    "UPDATE judged SET (tenant, loose) = (SELECT tenant, loose FROM report WHERE seq = judged.seq) WHERE seq = ?"
)
_REQUEUE = (
    "INSERT OR IGNORE INTO todo SELECT seq FROM report AS r WHERE seq = ?"
    " AND NOT EXISTS (SELECT 1 FROM judged AS j WHERE j.seq = r.seq)",
    "INSERT OR IGNORE INTO later SELECT seq FROM judged WHERE seq = ? AND agrees IS NULL",
)


class SqliteArchive:
    def __init__(self, folder: Path, *, most_rows: int = MOST_ROWS, file: type[MonthFile] = MonthFile) -> None:
        self._folder = folder
        self._most_rows = most_rows
        self._file = file
        self._files: dict[tuple[str, int], MonthFile] = {}  # by name and inode
        self._parts: tuple[MonthFile, ...] = ()  # oldest first
        self._seen = -1
        self._looking = threading.Lock()
        self._committing = threading.Lock()
        self._claim: int | None = None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.parts()

    # ------------------------------------------------------------------ files

    def parts(self) -> tuple[MonthFile, ...]:
        """The files, oldest first. Another process may have made or removed one: then the folder has changed."""
        try:
            changed = os.stat(self._folder).st_mtime_ns
            if changed != self._seen:
                with self._looking:
                    self._look()
                    # Two changes of one tick of the clock look like one.
                    sure = time.time_ns() - changed > 1_000_000_000 and not any(p.passing for p in self._parts)
                    self._seen = changed if sure else -1
        except OSError as error:
            raise Unavailable(f"{self._folder}: {error.strerror}") from error
        return self._parts

    def _look(self) -> None:
        there = {(e.name, e.inode()): e for e in os.scandir(self._folder) if MonthFile.is_one(e.name)}
        for key, part in list(self._files.items()):
            if key not in there or part.passing:
                self._files.pop(key).close()
        for key in there.keys() - self._files.keys():
            self._files[key] = self._file(Path(there[key].path))
        self._parts = tuple(sorted(self._files.values(), key=lambda part: part.place))

    def _sound(self) -> list[MonthFile]:
        return [part for part in self.parts() if part.trouble is None]

    def _of(self, seq: int) -> MonthFile | None:
        """The file that this place is in. Raises ``Damaged`` when that one is unreadable."""
        found = None
        for part in self.parts():
            if part.trouble is None and part.first <= seq:
                found = part
        follower = next((p for p in self.parts() if found is None or p.place > found.place), None)
        if follower is not None and follower.trouble is not None and (found is None or seq > found.last()):
            raise Damaged(follower.trouble)
        return found

    def _newest(self, month: int, count: int) -> MonthFile:
        """The file for a batch that came in that month. A clock that was set back opens no old file again."""
        parts = self.parts()
        if parts and parts[-1].trouble is None:
            newest = parts[-1]
            if newest.place[0] >= month and newest.last() - newest.first + 1 + count <= self._most_rows:
                return newest
            newest.rest()
        if parts and parts[-1].passing:
            raise Unavailable(parts[-1].trouble)
        last, place = 0, (month, 1)
        for part in parts:
            # How many an unreadable one holds is not known: no more than fit, and no place is given out twice.
            last = last + self._most_rows if part.trouble is not None else part.last()
            place = max(place, (part.place[0], part.place[1] + 1))
        self._file.create(self._folder, place, last + 1)
        self._seen = -1
        return next(part for part in self.parts() if part.place == place)

    # ---------------------------------------------------------------- writing

    def commit(self, batch: Sequence[Incoming]) -> list[Accepted]:
        with self._committing:
            self._claim_it()
            if not batch:
                return []
            part = self._newest(month_of(batch[-1].received), len(batch))
            ids = sorted({incoming.id for incoming in batch})
            held: dict[bytes, Held] = {}
            for one in self._sound():
                with contextlib.suppress(Damaged):
                    held |= one.held(ids)
            settled = settle(batch, held, part.last())
            for one, changes in self._by_part(settled.changed.values()):
                with one.writing() as db:
                    for change in changes:
                        _change(db, change)
                if one is not part:
                    one.rest()
            if settled.new:
                with part.writing() as db:
                    _insert(db, settled.new)
            return settled.accepted

    def _claim_it(self) -> None:
        if self._claim is None:
            try:
                self._claim = lock(self._folder / ".writer", wait_s=1.0)
            except OSError as error:
                raise Unavailable(f"another desk takes reports into {self._folder}") from error

    def _by_part(self, changes: Iterable[Change]) -> list[tuple[MonthFile, list[Change]]]:
        found: dict[MonthFile, list[Change]] = {}
        for change in changes:
            part = self._of(change.held.seq)
            assert part is not None
            found.setdefault(part, []).append(change)
        return sorted(found.items(), key=lambda item: item[0].place)

    def attach(
        self, tenant: int, seq: int, *, case: str | None = None, customer: int | None = None, body: bytes | None = None
    ) -> bool:
        part = self._of(seq)
        if part is None:
            return False
        with part.writing() as db:
            done = db.execute(
                'UPDATE report SET attached = 1, "case" = coalesce(?, "case"), customer = coalesce(?, customer)'
                " WHERE seq = ? AND tenant = ?",
                (case, customer, seq, tenant),
            ).rowcount
            if done:
                db.execute(_AS_REPORT, (seq,))
            if done and body is not None:
                db.execute("UPDATE body SET data = ? WHERE seq = ?", (body, seq))
        return done > 0

    def put_judged(self, found: Iterable[Judged]) -> None:
        for part, judged in self._grouped((one.seq, one) for one in found):
            with part.writing() as db:
                for j in judged:
                    values = (j.verdict, j.fault, j.owner, j.acts, j.grade, j.suspect, j.claimed, j.agrees, j.match,
                              j.receipt, j.started, j.trouble, j.seq, j.sha, j.sha)  # fmt: skip
                    if db.execute(_PUT_JUDGED, values).rowcount:
                        db.execute("DELETE FROM todo WHERE seq = ?", (j.seq,))
                        waits = "INSERT OR IGNORE INTO later VALUES (?)" if j.agrees is None else _NO_LONGER
                        db.execute(waits, (j.seq,))

    def requeue(self, seqs: Iterable[int]) -> int:
        count = 0
        for part, some in self._grouped((seq, seq) for seq in seqs):
            with part.writing() as db:
                count += sum(db.execute(sql, (seq,)).rowcount for seq in some for sql in _REQUEUE)
        return count

    def erase(self, tenant: int, *, customer: int | None = None, seqs: Iterable[int] = ()) -> int:
        wanted = list(seqs)
        before: int | None = None
        while customer is not None:
            page = self.of_customer(tenant, customer, before=before, limit=_SLICE)
            wanted += [row.seq for row in page.rows]
            before = page.older
            if before is None:
                break
        count = 0
        for part, some in self._grouped((seq, seq) for seq in set(wanted)):
            with part.writing() as db:
                for seq in some:
                    marked = db.execute("UPDATE report SET erased = 1 WHERE seq = ? AND tenant = ?", (seq, tenant))
                    if marked.rowcount:
                        count += db.execute("DELETE FROM body WHERE seq = ?", (seq,)).rowcount
        return count

    def purge_bodies(self, before: float) -> int:
        count = 0
        for part in self._sound():
            deleted = 0
            while True:
                first = part.one("SELECT min(seq) FROM body")
                if first is None or first[0] is None:
                    break
                old = part.one(
                    "SELECT count(*), max(seq) FROM (SELECT seq, received FROM report WHERE seq >= ? ORDER BY seq"
                    " LIMIT ?) WHERE received < ?",
                    (first[0], _SLICE, before),
                )
                if old is None or not old[0]:
                    break
                with part.writing() as db:
                    deleted += db.execute("DELETE FROM body WHERE seq <= ?", (old[1],)).rowcount
                    db.execute("UPDATE part SET bodies_from = ?", (old[1] + 1,))
            if deleted and part is not self._sound()[-1]:
                if part.one("SELECT 1 FROM body LIMIT 1") is None:
                    part.shrink()
                part.rest()
            count += deleted
        return count

    def purge(self, before: int) -> int:
        count = 0
        for part in self.parts()[:-1]:
            if part.place[0] < before:
                part.close()
                for path in (part.path, Path(f"{part.path}-wal"), Path(f"{part.path}-shm")):
                    path.unlink(missing_ok=True)
                count += 1
        return count

    def _grouped(self, items: Iterable[tuple[int, Any]]) -> Iterator[tuple[MonthFile, list[Any]]]:
        found: dict[MonthFile, list[Any]] = {}
        for seq, item in sorted(items, key=lambda pair: pair[0]):
            part = self._of(seq)
            if part is not None:
                found.setdefault(part, []).append(item)
        yield from found.items()

    # ---------------------------------------------------------------- reading

    def by_seq(self, tenant: int, seq: int) -> Row | None:
        part = self._of(seq)
        return None if part is None else _first(part.all("by_seq", {"seq": seq, "tenant": tenant}))

    def by_id(self, tenant: int, report_id: bytes) -> Row | None:
        for part in self._backwards():
            with contextlib.suppress(Damaged):
                held = part.held((report_id,)).get(report_id)
                if held is not None:
                    return _first(part.all("by_seq", {"seq": held.seq, "tenant": tenant}))
        return None

    def of_case(self, tenant: int, case: str, *, before: int | None = None, limit: int = 50) -> Page:
        return self._page([("of_case", {"tenant": tenant, "key": case})], before, limit)

    def of_customer(self, tenant: int, customer: int, *, before: int | None = None, limit: int = 50) -> Page:
        return self._page([("of_customer", {"tenant": tenant, "key": customer})], before, limit)

    def newest(
        self, tenant: int, *, fault: str | None = None, verified: bool | None = None, before: int | None = None,
        limit: int = 50,
    ) -> Page:  # fmt: skip
        name = "newest" if fault is None else "newest_of_fault"
        asked = [{"tenant": tenant, "fault": fault, "loose": loose} for loose in _loose(verified)]
        return self._page([(name, values) for values in asked], before, limit)

    def _page(self, asked: list[tuple[str, dict[str, Any]]], before: int | None, limit: int) -> Page:
        """The newest of each question, together. One row more than wanted tells whether there is an older one."""
        rows: list[Row] = []
        bounds = {"before": _END if before is None else before, "limit": limit + 1}
        for part in self._backwards():
            if part.first >= bounds["before"]:
                continue
            with contextlib.suppress(Damaged):
                found = [row_of(record) for name, values in asked for record in part.all(name, values | bounds)]
                rows += sorted(found, key=lambda row: -row.seq)
            if len(rows) > limit:
                return Page(tuple(rows[:limit]), rows[limit - 1].seq)
        return Page(tuple(rows), None)

    def matching(self, tenant: int, match: int, since: float, until: float) -> tuple[Row, ...]:
        rows: list[Row] = []
        values = {"tenant": tenant, "match": match, "since": since, "until": until, "limit": _MATCHES}
        for part in self._backwards():
            if len(rows) < _MATCHES:
                with contextlib.suppress(Damaged):
                    rows += sorted(map(row_of, part.all("matching", values)), key=lambda row: -row.seq)
        return tuple(rows[:_MATCHES])

    def with_receipt(self, receipt: int) -> Row | None:
        for part in self._backwards():
            with contextlib.suppress(Damaged):
                row = _first(part.all("with_receipt", {"receipt": receipt})) if receipt else None
                if row is not None:
                    return row
        return None

    def rows_between(self, first: int, last: int, *, tenant: int | None = None) -> Iterator[Row]:
        for part in self._sound():
            if part.first <= last:
                with contextlib.suppress(Damaged):
                    if tenant is None:
                        yield from self._between(part, "between", {}, first, last)
                    else:
                        each = (
                            self._between(part, "between_of", {"tenant": tenant, "loose": loose}, first, last)
                            for loose in _loose(None)
                        )
                        yield from heapq.merge(*each, key=lambda row: row.seq)

    @staticmethod
    def _between(part: MonthFile, name: str, values: dict[str, Any], first: int, last: int) -> Iterator[Row]:
        while True:
            found = sorted(part.all(name, {**values, "first": first, "last": last, "limit": _SLICE}))
            yield from map(row_of, found)
            if len(found) < _SLICE:
                return
            first = found[-1][0] + 1

    def body(self, row: Row) -> bytes | None:
        part = self._of(row.seq)
        found = part.all("body", {"seq": row.seq}) if part is not None else []
        return found[0][0] if found else None

    def gone(self, row: Row) -> bool:
        part = self._of(row.seq)
        if part is None:
            return False
        (bodies_from,) = part.one("SELECT bodies_from FROM part") or (0,)
        return row.seq < bodies_from or part.all("erased", {"seq": row.seq}) == [(1,)]

    def unread(self, limit: int) -> list[Row]:
        return self._waiting("unread", limit)

    def unjudged(self, limit: int) -> list[Row]:
        return self._waiting("unjudged", limit)

    def _waiting(self, query: str, limit: int) -> list[Row]:
        rows: list[Row] = []
        for part in self._sound():
            if len(rows) < limit:
                with contextlib.suppress(Damaged):
                    rows += map(row_of, sorted(part.all(query, {"limit": limit - len(rows)})))
        return rows

    def statistics(self) -> Statistics:
        rows = unjudged = size = last = 0
        for part in self._sound():
            with contextlib.suppress(Damaged):
                last = part.last()
                rows += last - part.first + 1
                unjudged += (part.one("SELECT (SELECT count(*) FROM todo) + (SELECT count(*) FROM later)") or (0,))[0]
                size += part.bytes()
        parts = self.parts()
        return Statistics(rows, last, unjudged, size, len(parts), tuple(p.trouble for p in parts if p.trouble))

    def _backwards(self) -> list[MonthFile]:
        return self._sound()[::-1]

    def close(self) -> None:
        with self._committing:
            for part in self._parts:
                part.close()
            if self._claim is not None:
                os.close(self._claim)
                self._claim = None


def _loose(verified: bool | None) -> tuple[int, ...]:
    return (0, 1) if verified is None else (0,) if verified else (1,)


def _first(found: list[tuple[Any, ...]]) -> Row | None:
    return row_of(found[0]) if found else None


def _insert(db: Any, new: dict[int, Incoming]) -> None:
    _put(db, _REPORT, [
        (seq, i.id, i.sha, i.cut, i.encoding, i.size, i.tenant, i.received, i.ticket, i.customer, i.case, i.kept)
        for seq, i in new.items()
    ])  # fmt: skip
    _put(db, "body", [(seq, i.body) for seq, i in new.items()])
    _put(db, "todo", [(seq,) for seq in new])
    db.executemany("INSERT OR IGNORE INTO chunk VALUES (?)", [(n,) for n in {seq >> CHUNK for seq in new}])


def _put(db: Any, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Many rows with few statements, each of a number of rows that is a power of two, so that it is compiled once: a
    statement a row costs a third more processor time."""
    at, size = 0, _MOST_AT_ONCE
    while at < len(rows):
        while size > len(rows) - at:
            size //= 2
        db.execute(_putting(table, size, len(rows[0])), list(chain.from_iterable(rows[at : at + size])))
        at += size


@cache
def _putting(table: str, rows: int, columns: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"INSERT INTO {table} VALUES {', '.join([row] * rows)}"  # noqa: S608 - names of this file


def _change(db: Any, change: Change) -> None:
    held, incoming = change.held, change.incoming
    db.execute(
        'UPDATE report SET sha = ?, cut = ?, encoding = ?, size = ?, tenant = ?, ticket = ?, customer = ?, "case" = ?,'
        " erased = 0 WHERE seq = ?",
        (held.sha, held.cut, incoming.encoding, incoming.size, held.tenant, held.ticket, held.customer, held.case,
         held.seq),
    )  # fmt: skip
    db.execute("INSERT OR REPLACE INTO body VALUES (?, ?)", (held.seq, incoming.body))
    if change.content:
        db.execute("DELETE FROM judged WHERE seq = ?", (held.seq,))
        db.execute(_NO_LONGER, (held.seq,))
        db.execute("INSERT OR IGNORE INTO todo VALUES (?)", (held.seq,))
    else:
        db.execute(_AS_REPORT, (held.seq,))
