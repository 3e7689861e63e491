"""The door: log in, come in through an invitation, prove it again, log out."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect, Response

from cpe_agent.desk.pages.view import LANGUAGE_COOKIE, language_of, page
from cpe_agent.desk.people.accounts import Taken
from cpe_agent.desk.people.guard import inside
from cpe_agent.desk.people.logins import Session
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.passwords import Busy
from cpe_agent.desk.people.people import Chosen, Gone, People, Refused, Throttled, Weak
from cpe_agent.desk.people.roles import ANYONE, Permission
from cpe_agent.desk.people.sessions import cookie, no_cookie
from cpe_agent.words import LANGUAGES, SOURCE

Asked = Request[Any, Any, Any]
Short = Annotated[str, msgspec.Meta(max_length=2000)]
FORM = Body(media_type=RequestEncodingType.URL_ENCODED)


class Login(msgspec.Struct):
    name: Short = ""
    password: Short = ""
    next: Short = "/"


class Again(msgspec.Struct):
    password: Short = ""
    next: Short = "/"


class Welcome(msgspec.Struct):
    name: Short = ""
    password: Short = ""
    language: Short = SOURCE


def people_of(request: Asked) -> People:
    people: People = request.app.state.people
    return people


def address_of(request: Asked) -> str:
    return request.client.host if request.client else ""


def entered(request: Asked, word: FromPath[str], to: str) -> Redirect:
    return Redirect(inside(to), status_code=303, cookies=[cookie(word, request.app.state.secure)])


REFUSALS: dict[type[Exception], tuple[str, int]] = {
    Refused: ("login.refused", 401),
    Throttled: ("login.throttled", 429),
    Busy: ("login.busy", 503),
}
"""What became of a password, as a key of the words and a status."""
AGAIN: dict[type[Exception], tuple[str, int]] = {**REFUSALS, Refused: ("confirm.refused", 422)}
"""The same where the person is in already."""


@get("/login", opt={"needs": ANYONE}, sync_to_thread=False)
def login_page(request: Asked) -> Response[Any]:
    to = inside(request.query_params.get("next"))
    if isinstance(request.auth, Session):
        return Redirect(to, status_code=303)
    return _login(request, to)


@post("/login", opt={"needs": ANYONE}, sync_to_thread=True)
def login(request: Asked, data: Annotated[Login, FORM]) -> Response[Any]:
    before = request.auth if isinstance(request.auth, Session) else None
    try:
        word = people_of(request).log_in(data.name, data.password, address_of(request), before)
    except tuple(REFUSALS) as refused:
        said, status = REFUSALS[type(refused)]
        return _login(request, inside(data.next), name=data.name[:80], said=said, status=status)
    return entered(request, word, data.next)


def _login(request: Asked, to: str, *, name: str = "", said: str = "", status: int = 200) -> Response[Any]:
    provider = request.app.state.provider
    return page(
        request,
        "login.html",
        status=status,
        next=to,
        name=name,
        said=said,
        provider=provider.name if provider else None,
        passkeys=request.app.state.passkeys is not None,
    )


@post("/sign-out", opt={"needs": Permission.OWN_ACCOUNT}, sync_to_thread=True)
def sign_out(request: Asked) -> Redirect:
    people_of(request).log_out(request.auth)
    secure = request.app.state.secure
    # What the browser kept of the pages goes too: the next person at this desk presses Back.
    left = [no_cookie(secure), Cookie(LANGUAGE_COOKIE, value="", max_age=0)]  # the next one has a language of his own
    return Redirect("/login", status_code=303, cookies=left, headers={"Clear-Site-Data": '"cache"'})


@get("/confirm", opt={"needs": Permission.OWN_ACCOUNT}, sync_to_thread=False)
def confirm_page(request: Asked) -> Response[Any]:
    return _confirm(request, inside(request.query_params.get("next")))


@post("/confirm", opt={"needs": Permission.OWN_ACCOUNT}, sync_to_thread=True)
def confirm(request: Asked, data: Annotated[Again, FORM]) -> Response[Any]:
    to = inside(data.next)
    try:
        people_of(request).confirm(request.auth, data.password, address_of(request))
    except tuple(REFUSALS) as refused:
        said, status = AGAIN[type(refused)]
        return _confirm(request, to, said=said, status=status)
    return Redirect(to, status_code=303)


def _confirm(request: Asked, to: str, *, said: str = "", status: int = 200) -> Response[Any]:
    provider = request.app.state.provider
    name = provider.name if provider else None
    return page(request, "people_confirm.html", status=status, next=to, said=said, provider=name)


@get("/welcome/{word:str}", opt={"needs": ANYONE}, sync_to_thread=True)
def welcome_page(request: Asked, word: FromPath[str]) -> Response[Any]:
    return _welcome(request, word)


@post("/welcome/{word:str}", opt={"needs": ANYONE}, sync_to_thread=True)
def welcome(request: Asked, word: FromPath[str], data: Annotated[Welcome, FORM]) -> Response[Any]:
    language = data.language if data.language in LANGUAGES else SOURCE
    try:
        entry = people_of(request).accept(word, Chosen(data.name, data.password, language))
    except (Gone, Taken, BadName, Weak, Busy) as refused:
        said = _WELCOME.get(type(refused)) or str(refused)
        return _welcome(request, word, name=data.name[:80], said=said, status=503 if isinstance(refused, Busy) else 422)
    return entered(request, entry, "/")


_WELCOME: dict[type[Exception], str] = {
    Gone: "welcome.gone",
    Taken: "welcome.taken",
    BadName: "welcome.name.bad",
    Busy: "login.busy",
}


def _welcome(request: Asked, word: str, *, name: str = "", said: str = "", status: int = 200) -> Response[Any]:
    try:
        invite, whose = people_of(request).invited(word)
    except Gone:
        return page(request, "people_gone.html", status=404)
    return page(
        request,
        "people_welcome.html",
        status=status,
        name=name,
        said=said,
        role=invite.role,
        whose=whose.shown if whose else None,
        chosen=language_of(request),
    )


DOOR = [login_page, login, sign_out, confirm_page, confirm, welcome_page, welcome]
