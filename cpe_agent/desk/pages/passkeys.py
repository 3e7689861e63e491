"""Passkeys: made in the account, used at the door. The browser's part needs its script (desk.js); who has none logs in
by password."""

from __future__ import annotations

import logging
from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Response

from cpe_agent.desk.pages.login import Asked, Short, people_of
from cpe_agent.desk.people import passkeys
from cpe_agent.desk.people.guard import inside
from cpe_agent.desk.people.logins import Session
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.passkeys import NoKey, Passkeys
from cpe_agent.desk.people.roles import ANYONE, Permission
from cpe_agent.desk.people.sessions import cookie

log = logging.getLogger("cpe_agent.desk")
OWN = {"needs": Permission.OWN_ACCOUNT}
FRESH = {**OWN, "fresh": True}  # whoever sits down at an open desk must not leave a key of his own
JSON = Body()


class NewKey(msgspec.Struct):
    credential: dict[str, Any]
    name: Short = ""


class Proof(msgspec.Struct):
    credential: dict[str, Any]
    next: Short = "/"


def _keys(request: Asked) -> Passkeys:
    found: Passkeys | None = request.app.state.passkeys
    if found is None:
        raise NotFoundException
    return found


@post("/account/passkeys/options", opt=FRESH, sync_to_thread=True)
def to_add(request: Asked) -> Response[str]:
    return Response(_keys(request).to_add(request.user), media_type=MediaType.JSON, status_code=200)


@post("/account/passkeys", opt=FRESH, sync_to_thread=True)
def add_key(request: Asked, data: Annotated[NewKey, JSON]) -> Response[Any]:
    try:
        _keys(request).add(request.user, data.name, data.credential)
    except (NoKey, BadName):
        return Response({"reason": "refused"}, status_code=422)
    return Response({"next": "/account"}, status_code=201)


@post("/account/passkeys/{number:int}/remove", opt=OWN, sync_to_thread=True)
def remove_key(request: Asked, number: FromPath[int]) -> Redirect:
    if not passkeys.remove(people_of(request), request.user, number):
        raise NotFoundException
    return Redirect("/account", status_code=303)


@post("/login/passkey/options", opt={"needs": ANYONE}, sync_to_thread=True)
def to_log_in(request: Asked) -> Response[str]:
    return Response(_keys(request).to_log_in(), media_type=MediaType.JSON, status_code=200)


@post("/login/passkey", opt={"needs": ANYONE}, sync_to_thread=True)
def log_in(request: Asked, data: Annotated[Proof, JSON]) -> Response[Any]:
    try:
        account = _keys(request).log_in(data.credential)
    except NoKey as error:
        log.warning("a passkey was refused", extra={"why": str(error)})
        return Response({"reason": "refused"}, status_code=422)
    before = request.auth if isinstance(request.auth, Session) else None
    word = people_of(request).admit(account, "passkey", before)
    done = cookie(word, request.app.state.secure)
    return Response({"next": inside(data.next)}, status_code=200, cookies=[done])


PASSKEYS = [to_add, add_key, remove_key, to_log_in, log_in]
