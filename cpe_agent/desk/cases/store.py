"""Cases in the records: opened, found, listed, held by somebody or by nobody. Every question is one tenant's."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_agent.case_code import read_case_code, with_check
from cpe_agent.crockford import ALPHABET
from cpe_agent.desk.card.ledger import LedgerEntry
from cpe_agent.desk.cases import ledger
from cpe_agent.desk.cases.ledger import Entry, Kind, New
from cpe_agent.desk.people.names import cleaned as name_cleaned
from cpe_agent.desk.people.names import folded
from cpe_agent.desk.people.roles import MAY, Permission, Person, Role
from cpe_agent.desk.records.tables import case_, person
from cpe_agent.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_agent.desk.records.store import Records

PAGE = 50
SHOWS = ("mine", "free", "open", "all")
FREE = "free"
_TRIES = 8


class Case(NamedTuple):
    """``code``: eight characters as ``case_code`` writes them. ``customer``, ``opened_by``, ``holder``: row ids;
    ``holder`` None: whoever is free. ``holder_name`` is empty then."""

    id: int
    tenant: int
    code: str
    name: str
    customer: int | None
    language: str | None
    opened: float
    opened_by: int | None
    holder: int | None
    holder_name: str
    closed: float | None


class Page(NamedTuple):
    """Newest first. ``older``: what to ask for next, None at the end."""

    cases: tuple[Case, ...]
    older: int | None


class Beside(NamedTuple):
    """What a card takes from the case. ``language``: the customer's."""

    entries: tuple[LedgerEntry, ...] = ()
    language: str | None = None


class NoSuchCase(LookupError):
    """Not there, or another tenant's: the same for both."""


class CaseClosed(Exception):
    """It must be opened again before anything is added."""


class NotYours(Exception):
    """Somebody else holds it, and this person may not take it from him."""


class BadHolder(ValueError):
    """Nobody of that number works on cases here."""


class Cases:
    def __init__(self, records: Records) -> None:
        self._records = records

    # ------------------------------------------------------------------ opening and finding

    def open(
        self, by: Person, now: float, *, name: str = "", customer: int | None = None, language: str | None = None
    ) -> Case:
        """A new case, held by who opens it. ``name``: the desk's own, may be empty. Raises ``people.names.BadName``."""
        shown = name_cleaned(name) if name.strip() else None
        row = {
            "tenant": by.tenant, "name": shown, "folded": folded(name) if shown else None, "customer": customer,
            "language": language if language in LANGUAGES else None, "opened": now, "opened_by": writer(by),
            "holder": writer(by),
        }  # fmt: skip
        for _ in range(_TRIES):
            code = with_check("".join(secrets.choice(ALPHABET) for _ in range(7)))
            try:
                with self._records.write() as connection:
                    made = connection.execute(insert(case_).values(code=code, **row).returning(case_.c.id)).scalar_one()
                    ledger.add(connection, by.tenant, made, writer(by), now, [New(Kind.OPENED)])
                    return _one(connection, by.tenant, case_.c.id == made)
            except IntegrityError:  # one in 34 thousand million for each case there is
                continue
        raise RuntimeError("no free case code was found")

    def find(self, tenant: int, code: str) -> Case:
        """By its code as a person typed it. Raises ``NoSuchCase``."""
        read = read_case_code(code)
        if read is None:
            raise NoSuchCase
        with self._records.read() as connection:
            return _one(connection, tenant, case_.c.code == read)

    def page(self, by: Person, show: str = "mine", *, before: int | None = None, limit: int = PAGE) -> Page:
        """``show``: one of ``SHOWS``. ``free`` are open cases that nobody holds."""
        with self._records.read() as connection:
            rows = connection.execute(listing(by, show, before, limit + 1)).all()
        cases = tuple(_case(row) for row in rows[:limit])
        return Page(cases, cases[-1].id if len(rows) > limit else None)

    def of_customer(self, tenant: int, customer: int, limit: int = PAGE) -> tuple[Case, ...]:
        """Newest first."""
        query = _cases().where(case_.c.tenant == tenant, case_.c.customer == customer)
        with self._records.read() as connection:
            rows = connection.execute(query.order_by(case_.c.id.desc()).limit(limit)).all()
        return tuple(_case(row) for row in rows)

    # ------------------------------------------------------------------ what happens in it

    def entries(self, case: Case) -> tuple[Entry, ...]:
        with self._records.read() as connection:
            return ledger.entries(connection, case.tenant, case.id)

    def beside(self, tenant: int, code: str | None, received: float) -> Beside:
        """What a case adds to the card of a report that came then; nothing without a case."""
        if code is None:
            return Beside()
        with self._records.read() as connection:
            where = (case_.c.tenant == tenant, case_.c.code == code)
            row = connection.execute(select(case_.c.id, case_.c.language).where(*where)).one_or_none()
            if row is None:
                return Beside()
            return Beside(ledger.for_card(ledger.entries(connection, tenant, row.id), received), row.language)

    def names(self, tenant: int, people: Iterable[int]) -> dict[int, str]:
        """Of people by their rows, those who left too."""
        query = select(person.c.id, person.c.shown).where(person.c.tenant == tenant, person.c.id.in_(set(people)))
        with self._records.read() as connection:
            return {row.id: row.shown for row in connection.execute(query)}

    def add(self, case: Case, by: Person, now: float, new: Iterable[New]) -> None:
        """Raises ``CaseClosed``."""
        with self._records.write() as connection:
            open_now(connection, case)
            ledger.add(connection, case.tenant, case.id, writer(by), now, new)

    def close(self, case: Case, by: Person, now: float) -> None:
        """Does nothing to one that is closed."""
        with self._records.write() as connection:
            if locked(connection, case).closed is None:
                _set(connection, case, closed=now)
                ledger.add(connection, case.tenant, case.id, writer(by), now, [New(Kind.CLOSED)])

    def reopen(self, case: Case, by: Person, now: float) -> None:
        """Who opens it again holds it."""
        with self._records.write() as connection:
            if locked(connection, case).closed is not None:
                _set(connection, case, closed=None, holder=writer(by))
                ledger.add(connection, case.tenant, case.id, writer(by), now, [New(Kind.REOPENED)])

    def set_language(self, case: Case, language: str | None) -> None:
        """The customer's; None when it is not known."""
        with self._records.write() as connection:
            open_now(connection, case)
            _set(connection, case, language=language if language in LANGUAGES else None)

    # ------------------------------------------------------------------ who holds it

    def take(self, case: Case, by: Person, now: float) -> None:
        """A free case, by whoever comes first; a program takes none. Raises ``NotYours`` for one that another holds,
        ``CaseClosed``."""
        with self._records.write() as connection:
            found = open_now(connection, case)
            if by.program or found.holder == by.id:
                return
            if found.holder is not None and not by.may(Permission.TAKE_CASE):
                raise NotYours
            _set(connection, case, holder=by.id)
            ledger.add(connection, case.tenant, case.id, by.id, now, [New(Kind.HANDOVER, str(by.id))])

    def hand_over(self, case: Case, by: Person, now: float, to: int | None, sentence: str) -> None:
        """To a person, or (None) to whoever is free. ``sentence``: what the next one must know beyond the ledger.
        Raises ``NotYours``, ``BadHolder``, ``CaseClosed``, ``ledger.BadEntry``."""
        text = ledger.cleaned(sentence)
        if not 0 < len(text) <= ledger.MOST_TEXT:
            raise ledger.BadEntry("text")
        with self._records.write() as connection:
            found = open_now(connection, case)
            if found.holder not in (writer(by), None) and not by.may(Permission.TAKE_CASE):
                raise NotYours
            if to is not None and to not in {number for number, _ in _holders(connection, case.tenant)}:
                raise BadHolder
            _set(connection, case, holder=to)
            key = FREE if to is None else str(to)
            ledger.add(connection, case.tenant, case.id, writer(by), now, [New(Kind.HANDOVER, key, text)])

    def holders(self, tenant: int) -> tuple[tuple[int, str], ...]:
        """Who may hold a case: row and name, by name."""
        with self._records.read() as connection:
            return _holders(connection, tenant)


