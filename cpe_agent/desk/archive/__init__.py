"""Where reports are kept: what goes in, what comes out, and what every engine must promise.

``sqlite`` and ``postgres`` implement ``Archive``; ``writer`` gathers what many requests bring into one commit.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol


class Unavailable(OSError):
    """The store cannot now: disk full, an I/O error, a server that is away. Nothing was promised; try again later."""


class Damaged(Unavailable):
    """A part of the store is unreadable. The others still are."""


class Encoding(IntEnum):
    """How a stored body is packed: as it came over the wire."""

    GZIP = 1
    ZSTD = 2


class Incoming(NamedTuple):
    """One report on its way to the disk.

    ``id``: the 16 bytes of its UUIDv7. ``sha``: SHA-256 of the unpacked bytes. ``cut``: the cut form of a report whose
    whole one may follow. ``body``: as it came (packed), sealed by the vault. ``size``: unpacked, in bytes. ``tenant``,
    ``ticket``, ``customer``: row ids of the records; without a ticket the report is unverified. ``case``: eight
    characters as ``case_code`` writes them. ``kept``: the ``Cpe-Agent-Kept`` header, at most 200 characters.
    ``received``: seconds since the epoch by the desk's own clock.
    """

    id: bytes
    sha: bytes
    cut: bool
    body: bytes
    encoding: Encoding
    size: int
    tenant: int
    received: float
    ticket: int | None = None
    customer: int | None = None
    case: str | None = None
    kept: str | None = None


class Taken(IntEnum):
    """What became of an incoming report."""

    NEW = 0
    SAME = 1  # the same bytes were here before
    COMPLETED = 2  # the whole report took the place of its cut form
    CONFLICT = 3  # other bytes have this id: nothing was stored


class Accepted(NamedTuple):
    """``seq``: the place in the order of arrival, from 1, in the whole archive; the desk's short code is made of it. Of
    a conflict it is the row's that is there."""

    taken: Taken
    seq: int


class Judged(NamedTuple):
    """What the desk found in a report, after it was stored. ``trouble``: why it could not be read; then the rest may be
    empty. ``verdict`` to ``suspect`` are what the report itself says while ``agrees`` is None, and after that the
    desk's own judgement over the report's facts; ``claimed`` is the fault that the report names (empty for none),
    ``agrees`` whether both say the same. ``match`` is
    ``spoken_code.match_of`` its id, ``receipt`` the sixty bits of its receipt code, ``started`` seconds since the
    epoch by the client's clock. ``sha``: of the bytes that were judged (on the way in only): where others have taken
    their place since, the finding is dropped."""

    seq: int
    verdict: str = ""
    fault: str = ""
    owner: str = ""
    acts: str = ""
    grade: str = ""
    suspect: str = ""
    claimed: str = ""
    agrees: bool | None = None
    match: int = -1
    receipt: int = 0
    started: float = 0.0
    trouble: str = ""
    sha: bytes = b""


class Row(NamedTuple):
    """A stored report without its body. ``judged`` is None until the desk has read it. ``attached``: a person said
    whose it is."""

    seq: int
    id: bytes
    sha: bytes
    cut: bool
    encoding: Encoding
    size: int
    tenant: int
    received: float
    ticket: int | None
    customer: int | None
    case: str | None
    kept: str | None
    judged: Judged | None
    attached: bool = False

    @property
    def quarantined(self) -> bool:
        """Nobody vouches for it: it came without a ticket, and no person has said whose it is."""
        return self.ticket is None and not self.attached


class Page(NamedTuple):
    """A part of a list, newest first; ``older`` is what to ask for next (``before``), None at the end."""

    rows: tuple[Row, ...]
    older: int | None


