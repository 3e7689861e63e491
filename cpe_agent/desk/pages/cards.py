"""A report, or a spoken code alone, as its card; and as a sheet of paper for the line's owner."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from cpe_agent.deliver.spoken_code import Unreadable
from cpe_agent.desk.archive import Row
from cpe_agent.desk.card.code import card_of_code
from cpe_agent.desk.card.compared import comparison
from cpe_agent.desk.card.content import card_of_report
from cpe_agent.desk.card.records import Arrival, Card
from cpe_agent.desk.card.sheet import sheets
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.pages.reports import pretty, row_of
from cpe_agent.desk.pages.view import language_of, page
from cpe_agent.desk.people.roles import Permission, Person
from cpe_agent.report import BadReport, from_json
from cpe_agent.words import LANGUAGES, SOURCE

READS = {"needs": Permission.READ_REPORT}


@get("/reports/{code:str}", opt=READS, sync_to_thread=True)
def report_card(
    request: Request[Any, Any, Any], desk: Desk, person: Person, code: str, say: str | None = None
) -> Response[Any]:
    """The card of a stored report. ``say``: the customer's language."""
    row = row_of(desk, person, code)
    written = desk.locator.code(row.seq)
    if code != written:
        return Redirect(f"/reports/{written}", status_code=303)
    data = desk.content(row)
    if data is None:
        return page(request, "notice.html", status=410, notice="gone", fill={})
    try:
        card = card_of_row(desk, row, data, language_of(request), say)
    except BadReport as error:
        return page(request, "unreadable.html", reason=str(error), raw=pretty(data), row=row, code=written)
    return page(request, "card.html", card=card, row=row, code=written, say=say, focus_search=False)


@get("/code/{digits:str}", opt=READS, sync_to_thread=True)
def code_card(request: Request[Any, Any, Any], digits: str, say: str | None = None) -> Response[Any]:
    """What a spoken code says by itself."""
    try:
        card = card_of_code(digits, language_of(request), say_in=_language(say))
    except Unreadable:
        raise NotFoundException from None
    return page(request, "card.html", card=card, row=None, code=None, say=say)


@get("/reports/{code:str}/sheet", opt=READS, sync_to_thread=True)
def sheet(request: Request[Any, Any, Any], desk: Desk, person: Person, code: str) -> Response[Any]:
    """One page of paper for the line's owner: the proof, and no personal datum; in English, and in the desk's own
    language where that is another."""
    row = row_of(desk, person, code)
    data = desk.content(row)
    if data is None:
        return page(request, "notice.html", status=410, notice="gone", fill={})
    try:
        cards = [
            card_of_row(desk, row, data, language, None) for language in dict.fromkeys((SOURCE, language_of(request)))
        ]
    except BadReport:
        return Redirect(f"/reports/{desk.locator.code(row.seq)}", status_code=303)
    return page(request, "card_sheet.html", sheets=sheets(cards))


@get("/compare", opt=READS, sync_to_thread=True)
def compare(request: Request[Any, Any, Any], desk: Desk, person: Person, a: str = "", b: str = "") -> Response[Any]:
    """Two reports, the older one first: before and after a visit, this week and the last."""
    if not a or not b:
        return page(request, "compare_choose.html", a=a, b=b)
    rows = sorted((row_of(desk, person, code) for code in (a, b)), key=lambda row: row.seq)
    contents = [desk.content(row) for row in rows]
    try:
        before, after = (from_json(data) for data in contents if data is not None)
    except ValueError:  # one is gone, or a newer version's
        return page(request, "notice.html", status=410, notice="gone", fill={})
    found = comparison(before, after, language_of(request))
    return page(request, "card_compare.html", compared=found)


def card_of_row(desk: Desk, row: Row, data: bytes, language: str, say: str | None) -> Card:
    """With what was entered in its case. ``say``: the customer's language, where another than the case's is wanted.
    Raises ``BadReport``."""
    beside = desk.cases.beside(row.tenant, row.case, row.received)
    arrived = Arrival(row.received, row.ticket is not None or row.attached, desk.locator.code(row.seq), row.kept)
    desk.judging.now(row)
    return card_of_report(
        from_json(data), language, data=data, arrived=arrived, entries=beside.entries,
        say_in=_language(say) or beside.language, now=desk.now(),
    )  # fmt: skip


def _language(say: str | None) -> str | None:
    return say if say in LANGUAGES else None


ROUTES = (report_card, code_card, sheet, compare)
