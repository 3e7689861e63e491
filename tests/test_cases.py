"""Every case of tests/cases: facts in, diagnosis out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.judgement import Judgement
from cpe_agent.diagnose.predicate import Look
from tests.homes import facts_of, patch, plain, wired_home

CASES = Path(__file__).parent / "cases"
SITUATIONS = tomllib.loads((CASES / "situations.toml").read_text("utf-8"))


def all_cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for file in sorted(CASES.glob("*.toml")):
        cases = tomllib.loads(file.read_text("utf-8")).get("case", [])
        found += [{"file": file.stem, **case} for case in cases]
    return found


def home_of(case: dict[str, Any]) -> dict[str, Any]:
    """The case's facts as plain sections: the healthy home, its situations, then its own patch."""
    home = plain(wired_home())
    for name in case.get("situations", []):
        _apply(home, SITUATIONS[name])
    _apply(home, case)
    return home


def _apply(home: dict[str, Any], words: dict[str, Any]) -> None:
    patch(home, words.get("set"), words.get("unset", ()), words.get("drop", ()), words.get("add"))


def judged(home: dict[str, Any]) -> Judgement:
    return judge(Look(facts_of(home)), ALL)


@pytest.mark.parametrize("case", all_cases(), ids=lambda c: f"{c['file']}: {c['name']}")
def test_case(case: dict[str, Any]) -> None:
    result = judged(home_of(case))
    expect = dict(case["expect"])
    roots = [f.fault.code for f in result.findings if f.standing == "root"]
    story = f"{result.verdict} {result.headline and result.headline.fault.code} roots={roots}"
    headline = result.headline
    for code in (*expect.get("suspects", []), *expect.get("absent", []), *expect.get("roots", [])):
        assert code in BY_CODE, f"the case names an unknown fault: {code}"
    assert result.verdict == expect.pop("verdict"), story
    if "fault" in expect:
        assert headline is not None, story
        assert headline.fault.code == expect.pop("fault"), story
    if "owner" in expect:
        assert headline is not None, story
        assert headline.fault.owner == expect.pop("owner"), story
    if "grade" in expect:
        assert headline is not None, story
        assert headline.grade == expect.pop("grade"), story
    suspects = [f.fault.code for f in result.suspects]
    for code in expect.pop("suspects", []):
        assert code in suspects, f"{story} suspects={suspects}"
    for code in expect.pop("absent", []):
        assert code not in (*roots, *suspects), f"{story} suspects={suspects}"
    for code in expect.pop("roots", []):
        assert code in roots, story
    standing = {f.fault.code: f.standing for f in result.findings}
    for code, wanted in expect.pop("standing", {}).items():
        assert standing.get(code) == wanted, f"{story} standing={standing}"
    if "first_broken" in expect:
        assert result.first_broken == expect.pop("first_broken"), story
    assert not expect, f"the case expects what the test does not know: {expect}"


def test_the_healthy_home_is_healthy() -> None:
    result = judged(plain(wired_home()))
    assert result.verdict == "healthy", [f for f in result.findings if f.standing == "root"]
    assert result.settled


def test_every_fault_has_a_case_that_shows_it_and_one_that_does_not() -> None:
    shown, spared = set(), set()
    for case in all_cases():
        expect = case["expect"]
        shown |= {expect.get("fault"), *expect.get("suspects", []), *expect.get("roots", [])}
        shown |= {code for code, s in expect.get("standing", {}).items() if s in ("root", "advisory", "explained")}
        spared |= set(expect.get("absent", []))
        spared |= {code for code, s in expect.get("standing", {}).items() if s == "refuted"}
    assert not set(BY_CODE) - shown, "no positive case"
    assert not set(BY_CODE) - spared, "no negative case"
