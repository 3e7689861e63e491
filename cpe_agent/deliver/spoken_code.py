"""The verdict as fifteen digits that can be read over a bad telephone line.

``value = payload * 1117 + 468`` written with leading zeros. Every value one misread digit or one swap of neighbouring
digits away differs from a code word by one of 494 amounts (+-d * 10^i and +-9d * 10^i); 1117 is the smallest modulus
that gives each its own remainder, so both kinds of damage are corrected, always. Heavier damage is taken for a
correctable one by chance in at most 149 of 1117 remainders (15 x 9 digits + 14 swaps); codes whose parts contradict
each other are refused on top of that. A digit that was not heard is written as ``?``: the remainder gives it back.
docs/spoken-code.md has the proof and what each kind of damage comes to.

The payload in mixed radix, then spread over its whole range: format 2, fault number 256, seven segments of 4 states,
verdict and grade 7, age 16, report 952. No personal datum is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

MODULUS = 1117
RESIDUE = 468  # not 0: fifteen zeros are no code
DIGITS = 15
NOT_HEARD = "?"
MOST_NOT_HEARD = 2
FORMAT = 0
SEGMENTS = ("device", "home", "cpe", "access", "account", "isp-core", "remote")
STATES = ("ok", "degraded", "broken", "unknown")
AGES_MIN = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 120, 240, 720, 1440)
MATCHES = 952
# verdict, grade of the fault or of the first suspect
JUDGED: tuple[tuple[str, str | None], ...] = (
    ("healthy", None),
    ("fault", "direct"),
    ("fault", "contrast"),
    ("inconclusive", "circumstantial"),
    ("inconclusive", "direct"),
    ("inconclusive", "contrast"),
    ("inconclusive", None),
)
_RADICES = (2, 256, 4**7, len(JUDGED), len(AGES_MIN), MATCHES)
_PAYLOADS = prod(_RADICES)
# A healthy code would be mostly zeros, which people drop and miscount; a multiplication modulo the payloads spreads it.
_SPREAD = 618_033_988_751  # coprime to 2, 7 and 17, the primes of the radices
_GATHER = pow(_SPREAD, -1, _PAYLOADS)


class Unreadable(ValueError):
    """The digits are no code, and no single misread digit or swap explains them."""


@dataclass(frozen=True)
class Spoken:
    """What a code says. ``fault_number`` is that of the first suspect when inconclusive, 0 when there is none.
    ``age_minutes`` is rounded down to a few steps. ``match`` is ``match_of`` the report's id."""

    verdict: str
    fault_number: int
    grade: str | None
    segments: dict[str, str]
    age_minutes: int
    match: int
    corrected: bool = False


def match_of(report_id: str) -> int:
    """0..951: the part of a report's id that its code carries, to find the upload that arrives later."""
    return int(report_id.replace("-", ""), 16) % (1 << 62) % MATCHES


def encode(
    verdict: str,
    fault_number: int,
    grade: str | None,
    segments: Mapping[str, str],
    report_id: str,
    age_minutes: float = 0,
) -> str:
    """The code in groups of three digits: ``"123 456 789 012 345"``. Raises ValueError for values it cannot carry."""
    states = 0
    for segment in SEGMENTS:
        states = states * 4 + STATES.index(segments.get(segment, "unknown"))
    age = max(i for i, m in enumerate(AGES_MIN) if m <= max(0, age_minutes))
    parts = (FORMAT, fault_number, states, JUDGED.index((verdict, grade)), age, match_of(report_id))
    payload = 0
    for part, radix in zip(parts, _RADICES, strict=True):
        if not 0 <= part < radix:
            raise ValueError(f"{part} does not fit into 0..{radix - 1}")
        payload = payload * radix + part
    digits = f"{payload * _SPREAD % _PAYLOADS * MODULUS + RESIDUE:0{DIGITS}d}"
    return " ".join(digits[i : i + 3] for i in range(0, DIGITS, 3))


