"""The ledger of a case: what was asked, done and told, by whom and when, so that nobody asks for it again. Entries are
only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, insert, select

from cpe_agent.answers import QUESTIONS
from cpe_agent.desk.card.ledger import LedgerEntry
from cpe_agent.desk.records.tables import case_, entry, person
from cpe_agent.desk.webhooks.outbox import Event, announce
from cpe_agent.steps import SAME_CALL_S

MOST_TEXT = 500  # characters of a note, a reason, a hand-over's sentence
MOST_ENTRIES = 500  # shown of a case, the newest
UNKNOWN = "unknown"


class Kind(StrEnum):
    ASKED = "asked"  # a question that has no answer yet
    SAID = "said"  # a question's answer; ``text`` is the answer
    DONE = "done"  # a step, or a condition of a fault's ``before_action``
    TOLD = "told"  # what the customer was told
    NOTE = "note"
    CONCLUSION = "conclusion"  # ``key``: a fault, an owner, or that it is not us
    CONTRADICTION = "contradiction"  # a conclusion against the evidence, ``key``; ``text`` is the reason
    TECHNICIAN = "technician"  # one was sent
    HANDOVER = "handover"  # ``key``: the row of the new holder, or FREE
    OUTCOME = "outcome"  # what the technician found
    OPENED = "opened"
    CLOSED = "closed"
    REOPENED = "reopened"


ENTERED = (Kind.ASKED, Kind.SAID, Kind.DONE, Kind.TOLD, Kind.NOTE)
"""What a person may add by hand."""

ON_THE_CARD = (Kind.ASKED, Kind.SAID, Kind.DONE)

TOLD = (
    "not-at-your-home",
    "provider-repairs",
    "line-owner-repairs",
    "technician-comes",
    "no-technician-yet",
    "next-step",
    "keep-router-on",
    "we-call-back",
)
"""What a customer is commonly told (words: ``desk_cases``)."""

SOURCES = ("observed", "stated")


class Entry(NamedTuple):
    """A row. ``by``: the name, empty for a program or the desk itself. ``report``: the id it speaks of."""

    id: int
    at: float
    by: str
    kind: str
    key: str
    text: str
    source: str
    report: bytes | None


class New(NamedTuple):
    """What is to be added."""

    kind: str
    key: str = ""
    text: str = ""
    source: str | None = None
    report: bytes | None = None


class BadEntry(ValueError):
    """It is none of what may be entered. The message is one of ``kind``, ``key``, ``text``, ``source``."""


@cache
def done_keys() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may be said to be done: steps at the customer's, and checks that a fault wants before somebody acts."""
    from cpe_agent.diagnose.catalogue import ALL
    from cpe_agent.words import table

    return tuple(table("steps", "PHRASES")), tuple(sorted({key for fault in ALL for key in fault.before_action}))


def entered(kind: str, key: str = "", value: str = "", text: str = "", source: str = "stated") -> New:
    """An entry as a person made it, checked. ``value`` is a question's answer. Raises ``BadEntry``."""
    note = cleaned(text)
    if source not in SOURCES:
        raise BadEntry("source")
    if len(note) > MOST_TEXT:
        raise BadEntry("text")
    match kind:
        case Kind.ASKED:
            good = key in QUESTIONS
        case Kind.SAID:
            good, note = value in (*QUESTIONS.get(key, ()), UNKNOWN) and key in QUESTIONS, value
        case Kind.DONE:
            good = any(key in keys for keys in done_keys())
        case Kind.TOLD:
            good = key in TOLD
        case Kind.NOTE:
            good = not key
            if not note:
                raise BadEntry("text")
        case _:
            raise BadEntry("kind")
    if not good:
        raise BadEntry("key")
    return New(kind, key, note, source)


def cleaned(text: str) -> str:
    """What a database can hold and a line can show: no NUL, no half of a pair, one kind of line end."""
    text = text.replace("\r\n", "\n").replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return text.strip()


def add(connection: Connection, tenant: int, case: int, by: int | None, at: float, new: Iterable[New]) -> None:
    """In the transaction of what it tells of; and to the programs that want to know."""
    new = tuple(new)
    rows = [
        {
            "tenant": tenant, "case": case, "at": at, "by": by, "kind": str(n.kind), "key": n.key or None,
            "text": n.text or None, "source": n.source, "report": n.report,
        }
        for n in new
    ]  # fmt: skip
    if rows:
        connection.execute(insert(entry), rows)
        _announce(connection, tenant, case, at, [n for n in new if n.kind in list(_EVENTS)])


def _announce(connection: Connection, tenant: int, case: int, at: float, new: list[New]) -> None:
    if not new:
        return
    code = connection.execute(select(case_.c.code).where(case_.c.id == case)).scalar_one()
    for n in new:
        # What was written by hand may name somebody; keys are words of the program.
        data: dict[str, str | None] = {"case": code}
        if n.kind not in (Kind.OPENED, Kind.CLOSED):
            data["report"] = None if n.report is None else str(UUID(bytes=n.report))
        if n.kind == Kind.OUTCOME:
            data |= {"found": n.key, "what": n.text or None}
        if n.kind == Kind.CONTRADICTION:
            data["against"] = n.key
        announce(connection, tenant, at, _EVENTS[Kind(n.kind)], data)


_EVENTS = {
    Kind.OPENED: Event.CASE_OPENED,
    Kind.CLOSED: Event.CASE_CLOSED,
    Kind.OUTCOME: Event.OUTCOME_ENTERED,
    Kind.CONTRADICTION: Event.CONTRADICTION,
}


def entries(connection: Connection, tenant: int, case: int) -> tuple[Entry, ...]:
    """Oldest first."""
    query = (
        select(entry.c.id, entry.c.at, person.c.shown, entry.c.kind, entry.c.key, entry.c.text, entry.c.source,
               entry.c.report)
        .select_from(entry.outerjoin(person, entry.c.by == person.c.id))
        .where(entry.c.case == case, entry.c.tenant == tenant)
        .order_by(entry.c.id.desc())
        .limit(MOST_ENTRIES)
    )  # fmt: skip
    rows = [
        Entry(r.id, r.at, r.shown or "", r.kind, r.key or "", r.text or "", r.source or "", r.report)
        for r in connection.execute(query)
    ]
    return tuple(reversed(rows))


def for_card(found: Iterable[Entry], received: float) -> tuple[LedgerEntry, ...]:
    """What the card's "do not ask again" takes beside a report that came then (epoch seconds). Of the answers to one
    question the last counts, and none from before the two hours that led to the report: a lamp that was dark last
    week says nothing about today's line."""
    shown = [e for e in found if e.kind in ON_THE_CARD]
    last = {e.key: e.id for e in shown if e.kind == Kind.SAID and e.at >= received - SAME_CALL_S}
    return tuple(_for_card(e) for e in shown if e.kind != Kind.SAID or last.get(e.key) == e.id)


def _for_card(e: Entry) -> LedgerEntry:
    value, text = (e.text, "") if e.kind == Kind.SAID else ("", e.text)
    return LedgerEntry(e.at, e.by, e.kind, e.key, value, text, e.source or "stated")
