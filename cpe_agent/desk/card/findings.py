"""The parts of a card that are read off a diagnosis: path, proof, evidence, suspects, what else was found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cpe_agent.desk.card.counter import needs
from cpe_agent.desk.card.records import Evidence, Other, Station, Suspect
from cpe_agent.desk.card.visible import tame, visible
from cpe_agent.desk.card.voice import Voice, told
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Effect, Fault, evidence_for
from cpe_agent.diagnose.predicate import Look
from cpe_agent.failed import failed
from cpe_agent.layout import SEGMENTS
from cpe_agent.report import Diagnosis, FindingReport, Report
from cpe_agent.words import table

FIRST = 3  # lines on the first screen
MOST_EVIDENCE = 12
MOST_OTHERS = 12
STATES = ("ok", "degraded", "broken", "unknown")


def path(segments: dict[str, str], voice: Voice) -> tuple[Station, ...]:
    """The seven stations; a state that no version of ours has is unknown."""
    found = []
    for segment in SEGMENTS:
        state = segments.get(segment, "unknown")
        state = state if state in STATES else "unknown"
        found.append(Station(segment, voice.ui(f"segment.{segment}"), state, voice.say(f"state.{state}")))
    return tuple(found)


def demarcation(segments: dict[str, str], verdict: str, voice: Voice) -> str:
    """How far all is well, and where it first is not."""
    if verdict == "healthy":
        return ""
    ill = next((s for state in ("broken", "degraded", "unknown") for s in SEGMENTS if segments.get(s) == state), None)
    well = []
    for segment in SEGMENTS:
        if segments.get(segment) in ("broken", "degraded"):
            break
        if segments.get(segment) == "ok":
            well.append(voice.ui(f"segment.{segment}"))
    said = []
    if well:
        said.append(voice.ui("demarcation.works").format(segments=voice.listed(well)))
    if ill is not None:
        said.append(voice.ui(f"demarcation.{segments[ill]}").format(segment=voice.ui(f"segment.{ill}")))
    return " ".join(said)


def rung(name: str | None, key: str, voice: Voice) -> str:
    """How far it is proven, or where it breaks, in the words of the ladder; empty where that is not known."""
    if name is None or f"rung.{name}" not in table("interface", "PHRASES"):
        return ""
    return voice.say(key, rung=voice.ui(f"rung.{name}"))


def proof(verdict: str, grade: str | None, stated: bool, voice: Voice) -> str:
    if verdict == "healthy":
        return ""
    if verdict != "fault" or grade not in ("direct", "contrast", "circumstantial"):
        return voice.say("proof.none")
    return voice.say("proof.stated") if stated else voice.ui(f"grade.{grade}")


def said_by(root: FindingReport, voice: Voice) -> str:
    """Whose word it rests on; empty where it rests on no word."""
    facts = {e.fact: e.value for e in root.evidence}
    key = f"voice.{facts.get('login.said_by')}"
    try:
        return voice.ui(key)
    except KeyError:
        return voice.ui("voice.wire") if facts.get("pppoe.answer") is not None else ""


def evidence(finding: FindingReport, voice: Voice, fault: Fault | None = None) -> tuple[Evidence, ...]:
    """What was seen. What tells of trouble comes first, and what few faults ask before what many do; a finding by
    contrast keeps the best of what works among the first ``FIRST``, because that is the other half of its proof."""
    rows: dict[str, tuple[int, Evidence]] = {}
    by_numbers = fault is not None and fault.effect is Effect.DEGRADES
    for e in finding.evidence:
        text = voice.evidence(e.fact, e.value)
        if text:
            row = Evidence(text, visible(e.fact, 60), _value(e.value))
            rows.setdefault(text, (_kind(e.fact, e.value, by_numbers), row))
    ranked = [row for _, row in sorted(rows.values(), key=_rank)]
    works = next((row for row in ranked if rows[row.text][0] is WORKS), None)
    if finding.grade == "contrast" and works is not None and ranked.index(works) >= FIRST:
        ranked.remove(works)
        ranked.insert(FIRST - 1, works)
    return tuple(ranked[:MOST_EVIDENCE])


def _rank(row: tuple[int, Evidence]) -> tuple[int, bool, int]:
    kind, line = row
    return kind, line.value == "true", _asked_by.get(line.fact, len(ALL))


TROUBLE, FIGURE, WORKS = range(3)
_DESCRIBES = ("_kind", "_type", ".kind")
_WELL = ("ok", "up", "connected", "running", "public")


def _kind(fact: str, value: object, by_numbers: bool) -> int:
    """What a value tells a person: trouble, how much, or what works. Read off the sentences: one that is only ever said
    of a yes, or a word that has a sentence of its own, is worth a remark."""
    sentences = table("evidence", "READINGS").get(fact)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if by_numbers and number:
        return TROUBLE
    if isinstance(sentences, tuple):
        return (TROUBLE if not by_numbers else FIGURE) if value is not True or not sentences[1] else WORKS
    if isinstance(sentences, dict) and str(value) in sentences and not fact.endswith(_DESCRIBES):
        return WORKS if str(value) in _WELL else TROUBLE
    return TROUBLE if fact.startswith(("said.", "answer.")) else FIGURE


def _value(value: object) -> str:
    safe = tame(value, 60)
    if isinstance(safe, bool):
        return "true" if safe else "false"
    return ", ".join(map(str, safe)) if isinstance(safe, list) else str(safe)


def _count() -> dict[str, int]:
    found: dict[str, int] = {}
    for fault in ALL:
        for name in {r.name for e in evidence_for(fault)[:3] if e is not None for r in e.readings()}:
            found[name] = found.get(name, 0) + 1
    return found


_asked_by = _count()
"""Reading -> how many faults of the catalogue ask it as evidence."""


def failing(report: Report, voice: Voice) -> tuple[Evidence, ...]:
    """What was seen where nobody is named: the lowest thing that fails, then what speaks for the first suspect."""
    seen = [Evidence(text) for text in failed(_tamed(report), voice.language)]
    first = next((f for f in report.diagnosis.findings if f.fault in report.diagnosis.suspects[:1]), None)
    found = {row.text: row for row in (*seen, *(evidence(first, voice) if first is not None else ()))}
    return tuple(found.values())  # each in its first place, with the reading where there is one


def _tamed(report: Report) -> Report:
    """With the names that others chose made visible in the sections that ``failed`` quotes."""
    sections = {
        name: s._replace(content=_each_text(s.content)) if name in ("web", "dns") else s
        for name, s in report.sections.items()
    }
    return replace(report, sections=sections)


def _each_text(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value, 60)
    if isinstance(value, list):
        return [_each_text(inner) for inner in value]
    return {name: _each_text(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def suspects(d: Diagnosis, look: Look, voice: Voice) -> tuple[Suspect, ...]:
    if d.verdict != "inconclusive":
        return ()
    found = []
    for code in d.suspects[:4]:
        fault = BY_CODE.get(code)
        owner = "" if fault is None else voice.owner(fault, named=False)
        proofs = () if fault is None else needs(fault, look, voice)
        found.append(Suspect(visible(code, 60), voice.title(code), owner, proofs))
    return tuple(found)


def others(d: Diagnosis, headline: Fault | None, voice: Voice) -> tuple[Other, ...]:
    """Every finding but the headline and the suspects; further roots first, then advice, then what waits."""
    told_already = {d.fault, *d.suspects} | (set(headline.refines) if headline is not None else set())
    kinds = ("root", "advisory", "explained", "refuted")
    found = [
        _other(f, voice) for kind in kinds for f in d.findings if f.standing == kind and f.fault not in told_already
    ]
    return tuple(found[:MOST_OTHERS])


def _other(finding: FindingReport, voice: Voice) -> Other:
    fault, text = BY_CODE.get(finding.fault), voice.fault(finding.fault)
    return Other(
        kind=finding.standing,
        fault=visible(finding.fault, 60),
        title=voice.title(finding.fault),
        owner_text="" if fault is None else voice.owner(fault, named=False),
        text="" if text is None else voice.next_step(text) if finding.standing == "advisory" else text.representative,
        evidence=told(row.text for row in evidence(finding, voice)[:3]),
    )


def stands(theirs: Diagnosis, ours: Diagnosis) -> bool:
    """Do both say the same to a person?"""
    return (theirs.verdict, theirs.fault, theirs.owner, theirs.suspects[:1]) == (
        ours.verdict, ours.fault, ours.owner, ours.suspects[:1],
    )  # fmt: skip
