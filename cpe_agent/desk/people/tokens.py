"""API tokens: what another program shows instead of a person (``Authorization: Bearer cpea_...``). Shown once."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from cpe_agent.desk.people import hidden
from cpe_agent.desk.people.names import cleaned
from cpe_agent.desk.people.roles import MAY, Permission, Person, Role
from cpe_agent.desk.records.tables import api_token
from cpe_agent.words import SOURCE

_NOTED_S = 3600


class Token(NamedTuple):
    id: int
    tenant: int
    name: str
    permissions: str | None
    created: float
    seen: float | None
    expires: float | None
    revoked: float | None

    def good(self, now: float) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)

    @property
    def may(self) -> frozenset[Permission]:
        """Never more than the role has today, whatever was granted when it was made."""
        whole = MAY[Role.INTEGRATION]
        if self.permissions is None:
            return whole
        named = self.permissions.split()
        return frozenset(p for p in whole if p in named)

    @property
    def person(self) -> Person:
        return Person(self.id, self.tenant, self.name, Role.INTEGRATION, SOURCE, self.may, program=True)


_COLUMNS = [api_token.c[name] for name in Token._fields]


def add(
    connection: Connection, now: float, tenant: int, name: str, *, permissions: Collection[Permission] | None = None,
    expires: float | None = None, by: int | None = None,
) -> tuple[int, str]:  # fmt: skip
    """The row and the token, which is shown once. Raises BadName; ValueError for what an integration may not do."""
    if permissions is not None and (beyond := set(permissions) - MAY[Role.INTEGRATION]):
        raise ValueError(", ".join(sorted(beyond)))
    word = hidden.new(hidden.TOKEN)
    granted = None if permissions is None else " ".join(sorted(permissions))
    values = {"tenant": tenant, "hash": hidden.hash_of(word, hidden.TOKEN), "name": cleaned(name), "by": by}
    row = insert(api_token).values(**values, permissions=granted, created=now, expires=expires)
    return int(connection.execute(row.returning(api_token.c.id)).scalar_one()), word


def find(connection: Connection, now: float, word: str) -> Token | None:
    """One indexed read. None for what is unknown, revoked or over."""
    digest = hidden.hash_of(word, hidden.TOKEN)
    if digest is None:
        return None
    found = connection.execute(select(*_COLUMNS).where(api_token.c.hash == digest)).one_or_none()
    token = None if found is None else Token._make(found)
    return token if token is not None and token.good(now) else None


def stale(token: Token, now: float) -> bool:
    """Is it time to note that it is in use?"""
    return token.seen is None or now >= token.seen + _NOTED_S


def note_seen(connection: Connection, now: float, number: int) -> None:
    connection.execute(update(api_token).where(api_token.c.id == number).values(seen=now))


def tokens_of(connection: Connection, tenant: int, *, before: int | None = None, limit: int = 50) -> list[Token]:
    """Newest first, the revoked ones too."""
    query = select(*_COLUMNS).where(api_token.c.tenant == tenant)
    if before is not None:
        query = query.where(api_token.c.id < before)
    return [Token._make(row) for row in connection.execute(query.order_by(api_token.c.id.desc()).limit(limit))]


def revoke(connection: Connection, now: float, tenant: int, number: int) -> bool:
    """False where there is none, or none any more."""
    row = (api_token.c.tenant == tenant, api_token.c.id == number, api_token.c.revoked.is_(None))
    return bool(connection.execute(update(api_token).where(*row).values(revoked=now)).rowcount == 1)
