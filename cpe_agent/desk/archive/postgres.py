"""The archive in PostgreSQL. Any number of processes of the desk may share one.

A batch is one transaction of two round trips: lock, what is there of these ids, what is the newest place; then the rows
(``unnest``) and the commit. Two at a time would wait for the same disk.
"""

from __future__ import annotations

import contextlib
import heapq
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import psycopg

from cpe_agent.desk.archive import (
    Accepted,
    Incoming,
    Judged,
    Page,
    Row,
    Statistics,
    Unavailable,
    month_of,
)
from cpe_agent.desk.archive.postgres_schema import (
    SCHEMA,
    VERSION,
    drop_month,
    make_month,
    month_named,
    partition,
)
from cpe_agent.desk.archive.queries import CHUNK, QUERIES, for_postgres, row_of, rows_of
from cpe_agent.desk.archive.settle import Change, Held, settle

_T = TypeVar("_T")
_TROUBLE = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)
_END = 1 << 62
_SLICE = 500  # rows at a time
_MATCHES = 20
_IDLE = 4  # connections kept
# Nobody who hangs holds up the others for long. Every question has an index and walks it: a plan that was made while
# a table was small must not read or sort all of it for ever (tests/desk/test_archive_plans.py).
_SESSION = {
    "search_path": "archive", "lock_timeout": "5s", "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "10s", "jit": "off", "enable_seqscan": "off", "enable_bitmapscan": "off",
    "enable_hashjoin": "off", "enable_mergejoin": "off", "enable_sort": "off",
}  # fmt: skip
_SCHEMA_LOCK = 7_305_411  # of this program's own, for pg_advisory_xact_lock

