"""Looks up what the text in the box can be, in the tenant of the person who asks.

Everything that it can be is looked up and what exists is shown: one thing is opened, of several he chooses. What is
another tenant's is asked for and answered exactly as what is nowhere, in the same time: every query names the tenant.
A code is a name for people who are logged in and no credential; even so a person has ten misses a minute, which makes
a hit by guessing one in months.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from cpe_agent.case_code import CHARACTERS as CASE_CHARACTERS
from cpe_agent.case_code import read_case_code
from cpe_agent.crockford import spelled
from cpe_agent.deliver.receipt import CHARACTERS as RECEIPT_CHARACTERS
from cpe_agent.deliver.receipt import read_receipt_code
from cpe_agent.deliver.spoken_code import NOT_HEARD, Spoken
from cpe_agent.desk.customers import Customers
from cpe_agent.desk.finding import spoken
from cpe_agent.desk.finding.found import CaseFound, Found, Hit
from cpe_agent.desk.finding.neighbours import codes_near, spoken_near
from cpe_agent.desk.finding.readings import PERSONAL, Readings, What, readings
from cpe_agent.desk.judging import number_of
from cpe_agent.desk.locator import CHARACTERS as LOCATOR_CHARACTERS
from cpe_agent.desk.people.audit import Audit
from cpe_agent.desk.people.names import BadName, folded
from cpe_agent.desk.people.roles import Permission, Person
from cpe_agent.desk.records.tables import case_

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter

    from cpe_agent.desk.archive import Archive, Row
    from cpe_agent.desk.locator import Locator
    from cpe_agent.desk.records.store import Records

MISSES_A_MINUTE = 10
MOST_CASES = 20
MOST_NEAR = 5
SEARCHED = "searched"
"""What the audit calls it."""


class Finder:
    """Made once a desk. ``find`` waits for disks: it belongs in a thread."""

    def __init__(
        self,
        archive: Archive,
        records: Records,
        customers: Customers,
        audit: Audit,
        locator: Locator,
        now: Callable[[], float],
    ) -> None:
        self._archive = archive
        self._records = records
        self._customers = customers
        self._audit = audit
        self._locator = locator
        self._now = now
        self._misses = Misses()

    def find(self, person: Person, typed: str) -> Found:
        read = readings(typed, self._customers.region(person.tenant))
        if not read.can_be and not read.digits:
            return Found(read.text)
        if not self._misses.may_try(person):
            return Found(read.text, wait=True)
        withheld = not person.may(Permission.SEARCH_PERSONAL) and not PERSONAL.isdisjoint(read.can_be)
        if withheld:
            read = read._replace(can_be={what: value for what, value in read.can_be.items() if what not in PERSONAL})
        hits, problem = self._hits(person.tenant, read)
        if hits:
            self._misses.was_none(person)
            near: tuple[Hit, ...] = ()
        else:
            near = tuple(self._near(person.tenant, read))[:MOST_NEAR]
        self._note(person, read, hits)
        if hits or not read.digits:
            problem = None
        return Found(read.text, hits, near, problem, read.digits if problem else 0, withheld and not hits)

    # --------------------------------------------------------------- what is there

    def _hits(self, tenant: int, read: Readings) -> tuple[tuple[Hit, ...], str | None]:
        look: dict[What, Callable[[int, str], Iterator[Hit]]] = {
            What.REPORT_ID: self._by_id,
            What.CASE: self._by_case,
            What.LOCATOR: self._by_locator,
            What.RECEIPT: self._by_receipt,
            What.TELEPHONE: self._by_telephone,
            What.NUMBER: self._by_number,
            What.NAME: self._by_name,
        }
        hits = [hit for what, value in read.can_be.items() if what in look for hit in look[what](tenant, value)]
        said = spoken.read(read.can_be[What.SPOKEN]) if What.SPOKEN in read.can_be else "spoken.length"
        if isinstance(said, str):
            return _once(hits), said
        hit = self._spoken(tenant, said)._replace(typed=read.can_be[What.SPOKEN])
        # A number that only a correction makes a code of is first of all what it is without one.
        return _once([*hits, hit] if said.corrected else [hit, *hits]), None

    def _by_id(self, tenant: int, value: str) -> Iterator[Hit]:
        yield from self._report(What.REPORT_ID, self._archive.by_id(tenant, bytes.fromhex(value)))

    def _by_locator(self, tenant: int, value: str) -> Iterator[Hit]:
        seq = self._locator.seq(value)
        if seq is not None:
            yield from self._report(What.LOCATOR, self._archive.by_seq(tenant, seq), self._locator.code(seq))

    def _by_receipt(self, tenant: int, value: str) -> Iterator[Hit]:
        code = read_receipt_code(value)
        if code is not None:
            row = self._archive.with_receipt(number_of(code))
            yield from self._report(What.RECEIPT, row if row is not None and row.tenant == tenant else None, code)

    def _report(self, what: What, row: Row | None, code: str = "") -> Iterator[Hit]:
        if row is not None:
            yield Hit(what, code, row=row)

    def _by_case(self, tenant: int, value: str) -> Iterator[Hit]:
        code = read_case_code(value)
        for found in self._cases(tenant, case_.c.code == code) if code is not None else ():
            yield Hit(What.CASE, code or "", case=found)

    def _by_name(self, tenant: int, value: str) -> Iterator[Hit]:
        try:
            name = folded(value)
        except BadName:
            return
        # Between the name and the name with the last of all characters: what begins with it, by the index.
        for found in self._cases(tenant, case_.c.folded.between(name, name + "\U0010ffff")):
            yield Hit(What.NAME, case=found)

    def _cases(self, tenant: int, condition: Any) -> list[CaseFound]:
        asked = (
            select(*(case_.c[name] for name in CaseFound._fields))
            .where(case_.c.tenant == tenant, condition)
            .order_by(case_.c.folded, case_.c.id.desc())
            .limit(MOST_CASES)
        )
        with self._records.read() as connection:
            return [CaseFound(*row) for row in connection.execute(asked)]

    def _by_telephone(self, tenant: int, value: str) -> Iterator[Hit]:
        for customer in self._customers.with_telephone(tenant, value):
            yield Hit(What.TELEPHONE, customer=customer)

    def _by_number(self, tenant: int, value: str) -> Iterator[Hit]:
        customer = self._customers.with_number(tenant, value)
        if customer is not None:
            yield Hit(What.NUMBER, customer=customer)

    def _spoken(self, tenant: int, said: Spoken) -> Hit:
        may_be = spoken.may_be(self._archive, tenant, said, self._now())
        code = spoken.written(said)
        return Hit(What.SPOKEN, code, code.replace(" ", ""), corrected=said.corrected, spoken=said, may_be=may_be)

    # ---------------------------------------------------------------- did you mean

    def _near(self, tenant: int, read: Readings) -> Iterator[Hit]:
        """What is one slip away and exists; of a spoken code what it says, whether or not a report is here."""
        if read.digits:
            for said in spoken_near(_digits(read.text), spoken.KNOWN):
                yield self._spoken(tenant, said)._replace(corrected=True)
        if bare := read.can_be.get(What.CASE):
            codes = [spelled(near) for near in codes_near(bare, CASE_CHARACTERS, checked=True)]
            for found in self._cases(tenant, case_.c.code.in_(codes)) if codes else ():
                yield Hit(What.CASE, found.code, corrected=True, case=found)
        if bare := read.can_be.get(What.LOCATOR):
            for near in codes_near(bare, LOCATOR_CHARACTERS + 1, checked=True):
                yield from _corrected(self._by_locator(tenant, spelled(near)))
        if bare := read.can_be.get(What.RECEIPT):
            for near in codes_near(bare, RECEIPT_CHARACTERS, checked=False):
                yield from _corrected(self._by_receipt(tenant, spelled(near)))

    def _note(self, person: Person, read: Readings, hits: tuple[Hit, ...]) -> None:
        """Every search by personal data that found somebody, and every one that can have been nothing else. (Whatever
        has a digit can be a customer number: a case code that was found as one is no search by personal data.)"""
        by = [what.value for what in read.can_be if what in PERSONAL]
        found = [hit.customer.id for hit in hits if hit.customer is not None]
        if not by or (hits and not found):
            return
        with self._records.write() as connection:
            for subject in [f"customer:{customer}" for customer in found] or ["nobody"]:
                self._audit.note(connection, self._now(), person.tenant, person.who, SEARCHED, subject, " or ".join(by))


class Misses:
    """How often a person found nothing this minute. Counted in this process: with several, each counts for itself."""

    def may_try(self, person: Person) -> bool:
        """Takes a miss away before the search, so that many at once do not pass together."""
        return self._limiter.hit(self._limit, person.who)

    def was_none(self, person: Person) -> None:
        self._limiter.storage.decr(self._limit.key_for(person.who))  # type: ignore[attr-defined]

    @cached_property
    def _limit(self) -> RateLimitItem:
        from limits import RateLimitItemPerMinute

        return RateLimitItemPerMinute(MISSES_A_MINUTE)

    @cached_property
    def _limiter(self) -> FixedWindowRateLimiter:
        from limits.storage import MemoryStorage
        from limits.strategies import FixedWindowRateLimiter

        return FixedWindowRateLimiter(MemoryStorage())


def _corrected(hits: Iterator[Hit]) -> Iterator[Hit]:
    return (hit._replace(corrected=True) for hit in hits)


def _once(hits: list[Hit]) -> tuple[Hit, ...]:
    """Each report, case and customer once, found in the first of the ways."""
    kept: dict[object, Hit] = {}
    for hit in hits:
        about = hit.row or hit.case or hit.customer
        kept.setdefault(hit.what if about is None else (type(about), getattr(about, "seq", None) or about.id), hit)
    return tuple(kept.values())


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdecimal() or c == NOT_HEARD)
