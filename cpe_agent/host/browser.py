"""Opens a page in the user's browser: without waiting for it, without its noise, and without leaving a zombie."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

PATIENCE_S = 3.0  # a program that hands the page on ends within this; one that is the browser itself stays
MOST_PROGRAMS = 12

# xdg-open asks the desktop which browser is its user's; the others are for systems that have none of this.
_LINUX = (
    "xdg-open",
    "sensible-browser",
    "x-www-browser",
    "firefox",
    "firefox-esr",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "epiphany",
)


def has_display() -> bool:
    """Is there a screen that a window could come up on?"""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_page(address: str) -> bool:
    """True once a program took it; that a page comes up is not known from this. Blocks for ``PATIENCE_S`` at most for
    each program that fails."""
    if sys.platform == "win32":
        try:
            os.startfile(address)  # noqa: S606 - the system's own way to open an address
        except OSError:
            return False
        return True
    return any(_took(command) for command in _commands(address)[:MOST_PROGRAMS])


def opening(address: str) -> Callable[[], bool]:
    """Begins to open it, in the background; what is given back waits for the answer of ``open_page``."""
    took: list[bool] = []
    thread = threading.Thread(target=lambda: took.append(open_page(address)), daemon=True, name="open")
    thread.start()

    def opened() -> bool:
        thread.join()
        return took == [True]

    return opened


def _commands(address: str) -> list[list[str]]:
    """``BROWSER`` as the standard library's webbrowser reads it: programs separated by the path separator, ``%s`` where
    the address goes."""
    import shlex
    import shutil

    commands = []
    for named in filter(None, os.environ.get("BROWSER", "").split(os.pathsep)):
        try:
            words = shlex.split(named)
        except ValueError:
            continue
        placed = [word.replace("%s", address) for word in words]
        commands.append(placed if placed != words else [*words, address])
    if sys.platform == "darwin":
        commands.append(["/usr/bin/open", address])
    elif has_display():
        commands += [[name, address] for name in _LINUX]
    return [[path, *command[1:]] for command in commands if command and (path := shutil.which(command[0]))]


def _took(command: list[str]) -> bool:
    status = start(command, patience_s=PATIENCE_S)
    return status in (None, 0)


def start(command: list[str], *, patience_s: float) -> int | None:
    """The exit status of a program of the user's desktop that ended within ``patience_s``, None for one that still
    runs; 127 for one that could not be started. It is waited for in the background and outlives this program."""
    import subprocess

    try:
        child = subprocess.Popen(  # noqa: S603 - the user's own program, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_outer_environment(),
            start_new_session=True,  # Ctrl-C in our terminal is not meant for the browser
        )
    except OSError:
        return 127
    ended = threading.Event()

    def wait() -> None:
        child.wait()
        ended.set()

    threading.Thread(target=wait, daemon=True, name="wait").start()
    return child.returncode if ended.wait(patience_s) else None


def _outer_environment() -> dict[str, str]:
    """A packed program runs with its own library path; the user's own stands beside it, and is what others need."""
    environment = dict(os.environ)
    if getattr(sys, "frozen", False):
        environment.pop("LD_LIBRARY_PATH", None)
        if "LD_LIBRARY_PATH_ORIG" in os.environ:
            environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH_ORIG"]
    return environment
