"""What to say to the customer, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from cpe_agent.answers import QUESTIONS
from cpe_agent.desk.card.counter import deciding
from cpe_agent.desk.card.records import Say
from cpe_agent.desk.card.voice import Voice, told
from cpe_agent.diagnose.fault import Fault
from cpe_agent.next_step import ANSWERED_BY
from cpe_agent.page.advice import QUESTION_OF
from cpe_agent.page.remedies import BY_FAULT, BY_TEST, CALL, OWN

MOST_STEPS = 2  # on the card; the rest comes when these are done
BEHIND_THE_ROUTER = ("access", "account", "isp-core")
_CALLS = (CALL, "line-called")  # the customer is on the telephone already


def remedies(fault: Fault, done: Mapping[str, str]) -> tuple[str, ...]:
    """Steps that the customer can take against this fault and has not."""
    return tuple(s for s in BY_FAULT.get(fault.code, (OWN,)) if s not in done and s not in _CALLS)


def by_the_customer(fault: Fault, acts: str) -> bool:
    """Is it put right with the customer on the telephone? A router that the provider owns, too."""
    return acts == "customer" or (fault.owner == "cpe" and fault.acts == "customer")


def say_fault(fault: Fault, acts: str, done: Mapping[str, str], voice: Voice) -> Say:
    text = voice.fault(fault.code)
    assert text is not None
    sentences = [text.customer]
    if by_the_customer(fault, acts):
        sentences += [_step(step, fault, voice) for step in remedies(fault, done)[:1]]
    elif voice.has(f"say.{acts}"):
        sentences.append(voice.say(f"say.{acts}"))
        if fault.owner in BEHIND_THE_ROUTER and acts in ("isp", "infrastructure"):
            sentences.append(voice.say("say.leave-router-on"))
    return _say(sentences, voice)


def _step(step: str, fault: Fault, voice: Voice) -> str:
    if step == OWN:
        text = voice.fault(fault.code)
        return "" if text is None else voice.next_step(text)
    return voice.page(f"do.{step}")


def say_healthy(voice: Voice) -> Say:
    return _say([voice.say("say.healthy"), voice.say("say.ask-missing")], voice)


def say_newer(voice: Voice) -> Say:
    return _say([voice.say("say.newer")], voice)


def say_inconclusive(test: str, voice: Voice) -> Say:
    """With the deciding test in words that the customer can follow; only what he can do himself is asked of him."""
    sentences = [voice.say("say.inconclusive")]
    question = QUESTION_OF.get(test) or ANSWERED_BY.get(test)
    if question in QUESTIONS:
        sentences += [voice.say("say.one-test"), voice.page(f"ask.{question}")]
    elif test in BY_TEST:
        sentences += [voice.say("say.one-test"), voice.page(f"do.{BY_TEST[test][0]}")]
    elif deciding(test, {}, voice).by == "customer" and voice.test(test) != test:
        sentences += [voice.say("say.one-test"), voice.test(test)]
    else:
        sentences.append(voice.say("say.we-look"))
    return _say(sentences, voice)


def _say(sentences: list[str], voice: Voice) -> Say:
    return Say(voice.language, voice.direction, told(sentences))


def next_fault(fault: Fault, acts: str, done: Mapping[str, str], voice: Voice) -> tuple[str, ...]:
    """The one thing to do now; for a fault that the customer puts right, the steps that are left."""
    text = voice.fault(fault.code)
    assert text is not None
    if not by_the_customer(fault, acts):
        return (voice.next_step(text),)
    left = remedies(fault, done)
    if not left:
        tried = any(step in done for step in BY_FAULT.get(fault.code, ()))
        return (voice.say("next.exhausted"),) if tried else (voice.next_step(text),)
    if not any(step in done for step in BY_FAULT.get(fault.code, ())):
        return (voice.next_step(text),)
    return told(_step(step, fault, voice) for step in left[:MOST_STEPS])