_BY_ID = (
    "SELECT r.seq, r.month FROM known AS k JOIN report AS r ON r.seq = k.seq AND r.month = k.month"
    " WHERE k.id = :id AND r.tenant = :tenant"
)
_READS = {name: for_postgres(query) for name, query in {**QUERIES, "by_id": rows_of(_BY_ID)}.items()}
_HELD = (
    'SELECT k.id, r.seq, r.sha, r.cut, r.tenant, r.ticket, r.customer, r."case", r.attached, r.erased FROM known AS k'
    " JOIN report AS r ON r.seq = k.seq AND r.month = k.month WHERE k.id = ANY(%b)"
)
_INSERT = (
    "INSERT INTO known (id, seq, month) SELECT id, seq, %(month)s FROM unnest(%(ids)b::bytea[], %(seqs)s::bigint[])"
    " AS n (id, seq) ORDER BY id",
    'INSERT INTO report (seq, month, id, sha, cut, encoding, size, tenant, received, ticket, customer, "case", kept)'
    " SELECT seq, %(month)s, id, sha, cut, encoding, size, tenant, received, ticket, customer, c, kept FROM unnest("
    "%(seqs)s::bigint[], %(ids)b::bytea[], %(shas)b::bytea[], %(cuts)s::smallint[], %(encodings)s::smallint[],"
    "%(sizes)s::int[], %(tenants)s::bigint[], %(receiveds)s::float8[], %(tickets)s::bigint[], %(customers)s::bigint[],"
    "%(cases)s::text[], %(kepts)s::text[])"
    " AS n (seq, id, sha, cut, encoding, size, tenant, received, ticket, customer, c, kept)",
    "INSERT INTO body (seq, month, data) SELECT seq, %(month)s, data FROM"
    " unnest(%(seqs)s::bigint[], %(bodies)b::bytea[]) AS n (seq, data)",
    "INSERT INTO todo (seq, month) SELECT seq, %(month)s FROM unnest(%(seqs)s::bigint[]) AS n (seq)",
    "INSERT INTO chunk (n, month) SELECT n, %(month)s FROM unnest(%(chunks)s::bigint[]) AS c (n)"
    " ON CONFLICT DO NOTHING",
    "UPDATE state SET last = %(last)s WHERE one",
)
_AS_REPORT = (
    "UPDATE judged AS j SET tenant = r.tenant, loose = r.loose FROM report AS r"
    " WHERE r.seq = j.seq AND r.month = j.month AND j.seq = %(seq)s"
)
_CHANGE = (
    "UPDATE report SET sha = %(sha)s, cut = %(cut)s, encoding = %(encoding)s, size = %(size)s, tenant = %(tenant)s,"
    ' ticket = %(ticket)s, customer = %(customer)s, "case" = %(case)s, erased = 0 WHERE seq = %(seq)s',
    "INSERT INTO body (seq, month, data) SELECT seq, month, %(body)b FROM report WHERE seq = %(seq)s"
    " ON CONFLICT (seq, month) DO UPDATE SET data = excluded.data",
)
_UNJUDGE = (
    "INSERT INTO todo (seq, month) SELECT seq, month FROM report WHERE seq = %(seq)s ON CONFLICT DO NOTHING",
    "DELETE FROM judged WHERE seq = %(seq)s",
    "DELETE FROM later WHERE seq = %(seq)s",
)
_REQUEUE = (
    "INSERT INTO todo (seq, month) SELECT seq, month FROM report AS r WHERE seq = ANY(%s)"
    " AND NOT EXISTS (SELECT 1 FROM judged AS j WHERE j.seq = r.seq AND j.month = r.month) ON CONFLICT DO NOTHING",
    "INSERT INTO later (seq, month) SELECT seq, month FROM judged WHERE seq = ANY(%s) AND agrees IS NULL"
    " ON CONFLICT DO NOTHING",
)
# FOR SHARE: a whole report that takes a cut one's place waits until what was judged is there to be taken away.
_PUT_JUDGED = """
WITH put AS (
    INSERT INTO judged SELECT seq, month, tenant, loose, received, %(verdict)s, %(fault)s, %(owner)s, %(acts)s,
        %(grade)s, %(suspect)s, %(claimed)s, %(agrees)s::smallint, %(match)s, %(receipt)s, %(started)s, %(trouble)s
    FROM report WHERE seq = %(seq)s AND (%(sha)b::bytea = '' OR sha = %(sha)b) FOR SHARE
    ON CONFLICT (seq, month) DO UPDATE SET verdict = excluded.verdict, fault = excluded.fault, owner = excluded.owner,
        acts = excluded.acts, grade = excluded.grade, suspect = excluded.suspect, claimed = excluded.claimed,
        agrees = excluded.agrees, match = excluded.match, receipt = excluded.receipt, started = excluded.started,
        trouble = excluded.trouble
    RETURNING seq, month
), read AS (DELETE FROM todo USING put WHERE todo.seq = put.seq),
    wait AS (INSERT INTO later SELECT seq, month FROM put WHERE %(agrees)s::smallint IS NULL ON CONFLICT DO NOTHING)
DELETE FROM later USING put WHERE later.seq = put.seq AND %(agrees)s::smallint IS NOT NULL
"""


