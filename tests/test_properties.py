"""What must hold for every set of facts: over all cases, over random patches of them, and over missing sections."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_agent.collector import Facts
from cpe_agent.diagnose.ask import GRADES
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.fault import Effect, Grade
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.judgement import Judgement
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import SECTIONS, Plan, section_name
from tests.homes import facts_of
from tests.test_cases import all_cases, home_of

CASES = all_cases()
NAMES = [section_name(s) for s in SECTIONS if s is not Plan]
case_numbers = st.integers(0, len(CASES) - 1)


def judged(home: dict[str, Any], catalogue: tuple[Any, ...] = ALL) -> Judgement:
    return judge(Look(facts_of(home)), catalogue)


def each_without_one(facts: Facts) -> Iterator[tuple[str, Facts]]:
    """(name, the facts less that section) for every section but the plan."""
    for left_out in facts:
        if left_out is not Plan:
            rest = {s: section for s in facts if s is not left_out and (section := facts.section(s)) is not None}
            yield section_name(left_out), Facts(rest)


def owner(j: Judgement) -> str | None:
    return None if j.headline is None else str(j.headline.fault.owner)


class Bereft(NamedTuple):
    whole: Judgement
    without: dict[str, Judgement]  # by the name of the section that is missing


@pytest.fixture(scope="module", params=CASES, ids=lambda c: f"{c['file']}: {c['name']}")
def bereft(request: pytest.FixtureRequest) -> Bereft:
    """A case, judged whole and less each of its sections; made once for all that is asked of it."""
    facts = facts_of(home_of(request.param))
    return Bereft(judge(Look(facts), ALL), {name: judge(Look(fewer), ALL) for name, fewer in each_without_one(facts)})


def test_removing_any_one_section_never_names_another_owner(bereft: Bereft) -> None:
    whole = bereft.whole
    for name, without in bereft.without.items():
        if whole.verdict == "fault":
            told = f"without {name}: {without.headline and without.headline.fault.code}"
            assert without.verdict == "inconclusive" or owner(without) == owner(whole), told
        assert without.verdict != "healthy" or whole.verdict == "healthy", f"without {name} it looks healthy"


def test_an_unknown_never_raises_a_grade(bereft: Bereft) -> None:
    before = {f.fault.code: f.grade for f in bereft.whole.findings if f.standing != "refuted"}
    for name, without in bereft.without.items():
        for finding in without.findings:
            told = f"{finding.fault.code} without {name}"
            if finding.fault.code in before:
                assert GRADES.index(finding.grade) >= GRADES.index(before[finding.fault.code]), told
            elif finding.fault.effect is Effect.STOPS:
                assert not finding.named, f"named only because something is missing: {told}"


def mutate(home: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Sections of other cases mixed in, booleans flipped, numbers moved, lists emptied: nonsense, but legal."""
    home = copy.deepcopy(home)
    for _ in range(rng.randint(0, 2)):
        other = home_of(rng.choice(CASES))
        name = rng.choice(NAMES)
        if other.get(name) is not None:
            home[name] = other[name]
    for _ in range(rng.randint(0, 3)):
        home.pop(rng.choice([n for n in home if n != "plan"]), None)
    for _ in range(rng.randint(0, 6)):
        _wiggle(home, rng)
    return home


def _wiggle(value: Any, rng: random.Random) -> None:
    for _ in range(8):
        if isinstance(value, dict) and value:
            key: Any = rng.choice(list(value))
        elif isinstance(value, list) and value:
            if rng.random() < 0.1:
                value.clear()
                return
            key = rng.randrange(len(value))
        else:
            return
        inner = value[key]
        if isinstance(inner, bool):
            value[key] = not inner
            return
        if isinstance(inner, int | float):
            value[key] = type(inner)(abs(inner * rng.choice((0, 0.5, 2, 100))))
            return
        value = inner


@settings(max_examples=80)
@given(case_numbers, st.integers())
def test_nothing_is_lost_and_a_root_exists_whenever_something_stands(number: int, seed: int) -> None:
    j = judged(mutate(home_of(CASES[number]), random.Random(seed)))
    standing = [f for f in j.findings if f.standing in ("root", "explained")]
    assert not standing or any(f.standing == "root" for f in standing)
    codes = {f.fault.code for f in j.findings}
    for f in j.findings:
        assert f.standing in ("root", "explained", "refuted", "advisory")
        assert (f.standing == "explained") is bool(f.because_of) or f.standing in ("refuted", "advisory")
        assert set(f.because_of) <= codes
        assert f.standing != "advisory" or f.fault.effect is Effect.ADVISES
    if j.verdict == "fault":
        assert j.headline is not None
        assert j.headline.named
        assert j.headline.grade in (Grade.DIRECT, Grade.CONTRAST)
    if j.verdict == "healthy":
        assert not any(f.standing == "root" for f in j.findings)


@settings(max_examples=40)
@given(case_numbers, st.integers())
def test_the_order_of_the_catalogue_changes_nothing(number: int, seed: int) -> None:
    rng = random.Random(seed)
    home = mutate(home_of(CASES[number]), rng)
    shuffled = list(ALL)
    rng.shuffle(shuffled)
    assert judged(home) == judged(home, tuple(shuffled))


def arriving(home: dict[str, Any], order: list[str]) -> Iterator[Facts]:
    """The facts as they grow when the sections in ``order`` arrive one by one; the others are there from the start."""
    by_name = {section_name(s): s for s in SECTIONS}
    whole = facts_of(home)
    for arrived in range(len(order) + 1):
        pending = frozenset(by_name[n] for n in order[arrived:])
        there = {s: section for s in whole if s not in pending and (section := whole.section(s)) is not None}
        yield Facts(there, pending)


@settings(max_examples=80)
@given(case_numbers, st.integers())
def test_a_settled_verdict_stays_whatever_comes(number: int, seed: int) -> None:
    """Sections arrive in a random order; once settled, neither verdict nor fault nor owner nor grade may move. Only
    homes that can exist: judgement takes it that nothing works above a rung that was measured failing."""
    rng = random.Random(seed)
    home = home_of(CASES[number])
    order = [n for n in home if n not in ("plan", "answers")]
    rng.shuffle(order)
    settled: tuple[Any, ...] | None = None
    for facts in arriving(home, order):
        j = judge(Look(facts), ALL)
        said = (j.verdict, j.headline and j.headline.fault.code, owner(j), j.headline and j.headline.grade)
        if settled is not None:
            assert said == settled, f"changed while {sorted(s.__name__ for s in facts.pending)} were pending"
        elif j.settled:
            settled = said


@settings(max_examples=40)
@given(case_numbers, st.integers())
def test_a_growing_look_answers_like_a_fresh_one(number: int, seed: int) -> None:
    rng = random.Random(seed)
    home = home_of(CASES[number])
    order = [n for n in home if n != "plan"]
    rng.shuffle(order)
    look: Look | None = None
    for facts in arriving(home, order):
        if look is None:
            look = Look(facts)
        look.update(facts)
        assert judge(look, ALL) == judge(Look(facts), ALL)
