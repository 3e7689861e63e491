"""Counter-evidence: which faults of other owners look the same, what would have to be true for each, what speaks
against it, and the one test that decides. All of it is read off the catalogue; nothing is written per fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cpe_agent.desk.card.records import Deciding, Rival
from cpe_agent.desk.card.voice import Voice, told
from cpe_agent.diagnose.ask import ask
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Effect, Fault, evidence_for
from cpe_agent.diagnose.judge import SEGMENT_RUNGS
from cpe_agent.diagnose.ladder import Rung, below
from cpe_agent.diagnose.predicate import (
    NO,
    UNKNOWN,
    YES,
    AllOf,
    AnyOf,
    Evidence,
    Expr,
    Known,
    Look,
    Not,
    Reading,
    Test,
    Truth,
)
from cpe_agent.diagnose.proofs import Rungs
from cpe_agent.facts import Answers
from cpe_agent.next_step import ANSWERED_BY, BY_PROVIDER
from cpe_agent.page.remedies import FOR_A_REPRESENTATIVE
from cpe_agent.words import amount, phrase

MOST_NEEDS = 3
MOST_SEEN = 2
MOST_RIVALS = 8
MOST_OVERTURNING = 3
CUSTOMERS_SIDE = ("device", "home", "cpe")
STANDINGS = ("fits", "open", "unsaid", "excluded")


class Grounds(NamedTuple):
    """What there is to hold a rival against. ``segments``: where there are no measurements (a spoken code, a cut
    report), what is known of each segment; else empty. ``given``: the customer's answers."""

    look: Look
    rungs: Rungs | None
    segments: dict[str, str]
    given: dict[str, str]


class Lack(NamedTuple):
    """A condition that does not hold: the question, what is wanted of it, and what is known."""

    leaf: Reading | Test
    wanted: bool
    truth: Truth
    value: object

    @property
    def reading(self) -> Reading:
        return self.leaf if isinstance(self.leaf, Reading) else self.leaf.of


def rivals(fault: Fault, known: Grounds, voice: Voice) -> tuple[Rival, ...]:
    """Faults of other owners with the same symptom, the least ruled out first; within that, those that could break what
    is broken before those that only show higher up, and those of the other side (the customer's or the provider's)
    before those of the same."""
    own_side = fault.owner in CUSTOMERS_SIDE
    pairs = candidates(fault, known.look)
    found = [_rival(BY_CODE[code], test, fault, known, voice) for code, test in pairs.items()]
    found.sort(
        key=lambda r: (
            STANDINGS.index(r.standing),
            fault.breaks in below(BY_CODE[r.fault].breaks),
            (r.owner in CUSTOMERS_SIDE) is own_side,
        )
    )
    return tuple(found[:MOST_RIVALS])


def candidates(fault: Fault, look: Look) -> dict[str, str]:
    """Rival's code -> the key of the test that decides. Those that the catalogue itself holds against this fault; where
    it holds none of another owner, those that show on the same rung and are present as well."""
    pairs = {code: test for code, test in fault.separate_from.items() if code in BY_CODE}
    for other in ALL:
        if fault.code in other.separate_from:
            pairs.setdefault(other.code, other.separate_from[fault.code])
    pairs = {code: test for code, test in pairs.items() if BY_CODE[code].owner is not fault.owner}
    if pairs or fault.effect is not Effect.STOPS:
        return pairs
    near = (
        f for f in ALL
        if f.breaks is fault.breaks and f.effect is fault.effect and f.owner is not fault.owner
        and f.code not in fault.refines and fault.code not in f.refines and ask(f, look).present is YES
    )  # fmt: skip
    return {f.code: f.test for f in near}


def _rival(rival: Fault, test: str, fault: Fault, known: Grounds, voice: Voice) -> Rival:
    how, reason, seen = standing(rival, known, voice)
    text = voice.fault(rival.code)
    assert text is not None
    return Rival(
        fault=rival.code,
        title=text.title,
        owner=rival.owner.value,
        owner_text=voice.owner(rival, named=False),
        standing=how,
        standing_text=f"{voice.say(f'counter.{how}')}: {reason}" if reason else voice.say(f"counter.{how}"),
        needs=needs(rival, known.look, voice, besides=fault),
        seen=seen,
        test=deciding(test, known.given, voice),
    )


def standing(rival: Fault, known: Grounds, voice: Voice) -> tuple[str, str, tuple[str, ...]]:
    """How a rival stands in this run, why, and what was seen against it."""
    if known.segments:
        works = rival.effect is Effect.STOPS and rival.family is None and rival.breaks in _working(known.segments)
        return ("excluded", voice.say("counter.excluded.works"), ()) if works else ("unsaid", "", ())
    against: Evidence = {}
    if rival.rules_out is not None and rival.rules_out.ask(known.look, against) is YES:
        return "excluded", "", _sentences(against, voice)
    stops = rival.effect is Effect.STOPS
    if stops and known.rungs is not None and known.rungs.is_proven(rival.breaks, rival.family):
        return "excluded", voice.say("counter.excluded.works"), ()
    present = ask(rival, known.look).present
    if present is YES:
        return "fits", "", ()
    lacking = best_lacks(rival, known.look)
    seen = told((_seen(lack, voice) for lack in lacking), MOST_SEEN)
    if present is NO and any(not lack.truth.open for lack in lacking):
        return "excluded", "" if seen else voice.say("counter.excluded.absent"), seen
    return "open", "", ()


