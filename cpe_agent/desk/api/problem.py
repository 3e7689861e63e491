"""Why a request was not taken, for a program: ``{"reason": ..., "path": ...}``."""

from __future__ import annotations

import logging
import secrets
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

log = logging.getLogger("cpe_agent.desk")
MOST_REASON = 200


class Problem(msgspec.Struct, omit_defaults=True):
    """``reason``: one sentence in English. ``path``: the place in what was sent, where it is one."""

    reason: str
    path: str | None = None


class NotTaken(HTTPException):
    """Raised by handlers. ``more``: headers."""

    def __init__(self, status: int, reason: str, path: str | None = None, more: dict[str, str] | None = None) -> None:
        super().__init__(status_code=status, detail=reason, headers=more)
        self.path = path


_REASONS = {401: "no good API token", 403: "this token may not do that", 404: "not there", 405: "not this method"}


def answered(_: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Exception handler of everything that programs ask."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status >= 500:
        number = noted(error)
        return _said(status, Problem(f"it failed here; its number in the log is {number}"))
    if isinstance(error, NotTaken):
        return _said(status, Problem(error.detail[:MOST_REASON], error.path), error.headers)
    if isinstance(error, ValidationException):
        return _said(400, _invalid(error))
    reason = _REASONS.get(status, "not taken")
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _said(status, Problem(reason), headers)


def noted(error: Exception) -> str:
    """A request that failed, in the log; gives the number that is told to who asked."""
    number = secrets.token_hex(4)
    log.error("a request failed", exc_info=error, extra={"number": number})
    return number


def _invalid(error: ValidationException) -> Problem:
    first = next(iter(error.extra or ()), None) if isinstance(error.extra, list) else None
    if isinstance(first, dict):
        return Problem(str(first.get("message", ""))[:MOST_REASON] or "not taken", first.get("key") or None)
    return Problem("this is not what the schema says")


def _said(status: int, problem: Problem, headers: dict[str, str] | None = None) -> Response[Any]:
    plain = {"Cache-Control": "no-store", **(headers or {})}
    return Response(problem, status_code=status, media_type="application/json", headers=plain)
