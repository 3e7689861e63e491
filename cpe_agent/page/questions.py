"""What the page asks, with big buttons and drawings of what to look at; and what was answered, which may be changed."""

from __future__ import annotations

from cpe_agent import words
from cpe_agent.answers import QUESTIONS
from cpe_agent.page.advice import Advice
from cpe_agent.page.drawings import drawing
from cpe_agent.page.markup import Markup, tag
from cpe_agent.page.parts import View, section, sign
from cpe_agent.questionnaire import UNKNOWN_ANSWER

DRAWN = frozenset({"router-lamps", "modem-lamps", "line-lamp", "los-lamp"})
"""Questions with a drawing of what to look at, by their own name."""

LAMPS = {"off": "lamp-off", "on": "lamp-on", "red": "lamp-on", "steady": "lamp-on", "blinking": "lamp-blinking"}
"""What a lamp does -> how it looks: a shape each, because colours are not seen by everybody."""


def questions(view: View, told: Advice) -> Markup | None:
    """One question after another; in a file they are left to the telephone."""
    if not told.questions or not view.live:
        return None
    asked = [_question(view, name) for name in told.questions]
    return section("ask", view.speech.say("ask"), tag("p", None, view.speech.say("ask.why")), *asked)


def answered(view: View) -> Markup | None:
    """What was answered. The question stands folded beside its answer and opens without a script."""
    given = {q: a for q, a in view.state.answers.items() if a in (*QUESTIONS.get(q, ()), UNKNOWN_ANSWER)}
    if not given:
        return None
    rows = []
    for name, value in given.items():
        asked = words.asked(name, view.speech.language)
        other = None
        if view.live:
            # With the answer in its name it is another one, closed again, as soon as the answer is.
            change = (view.speech.say("answered.change"), tag("span", {"class": "heard"}, f": {asked}"))
            folded = tag(
                "details", {"id": f"d-{name}-{value}"}, tag("summary", None, *change), _question(view, name, value)
            )
            other = tag("dd", {"class": "other"}, folded)
        rows.append(tag("div", None, tag("dt", None, asked), tag("dd", None, _said(view, name, value)), other))
    return section("answered", view.speech.say("answered"), tag("dl", {"class": "rows"}, *rows))


def _question(view: View, name: str, given: str | None = None) -> Markup:
    label = f"q-{name}"
    choices = [
        tag(
            "button",
            {
                "type": "submit",
                "name": "value",
                "value": value,
                "class": "choice",
                "id": f"b-{name}-{value}",
                "aria-current": "true" if value == given else None,
            },
            sign(LAMPS[value]) if name in DRAWN and value in LAMPS else None,
            _said(view, name, value),
        )
        for value in (*QUESTIONS[name], UNKNOWN_ANSWER)
    ]
    return tag(
        "form",
        {"method": "post", "action": "do", "class": "question", "aria-labelledby": label},
        tag(
            "div",
            {"class": "asked"},
            drawing(name, "drawing") if name in DRAWN else None,
            tag("p", {"id": label}, view.speech.say(f"ask.{name}")),
        ),
        tag("input", {"type": "hidden", "name": "do", "value": "answer"}),
        tag("input", {"type": "hidden", "name": "question", "value": name}),
        tag("div", {"class": "choices"}, *choices),
    )


def _said(view: View, name: str, value: str) -> str:
    return view.speech.say("value.unknown" if value == UNKNOWN_ANSWER else f"value.{name}.{value}")
