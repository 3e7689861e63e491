"""A few sentences in a window of the system's own, for when no browser shows them."""

from __future__ import annotations

import sys
import time

from cpe_agent.host.browser import has_display, start

_STAYED_S = 1.0  # what ends sooner was never read by anybody: there was no window
_DAY_S = 86_400.0
_APPLESCRIPT = (
    "on run argv",
    'display dialog (item 2 of argv) with title (item 1 of argv) buttons {"OK"} default button 1',
    "end run",
)


def show(title: str, text: str) -> bool:
    """Blocks until the user has closed the window. False when none came up."""
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.user32.MessageBoxW(None, text, title, message_style(text)))
    return has_display() and any(_shown(command) for command in _commands(title, text))


def message_style(text: str) -> int:
    """Information, on top (winuser.h, MessageBox); for Hebrew and Arabic read from the right, which Windows does not
    find out by itself."""
    first = next(filter(str.isalpha, text), "")
    return 0x40 | 0x40000 | (0x80000 | 0x100000 if "\u0590" <= first <= "\u08ff" else 0)  # the blocks of both scripts


def _shown(command: list[str]) -> bool:
    began = time.monotonic()
    status = start(command, patience_s=_DAY_S)
    return status in (None, 0) or time.monotonic() - began > _STAYED_S  # closing a window is no 0 to some of them


def _commands(title: str, text: str) -> list[list[str]]:
    import shutil

    if sys.platform == "darwin":
        script = [word for line in _APPLESCRIPT for word in ("-e", line)]
        return [["/usr/bin/osascript", *script, title, text]]
    known = [
        ["zenity", "--info", "--no-markup", "--width=480", f"--title={title}", f"--text={text}"],
        ["kdialog", "--title", title, "--msgbox", text],
        ["xmessage", "-center", "-title", title, text],
    ]
    return [[path, *command[1:]] for command in known if (path := shutil.which(command[0]))]
