"""A small task that sends what waits after this user logs in. Off until the customer wants it.

On Linux it is an entry of the XDG autostart folder: one file of the user's own, which every desktop starts at login and
shows among its start-up programs. A systemd user timer would need a user manager, which some distributions do not have.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FILE = "cpe-agent-send.desktop"
WAIT_MINUTES = 30  # after a login the network may take a while


class Unsupported(Exception):
    """Not in this version for this system."""


def entry_file() -> Path:
    """Raises ``Unsupported``."""
    if not sys.platform.startswith("linux"):
        raise Unsupported
    try:
        named = Path(os.environ.get("XDG_CONFIG_HOME") or "")
        return (named if named.is_absolute() else Path.home() / ".config") / "autostart" / FILE
    except RuntimeError:  # a user without a home
        raise Unsupported from None


def is_on() -> bool:
    """Raises ``Unsupported``."""
    return entry_file().is_file()


def switch_on(profile: Path | None) -> Path:
    """The task sends by this profile, or by the one that the program carries. Raises ``Unsupported`` and OSError."""
    from cpe_agent.deliver.file import write

    file = entry_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    by = [] if profile is None else ["--profile", str(profile.absolute())]
    write(file, _entry([*program(), "send", "--quiet", "--wait", str(WAIT_MINUTES), *by]).encode())
    return file


def switch_off() -> bool:
    """Was it on? Raises ``Unsupported`` and OSError."""
    try:
        entry_file().unlink()
    except FileNotFoundError:
        return False
    return True


def program() -> list[str]:
    """How this program is started again: the executable that was packed, or the interpreter with this package."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "cpe_agent"]


def _entry(command: list[str]) -> str:
    """The Desktop Entry Specification 1.5."""
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        "Version=1.5\n"
        "Name=cpe-agent\n"
        "Comment=Sends the reports that are kept on this computer\n"
        f"Exec={' '.join(map(_quoted, command))}\n"
        "Terminal=false\n"
        "NoDisplay=true\n"
        "X-GNOME-Autostart-enabled=true\n"
    )


def _quoted(word: str) -> str:
    """An argument of the key Exec: quoted by the rules for it, then by those for any string; a percent sign doubled.
    Raises ValueError for what a line cannot hold."""
    if any(c < " " for c in word):
        raise ValueError("a control character in the name of a file")
    inside = "".join(f"\\{c}" if c in '"`$\\' else c for c in word)
    return '"' + inside.replace("\\", "\\\\").replace("%", "%%") + '"'
