"""Links that let a person in once: a new one chooses a name and a password, one that lost the password a new one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from cpe_agent.desk.people import hidden
from cpe_agent.desk.people.roles import Role
from cpe_agent.desk.records.tables import invite

LASTS_S = 3 * 86400


class Invite(NamedTuple):
    id: int
    tenant: int
    role: Role
    person: int | None
    created: float
    expires: float


_COLUMNS = [invite.c[name] for name in Invite._fields]


def _invite(row: Iterable[Any]) -> Invite:
    found = Invite._make(row)
    return found._replace(role=Role(found.role))


def invite_person(
    connection: Connection, now: float, tenant: int, role: Role, *, by: int | None = None, person: int | None = None
) -> tuple[int, str]:
    """The row and the word of the link, which is shown once. ``person``: who is to choose a new password; older links
    of the same person end."""
    if person is not None:
        connection.execute(delete(invite).where(invite.c.person == person, invite.c.used.is_(None)))
    word = hidden.new(hidden.INVITE)
    values = {"tenant": tenant, "hash": hidden.hash_of(word, hidden.INVITE), "role": role, "person": person, "by": by}
    row = insert(invite).values(**values, created=now, expires=now + LASTS_S).returning(invite.c.id)
    return int(connection.execute(row).scalar_one()), word


def find(connection: Connection, now: float, word: str) -> Invite | None:
    """None for what is unknown, over or used."""
    digest = hidden.hash_of(word, hidden.INVITE)
    if digest is None:
        return None
    good = (invite.c.hash == digest, invite.c.used.is_(None), invite.c.expires > now)
    found = connection.execute(select(*_COLUMNS).where(*good)).one_or_none()
    return None if found is None else _invite(found)


def use(connection: Connection, now: float, found: Invite) -> bool:
    """False when somebody was quicker."""
    once = update(invite).where(invite.c.id == found.id, invite.c.used.is_(None)).values(used=now)
    return bool(connection.execute(once).rowcount == 1)


def open_of(connection: Connection, now: float, tenant: int, *, limit: int = 50) -> list[Invite]:
    """Those that still let somebody in, newest first."""
    query = select(*_COLUMNS).where(invite.c.tenant == tenant, invite.c.used.is_(None), invite.c.expires > now)
    return [_invite(row) for row in connection.execute(query.order_by(invite.c.id.desc()).limit(limit))]


def revoke(connection: Connection, tenant: int, number: int) -> bool:
    gone = delete(invite).where(invite.c.tenant == tenant, invite.c.id == number, invite.c.used.is_(None))
    return bool(connection.execute(gone).rowcount == 1)


def revoke_first(connection: Connection, tenant: int) -> None:
    """The links for an administrator that the desk itself gave out."""
    connection.execute(
        delete(invite).where(
            invite.c.tenant == tenant, invite.c.by.is_(None), invite.c.person.is_(None), invite.c.used.is_(None),
            invite.c.role == Role.ADMINISTRATOR,
        )
    )  # fmt: skip


def purge(connection: Connection, now: float) -> int:
    return int(connection.execute(delete(invite).where(invite.c.expires <= now)).rowcount)
