"""The desk's log: a JSON object a line, of fields that are listed here and no others.

No body, no address, no query, no code of a case or a customer, no text that a person or a customer's program wrote. A
line of the library ``logging`` gives its template and not what was filled in, and an exception its type and the places
in the code and not its message: an SQL error, for one, holds the row.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from contextlib import suppress
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from cpe_agent.desk.archive import Unavailable

ALLOWED = (
    "time", "level", "event", "logger", "request", "route", "method", "status", "ms", "number", "hook", "said", "error",
    "at",
)  # fmt: skip
"""``request``: which one, as the answer's X-Request-Id. ``route``: the pattern, not the path. ``number``: told to
whoever saw it fail. ``said``: numbers, and what a disk or a database server said. ``at``: file:line, the innermost
last."""
REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
MOST_PLACES = 12


class Log:
    """``requests``: a line for every request too. Never raises: a full disk must not end a request."""

    def __init__(self, out: TextIO, *, requests: bool) -> None:
        self.requests = requests
        self._out = out

    @cached_property
    def _logger(self) -> Any:
        import structlog  # 4 MiB; mostly there is nothing to say

        return structlog.wrap_logger(
            structlog.WriteLogger(self._out),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                _only_allowed,
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.BoundLoggerBase,
        )

    def say(self, level: str, event: str, **fields: Any) -> None:
        request = REQUEST.get()
        if request is not None:
            fields["request"] = request
        with suppress(OSError, ValueError):
            self._logger._proxy_to_logger("msg", event=event, level=level, **fields)


def _only_allowed(_: Any, __: str, fields: Any) -> dict[str, Any]:
    return {name: fields[name] for name in ALLOWED if name in fields}


class FromLogging(logging.Handler):
    """Lines of the desk's own modules and of its libraries, in the same form."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        event = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        fields: dict[str, Any] = {"logger": record.name}
        fields |= {name: getattr(record, name) for name in ("number", "hook") if hasattr(record, name)}
        arguments = record.args if isinstance(record.args, tuple) else ()
        if said := [str(each) for each in arguments if isinstance(each, int | Unavailable)]:
            fields["said"] = said
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            fields |= {"error": type(error).__qualname__, "at": _places(error)}
        self._log.say(record.levelname.lower(), event, **fields)


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-MOST_PLACES:]
    return [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno}" for frame in frames]


def open_log(name: str | None) -> Log:
    """``name``: a file, ``-`` for stderr, None for warnings only, on stderr. Raises OSError."""
    if name is None or name == "-":
        log = Log(sys.stderr, requests=name is not None)
    else:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        log = Log(open(handle, "w", encoding="utf-8", buffering=1), requests=True)  # noqa: SIM115 - as long as the desk
    logging.basicConfig(level=logging.WARNING, handlers=[FromLogging(log)], force=True)
    return log
