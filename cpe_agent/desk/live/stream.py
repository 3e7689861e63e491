"""``GET /cases/{code}/events``: the feed of a case as server-sent events (HTML, 9.2), for the representative's page.

Raw ASGI, because a watcher costs what its connection costs and nothing else. Who may watch is asked of ``authorise``.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from cpe_agent.case_code import read_case_code
from cpe_agent.desk.live.feed import Feed, TooMany, Watcher

BEAT_S = 15.0  # proxies end what is silent for a minute
SEND_S = 20.0  # a reader that takes nothing for so long is gone
_PATH = re.compile(r"/cases/([0-9A-Za-z-]{1,16})/events")
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep them for itself
]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Viewer(NamedTuple):
    """Who watches. ``who`` tells persons apart: each has a few connections."""

    tenant: int
    who: str


Authorise = Callable[[Scope, str], Awaitable[Viewer | None]]
"""May who sends this request watch the case of this code? None: there is no such case for him."""


class Stream:
    def __init__(self, feed: Feed, authorise: Authorise) -> None:
        self._feed, self._authorise = feed, authorise

    @staticmethod
    def takes(path: str) -> bool:
        return _PATH.fullmatch(path) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.fullmatch(scope["path"])
        case = read_case_code(found[1]) if found else None
        viewer = await self._authorise(scope, case) if case is not None and scope["method"] == "GET" else None
        if case is None or viewer is None:
            await _refuse(send, 404, b"no such case")
            return
        try:
            watcher = self._feed.watch(viewer.tenant, case, viewer.who, _last(scope))
        except TooMany:
            await _refuse(send, 429, b"too many pages are open")
            return
        left = asyncio.create_task(_until_left(receive, watcher))
        try:
            await self._serve(watcher, send)
        finally:
            self._feed.leave(viewer.tenant, case, viewer.who, watcher)
            left.cancel()

    async def _serve(self, watcher: Watcher, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        # When the desk is started anew all come back: not in the same second.
        text: bytes | None = b"retry: %d\n\n" % random.randint(1000, 3000)  # noqa: S311  # spreads load
        while text is not None:
            try:
                async with asyncio.timeout(SEND_S):
                    await send({"type": "http.response.body", "body": text or b":\n\n", "more_body": True})
            except TimeoutError:
                return
            text = await watcher.take(BEAT_S)
        await send({"type": "http.response.body", "body": b""})


async def _until_left(receive: Receive, watcher: Watcher) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    watcher.end()


def _last(scope: Scope) -> str | None:
    """The last id that was seen: a browser's header when it comes back, the page's own in the address at first."""
    for name, value in scope["headers"]:
        if name == b"last-event-id":
            return value.decode("latin-1")[:64] or None
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")[:256]).get("last", [])
    return asked[0][:64] if asked else None


async def _refuse(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if status == 429:
        headers.append((b"retry-after", b"30"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
