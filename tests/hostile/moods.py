"""How the hostile servers behave: a file that the test writes and the servers read again at every request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND: dict[str, str] = {
    "ssdp": "ok",
    "description": "ok",
    "soap": "ok",
    "page": "ok",
    "web": "ok",
    "tls": "good",
    "dns": "garbage",
    "devices": "1",
}
"""Every service in its harmless mood (``dns`` has none: it is only reached when a test turns the port to it).
``devices`` is how many gateway devices announce themselves; the mood of one alone is ``description@ADDRESS``."""


class Moods:
    def __init__(self, file: Path) -> None:
        self._file = file

    def write(self, changed: Mapping[str, str]) -> None:
        """KIND with these changes; nothing of an earlier mood stays."""
        unknown = {key.partition("@")[0] for key in changed} - set(KIND)
        assert not unknown, unknown
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({**KIND, **changed}), encoding="utf-8")
        fresh.replace(self._file)

    def of(self, service: str, address: str = "") -> str:
        table: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        return str(table.get(f"{service}@{address}") or table[service])
