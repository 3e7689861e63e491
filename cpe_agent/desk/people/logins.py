"""Sessions, kept by the desk: the browser holds a random word, the desk its hash. Thirty minutes without a request end
one, twelve hours end every one (OWASP ASVS 5.0, 7.3)."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, or_, select, update

from cpe_agent.desk.people import hidden
from cpe_agent.desk.people.accounts import Account
from cpe_agent.desk.people.roles import MAY, Person, Role
from cpe_agent.desk.records.tables import person, session

IDLE_S = 30 * 60
WHOLE_S = 12 * 3600
CONFIRMED_S = 5 * 60  # how long a password given again counts for what needs it
_NOTED_S = 60  # ``seen`` is written once a minute at most: a click is no write


class Session(NamedTuple):
    """``hash``: the row. ``person``: whose, with the rights of this moment."""

    hash: bytes
    person: Person
    seen: float
    confirmed: float
    expires: float

    def fresh(self, now: float) -> bool:
        return self.confirmed <= now < self.confirmed + CONFIRMED_S

    def stale(self, now: float) -> bool:
        """Is it time to note that the person is still there?"""
        return now >= self.seen + _NOTED_S


def start(
    connection: Connection, now: float, account: Account, *, instead_of: bytes | None = None,
    proven: float | None = None,
) -> str:  # fmt: skip
    """A new session's word. The one that the browser had before is ended: nobody keeps a word that was known before
    the login. ``proven``: when the person proved who it is, if not now."""
    if instead_of is not None:
        end(connection, instead_of)
    word = hidden.new(hidden.SESSION)
    row = {"hash": hidden.hash_of(word, hidden.SESSION), "person": account.id, "created": now, "seen": now}
    confirmed = now if proven is None else min(proven, now)
    connection.execute(insert(session).values(**row, confirmed=confirmed, expires=now + WHOLE_S))
    connection.execute(update(person).where(person.c.id == account.id).values(seen=now))
    return word


def find(connection: Connection, now: float, word: str) -> Session | None:
    """One indexed read. None for what is unknown or over, and for a person who was sent away."""
    digest = hidden.hash_of(word, hidden.SESSION)
    if digest is None:
        return None
    columns = (session.c.seen, session.c.confirmed, session.c.expires)
    of = (person.c.id, person.c.tenant, person.c.shown, person.c.role, person.c.language)
    found = connection.execute(
        select(*columns, *of)
        .join(person, person.c.id == session.c.person)
        .where(session.c.hash == digest, person.c.disabled.is_(None))
    ).one_or_none()
    if found is None or now >= found.expires or now >= found.seen + IDLE_S:
        return None
    role = Role(found.role)
    whose = Person(found.id, found.tenant, found.shown, role, found.language, MAY[role])
    return Session(digest, whose, found.seen, found.confirmed, found.expires)


def note_seen(connection: Connection, now: float, digest: bytes) -> None:
    connection.execute(update(session).where(session.c.hash == digest).values(seen=now))


def confirm(connection: Connection, now: float, digest: bytes) -> None:
    connection.execute(update(session).where(session.c.hash == digest).values(confirmed=now, seen=now))


def end(connection: Connection, digest: bytes) -> None:
    connection.execute(delete(session).where(session.c.hash == digest))


def purge(connection: Connection, now: float) -> int:
    """Those that are over. Gives how many."""
    over = delete(session).where(or_(session.c.expires <= now, session.c.seen <= now - IDLE_S))
    return int(connection.execute(over).rowcount)


def form_word(key: bytes, digest: bytes) -> str:
    """What a form of this session carries, so that no other site can send one: bound to the session, kept nowhere."""
    return hmac.digest(key, b"form " + digest, sha256).hex()
