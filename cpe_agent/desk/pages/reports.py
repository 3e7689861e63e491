"""The list of reports, and a report as its card, its bytes and its sheet of paper."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from cpe_agent.desk.archive import Row
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.pages.given import TheDesk, ThePerson
from cpe_agent.desk.pages.templating import Words, shown
from cpe_agent.desk.pages.view import language_of, page
from cpe_agent.desk.people.roles import Permission, Person
from cpe_agent.desk.redaction import shown_content
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.words import fault_text

PAGE = 50
FILTERS = (("all", "", None), ("verified", "?verified=yes", True), ("unverified", "?verified=no", False))


class Line(NamedTuple):
    """A row of a list as people read it."""

    code: str
    received: float
    finding: str
    tone: str
    owner: str
    case: str | None
    verified: bool


def line(desk: Desk, row: Row, words: Words) -> Line:
    finding, tone, owner = _finding(row, words)
    return Line(desk.locator.code(row.seq), row.received, finding, tone, owner, row.case, row.ticket is not None)


def _finding(row: Row, words: Words) -> tuple[str, str, str]:
    judged = row.judged
    if judged is None:
        return words.say("pages", "unread"), "busy", ""
    if judged.trouble and not judged.verdict:
        return words.say("pages", "unreadable", reason=shown(judged.trouble)), "open", ""
    if judged.verdict == "healthy":
        return words.say("pages", "healthy"), "ok", ""
    if judged.verdict == "fault":
        owner = words.ui(f"owner.{judged.owner}") if judged.fault in BY_CODE else shown(judged.owner)
        return _title(judged.fault, words), "bad", owner
    if judged.suspect:
        return words.say("pages", "inconclusive.suspect", title=_title(judged.suspect, words)), "open", ""
    return words.say("pages", "inconclusive"), "open", ""


def _title(code: str, words: Words) -> str:
    return fault_text(code, words.language).title if code in BY_CODE else shown(code)


@get("/reports", opt={"needs": Permission.READ_REPORT}, sync_to_thread=True)
def reports(
    request: Request[Any, Any, Any],
    desk: TheDesk,
    person: ThePerson,
    before: FromQuery[int | None] = None,
    verified: FromQuery[str | None] = None,
    fault: FromQuery[str | None] = None,
) -> Response[str]:
    """Newest first."""
    only = {"yes": True, "no": False}.get(verified or "")
    found = desk.archive.newest(person.tenant, fault=fault, verified=only, before=before, limit=PAGE)
    words = Words(language_of(request))
    query = next(query for _, query, value in FILTERS if value is only)
    older = None
    if found.older is not None:
        older = f"/reports{query}{'&' if query else '?'}before={found.older}"
    return page(
        request,
        "reports.html",
        lines=[line(desk, row, words) for row in found.rows],
        older=older,
        filters=[(name, query) for name, query, _ in FILTERS],
        chosen=query,
    )


def row_of(desk: Desk, person: Person, code: str) -> Row:
    """The report of this code within the person's own tenant. Raises ``NotFoundException``, the same for what is not
    there and for what is another's."""
    seq = desk.locator.seq(code)
    row = None if seq is None else desk.archive.by_seq(person.tenant, seq)
    if row is None:
        raise NotFoundException
    return row


@get("/reports/{code:str}/raw.json", opt={"needs": Permission.READ_REPORT}, sync_to_thread=True)
def raw(desk: TheDesk, person: ThePerson, code: FromPath[str]) -> Response[bytes]:
    """The report's bytes; as they were sealed, unless they tell who the customer is."""
    found, _ = shown_content(desk, row_of(desk, person, code))
    if found is None:
        raise NotFoundException
    return Response(found, media_type="application/json", headers={"Cache-Control": "no-store"})


def pretty(data: bytes) -> str:
    """JSON to look at; what is none, as it is."""
    try:
        return json.dumps(json.loads(data), indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")


ROUTES = (reports, raw)
