"""Texts one slip away from what was typed: "did you mean"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cpe_agent.crockford import complete, values
from cpe_agent.deliver.spoken_code import DIGITS, NOT_HEARD, Spoken, Unreadable, decode

_ALL = range(32)


def codes_near(bare: str, length: int, *, checked: bool) -> Iterator[list[int]]:
    """Every code of this length, as 0..31 a character, that is one wrong, missing or needless character or one swap of
    neighbours away. ``checked``: its last character is a check, so that about one in 32 of them is a code."""
    read = values(bare)
    if read is None:
        return
    seen = {tuple(read)}
    for found in _near(read, length):
        if (key := tuple(found)) not in seen and (not checked or complete(found)):
            seen.add(key)
            yield found


def _near(read: Sequence[int], length: int) -> Iterator[list[int]]:
    places = range(len(read))
    if len(read) == length:
        for i in places[:-1]:
            yield [*read[:i], read[i + 1], read[i], *read[i + 2 :]]
        for i in places:
            yield from ([*read[:i], value, *read[i + 1 :]] for value in _ALL)
    elif len(read) == length - 1:
        for i in range(length):
            yield from ([*read[:i], value, *read[i:]] for value in _ALL)
    elif len(read) == length + 1:
        yield from ([*read[:i], *read[i + 1 :]] for i in places)


def spoken_near(digits: str, known_faults: frozenset[int]) -> Iterator[Spoken]:
    """A spoken code with one digit too few or one too many: what it was, in nine of ten cases alone. ("Double zero" is
    soon heard as one.)"""
    if len(digits) == DIGITS - 1:
        tries = [digits[:i] + NOT_HEARD + digits[i:] for i in range(DIGITS)]
    elif len(digits) == DIGITS + 1:
        tries = [digits[:i] + digits[i + 1 :] for i in range(DIGITS + 1)]
    else:
        return
    seen: set[tuple[object, ...]] = set()
    for text in tries:
        try:
            spoken = decode(text, known_faults)
        except Unreadable:
            continue
        said = (spoken.fault_number, spoken.match, spoken.age_minutes, *spoken.segments.values())
        if (NOT_HEARD in text or not spoken.corrected) and said not in seen:
            seen.add(said)
            yield spoken