class Statistics(NamedTuple):
    """``rows`` counts what is stored now, ``last`` is the newest place in the order of arrival, ``bytes`` the size on
    disk, ``unjudged`` counts the unread too. ``damaged``: parts that cannot be read, each with its reason."""

    rows: int
    last: int
    unjudged: int
    bytes: int
    parts: int
    damaged: tuple[str, ...] = ()


def month_of(seconds: float) -> int:
    """The month of a time since the epoch, in UTC, counted from the year 0: 24322 is November 2026."""
    then = time.gmtime(seconds)
    return then.tm_year * 12 + then.tm_mon - 1


class Archive(Protocol):
    """A store of reports. ``commit`` is called by one thread at a time; the rest by any, at any time. Everything raises
    ``Unavailable`` when the disk or the server fails.

    Places in the order of arrival have no gaps: a missing one is a lost report (``reconcile``)."""

    def commit(self, batch: Sequence[Incoming]) -> list[Accepted]:
        """Store a batch, durably: when this returns, a power cut takes none of it away. The same report twice in one
        batch is stored once. A verified repeat of an unverified report gives it the ticket, customer and case, and the
        body as it was sealed for them. When it raises, none of it may be acknowledged."""
        ...

    def by_seq(self, tenant: int, seq: int) -> Row | None: ...

    def by_id(self, tenant: int, report_id: bytes) -> Row | None: ...

    def of_case(self, tenant: int, case: str, *, before: int | None = None, limit: int = 50) -> Page: ...

    def of_customer(self, tenant: int, customer: int, *, before: int | None = None, limit: int = 50) -> Page: ...

    def newest(
        self, tenant: int, *, fault: str | None = None, verified: bool | None = None, before: int | None = None,
        limit: int = 50,
    ) -> Page:  # fmt: skip
        """``verified``: False for the quarantined ones alone, True for the others."""
        ...

    def matching(self, tenant: int, match: int, since: float, until: float) -> tuple[Row, ...]:
        """Reports of this ``match`` received in that time: those that a spoken code may be of. The newest 20."""
        ...

    def with_receipt(self, receipt: int) -> Row | None:
        """Of any tenant: whoever holds a receipt may ask. The newest."""
        ...

    def rows_between(self, first: int, last: int, *, tenant: int | None = None) -> Iterator[Row]:
        """All with ``first <= seq <= last``, oldest first, read in small pieces. Damaged parts are passed over."""
        ...

    def body(self, row: Row) -> bytes | None:
        """The stored (packed, sealed) bytes; None when there are none (any more)."""
        ...

    def gone(self, row: Row) -> bool:
        """Was its body taken away on purpose: purged, or erased?"""
        ...

    def attach(
        self, tenant: int, seq: int, *, case: str | None = None, customer: int | None = None, body: bytes | None = None
    ) -> bool:
        """A person says whose report it is. ``body``: the same bytes, sealed anew for that customer. Durable. False:
        there is no such report."""
        ...

    def unread(self, limit: int) -> list[Row]:
        """The oldest that have no ``judged`` at all, of all tenants."""
        ...

    def unjudged(self, limit: int) -> list[Row]:
        """The oldest whose ``agrees`` is None, of all tenants."""
        ...

    def put_judged(self, found: Iterable[Judged]) -> None:
        """What was judged, or judged anew. Of a report that is not there it says nothing."""
        ...

    def requeue(self, seqs: Iterable[int]) -> int:
        """Of these, those that wait for nothing and should shall wait; how many there were. There should be none."""
        ...

    def erase(self, tenant: int, *, customer: int | None = None, seqs: Iterable[int] = ()) -> int:
        """Delete the bodies of all reports of a customer, and of these. How many there were."""
        ...

    def purge_bodies(self, before: float) -> int:
        """Delete the bodies of all that was received before that time. How many there were."""
        ...

    def purge(self, before: int) -> int:
        """Drop the parts (rows and bodies) of all months before that one (``month_of``); how many. The newest stays."""
        ...

    def statistics(self) -> Statistics: ...

    def close(self) -> None: ...
