"""Upload tickets: list, make for everybody's program (general enrolment) or a case, revoke."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response

from cpe_agent.case_code import read_case_code
from cpe_agent.desk.pages.login import FORM, Asked, Short, people_of
from cpe_agent.desk.pages.view import page
from cpe_agent.desk.people import managing, tickets
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.roles import Permission

MANAGE = {"needs": Permission.MANAGE_TICKETS}
PAGE = 50
DAY_S = 86400


class NewTicket(msgspec.Struct):
    note: Short = ""
    case: Short = ""
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 7


@get("/people/tickets", opt=MANAGE, sync_to_thread=True)
def tickets_page(request: Asked, before: FromQuery[int | None] = None) -> Response[Any]:
    people = people_of(request)
    with people.records.read() as connection:
        rows = tickets.tickets_of(connection, request.user.tenant, before=before, limit=PAGE + 1)
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    return page(request, "people_tickets.html", rows=rows[:PAGE], older=older, now=people.now())


@post("/people/tickets", opt=MANAGE, sync_to_thread=True)
def add_ticket(request: Asked, data: Annotated[NewTicket, FORM]) -> Response[Any]:
    people = people_of(request)
    case = read_case_code(data.case) if data.case.strip() else None
    if data.case.strip() and case is None:
        raise NotFoundException
    try:
        expires = people.now() + data.days * DAY_S
        note = data.note if data.note.strip() else None
        _, word = managing.add_ticket(people, managing.by(request.user), expires=expires, case=case, note=note)
    except tickets.NotHere:
        raise NotFoundException from None
    except BadName:
        raise ValidationException("this note cannot be kept") from None
    return page(request, "people_once.html", title="ticket.made", value=word, back="/people/tickets")


@post("/people/tickets/{number:int}/revoke", opt=MANAGE, sync_to_thread=True)
def revoke_ticket(request: Asked, number: FromPath[int]) -> Redirect:
    try:
        managing.revoke_ticket(people_of(request), managing.by(request.user), number)
    except managing.NotFound:
        raise NotFoundException from None
    return Redirect("/people/tickets", status_code=303)


TICKETS = [tickets_page, add_ticket, revoke_ticket]
