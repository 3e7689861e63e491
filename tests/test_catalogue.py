"""The catalogue as a whole: numbers, words, tests, and nothing that points nowhere."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from cpe_agent.answers import QUESTIONS
from cpe_agent.diagnose import readings
from cpe_agent.diagnose.catalogue import ALL, BY_CODE, BY_NUMBER
from cpe_agent.diagnose.fault import NO_DEEPER, Acts, Dispatch, Effect, Fault, Owner, expressions
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import Reading
from cpe_agent.diagnose.proofs import FAILS, ONE_WAY_OUT, WORKS
from cpe_agent.diagnose.waiting import HEALTHY_NUMBER, WAITING
from cpe_agent.words import LANGUAGES, SEGMENT_FILES, deciding_test, fault_text, ui
from cpe_agent.words.en.tests import TESTS
from tests.lab.scenarios import SCENARIOS
from tests.test_login_real import WITH_RADIUS

ACCUSING = ("your fault", "you typed", "you entered", "you unplugged", "you forgot", "you broke", "you must have")


def test_numbers_are_given_once_and_none_is_skipped() -> None:
    waiting = {w.number for w in WAITING}
    assert len(BY_NUMBER) == len(BY_CODE) == len(ALL)
    assert not waiting & set(BY_NUMBER)
    assert not {w.code for w in WAITING} & set(BY_CODE)
    assert waiting | set(BY_NUMBER) | {HEALTHY_NUMBER} == set(range(1, len(ALL) + len(WAITING) + 2))


@pytest.mark.parametrize("fault", ALL, ids=lambda f: f.code)
def test_every_fault_is_whole(fault: Fault) -> None:
    assert fault.direct or fault.contrast or fault.symptom, "nothing could ever show it"
    assert fault.source
    assert fault.owner is not Owner.NONE or fault.effect is Effect.ADVISES
    assert fault.acts is not Acts.NOBODY or fault.effect is Effect.ADVISES
    assert (fault.dispatch is Dispatch.AFTER) <= bool(fault.before_action), "after what?"
    assert set(fault.refines) <= set(BY_CODE)
    assert set(fault.separate_from) <= set(BY_CODE) | {w.code for w in WAITING}, "separated from what nobody knows"
    for expression in expressions(fault):
        for reading in expression.readings():
            assert reading.doc, f"{reading.name} is not documented"
            assert not reading.doc.startswith(("The same over", "The same for", "The same as")), reading.name
            assert "this module" not in reading.doc, reading.name
            if reading.name.startswith("answer."):
                assert reading.name.removeprefix("answer.") in QUESTIONS


def test_every_reading_is_asked() -> None:
    """By a fault, or by the ladder's proofs; the gates are parts of faults. What nobody asks is not kept."""
    found = [import_module(f"{readings.__name__}.{m.name}") for m in iter_modules(readings.__path__)]
    made = {value.name for module in found for value in vars(module).values() if isinstance(value, Reading)}
    questions = [q for f in ALL for q in expressions(f)] + [*WORKS.values(), *FAILS.values(), ONE_WAY_OUT]
    assert made - {r.name for q in questions for r in q.readings()} == set()


def test_refining_runs_in_no_circle() -> None:
    from graphlib import TopologicalSorter

    TopologicalSorter({f.code: f.refines for f in ALL}).prepare()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_its_words(language: str) -> None:
    for fault in ALL:
        text = fault_text(fault.code, language)
        assert len(text.title.split()) <= (9 if language == "en" else 11), fault.code
        assert all(text), f"{fault.code} has an empty text"
        assert not any(word in " ".join(text).lower() for word in ACCUSING), f"{fault.code} accuses"
        for key in (fault.test, *fault.separate_from.values()):
            assert deciding_test(key, language)
        for key in fault.before_action:
            assert ui(f"before.{key}", language)
        assert ui(f"owner.{fault.owner}", language)
        assert ui(f"acts.{fault.acts}", language)
    for rung in Rung:
        assert ui(f"rung.{rung}", language)


def test_no_words_are_left_over() -> None:
    written = {c for s in SEGMENT_FILES for c in import_module(f"cpe_agent.words.en.{s}").FAULTS}
    assert written == set(BY_CODE)
    used = {key for f in ALL for key in (f.test, *f.separate_from.values())} | {"run-again-deep", NO_DEEPER}
    used |= {key for f in ALL if f.stated is not None for key in (f.stated.test, f.stated.then)}
    assert set(TESTS) == used


def test_words_stand_in_the_file_of_their_owner() -> None:
    for fault in ALL:
        name = fault.owner.value.replace("-", "_")
        assert fault.code in import_module(f"cpe_agent.words.en.{name}").FAULTS, fault.code


def test_what_was_seen_was_seen_in_a_scenario_of_the_lab() -> None:
    shown = {code for s in SCENARIOS for code in (*s.codes, *s.advice)} | {case.fault for case in WITH_RADIUS.values()}
    assert not {f.code for f in ALL if f.seen_with is not None} - shown


def test_the_readme_counts_only_what_was_seen() -> None:
    readme = " ".join((Path(__file__).parent.parent / "README.md").read_text("utf-8").split())
    seen = sum(f.seen_with is not None for f in ALL)
    assert f"**{len(ALL)} faults** can be named" in readme
    assert f"the evidence of {seen} of them was seen from software that was not written here" in readme
