"""A spoken code as a card, with no report at all: what fifteen digits and the catalogue know."""

from __future__ import annotations

from collections.abc import Iterable

from cpe_agent.card import drawn
from cpe_agent.collector import Facts
from cpe_agent.decoded import read
from cpe_agent.deliver.spoken_code import AGES_MIN, NOT_HEARD, Spoken
from cpe_agent.desk.card import answer, counter, dispatch, ledger
from cpe_agent.desk.card.findings import demarcation, path, rung
from cpe_agent.desk.card.ledger import LedgerEntry
from cpe_agent.desk.card.records import About, Card, Condition, Notice, Provider, Suspect
from cpe_agent.desk.card.trust import OLD_S
from cpe_agent.desk.card.voice import Voice, upper
from cpe_agent.diagnose.fault import Acts, Fault, Owner
from cpe_agent.diagnose.predicate import Look


def card_of_code(
    code: str,
    language: str,
    *,
    entries: Iterable[LedgerEntry] = (),
    say_in: str | None = None,
    provider: Provider | None = None,
) -> Card:
    """Raises ``Unreadable`` with the reason. What is entered since stands in the ledger; there are no measurements to
    judge it with."""
    spoken, fault = read(code)
    provider = provider or Provider()
    voice, speaker = Voice(language, provider), Voice(say_in or language, provider)
    entries = tuple(entries)
    given = ledger.answers_since(entries, None)
    record = dispatch.Record(given, ledger.steps_done(None, entries), entries)
    named = fault if spoken.verdict == "fault" else None
    grounds = counter.Grounds(Look(Facts({})), None, spoken.segments, given)
    test = None
    if spoken.verdict == "inconclusive":
        test = counter.deciding("ask-what-is-missing" if fault is None else fault.test, given, voice)
    rivals = () if named is None else counter.rivals(named, grounds, voice)
    before = () if named is None else dispatch.conditions(named.before_action, record, voice)
    acts = _acts(spoken.verdict, named, provider)
    headline, means = answer.headline(spoken.verdict, None if named is None else named.code, "", voice)
    segments = drawn(spoken.segments, named)
    least = spoken.age_minutes
    sent = answer.dispatch_(spoken.verdict, named, acts, before, _wanted(spoken, voice), "code", voice)
    return Card(
        language=language,
        direction=voice.direction,
        verdict=spoken.verdict,
        basis="code",
        fault=None if named is None else named.code,
        number=None if named is None else named.number,
        headline=headline,
        means=means,
        owner=_owner(spoken.verdict, named),
        owner_text=answer.owner(spoken.verdict, named, voice),
        acts=acts or None,
        acts_text=upper(voice.acts(acts)) if acts else "",
        grade=spoken.grade if named is not None else None,
        proof=_proof(spoken, voice),
        said_by="",
        trust="code",
        trust_text=voice.say("by-code"),
        age=voice.say("age.code", ago=_ago(least, voice)),
        old=least * 60 >= OLD_S,
        times=(),
        notices=_notices(code, spoken, voice),
        path=path(segments, voice),
        demarcation=demarcation(segments, spoken.verdict, voice),
        works_to="",
        breaks_at="" if named is None else rung(named.breaks, "sheet.broken", voice),
        evidence=(),
        counter=rivals,
        counter_text=answer.counter_text(rivals, named, voice),
        overturn=() if named is None else counter.overturning(named, grounds, voice),
        suspects=_suspects(spoken, fault, grounds.look, voice),
        test=test,
        ledger=ledger.lines(None, entries, voice),
        say=answer.say(spoken.verdict, named, acts, record, test, speaker, old=least * 60 >= OLD_S),
        first=before if named is not None and named.dispatch == "no" else (),
        next=answer.next_(spoken.verdict, named, acts, record, test, sent, voice),
        dispatch=sent,
        others=(),
        missing=(),
        own="",
        about=_about(code, spoken, fault, voice),
        sections=(),
        raw="",
        raw_cut=False,
    )


def _acts(verdict: str, named: Fault | None, provider: Provider) -> str:
    if named is None:
        return Acts.NOBODY.value if verdict == "healthy" else ""
    theirs = provider.cpe_owner if provider.cpe_owner in ("isp", "infrastructure") else None
    if named.owner is Owner.CPE and named.acts is Acts.CUSTOMER and theirs is not None:
        return theirs
    return named.acts.value


def _owner(verdict: str, named: Fault | None) -> str | None:
    return named.owner.value if named is not None else Owner.NONE.value if verdict == "healthy" else None


def _proof(spoken: Spoken, voice: Voice) -> str:
    if spoken.verdict == "healthy":
        return ""
    return voice.ui(f"spoken.{spoken.grade}") if spoken.verdict == "fault" else voice.say("proof.none")


def _ago(least: int, voice: Voice) -> str:
    """The code carries steps of time: from this one up to the next."""
    if least == 0:
        return voice.ui("code.now")
    most = min((m for m in AGES_MIN if m > least), default=0)
    return voice.ui("code.later" if most else "code.longer").format(least=least, most=most)


def _notices(code: str, spoken: Spoken, voice: Voice) -> tuple[Notice, ...]:
    found = [Notice("code", voice.say("by-code.text"))]
    if spoken.corrected:
        kind = "filled" if NOT_HEARD in code else "corrected"
        found.insert(0, Notice(kind, voice.say(f"notice.{kind}")))
    if spoken.age_minutes * 60 >= OLD_S:
        found.append(Notice("old", voice.say("age.old")))
    return tuple(found)


def _wanted(spoken: Spoken, voice: Voice) -> tuple[Condition, ...]:
    still = voice.say("condition.open")
    keys = ["reread"] * spoken.corrected + ["fresh"] * (spoken.age_minutes * 60 >= OLD_S)
    return tuple(Condition(key, voice.say(f"condition.{key}"), False, still) for key in keys)


def _suspects(spoken: Spoken, fault: Fault | None, look: Look, voice: Voice) -> tuple[Suspect, ...]:
    if spoken.verdict != "inconclusive" or fault is None:
        return ()
    return (
        Suspect(
            fault.code, voice.title(fault.code), voice.owner(fault, named=False), counter.needs(fault, look, voice)
        ),
    )


def _about(code: str, spoken: Spoken, fault: Fault | None, voice: Voice) -> tuple[About, ...]:
    digits = "".join(c for c in code if c.isdecimal() or c == NOT_HEARD)
    rows = [
        ("spoken", " ".join(digits[i : i + 3] for i in range(0, len(digits), 3)), "code"),
        ("match", str(spoken.match), "code"),
        ("fault", "" if fault is None else f"{fault.code} ({fault.number})", "code"),
        ("judged", voice.say("about.judged.code"), "text"),
    ]
    return tuple(About(voice.say(f"about.{key}"), value, kind) for key, value, kind in rows if value)