def _working(segments: dict[str, str]) -> set[Rung]:
    """The rungs that the states of a spoken code prove. A segment that is ok says nothing about faults of its owner
    that show higher up: a router that answers may still be set up wrongly."""
    proven = {rung for owner, rungs in SEGMENT_RUNGS.items() if segments.get(owner) == "ok" for rung in rungs}
    return proven.union(*(below(rung) for rung in proven))


def needs(fault: Fault, look: Look, voice: Voice, *, besides: Fault | None = None) -> tuple[str, ...]:
    """What would have to be seen so that this fault could be named, without what already is, and without what the
    fault ``besides`` asks just the same."""
    shared = set() if besides is None else {str(leaf) for e in evidence_for(besides) if e for leaf in _leaves(e)}
    lacking = [lack for lack in best_lacks(fault, look) if lack.wanted and str(lack.leaf) not in shared]
    return told((_wanted(lack.leaf, voice) for lack in lacking), MOST_NEEDS)


def best_lacks(fault: Fault, look: Look) -> list[Lack]:
    """What is missing to its strongest evidence by the shortest way."""
    proofs = [e for e in (fault.direct, fault.contrast) if e is not None] or [e for e in (fault.symptom,) if e]
    return min((lacks(e, look) for e in proofs), key=_cost, default=[])


def lacks(expr: Expr, look: Look, wanted: bool = True) -> list[Lack]:
    """The conditions that keep ``expr`` from being true (or false, when that is wanted); none when it is so."""
    if isinstance(expr, Not):
        return lacks(expr.part, look, not wanted)
    truth = _truth(expr, look)
    if truth is (YES if wanted else NO):
        return []
    if isinstance(expr, Known):
        return lacks(expr.part, look, wanted)
    if isinstance(expr, AllOf | AnyOf):
        each = [lacks(part, look, wanted) for part in expr.parts]
        if isinstance(expr, AllOf) is wanted:
            return [lack for found in each for lack in found]
        return min(each, key=_cost, default=[])
    assert isinstance(expr, Reading | Test)
    found = Lack(expr, wanted, truth, None)
    return [found._replace(value=look.take(found.reading)[1])]


def _truth(expr: Expr, look: Look) -> Truth:
    """An answer that nobody was asked for is unknown here: it can still be given."""
    if isinstance(expr, Reading) and expr.name.startswith("said."):
        question = expr.name.removeprefix("said.").partition("=")[0]
        if look.facts.measured(Answers) and question not in look.facts[Answers].given:
            return UNKNOWN
    return expr.ask(look, {})


def _cost(found: list[Lack]) -> tuple[int, int]:
    """What was measured otherwise is farther away than what was not measured, and that farther than a question."""
    return (
        sum(not lack.truth.open for lack in found),
        sum(1 if lack.reading.name.startswith(("said.", "answer.")) else 2 for lack in found),
    )


def _leaves(expr: Expr) -> Iterable[Expr]:
    if isinstance(expr, AllOf | AnyOf):
        for part in expr.parts:
            yield from _leaves(part)
    elif isinstance(expr, Known):
        yield from _leaves(expr.part)
    elif not isinstance(expr, Not):
        yield expr


def overturning(fault: Fault, known: Grounds, voice: Voice) -> tuple[str, ...]:
    """What could still be seen that takes the verdict back: the parts of ``rules_out`` that nobody has looked at."""
    rule = fault.rules_out
    if rule is None:
        return ()
    found = []
    for part in rule.parts if isinstance(rule, AnyOf) else (rule,):
        lacking = lacks(part, known.look)
        if any(not lack.wanted for lack in lacking):
            continue
        if lacking and all(lack.truth.open for lack in lacking):
            found.append(" ".join(told(_wanted(lack.leaf, voice) for lack in lacking)))
    return told(found, MOST_OVERTURNING)


def deciding(key: str, given: dict[str, str], voice: Voice) -> Deciding:
    """A test with who does it, and with its answer when the customer has given one."""
    by = "provider" if key in BY_PROVIDER else "senior" if key in FOR_A_REPRESENTATIVE else "customer"
    question = ANSWERED_BY.get(key, "")
    answer = given.get(question)
    answered = "" if answer in (None, "unknown") else voice.say(
        "test.answered", answer=voice.answer(question, str(answer)))  # fmt: skip
    return Deciding(key, voice.test(key), by, voice.say(f"test.by.{by}", provider=voice.called()), answered)


def _wanted(leaf: Reading | Test, voice: Voice) -> str:
    """A condition as the sentence that would be seen if it held."""
    if isinstance(leaf, Reading):
        return voice.evidence(leaf.name, True)
    name = leaf.of.name
    bound = {">": "more-than", ">=": "at-least", "<": "less-than"}.get(leaf.words.partition(" ")[0])
    if bound is not None:
        limit = amount(name, leaf.wanted[0], voice.language)
        return voice.bound(name, phrase("values", bound, voice.language).format(n=limit))
    return " / ".join(told(voice.evidence(name, value) for value in leaf.wanted))


def _seen(lack: Lack, voice: Voice) -> str:
    return "" if lack.truth.open else voice.evidence(lack.reading.name, lack.value)


def _sentences(evidence: Evidence, voice: Voice) -> tuple[str, ...]:
    seen = (voice.evidence(fact, value) for fact, value in evidence.items() if value not in (None, False))
    return told(seen, MOST_SEEN)
