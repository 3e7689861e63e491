"""Puts the raw part together out of the desk's."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_agent.desk.ingest.asgi import Ingest
from cpe_agent.desk.ingest.reports import Reports
from cpe_agent.desk.ingest.tickets import RecordCases, RecordTickets
from cpe_agent.desk.ingest.turns import Turns
from cpe_agent.desk.live.runs import Runs

if TYPE_CHECKING:
    from cpe_agent.desk.desk import Desk

LEAST_FREE = 64 * 1024 * 1024  # bytes: the databases must be able to finish what they began
ASKED_EVERY_S = 2.0


def takes(method: str, path: str) -> bool:
    """Is this the raw part's to answer?"""
    return path == "/v1/reports" or path.startswith("/v1/runs/") or (path == "/q" and method == "POST")


def open_ingest(desk: Desk) -> Ingest:
    settings = desk.settings
    reports = Reports(
        desk.writer,
        RecordTickets(desk.records, desk.now),
        RecordCases(desk.records),
        desk.vault,
        desk.locator,
        desk.feed,
        desk.now,
        clock=time.monotonic,
        most_raw=settings.most_raw,
        nobody=desk.nobody,
    )
    runs = Runs(desk.feed, desk.wishes)
    return Ingest(
        reports,
        runs,
        Turns(settings.most_waiting),
        most_wire=settings.most_wire,
        clock=time.monotonic,
        has_room=room_of(settings.data),
    )


def room_of(folder: Path) -> Callable[[], bool]:
    """Is there space for more? The disk is asked every other second."""
    asked, room = -ASKED_EVERY_S, True

    def has_room() -> bool:
        nonlocal asked, room
        now = time.monotonic()
        if now - asked >= ASKED_EVERY_S:
            try:
                asked, room = now, shutil.disk_usage(folder).free > LEAST_FREE
            except OSError:
                asked, room = now, False
        return room

    return has_room
