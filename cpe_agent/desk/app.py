"""One ASGI application: what customers' programs send goes to the raw part, what the provider's people and programs ask
to Litestar. Every answer of the latter carries the headers that keep a page to itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.sync import AsyncCallable

from cpe_agent.desk.api.problem import answered, noted
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.head_only import HeadOnly
from cpe_agent.desk.observed import Observed
from cpe_agent.desk.pages.templating import HERE
from cpe_agent.desk.pages.view import LANGUAGE_COOKIE, page
from cpe_agent.desk.people.guard import PROGRAMS, ProveAgain, allowed, turned_away
from cpe_agent.desk.people.roles import ANYONE, Person
from cpe_agent.words import LANGUAGES

if TYPE_CHECKING:
    from cpe_agent.desk.logs import Log

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
ASSETS = {
    "desk.css": "text/css",
    "desk.js": "text/javascript",
    "public.css": "text/css",
    "q.js": "text/javascript",
}
YEAR_S = 365 * 86400


@get("/assets/{name:str}", opt={"needs": ANYONE}, sync_to_thread=False)
def asset(name: FromPath[str]) -> Response[bytes]:
    """The page's own style and script."""
    if name not in ASSETS:
        raise HTTPException(status_code=404)
    content = (HERE / "assets" / name).read_bytes()
    return Response(content, media_type=ASSETS[name], headers={"Cache-Control": "no-cache"})


@post("/language", opt={"needs": ANYONE})
async def language(request: Request[Any, Any, Any]) -> Redirect:
    """Another language, for this browser and for the person."""
    form = await request.form()
    chosen, back = str(form.get("language", "")), str(form.get("back", "/"))
    answer = Redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/", status_code=303)
    secure = request.url.scheme == "https"
    if chosen in LANGUAGES:
        person = _person(request)
        if person is not None and not person.program:
            await asyncio.to_thread(request.app.state.people.set_language, person, chosen)
        answer.set_cookie(
            Cookie(LANGUAGE_COOKIE, value=chosen, max_age=YEAR_S, httponly=True, samesite="lax", secure=secure)
        )
    return answer


_NOTICES = {400: "bad-request", 401: "refused", 403: "refused", 404: "absent", 405: "absent", 429: "too-many"}


def told(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """What went wrong, as a page, or as JSON for a program."""
    if request.url.path.startswith(PROGRAMS):
        return answered(request, error)
    status = error.status_code if isinstance(error, HTTPException) else 500
    number = noted(error) if status >= 500 else ""
    notice = _NOTICES.get(status, "bad-request" if status < 500 else "broken")
    if "text/html" not in request.headers.get("accept", "text/html"):
        return Response({"reason": notice.replace("-", " ")}, status_code=status)
    return page(request, "notice.html", status=status, notice=notice, fill={"number": number})


class Safe:
    """Puts the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                have = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in HEADERS if h[0] not in have)]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == ScopeType.HTTP else send)


def build(desk: Desk, log: Log | None = None) -> ASGIApp:
    """The whole desk as one ASGI application. Its lifespan starts and ends the threads of the desk."""
    from cpe_agent.desk.cases.watching import watching
    from cpe_agent.desk.ingest.opening import open_ingest, takes
    from cpe_agent.desk.live.stream import Stream

    safe = Safe(cast(ASGIApp, HeadOnly(asked(desk))))
    ingest = open_ingest(desk)
    stream = Stream(desk.feed, watching(desk))
    watched = Safe(cast(ASGIApp, stream))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and takes(scope["method"], scope["path"]):
            await ingest(scope, receive, send)
        elif scope["type"] == "http" and stream.takes(scope["path"]):
            await watched(scope, receive, send)
        else:
            await safe(scope, receive, send)

    desk.writer.committed_in = desk.metrics.committed
    return cast(ASGIApp, Observed(app, desk.metrics, log))


def asked(desk: Desk) -> Litestar:
    """What the provider's people and programs ask."""
    from cpe_agent.desk.api.routes import API
    from cpe_agent.desk.pages.routes import ROUTES
    from cpe_agent.desk.people.sessions import Authentication

    people = Litestar(
        route_handlers=[asset, language, *ROUTES, *API],
        dependencies={
            "desk": Provide(lambda: desk, sync_to_thread=False),
            "person": Provide(_person, sync_to_thread=False),
        },
        guards=[allowed],
        middleware=[Authentication],
        exception_handlers={Exception: told, NotAuthorizedException: turned_away, ProveAgain: turned_away},
        openapi_config=None,
        logging_config=None,
        state=State(
            {
                "desk": desk,
                "people": desk.people,
                "secure": desk.settings.secure,
                "origin": desk.settings.public_url,
                "address": desk.settings.address,
                "provider": desk.provider,
                "passkeys": desk.passkeys,
            }
        ),
        on_startup=[desk.start],
        on_shutdown=[desk.drain, desk.close],
    )
    _threads_once(people)
    return people


def _threads_once(app: Litestar) -> None:
    """Litestar (2.25) puts a function into a thread once for every handler of its path, so that one with a GET and a
    POST gets a thread that starts a thread and waits for neither."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            while isinstance(handler.fn, AsyncCallable) and isinstance(handler.fn.func, AsyncCallable):
                handler._fn = handler.fn.func


def _person(request: Request[Any, Any, Any]) -> Person | None:
    person = request.scope.get("user")
    return person if isinstance(person, Person) else None
