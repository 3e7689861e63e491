"""What an administrator changes, from the pages or the command line: each with its row in the audit, in one
transaction. ``who``: as the audit names the one who does it. What another tenant has does not exist: ``NotFound``."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.desk.people import accounts, invites, tickets, tokens
from cpe_agent.desk.people.roles import PEOPLE, Permission, Person, Role

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cpe_agent.desk.people.accounts import Account
    from cpe_agent.desk.people.people import People


class NotFound(Exception):
    """No such row in this tenant."""


class By(NamedTuple):
    """Who changes something. ``person``: his row, when it is a person."""

    tenant: int
    who: str
    person: int | None = None


def by(person: Person) -> By:
    return By(person.tenant, person.who, None if person.program else person.id)


def invite(people: People, by: By, role: Role) -> str:
    """The word of the link. Raises ValueError for a role that is no person's."""
    if role not in PEOPLE:
        raise ValueError(role)
    now = people.now()
    with people.records.write() as connection:
        number, word = invites.invite_person(connection, now, by.tenant, role, by=by.person)
        people.audit.note(connection, now, by.tenant, by.who, "invited", f"invite:{number}", role)
        return word


def add_person(people: People, by: By, name: str, role: Role, language: str, password: str) -> int:
    """An account at once, without an invitation. Raises Taken, BadName; ValueError for a role that is no person's."""
    if role not in PEOPLE:
        raise ValueError(role)
    hashed = people.passwords.hash(password)
    with people.records.write() as connection:
        added = accounts.add_person(connection, people.now(), by.tenant, name, role, language, hashed)
        people.audit.note(connection, people.now(), by.tenant, by.who, "added", added.person.who, role)
        return added.id


def withdraw(people: People, by: By, number: int) -> None:
    with people.records.write() as connection:
        if not invites.revoke(connection, by.tenant, number):
            raise NotFound
        people.audit.note(connection, people.now(), by.tenant, by.who, "invite-withdrawn", f"invite:{number}")


def reset(people: People, by: By, number: int) -> str:
    """The word of a link to choose a new password with; the old one holds until it is used."""
    now = people.now()
    with people.records.write() as connection:
        account = _account(connection, by, number)
        if account.disabled is not None:
            raise NotFound
        added, word = invites.invite_person(connection, now, by.tenant, account.role, by=by.person, person=account.id)
        people.audit.note(connection, now, by.tenant, by.who, "reset", account.person.who, f"invite:{added}")
        return word


def set_role(people: People, by: By, number: int, role: Role) -> None:
    """Raises LastAdministrator; ValueError for a role that is no person's."""
    if role not in PEOPLE:
        raise ValueError(role)
    with people.records.write() as connection:
        people.audit.hold(connection, by.tenant)
        account = _account(connection, by, number)
        accounts.set_role(connection, account, role)
        said = f"{account.role} -> {role}"
        people.audit.note(connection, people.now(), by.tenant, by.who, "role", account.person.who, said)


def disable(people: People, by: By, number: int) -> None:
    """Raises LastAdministrator."""
    with people.records.write() as connection:
        people.audit.hold(connection, by.tenant)
        account = _account(connection, by, number)
        accounts.disable(connection, people.now(), account)
        people.audit.note(connection, people.now(), by.tenant, by.who, "disabled", account.person.who)


def enable(people: People, by: By, number: int) -> None:
    with people.records.write() as connection:
        account = _account(connection, by, number)
        accounts.enable(connection, account)
        people.audit.note(connection, people.now(), by.tenant, by.who, "enabled", account.person.who)


def add_token(
    people: People, by: By, name: str, permissions: Collection[Permission] | None, expires: float | None
) -> tuple[int, str]:
    """Raises BadName; ValueError for what an integration may not do."""
    now = people.now()
    with people.records.write() as connection:
        number, word = tokens.add(
            connection, now, by.tenant, name, permissions=permissions, expires=expires, by=by.person
        )
        people.audit.note(connection, now, by.tenant, by.who, "token-added", f"token:{number}")
        return number, word


def revoke_token(people: People, by: By, number: int) -> None:
    with people.records.write() as connection:
        if not tokens.revoke(connection, people.now(), by.tenant, number):
            raise NotFound
        people.audit.note(connection, people.now(), by.tenant, by.who, "token-revoked", f"token:{number}")


def add_ticket(
    people: People, by: By, *, expires: float, customer: int | None = None, case: str | None = None,
    note: str | None = None,
) -> tuple[int, str]:  # fmt: skip
    """Raises NotHere (of tickets), BadName."""
    now = people.now()
    with people.records.write() as connection:
        number, word = tickets.add(
            connection, now, by.tenant, expires=expires, customer_id=customer, case=case, note=note, by=by.person
        )
        people.audit.note(connection, now, by.tenant, by.who, "ticket-added", f"ticket:{number}")
        return number, word


def revoke_ticket(people: People, by: By, number: int) -> None:
    with people.records.write() as connection:
        if not tickets.revoke(connection, people.now(), by.tenant, number):
            raise NotFound
        people.audit.note(connection, people.now(), by.tenant, by.who, "ticket-revoked", f"ticket:{number}")


def _account(connection: Connection, by: By, number: int) -> Account:
    found = accounts.by_id(connection, by.tenant, number)
    if found is None:
        raise NotFound
    return found
