"""The reports as a table, for who may take them along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from litestar import get
from litestar.exceptions import ValidationException
from litestar.params import FromQuery
from litestar.response import Stream

from cpe_agent.desk.keeping.export import reports_csv
from cpe_agent.desk.pages.given import TheDesk, ThePerson
from cpe_agent.desk.people.roles import Permission

_PIECE = 64 * 1024  # each piece is fetched by a thread


@get("/reports.csv", opt={"needs": Permission.EXPORT, "fresh": True}, sync_to_thread=True)
def table(desk: TheDesk, person: ThePerson, since: FromQuery[str] = "", until: FromQuery[str] = "") -> Stream:
    """Received from the day ``since`` on and before the day ``until`` (UTC); nothing: all."""
    lines = reports_csv(
        desk, person.tenant, person.who, since=_day(since, 0.0), until=_day(until, float("inf")),
        reason=" ".join(day for day in (since, until) if day),
    )  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="reports.csv"', "Cache-Control": "no-store"}
    return Stream(_pieces(lines), media_type="text/csv; charset=utf-8", headers=headers)


def _day(text: str, otherwise: float) -> float:
    if not text:
        return otherwise
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValidationException("a day is written 2026-11-22") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def _pieces(lines: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= _PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


ROUTES = (table,)
