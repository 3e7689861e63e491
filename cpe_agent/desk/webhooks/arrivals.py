"""Reports that came in, for who wants to know of them. The way in is not touched: the order of arrival has no gaps, so
a place in it, kept in the records, says what was told already."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from cpe_agent.desk.records.tables import setting, webhook
from cpe_agent.desk.webhooks.outbox import Event, announce
from cpe_agent.steps import when

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cpe_agent.desk.archive import Archive, Row
    from cpe_agent.desk.records.store import Records

AT_ONCE = 200
UNREAD_S = 30.0  # so long it waits for what the report says; then it is told without
_PLACE = "webhooks.reports"
_END = 1 << 62


def begin(connection: Connection, last: int) -> None:
    """The first hook that wants reports hears of those after the place ``last``; the next ones change nothing."""
    if not wanted(connection):
        _keep(connection, last)


def wanted(connection: Connection) -> bool:
    query = select(webhook.c.events).where(webhook.c.disabled.is_(None))
    return any(Event.REPORT_STORED in events.split() for events in connection.execute(query).scalars())


def round_(records: Records, archive: Archive, code: Callable[[int], str], now: float) -> int:
    """Write down what came since the last time; how many reports it was. ``code``: the desk's, of a place."""
    with records.read() as connection:
        if not wanted(connection):
            return 0
        place = int(connection.execute(select(setting.c.value).where(setting.c.name == _PLACE)).scalar_one())
    rows: list[Row] = []
    for row in islice(archive.rows_between(place + 1, _END), AT_ONCE):
        if row.judged is None and now - row.received < UNREAD_S:
            break
        rows.append(row)
    if rows:
        with records.write() as connection:
            for row in rows:
                announce(connection, row.tenant, row.received, Event.REPORT_STORED, _told(row, code(row.seq)))
            _keep(connection, rows[-1].seq)
    return len(rows)


def _told(row: Row, code: str) -> dict[str, object]:
    digits, judged = row.id.hex(), row.judged
    name = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    said = ("verdict", "fault", "owner", "acts", "grade")
    return {
        "id": name, "code": code, "case": row.case, "verified": not row.quarantined, "received": when(row.received),
        **{key: (getattr(judged, key) or None) if judged is not None else None for key in said},
    }  # fmt: skip


def _keep(connection: Connection, place: int) -> None:
    connection.execute(delete(setting).where(setting.c.name == _PLACE))
    connection.execute(insert(setting).values(name=_PLACE, value=str(place)))
