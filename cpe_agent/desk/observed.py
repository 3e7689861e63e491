"""Every request counted, timed, given a number, and logged where that is wanted."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from cpe_agent.desk.logs import REQUEST

if TYPE_CHECKING:
    from cpe_agent.desk.logs import Log
    from cpe_agent.desk.metrics import Metrics

_METHODS = ("GET", "POST", "DELETE", "HEAD", "OPTIONS")
_UPLOADS = {"/v1/reports": "report", "/q": "picture"}
_LEFT = 499  # nobody waited for the answer; the number that nginx has for it
_STREAMS = ("/cases/{code}/events",)  # open for hours: their time says nothing

App = Callable[[Any, Any, Any], Awaitable[None]]


class Observed:
    def __init__(self, app: App, metrics: Metrics, log: Log | None) -> None:
        self._app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), _LEFT
        number = secrets.token_hex(8)
        token = REQUEST.set(number)

        async def numbered(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", number.encode())]
            await send(message)

        try:
            await self._app(scope, receive, numbered)
        finally:
            self._note(scope, status, time.perf_counter() - began)
            REQUEST.reset(token)

    def _note(self, scope: Any, status: int, seconds: float) -> None:
        route = route_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        if route not in _STREAMS:
            self._metrics.answered(route, method, status, seconds)
        if method == "POST" and route in _UPLOADS:
            self._metrics.uploaded(status, _UPLOADS[route])
        if self._log is not None and self._log.requests:
            self._log.say("info", "request", route=route, method=method, status=status, ms=round(seconds * 1000, 1))


def route_of(scope: Any) -> str:
    """The pattern of what was asked; ``other`` where there is none, so that nobody makes series by making paths up."""
    path: str = scope["path"]
    if path == "/v1/reports" or (path == "/q" and scope["method"] == "POST"):
        return path
    if path.startswith("/v1/runs/"):
        kind = path.rpartition("/")[2]
        return f"/v1/runs/{{id}}/{kind}" if kind in ("events", "requests") else "other"
    if path.startswith("/cases/") and path.endswith("/events") and path.count("/") == 3:
        return _STREAMS[0]
    return str(scope.get("path_template", "other"))
