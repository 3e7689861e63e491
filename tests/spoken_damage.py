"""What heavier damage to a spoken code comes to, by kind: ``python -m tests.spoken_damage 20000`` prints the table of
docs/spoken-code.md."""

from __future__ import annotations

import random
import sys
import uuid
from collections.abc import Callable

from cpe_agent.deliver.spoken_code import (
    AGES_MIN,
    JUDGED,
    SEGMENTS,
    STATES,
    Spoken,
    Unreadable,
    decode,
    encode,
    match_of,
)

KNOWN = frozenset(range(1, 121))
Damage = Callable[[random.Random, str], str]


def random_code(rng: random.Random) -> tuple[str, Spoken]:
    """The fifteen digits, and what they say."""
    verdict, grade = rng.choice(JUDGED)
    number = 0 if grade is None else rng.randint(1, 120)
    states = STATES if verdict != "healthy" else ("ok", "degraded", "unknown")
    segments = {s: rng.choice(states) for s in SEGMENTS}
    report = str(uuid.UUID(int=rng.getrandbits(128)))
    age = rng.choice(AGES_MIN)
    code = encode(verdict, number, grade, segments, report, age).replace(" ", "")
    return code, Spoken(verdict, number, grade, segments, age, match_of(report))


def wrong_digits(count: int) -> Damage:
    def damage(rng: random.Random, code: str) -> str:
        digits = list(code)
        for place in rng.sample(range(15), count):
            digits[place] = rng.choice("0123456789".replace(digits[place], ""))
        return "".join(digits)

    return damage


def swap_and_wrong_digit(rng: random.Random, code: str) -> str:
    places = [i for i in range(14) if code[i] != code[i + 1]]
    i = rng.choice(places)
    swapped = code[:i] + code[i + 1] + code[i] + code[i + 2 :]
    j = rng.choice([j for j in range(15) if j not in (i, i + 1)])
    return swapped[:j] + rng.choice("0123456789".replace(swapped[j], "")) + swapped[j + 1 :]


def dropped_and_another_put_in(rng: random.Random, code: str) -> str:
    i, j = rng.randrange(15), rng.randrange(15)
    left = code[:i] + code[i + 1 :]
    return left[:j] + rng.choice("0123456789") + left[j:]


def two_groups_changed_places(rng: random.Random, code: str) -> str:
    groups = [code[i : i + 3] for i in range(0, 15, 3)]
    i = rng.randrange(4)
    groups[i], groups[i + 1] = groups[i + 1], groups[i]
    return "".join(groups)


def shifted_by_one(rng: random.Random, code: str) -> str:
    """The first digit of a group is heard with the group before: from there on, each stands one place to the left."""
    i = rng.randrange(0, 14)
    return code[:i] + code[i + 1 :] + rng.choice("0123456789")


def any_digits(rng: random.Random, code: str) -> str:
    return f"{rng.randrange(10**15):015d}"


def not_heard_and_wrong(rng: random.Random, code: str) -> str:
    i, j = rng.sample(range(15), 2)
    digits = list(code)
    digits[i], digits[j] = "?", rng.choice("0123456789".replace(digits[j], ""))
    return "".join(digits)


def not_heard_twice_and_wrong(rng: random.Random, code: str) -> str:
    i, j, k = rng.sample(range(15), 3)
    digits = list(code)
    digits[i], digits[j], digits[k] = "?", "?", rng.choice("0123456789".replace(digits[k], ""))
    return "".join(digits)


KINDS: dict[str, Damage] = {
    "two wrong digits": wrong_digits(2),
    "three wrong digits": wrong_digits(3),
    "four wrong digits": wrong_digits(4),
    "a swap and a wrong digit": swap_and_wrong_digit,
    "one digit dropped, another put in": dropped_and_another_put_in,
    "two groups changed places": two_groups_changed_places,
    "a digit left out, the rest shifted": shifted_by_one,
    "any fifteen digits": any_digits,
    "one not heard, one wrong": not_heard_and_wrong,
    "two not heard, one wrong": not_heard_twice_and_wrong,
}


def same(read: Spoken, said: Spoken) -> bool:
    return Spoken(**{**read.__dict__, "corrected": False}) == said


def outcome(kind: str, codes: int, seed: int = 20261122) -> tuple[float, float, float]:
    """Shares of codes read right, misread and refused. What the damage left as it was is not counted."""
    rng = random.Random(f"{seed} {kind}")
    right = misread = refused = 0
    while right + misread + refused < codes:
        code, said = random_code(rng)
        damaged = KINDS[kind](rng, code)
        if damaged == code:
            continue
        try:
            if same(decode(damaged, KNOWN), said):
                right += 1
            else:
                misread += 1
        except Unreadable:
            refused += 1
    return right / codes, misread / codes, refused / codes


if __name__ == "__main__":
    for name in KINDS:
        shares = outcome(name, int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
        print(f"| {name} | " + " | ".join(f"{100 * share:.1f} %" for share in shares) + " |")
