"""Who may watch a case as it happens: asked once, when the page's connection opens."""

from __future__ import annotations

import asyncio
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from cpe_agent.desk.cases.store import NoSuchCase
from cpe_agent.desk.live.stream import Authorise, Viewer
from cpe_agent.desk.people.roles import Permission
from cpe_agent.desk.people.sessions import cookie_name

if TYPE_CHECKING:
    from cpe_agent.desk.desk import Desk


def watching(desk: Desk) -> Authorise:
    """By the session's cookie. None for who is not signed in, may not watch, or has no such case: the same for all."""

    async def authorise(scope: dict[str, Any], code: str) -> Viewer | None:
        word = _session_word(scope, cookie_name(desk.settings.secure))
        return await asyncio.to_thread(_viewer, desk, word, code) if word else None

    return authorise


def _viewer(desk: Desk, word: str, code: str) -> Viewer | None:
    session = desk.people.session(word)
    if session is None or not session.person.may(Permission.WATCH_RUN):
        return None
    try:
        case = desk.cases.find(session.person.tenant, code)
    except NoSuchCase:
        return None
    return Viewer(case.tenant, session.person.who)


def _session_word(scope: dict[str, Any], name: str) -> str:
    for header, value in scope["headers"]:
        if header == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(name)
            except CookieError:
                return ""
            if found is not None:
                return found.value
    return ""
