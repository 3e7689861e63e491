"""The report as a file where the customer finds it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cpe_agent.deliver.file import write
from cpe_agent.host.bounded_file import read_text
from cpe_agent.report import Report, to_json

_MOST_SETTINGS = 8192


def save(report: Report) -> Path:
    """The file that was written into the user's folder for downloads. Raises OSError."""
    file = _downloads() / file_name(report)
    write(file, to_json(report) + b"\n")
    return file


def file_name(report: Report) -> str:
    return f"cpe-agent-{report.started[:16].replace(':', '').replace('T', '-')}-{report.id[-4:]}.json"


def _downloads() -> Path:
    """Raises OSError for a user without a home."""
    try:
        home = Path.home()
    except RuntimeError:
        raise FileNotFoundError(2, "this user has no home folder") from None
    # xdg-user-dirs: a shell file of NAME="$HOME/..." lines, in the user's own language.
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "user-dirs.dirs"
    text = read_text(settings, _MOST_SETTINGS) or ""
    named = re.search(r'^XDG_DOWNLOAD_DIR="\$HOME/([^"\n]+)"', text, re.MULTILINE)
    for folder in (home / named[1] if named else None, home / "Downloads"):
        if folder is not None and folder.is_dir():
            return folder
    return home
