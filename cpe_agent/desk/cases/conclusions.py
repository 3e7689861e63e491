"""What a representative concludes, kept in the ledger; and the list of what was concluded against the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from cpe_agent.desk.cases import ledger
from cpe_agent.desk.cases.ledger import BadEntry, Kind, New
from cpe_agent.desk.cases.store import PAGE, open_now, writer
from cpe_agent.desk.records.tables import case_, entry, person

if TYPE_CHECKING:
    from cpe_agent.desk.cases.against import Conclusion, Objection
    from cpe_agent.desk.cases.store import Case
    from cpe_agent.desk.people.roles import Person
    from cpe_agent.desk.records.store import Records


class ReasonWanted(Exception):
    """The evidence speaks against it: it is taken with a reason."""


class Contradiction(NamedTuple):
    """``against``: what spoke against it, (kind of ``Objection``, its fault or "")."""

    id: int
    at: float
    by: str
    case: str
    concluded: str
    against: tuple[tuple[str, str], ...]
    reason: str


class Page(NamedTuple):
    """Newest first. ``older``: what to ask for next, None at the end."""

    lines: tuple[Contradiction, ...]
    older: int | None


def conclude(
    records: Records,
    case: Case,
    by: Person,
    now: float,
    concluded: Conclusion,
    against: tuple[Objection, ...],
    reason: str,
    report: bytes | None,
) -> None:
    """Into the ledger, with the reason where something speaks against it; ``report``: the id of the one that does.
    Raises ``ReasonWanted``, ``BadEntry`` for one that is too long, ``CaseClosed``."""
    why = ledger.cleaned(reason)
    if against and not why:
        raise ReasonWanted
    if len(why) > ledger.MOST_TEXT:
        raise BadEntry("text")
    new = [New(Kind.CONCLUSION, concluded.what, "" if against else why, None, report)]
    if concluded.technician:
        new.append(New(Kind.TECHNICIAN))
    if against:
        new.append(New(Kind.CONTRADICTION, noted(against), why, None, report))
    with records.write() as connection:
        open_now(connection, case)
        ledger.add(connection, case.tenant, case.id, writer(by), now, new)


def noted(against: tuple[Objection, ...]) -> str:
    """The objections as one key of the ledger."""
    return " ".join(f"{o.kind}={o.fault}" if o.fault else o.kind for o in against)


def read(key: str) -> tuple[tuple[str, str], ...]:
    """What ``noted`` wrote."""
    pairs = (word.partition("=") for word in key.split())
    return tuple((kind, fault) for kind, _, fault in pairs)


def against_the_evidence(records: Records, tenant: int, *, before: int | None = None, limit: int = PAGE) -> Page:
    """Every conclusion of a tenant that the evidence spoke against."""
    other = entry.alias("concluded")
    concluded = (
        select(other.c.key)
        .where(other.c.case == entry.c.case, other.c.id < entry.c.id, other.c.kind == Kind.CONCLUSION)
        .order_by(other.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(entry.c.id, entry.c.at, person.c.shown, case_.c.code, concluded.label("what"), entry.c.key, entry.c.text)
        .select_from(entry.join(case_, entry.c.case == case_.c.id).outerjoin(person, entry.c.by == person.c.id))
        .where(entry.c.tenant == tenant, entry.c.kind == Kind.CONTRADICTION)
    )
    if before is not None:
        query = query.where(entry.c.id < before)
    with records.read() as connection:
        rows = connection.execute(query.order_by(entry.c.id.desc()).limit(limit + 1)).all()
    lines = tuple(
        Contradiction(r.id, r.at, r.shown or "", r.code, r.what or "", read(r.key or ""), r.text or "") for r in rows
    )
    return Page(lines[:limit], lines[limit - 1].id if len(lines) > limit else None)
