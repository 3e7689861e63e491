"""Who gets in: deny by default, and no form from another site.

A handler says what it needs, ``opt={"needs": Permission.X}``; one that says nothing is shut for everybody, one that is
open to whoever comes says ANYONE. ``opt={"fresh": True}``: only with a password given within the last minutes.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from litestar.enums import RequestEncodingType
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.response import Redirect, Response

from cpe_agent.desk.people.logins import Session
from cpe_agent.desk.people.roles import ANYONE, Permission

if TYPE_CHECKING:
    from litestar import Request
    from litestar.connection import ASGIConnection
    from litestar.handlers.base import BaseRouteHandler

    from cpe_agent.desk.people.people import People

FIELD, HEADER = "form", "x-form"
PROGRAMS = ("/v1/", "/api/", "/health", "/version", "/metrics", "/schema")
"""Where programs ask: they get JSON, whatever they say that they accept, and are sent to no page."""
_READING = ("GET", "HEAD", "OPTIONS")
_FORMS = (RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART)


class ProveAgain(PermissionDeniedException):
    """It is the right person, but the password was given too long ago for this."""


async def allowed(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of the whole application. 401: nobody is logged in. 403: not this person, or not from this site."""
    needs = handler.opt.get("needs")
    person, auth = connection.scope.get("user"), connection.scope.get("auth")  # OPTIONS is not authenticated
    changes = connection.scope.get("method", "GET") not in _READING
    if needs != ANYONE and person is None:
        raise NotAuthorizedException("log in first")
    if changes and not from_here(connection) and not (person is not None and person.program):
        raise PermissionDeniedException("this form came from another site")
    if needs != ANYONE and (person is None or not isinstance(needs, Permission) or not person.may(needs)):
        raise PermissionDeniedException("this role may not do that")
    if changes and isinstance(auth, Session):
        await _form_fits(connection, auth)
    if handler.opt.get("fresh") and needs != ANYONE:
        people: People = connection.app.state.people
        if isinstance(auth, Session) and not auth.fresh(people.now()):
            raise ProveAgain("the password is asked for again")


def from_here(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Did one of the desk's own pages send this? Browsers say so themselves (Fetch Metadata); older ones send at least
    the Origin. Who sends neither is no browser, and has a token."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    own: str | None = connection.app.state.origin  # without a public address the desk does not know its own name
    if own is None:
        return urlsplit(origin).netloc == connection.headers.get("host")
    return urlsplit(origin)[:2] == urlsplit(own)[:2]


async def _form_fits(connection: ASGIConnection[Any, Any, Any, Any], session: Session) -> None:
    """The form's word: in the form, or (a script) in a header."""
    from litestar import Request

    people: People = connection.app.state.people
    word = connection.headers.get(HEADER)
    if word is None and isinstance(connection, Request) and connection.content_type[0] in _FORMS:
        word = (await connection.form()).get(FIELD)
    if not isinstance(word, str) or not hmac.compare_digest(word.encode(), people.form_word(session).encode()):
        raise PermissionDeniedException("this form is not of this session")


def turned_away(request: Request[Any, Any, Any], refused: NotAuthorizedException | ProveAgain) -> Response[Any]:
    """Exception handler: a person who reads a page is sent to the login (or asked for the password again) and comes
    back after; everything else gets the bare answer."""
    again = isinstance(refused, ProveAgain)
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(PROGRAMS):
        back = request.url.path if request.method in _READING else "/"
        if request.method in _READING and request.url.query:
            back += f"?{request.url.query}"
        door = "/confirm" if again else "/login"
        return Redirect(f"{door}?next={quote(back, safe='')}", status_code=303)
    headers = {} if again else {"WWW-Authenticate": "Bearer"}
    return Response({"reason": "refused"}, status_code=refused.status_code, headers=headers)


def inside(path: str | None) -> str:
    """Where to go after the login: a path of the desk, never another site."""
    if not path or not path.startswith("/") or path.startswith("//") or len(path) > 500:
        return "/"
    if "\\" in path or any(ord(c) < 33 or ord(c) == 127 for c in path):
        return "/"
    return path
