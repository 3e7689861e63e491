"""Upload tickets: with one, a report is a tenant's, and it may be a customer's and a case's. Without a customer and a
case it is a general enrolment, as a provider builds it into its program."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from cpe_agent.desk.people import hidden
from cpe_agent.desk.people.names import cleaned
from cpe_agent.desk.records.tables import case_, customer, ticket


class Ticket(NamedTuple):
    id: int
    tenant: int
    customer: int | None
    case: str | None
    note: str | None
    created: float
    expires: float
    revoked: float | None

    def good(self, now: float) -> bool:
        return self.revoked is None and now < self.expires


class NotHere(Exception):
    """This tenant has no such customer or case."""


_COLUMNS = [ticket.c[name] for name in Ticket._fields]


def add(
    connection: Connection, now: float, tenant: int, *, expires: float, customer_id: int | None = None,
    case: str | None = None, note: str | None = None, by: int | None = None,
) -> tuple[int, str]:  # fmt: skip
    """The row and the ticket, which is shown once. Raises NotHere, BadName."""
    if customer_id is not None:
        query = select(customer.c.id).where(customer.c.tenant == tenant, customer.c.id == customer_id)
        if connection.execute(query.where(customer.c.erased.is_(None))).first() is None:
            raise NotHere(customer_id)
    if case is not None:
        whose = select(case_.c.customer).where(case_.c.tenant == tenant, case_.c.code == case)
        found = connection.execute(whose).one_or_none()
        if found is None or (customer_id is not None and found.customer not in (None, customer_id)):
            raise NotHere(case)
        customer_id = customer_id if customer_id is not None else found.customer
    word = hidden.new(hidden.TICKET)
    values = {"tenant": tenant, "hash": hidden.hash_of(word, hidden.TICKET), "customer": customer_id, "case": case}
    said = cleaned(note) if note else None
    row = insert(ticket).values(**values, note=said, by=by, created=now, expires=expires)
    return int(connection.execute(row.returning(ticket.c.id)).scalar_one()), word


def find(connection: Connection, word: str) -> Ticket | None:
    """One indexed read. Whether it is still ``good`` is the caller's to ask, at the time that he has."""
    digest = hidden.hash_of(word, hidden.TICKET)
    if digest is None:
        return None
    found = connection.execute(select(*_COLUMNS).where(ticket.c.hash == digest)).one_or_none()
    return None if found is None else Ticket._make(found)


def tickets_of(connection: Connection, tenant: int, *, before: int | None = None, limit: int = 50) -> list[Ticket]:
    """Newest first, those that are over too."""
    query = select(*_COLUMNS).where(ticket.c.tenant == tenant)
    if before is not None:
        query = query.where(ticket.c.id < before)
    return [Ticket._make(row) for row in connection.execute(query.order_by(ticket.c.id.desc()).limit(limit))]


def revoke(connection: Connection, now: float, tenant: int, number: int) -> bool:
    """False where there is none, or none any more."""
    row = (ticket.c.tenant == tenant, ticket.c.id == number, ticket.c.revoked.is_(None))
    return bool(connection.execute(update(ticket).where(*row).values(revoked=now)).rowcount == 1)
