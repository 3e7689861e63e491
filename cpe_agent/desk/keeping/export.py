"""What leaves the desk in bulk: the reports of a tenant as a table, and everything about one customer as JSON (what a
person may ask for by article 15 of the GDPR). Both are read in small pieces while they are written, and both stand in
the audit before the first byte leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select

from cpe_agent.desk.keeping.table import lines
from cpe_agent.desk.records.tables import audit, case_, entry, outcome, ticket
from cpe_agent.steps import when

if TYPE_CHECKING:
    from cpe_agent.desk.archive import Row
    from cpe_agent.desk.desk import Desk

EXPORTED = "exported"
_END = 1 << 62
_PIECE = 200
HEAD = (
    "code", "id", "received", "started", "verdict", "fault", "owner", "acts", "grade", "suspect", "claimed", "agrees",
    "verified", "case", "customer", "bytes",
)  # fmt: skip


def reports_csv(
    desk: Desk, tenant: int, who: str, *, since: float = 0.0, until: float = float("inf"), reason: str = ""
) -> Iterator[str]:
    """Lines, oldest report first. ``customer`` is the desk's own number for him and says nothing elsewhere."""
    _note(desk, tenant, who, "reports", reason)
    rows = (row for row in desk.archive.rows_between(1, _END, tenant=tenant) if since <= row.received < until)
    return lines(HEAD, (_cells(desk, row) for row in rows))


def customer_json(desk: Desk, tenant: int, customer: int, who: str, reason: str) -> Iterator[str] | None:
    """One JSON object, in pieces; None when this tenant has no such customer. Reports stand in it byte for byte."""
    if desk.customers.get(tenant, customer) is None:
        return None
    _note(desk, tenant, who, f"customer:{customer}", reason)
    return _pieces(desk, tenant, customer)


def _note(desk: Desk, tenant: int, who: str, subject: str, reason: str) -> None:
    with desk.records.write() as connection:
        desk.people.audit.note(connection, desk.now(), tenant, who, EXPORTED, subject, reason)


def _cells(desk: Desk, row: Row) -> tuple[object, ...]:
    j = row.judged
    said = (
        (None,) * 8
        if j is None
        else (j.verdict, j.fault, j.owner, j.acts, j.grade, j.suspect, j.claimed, j.agrees)
    )  # fmt: skip
    return (
        desk.locator.code(row.seq), _uuid(row.id), when(row.received), None if j is None else when(j.started), *said,
        row.ticket is not None, row.case, row.customer, row.size,
    )  # fmt: skip


def _pieces(desk: Desk, tenant: int, customer: int) -> Iterator[str]:
    found = desk.customers.get(tenant, customer)
    assert found is not None
    personal = desk.customers.reveal(tenant, customer)
    own = {"id": customer, "language": found.language, "created": when(found.created), **personal._asdict()}
    if found.erased is not None:
        own["erased"] = when(found.erased)
    yield '{"customer": ' + json.dumps(own, ensure_ascii=False)
    for name, rows in _records(desk, tenant, customer).items():
        yield f',\n"{name}": ' + json.dumps(rows, ensure_ascii=False)
    yield ',\n"reports": ['
    between, before = "\n", None
    while True:
        page = desk.archive.of_customer(tenant, customer, before=before, limit=_PIECE)
        for row in page.rows:
            yield between + _report(desk, row)
            between = ",\n"
        before = page.older
        if before is None:
            break
    yield "\n]}\n"


def _report(desk: Desk, row: Row) -> str:
    told = {
        "code": desk.locator.code(row.seq), "id": _uuid(row.id), "received": when(row.received), "case": row.case,
        "verified": row.ticket is not None,
    }  # fmt: skip
    content = desk.content(row)
    # The bytes are JSON: nothing else is ever accepted.
    text = "null" if content is None else content.decode()
    return json.dumps(told, ensure_ascii=False)[:-1] + f', "content": {text}}}'


def _records(desk: Desk, tenant: int, customer: int) -> dict[str, list[dict[str, Any]]]:
    mine = select(case_.c.id).where(case_.c.tenant == tenant, case_.c.customer == customer)
    asked = {
        "cases": _columns(case_, "code", "name", "language", "opened", "closed").where(case_.c.id.in_(mine)),
        "entries": _columns(entry, "at", "kind", "key", "text", "source").where(entry.c.case.in_(mine)),
        "outcomes": _columns(outcome, "at", "named", "found", "judged").where(outcome.c.case.in_(mine)),
        "tickets": _columns(ticket, "created", "expires", "revoked", "note").where(
            ticket.c.tenant == tenant, ticket.c.customer == customer
        ),
        "looked_at": _columns(audit, "at", "what", "reason").where(
            audit.c.tenant == tenant, audit.c.subject == f"customer:{customer}"
        ),
    }
    times = {"opened", "closed", "at", "created", "expires", "revoked"}
    with desk.records.read() as connection:
        return {
            name: [
                {key: when(value) if key in times and value is not None else value for key, value in row.items()}
                for row in connection.execute(query).mappings()
            ]
            for name, query in asked.items()
        }


def _columns(table: Table, *names: str) -> Any:
    return select(*(table.c[name] for name in names))


def _uuid(value: bytes) -> str:
    digits = value.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
