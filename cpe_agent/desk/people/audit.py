"""Who looked at personal data, who changed what: a record that only grows, chained so that nobody edits it unseen.

Every row carries a keyed hash over itself and the row before it; the end of the chain is sealed with the same key. Who
can write the database but has no secret of the desk can neither change, remove, reorder nor add a row, nor cut the last
ones off: ``verify`` finds the first that does not fit. (Who copied the whole table, its end included, and puts the old
copy back, is found only by who remembers a later end: ``Audit.end`` is there to be noted elsewhere.)
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, insert, select, update

from cpe_agent.desk.records.tables import audit, audit_head

if TYPE_CHECKING:
    from cpe_agent.desk.secret import Secret

START = bytes(32)
MOST_REASON = 1000


class Row(NamedTuple):
    seq: int
    at: float
    who: str
    what: str
    subject: str
    reason: str


class Trouble(NamedTuple):
    """The first place where the chain does not hold. ``what``: changed, missing, extra or end."""

    seq: int
    what: str


class Audit:
    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def begin(self, connection: Connection, tenant: int) -> None:
        """The empty chain of a new tenant."""
        seal = self._seal(tenant, 0, START)
        connection.execute(insert(audit_head).values(tenant=tenant, seq=0, hash=START, seal=seal))

    def hold(self, connection: Connection, tenant: int) -> tuple[int, bytes]:
        """The chain's end, held until the transaction is over: whoever else writes for this tenant waits. (SQLite has
        one writer anyway.)"""
        end = select(audit_head.c.seq, audit_head.c.hash).where(audit_head.c.tenant == tenant).with_for_update()
        found = connection.execute(end).one()
        return int(found.seq), bytes(found.hash)

    def note(
        self, connection: Connection, now: float, tenant: int, who: str, what: str, subject: str = "", reason: str = ""
    ) -> int:
        """Add a row, in the transaction of what it tells of: both happen or neither. Gives the row's number."""
        last, previous = self.hold(connection, tenant)
        row = Row(last + 1, now, who[:40], what[:40], subject[:80], _kept(reason))
        digest = self._digest(tenant, row, previous)
        connection.execute(insert(audit).values(tenant=tenant, **row._asdict(), previous=previous, hash=digest))
        connection.execute(
            update(audit_head)
            .where(audit_head.c.tenant == tenant)
            .values(seq=row.seq, hash=digest, seal=self._seal(tenant, row.seq, digest))
        )
        return row.seq

    def page(self, connection: Connection, tenant: int, *, before: int | None = None, limit: int = 50) -> list[Row]:
        """Newest first."""
        query = select(*(audit.c[name] for name in Row._fields)).where(audit.c.tenant == tenant)
        if before is not None:
            query = query.where(audit.c.seq < before)
        return [Row(*found) for found in connection.execute(query.order_by(audit.c.seq.desc()).limit(limit))]

    def end(self, connection: Connection, tenant: int) -> tuple[int, str]:
        """How many rows there are, and the last one's hash: what an auditor writes down."""
        row = connection.execute(select(audit_head).where(audit_head.c.tenant == tenant)).one()
        return row.seq, bytes(row.hash).hex()

    def verify(self, connection: Connection, tenant: int) -> Trouble | None:
        """None when the chain holds from its first row to its sealed end. The connection is one of ``Records.read``:
        rows and end must be of one moment."""
        expected, previous = 1, START
        query = select(audit).where(audit.c.tenant == tenant).order_by(audit.c.seq)
        with connection.execute(query, execution_options={"yield_per": 1000}) as rows:
            for found in rows:
                if found.seq != expected:
                    return Trouble(expected, "missing")
                row = Row(found.seq, found.at, found.who, found.what, found.subject, found.reason)
                right = self._digest(tenant, row, previous)
                if bytes(found.previous) != previous or not hmac.compare_digest(bytes(found.hash), right):
                    return Trouble(found.seq, "changed")
                expected, previous = expected + 1, right
        head = connection.execute(select(audit_head).where(audit_head.c.tenant == tenant)).one_or_none()
        if head is None or not hmac.compare_digest(bytes(head.seal), self._seal(tenant, head.seq, bytes(head.hash))):
            return Trouble(expected - 1, "end")
        if head.seq >= expected:
            return Trouble(expected, "missing")
        if head.seq < expected - 1:
            return Trouble(head.seq + 1, "extra")
        return None if bytes(head.hash) == previous else Trouble(head.seq, "end")

    def _digest(self, tenant: int, row: Row, previous: bytes) -> bytes:
        told = [tenant, row.seq, row.at.hex(), row.who, row.what, row.subject, row.reason, previous.hex()]
        return self._keyed("row", told)

    def _seal(self, tenant: int, seq: int, digest: bytes) -> bytes:
        return self._keyed("end", [tenant, seq, digest.hex()])

    def _keyed(self, kind: str, told: list[object]) -> bytes:
        return hmac.digest(self._secret.key("audit"), json.dumps([kind, *told]).encode(), sha256)


def _kept(reason: str) -> str:
    """What both databases give back as it was: PostgreSQL takes no NUL, neither takes half a surrogate pair."""
    return reason[:MOST_REASON].encode("utf-8", "replace").decode().replace("\0", "\ufffd")
