"""One report, from its bytes to the answer: checked, sealed, stored, and only then acknowledged."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Hashable
from hashlib import sha256
from typing import Any, NamedTuple

from cpe_agent.desk.archive import Accepted, Encoding, Incoming, Taken, Unavailable
from cpe_agent.desk.archive.writer import Full
from cpe_agent.desk.ingest.body import unpack
from cpe_agent.desk.ingest.envelope import Envelope, check
from cpe_agent.desk.ingest.limits import Limits, Rate
from cpe_agent.desk.ingest.needs import Case, Cases, Locator, Ticket, Tickets, Vault, Writer
from cpe_agent.desk.ingest.refusal import Refused, crowded
from cpe_agent.desk.ingest.remembered import Remembered
from cpe_agent.desk.ingest.turns import Turn
from cpe_agent.desk.live.feed import Feed

OWN = Rate(per_minute=30, burst=60)  # one customer's program makes a report in seconds, and a person presses "again"
SHARED = Rate(per_minute=3000, burst=2000)  # a /24 of carrier-grade NAT is ten thousand homes, in an outage all at once

GUESSES = Rate(per_minute=300, burst=300)  # a /24 asking for cases that are not open: 2^35 codes take 200 years


class Came(NamedTuple):
    """A report's bytes and what is known of where they come from."""

    body: bytes
    encoding: Encoding
    neighbourhood: str
    ticket: Ticket | None = None
    key: str | None = None  # the Idempotency-Key
    kept: str | None = None


class Reports:
    """``now``: seconds since the epoch by the desk's clock. ``nobody``: the tenant of reports that name no other."""

    def __init__(
        self,
        writer: Writer,
        tickets: Tickets,
        cases: Cases,
        vault: Vault,
        locator: Locator,
        feed: Feed,
        now: Callable[[], float],
        *,
        clock: Callable[[], float],
        most_raw: int,
        nobody: int = 1,
    ) -> None:
        self._writer, self._vault, self._locator, self._feed, self._now = writer, vault, locator, feed, now
        self._most_raw, self._nobody = most_raw, nobody
        self.tickets: Remembered[Ticket] = Remembered(tickets.look, clock)
        self.cases: Remembered[Case] = Remembered(cases.look, clock)
        self._own, self._shared, self._guesses = (Limits(rate, clock) for rate in (OWN, SHARED, GUESSES))

    async def ticket(self, bearer: str | None) -> Ticket | None:
        """Raises ``Refused`` (401) for one that is not taken; None without one."""
        if bearer is None:
            return None
        found = await self.tickets.get(bearer)
        if found is None:
            raise Refused(401, "this ticket is not taken")
        return found

    async def open_case(self, code: str, ticket: Ticket | None, neighbourhood: str) -> Case | None:
        """The case that this code opens for this ticket. Who asks for many that are not open is slowed down."""
        case = await self.cases.get(code)
        if case is not None and (ticket is None or ticket.tenant == case.tenant):
            return case
        wait_s = self._guesses.wait_s(neighbourhood)
        if wait_s > 0:
            raise Refused(429, "too many cases that are not open", retry_s=int(wait_s) + 1)
        return None

    async def take(self, came: Came, turn: Turn) -> dict[str, Any]:
        """The 201's body. Raises ``Refused``."""
        raw = unpack(came.body, came.encoding, self._most_raw)
        return await self.store(raw, came, turn)

    async def take_raw(self, raw: bytes, neighbourhood: str, turn: Turn) -> dict[str, Any]:
        """A report that came in pictures: nothing says whose it is."""
        packed = gzip.compress(raw, 6, mtime=0)
        return await self.store(raw, Came(packed, Encoding.GZIP, neighbourhood), turn)

    async def store(self, raw: bytes, came: Came, turn: Turn) -> dict[str, Any]:
        envelope = check(raw)
        if came.key is not None and came.key != envelope.name:
            raise Refused(400, "the Idempotency-Key is not the report's id")
        case = None if envelope.case is None else await self.cases.get(envelope.case)
        if case is not None and came.ticket is not None and case.tenant != came.ticket.tenant:
            case = None
        self._within_limits(came, case)
        incoming = self._incoming(raw, came, envelope, case)
        accepted = await self._stored(incoming, turn)
        if accepted.taken is Taken.CONFLICT:
            raise Refused(409, "another report has this id")
        code = self._locator.code(accepted.seq)
        if incoming.case is not None and accepted.taken is not Taken.SAME:
            told = {"id": envelope.name, "code": code, "cut": envelope.cut, "verified": incoming.ticket is not None}
            self._feed.publish(incoming.tenant, incoming.case, "report", told)
        watched = incoming.case is not None and self._feed.watched(incoming.tenant, incoming.case)
        return {"id": envelope.name, "code": code, "watched": watched}

    async def _stored(self, incoming: Incoming, turn: Turn) -> Accepted:
        """On the disk. Raises ``Refused`` (503) when that cannot be now."""
        try:
            about = (incoming.tenant, incoming.customer, incoming.id, incoming.received, incoming.body)
            if self._vault.at_hand(*about[:2], incoming.received):
                sealed = self._vault.seal_report(*about)
            else:
                sealed = await asyncio.to_thread(self._vault.seal_report, *about)
            turn.checked()
            return await self._writer.put(incoming._replace(body=sealed))
        except Full:
            raise crowded("too many reports are waiting for the disk") from None
        except Unavailable:
            raise crowded("the disk takes nothing now", 30) from None

    def _incoming(self, raw: bytes, came: Came, envelope: Envelope, case: Case | None) -> Incoming:
        ticket = came.ticket
        tenant = ticket.tenant if ticket is not None else case.tenant if case is not None else self._nobody
        return Incoming(
            id=envelope.id,
            sha=sha256(raw).digest(),
            cut=envelope.cut,
            body=came.body,
            encoding=came.encoding,
            size=len(raw),
            tenant=tenant,
            received=self._now(),
            ticket=None if ticket is None else ticket.id,
            customer=None if ticket is None else ticket.customer,
            # What a ticket is bound to was said by the provider, the report's own case by whoever made it.
            case=ticket.case if ticket is not None and ticket.case is not None else envelope.case,
            kept=came.kept,
        )

    def _within_limits(self, came: Came, case: Case | None) -> None:
        """By ticket, else by case, else by neighbourhood: half a town may share one address."""
        key: Hashable
        if came.ticket is not None and not came.ticket.general:
            limits, key = self._own, ("ticket", came.ticket.id)
        elif case is not None:
            limits, key = self._own, ("case", case.code)
        else:
            limits, key = self._shared, (None if came.ticket is None else came.ticket.id, came.neighbourhood)
        wait_s = limits.wait_s(key)
        if wait_s > 0:
            raise Refused(429, "too many reports from here", retry_s=int(wait_s) + 1)
