"""Where this program keeps what it must still know in the next run."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def state_folder() -> Path:
    """The user's own folder for state: XDG_STATE_HOME, %LOCALAPPDATA%, ~/Library/Application Support. Raises OSError
    for a user without a home."""
    try:
        home = Path.home()
    except RuntimeError:
        raise FileNotFoundError(2, "this user has no home folder") from None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "cpe-agent"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "cpe-agent"
    # The XDG specification: a relative path is invalid and must be ignored.
    named = Path(os.environ.get("XDG_STATE_HOME") or "")
    return (named if named.is_absolute() else home / ".local" / "state") / "cpe-agent"


def runtime_folder() -> Path:
    """The user's own folder for what ends with the session: XDG_RUNTIME_DIR, elsewhere the folder for state. Raises
    OSError for a user without a home."""
    named = Path(os.environ.get("XDG_RUNTIME_DIR") or "")
    if sys.platform not in ("win32", "darwin") and named.is_absolute() and named.is_dir():
        return named / "cpe-agent"
    return state_folder()
