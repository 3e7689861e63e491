"""The one box: what was typed, and where it leads. It is sent in a form's body and never in an address, because it may
be a telephone number, and addresses are kept by browsers and logs."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect

from cpe_agent.desk.archive import Row
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.finding.found import Hit
from cpe_agent.desk.pages.given import Form, TheDesk, ThePerson
from cpe_agent.desk.pages.reports import Line, line
from cpe_agent.desk.pages.templating import Words, shown
from cpe_agent.desk.pages.view import language_of, page
from cpe_agent.desk.people.roles import Permission

NEWEST = 12


class Choice(NamedTuple):
    """A thing to choose: where it leads, what it is called, how it was found, and the report's line if it is one."""

    address: str
    name: str
    how: str
    line: Line | None = None


@get("/", opt={"needs": Permission.OWN_ACCOUNT}, sync_to_thread=True)
def home(request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson) -> Response[Any]:
    """The box, and what came in last. Who reads no reports is shown what he does instead."""
    if not person.may(Permission.READ_REPORT):
        return Redirect("/people" if person.may(Permission.MANAGE_PEOPLE) else "/account", status_code=303)
    words = Words(language_of(request))
    rows = desk.archive.newest(person.tenant, limit=NEWEST).rows
    return page(request, "home.html", lines=[line(desk, row, words) for row in rows], focus_search=True)


@post("/find", opt={"needs": Permission.READ_REPORT}, sync_to_thread=True)
def find(
    request: Request[Any, Any, Any],
    desk: TheDesk,
    person: ThePerson,
    data: Form,
) -> Response[Any]:
    """One thing is opened; of several he chooses; of nothing it says why, and what is close."""
    found = desk.finder.find(person, str(data.get("text", "")))
    words = Words(language_of(request))
    one = found.one
    if one is not None and (address := _address(desk, one)) is not None:
        return Redirect(address, status_code=303)
    status = 429 if found.wait else 200 if found.hits else 404
    return page(
        request,
        "find.html",
        status=status,
        searched=found.text,
        found=found,
        choices=_choices(desk, found.hits, words),
        near=_choices(desk, found.near, words),
        problem=None if found.problem is None else words.say("finding", found.problem, digits=found.digits),
    )


def _choices(desk: Desk, hits: tuple[Hit, ...], words: Words) -> list[Choice]:
    found = []
    for hit in hits:
        address = _address(desk, hit)
        if address is None:
            continue
        how = words.say("finding", f"hit.{hit.what}")
        if hit.corrected:
            how = f"{how} · {words.say('finding', 'corrected', code=hit.read)}"
        row = hit.row or _newest(desk, hit)
        found.append(Choice(address, _name(desk, hit, words), how, line(desk, row, words) if row else None))
        for row in hit.may_be:
            shown = line(desk, row, words)
            name = words.say("finding", "report", code=shown.code)
            found.append(Choice(f"/reports/{shown.code}", name, words.say("finding", "may-be"), shown))
    return found


def _newest(desk: Desk, hit: Hit) -> Row | None:
    """What a customer's last report found tells him from the others of his telephone."""
    if hit.customer is None:
        return None
    return next(iter(desk.archive.of_customer(hit.customer.tenant, hit.customer.id, limit=1).rows), None)


def _address(desk: Desk, hit: Hit) -> str | None:
    if hit.row is not None:
        return f"/reports/{desk.locator.code(hit.row.seq)}"
    if hit.case is not None:
        return f"/cases/{hit.case.code}"
    if hit.customer is not None:
        return f"/customers/{hit.customer.id}"
    if hit.spoken is not None:
        return f"/code/{quote(hit.typed, safe='')}"  # as it came: the card says what was corrected
    return None


def _name(desk: Desk, hit: Hit, words: Words) -> str:
    if hit.row is not None:
        return words.say("finding", "report", code=desk.locator.code(hit.row.seq))
    if hit.case is not None:
        name = words.say("finding", "case", code=hit.case.code)
        return f"{name} · {shown(hit.case.name)}" if hit.case.name else name
    if hit.customer is not None:
        number = desk.customers.masked(hit.customer.tenant, hit.customer.id).number
        return words.say("finding", "customer.number" if number else "customer", id=hit.customer.id, number=number)
    return words.say("finding", "spoken")


ROUTES = (home, find)
