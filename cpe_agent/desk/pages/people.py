"""People and their invitations, for the administrator; and the list of all routes of this area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response

from cpe_agent.desk.pages.account import ACCOUNT
from cpe_agent.desk.pages.login import DOOR, FORM, Asked, Short, people_of
from cpe_agent.desk.pages.openid import OPENID
from cpe_agent.desk.pages.passkeys import PASSKEYS
from cpe_agent.desk.pages.people_audit import AUDIT
from cpe_agent.desk.pages.people_tickets import TICKETS
from cpe_agent.desk.pages.people_tokens import TOKENS
from cpe_agent.desk.pages.view import page
from cpe_agent.desk.people import accounts, invites, managing
from cpe_agent.desk.people.roles import PEOPLE, Permission, Role

MANAGE = {"needs": Permission.MANAGE_PEOPLE}
PAGE = 50


class RoleChosen(msgspec.Struct):
    role: Short = ""


@get("/people", opt=MANAGE, sync_to_thread=True)
def people_page(request: Asked, before: FromQuery[int | None] = None) -> Response[Any]:
    return _people(request, before=before)


@post("/people/invite", opt=MANAGE, sync_to_thread=True)
def invite(request: Asked, data: Annotated[RoleChosen, FORM]) -> Response[Any]:
    role = _role(data.role)
    word = managing.invite(people_of(request), managing.by(request.user), role)
    return _link(request, word, "invite.made")


@post("/people/invites/{number:int}/withdraw", opt=MANAGE, sync_to_thread=True)
def withdraw(request: Asked, number: FromPath[int]) -> Response[Any]:
    return _changed(request, lambda: managing.withdraw(people_of(request), managing.by(request.user), number))


@post("/people/{number:int}/reset", opt=MANAGE, sync_to_thread=True)
def reset(request: Asked, number: FromPath[int]) -> Response[Any]:
    try:
        word = managing.reset(people_of(request), managing.by(request.user), number)
    except managing.NotFound:
        raise NotFoundException from None
    return _link(request, word, "reset.made")


@post("/people/{number:int}/role", opt=MANAGE, sync_to_thread=True)
def change_role(request: Asked, number: FromPath[int], data: Annotated[RoleChosen, FORM]) -> Response[Any]:
    role = _role(data.role)
    return _changed(request, lambda: managing.set_role(people_of(request), managing.by(request.user), number, role))


@post("/people/{number:int}/disable", opt=MANAGE, sync_to_thread=True)
def disable(request: Asked, number: FromPath[int]) -> Response[Any]:
    return _changed(request, lambda: managing.disable(people_of(request), managing.by(request.user), number))


@post("/people/{number:int}/enable", opt=MANAGE, sync_to_thread=True)
def enable(request: Asked, number: FromPath[int]) -> Response[Any]:
    return _changed(request, lambda: managing.enable(people_of(request), managing.by(request.user), number))


def _changed(request: Asked, change: Callable[[], None]) -> Response[Any]:
    try:
        change()
    except managing.NotFound:
        raise NotFoundException from None
    except accounts.LastAdministrator:
        return _people(request, said="people.last", status=409)
    return Redirect("/people", status_code=303)


def _role(text: str) -> Role:
    if text not in PEOPLE:
        raise ValidationException("no such role")
    return Role(text)


def _link(request: Asked, word: str, title: str) -> Response[Any]:
    link = f"{request.app.state.address}/welcome/{word}"
    return page(request, "people_once.html", title=title, value=link, back="/people")


def _people(request: Asked, *, before: int | None = None, said: str = "", status: int = 200) -> Response[Any]:
    people, tenant = people_of(request), request.user.tenant
    with people.records.read() as connection:
        rows = accounts.people_of(connection, tenant, before=before, limit=PAGE + 1)
        waiting = invites.open_of(connection, people.now(), tenant)
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    return page(
        request,
        "people.html",
        status=status,
        rows=rows[:PAGE],
        invites=waiting,
        roles=PEOPLE,
        older=older,
        said=said,
    )


PEOPLE_ROUTES = [
    *DOOR,
    *OPENID,
    *PASSKEYS,
    *ACCOUNT,
    people_page,
    invite,
    withdraw,
    reset,
    change_role,
    disable,
    enable,
    *TOKENS,
    *TICKETS,
    *AUDIT,
]
