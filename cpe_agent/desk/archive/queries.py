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
_BOUNDED = "seq < :before ORDER BY"
_BY_CHUNK = f"chunk AS c @cross@ report AS r@by {{index}}@ ON r.chunk = c.n@r=c@ WHERE c.n <= (:before >> {CHUNK})"

# Which rows, by an index alone, and no more than asked for; only then are they fetched. In no order: the caller sorts.
_PICKED = {
    "by_seq": "SELECT seq@month@ FROM report WHERE seq = :seq AND tenant = :tenant",
    "of_case": f"SELECT r.seq@r.month@ FROM {_BY_CHUNK.format(index='report_case')} AND r.tenant = :tenant"
    f' AND r."case" = :key AND r.{_BOUNDED} c.n DESC, r.seq DESC LIMIT :limit',
    "of_customer": f"SELECT r.seq@r.month@ FROM {_BY_CHUNK.format(index='report_customer')} AND r.tenant = :tenant"
    f" AND r.customer = :key AND r.{_BOUNDED} c.n DESC, r.seq DESC LIMIT :limit",
    "newest": "SELECT seq@month@ FROM report@by report_newest@ WHERE tenant = :tenant AND loose = :loose"
    " AND @-@seq @<@ @-@:before ORDER BY @-@seq @down@ LIMIT :limit",
    "newest_of_fault": "SELECT seq@month@ FROM judged@by judged_fault@ WHERE tenant = :tenant AND fault = :fault"
    " AND loose = :loose AND @-@seq @<@ @-@:before ORDER BY @-@seq @down@ LIMIT :limit",
    "matching": "SELECT seq@month@ FROM judged@by judged_match@ WHERE tenant = :tenant AND match = :match"
    " AND received BETWEEN :since AND :until ORDER BY received DESC LIMIT :limit",
    "with_receipt": "SELECT j.seq@j.month@ FROM chunk AS c @cross@ judged AS j@by judged_receipt@"
    " ON j.chunk = c.n@j=c@ WHERE j.receipt = :receipt ORDER BY c.n DESC, j.seq DESC LIMIT 1",
    "unread": "SELECT seq@month@ FROM todo ORDER BY seq LIMIT :limit",
    "unjudged": "SELECT seq@month@ FROM later ORDER BY seq LIMIT :limit",
    "between": "SELECT seq@month@ FROM report WHERE seq BETWEEN :first AND :last ORDER BY seq LIMIT :limit",
    "between_of": "SELECT seq@month@ FROM report@by report_newest@ WHERE tenant = :tenant AND loose = :loose"
    " AND @-@seq @<@= @-@:last AND @-@:first @<@= @-@seq ORDER BY @-@seq @up@ LIMIT :limit",
}  # fmt: skip


def rows_of(picked: str) -> str:
    return (
        f"SELECT {_COLUMNS} FROM ({picked}) AS p @cross@ report AS r ON r.seq = p.seq@r=p@"
        " LEFT JOIN judged AS j ON j.seq = r.seq@j=r@"
    )


QUERIES = {name: rows_of(picked) for name, picked in _PICKED.items()} | {
    "body": "SELECT data FROM body WHERE seq = :seq",
    "erased": "SELECT erased FROM report WHERE seq = :seq",
}

HELD = 'seq, sha, cut, tenant, ticket, customer, "case", attached, erased'


_SQLITE = {"cross": "CROSS JOIN", "<": "<", "down": "DESC", "up": ""}  # CROSS: in this order
# PostgreSQL takes no advice about indexes, and would walk a whole table by its first key in search of a tenant's few
# rows. The index of a list is therefore in the order of -seq, which no other index has.
_POSTGRES = {"cross": "JOIN", "-": "-", "<": ">", "down": "", "up": "DESC"}


def for_sqlite(query: str) -> str:
    """The index is named: after ANALYZE the planner has better ideas, of which some read the whole table."""

    def turned(found: re.Match[str]) -> str:
        word = found[1]
        if word.startswith("by "):
            return f" INDEXED BY {word[3:]}"
        return _SQLITE.get(word, "")

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
        return _POSTGRES.get(word, f", {word}")

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
