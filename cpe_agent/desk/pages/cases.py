"""The list of cases, a new one, and the page of one, which follows the customer's run."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from cpe_agent.collector import Outcome
from cpe_agent.desk.cases.against import NOT_US
from cpe_agent.desk.cases.conclusions import against_the_evidence
from cpe_agent.desk.cases.outcomes import WORDS as FOUND
from cpe_agent.desk.cases.store import SHOWS, Case, NoSuchCase
from cpe_agent.desk.customers import BadValue
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.live.wishes import WISHES
from cpe_agent.desk.pages.case_view import view
from cpe_agent.desk.pages.case_words import what
from cpe_agent.desk.pages.downloads import link
from cpe_agent.desk.pages.given import Form, TheDesk, ThePerson
from cpe_agent.desk.pages.templating import Words
from cpe_agent.desk.pages.view import language_of, page
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.roles import Permission, Person
from cpe_agent.facts import SECTIONS, section_name

Wrong = dict[str, str]
"""Which form of the page was not taken, and why: ``{"conclusion": "..."}``."""
_SECTIONS = tuple(section_name(section) for section in SECTIONS)
READS = {"needs": Permission.READ_REPORT}
WRITES = {"needs": Permission.WRITE_CASE}


@get("/cases", opt=READS, sync_to_thread=True)
def cases(
    request: Request[Any, Any, Any],
    desk: TheDesk,
    person: ThePerson,
    show: FromQuery[str] = "",
    before: FromQuery[int | None] = None,
) -> Response[Any]:
    """Newest first. ``show``: one of ``SHOWS``; who holds none himself sees all open ones at first."""
    return _list(request, desk, person, show, before)


def _list(
    request: Request[Any, Any, Any], desk: Desk, person: Person, show: str = "", before: int | None = None,
    wrong: str = "", typed: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    if show not in SHOWS:
        show = "mine" if person.may(Permission.WRITE_CASE) else "open"
    found = desk.cases.page(person, show, before=before)
    return page(
        request,
        "cases.html",
        status=422 if wrong else 200,
        show=show,
        shows=SHOWS,
        found=found,
        older=None if found.older is None else f"/cases?show={show}&before={found.older}",
        wrong=wrong,
        typed=typed or {},
        may_open=person.may(Permission.WRITE_CASE),
        may_see_against=person.may(Permission.TAKE_CASE),
    )


@post("/cases", opt=WRITES, sync_to_thread=True)
def open_case(request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, data: Form) -> Response[Any]:
    """A new case, held by who opens it. A telephone or a number ties it to the customer."""
    words = Words(language_of(request))
    typed = {key: str(data.get(key, "")).strip() for key in ("name", "telephone", "number", "language")}
    try:
        customer = None
        if typed["telephone"] or typed["number"]:
            customer = desk.customers.known(
                person.tenant,
                telephone=typed["telephone"] or None,
                number=typed["number"] or None,
                language=typed["language"] or None,
            )
        made = desk.cases.open(
            person, desk.now(), name=typed["name"], customer=customer, language=typed["language"] or None
        )
    except (BadName, BadValue) as error:
        key = "name" if isinstance(error, BadName) else error.what
        return _list(request, desk, person, wrong=words.say("cases", f"wrong.{key}"), typed=typed)
    if customer is not None:  # he was found, or made, by what is personal
        with desk.records.write() as connection:
            subject = f"customer:{customer}"
            desk.people.audit.note(connection, desk.now(), person.tenant, person.who, "case-opened", subject, made.code)
    return Redirect(f"/cases/{made.code}", status_code=303)


def case_of(desk: Desk, person: Person, code: str) -> Case:
    """Raises ``NotFoundException``, the same for what is not there and for what is another's."""
    try:
        return desk.cases.find(person.tenant, code)
    except NoSuchCase:
        raise NotFoundException from None


@get("/cases/{code:str}", opt=READS)
async def case(request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str]) -> Response[Any]:
    """The page of a case; it is watched while it is open."""
    return await case_page(request, desk, person, code)


async def case_page(
    request: Request[Any, Any, Any], desk: Desk, person: Person, code: str, wrong: Wrong | None = None,
    typed: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    """``wrong``: what was not taken, shown beside its form with what was ``typed``."""
    found = await asyncio.to_thread(case_of, desk, person, code)
    if code != found.code and not wrong:
        return Redirect(f"/cases/{found.code}", status_code=303)
    watches = person.may(Permission.WATCH_RUN)
    last, items = desk.feed.so_far(person.tenant, found.code) if watches else ("", ())
    if watches and found.closed is None:
        desk.feed.look(person.tenant, found.code)
    return await asyncio.to_thread(_case_page, request, desk, person, found, last, items, wrong or {}, typed or {})


def _case_page(
    request: Request[Any, Any, Any], desk: Desk, person: Person, found: Case, last: str, items: tuple[Any, ...],
    wrong: Wrong, typed: dict[str, str],
) -> Response[Any]:  # fmt: skip
    shown = view(desk, found, language_of(request), last, items)
    open_ = found.closed is None
    return page(
        request,
        "case.html",
        status=422 if wrong else 200,
        **shown._asdict(),
        wrong=wrong,
        typed=typed,
        link=link(desk, found.code),
        not_us=NOT_US,
        found_words=[word for word in FOUND if word != "another" and (word != "right" or shown.named)],
        wishes=WISHES,
        sections=_SECTIONS,
        outcomes=[outcome.value for outcome in Outcome],
        mine=found.holder == person.id and not person.program,
        may_write=open_ and person.may(Permission.WRITE_CASE),
        may_reopen=not open_ and person.may(Permission.WRITE_CASE),
        may_take=open_ and person.may(Permission.WRITE_CASE)
        and found.holder != person.id and (found.holder is None or person.may(Permission.TAKE_CASE)),
        may_hand_over=open_ and person.may(Permission.WRITE_CASE)
        and (found.holder in (person.id, None) or person.may(Permission.TAKE_CASE)),
        may_watch=person.may(Permission.WATCH_RUN),
        may_ask=open_ and person.may(Permission.ASK_RUN),
        may_attach=person.may(Permission.ATTACH_REPORT) and shown.newest is not None
        and not shown.newest.listed.verified and not shown.newest.row.attached,
        may_find=person.may(Permission.WRITE_OUTCOME),
    )  # fmt: skip


@get("/against-the-evidence", opt={"needs": Permission.TAKE_CASE}, sync_to_thread=True)
def against(
    request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, before: FromQuery[int | None] = None
) -> Response[Any]:
    """What was concluded against the evidence, for seniors."""
    found = against_the_evidence(desk.records, person.tenant, before=before)
    words = Words(language_of(request))
    lines = [
        {
            "at": entry.at, "by": entry.by, "case": entry.case, "concluded": what(entry.concluded, words),
            "said": [what(f, words) if f else words.say("cases", f"against.short.{k}") for k, f in entry.against],
            "reason": entry.reason,
        }
        for entry in found.lines
    ]  # fmt: skip
    older = None if found.older is None else f"/against-the-evidence?before={found.older}"
    return page(request, "cases_against.html", lines=lines, older=older)


ROUTES = (cases, open_case, case, against)
