"""The rows of people: who there is, what role, whether still here. Sessions end where rights change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_agent.desk.people.names import cleaned, folded
from cpe_agent.desk.people.roles import MAY, Person, Role
from cpe_agent.desk.records.tables import person, session


class Account(NamedTuple):
    id: int
    tenant: int
    name: str
    shown: str
    role: Role
    language: str
    password: str | None
    seen: float | None
    disabled: float | None

    @property
    def person(self) -> Person:
        return Person(self.id, self.tenant, self.shown, self.role, self.language, MAY[self.role])


class Taken(Exception):
    """Somebody has this name."""


class LastAdministrator(Exception):
    """Nobody would be left who could let people in."""


_COLUMNS = [person.c[name] for name in Account._fields]


def _account(row: Iterable[Any]) -> Account:
    found = Account._make(row)
    return found._replace(role=Role(found.role))


def add_person(
    connection: Connection, now: float, tenant: int, name: str, role: Role, language: str, password: str | None
) -> Account:
    """Raises Taken, BadName."""
    if by_name(connection, name) is not None:
        raise Taken(name)
    values = {"tenant": tenant, "name": folded(name), "shown": cleaned(name), "role": role, "language": language}
    row = insert(person).values(**values, password=password, created=now).returning(*_COLUMNS)
    try:
        return _account(connection.execute(row).one())
    except IntegrityError as other:  # who joined between the look and the insert
        raise Taken(name) from other


def by_name(connection: Connection, name: str) -> Account | None:
    """Of any tenant: a name is one person's in the whole desk. Raises BadName."""
    found = connection.execute(select(*_COLUMNS).where(person.c.name == folded(name))).one_or_none()
    return None if found is None else _account(found)


def by_id(connection: Connection, tenant: int, number: int) -> Account | None:
    query = select(*_COLUMNS).where(person.c.tenant == tenant, person.c.id == number)
    found = connection.execute(query).one_or_none()
    return None if found is None else _account(found)


def people_of(connection: Connection, tenant: int, *, before: int | None = None, limit: int = 50) -> list[Account]:
    """Newest first."""
    query = select(*_COLUMNS).where(person.c.tenant == tenant)
    if before is not None:
        query = query.where(person.c.id < before)
    return [_account(row) for row in connection.execute(query.order_by(person.c.id.desc()).limit(limit))]


def names_of(connection: Connection, tenant: int, told: Iterable[str]) -> dict[str, str]:
    """``person:7`` as the audit has it, to ``Dana (7)``; what names no person of this tenant is left out."""
    numbers = [int(one[7:]) for one in told if one.startswith("person:") and one[7:].isdecimal()]
    query = select(person.c.id, person.c.shown).where(person.c.tenant == tenant, person.c.id.in_(numbers))
    return {f"person:{row.id}": f"{row.shown} ({row.id})" for row in connection.execute(query)}


def administrators(connection: Connection, tenant: int | None = None) -> int:
    """How many there are who can still come in."""
    query = select(func.count()).where(person.c.role == Role.ADMINISTRATOR, person.c.disabled.is_(None))
    if tenant is not None:
        query = query.where(person.c.tenant == tenant)
    return int(connection.execute(query).scalar_one())


def set_role(connection: Connection, account: Account, role: Role) -> None:
    """Raises LastAdministrator. The caller holds the tenant's chain, so that two do not go at once."""
    if role is not Role.ADMINISTRATOR:
        _keep_one(connection, account)
    connection.execute(update(person).where(person.c.id == account.id).values(role=role))
    end_sessions(connection, account.id)


def disable(connection: Connection, now: float, account: Account) -> None:
    """Raises LastAdministrator. The caller holds the tenant's chain."""
    _keep_one(connection, account)
    connection.execute(update(person).where(person.c.id == account.id).values(disabled=now))
    end_sessions(connection, account.id)


def enable(connection: Connection, account: Account) -> None:
    connection.execute(update(person).where(person.c.id == account.id).values(disabled=None))


def set_password(connection: Connection, number: int, hashed: str | None) -> None:
    connection.execute(update(person).where(person.c.id == number).values(password=hashed))
    end_sessions(connection, number)


def set_language(connection: Connection, number: int, language: str) -> None:
    connection.execute(update(person).where(person.c.id == number).values(language=language))


def end_sessions(connection: Connection, number: int) -> None:
    connection.execute(delete(session).where(session.c.person == number))


def _keep_one(connection: Connection, account: Account) -> None:
    counts = account.role is Role.ADMINISTRATOR and account.disabled is None
    if counts and administrators(connection, account.tenant) <= 1:
        raise LastAdministrator
