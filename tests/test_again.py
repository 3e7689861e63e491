"""Measuring once more, over every fault: nothing is kept that what was done, or the fault, could have changed."""

from __future__ import annotations

from functools import cache

import pytest

from cpe_agent.again import (
    LOOKS,
    MEASURES,
    MOST_AGE_S,
    STEPS,
    answered,
    changeable,
    contradicted,
    kept,
    kept_beside_answers,
)
from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Effect, expressions
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.ladder import Rung, below
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import SECTIONS, Answers, Dns, Loss, Past, Path, Reach, Router, Web
from cpe_agent.report import Report, make
from cpe_agent.run import SPARED
from cpe_agent.words import phrase
from tests.homes import facts_of
from tests.test_cases import all_cases, home_of
from tests.test_report import report_of

Run = tuple[Facts, Report]


CASES = {f"{case['file']}: {case['name']}": case for case in all_cases()}


@cache
def run_of(name: str) -> Run:
    """What a run in that case's home would have found and said."""
    facts = facts_of(home_of(CASES[name]))
    return facts, make(facts, judge(Look(facts), ALL), started=1e9, seconds=1.0, platform="linux", case=None)


def test_every_section_is_looked_at_anew_or_has_its_rung() -> None:
    assert frozenset(SECTIONS) == LOOKS | set(MEASURES)
    assert not LOOKS & set(MEASURES)


def test_every_step_has_its_words() -> None:
    for step in STEPS:
        assert phrase("steps", step)


def test_the_cases_show_every_fault() -> None:
    seen = {f.fault for name in CASES for f in run_of(name)[1].diagnosis.findings}
    assert seen == set(BY_CODE), "so that what follows is tried over all of them"


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_kept_that_the_fault_reads_or_stands_above_it(case: str) -> None:
    facts, report = run_of(case)
    d = report.diagnosis
    for step in (None, "router-restarted", "dns-automatic", "browser-tried"):
        left = kept(facts, report, step, 10.0)
        assert not set(left) & LOOKS
        for code in (*d.suspects, *(f.fault for f in d.findings if f.standing == "root")):
            fault = BY_CODE[code]
            read = {s for e in expressions(fault) for r in e.readings() for s in r.sections}
            assert not set(left) & read, f"{code} could never go away"
            if fault.effect is Effect.ADVISES:
                continue
            assert not any(fault.breaks is MEASURES[s] or fault.breaks in below(MEASURES[s]) for s in left), code
        if d.first_broken is not None:
            assert Rung(d.first_broken) not in {r for s in left for r in (MEASURES[s], *below(MEASURES[s]))}


@pytest.mark.parametrize("case", CASES)
def test_what_is_kept_beside_a_home_that_was_repaired_leaves_it_well(case: str) -> None:
    """Everything that is measured anew is good now: what was kept must not hold the old verdict up, and never names
    anybody."""
    well = facts_of(home_of({}))
    left = kept(*run_of(case), None, 10.0)
    sections = {s: left.get(s) or well.section(s) for s in well}
    facts = Facts({s: found for s, found in sections.items() if found is not None})
    judgement = judge(Look(facts), ALL)
    codes = {f.fault.code for f in judgement.findings if f.standing == "root"}
    assert judgement.verdict == "healthy", codes


def test_a_site_s_fault_keeps_the_line() -> None:
    left = kept(*_case_with("dns"), "dns-automatic", 10.0)
    assert {Reach, Loss, Path} & set(left)
    assert not {Dns, Web, Router, Past} & set(left)


def _case_with(rung: str) -> Run:
    for name in CASES:
        facts, report = run_of(name)
        if report.diagnosis.verdict == "fault" and report.diagnosis.first_broken == rung:
            return facts, report
    raise AssertionError(rung)


def test_what_was_kept_says_how_old_it_is_and_grows_too_old() -> None:
    run = _case_with("dns")
    left = kept(*run, None, 60.0)
    assert left
    assert all(found.started == pytest.approx(-60.0) for found in left.values())
    assert kept(*run, None, MOST_AGE_S + 1) == {}


def test_a_restart_keeps_next_to_nothing_and_an_unknown_step_nothing() -> None:
    run = _case_with("dns")
    assert not {Reach, Loss, Path, Dns, Web} & set(kept(*run, "router-restarted", 1.0))
    assert kept(*run, "stood-on-my-head", 1.0) == {}
    assert changeable(report_of(), None) == frozenset(SECTIONS), "all is well: then all is looked at"


def test_a_break_below_what_was_kept_means_it_was_too_old() -> None:
    left = kept(*_case_with("dns"), None, 10.0)
    assert contradicted(report_of("no-carrier"), left)
    assert not contradicted(report_of("no-carrier"), {})
    assert not contradicted(report_of(), left)
    assert not contradicted(_case_with("web")[1], {s: f for s, f in left.items() if s is Reach})


def test_an_answer_is_judged_as_it_stands_only_when_nothing_that_was_spared_could_matter() -> None:
    whole, _ = _case_with("dns")
    facts = answered(whole, {"second-device": "works"})
    assert facts is not None
    assert facts[Answers].given == {"second-device": "works"}
    # A run that ended before names and pages were looked at, by a verdict that an answer then takes away.
    home = facts_of({**home_of({}), "dns": None, "web": None})
    spared = Section(Outcome.SKIPPED, 0.0, 0.0, None, SPARED)
    early = Facts({s: found for s in home if (found := home.section(s))} | {Dns: spared, Web: spared})
    assert answered(early, {"second-device": "works"}) is None
    beside = kept_beside_answers(early, 10.0)
    assert not {Dns, Web} & set(beside)
    assert {Reach, Loss, Path} <= set(beside)