class PostgresArchive:
    """``url``: ``postgresql://...``. ``synchronous_commit``: on; the kill harness shows what happens without."""

    def __init__(self, url: str, *, synchronous_commit: str = "on") -> None:
        self._url = url
        self._synchronous_commit = synchronous_commit
        self._idle: deque[psycopg.Connection[Any]] = deque()
        self._months: set[int] = set()
        self._committing = threading.Lock()
        self._closed = False
        self._in_one(self._prepare)

    @staticmethod
    def _prepare(db: psycopg.Connection[Any]) -> None:
        (fsync,) = db.execute("SHOW fsync").fetchone() or ("",)
        if fsync != "on":
            raise Unavailable("the server runs with fsync=off: what it has committed could be lost")
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        db.execute("CREATE SCHEMA IF NOT EXISTS archive")
        if db.execute("SELECT to_regclass('archive.state')").fetchone() == (None,):
            db.execute(SCHEMA)
        (version,) = db.execute("SELECT version FROM state").fetchone() or (0,)
        if version != VERSION:
            raise Unavailable(f"the archive was made by another version ({version})")

    # ------------------------------------------------------------ connections

    def _connect(self) -> psycopg.Connection[Any]:
        options = "".join(f" -c {name}={value}" for name, value in _SESSION.items())
        options += f" -c synchronous_commit={self._synchronous_commit}"
        try:
            return psycopg.connect(self._url, autocommit=True, options=options, connect_timeout=5)
        except psycopg.Error as error:
            raise _unavailable(error) from error

    def _with(self, work: Callable[[psycopg.Connection[Any]], _T]) -> _T:
        while True:
            kept = True
            try:
                db = self._idle.pop()
            except IndexError:
                kept = False
                db = self._connect()
            try:
                found = work(db)
            except BaseException as error:
                dead = db.broken
                db.close()
                if not isinstance(error, _TROUBLE):
                    raise
                if kept and dead:
                    continue  # the server was restarted since; at last comes a connection that is new
                raise _unavailable(error) from error
            if len(self._idle) < _IDLE and not self._closed:
                self._idle.append(db)
            else:
                db.close()
            return found

    def _in_one(self, work: Callable[[psycopg.Connection[Any]], _T]) -> _T:
        """One transaction, on the server's disk when this returns."""

        def whole(db: psycopg.Connection[Any]) -> _T:
            with db.transaction():
                return work(db)

        return self._with(whole)

    def _all(self, name: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        return self._with(lambda db: db.execute(_READS[name], values).fetchall())

    def _value(self, sql: str, *values: Any) -> Any:
        record = self._with(lambda db: db.execute(sql, values).fetchone())
        return None if record is None else record[0]

    # ---------------------------------------------------------------- writing

    def commit(self, batch: Sequence[Incoming]) -> list[Accepted]:
        if not batch:
            return []
        with self._committing:
            month = month_of(batch[-1].received)
            if month not in self._months:
                self._in_one(lambda db: self._make(db, month))
                self._months.add(month)
            try:
                return self._with(lambda db: self._commit(db, batch, month))
            except psycopg.errors.CheckViolation as error:  # the month was purged
                self._months.discard(month)
                raise Unavailable("PostgreSQL: the month's tables are gone") from error

    @staticmethod
    def _make(db: psycopg.Connection[Any], month: int) -> None:
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        db.execute(make_month(month))

    @staticmethod
    def _commit(db: psycopg.Connection[Any], batch: Sequence[Incoming], month: int) -> list[Accepted]:
        with db.pipeline(), db.transaction():
            state = db.execute("SELECT last FROM state WHERE one FOR UPDATE")
            there = db.execute(_HELD, ([incoming.id for incoming in batch],))
            (last,) = state.fetchone() or (0,)
            settled = settle(batch, {bytes(r[0]): Held(*r[1:]) for r in there.fetchall()}, last)
            if settled.new:
                values = _columns(settled.new) | {"month": month, "last": max(settled.new)}
                for sql in _INSERT:
                    db.execute(sql, values)
            for change in settled.changed.values():
                for sql in (*_CHANGE, *(_UNJUDGE if change.content else (_AS_REPORT,))):
                    db.execute(sql, _changed(change))
        return settled.accepted

    def attach(
        self, tenant: int, seq: int, *, case: str | None = None, customer: int | None = None, body: bytes | None = None
    ) -> bool:
        values = {"tenant": tenant, "seq": seq, "case": case, "customer": customer, "body": body}

        def work(db: psycopg.Connection[Any]) -> bool:
            done = db.execute(
                'UPDATE report SET attached = 1, "case" = coalesce(%(case)s::text, "case"),'
                " customer = coalesce(%(customer)s::bigint, customer) WHERE seq = %(seq)s AND tenant = %(tenant)s",
                values,
            ).rowcount
            if done:
                db.execute(_AS_REPORT, values)
            if done and body is not None:
                db.execute("UPDATE body SET data = %(body)b WHERE seq = %(seq)s", values)
            return done > 0

        return self._in_one(work)

    def put_judged(self, found: Iterable[Judged]) -> None:
        values = [
            {**one._asdict(), "agrees": None if one.agrees is None else int(one.agrees)}
            for one in sorted(found, key=lambda one: one.seq)
        ]
        if values:
            self._in_one(lambda db: db.cursor().executemany(_PUT_JUDGED, values))

    def requeue(self, seqs: Iterable[int]) -> int:
        wanted = sorted(seqs)
        return self._in_one(lambda db: sum(db.execute(sql, (wanted,)).rowcount for sql in _REQUEUE)) if wanted else 0

    def erase(self, tenant: int, *, customer: int | None = None, seqs: Iterable[int] = ()) -> int:
        wanted = list(seqs)
        before: int | None = None
        while customer is not None:
            page = self.of_customer(tenant, customer, before=before, limit=_SLICE)
            wanted += [row.seq for row in page.rows]
            before = page.older
            if before is None:
                break

        def work(db: psycopg.Connection[Any]) -> int:
            return db.execute(
                "WITH gone AS (UPDATE report SET erased = 1 WHERE seq = ANY(%s) AND tenant = %s RETURNING seq, month)"
                " DELETE FROM body USING gone WHERE body.seq = gone.seq AND body.month = gone.month",
                (wanted, tenant),
            ).rowcount

        return self._in_one(work)

    def purge_bodies(self, before: float) -> int:
        count = 0
        for month in self._partitions():
            if month < month_of(before):
                count += self._in_one(lambda db, month=month: _empty(db, month))  # type: ignore[misc]
        while slice_ := self._in_one(lambda db: _delete_bodies(db, before)):
            count += slice_
        return count

    def purge(self, before: int) -> int:
        old = [month for month in self._partitions()[:-1] if month < before]
        for month in old:
            self._in_one(lambda db, month=month: db.execute(drop_month(month)))  # type: ignore[misc]
            self._months.discard(month)
        return len(old)

    def _partitions(self) -> list[int]:
        found = self._with(
            lambda db: db.execute(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'archive.report'::regclass"
            ).fetchall(),
        )
        return sorted(month_named(name) for (name,) in found)

    # ---------------------------------------------------------------- reading

    def by_seq(self, tenant: int, seq: int) -> Row | None:
        return _first(self._all("by_seq", {"seq": seq, "tenant": tenant}))

    def by_id(self, tenant: int, report_id: bytes) -> Row | None:
        return _first(self._all("by_id", {"id": report_id, "tenant": tenant}))

    def of_case(self, tenant: int, case: str, *, before: int | None = None, limit: int = 50) -> Page:
        return self._page([("of_case", {"tenant": tenant, "key": case})], before, limit)

    def of_customer(self, tenant: int, customer: int, *, before: int | None = None, limit: int = 50) -> Page:
        return self._page([("of_customer", {"tenant": tenant, "key": customer})], before, limit)

    def newest(
        self, tenant: int, *, fault: str | None = None, verified: bool | None = None, before: int | None = None,
        limit: int = 50,
    ) -> Page:  # fmt: skip
        name, more = ("newest", {}) if fault is None else ("newest_of_fault", {"fault": fault})
        asked = [(name, {"tenant": tenant, "loose": loose, **more}) for loose in _loose(verified)]
        return self._page(asked, before, limit)

    def _page(self, asked: list[tuple[str, dict[str, Any]]], before: int | None, limit: int) -> Page:
        """The newest of each question, together. One row more than wanted tells whether there is an older one."""
        bounds = {"before": _END if before is None else before, "limit": limit + 1}
        rows = _newest_first(record for name, values in asked for record in self._all(name, values | bounds))
        return Page(rows[:limit], rows[limit - 1].seq if len(rows) > limit else None)

    def matching(self, tenant: int, match: int, since: float, until: float) -> tuple[Row, ...]:
        values = {"tenant": tenant, "match": match, "since": since, "until": until, "limit": _MATCHES}
        return _newest_first(self._all("matching", values))

    def with_receipt(self, receipt: int) -> Row | None:
        return _first(self._all("with_receipt", {"receipt": receipt})) if receipt else None

    def rows_between(self, first: int, last: int, *, tenant: int | None = None) -> Iterator[Row]:
        if tenant is None:
            yield from self._between("between", {}, first, last)
        else:
            each = (self._between("between_of", {"tenant": tenant, "loose": n}, first, last) for n in _loose(None))
            yield from heapq.merge(*each, key=lambda row: row.seq)

    def _between(self, name: str, values: dict[str, Any], first: int, last: int) -> Iterator[Row]:
        while True:
            found = sorted(self._all(name, {**values, "first": first, "last": last, "limit": _SLICE}))
            yield from map(row_of, found)
            if len(found) < _SLICE:
                return
            first = found[-1][0] + 1

    def body(self, row: Row) -> bytes | None:
        found = self._all("body", {"seq": row.seq})
        return bytes(found[0][0]) if found else None

    def gone(self, row: Row) -> bool:
        bodies_from = self._value("SELECT bodies_from FROM state")
        return row.seq < bodies_from or self._all("erased", {"seq": row.seq}) == [(1,)]

    def unread(self, limit: int) -> list[Row]:
        return [row_of(record) for record in sorted(self._all("unread", {"limit": limit}))]

    def unjudged(self, limit: int) -> list[Row]:
        return [row_of(record) for record in sorted(self._all("unjudged", {"limit": limit}))]

    def statistics(self) -> Statistics:
        first, last, unjudged, size = self._with(
            lambda db: db.execute(
                "SELECT (SELECT min(seq) FROM report), last,"
                " (SELECT count(*) FROM todo) + (SELECT count(*) FROM later),"
                " (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'archive'::regnamespace) FROM state"
            ).fetchone(),
        ) or (None, 0, 0, 0)
        return Statistics(0 if first is None else last - first + 1, last, unjudged, int(size), len(self._partitions()))

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(f"PostgreSQL: {next(iter(str(error).splitlines()), type(error).__name__)}")


def _loose(verified: bool | None) -> tuple[int, ...]:
    return (0, 1) if verified is None else (0,) if verified else (1,)


def _first(found: list[tuple[Any, ...]]) -> Row | None:
    return row_of(found[0]) if found else None


def _newest_first(found: Iterable[tuple[Any, ...]]) -> tuple[Row, ...]:
    return tuple(sorted(map(row_of, found), key=lambda row: -row.seq))


def _columns(new: dict[int, Incoming]) -> dict[str, Any]:
    rows = new.values()
    return {
        "seqs": list(new),
        "ids": [i.id for i in rows],
        "shas": [i.sha for i in rows],
        "cuts": [int(i.cut) for i in rows],
        "encodings": [int(i.encoding) for i in rows],
        "sizes": [i.size for i in rows],
        "tenants": [i.tenant for i in rows],
        "receiveds": [i.received for i in rows],
        "tickets": [i.ticket for i in rows],
        "customers": [i.customer for i in rows],
        "cases": [i.case for i in rows],
        "kepts": [i.kept for i in rows],
        "bodies": [i.body for i in rows],
        "chunks": sorted({seq >> CHUNK for seq in new}),
    }


def _changed(change: Change) -> dict[str, Any]:
    held, incoming = change.held, change.incoming
    return {
        "seq": held.seq, "sha": held.sha, "cut": int(held.cut), "encoding": int(incoming.encoding),
        "size": incoming.size, "tenant": held.tenant, "ticket": held.ticket, "customer": held.customer,
        "case": held.case, "body": incoming.body,
    }  # fmt: skip


def _empty(db: psycopg.Connection[Any], month: int) -> int:
    """All bodies of a month: the room is free at once."""
    table = partition("body", month)
    (count,) = db.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)  # noqa: S608 - a month is a number
    if count:
        db.execute(
            f"UPDATE state SET bodies_from = greatest(bodies_from, (SELECT max(seq) + 1 FROM {table}))"  # noqa: S608
        )
        db.execute(f"TRUNCATE {table}")
    return int(count)


def _delete_bodies(db: psycopg.Connection[Any], before: float) -> int:
    (newest,) = db.execute(
        "SELECT max(seq) FROM (SELECT r.seq, r.received FROM report AS r WHERE r.seq >= (SELECT min(seq) FROM body)"
        " ORDER BY r.seq LIMIT %s) AS oldest WHERE received < %s",
        (_SLICE, before),
    ).fetchone() or (None,)
    if newest is None:
        return 0
    db.execute("UPDATE state SET bodies_from = greatest(bodies_from, %s)", (newest + 1,))
    return db.execute("DELETE FROM body WHERE seq <= %s", (newest,)).rowcount
