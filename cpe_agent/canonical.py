"""Canonical JSON (RFC 8785): equal values are equal bytes.

Written here because the report is printed inside the promised time and the reference library takes as long to load as
half a run; ``tests/test_canonical.py`` holds every byte against that library.
"""

from __future__ import annotations

import json
from typing import Any

_LARGEST = 2**53 - 1  # integers beyond are not exact in every reader (RFC 7493, 2.2)
_text = json.JSONEncoder(ensure_ascii=False).encode


def dumps(value: Any) -> bytes:
    """Plain JSON values as canonical bytes. Raises ValueError for NaN, infinities and integers beyond 2^53 - 1."""
    return _write(value).encode("utf-8", "strict")


def _write(value: Any) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError(f"{value} is no safe integer")
        return str(int(value))
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_write(k)}:{_write(v)}" for k, v in items) + "}"
    return "[" + ",".join(map(_write, value)) + "]"


def number(value: float) -> str:
    """A float as ECMAScript writes it (ECMA-262, Number::toString): Python's shortest digits, its own layout."""
    if value != value or value in (float("inf"), float("-inf")):  # NaN
        raise ValueError(f"{value} has no JSON form")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0)  # digits before the decimal point
    if whole == "0":
        point -= 1 + len(fraction) - len(fraction.lstrip("0"))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"
