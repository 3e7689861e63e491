"""What the way in asks of the rest of the desk. The desk hands it over; nothing here knows a database."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from cpe_agent.desk.archive import Accepted, Incoming


class Ticket(NamedTuple):
    """An upload ticket that is good now. Row ids of the records; without customer and case it is an enrolment that a
    provider's whole build shares."""

    id: int
    tenant: int
    customer: int | None = None
    case: str | None = None

    @property
    def general(self) -> bool:
        return self.customer is None and self.case is None


class Case(NamedTuple):
    """A case that is open now. ``code`` as ``case_code`` writes it."""

    tenant: int
    code: str


class Writer(Protocol):
    async def put(self, incoming: Incoming) -> Accepted:
        """Returns when the report is on the disk. Raises what ``archive.writer`` has for a full queue or a bad disk."""
        ...


class Tickets(Protocol):
    def look(self, bearer: str) -> Ticket | None:
        """May read a database: called on a thread. None: unknown, expired, revoked."""
        ...


class Cases(Protocol):
    def look(self, code: str) -> Case | None:
        """May read a database: called on a thread. None: there is no such case, or it is closed."""
        ...


class Vault(Protocol):
    def at_hand(self, tenant: int, customer: int | None, received: float) -> bool:
        """Would ``seal_report`` go without the disk?"""
        ...

    def seal_report(
        self, tenant: int, customer: int | None, report_id: bytes, received: float, body: bytes
    ) -> bytes: ...


class Locator(Protocol):
    def code(self, seq: int) -> str: ...
