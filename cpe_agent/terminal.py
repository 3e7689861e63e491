"""What stdout and stderr can show: a terminal or none, its width, its characters, its colours."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any


def screen() -> dict[str, Any]:
    """What stdout can show, as the options of a card."""
    return {"colour": _paintable(sys.stdout), "unicode": _unicode(), "width": width()}


def _paintable(stream: Any) -> bool:
    """Escape sequences are for a terminal that knows them, and whose user wants them (https://no-color.org)."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    if not wanted or stream is None or not stream.isatty():
        return False
    if sys.platform == "win32":
        from cpe_agent.host.windows_console import takes_escapes

        return takes_escapes(stream.fileno())
    return True


def _unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"


def double_clicked() -> bool:
    """Started by a desktop: nobody reads what is printed, and there is a screen for a window. A program that reads us
    through a pipe is no desktop."""
    import stat

    from cpe_agent.host.browser import has_display

    for stream in (sys.stdin, sys.stdout):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or none at all
            if stream.isatty() or stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode):
                return False
    return has_display()


def width() -> int:
    from cpe_agent.layout import WIDTH, width_of

    return width_of(columns() or WIDTH)


def columns() -> int:
    """Characters in a line of stdout; 0 when nothing tells."""
    told = os.environ.get("COLUMNS", "")[:6]
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError, AttributeError):  # no terminal; no stdout at all
        return 0


class Progress:
    """One line on stderr that grows while sections arrive; only on a terminal that may be painted."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._on = _paintable(sys.stderr)

    def saw(self, section: type, _measured: object) -> None:
        if self._on:
            from cpe_agent.facts import section_name
            from cpe_agent.words import ui

            what = ui(f"section.{section_name(section)}", self._language)
            sys.stderr.write(f"\r\x1b[K{ui('progress', self._language)}: {what}")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
