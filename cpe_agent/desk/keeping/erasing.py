"""Erasing a customer, whole; and finishing what was begun, or what a restored older copy brought back.

First the key is destroyed: from then on nothing of his opens, here and in every backup. The rest clears away what is
left: bodies, hashes, notes about him, his tickets. It may be repeated at any time. What stays of a report is what it
found (fault, segment, time), tied to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Connection, or_, select, update

from cpe_agent.desk.records.tables import case_, customer, entry, ticket
from cpe_agent.desk.vault import Damaged

if TYPE_CHECKING:
    from cpe_agent.desk.archive import Row
    from cpe_agent.desk.desk import Desk

ERASED = "erased"
_PIECE = 500
_PERSONAL = ("number_hash", "number_sealed", "phone_hash", "phone_sealed", "name_sealed")


def erase_customer(desk: Desk, tenant: int, number: int, who: str, reason: str) -> bool:
    """False: this tenant has no such customer. ``who`` and ``reason`` are for the audit."""
    if desk.customers.get(tenant, number) is None:
        return False
    now = desk.now()
    # By their ids too: one that was given to him later lies in older backups under its month's key, with others.
    desk.vault.erase_reports(tenant, [row.id for row in _reports(desk, tenant, number)], now)
    desk.vault.erase_customer(tenant, number, now)
    desk.archive.erase(tenant, customer=number)
    with desk.records.write() as connection:
        _forget(connection, tenant, number, now)
        desk.people.audit.note(connection, now, tenant, who, ERASED, f"customer:{number}", reason)
    return True


def erase_report(desk: Desk, tenant: int, seq: int, who: str, reason: str) -> bool:
    """One report, whosever it is: its body goes, in the backups too (by the list of what was erased)."""
    row = desk.archive.by_seq(tenant, seq)
    if row is None:
        return False
    desk.vault.erase_reports(tenant, [row.id], desk.now())
    desk.archive.erase(tenant, seqs=[seq])
    with desk.records.write() as connection:
        desk.people.audit.note(connection, desk.now(), tenant, who, ERASED, f"report:{seq}", reason)
    return True


def finish_customers(desk: Desk) -> int:
    """Erase those whose sealed values have lost their key: a restored copy brought them back, or a power cut came in
    between. How many there were."""
    sealed = [customer.c[name] for name in _PERSONAL if name.endswith("_sealed")]
    count, after = 0, 0
    while True:
        asked = (
            select(customer.c.id, customer.c.tenant, *sealed)
            .where(customer.c.id > after, customer.c.erased.is_(None), or_(*(c.is_not(None) for c in sealed)))
            .order_by(customer.c.id)
            .limit(_PIECE)
        )
        with desk.records.read() as connection:
            rows = connection.execute(asked).all()
        for number, tenant, *values in rows:
            if any(_erased(desk, value) for value in values if value is not None):
                count += erase_customer(desk, tenant, number, "command", "on the list of erasures")
        if len(rows) < _PIECE:
            return count
        after = rows[-1].id


def _reports(desk: Desk, tenant: int, number: int) -> Iterator[Row]:
    before: int | None = None
    while True:
        page = desk.archive.of_customer(tenant, number, before=before, limit=_PIECE)
        yield from page.rows
        before = page.older
        if before is None:
            return


def _erased(desk: Desk, sealed: bytes) -> bool:
    try:
        return desk.vault.erased(sealed)
    except Damaged:
        return False


def _forget(connection: Connection, tenant: int, number: int, now: float) -> None:
    """Everything in the records that says who he is, and his tickets, so that nothing more of his comes in."""
    mine = (customer.c.tenant == tenant, customer.c.id == number)
    connection.execute(update(customer).where(*mine).values({**dict.fromkeys(_PERSONAL), "erased": now}))
    his = select(case_.c.id).where(case_.c.tenant == tenant, case_.c.customer == number)
    codes = select(case_.c.code).where(case_.c.tenant == tenant, case_.c.customer == number)
    connection.execute(update(entry).where(entry.c.case.in_(his)).values(text=None))
    connection.execute(
        update(case_).where(case_.c.tenant == tenant, case_.c.customer == number).values(name=None, folded=None)
    )
    connection.execute(
        update(ticket)
        .where(or_(ticket.c.customer == number, ticket.c.case.in_(codes)), ticket.c.revoked.is_(None))
        .values(revoked=now)
    )
