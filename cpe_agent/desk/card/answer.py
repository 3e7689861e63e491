"""The answers to a verdict, whether it came with a report or by code alone: what is broken, whose it is, what to
say, what to do, who may be sent."""

from __future__ import annotations

from cpe_agent.desk.card import saying
from cpe_agent.desk.card.dispatch import Record, dispatch, none
from cpe_agent.desk.card.records import Condition, Deciding, Dispatch, Rival, Say
from cpe_agent.desk.card.visible import visible
from cpe_agent.desk.card.voice import Voice, upper
from cpe_agent.diagnose.fault import Fault


def headline(verdict: str, code: str | None, seen: str | None, voice: Voice) -> tuple[str, str]:
    """``seen``: what fails, as a sentence, where something was seen to fail; empty where there is no word for it."""
    if verdict == "healthy":
        return voice.say("healthy"), voice.say("healthy.means")
    if verdict != "fault":
        told = voice.say("inconclusive.seen", seen=seen) if seen else voice.say("inconclusive")
        return told, voice.say("inconclusive.means" if seen is not None else "inconclusive.unmeasured")
    text = voice.fault(code or "")
    if text is None:
        return voice.say("newer-fault"), voice.say("newer-fault.means", code=visible(code or "?", 60))
    return text.title, text.representative


def owner(verdict: str, fault: Fault | None, voice: Voice) -> str:
    if verdict == "healthy":
        return voice.say("whose.nobody")
    return upper(voice.owner(fault)) if verdict == "fault" and fault is not None else ""


def counter_text(rivals: tuple[Rival, ...], fault: Fault | None, voice: Voice) -> str:
    if fault is None:
        return ""
    if not rivals:
        return voice.say("counter.none")
    out = [rival.title for rival in rivals if rival.standing == "excluded"]
    if len(out) == len(rivals):
        return voice.say("counter.all-excluded")
    return voice.count("counter.excluded-count", len(out), titles=voice.listed(out)) if out else ""


def say(
    verdict: str, fault: Fault | None, acts: str, record: Record, test: Deciding | None, voice: Voice, *, old: bool
) -> Say:
    """``old``: what the check found may be over, so a new one is asked for besides."""
    if verdict == "healthy":
        said = saying.say_healthy(voice)
    elif verdict == "fault":
        said = saying.say_newer(voice) if fault is None else saying.say_fault(fault, acts, record.steps, voice)
    else:
        said = saying.say_inconclusive("" if test is None else test.key, voice)
    return said._replace(sentences=(*said.sentences, voice.say("say.old"))) if old else said


def next_(
    verdict: str, fault: Fault | None, acts: str, record: Record, test: Deciding | None, sent: Dispatch, voice: Voice
) -> tuple[str, ...]:
    if verdict == "healthy":
        return (voice.say("next.healthy"),)
    if verdict == "fault":
        if fault is None:
            return (voice.say("next.newer"),)
        return _visit(sent, voice) or saying.next_fault(fault, acts, record.steps, voice)
    return () if test is None else (voice.say(f"next.test.{test.by}"),)


def first_ask(rivals: tuple[Rival, ...], acts: str, voice: Voice) -> tuple[str, ...]:
    """Before the customer is set to work for a fault of his own side: the question that could still clear it."""
    rival = rivals[0] if rivals else None
    if acts != "customer" or rival is None or rival.standing not in ("open", "fits") or rival.test.answered:
        return ()
    return (voice.say("next.first-ask", title=rival.title, test=rival.test.text),) if rival.test.text else ()


def _visit(sent: Dispatch, voice: Voice) -> tuple[str, ...]:
    """What is left once somebody has begun to clear the way for a visit."""
    if sent.answer == "yes":
        return (voice.say("next.send"),)
    if sent.answer == "after" and any(condition.met for condition in sent.conditions):
        left = voice.listed(c.text for c in sent.conditions if not c.met)
        return (voice.say("next.open", conditions=left),)
    return ()


def dispatch_(
    verdict: str, fault: Fault | None, acts: str, before: tuple[Condition, ...],
    wanted: tuple[Condition, ...], basis: str, voice: Voice,
) -> Dispatch:  # fmt: skip
    if verdict != "fault":
        return none("healthy" if verdict == "healthy" else "inconclusive", voice)
    if fault is None:
        return none("newer", voice)
    if basis == "unjudged":
        return none("unjudged", voice)
    return dispatch(fault, acts, before, wanted, voice)
