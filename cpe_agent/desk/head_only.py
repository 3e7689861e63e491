"""``HEAD``: what ``GET`` answers, without the body (RFC 9110, 9.3.2). Asked by what watches whether a server is up, and
by what looks how large a download is; no page needs to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cpe_agent.desk.observed import App


class HeadOnly:
    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"}

        async def without_body(message: Any) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        try:
            await self._app(asked, receive, without_body)
        finally:
            if "path_template" in asked:  # what the figures and the log call it by
                scope["path_template"] = asked["path_template"]
