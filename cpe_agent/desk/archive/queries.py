"""Every question that is asked of an archive, in SQL that both engines read, and how a record becomes a ``Row``.

A random key (case, customer, receipt) has an index that begins with the *chunk*, ``seq >> 16``: what comes in now goes
into the last chunk's few pages, which are at hand, however many rows lie before. A look-up asks each chunk, the newest
first: one short step down the index for every 65,536 rows. One index over all rows costs an insert one page of its own
for every key, and nine tenths of the rate at ten million rows.

Names are written ``:name``; ``for_postgres`` turns them. ``@name@`` is where the engines differ.
"""

# ruff: noqa: S608 - the pieces are this file's own; every value is a parameter

from __future__ import annotations

import re
from typing import Any

from cpe_agent.desk.archive import Encoding, Judged, Row

CHUNK = 16  # bits

_COLUMNS = (
    'r.seq, r.id, r.sha, r.cut, r.encoding, r.size, r.tenant, r.received, r.ticket, r.customer, r."case", r.kept,'
    " r.attached, j.verdict, j.fault, j.owner, j.acts, j.grade, j.suspect, j.claimed, j.agrees, j.match, j.receipt,"
    " j.started, j.trouble"
)
_ROW = f"SELECT {_COLUMNS} FROM report AS r LEFT JOIN judged AS j ON j.seq = r.seq@j=r@"
_BY_CHUNK = f"SELECT {_COLUMNS} FROM chunk AS c @cross@ report AS r@by {{index}}@ ON (r.seq >> {CHUNK}) = c.n@r=c@"
_NEWEST_CHUNK_FIRST = f"AND r.seq < :before AND c.n <= (:before >> {CHUNK}) ORDER BY c.n DESC, r.seq DESC LIMIT :limit"
_JUDGED = " LEFT JOIN judged AS j ON j.seq = r.seq@j=r@"
_WAITING = (
    f"SELECT {_COLUMNS} FROM {{queue}} AS t @cross@ report AS r ON r.seq = t.seq@r=t@{_JUDGED}"
    " ORDER BY t.seq LIMIT :limit"
)

QUERIES = {
    "by_seq": f"{_ROW} WHERE r.seq = :seq AND r.tenant = :tenant",
    "of_case": _BY_CHUNK.format(index="report_case") + _JUDGED
    + f' WHERE r.tenant = :tenant AND r."case" = :key {_NEWEST_CHUNK_FIRST}',
    "of_customer": _BY_CHUNK.format(index="report_customer") + _JUDGED
    + f" WHERE r.tenant = :tenant AND r.customer = :key {_NEWEST_CHUNK_FIRST}",
    "newest": f"{_ROW} WHERE r.tenant = :tenant AND r.loose = :loose AND r.seq < :before"
    " ORDER BY r.seq DESC LIMIT :limit",
    "newest_of_fault": f"SELECT {_COLUMNS} FROM judged AS j@by judged_fault@ @cross@ report AS r ON r.seq = j.seq@r=j@"
    " WHERE j.tenant = :tenant AND j.fault = :fault AND j.loose = :loose AND j.seq < :before"
    " ORDER BY j.seq DESC LIMIT :limit",
    "matching": f"SELECT {_COLUMNS} FROM judged AS j@by judged_match@ @cross@ report AS r ON r.seq = j.seq@r=j@"
    " WHERE j.tenant = :tenant AND j.match = :match AND j.received BETWEEN :since AND :until"
    " ORDER BY j.received DESC LIMIT :limit",
    "with_receipt": f"SELECT {_COLUMNS} FROM chunk AS c @cross@ judged AS j@by judged_receipt@"
    f" ON (j.seq >> {CHUNK}) = c.n@j=c@ @cross@ report AS r ON r.seq = j.seq@r=j@ WHERE j.receipt = :receipt"
    " ORDER BY c.n DESC, j.seq DESC LIMIT 1",
    "unread": _WAITING.format(queue="todo"),
    "unjudged": _WAITING.format(queue="later"),
    "between": f"{_ROW} WHERE r.seq BETWEEN :first AND :last ORDER BY r.seq LIMIT :limit",
    "between_of": f"{_ROW} WHERE r.tenant = :tenant AND r.loose = :loose AND r.seq BETWEEN :first AND :last"
    " ORDER BY r.seq LIMIT :limit",
    "body": "SELECT b.data FROM body AS b WHERE b.seq = :seq",
    "erased": "SELECT r.erased FROM report AS r WHERE r.seq = :seq",
}  # fmt: skip

HELD = 'seq, sha, cut, tenant, ticket, customer, "case", attached, erased'

_SQLITE = {"cross": "CROSS JOIN"}  # CROSS: in this order
_POSTGRES = {"cross": "JOIN"}


def for_sqlite(query: str) -> str:
    """The index is named: after ANALYZE the planner has better ideas, of which some read the whole table."""

    def turned(found: re.Match[str]) -> str:
        word = found[1]
        if word.startswith("by "):
            return f" INDEXED BY {word[3:]}"
        return "" if "=" in word else _SQLITE[word]

    return re.sub("@([^@]+)@", turned, query)


def for_postgres(query: str) -> str:
    """Rows that belong together lie in partitions of the same month."""

    def turned(found: re.Match[str]) -> str:
        word = found[1]
        if word.startswith("by "):
            return ""
        if "=" in word:
            left, right = word.split("=")
            return f" AND {left}.month = {right}.month"
        return _POSTGRES[word]

    return re.sub(r":(\w+)", r"%(\1)s", re.sub("@([^@]+)@", turned, query))


def row_of(record: tuple[Any, ...]) -> Row:
    (seq, report_id, sha, cut, encoding, size, tenant, received, ticket, customer, case, kept, attached, verdict,
     *found) = record  # fmt: skip
    judged = None
    if verdict is not None:
        fault, owner, acts, grade, suspect, claimed, agrees, match, receipt, started, trouble = found
        sure = None if agrees is None else bool(agrees)
        judged = Judged(
            seq, verdict, fault, owner, acts, grade, suspect, claimed, sure, match, receipt, started, trouble
        )  # fmt: skip
    return Row(
        seq, bytes(report_id), bytes(sha), bool(cut), Encoding(encoding), size, tenant, received, ticket, customer,
        case, kept, judged, bool(attached),
    )  # fmt: skip
