"""What has been kept long enough goes: contents after 90 days, what was found after 13 months."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update

from cpe_agent.desk.archive import month_of
from cpe_agent.desk.keeping.erasing import erase_customer
from cpe_agent.desk.records.tables import case_, customer, delivery, entry, feed, ticket

if TYPE_CHECKING:
    from cpe_agent.desk.desk import Desk

DAY = 86400.0
BODY_DAYS = 90
MONTHS = 13  # whole ones, besides the one that is on
FEED_DAYS = 7  # a page that was away for longer is loaded anew
_MONTH_DAYS = 31
_PIECE = 500


class Purged(NamedTuple):
    """``bodies``: contents of reports. ``months``: parts of the archive that were dropped whole. ``keys``: of months,
    destroyed, so that contents in old backups end too. ``sessions``: with invitations. ``notes``: texts of cases.
    ``customers``: erased, because nothing here has been theirs for so long."""

    bodies: int
    months: int
    keys: int
    sessions: int
    notes: int
    customers: int


def purge(desk: Desk, *, body_days: int = BODY_DAYS, months: int = MONTHS) -> Purged:
    """May run beside the desk, and again at any time."""
    now = desk.now()
    oldest_body, oldest = now - body_days * DAY, now - months * _MONTH_DAYS * DAY
    bodies = desk.archive.purge_bodies(oldest_body)
    keys = desk.vault.erase_months(oldest_body, now)
    dropped = desk.archive.purge(month_of(now) - months)
    sessions = desk.people.purge()
    notes = _notes(desk, oldest)
    with desk.records.write() as connection:
        connection.execute(delete(feed).where(feed.c.at < now - FEED_DAYS * DAY))
        connection.execute(delete(delivery).where(delivery.c.done < oldest_body))
    return Purged(bodies, dropped, keys, sessions, notes, _customers(desk, oldest, now))


def _notes(desk: Desk, before: float) -> int:
    """Free text and the desk's own names, of cases that ended (or, never closed, began) before that time."""
    old = func.coalesce(case_.c.closed, case_.c.opened) < before
    texts = update(entry).where(entry.c.text.is_not(None), entry.c.case.in_(select(case_.c.id).where(old)))
    with desk.records.write() as connection:
        count = connection.execute(texts.values(text=None)).rowcount
        connection.execute(update(case_).where(old, case_.c.name.is_not(None)).values(name=None, folded=None))
    return count


def _customers(desk: Desk, before: float, now: float) -> int:
    """Who came before that time and has had no case, no ticket and no report since."""
    count, after = 0, 0
    while True:
        asked = (
            select(customer.c.id, customer.c.tenant)
            .where(customer.c.id > after, customer.c.created < before, customer.c.erased.is_(None))
            .where(_no_case(before), _no_ticket(now))
            .order_by(customer.c.id)
            .limit(_PIECE)
        )
        with desk.records.read() as connection:
            rows = connection.execute(asked).all()
        for number, tenant in rows:
            if not desk.archive.of_customer(tenant, number, limit=1).rows:
                count += erase_customer(desk, tenant, number, "command", "kept long enough")
        if len(rows) < _PIECE:
            return count
        after = rows[-1].id


def _no_case(before: float) -> ColumnElement[bool]:
    of_them = case_.c.tenant == customer.c.tenant, case_.c.customer == customer.c.id
    since = or_(case_.c.opened >= before, case_.c.closed >= before)
    return ~exists().where(*of_them, since)


def _no_ticket(now: float) -> ColumnElement[bool]:
    return ~exists().where(ticket.c.customer == customer.c.id, ticket.c.revoked.is_(None), ticket.c.expires > now)
