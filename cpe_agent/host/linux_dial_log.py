"""Where Linux keeps the words of the diallers: the journal, and the files of a syslog daemon where there is none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cpe_agent.host import DialLog, dial_networkmanager, dial_pppd
from cpe_agent.host.bounded_file import read_text
from cpe_agent.host.log_line import LogLine, journal, syslog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cpe_agent.facts import DialEntry
    from cpe_agent.host.program import Ran

_PROGRAMS = (*dial_pppd.PROGRAMS, dial_networkmanager.PROGRAM)
_FILES = ("var/log/syslog", "var/log/messages", "var/log/ppp.log")
_JOURNALS = ("run/log/journal", "var/log/journal")
_LINES = 400


def look(
    root: Path,
    run: Callable[..., Ran | None],
    connections: str,
    devices: Callable[[], list[dict[str, str]]],
    now: float,
) -> DialLog:
    """``connections``: NetworkManager's, as ``nmcli`` lists them; ``devices``: its word on every device, asked for only
    where no log may be read."""
    lines, log = _lines(root, run, now)
    own = dial_pppd.entries(lines, now)
    told = {entry.kind for entry in own}
    by_manager = dial_networkmanager.entries(lines, dial_networkmanager.pppoe_connections(connections), now)
    if log != "read" and connections:
        by_manager = dial_networkmanager.of_devices(devices())
    found: Sequence[DialEntry] = [*own, *(entry for entry in by_manager if entry.kind not in told)]
    return DialLog(tuple(found[:8]), log)


def _lines(root: Path, run: Callable[..., Ran | None], now: float) -> tuple[list[LogLine], str | None]:
    """The lines, and: read | denied | None (nothing writes a log here)."""
    kept, denied = _journal_files(root)
    if kept:
        tags = [word for program in _PROGRAMS for word in ("-t", program)]
        fields = "MESSAGE,SYSLOG_IDENTIFIER,SYSLOG_PID,_PID"
        ran = run(
            "journalctl", *tags, "--since", "-15min", "-n", str(_LINES), "-o", "json", f"--output-fields={fields}",
            "--no-pager", "-q", timeout_s=0.8,
        )  # fmt: skip
        if ran is not None and ran.status in (0, None):
            return journal(ran.text, _PROGRAMS), "read"
    lines: list[LogLine] = []
    read = False
    for name in _FILES:
        text = read_text(root / name, tail=True)
        denied = denied or (text is None and (root / name).exists())
        read = read or text is not None
        lines += syslog(text or "", _PROGRAMS, now)
    return lines, "read" if read else "denied" if denied else None


def _journal_files(root: Path) -> tuple[bool, bool]:
    """Is the system's journal there to be read, and is one there that is not? journalctl answers "nothing" to a user
    who may not read it."""
    found = [path for place in _JOURNALS for path in (root / place).glob("*/system.journal")]
    readable = any(os.access(path, os.R_OK) for path in found[:16])
    return readable, bool(found) and not readable
