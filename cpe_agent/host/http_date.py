"""The Date header: IMF-fixdate (RFC 9110, 5.6.7), the one form that servers must send."""

from __future__ import annotations

import re
from calendar import timegm

_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_FORM = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII
)


def seconds(text: str) -> int | None:
    """Seconds since the epoch; None for anything else than that form."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year, hour, minute, second = found.groups()
    place = _MONTHS.find(month)
    if (
        place < 0
        or place % 3
        or not (1 <= int(day) <= 31 and int(hour) < 24 and int(minute) < 60 and int(second) <= 60)
    ):
        return None
    return timegm((int(year), place // 3 + 1, int(day), int(hour), int(minute), int(second)))
