"""Telephone numbers as people type them, in the one form that they are kept and found by (E.164)."""

from __future__ import annotations

import re

from cpe_agent.desk.typed import clean

MOST = 40
SHORTEST_SHOWN = 6
_EXTENSION = re.compile(r"(?:;ext=|ext\.?|x|#)\s*\d{1,7}\Z", re.IGNORECASE)
_SCHEME = re.compile(r"\A(?:tel|phone|callto):", re.IGNORECASE)


def telephone(text: str, region: str) -> str | None:
    """``+972541234567`` for ``054-123/4567``, ``(00972) 54...``, digits of any script; None for what can be none.

    ``region``: the country (ISO 3166) whose numbers are written without a country code. A number need not be in use:
    the plans change faster than programs. It must be as long as that country's numbers are, with its area code.
    """
    text = _EXTENSION.sub("", _SCHEME.sub("", clean(text))).strip()
    if not 5 <= len(text) <= MOST or any(c.isalpha() for c in text):
        return None  # letters stand for digits on some keypads: "4F7K2Q9X" is no number
    import phonenumbers  # 11 MiB

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """What is shown of a telephone or customer number without a reason: the last two digits, of a short one nothing."""
    return "•••" + (number[-2:] if len(number) >= SHORTEST_SHOWN else "")
