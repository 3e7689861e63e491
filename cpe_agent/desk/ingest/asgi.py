"""The endpoints that programs speak to, as an ASGI application of their own."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from cpe_agent.deliver.qr_read import Missing
from cpe_agent.desk.ingest import headers as head
from cpe_agent.desk.ingest.body import Gone, Room, read
from cpe_agent.desk.ingest.limits import Limits, Rate, neighbourhood
from cpe_agent.desk.ingest.pictures import MOST_PICTURES, pictures
from cpe_agent.desk.ingest.refusal import Refused, crowded
from cpe_agent.desk.ingest.reports import Came, Reports
from cpe_agent.desk.ingest.turns import Turns
from cpe_agent.desk.live.runs import MOST_BYTES, BadEvents, Runs, read_post

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

MOST_HELD = 64 * 1024 * 1024  # bytes of bodies that are still coming in
POSTS = Rate(per_minute=240, burst=60)  # a case: one a second from a page and from a run beside it
ASKS = Rate(per_minute=60_000, burst=6000)  # a neighbourhood: one in two seconds for each run that is watched
_RUN = re.compile(r"/v1/runs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(events|requests)")
_JSON = (b"content-type", b"application/json")
_NO_STORE = (b"cache-control", b"no-store")


class Ingest:
    """``has_room``: is there space on the disk? Asked at every upload, so it must be quick."""

    def __init__(
        self,
        reports: Reports,
        runs: Runs,
        turns: Turns,
        *,
        most_wire: int,
        clock: Callable[[], float],
        has_room: Callable[[], bool],
    ) -> None:
        self._reports, self._runs, self._turns = reports, runs, turns
        self._most_wire, self._has_room = most_wire, has_room
        self._room = Room(MOST_HELD)
        self._posts, self._asks = Limits(POSTS, clock), Limits(ASKS, clock)

    @staticmethod
    def takes(path: str, method: str) -> bool:
        """Is this request for here, and not for the people's pages?"""
        return path == "/v1/reports" or path.startswith("/v1/runs/") or (path == "/q" and method == "POST")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            try:
                status, said, more = await self._answer(scope, receive)
            except Refused as refused:
                if refused.hold_s:
                    await asyncio.sleep(refused.hold_s)
                status, said, more = _refusal(refused)
        except Gone:
            return
        body = json.dumps(said, separators=(",", ":")).encode()
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": status, "headers": [_JSON, _NO_STORE, length, *more]})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, dict[str, Any], list[tuple[bytes, bytes]]]:
        path, method = scope["path"], scope["method"]
        if path == "/v1/reports":
            _only(method, "POST")
            return 201, await self._report(scope, receive), []
        if path == "/q":
            _only(method, "POST")
            return await self._pictures(scope, receive)
        found = _RUN.fullmatch(path)
        if found is None:
            raise Refused(404, "not found")
        if found[2] == "events":
            _only(method, "POST")
            return 200, await self._events(scope, receive, found[1]), []
        _only(method, "GET")
        return 200, await self._requests(scope, found[1]), []

    async def _report(self, scope: Scope, receive: Receive) -> dict[str, Any]:
        headers = head.one_each(scope["headers"])
        # Before anything is answered the body is read: a client that is still sending does not hear.
        body = await read(receive, self._most_wire, self._room)
        if not self._has_room():
            raise crowded("no room on the disk", 60)
        ticket = await self._reports.ticket(head.bearer(headers))
        encoding = head.encoding(headers)
        head.digest_fits(headers, body)
        key = headers.get(b"idempotency-key")
        if key is None:
            raise Refused(400, "there is no Idempotency-Key")
        came = Came(body, encoding, _place(scope), ticket, key.decode("latin-1"), head.kept(headers))
        async with self._turns.turn((ticket and ticket.tenant, ticket is not None), len(body)) as turn:
            return await self._reports.take(came, turn)

    async def _pictures(self, scope: Scope, receive: Receive) -> tuple[int, dict[str, Any], list[tuple[bytes, bytes]]]:
        body = await read(receive, MOST_PICTURES, self._room)
        if not self._has_room():
            raise crowded("no room on the disk", 60)
        head.is_json(head.one_each(scope["headers"]))
        found = pictures(body)
        if isinstance(found, Missing):
            return 200, {"have": list(found.have), "count": found.count}, []
        async with self._turns.turn((None, False), len(found)) as turn:
            return 201, await self._reports.take_raw(found, _place(scope), turn), []

    async def _events(self, scope: Scope, receive: Receive, run_id: str) -> dict[str, Any]:
        headers = head.one_each(scope["headers"])
        body = await read(receive, MOST_BYTES, self._room)
        ticket = await self._reports.ticket(head.bearer(headers))
        head.is_json(headers)
        try:
            post = read_post(body)
        except BadEvents as bad:
            raise Refused(422, bad.reason, path=bad.path) from None
        place = _place(scope)
        case = await self._reports.open_case(post.case, ticket, place)
        if case is None:
            raise Refused(404, "no such case is open")
        _wait(self._posts.wait_s(case.code))
        return self._runs.heard(run_id, case.tenant, post)

    async def _requests(self, scope: Scope, run_id: str) -> dict[str, Any]:
        await self._reports.ticket(head.bearer(head.one_each(scope["headers"])))
        _wait(self._asks.wait_s(_place(scope)))
        found = self._runs.wanted(run_id)
        if found is None:
            raise Refused(404, "no such run is on")
        return found


def _place(scope: Scope) -> str:
    return neighbourhood((scope.get("client") or ("",))[0])


def _wait(seconds: float) -> None:
    if seconds > 0:
        raise Refused(429, "too often", retry_s=int(seconds) + 1)


def _only(method: str, *allowed: str) -> None:
    if method not in allowed:
        raise Refused(405, f"only {' and '.join(allowed)}")


def _refusal(refused: Refused) -> tuple[int, dict[str, Any], list[tuple[bytes, bytes]]]:
    said = {"reason": refused.reason[:200]}
    if refused.path is not None:
        said["path"] = refused.path[:200]
    more = []
    if refused.retry_s is not None:
        more.append((b"retry-after", b"%d" % refused.retry_s))
    if refused.status == 401:
        more.append((b"www-authenticate", b"Bearer"))
    if refused.status in (408, 413):  # the rest of the body is not waited for
        more.append((b"connection", b"close"))
    return refused.status, said, more