def dtmf(code: str) -> str:
    """The code as it is keyed into a telephone: digits and ``#``. A ``*`` on the way starts again."""
    return "".join(c for c in code if c.isdecimal()) + "#"


def decode(text: str, known_faults: frozenset[int]) -> Spoken:
    """Read a code as it was written down or keyed: spaces, dashes and dots between digits do not matter, ``?`` stands
    for a digit that was not heard, ``#`` ends, ``*`` starts again. One wrong digit, one swap of neighbours or up to two
    digits not heard are corrected and said to be. Raises ``Unreadable`` with the reason, in words for a person."""
    keyed = text.partition("#")[0].rpartition("*")[2]
    digits = "".join(c for c in keyed if not c.isspace() and c not in "-.,_")
    if not all(c.isdecimal() or c == NOT_HEARD for c in digits):
        raise Unreadable("a code has digits only")
    digits = "".join(c if c == NOT_HEARD else str(int(c)) for c in digits)  # any script's digits count
    if len(digits) != DIGITS:
        raise Unreadable(f"a code has {DIGITS} digits; these are {len(digits)}")
    if NOT_HEARD in digits:
        return _filled(digits, known_faults)
    value = int(digits)
    if value % MODULUS == RESIDUE:
        found = _unpack(value, known_faults, corrected=False)
        if found is None:
            raise Unreadable("these digits fit together but say nothing this version knows; it may be too old")
        return found
    for candidate in _neighbours(digits):
        if candidate % MODULUS == RESIDUE:
            found = _unpack(candidate, known_faults, corrected=True)
            if found is not None:
                return found
    raise Unreadable("more than one digit is wrong; please have it read again")


def _filled(digits: str, known_faults: frozenset[int]) -> Spoken:
    """Two gaps have at most one filling with the right remainder, because no two wrong digits are congruent. It is the
    right one if the digits that were heard are."""
    gaps = digits.count(NOT_HEARD)
    if gaps > MOST_NOT_HEARD:
        raise Unreadable(f"{gaps} digits are missing; please have them read again")
    pattern = digits.replace(NOT_HEARD, "{}")
    for number in range(10**gaps):
        value = int(pattern.format(*f"{number:0{gaps}d}"))
        if value % MODULUS == RESIDUE and (found := _unpack(value, known_faults, corrected=True)) is not None:
            return found
    raise Unreadable("a digit is wrong besides the missing ones; please have it read again")


def _neighbours(digits: str) -> list[int]:
    """Every value one digit or one swap of neighbours away. At most one of them is a code word."""
    value = int(digits)
    found = []
    for i, char in enumerate(digits):
        weight = 10 ** (DIGITS - 1 - i)
        found += [value + (d - int(char)) * weight for d in range(10) if d != int(char)]
    for i in range(DIGITS - 1):
        if digits[i] != digits[i + 1]:
            found.append(int(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]))
    return found


def _unpack(value: int, known_faults: frozenset[int], *, corrected: bool) -> Spoken | None:
    payload = value // MODULUS
    if payload >= _PAYLOADS:
        return None
    payload = payload * _GATHER % _PAYLOADS
    parts = []
    for radix in reversed(_RADICES):
        payload, part = divmod(payload, radix)
        parts.append(part)
    match, age, judged, states, number, version = parts
    verdict, grade = JUDGED[judged]
    if version != FORMAT or (number == 0) is not (grade is None):
        return None
    if number and number not in known_faults:
        return None
    segments = {}
    for segment in reversed(SEGMENTS):
        states, state = divmod(states, 4)
        segments[segment] = STATES[state]
    ordered = {segment: segments[segment] for segment in SEGMENTS}
    if verdict == "healthy" and "broken" in ordered.values():
        return None
    return Spoken(verdict, number, grade, ordered, AGES_MIN[age], match, corrected)
