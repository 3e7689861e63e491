"""Who sends a request: a person by the session's cookie, a program by its token. Litestar's middleware."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from litestar.datastructures import Cookie
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from cpe_agent.desk.people import hidden
from cpe_agent.desk.people.logins import WHOLE_S

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection

    from cpe_agent.desk.people.people import People

SECURE_COOKIE = "__Host-desk"
PLAIN_COOKIE = "desk"


def cookie_name(secure: bool) -> str:
    return SECURE_COOKIE if secure else PLAIN_COOKIE


def cookie(word: str, secure: bool) -> Cookie:
    """``secure``: people reach the desk by https. Over plain http, which is for one's own machine only, Chromium
    drops a cookie whose name begins with __Host-, also on 127.0.0.1; there it has the plain name."""
    return Cookie(cookie_name(secure), value=word, max_age=WHOLE_S, secure=secure, httponly=True, samesite="lax")


def no_cookie(secure: bool) -> Cookie:
    return Cookie(cookie_name(secure), value="", max_age=0, secure=secure, httponly=True, samesite="lax")


class Authentication(AbstractAuthenticationMiddleware):
    """Fills ``request.user`` (Person or None) and ``request.auth`` (Session, Token or None). Turns nobody away: that
    is the guard's. Of the application's state it reads ``people`` (People) and ``secure`` (bool)."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        people: People = connection.app.state.people
        header = connection.headers.get("authorization")
        if header is not None:  # a program; it never gets a person's rights because a cookie came along
            scheme, _, word = header.partition(" ")
            word = word.strip()
            if scheme.lower() == "bearer" and word.startswith(hidden.TOKEN):
                token = await asyncio.to_thread(people.token, word)
                if token is not None:
                    return AuthenticationResult(user=token.person, auth=token)
            return AuthenticationResult(user=None, auth=None)
        word = connection.cookies.get(cookie_name(connection.app.state.secure), "")
        session = await asyncio.to_thread(people.session, word) if word else None
        return AuthenticationResult(user=session.person if session else None, auth=session)
