"""A report, or a spoken code alone, as its card; and as a sheet of paper for the line's owner."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from cpe_agent.deliver.spoken_code import Unreadable
from cpe_agent.desk.archive import Row
from cpe_agent.desk.card.code import card_of_code
from cpe_agent.desk.card.compared import comparison
from cpe_agent.desk.card.content import card_of_report
from cpe_agent.desk.card.records import Arrival, Card
from cpe_agent.desk.card.sheet import sheets
from cpe_agent.desk.cases.store import NoSuchCase
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.finding import spoken
from cpe_agent.desk.pages.given import Form, TheDesk, ThePerson
from cpe_agent.desk.pages.reports import Line, line, pretty, row_of
from cpe_agent.desk.pages.templating import Words, shown
from cpe_agent.desk.pages.view import language_of, page
from cpe_agent.desk.people.roles import Permission
from cpe_agent.desk.redaction import shown_content
from cpe_agent.report import BadReport, from_json
from cpe_agent.words import LANGUAGES, SOURCE

OTHERS = 6
READS = {"needs": Permission.READ_REPORT}


@get("/reports/{code:str}", opt=READS, sync_to_thread=True)
def report_card(
    request: Request[Any, Any, Any],
    desk: TheDesk,
    person: ThePerson,
    code: FromPath[str],
    say: FromQuery[str | None] = None,
) -> Response[Any]:
    """The card of a stored report. ``say``: the customer's language."""
    row = row_of(desk, person, code)
    written = desk.locator.code(row.seq)
    if code != written:
        return Redirect(f"/reports/{written}", status_code=303)
    data, masked = shown_content(desk, row)
    if data is None:
        return page(request, "notice.html", status=410, notice="gone", fill={})
    try:
        card = card_of_row(desk, row, data, language_of(request), say)
    except BadReport as error:
        return page(request, "unreadable.html", reason=str(error), raw=pretty(data), row=row, code=written)
    others = _others(desk, row, Words(language_of(request)))
    newest = others[0] if others else None
    return page(
        request,
        "report.html",
        card=card,
        newer=newest if newest is not None and newest.received > row.received else None,
        code=written,
        masked=masked,
        case=row.case,
        customer=row.customer,
        may_attach=person.may(Permission.ATTACH_REPORT) and row.ticket is None and not row.attached,
        others=others,
    )


@get("/code/{digits:str}", opt=READS, sync_to_thread=True)
def code_card(
    request: Request[Any, Any, Any],
    desk: TheDesk,
    person: ThePerson,
    digits: FromPath[str],
    say: FromQuery[str | None] = None,
) -> Response[Any]:
    """What a spoken code says by itself, and the reports that it may be of."""
    try:
        card = card_of_code(digits, language_of(request), say_in=_language(say), provider=desk.settings.provider)
    except Unreadable:
        raise NotFoundException from None
    said = spoken.read(digits)
    rows = () if isinstance(said, str) else spoken.may_be(desk.archive, person.tenant, said, desk.now())
    if rows:  # "there is no report behind it yet" would not be so
        card = card._replace(notices=tuple(notice for notice in card.notices if notice.kind != "code"))
    words = Words(language_of(request))
    return page(request, "code.html", card=card, may_be=[line(desk, row, words) for row in rows])


@get("/reports/{code:str}/sheet", opt=READS, sync_to_thread=True)
def sheet(request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str]) -> Response[Any]:
    """One page of paper for the line's owner: the proof, and no personal datum; in English, and in the desk's own
    language where that is another."""
    row = row_of(desk, person, code)
    data, _ = shown_content(desk, row)
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
def compare(
    request: Request[Any, Any, Any],
    desk: TheDesk,
    person: ThePerson,
    a: FromQuery[str] = "",
    b: FromQuery[str] = "",
) -> Response[Any]:
    """Two reports, the older one first: before and after a visit, this week and the last."""
    if not a or not b:
        return page(request, "compare_choose.html", a=a, b=b)
    rows = sorted((row_of(desk, person, code) for code in (a, b)), key=lambda row: row.seq)
    contents = [shown_content(desk, row)[0] for row in rows]
    try:
        before, after = (from_json(data) for data in contents if data is not None)
    except ValueError:  # one is gone, or a newer version's
        return page(request, "notice.html", status=410, notice="gone", fill={})
    found = comparison(before, after, language_of(request), provider=desk.settings.provider)
    return page(request, "card_compare.html", compared=found)


@post("/reports/{code:str}/attach", opt={"needs": Permission.ATTACH_REPORT}, sync_to_thread=True)
def attach(
    request: Request[Any, Any, Any],
    desk: TheDesk,
    person: ThePerson,
    code: FromPath[str],
    data: Form,
) -> Response[Any]:
    """A person says which case an unverified report belongs to: from then on it counts as that customer's."""
    row = row_of(desk, person, code)
    typed = str(data.get("case", ""))[:20]
    try:
        case = desk.cases.find(person.tenant, typed)
    except NoSuchCase:
        return page(request, "notice.html", status=404, notice="no-case", fill={"typed": shown(typed)})
    sealed = None
    data_ = desk.archive.body(row)
    if case.customer is not None and data_ is not None:  # sealed anew, under the key of the customer it belongs to
        packed = desk.vault.open_report(row.tenant, row.id, data_)
        sealed = desk.vault.seal_report(row.tenant, case.customer, row.id, row.received, packed)
    desk.archive.attach(person.tenant, row.seq, case=case.code, customer=case.customer, body=sealed)
    with desk.records.write() as connection:
        desk.people.audit.note(
            connection, desk.now(), person.tenant, person.who, "attached", f"report:{row.id.hex()}", case.code
        )
    return Redirect(f"/reports/{desk.locator.code(row.seq)}", status_code=303)


def _others(desk: Desk, row: Row, words: Words) -> list[Line]:
    """Other reports of the same customer, or of the same case."""
    if row.customer is not None:
        found = desk.archive.of_customer(row.tenant, row.customer, limit=OTHERS)
    elif row.case is not None:
        found = desk.archive.of_case(row.tenant, row.case, limit=OTHERS)
    else:
        return []
    return [line(desk, other, words) for other in found.rows if other.seq != row.seq]


def card_of_row(desk: Desk, row: Row, data: bytes, language: str, say: str | None) -> Card:
    """With what was entered in its case. ``say``: the customer's language, where another than the case's is wanted.
    Raises ``BadReport``."""
    beside = desk.cases.beside(row.tenant, row.case, row.received)
    arrived = Arrival(row.received, row.ticket is not None or row.attached, desk.locator.code(row.seq), row.kept)
    desk.judging.now(row)
    return card_of_report(
        from_json(data), language, data=data, arrived=arrived, entries=beside.entries,
        say_in=_language(say) or beside.language, provider=desk.settings.provider, now=desk.now(),
    )  # fmt: skip


def _language(say: str | None) -> str | None:
    return say if say in LANGUAGES else None


ROUTES = (report_card, code_card, sheet, compare, attach)
