"""A page out of a template: in whose language, with what every page needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Request, Response
from litestar.enums import MediaType
from markupsafe import Markup

from cpe_agent.desk.pages.templating import rendered
from cpe_agent.desk.people.guard import FIELD
from cpe_agent.desk.people.logins import Session
from cpe_agent.desk.people.roles import Permission, Person
from cpe_agent.words import LANGUAGES, SOURCE

LANGUAGE_COOKIE = "desk-language"
LINKS: tuple[tuple[str, str, Permission], ...] = (
    ("reports", "/reports", Permission.READ_REPORT),
    ("cases", "/cases", Permission.READ_REPORT),
    ("outcomes", "/outcomes", Permission.READ_FIGURES),
    ("people", "/people", Permission.MANAGE_PEOPLE),
    ("tickets", "/people/tickets", Permission.MANAGE_TICKETS),
    ("audit", "/audit", Permission.READ_AUDIT),
)


def language_of(request: Request[Any, Any, Any]) -> str:
    """The one chosen in this browser (at the door, too) until the next sign-out, the person's own, the browser's,
    English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    person = request.scope.get("user")
    if isinstance(person, Person) and person.language in LANGUAGES:
        return person.language
    for part in request.headers.get("accept-language", "").split(",")[:8]:
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return SOURCE


def page(request: Request[Any, Any, Any], template: str, /, *, status: int = 200, **context: Any) -> Response[str]:
    person = request.scope.get("user")
    person = person if isinstance(person, Person) else None
    links = [(name, address) for name, address, needs in LINKS if person is not None and person.may(needs)]
    html = rendered(
        template,
        language_of(request),
        person=person,
        links=links,
        here=request.url.path,
        hidden=_hidden(request),
        **context,
    )
    return Response(html, media_type=MediaType.HTML, status_code=status, headers={"Cache-Control": "no-store"})


def _hidden(request: Request[Any, Any, Any]) -> Callable[[], Markup]:
    """The field that ties a form to the session it was made for."""
    session = request.scope.get("auth")
    word = request.app.state.people.form_word(session) if isinstance(session, Session) else ""
    return lambda: Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, word)
