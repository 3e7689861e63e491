"""A table for a spreadsheet: CSV (RFC 4180) whose cells no program takes for a formula or a command."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What spreadsheets begin a formula with (owasp.org/www-community/attacks/CSV_Injection), and what they read as it."""


def cell(value: object) -> str:
    """Text for one cell: control characters (C0, C1: a terminal obeys them) are left out, and a text that could be a
    formula is marked as text. A number stays one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    kept = "".join(c for c in str(value) if c >= " " and not "\x7f" <= c <= "\x9f")
    return f"'{kept}" if kept.lstrip().startswith(_STARTS) else kept


class _Lines:
    """What ``csv.writer`` writes to: gives the line back."""

    def write(self, line: str) -> str:
        return line


def lines(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    writer: Any = csv.writer(_Lines())
    yield writer.writerow(list(head))
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
