"""The companies that share a desk; most desks have one. What belongs to one does not exist for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from cpe_agent.desk.people.names import cleaned
from cpe_agent.desk.records.tables import tenant

if TYPE_CHECKING:
    from cpe_agent.desk.people.audit import Audit

FIRST = "main"


def tenant_named(connection: Connection, name: str) -> int | None:
    found: int | None = connection.execute(select(tenant.c.id).where(tenant.c.name == cleaned(name))).scalar()
    return found


def add_tenant(connection: Connection, audit: Audit, now: float, name: str, region: str = "IL") -> int:
    """``region``: whose telephone numbers its people type, two letters of ISO 3166."""
    row = insert(tenant).values(name=cleaned(name), region=region, created=now).returning(tenant.c.id)
    added = int(connection.execute(row).scalar_one())
    audit.begin(connection, added)
    return added


def first_tenant(connection: Connection, audit: Audit, now: float) -> int:
    """The tenant that is there from the start: whose the reports without a ticket are. Made when there is none."""
    found = connection.execute(select(tenant.c.id).order_by(tenant.c.id).limit(1)).scalar()
    return int(found) if found is not None else add_tenant(connection, audit, now, FIRST)
