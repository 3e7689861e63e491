"""Two reports side by side: what changed, in words first."""

from __future__ import annotations

from cpe_agent.card import drawn
from cpe_agent.compare import change, facts_changed, found, values_changed
from cpe_agent.desk.card import trust
from cpe_agent.desk.card.content import Judged, judged, voice_of
from cpe_agent.desk.card.findings import path
from cpe_agent.desk.card.ledger import clock
from cpe_agent.desk.card.records import Comparison, Provider, Side
from cpe_agent.desk.card.visible import visible
from cpe_agent.desk.card.voice import Voice, told, upper
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.layout import SEGMENTS
from cpe_agent.report import Report

MOST_FACTS = 10
MOST_VALUES = 200
MOST_WORDS = 24


def comparison(before: Report, after: Report, language: str, *, provider: Provider | None = None) -> Comparison:
    """Both are judged by this desk's own catalogue, so that what changed is the home and not the program."""
    voice = voice_of(after, language, provider)
    was, now = judged(before), judged(after)
    facts = _facts(was, now, voice)
    values = [visible(line, 240) for line in values_changed(before, after)]
    return Comparison(
        language=language,
        direction=voice.direction,
        lead=voice.ui(change(was.report.diagnosis, now.report.diagnosis)),
        before=_side(was.report, voice),
        after=_side(now.report, voice),
        words=_words(was, now, voice),
        facts=tuple(facts[:MOST_FACTS]),
        facts_more=_more(len(facts) - MOST_FACTS, voice),
        values=tuple(values[:MOST_VALUES]),
        values_more=_more(len(values) - MOST_VALUES, voice),
    )


def _more(number: int, voice: Voice) -> str:
    return voice.count("compare.more", number) if number > 0 else ""


def _side(report: Report, voice: Voice) -> Side:
    d = report.diagnosis
    fault = BY_CODE.get(d.fault or "") if d.verdict == "fault" else None
    at = trust.epoch(report.started)
    headline = voice.say(d.verdict) if d.verdict in ("healthy", "inconclusive") else voice.title(d.fault or "")
    return Side(
        id=visible(report.id, 40),
        when=visible(report.started, 30) if at is None else f"{clock(at)} UTC",
        verdict=d.verdict if d.verdict in ("healthy", "fault") else "inconclusive",
        headline=headline,
        owner_text="" if fault is None else upper(voice.owner(fault)),
        path=path(drawn(d.segments, fault), voice),
    )


def _words(before: Judged, after: Judged, voice: Voice) -> tuple[str, ...]:
    was, now = before.report.diagnosis, after.report.diagnosis
    said: list[str] = []
    if "cut" in (before.basis, after.basis):
        said.append(voice.say("compare.cut"))
    for segment in SEGMENTS:
        old, new = was.segments.get(segment, "unknown"), now.segments.get(segment, "unknown")
        if old != new:
            said.append(_segment(segment, old, new, voice))
    for key, old_codes, new_codes in (
        ("suspected", set(was.suspects), set(now.suspects)),
        ("found", found(was), found(now)),
    ):
        said += [voice.ui(f"compare.not-{key}").format(fault=voice.title(c)) for c in sorted(old_codes - new_codes)]
        said += [voice.ui(f"compare.{key}").format(fault=voice.title(c)) for c in sorted(new_codes - old_codes)]
    said += _steps(before.report, after.report, voice)
    said += _sections(before.report, after.report, voice)
    return told((upper(sentence) for sentence in said), MOST_WORDS)


def _segment(segment: str, old: str, new: str, voice: Voice) -> str:
    name = voice.ui(f"segment.{segment}")
    if new == "ok" and old in ("broken", "degraded"):
        return voice.say("compare.restored", segment=name)
    if old == "ok" and new in ("broken", "degraded"):
        return voice.say("compare.lost", segment=name)
    states = [voice.say(f"state.{s}") if voice.has(f"state.{s}") else visible(s, 20) for s in (old, new)]
    return voice.say("compare.segment", segment=name, old=states[0], new=states[1])


def _steps(before: Report, after: Report, voice: Voice) -> list[str]:
    """What was done between the two, as far as the later one knows."""
    known = {step.step for step in before.steps}
    return [voice.say("compare.step", what=voice.step(s.step)) for s in after.steps if s.step not in known]


def _sections(before: Report, after: Report, voice: Voice) -> list[str]:
    said = []
    for name in {**before.sections, **after.sections}:
        pair = [r.sections.get(name) for r in (before, after)]
        old, new = (voice.say("compare.absent") if s is None else voice.outcome(s.outcome) for s in pair)
        if old != new and not any(s is not None and s.outcome == "skipped" for s in pair):
            said.append(voice.say("compare.section", section=voice.section(name), old=old, new=new))
    return said


def _facts(before: Judged, after: Judged, voice: Voice) -> list[tuple[str, str]]:
    """What either verdict rests on comes first."""
    telling = {
        e.fact
        for read in (before, after)
        for f in read.report.diagnosis.findings
        if f.standing == "root"
        for e in f.evidence
    }
    pairs = []
    changed = facts_changed(before.report, after.report)
    for name, old, new in sorted(changed, key=lambda fact: fact[0] not in telling):
        was, now = (voice.evidence(name, value) for value in (old, new))
        if was and now and was != now:
            pairs.append((was, now))
    return list(dict.fromkeys(pairs))
