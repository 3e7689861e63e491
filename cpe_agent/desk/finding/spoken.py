"""A spoken code at the desk: what it says, and which of the reports that came in may be the one it was spoken of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cpe_agent.deliver.spoken_code import (
    AGES_MIN,
    DIGITS,
    MOST_NOT_HEARD,
    NOT_HEARD,
    Spoken,
    Unreadable,
    decode,
    encode,
)
from cpe_agent.diagnose.catalogue import BY_NUMBER

if TYPE_CHECKING:
    from cpe_agent.desk.archive import Archive, Row

KNOWN = frozenset(BY_NUMBER)
DAY = 86400.0
MOST_MAY_BE = 5


def read(digits: str) -> Spoken | str:
    """The code, or the key of the sentence that says why it is none."""
    try:
        return decode(digits, KNOWN)
    except Unreadable:
        if len(digits) != DIGITS:
            return "spoken.length"
        missing = digits.count(NOT_HEARD)
        return "spoken.too-many" if missing > MOST_NOT_HEARD else "spoken.besides" if missing else "spoken.wrong"


def written(spoken: Spoken) -> str:
    """The code in its right digits, where some were corrected."""
    number = f"{spoken.match:032x}"  # an id that this is the part of
    return encode(spoken.verdict, spoken.fault_number, spoken.grade, spoken.segments, number, spoken.age_minutes)


def may_be(archive: Archive, tenant: int, spoken: Spoken, now: float) -> tuple[Row, ...]:
    """A code carries one of 952 parts of an id, so that some that it is not of are among them: those of another fault
    are left out, and the rest stand by how well the time fits. A code that was written down is typed within a day."""
    least, most = _age_s(spoken)
    found = archive.matching(tenant, spoken.match, now - most - DAY, now)

    def misfit(row: Row) -> float:
        age = now - (row.judged.started if row.judged else row.received)
        return max(least - age, age - most, 0.0)

    return tuple(sorted(fitting(found, spoken), key=lambda row: (misfit(row), -row.seq))[:MOST_MAY_BE])


def fitting(rows: Iterable[Row], spoken: Spoken) -> list[Row]:
    """Those that may say what the code says. The code has the report's own verdict; a newer catalogue may have judged
    otherwise since, so only a report's own claim speaks against it."""
    fault = BY_NUMBER.get(spoken.fault_number)
    named = fault.code if fault is not None and spoken.verdict == "fault" else ""
    return [row for row in rows if row.judged is None or row.judged.trouble or row.judged.claimed == named]


def _age_s(spoken: Spoken) -> tuple[float, float]:
    """How old the run was when the code was read out: at least, and at most. The last step is open; an outbox keeps a
    report for seven days."""
    step = AGES_MIN.index(spoken.age_minutes)
    most = AGES_MIN[step + 1] * 60.0 if step + 1 < len(AGES_MIN) else 7 * DAY
    return AGES_MIN[step] * 60.0, most
