"""Upload tickets and open cases, as the records have them. One indexed read each."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from sqlalchemy import select

from cpe_agent.desk.ingest.needs import Case, Ticket
from cpe_agent.desk.records import tables
from cpe_agent.desk.records.store import Records

_TICKET = tables.ticket.c
_CASE = tables.case_.c


class RecordTickets:
    """``now``: seconds since the epoch by the desk's clock."""

    def __init__(self, records: Records, now: Callable[[], float]) -> None:
        self._records, self._now = records, now

    def look(self, bearer: str) -> Ticket | None:
        asked = select(_TICKET.id, _TICKET.tenant, _TICKET.customer, _TICKET.case).where(
            _TICKET.hash == sha256(bearer.encode()).digest(),
            _TICKET.expires > self._now(),
            _TICKET.revoked.is_(None),
        )
        with self._records.read() as connection:
            row = connection.execute(asked).first()
        return None if row is None else Ticket(*row)


class RecordCases:
    def __init__(self, records: Records) -> None:
        self._records = records

    def look(self, code: str) -> Case | None:
        asked = select(_CASE.tenant, _CASE.code).where(_CASE.code == code, _CASE.closed.is_(None))
        with self._records.read() as connection:
            row = connection.execute(asked).first()
        return None if row is None else Case(*row)
