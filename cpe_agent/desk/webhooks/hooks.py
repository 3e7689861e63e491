"""Who wants to know what, and what became of each message."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, insert, select, update

from cpe_agent.desk.people.managing import By, NotFound
from cpe_agent.desk.people.names import cleaned
from cpe_agent.desk.records.tables import delivery, webhook
from cpe_agent.desk.webhooks import arrivals
from cpe_agent.desk.webhooks.outbox import EVENTS, Event
from cpe_agent.desk.webhooks.signing import new_secret, written
from cpe_agent.desk.webhooks.targets import target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from cpe_agent.desk.archive import Archive
    from cpe_agent.desk.people.people import People
    from cpe_agent.desk.secret import Secret

MOST_URL = 500
MOST_HOOKS = 20  # of a tenant


class Hook(NamedTuple):
    id: int
    tenant: int
    name: str
    url: str
    events: str
    created: float
    disabled: float | None


class Delivery(NamedTuple):
    """``due``: when it is tried next, None when it is not any more. ``status``: of the last answer, None without one.
    ``done``: when it was taken."""

    id: int
    event: str
    created: float
    due: float | None
    tries: int
    status: int | None
    done: float | None


class TooMany(Exception):
    """A tenant has ``MOST_HOOKS``."""


_COLUMNS = [webhook.c[name] for name in Hook._fields]


def add(
    people: People, archive: Archive, secret: Secret, by: By, name: str, url: str, events: Collection[str],
    listed: Sequence[str],
) -> tuple[int, str]:  # fmt: skip
    """The row, and the secret that its receiver checks signatures with, shown once. Raises NotAllowed (of targets),
    BadName, ValueError for what is no event, TooMany."""
    url = url.strip()
    if len(url) > MOST_URL or not events or not set(events) <= set(EVENTS):
        raise ValueError("events")
    target(url, listed)
    shown, key, now = cleaned(name), new_secret(), people.now()
    last = archive.statistics().last
    with people.records.write() as connection:
        people.audit.hold(connection, by.tenant)
        there = select(func.count()).where(webhook.c.tenant == by.tenant, webhook.c.disabled.is_(None))
        if connection.execute(there).scalar_one() >= MOST_HOOKS:
            raise TooMany
        if Event.REPORT_STORED in events:
            arrivals.begin(connection, last)
        values = {"tenant": by.tenant, "name": shown, "url": url, "events": " ".join(sorted(events)), "by": by.person}
        sealed = seal(secret, by.tenant, key)
        row = insert(webhook).values(**values, secret_sealed=sealed, created=now).returning(webhook.c.id)
        number = int(connection.execute(row).scalar_one())
        people.audit.note(connection, now, by.tenant, by.who, "webhook-added", f"webhook:{number}")
    return number, written(key)


def disable(people: People, by: By, number: int) -> None:
    """What waits for it is not sent any more. Raises NotFound."""
    with people.records.write() as connection:
        row = (webhook.c.tenant == by.tenant, webhook.c.id == number, webhook.c.disabled.is_(None))
        if connection.execute(update(webhook).where(*row).values(disabled=people.now())).rowcount != 1:
            raise NotFound
        forget(connection, number)
        people.audit.note(connection, people.now(), by.tenant, by.who, "webhook-disabled", f"webhook:{number}")


def forget(connection: Connection, number: int) -> None:
    connection.execute(
        update(delivery).where(delivery.c.webhook == number, delivery.c.due.is_not(None)).values(due=None)
    )


def hooks_of(connection: Connection, tenant: int) -> list[Hook]:
    """Newest first, the disabled ones too; the newest hundred."""
    query = select(*_COLUMNS).where(webhook.c.tenant == tenant).order_by(webhook.c.id.desc()).limit(100)
    return [Hook._make(row) for row in connection.execute(query)]


def hook(connection: Connection, tenant: int, number: int) -> Hook:
    """Raises NotFound."""
    row = connection.execute(select(*_COLUMNS).where(webhook.c.tenant == tenant, webhook.c.id == number)).one_or_none()
    if row is None:
        raise NotFound
    return Hook._make(row)


def deliveries(connection: Connection, number: int, *, before: int | None = None, limit: int = 50) -> list[Delivery]:
    """Newest first."""
    query = select(*(delivery.c[name] for name in Delivery._fields)).where(delivery.c.webhook == number)
    if before is not None:
        query = query.where(delivery.c.id < before)
    return [Delivery(*row) for row in connection.execute(query.order_by(delivery.c.id.desc()).limit(limit))]


def again(people: People, by: By, number: int) -> int:
    """Sends a message once more, now; gives its hook. Raises NotFound."""
    with people.records.write() as connection:
        whose = (
            select(webhook.c.id)
            .select_from(delivery.join(webhook, delivery.c.webhook == webhook.c.id))
            .where(delivery.c.id == number, webhook.c.tenant == by.tenant, webhook.c.disabled.is_(None))
        )
        found = connection.execute(whose).scalar()
        if found is None:
            raise NotFound
        anew = update(delivery).where(delivery.c.id == number)
        connection.execute(anew.values(due=people.now(), done=None, tries=0))
        people.audit.note(connection, people.now(), by.tenant, by.who, "webhook-again", f"delivery:{number}")
        return int(found)


def seal(secret: Secret, tenant: int, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    return nonce + AESGCM(secret.key("webhook")).encrypt(nonce, key, str(tenant).encode())


def opened(secret: Secret, tenant: int, sealed: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(secret.key("webhook")).decrypt(sealed[:12], sealed[12:], str(tenant).encode())
