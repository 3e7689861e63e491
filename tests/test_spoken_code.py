"""The spoken code: everything it carries comes back, and damage is corrected or refused."""

from __future__ import annotations

import random
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.deliver.spoken_code import (
    AGES_MIN,
    JUDGED,
    MATCHES,
    SEGMENTS,
    STATES,
    Spoken,
    Unreadable,
    decode,
    encode,
    match_of,
)

KNOWN = frozenset(range(1, 121))


def random_code(rng: random.Random) -> tuple[str, Spoken]:
    verdict, grade = rng.choice(JUDGED)
    number = 0 if grade is None else rng.randint(1, 120)
    states = STATES if verdict != "healthy" else ("ok", "degraded", "unknown")
    segments = {s: rng.choice(states) for s in SEGMENTS}
    report = str(uuid.UUID(int=rng.getrandbits(128)))
    age = rng.choice(AGES_MIN)
    code = encode(verdict, number, grade, segments, report, age)
    return code, Spoken(verdict, number, grade, segments, age, match_of(report))


@given(st.integers())
def test_what_is_spoken_comes_back(seed: int) -> None:
    code, said = random_code(random.Random(seed))
    assert decode(code, KNOWN) == said
    assert [len(group) for group in code.split(" ")] == [3, 3, 3, 3, 3]


@given(st.integers())
def test_one_wrong_digit_and_one_swap_are_corrected(seed: int) -> None:
    code, said = random_code(random.Random(seed))
    digits = code.replace(" ", "")
    for i in range(15):
        for other in "0123456789":
            if other != digits[i]:
                assert _same(decode(digits[:i] + other + digits[i + 1 :], KNOWN), said)
    for i in range(14):
        if digits[i] != digits[i + 1]:
            assert _same(decode(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :], KNOWN), said)


def _same(read: Spoken, said: Spoken) -> bool:
    return read.corrected and Spoken(**{**read.__dict__, "corrected": False}) == said


def test_heavier_damage_is_mostly_refused() -> None:
    rng = random.Random(20261121)
    misread = tried = 0
    for _ in range(4000):
        code, said = random_code(rng)
        digits = list(code.replace(" ", ""))
        for place in rng.sample(range(15), rng.choice((2, 2, 3, 4))):
            digits[place] = rng.choice([d for d in "0123456789" if d != digits[place]])
        tried += 1
        try:
            misread += not _same(decode("".join(digits), KNOWN), said)
        except Unreadable:
            continue
    print(f"heavier damage: {misread} of {tried} misread ({100 * misread / tried:.1f} %)")
    assert misread / tried < 0.20


@pytest.mark.parametrize("text", ["", "123", "12345678901234567890", "abc def ghi jkl mno", "000000000000000"])
def test_no_code_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        decode(text, KNOWN)
    assert str(refusal.value)


def test_separators_and_other_digits_do_not_matter() -> None:
    code, said = random_code(random.Random(7))
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert decode(code.replace(" ", "-"), KNOWN) == said
    assert decode(arabic, KNOWN) == said


def test_matches_are_spread() -> None:
    assert len({match_of(str(uuid.uuid4())) for _ in range(20_000)}) > MATCHES * 0.99
