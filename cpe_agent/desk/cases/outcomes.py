"""What the technician found, and how often the program was right by that: each fault's precision at this desk."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, insert, select, update

from cpe_agent.deliver.receipt import CUSTOMERS_SIDE
from cpe_agent.desk.cases import ledger
from cpe_agent.desk.cases.against import OWNERS, owner_of
from cpe_agent.desk.cases.ledger import Kind, New
from cpe_agent.desk.cases.store import locked, writer
from cpe_agent.desk.records.tables import outcome
from cpe_agent.diagnose.catalogue import BY_CODE

if TYPE_CHECKING:
    from cpe_agent.desk.cases.store import Case
    from cpe_agent.desk.people.roles import Person
    from cpe_agent.desk.records.store import Records

WORDS = ("right", "another", "nothing", "unclear")
SMALL = 20
"""Below so many outcomes a share says little: with 19 of 19 the interval still begins at 83 %."""
_Z = 1.959964  # 95 % of the normal distribution


class Found(NamedTuple):
    """``word``: one of ``WORDS``. ``what``: with ``another``, a fault's code or ``owner:<segment>``. ``named``: the
    fault that the program had named, None when none; ``report``: the id of the report that did."""

    word: str
    what: str | None
    named: str | None
    report: bytes | None


class Figure(NamedTuple):
    """``n``: outcomes that say something, ``right`` of them; the rest are ``another`` fault or ``nothing`` found.
    ``low`` and ``high``: Wilson's 95 % interval of right/n. ``blamed``: the customer's side was named, and it was
    elsewhere. ``fault`` is empty in the figure of an owner or of all."""

    fault: str
    owner: str
    n: int
    right: int
    another: int
    nothing: int
    unclear: int
    blamed: int
    low: float
    high: float

    @property
    def small(self) -> bool:
        return self.n < SMALL


class Figures(NamedTuple):
    """``unnamed``: outcomes of cases where the program had named nobody, and what was found, most often first."""

    whole: Figure
    owners: tuple[Figure, ...]
    faults: tuple[Figure, ...]
    unnamed: int
    unnamed_found: tuple[tuple[str, int], ...]


class BadOutcome(ValueError):
    """It does not fit together. The message is ``word`` or ``what``."""


def found(word: str, what: str, named: str | None, report: bytes | None) -> Found:
    """As it was entered, checked. Raises ``BadOutcome``."""
    if word not in WORDS or (word == "right" and named is None):
        raise BadOutcome("word")
    if word != "another":
        return Found(word, None, named, report)
    if what not in BY_CODE and what not in [f"owner:{o}" for o in OWNERS]:
        raise BadOutcome("what")
    if what == named:
        return Found("right", None, named, report)
    return Found(word, what, named, report)


def record(records: Records, case: Case, by: Person, now: float, new: Found) -> None:
    """One a case: what is entered later is the better knowledge. The ledger keeps both."""
    row = {
        "report": new.report, "named": new.named, "found": new.named if new.word == "right" else new.what,
        "judged": _judged(new), "by": writer(by), "at": now,
    }  # fmt: skip
    where = (outcome.c.tenant == case.tenant) & (outcome.c.case == case.id)
    with records.write() as connection:
        locked(connection, case)
        if not connection.execute(update(outcome).where(where).values(row)).rowcount:
            connection.execute(insert(outcome).values(tenant=case.tenant, case=case.id, **row))
        said = New(Kind.OUTCOME, new.word, new.what or "", None, new.report)
        ledger.add(connection, case.tenant, case.id, writer(by), now, [said])


def _judged(new: Found) -> str:
    if new.named is None or new.word == "unclear":
        return "unclear"
    return "right" if new.word == "right" else "wrong"


class Count(NamedTuple):
    """So many outcomes of one kind, as the table has them."""

    named: str | None
    judged: str
    found: str | None
    n: int


def figures(records: Records, tenant: int) -> Figures:
    columns = (outcome.c.named, outcome.c.judged, outcome.c.found)
    query = select(*columns, func.count().label("n")).where(outcome.c.tenant == tenant).group_by(*columns)
    with records.read() as connection:
        return counted([Count(*row) for row in connection.execute(query)])


def counted(rows: Iterable[Count]) -> Figures:
    """The figures of a list of counts."""
    rows = list(rows)
    named = [row for row in rows if row.named is not None]
    by_fault: dict[str, list[Count]] = {}
    by_owner: dict[str, list[Count]] = {}
    for row in named:
        by_fault.setdefault(row.named or "", []).append(row)
        by_owner.setdefault(owner_of(row.named or "") or "", []).append(row)
    unnamed: dict[str, int] = {}
    for row in rows:
        if row.named is None:
            unnamed[row.found or ""] = unnamed.get(row.found or "", 0) + row.n
    faults = [_figure(code, owner_of(code) or "", group) for code, group in by_fault.items()]
    owners = [_figure("", owner, group) for owner, group in by_owner.items()]
    return Figures(
        _figure("", "", named),
        tuple(sorted(owners, key=lambda f: OWNERS.index(f.owner) if f.owner in OWNERS else len(OWNERS))),
        tuple(sorted(faults, key=lambda f: (-f.n, f.fault))),
        sum(unnamed.values()),
        tuple(sorted(unnamed.items(), key=lambda item: (-item[1], item[0]))),
    )


def _figure(fault: str, owner: str, rows: Iterable[Count]) -> Figure:
    right = another = nothing = unclear = blamed = 0
    for row in rows:
        if row.judged == "right":
            right += row.n
        elif row.judged == "unclear":
            unclear += row.n
        elif row.found is None:
            nothing += row.n
        else:
            another += row.n
            blamed += row.n * _blamed(row.named or "", row.found)
    n = right + another + nothing
    low, high = wilson(right, n)
    return Figure(fault, owner, n, right, another, nothing, unclear, blamed, low, high)


def _blamed(named: str, what: str) -> bool:
    owner = owner_of(what)
    return owner_of(named) in CUSTOMERS_SIDE and owner is not None and owner not in CUSTOMERS_SIDE


def wilson(right: int, n: int) -> tuple[float, float]:
    """Between which shares the true one lies with 95 % (E. B. Wilson, 1927); everything is possible without any."""
    if not n:
        return 0.0, 1.0
    share, z2 = right / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)
