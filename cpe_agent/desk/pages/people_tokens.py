"""API tokens: list, make, revoke."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response

from cpe_agent.desk.pages.login import FORM, Asked, Short, people_of
from cpe_agent.desk.pages.view import page
from cpe_agent.desk.people import managing, tokens
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.roles import MAY, Permission, Role

MANAGE = {"needs": Permission.MANAGE_TOKENS}
PAGE = 50
DAY_S = 86400


class NewToken(msgspec.Struct):
    """``days``: how long it holds; nothing: until it is revoked. ``permissions``: nothing: all of an integration."""

    name: Short = ""
    days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0
    permissions: list[Short] | Short = []


@get("/people/tokens", opt=MANAGE, sync_to_thread=True)
def tokens_page(request: Asked, before: FromQuery[int | None] = None) -> Response[Any]:
    people = people_of(request)
    with people.records.read() as connection:
        rows = tokens.tokens_of(connection, request.user.tenant, before=before, limit=PAGE + 1)
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    grants = sorted(MAY[Role.INTEGRATION])
    return page(request, "people_tokens.html", rows=rows[:PAGE], older=older, now=people.now(), grants=grants)


@post("/people/tokens", opt=MANAGE, sync_to_thread=True)
def add_token(request: Asked, data: Annotated[NewToken, FORM]) -> Response[Any]:
    people = people_of(request)
    named = [data.permissions] if isinstance(data.permissions, str) else data.permissions
    try:
        granted = {Permission(name) for name in named} or None
        expires = people.now() + data.days * DAY_S if data.days else None
        _, word = managing.add_token(people, managing.by(request.user), data.name, granted, expires)
    except (BadName, ValueError):
        raise ValidationException("a token needs a name, and no more rights than an integration has") from None
    return page(request, "people_once.html", title="token.made", value=word, back="/people/tokens")


@post("/people/tokens/{number:int}/revoke", opt=MANAGE, sync_to_thread=True)
def revoke_token(request: Asked, number: FromPath[int]) -> Redirect:
    try:
        managing.revoke_token(people_of(request), managing.by(request.user), number)
    except managing.NotFound:
        raise NotFoundException from None
    return Redirect("/people/tokens", status_code=303)


TOKENS = [tokens_page, add_token, revoke_token]
