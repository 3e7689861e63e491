"""A report, or a spoken code alone, as a card."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from cpe_agent.card import drawn
from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.desk.card import about, answer, counter, dispatch, ledger, sections, trust
from cpe_agent.desk.card.findings import (
    demarcation,
    evidence,
    failing,
    others,
    path,
    proof,
    rung,
    said_by,
    stands,
    suspects,
)
from cpe_agent.desk.card.ledger import LedgerEntry
from cpe_agent.desk.card.records import Arrival, Card, Notice, Provider
from cpe_agent.desk.card.visible import visible
from cpe_agent.desk.card.voice import Voice, upper
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.judgement import Judgement
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import Answers, Plan
from cpe_agent.next_step import content
from cpe_agent.profile import BUILT_IN
from cpe_agent.report import BadReport, Report, diagnosis_of, facts_of, to_json


class Judged(NamedTuple):
    """The report as this desk reads it. ``basis``: own | cut | unjudged."""

    report: Report
    basis: str
    facts: Facts
    judgement: Judgement | None
    trouble: str = ""


def card_of_report(
    report: Report,
    language: str,
    *,
    data: bytes | None = None,
    arrived: Arrival | None = None,
    entries: Iterable[LedgerEntry] = (),
    say_in: str | None = None,
    provider: Provider | None = None,
    now: float | None = None,
) -> Card:
    """``data``: the stored bytes, of which the receipt is made. ``say_in``: the customer's language. ``provider``: as
    the desk's own settings name it; without them a verified report's word is taken. ``now``: seconds since the epoch.
    What a person entered since (``entries``, kind said) is judged with the measurements."""
    now = time.time() if now is None else now
    data = to_json(report) if data is None else data
    entries = tuple(entries)
    if provider is None and arrived is not None and not arrived.verified:
        provider = Provider()  # a stranger does not tell a representative whom to call
    voice = voice_of(report, language, provider)
    speaker = voice_of(report, say_in or language, provider)
    of = trust.age(report, arrived, now)
    since = ledger.answers_since(entries, report, of.measured)
    read = judged(report, since)
    d = read.report.diagnosis
    fault = BY_CODE.get(d.fault or "") if d.verdict == "fault" else None
    root = next((f for f in d.findings if f.standing == "root" and f.fault == d.fault), None)
    record = dispatch.Record({**ledger.answers_given(report), **since}, ledger.steps_done(report, entries), entries)
    grounds = counter.Grounds(
        Look(read.facts),
        None if read.judgement is None else read.judgement.rungs,
        d.segments if read.judgement is None else {},
        dict(record.given),
    )
    test = None
    if d.verdict == "inconclusive":
        test = counter.deciding(d.next_test.key if d.next_test else "ask-what-is-missing", dict(record.given), voice)
    rivals = () if fault is None else counter.rivals(fault, grounds, voice)
    before = () if fault is None else dispatch.conditions(fault.before_action, record, voice)
    acts = d.acts or ""
    word, trust_text = trust.trust(arrived, voice)
    stated = root is not None and root.stated
    proven = evidence(root, voice, fault) if root is not None else failing(read.report, voice)
    seen = (proven[0].text if proven else "") if d.first_broken or d.suspects else None
    headline, means = answer.headline(d.verdict, d.fault, seen, voice)
    sent = answer.dispatch_(d.verdict, fault, acts, before, trust.wanted(of, arrived, voice), read.basis, voice)
    return Card(
        language=language,
        direction=voice.direction,
        verdict=d.verdict,
        basis=read.basis,
        fault=None if d.fault is None else visible(d.fault, 60),
        number=None if fault is None else fault.number,
        headline=headline,
        means=means,
        owner=None if d.owner is None or d.verdict == "inconclusive" else visible(d.owner, 20),
        owner_text=answer.owner(d.verdict, fault, voice),
        acts=acts if d.verdict != "inconclusive" and acts else None,
        acts_text=upper(voice.acts(acts)) if d.verdict != "inconclusive" and acts else "",
        grade=d.grade if d.verdict == "fault" else None,
        proof=proof(d.verdict, d.grade, stated, voice),
        said_by="" if root is None else said_by(root, voice),
        trust=word,
        trust_text=trust_text,
        age=trust.told(of, voice),
        old=of.old,
        times=trust.times(of, arrived, voice),
        notices=(*trust.notices(of, arrived, about.match(report.id), voice), *_notices(report, read, since, voice)),
        path=path(drawn(d.segments, fault), voice),
        demarcation=demarcation(drawn(d.segments, fault), d.verdict, voice),
        works_to=rung(d.proven_up_to, "sheet.proven", voice),
        breaks_at=rung(d.first_broken, "sheet.broken", voice),
        evidence=proven,
        counter=rivals,
        counter_text=answer.counter_text(rivals, fault, voice),
        overturn=() if fault is None else counter.overturning(fault, grounds, voice),
        suspects=suspects(d, grounds.look, voice),
        test=test,
        ledger=ledger.lines(report, entries, voice),
        say=answer.say(d.verdict, fault, acts, record, test, speaker, old=of.old),
        first=before if fault is not None and fault.dispatch == "no" else (),
        next=(*answer.first_ask(rivals, acts, voice), *answer.next_(d.verdict, fault, acts, record, test, sent, voice)),
        dispatch=sent,
        others=others(d, fault, voice),
        missing=sections.missing(report, voice),
        own=_own(report, read, voice),
        about=about.of_report(report, data, arrived, of, read, voice),
        sections=sections.shown(report, voice),
        **_raw(data),
    )


def judged(report: Report, since: dict[str, str] | None = None) -> Judged:
    """The desk's own judgement over the report's facts, with what was answered since. A cut report holds none, and
    what cannot be judged keeps its own word."""
    if report.cut_of is not None:
        return Judged(report, "cut", Facts({}), None)
    try:
        facts = facts_of(report)
    except BadReport as error:
        return Judged(report, "unjudged", Facts({}), None, visible(str(error)))
    if since:
        given = facts[Answers].given if facts.measured(Answers) else {}
        known = {section: found for section in facts if (found := facts.section(section)) is not None}
        known[Answers] = Section(Outcome.MEASURED, 0.0, 0.0, Answers({**given, **since}))
        facts = Facts(known)
    judgement = judge(Look(facts), ALL)
    return Judged(replace(report, diagnosis=diagnosis_of(judgement, facts[Plan])), "own", facts, judgement)


def voice_of(report: Report, language: str, provider: Provider | None) -> Voice:
    plan = content(report, "plan")
    if provider is None:
        told = (plan.get(key) for key in ("isp_name", "support_phone", "infrastructure"))
        provider = Provider(*(visible(value, 40) if isinstance(value, str) and value else None for value in told))
    literals = plan.get("literals")
    asked = literals if isinstance(literals, list) and literals else [t._asdict() for t in BUILT_IN.literals]
    return Voice(language, provider, len({str(t.get("network")) for t in asked if isinstance(t, dict)}))


def _notices(report: Report, read: Judged, since: dict[str, str], voice: Voice) -> list[Notice]:
    found = []
    if read.basis == "cut":
        found.append(Notice("cut", voice.say("notice.cut")))
    elif read.basis == "unjudged":
        found.append(Notice("unjudged", voice.say("notice.unjudged", reason=read.trouble)))
    if since and read.basis == "own":
        told = voice.listed(
            (voice.say("ledger.answered", what=voice.asked(q), answer=voice.answer(q, a)) for q, a in since.items()),
            apart=True,
        )
        found.append(Notice("counted-in", voice.say("notice.counted-in", answers=told)))
    elif read.basis == "own" and not stands(report.diagnosis, read.report.diagnosis):
        theirs = about.verdict(report.diagnosis, voice)
        found.append(
            Notice("differs", voice.say("notice.differs", version=visible(report.client.version, 20), theirs=theirs))
        )
    complaint = report.complaint
    if complaint and voice.has(f"complaint.{complaint}"):
        found.append(Notice("complaint", voice.say("notice.complaint", complaint=voice.say(f"complaint.{complaint}"))))
    return found


def _own(report: Report, read: Judged, voice: Voice) -> str:
    if read.basis != "own":
        return ""
    same = stands(report.diagnosis, read.report.diagnosis)
    return voice.say("own.same") if same else voice.say("own.differs", theirs=about.verdict(report.diagnosis, voice))


def _raw(data: bytes) -> dict[str, Any]:
    text, is_cut = sections.raw(data)
    return {"raw": text, "raw_cut": is_cut}
