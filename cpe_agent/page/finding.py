"""The verdict, whose turn it is, what to do, and what changed."""

from __future__ import annotations

from cpe_agent.card import owner_key
from cpe_agent.compare import change
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.layout import SEGMENTS
from cpe_agent.next_step import content
from cpe_agent.page.advice import NOT_RECORDED, Advice
from cpe_agent.page.drawings import drawing
from cpe_agent.page.markup import Markup, tag, together
from cpe_agent.page.parts import View, bullets, button, provider, rows, section, sign
from cpe_agent.page.remedies import DRAWINGS, OWN
from cpe_agent.page.speech import left_to_right, moment
from cpe_agent.steps import Step
from cpe_agent.words import deciding_test

PROTECTION = ("protection-paused", "scanning-off")
PLAIN_PAGE = "http://example.com"  # a page without encryption: a sign-in page can answer in its place


def heading(view: View) -> str:
    """The one sentence that says what is the matter."""
    report, speech = view.state.report, view.speech
    if report is None:
        return speech.say("unclear.unmeasured")
    d = report.diagnosis
    if d.verdict == "fault" and d.fault is not None:
        text = speech.fault(d.fault)
        return speech.say("unknown-fault") if text is None else text.title
    return speech.say("healthy" if d.verdict == "healthy" else "unclear")


def explanation(view: View) -> str:
    report, speech = view.state.report, view.speech
    assert report is not None
    d = report.diagnosis
    if d.verdict == "fault" and d.fault is not None:
        text = speech.fault(d.fault)
        return "" if text is None else text.customer
    if d.verdict == "healthy":
        return speech.say("healthy.text")
    return speech.say("unclear.text" if d.first_broken or d.suspects else "unclear.unmeasured")


def turn(view: View, told: Advice) -> Markup:
    """Where it is and whose turn it is: two short lines with a sign each."""
    report, speech = view.state.report, view.speech
    assert report is not None
    d = report.diagnosis
    plan = content(report, "plan")
    name = plan.get({"provider": "isp_name", "line": "infrastructure"}.get(told.turn, ""))
    who: object = speech.fill(f"turn.{told.turn}.named", name=name) if name else speech.say(f"turn.{told.turn}")
    lines: list[tuple[object, object]] = []
    fault = BY_CODE.get(d.fault or "")
    if fault is not None and d.verdict == "fault":
        lines.append(((sign("place"), speech.say("where")), speech.ui(owner_key(fault))))
    lines.append(((sign(told.turn), speech.say("turn")), tag("strong", None, who)))
    shown = rows(lines, "turn")
    assert shown is not None
    return shown


def checked(view: View) -> Markup:
    """When, and how long it took; the question for another check beside it."""
    report = view.state.report
    assert report is not None
    at = moment(report.started, beside=report.started)
    if report.seconds < 1:
        words = view.speech.fill("checked.quick", time=at)
    else:
        words = view.speech.fill("checked", time=at, seconds=left_to_right(f"{report.seconds:.1f}"))
    again = button("again", view.speech.say("again"), kind="quiet") if view.live else None
    return tag("div", {"class": "checked"}, tag("p", None, words), again)


def steps(view: View, told: Advice) -> Markup | None:
    """At most three things to do, each with a drawing and "done, check again"."""
    speech = view.speech
    if told.test is not None:
        items = [_step(view, None, deciding_test(told.test, speech.language).format(provider=_name(view)))]
    else:
        items = [_step(view, key, _words(view, key)) for key in told.steps]
    if not items:
        return None
    report = view.state.report
    assert report is not None
    unclear = report.diagnosis.verdict == "inconclusive" and told.turn == "you"
    name = "steps.test" if unclear else "steps.you" if told.turn == "you" else "steps.provider"
    later = None if view.live or told.turn != "you" else tag("p", {"class": "hint"}, speech.say("steps.later"))
    return section("steps", speech.say(name), tag("ol", {"class": "todo"}, *items), later)


def _step(view: View, key: str | None, words: object) -> Markup:
    picture = DRAWINGS.get(key or "")
    done = None
    if view.live and key not in NOT_RECORDED:
        label = view.speech.say("longer" if key == "longer" else "done")
        told = {} if key in (None, OWN) else {"step": str(key)}
        done = button("again", label, kind="go", at="" if told else "step", **told)
    return tag(
        "li",
        {"class": "step"},
        drawing(picture, "drawing") if picture else None,
        tag("div", {"class": "step-words"}, tag("p", None, words), done),
    )


def _words(view: View, key: str) -> object:
    report = view.state.report
    assert report is not None
    if key == OWN:
        text = view.speech.fault(report.diagnosis.fault or "")
        return "" if text is None else text.next_step.format(provider=_name(view))
    if key == "signed-in":
        return view.speech.fill("do.signed-in", address=left_to_right(PLAIN_PAGE))
    words = view.speech.fill(f"do.{key}", provider=provider(view))
    program = _only_program(view) if key in PROTECTION else None
    return words if program is None else together(words, " ", view.speech.fill("protection-named", name=program))


def _only_program(view: View) -> str | None:
    """The protection program of another maker; None where none is known, or more than one."""
    report = view.state.report
    programs = None if report is None else content(report, "protection").get("programs")
    return str(programs[0]) if isinstance(programs, list) and len(programs) == 1 else None


def _name(view: View) -> str:
    report = view.state.report
    plan = {} if report is None else content(report, "plan")
    return str(plan.get("isp_name") or view.speech.say("provider"))


def changed(view: View) -> Markup | None:
    """What the check before this one had found, when there was one."""
    report, earlier, speech = view.state.report, view.state.earlier, view.speech
    if report is None or not earlier:
        return None
    was, now = earlier[-1].diagnosis, report.diagnosis
    told: list[object] = []
    for segment in SEGMENTS:
        old, new = (d.segments.get(segment, "unknown") for d in (was, now))
        if old != new:
            states = (speech.say(f"way.{state}") if speech.has(f"way.{state}") else state for state in (old, new))
            words = dict(zip(("old", "new"), states, strict=True))
            told.append(speech.fill("changed.segment", segment=speech.ui(f"segment.{segment}"), **words))
    lead = tag("p", None, tag("strong", None, speech.ui(change(was, now))))
    return section("changed", speech.say("changed"), lead, bullets(*told))


def already(view: View) -> Markup | None:
    """What was done, so that nobody asks for it again."""
    report = view.state.report
    if report is None or not report.steps:
        return None
    return section("already", view.speech.say("already"), bullets(*(_done(view, s) for s in report.steps)))


def _done(view: View, step: Step) -> Markup:
    speech = view.speech
    name = speech.step(step.step)
    if step.source == "stated" or step.age_s is None:
        words = speech.fill("already.said", step=name)
    else:
        words = speech.count("already.minutes", step.age_s // 60, step=name)
    told: list[object] = [words]
    if step.outcome is not None and speech.has(f"outcome.{step.outcome}"):
        told.append(speech.say(f"outcome.{step.outcome}"))
    if step.step != "line-reconnected":
        told.append(speech.say("already.enough"))
    return together(*(piece for sentence in told for piece in (sentence, " ")))
