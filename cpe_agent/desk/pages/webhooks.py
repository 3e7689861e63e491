"""Webhooks, for the administrator: made, switched off, and what became of their messages."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response

from cpe_agent.desk.desk import Desk
from cpe_agent.desk.pages.given import TheDesk
from cpe_agent.desk.pages.login import FORM, Asked, Short, people_of
from cpe_agent.desk.pages.view import page
from cpe_agent.desk.people import managing
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.roles import Permission
from cpe_agent.desk.webhooks import hooks
from cpe_agent.desk.webhooks.outbox import EVENTS
from cpe_agent.desk.webhooks.targets import NotAllowed

MANAGE = {"needs": Permission.MANAGE_WEBHOOKS}
PAGE = 50


class NewHook(msgspec.Struct):
    name: Short = ""
    url: Annotated[str, msgspec.Meta(max_length=hooks.MOST_URL)] = ""
    events: list[Short] | Short = []


@get("/people/webhooks", opt=MANAGE, sync_to_thread=True)
def webhooks_page(request: Asked, desk: TheDesk) -> Response[Any]:
    return _list(request, desk)


@post("/people/webhooks", opt=MANAGE, sync_to_thread=True)
def add_webhook(request: Asked, desk: TheDesk, data: Annotated[NewHook, FORM]) -> Response[Any]:
    events = [data.events] if isinstance(data.events, str) else data.events
    people, by, listed = people_of(request), managing.by(request.user), desk.settings.webhook_targets
    try:
        _, word = hooks.add(people, desk.archive, desk.secret, by, data.name, data.url, events, listed)
    except NotAllowed as error:
        return _list(request, desk, f"wrong.{error.key}", data)
    except BadName:
        return _list(request, desk, "wrong.name", data)
    except ValueError:
        return _list(request, desk, "wrong.events", data)
    except hooks.TooMany:
        return _list(request, desk, "wrong.many", data)
    return page(request, "webhook_made.html", value=word)


@post("/people/webhooks/{number:int}/disable", opt=MANAGE, sync_to_thread=True)
def disable_webhook(request: Asked, number: FromPath[int]) -> Redirect:
    try:
        hooks.disable(people_of(request), managing.by(request.user), number)
    except managing.NotFound:
        raise NotFoundException from None
    return Redirect("/people/webhooks", status_code=303)


@get("/people/webhooks/{number:int}", opt=MANAGE, sync_to_thread=True)
def deliveries_page(request: Asked, number: FromPath[int], before: FromQuery[int | None] = None) -> Response[Any]:
    """Its messages, newest first."""
    with people_of(request).records.read() as connection:
        try:
            hook = hooks.hook(connection, request.user.tenant, number)
        except managing.NotFound:
            raise NotFoundException from None
        rows = hooks.deliveries(connection, number, before=before, limit=PAGE + 1)
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    return page(request, "webhook.html", hook=hook, rows=rows[:PAGE], older=older)


@post("/people/deliveries/{number:int}/again", opt=MANAGE, sync_to_thread=True)
def send_again(request: Asked, number: FromPath[int]) -> Redirect:
    try:
        hook = hooks.again(people_of(request), managing.by(request.user), number)
    except managing.NotFound:
        raise NotFoundException from None
    return Redirect(f"/people/webhooks/{hook}", status_code=303)


def _list(request: Asked, desk: Desk, wrong: str = "", typed: NewHook | None = None) -> Response[Any]:
    with people_of(request).records.read() as connection:
        rows = hooks.hooks_of(connection, request.user.tenant)
    return page(
        request, "webhooks.html", status=422 if wrong else 200, rows=rows, wrong=wrong, typed=typed or NewHook(),
        events=EVENTS, targets=desk.settings.webhook_targets,
    )  # fmt: skip


ROUTES = (webhooks_page, add_webhook, disable_webhook, deliveries_page, send_again)
