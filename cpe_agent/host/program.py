"""Running the system's own programs: by absolute path, in the C locale, bounded in time and in output."""

from __future__ import annotations

import time
from typing import NamedTuple

# A fixed list, because the caller's PATH may be anybody's. The last one is where NixOS keeps them.
SEARCH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:/run/current-system/sw/bin"
MAX_OUTPUT = 262144
# What a desktop's settings program needs to find its session; nothing else of our environment is handed on.
KEPT = ("HOME", "USER", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CURRENT_DESKTOP")


class Ran(NamedTuple):
    """``status``: exit status; None when it was stopped at the deadline or at the output bound."""

    status: int | None
    text: str


def run(name: str, *args: str, timeout_s: float = 0.5) -> Ran | None:
    """Blocks for at most ``timeout_s`` (and a scheduling delay). None: this system does not have the program."""
    import os
    import selectors
    import shutil
    import subprocess

    path = shutil.which(name, path=SEARCH)
    if path is None:
        return None
    environment = {key: os.environ[key] for key in KEPT if key in os.environ}
    environment |= {"LC_ALL": "C", "PATH": SEARCH}
    deadline = time.monotonic() + timeout_s
    try:
        child = subprocess.Popen(  # noqa: S603 - a fixed program by absolute path, no shell, arguments are ours
            [path, *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
    except OSError:
        return None
    pieces: list[bytes] = []
    room = MAX_OUTPUT
    whole = False
    with child, selectors.DefaultSelector() as selector:
        assert child.stdout is not None
        selector.register(child.stdout, selectors.EVENT_READ)
        while room > 0 and (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                break
            piece = os.read(child.stdout.fileno(), min(room, 65536))
            if not piece:
                whole = True
                break
            pieces.append(piece)
            room -= len(piece)
        if whole:
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                whole = False
        if not whole:
            child.kill()
    return Ran(child.returncode if whole else None, b"".join(pieces).decode("utf-8", "replace"))
