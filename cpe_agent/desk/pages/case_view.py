"""What the page of a case shows: the case, its ledger, its reports, the newest one's card in short, and the run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cpe_agent.desk.archive import Row
from cpe_agent.desk.card.content import judged
from cpe_agent.desk.card.records import Card
from cpe_agent.desk.cases.against import Sending
from cpe_agent.desk.cases.ledger import Kind
from cpe_agent.desk.cases.running import Item, Running, running
from cpe_agent.desk.cases.store import Case
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.pages.cards import card_of_row
from cpe_agent.desk.pages.case_words import Group, entering, faults, likely, line, owners, spelled
from cpe_agent.desk.pages.case_words import Line as Entered
from cpe_agent.desk.pages.reports import Line as Listed
from cpe_agent.desk.pages.reports import line as listed
from cpe_agent.desk.pages.templating import Words
from cpe_agent.report import BadReport, Report, from_json

TIMELINE = 20


class Newest(NamedTuple):
    """The newest report of the case. ``card`` is None when its content is ``gone``, or cannot be read."""

    row: Row
    listed: Listed
    card: Card | None
    gone: bool


class View(NamedTuple):
    case: Case
    entries: tuple[Entered, ...]
    newest: Newest | None
    timeline: tuple[Listed, ...]
    run: Running
    last: str
    letters: list[str]
    entering: list[Group]
    concluding: list[Group]
    finding: list[Group]
    named: Listed | None


def view(desk: Desk, case: Case, language: str, last: str, items: Iterable[Item]) -> View:
    """``last`` and ``items``: as the feed had them."""
    words = Words(language)
    entries = desk.cases.entries(case)
    people = [int(e.key) for e in entries if e.kind == Kind.HANDOVER and e.key.isdigit()]
    names = desk.cases.names(case.tenant, people) if people else {}
    rows = case_rows(desk, case)
    newest = _newest(desk, rows[0], words) if rows else None
    codes: tuple[str, ...] = ()
    test = None
    if newest is not None and newest.card is not None:
        codes = (newest.card.fault,) if newest.card.fault else tuple(s.fault for s in newest.card.suspects)
        test = newest.card.test.key if newest.card.test else None
    first = [group for group in (likely(codes, words),) if group.options]
    naming = naming_row(rows)
    return View(
        case,
        tuple(line(e, words, names) for e in reversed(entries)),
        newest,
        tuple(listed(desk, row, words) for row in _of_both(desk, case, rows)),
        running(items),
        last,
        spelled(case.code, words),
        entering(test, words),
        [*first, owners(words), *faults(words)],
        [owners(words), *faults(words)],
        None if naming is None else listed(desk, naming, words),
    )


def naming_row(rows: Iterable[Row]) -> Row | None:
    """The newest report that names a fault: a check after the repair says nothing about what was broken."""
    return next((r for r in rows if r.judged is not None and r.judged.verdict == "fault" and r.judged.fault), None)


def case_rows(desk: Desk, case: Case) -> list[Row]:
    """The case's reports, newest first, each judged."""
    return [_judged(desk, row) for row in desk.archive.of_case(case.tenant, case.code, limit=TIMELINE).rows]


class Evidence(NamedTuple):
    """What a conclusion is held against. ``report``: with the desk's own diagnosis; None where only the client's word
    stands for it."""

    row: Row
    report: Report | None
    card: Card
    sending: Sending


def evidence_of(desk: Desk, case: Case, language: str) -> Evidence | None:
    """Of the case's newest report; None where there is none that can be read."""
    rows = desk.archive.of_case(case.tenant, case.code, limit=1).rows
    data = desk.content(rows[0]) if rows else None
    if data is None:
        return None
    try:
        report = from_json(data)
        card = card_of_row(desk, rows[0], data, language, None)
    except BadReport:
        return None
    still = tuple(c.text for c in card.dispatch.conditions if not c.met)
    read = judged(report)
    return Evidence(
        rows[0], None if read.basis == "unjudged" else read.report, card, Sending(card.dispatch.answer, still)
    )


def _judged(desk: Desk, row: Row) -> Row:
    return row if row.judged is not None else row._replace(judged=desk.judging.now(row))


def _newest(desk: Desk, row: Row, words: Words) -> Newest:
    data = desk.content(row)
    card = None
    if data is not None:
        try:
            card = card_of_row(desk, row, data, words.language, None)
        except BadReport:
            card = None
    return Newest(row, listed(desk, row, words), card, data is None)


def _of_both(desk: Desk, case: Case, rows: list[Row]) -> list[Row]:
    """The case's and the customer's reports in one row, newest first."""
    found = {row.seq: row for row in rows}
    if case.customer is not None:
        more = desk.archive.of_customer(case.tenant, case.customer, limit=TIMELINE).rows
        found |= {row.seq: row for row in more if row.seq not in found}
    return [found[seq] for seq in sorted(found, reverse=True)][:TIMELINE]
