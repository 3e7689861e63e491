"""Four-valued questions: Kleene's tables, pending that only moves to an answer, evidence that is what was read."""

from __future__ import annotations

import itertools

import pytest

from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.diagnose.predicate import NO, PENDING, UNKNOWN, YES, Evidence, Expr, Look, Truth, known, reading
from cpe_agent.facts import Dns, Gateway, System, Web


@reading("a", System)
def a(s: System) -> bool | None:
    """First."""
    return s.loopback_tcp_ok


@reading("b", Dns)
def b(d: Dns) -> bool | None:
    """Second."""
    return d.system_ok


@reading("n", Dns)
def n(d: Dns) -> float | None:
    """A number."""
    return d.system_ms


def look(first: Truth, second: Truth) -> Look:
    said = {YES: True, NO: False, UNKNOWN: None}
    sections: dict[type, Section] = {}
    pending = set()
    for kind, truth in ((System, first), (Dns, second)):
        if truth is PENDING:
            pending.add(kind)
        else:
            content = System(loopback_tcp_ok=said[truth]) if kind is System else Dns(system_ok=said[truth])
            sections[kind] = Section(Outcome.MEASURED, 0, 0, content)
    return Look(Facts(sections, frozenset(pending)))


ORDER = {NO: 0, UNKNOWN: 1, YES: 2}


@pytest.mark.parametrize(("x", "y"), list(itertools.product(Truth, Truth)))
def test_and_or_not_follow_kleene(x: Truth, y: Truth) -> None:
    both, either = (a & b).ask(look(x, y), {}), (a | b).ask(look(x, y), {})
    if PENDING not in (x, y):
        assert both is min((x, y), key=ORDER.__getitem__)
        assert either is max((x, y), key=ORDER.__getitem__)
    else:
        other = y if x is PENDING else x
        assert both is (NO if other is NO else PENDING)
        assert either is (YES if other is YES else PENDING)
    assert (~a).ask(look(x, y), {}) is {YES: NO, NO: YES}.get(x, x)
    assert known(a).ask(look(x, y), {}) is (NO if x is UNKNOWN else x)


@pytest.mark.parametrize("expr", [a & b, a | b, ~a & b, ~(a | b), known(a) & ~b, known(a & b) | b], ids=str)
@pytest.mark.parametrize(("x", "y"), list(itertools.product(Truth, Truth)))
def test_an_answer_never_changes_when_a_pending_section_arrives(expr: Expr, x: Truth, y: Truth) -> None:
    before = expr.ask(look(x, y), {})
    arrivals = [(x, late) for late in Truth] if y is PENDING else [(late, y) for late in Truth] if x is PENDING else []
    for later in arrivals:
        if before in (YES, NO):
            assert expr.ask(look(*later), {}) is before


def test_evidence_is_what_decided() -> None:
    evidence: Evidence = {}
    assert (a | b).ask(look(NO, YES), evidence) is YES
    assert evidence == {"b": True}
    evidence = {}
    assert (a & b).ask(look(YES, NO), evidence) is NO
    assert evidence == {"b": False}


def test_numbers_words_and_documentation() -> None:
    facts = Facts({Dns: Section(Outcome.MEASURED, 0, 0, Dns(system_ms=40.0))})
    for expr, truth in ((n.above(39), YES), (n.above(40), NO), (n.at_least(40), YES), (n.below(40), NO)):
        assert expr.ask(Look(facts), {}) is truth
    assert n.one_of(1, 40.0).ask(Look(facts), {}) is YES
    assert str(~(a & b) | n.above(3)) == "not (a and b) or n > 3"
    assert [r.name for r in ((a & b) | a).readings()] == ["a", "b"]
    assert n.doc == "A number."


def test_a_section_that_crashed_is_unknown() -> None:
    crashed = Facts({System: Section(Outcome.CRASHED, 0, 0, None, "x")})
    assert a.ask(Look(crashed), {}) is UNKNOWN


def test_optional_sections_may_be_missing() -> None:
    @reading("both", Gateway, Web, optional=(Web,))
    def both(g: Gateway, w: Web | None) -> bool:
        """Web may be absent."""
        return w is not None

    there = Section(Outcome.MEASURED, 0, 0, Gateway())
    assert both.ask(Look(Facts({Gateway: there})), {}) is NO
    assert both.ask(Look(Facts({Gateway: there}, frozenset({Web}))), {}) is PENDING
