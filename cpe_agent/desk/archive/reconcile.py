"""Accepted is stored: looks at every report, proves that its bytes are there and whole, and mends what can be mended.

Places in the order of arrival have no gaps, so a missing one is a missing report. What this cannot see is a missing
end: an archive restored from a copy of last night knows nothing of this morning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cpe_agent.desk.archive import Archive, Row

_STEP = 500


class Wrong(NamedTuple):
    """``what``: missing (no row) | no-body | unreadable (does not unseal or unpack) | other-bytes (another SHA-256).
    ``many``: so many in a row, from ``seq``."""

    seq: int
    what: str
    why: str = ""
    many: int = 1


class Reconciled(NamedTuple):
    """``proven``: the stored bytes unpack to what was accepted. ``gone``: purged or erased on purpose. ``waiting``: not
    judged yet. ``requeued``: were neither judged nor waiting, and wait now. ``wrong``: what nothing here can mend.
    ``damaged``: parts that cannot be read."""

    rows: int
    proven: int
    gone: int
    waiting: int
    requeued: int
    wrong: tuple[Wrong, ...]
    damaged: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.wrong and not self.damaged


def reconcile(archive: Archive, unsealed: Callable[[Row, bytes], bytes | None]) -> Reconciled:
    """``unsealed`` gives the unpacked bytes of a row's stored ones, None when their key was destroyed on purpose, and
    raises for what it cannot open. May run beside a desk that takes reports in: what comes after it began is not
    looked at."""
    stored = archive.statistics()
    last = stored.last
    rows = proven = gone = waiting = again = 0
    wrong: list[Wrong] = []
    expected: int | None = None  # what was purged is missing from the beginning, rightly
    for some in _pieces(archive.rows_between(1, last)):
        for row in some:
            if expected is not None and row.seq > expected:
                wrong.append(Wrong(expected, "missing", many=row.seq - expected))
            expected = row.seq + 1
            rows += 1
            found = _body(archive, row, unsealed)
            if found is None:
                proven += 1
            elif found.what == "gone":
                gone += 1
            else:
                wrong.append(found)
        unjudged = [row.seq for row in some if row.judged is None or row.judged.agrees is None]
        lost = archive.requeue(unjudged)
        again += lost
        waiting += len(unjudged) - lost
    first = expected or 1
    if first <= last and (rows or stored.rows):
        wrong.append(Wrong(first, "missing", many=last + 1 - first))
    return Reconciled(rows, proven, gone, waiting, again, tuple(wrong), archive.statistics().damaged)


def _pieces(rows: Iterator[Row]) -> Iterator[list[Row]]:
    piece: list[Row] = []
    for row in rows:
        piece.append(row)
        if len(piece) == _STEP:
            yield piece
            piece = []
    yield piece


def _body(archive: Archive, row: Row, unsealed: Callable[[Row, bytes], bytes | None]) -> Wrong | None:
    """What is wrong with it; None when it is proven. A row that changed while this looked is looked at once more."""
    for try_again in (True, False):
        stored = archive.body(row)
        if stored is None:
            found = Wrong(row.seq, "gone" if archive.gone(row) else "no-body")
        else:
            try:
                raw = unsealed(row, stored)
            except Exception as error:
                found = Wrong(row.seq, "unreadable", f"{type(error).__name__}: {error}")
            else:
                if raw is not None and hashlib.sha256(raw).digest() == row.sha:
                    return None
                found = Wrong(row.seq, "gone" if raw is None else "other-bytes")
        now = archive.by_seq(row.tenant, row.seq)
        if not try_again or now is None or now == row:
            break
        row = now
    return found
