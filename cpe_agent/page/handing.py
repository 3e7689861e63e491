"""How the finding leaves: the code to read out, the picture for a phone's camera, the file, and the sending."""

from __future__ import annotations

from functools import lru_cache

from cpe_agent.deliver.qr import frames, svg
from cpe_agent.deliver.why import reason_text
from cpe_agent.page.advice import Advice
from cpe_agent.page.fields import fields
from cpe_agent.page.markup import Markup, picture, tag
from cpe_agent.page.parts import View, button, provider, section
from cpe_agent.page.remedies import CALL
from cpe_agent.page.speech import left_to_right, moment
from cpe_agent.report import Report


def hand_over(view: View, told: Advice) -> Markup:
    """Code, picture and file: what a person on the telephone needs."""
    report, speech, saved = view.state.report, view.speech, view.state.saved
    assert report is not None
    return section(
        "hand",
        speech.say("hand"),
        spoken(view, report, later=told.turn == "you" and told.steps[:1] != (CALL,)),
        camera(view),
        case(view) if view.live else None,
        tag("div", {"class": "buttons"}, *_saving(view)) if view.live else None,
        tag(
            "p",
            {"class": "said"},
            speech.fill("saved", name=left_to_right(saved.name), folder=left_to_right(saved.parent.name)),
        )
        if saved is not None
        else None,
    )


def case(view: View) -> Markup:
    """The code of the case, typed in where the program's name does not carry it."""
    speech, state = view.speech, view.state
    if state.case is not None:
        return tag("p", {"class": "hint"}, speech.fill("case.known", code=left_to_right(spaced(state.case))))
    typed: dict[str, object] = {
        "type": "text", "name": "code", "id": "case-code", "dir": "ltr", "required": True, "maxlength": "20",
        "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false",
    }  # fmt: skip
    if state.case_unread:
        typed |= {"aria-describedby": "case-unread", "aria-invalid": "true"}
    return tag(
        "details",
        {"class": "case", "id": "d-case", "open": state.case_unread},
        tag("summary", None, speech.say("case")),
        tag(
            "form",
            {"method": "post", "action": "do", "class": "typing"},
            tag("input", {"type": "hidden", "name": "do", "value": "case"}),
            tag("label", {"for": "case-code"}, speech.say("case.label")),
            tag("input", typed),
            tag("button", {"type": "submit", "class": "plain", "id": "b-case"}, speech.say("case.button")),
        ),
        tag("p", {"class": "unread", "id": "case-unread", "role": "alert"}, speech.say("case.unread"))
        if state.case_unread
        else None,
    )


def spaced(code: str) -> str:
    """As people read it out: ``4F7K 2Q9X``."""
    return f"{code[:4]} {code[4:]}"


def _saving(view: View) -> list[Markup]:
    speech = view.speech
    printed = tag(
        "button",
        {"type": "button", "class": "quiet by-script", "id": "b-print", "data-print": True},
        speech.say("print"),
    )
    return [button("save", speech.say("save"), kind="quiet"), printed]


def spoken(view: View, report: Report, *, later: bool) -> Markup:
    """The code in groups of three. What a screen reader gets has the digits one by one. ``later``: the customer's own
    steps come before the call."""
    speech = view.speech
    well = report.diagnosis.verdict == "healthy"
    groups = report.spoken_code.split()
    shown = tag(
        "p", {"class": "code", "dir": "ltr", "aria-hidden": "true"}, *(tag("span", None, group) for group in groups)
    )
    heard = tag("p", {"class": "heard", "dir": "ltr"}, ", ".join(" ".join(group) for group in groups))
    return tag(
        "div",
        {"class": "spoken"},
        tag("h3", None, speech.say("code.asked" if well else "code.later" if later else "code")),
        shown,
        heard,
        tag("p", None, speech.fill("code.asked.how" if well else "code.how", provider=provider(view))),
        tag("p", {"class": "hint"}, speech.say("code.holds")),
    )


def camera(view: View) -> Markup:
    """The picture; several are paged through with radio buttons, which need no script."""
    speech, desk = view.speech, view.state.sending.url
    drawn = pictures(view.data, desk, speech.language, speech.say("qr.name"))
    shown = []
    for number, (code, _) in enumerate(drawn, 1):
        name = f"qr-{number}"
        if len(drawn) > 1:
            shown.append(
                tag("input", {"type": "radio", "name": "qr", "id": name, "checked": number == 1, "class": "page-of"})
            )
            words = speech.fill("qr.frame", k=str(number), n=str(len(drawn)))
            shown.append(tag("label", {"for": name, "class": "page-label"}, words))
        shown.append(tag("div", {"class": "qr"}, code))
    how = "qr.text" if drawn[0][1] == "spoken" else "qr.how"
    return tag(
        "details",
        {"class": "camera", "id": "d-camera", "open": not view.live},
        tag("summary", None, speech.say("qr")),
        tag("p", None, speech.say(how)),
        tag("p", None, speech.say("qr.several")) if len(drawn) > 1 else None,
        tag("div", {"class": "qrs"}, *shown),
    )


@lru_cache(maxsize=4)  # the page is drawn anew after every change, the report stays
def pictures(report: bytes, desk: str | None, language: str, title: str) -> tuple[tuple[Markup, str], ...]:
    """Every frame with its kind (``deliver.qr``)."""
    made = frames(report, f"{desk}/q" if desk else None, language=language)
    return tuple((picture(svg(f, title.format(k=f.order, n=f.count))), f.kind) for f in made)


def sending(view: View) -> Markup | None:
    """How far the report has come, and everything that is in it."""
    state, speech = view.state.sending, view.speech
    report = view.state.report
    assert report is not None
    if state.state == "off" or not state.desk:
        return fields(view.data, speech.language, speech.say("fields"), "card fields")
    desk = left_to_right(state.desk)
    told: list[Markup] = []
    if state.state == "sent":
        at = {"time": moment(state.since, beside=report.started)} if state.since else {}
        told.append(speech.fill("send.sent" if at else "send.sent.plain", desk=desk, **at))
        if state.locator:
            told.append(speech.fill("send.locator", locator=left_to_right(state.locator, "strong")))
    else:
        known = state.state if speech.has(f"send.{state.state}") else "kept"
        told.append(speech.fill(f"send.{known}", desk=desk))
        if known == "kept" and state.next_try:
            told.append(speech.fill("send.kept.next", time=moment(state.next_try, beside=report.started)))
    if state.reason:
        told.append(speech.fill("send.reason", reason=reason_text(state.reason, speech.language)))
    return section(
        "send",
        speech.say("send"),
        *(tag("p", None, words) for words in told),
        _send_buttons(view) if view.live else None,
        _task(view) if view.live and state.state in ("kept", "refused") else None,
        fields(view.data, speech.language, speech.say("fields.sent"), "fields"),
    )


def _send_buttons(view: View) -> Markup | None:
    """His yes and his no; each may be taken back while it can."""
    say, state = view.speech.say, view.state.sending.state
    yes = button("send", say("send.button"), kind="go") if state in ("offered", "held", "refused") else None
    no = button("keep-back", say("send.keep-back")) if state in ("offered", "kept", "sending") else None
    return tag("div", {"class": "buttons"}, yes, no) if yes or no else None


def _task(view: View) -> Markup | None:
    task, say = view.state.sending.task, view.speech.say
    if task not in ("on", "off"):
        return None
    other = "no" if task == "on" else "yes"
    return tag(
        "div", {"class": "task"}, tag("p", None, say(f"task.{task}")), button("task", say(f"task.{other}"), value=other)
    )
