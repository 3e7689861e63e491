"""Lines of system logs, whatever wrote them down: journald, a syslog file, or a program's own stamped file."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host.parse_linux import lines_of

if TYPE_CHECKING:
    from collections.abc import Collection

_MOST = 2000
_TEXT = 512
_DAY_S = 86400
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
# RFC 3164 4.1: "Nov 22 02:54:47 host pppd[123]: text"; the year and the zone are the reader's.
_OLD_STAMP = re.compile(r"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) \S{1,255} ")
# RFC 3339, as newer syslog daemons write: "2026-11-22T02:54:47.123456+00:00 host pppd[123]: text"
_NEW_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d) \S{1,255} ")
_PROGRAM = re.compile(r"([\w./-]{1,64})(?:\[(\d{1,9})\])?: ")
# macOS's ppp.log: "Sun Nov 22 02:54:47 2026 : text"
_OWN_STAMP = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4}) : ")


class LogLine(NamedTuple):
    """``at``: Unix seconds, by the log's own stamp. ``text`` is cut to 512 characters."""

    at: float
    program: str
    pid: int
    text: str


def journal(text: str, programs: Collection[str]) -> list[LogLine]:
    """``journalctl -o json``: one object a line (systemd's Journal JSON Format). A message that is no text there (it
    comes as a list of bytes, or as null when it is long) is passed over."""
    found = []
    for line in lines_of(text, _MOST):
        try:
            entry = json.loads(line)
            program, message = entry["SYSLOG_IDENTIFIER"], entry["MESSAGE"]
            at = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
            pid = int(entry.get("_PID") or entry.get("SYSLOG_PID") or 0)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
            continue
        if isinstance(program, str) and isinstance(message, str) and program in programs:
            found.append(LogLine(at, program, pid, message[:_TEXT].strip()))
    return found


def syslog(text: str, programs: Collection[str], now: float) -> list[LogLine]:
    """A syslog file with either kind of stamp. ``now``: Unix seconds; an old stamp that would lie in the future is
    last year's."""
    found = []
    for line in lines_of(text, _MOST):
        stamp = _OLD_STAMP.match(line)
        at = _yearless(stamp, now) if stamp else None
        if stamp is None and (stamp := _NEW_STAMP.match(line)):
            at = _zoned(stamp)
        if stamp is None or at is None:
            continue
        program = _PROGRAM.match(line, stamp.end())
        if program and program[1] in programs:
            found.append(LogLine(at, program[1], int(program[2] or 0), line[program.end() :][:_TEXT].strip()))
    return found


def own_file(text: str, program: str) -> list[LogLine]:
    """A file that one program writes with a stamp of its own in local time (``ppp.log`` of macOS)."""
    found = []
    for line in lines_of(text, _MOST):
        stamp = _OWN_STAMP.match(line)
        at = None if stamp is None else _local(int(stamp[6]), stamp[1], *map(int, stamp.group(2, 3, 4, 5)))
        if stamp is not None and at is not None:
            found.append(LogLine(at, program, 0, line[stamp.end() :][:_TEXT].strip()))
    return found


def _yearless(stamp: re.Match[str], now: float) -> float | None:
    try:
        year = time.localtime(now).tm_year
    except (ValueError, OverflowError, OSError):
        return None
    at = _local(year, stamp[1], *map(int, stamp.group(2, 3, 4, 5)))
    return _local(year - 1, stamp[1], *map(int, stamp.group(2, 3, 4, 5))) if at is None or at > now + _DAY_S else at


def _zoned(stamp: re.Match[str]) -> float | None:
    from datetime import datetime

    try:
        return datetime.fromisoformat(stamp[1] + stamp[2].replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return None


def _local(year: int, month: str, day: int, hour: int, minute: int, second: int) -> float | None:
    place = _MONTHS.find(month)
    if place < 0 or place % 3 or not 1 <= day <= 31 or hour > 23 or minute > 59 or second > 60:
        return None
    try:
        return time.mktime((year, place // 3 + 1, day, hour, minute, second, 0, 0, -1))
    except (ValueError, OverflowError):
        return None
