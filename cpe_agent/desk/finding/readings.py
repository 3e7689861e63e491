"""What the text in the box can be. Looks nothing up.

Most texts can be several things at once (nine digits are a telephone number, a customer number and, one time in 32, a
report's short code): all of them are looked up, and what exists decides.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from cpe_agent.case_code import CHARACTERS as CASE_CHARACTERS
from cpe_agent.case_code import case_in_name
from cpe_agent.crockford import values
from cpe_agent.deliver.receipt import CHARACTERS as RECEIPT_CHARACTERS
from cpe_agent.deliver.spoken_code import DIGITS, NOT_HEARD
from cpe_agent.desk.locator import CHARACTERS as LOCATOR_CHARACTERS
from cpe_agent.desk.telephone import telephone
from cpe_agent.desk.typed import clean

SHORTEST_NAME = 2
LONGEST_NUMBER = 40
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_BETWEEN = frozenset(" -.,_/")  # what stands between groups of digits and letters


class What(StrEnum):
    """In the order in which they are tried and shown."""

    REPORT_ID = "report-id"
    SPOKEN = "spoken"
    CASE = "case"
    LOCATOR = "locator"
    RECEIPT = "receipt"
    TELEPHONE = "telephone"
    NUMBER = "number"
    NAME = "name"


PERSONAL = frozenset({What.TELEPHONE, What.NUMBER})


class Readings(NamedTuple):
    """``text``: what was typed, cleaned. ``can_be``: each with its normal form: a spoken code as fifteen digits and
    ``?``, a case, receipt or short code as it was typed without what stands between (its check may fail: then it is
    only good for "did you mean"). ``digits``: how many digits stand where a spoken code was surely meant, else 0."""

    text: str
    can_be: dict[What, str]
    digits: int = 0


def readings(typed: str, region: str) -> Readings:
    text = clean(typed)
    if not text:
        return Readings("", {})
    if _UUID.fullmatch(text):
        return Readings(text, {What.REPORT_ID: text.replace("-", "").lower()})
    can_be: dict[What, str] = {}
    spoken, digits = _spoken(text)
    if spoken:
        can_be[What.SPOKEN] = spoken
    if NOT_HEARD in text and digits:  # nothing else has digits that were not heard
        return Readings(text, can_be, digits)
    if code := case_in_name(text):
        can_be[What.CASE] = code
    else:
        can_be |= _codes(text)
    if number := telephone(text, region):
        can_be[What.TELEPHONE] = number
    if number := customer_number(text):
        can_be[What.NUMBER] = number
    if len(text) >= SHORTEST_NAME:
        can_be[What.NAME] = text
    surely = digits if digits > DIGITS - 2 and What.TELEPHONE not in can_be else 0
    return Readings(text, can_be, surely)


def customer_number(text: str) -> str | None:
    """A customer number as it is kept and found: digits of any script as ASCII, letters alike in both cases, without
    what stands between. None for what can be none: it has a digit."""
    kept = []
    for c in clean(text):
        if c.isdecimal():
            kept.append(str(int(c)))
        elif c.isalnum():
            kept.append(c.casefold())
        elif c not in _BETWEEN:
            return None
    number = "".join(kept)
    return number if 1 <= len(number) <= LONGEST_NUMBER and any(c.isdecimal() for c in number) else None


def _spoken(text: str) -> tuple[str | None, int]:
    """The digits of what may be a spoken code (keyed ones end with ``#`` and start again at ``*``), and how many; 0
    where something else stands among them."""
    keyed = text.partition("#")[0].rpartition("*")[2]
    digits = "".join(c for c in keyed if c not in _BETWEEN)
    if not digits or not all(c.isdecimal() or c == NOT_HEARD for c in digits):
        return None, 0
    digits = "".join(c if c == NOT_HEARD else str(int(c)) for c in digits)
    return digits if len(digits) == DIGITS else None, len(digits)


_KINDS = {What.CASE: CASE_CHARACTERS, What.LOCATOR: LOCATOR_CHARACTERS + 1, What.RECEIPT: RECEIPT_CHARACTERS}


def _codes(text: str) -> dict[What, str]:
    """Codes in Crockford's letters that are of the right length, or one character off it."""
    bare = "".join(str(int(c)) if c.isdecimal() else c for c in text if c not in " -.").upper()
    if values(bare) is None:
        return {}
    return {what: bare for what, length in _KINDS.items() if abs(len(bare) - length) <= 1}
