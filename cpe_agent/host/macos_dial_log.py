"""Why the connections that a Mac dials ended: what the system keeps of the last end, and pppd's own log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.host import DialLog
from cpe_agent.host.bounded_file import read_text
from cpe_agent.host.dial_macos import log_entries, merged, status
from cpe_agent.host.macos_commands import SCUTIL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cpe_agent.host.dial_macos import Service
    from cpe_agent.host.macos_commands import Commands

MOST = 16


def look(file: Path, services: Sequence[Service] | None, commands: Commands, now: float) -> DialLog:
    """``file``: ppp.log. ``services``: those set up here, None when the system does not say."""
    dials = [one for one in services or () if one.entry.kind != "vpn"]
    if not dials:
        return DialLog((), None, None if services is None else False)
    texts = commands.all_said([(SCUTIL, "--nc", "status", one.identifier) for one in dials])
    ends = [status(text or "", one.entry.kind) for one, text in zip(dials, texts, strict=True)]
    failed = [entry for entry in ends if entry is not None and entry.state == "failed"]
    text = read_text(file, tail=True)
    told = log_entries(text, now) if text is not None else []
    others = [one for one in told if one.kind not in {entry.kind for entry in failed}]
    word = "read" if text is not None else ("denied" if file.exists() else None)
    pppoe = any(one.entry.kind == "pppoe" for one in dials)
    return DialLog(tuple([*merged(failed, told), *others][:MOST]), word, pppoe)