def writer(by: Person) -> int | None:
    """The row of ``person`` that stands behind an act; a program has none."""
    return None if by.program else by.id


def listing(by: Person, show: str, before: int | None, limit: int) -> Select[tuple[object, ...]]:
    """The list's question; a test reads how the databases answer it."""
    query = _cases().where(case_.c.tenant == by.tenant)
    few = show in ("mine", "free")
    if before is not None:
        # Open cases of one holder are few and their index gives their order. Which of two equal plans SQLite takes
        # hangs on which index was made first, so the other, through every case by its key, is kept from it.
        query = query.where((case_.c.id + 0 if few else case_.c.id) < before)
    if show != "all":
        query = query.where(case_.c.closed.is_(None))
    order = [case_.c.id.desc()]
    if few:
        query = query.where(case_.c.holder == by.id if show == "mine" else case_.c.holder.is_(None))
        # All of them are open; named in the order, the index of a holder's cases gives the order and nothing is sorted.
        order.insert(0, case_.c.closed.desc())
        if show == "free":
            order.insert(0, case_.c.holder.desc())
    return query.order_by(*order).limit(limit)


_WORKS = tuple(role for role in Role if Permission.WRITE_CASE in MAY[role] and role is not Role.INTEGRATION)


def _holders(connection: Connection, tenant: int) -> tuple[tuple[int, str], ...]:
    query = select(person.c.id, person.c.shown).where(
        person.c.tenant == tenant, person.c.disabled.is_(None), person.c.role.in_(_WORKS)
    )
    return tuple((row.id, row.shown) for row in connection.execute(query.order_by(person.c.shown, person.c.id)))


def _cases() -> Select[tuple[object, ...]]:
    return select(
        case_.c.id, case_.c.tenant, case_.c.code, case_.c.name, case_.c.customer, case_.c.language, case_.c.opened,
        case_.c.opened_by, case_.c.holder, person.c.shown, case_.c.closed,
    ).select_from(case_.outerjoin(person, case_.c.holder == person.c.id))  # fmt: skip


def _case(row: Row[tuple[object, ...]]) -> Case:
    return Case(
        row.id, row.tenant, row.code, row.name or "", row.customer, row.language, row.opened, row.opened_by, row.holder,
        row.shown or "", row.closed,
    )  # fmt: skip


def _one(connection: Connection, tenant: int, which: ColumnElement[bool]) -> Case:
    row = connection.execute(_cases().where(case_.c.tenant == tenant, which)).one_or_none()
    if row is None:
        raise NoSuchCase
    return _case(row)


class Now(NamedTuple):
    holder: int | None
    closed: float | None


def locked(connection: Connection, case: Case) -> Now:
    """As it is in this transaction; the row stays locked until its end. Raises ``NoSuchCase``."""
    query = select(case_.c.holder, case_.c.closed).where(case_.c.id == case.id, case_.c.tenant == case.tenant)
    row = connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise NoSuchCase
    return Now(row.holder, row.closed)


def open_now(connection: Connection, case: Case) -> Now:
    """The same of one that must be open. Raises ``CaseClosed``."""
    found = locked(connection, case)
    if found.closed is not None:
        raise CaseClosed
    return found


def _set(connection: Connection, case: Case, **values: object) -> None:
    connection.execute(update(case_).where(case_.c.id == case.id, case_.c.tenant == case.tenant).values(**values))
