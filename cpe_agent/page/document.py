"""The customer's page as HTML: the whole document, and the part of it that changes.

``live`` is the page that the program serves; without it the same content stands in a file of its own, with no button
that would need the program and no script.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cpe_agent import __version__
from cpe_agent.packed import packed
from cpe_agent.page.markup import Markup, constant, tag, together
from cpe_agent.page.parts import View, button, section
from cpe_agent.page.speech import OWN_NAMES, Speech, left_to_right
from cpe_agent.page.state import PageState
from cpe_agent.page.way import way

_FOLDER = Path(__file__).parent
RELOAD_S = 2  # without script, while something is measured


def main(state: PageState, *, live: bool) -> str:
    """The inside of ``<main>``: one element that says its language."""
    return _main(_view(state, live)).html


def _view(state: PageState, live: bool) -> View:
    if state.report is None:
        return View(state, Speech(state.language), live)
    from cpe_agent.report import to_json

    return View(state, Speech(state.language), live, to_json(state.report))


def title(state: PageState) -> str:
    """The name of the window."""
    view = View(state, Speech(state.language), live=True)
    return f"{_headline(view)} · {packed().name or view.speech.say('name')}"


def document(state: PageState, *, live: bool, nonce: str) -> str:
    """The whole page. ``nonce``: what the server's Content-Security-Policy lets the style and the script carry."""
    view = _view(state, live)
    speech = view.speech
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'self'"
    if live:
        policy += f"; script-src 'nonce-{nonce}'; connect-src 'self'"
    measuring = live and state.phase in ("measuring", "again")
    head = tag(
        "head",
        None,
        tag("meta", {"charset": "utf-8"}),
        tag("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        tag("meta", {"name": "referrer", "content": "no-referrer"}),
        tag("title", None, title(state)),
        constant("style", _own("page.css") + _accent(), nonce),
        tag("noscript", None, tag("meta", {"http-equiv": "refresh", "content": RELOAD_S})) if measuring else None,
    )
    gone = tag("p", {"class": "card gone", "id": "gone", "hidden": True, "role": "alert"}, speech.say("gone"))
    body = tag(
        "body",
        None,
        _header(view, gone if live else None),
        tag("main", {"id": "main"}, _main(view)),
        tag("p", {"id": "said", "class": "heard", "role": "status"}) if live else None,
        _footer(view),
        constant("script", _own("page.js"), nonce) if live else None,
    )
    return "<!doctype html>" + tag("html", {"lang": speech.language, "dir": speech.direction}, head, body).html


@cache
def _own(file: str) -> str:
    """The style and the script, as they lie beside this file."""
    return (_FOLDER / file).read_text("utf-8")


def _accent() -> str:
    """The provider's colours over the style's own, which they were held against when its program was built."""
    if not packed().accent:
        return ""
    light, dark = packed().accent
    return f":root{{--act:{light}}}@media(prefers-color-scheme:dark){{:root{{--act:{dark}}}}}"


def _name(view: View) -> Markup | str:
    """A provider's own name for the program has a direction of its own."""
    return tag("bdi", None, packed().name) if packed().name else view.speech.say("name")


def _header(view: View, gone: Markup | None) -> Markup:
    choices = [
        tag(
            "form",
            {"method": "post", "action": "do"},
            tag("input", {"type": "hidden", "name": "do", "value": "language"}),
            tag("input", {"type": "hidden", "name": "lang", "value": language}),
            tag(
                "button",
                {
                    "type": "submit",
                    "lang": language,
                    "id": f"b-language-{language}",
                    "aria-current": "true" if language == view.speech.language else None,
                },
                OWN_NAMES[language],
            ),
        )
        for language in OWN_NAMES
        if language in (packed().languages or OWN_NAMES)
    ]
    named: dict[str, object] = {"class": "languages", "role": "group", "aria-label": view.speech.say("languages")}
    return tag(
        "header",
        None,
        tag("p", {"class": "brand"}, _name(view)),
        tag("div", named, *choices) if view.live and len(choices) > 1 else None,
        gone,
    )


def _footer(view: View) -> Markup:
    build = packed().build
    version = view.speech.fill("version", version=left_to_right(f"{__version__} {build}".strip()))
    stop = button("stop", view.speech.say("stop"), kind="quiet") if view.live and view.state.phase != "ended" else None
    return tag("footer", {"class": "foot"}, tag("p", None, version), stop)


def _headline(view: View) -> str:
    if view.state.phase == "measuring":
        return view.speech.say("measuring")
    if view.state.phase == "again":
        return view.speech.say("measuring.again")
    from cpe_agent.page import finding  # with the catalogue behind it: only once something is found

    return finding.heading(view)


def _main(view: View) -> Markup:
    state, speech = view.state, view.speech
    if state.phase in ("measuring", "again"):
        inside = _measuring(view)
    else:
        inside = _found(view) if state.report is not None else _nothing(view)
    said: dict[str, object] = {"class": "page", "lang": speech.language, "dir": speech.direction}
    if 'class="card receipt"' in inside.html:
        said["class"] = "page has-receipt"
    return tag("div", said, _messages(view), inside)


def _messages(view: View) -> list[Markup | None]:
    """What is not the finding and must be seen: what the representative asks, what did not work, that it is over."""
    state, speech = view.state, view.speech
    trouble = f"trouble.{state.trouble}"
    return [
        tag("p", {"class": "card"}, speech.say("ended")) if state.phase == "ended" else None,
        tag("p", {"class": "card trouble"}, speech.say(trouble)) if state.trouble and speech.has(trouble) else None,
        _wish(view),
        tag("p", {"class": "card watched"}, speech.say("watched")) if state.watched else None,
    ]


def _measuring(view: View) -> Markup:
    state, speech = view.state, view.speech
    again = state.phase == "again"
    trying = [name for name in state.trying if speech.has(f"try.{name}")]
    now = speech.say(f"try.{trying[-1]}" if trying else "try.end" if state.measured else "try.start")
    before = None
    if again and state.report is not None:
        from cpe_agent.page import finding

        before = tag(
            "div",
            {"class": "card before"},
            tag("h2", None, speech.say("measuring.before")),
            tag("p", None, finding.heading(view)),
        )
    return together(
        tag(
            "div",
            {"class": "card verdict tone-busy"},
            tag("h1", {"tabindex": "-1"}, _headline(view)),
            tag("p", {"class": "lead", "data-status": True}, speech.fill("try", what=now)),
            way(view),
            tag("p", {"class": "hint"}, speech.say("measuring.again.text" if again else "measuring.text")),
        ),
        before,
    )


def _nothing(view: View) -> Markup:
    """Not even one check came to its end."""
    return tag(
        "div",
        {"class": "card verdict tone-open"},
        tag("h1", {"tabindex": "-1", "data-status": True}, _headline(view)),
        button("again", view.speech.say("again"), kind="go") if view.live else None,
    )


def _wish(view: View) -> Markup | None:
    """What the representative asks for; nothing happens without the customer's yes."""
    state, say = view.state, view.speech.say
    if state.wish is None or not view.speech.has(f"wish.{state.wish}"):
        return None
    answers = (button("wish", say(f"wish.{v}"), kind="go" if v == "yes" else "plain", value=v) for v in ("yes", "no"))
    return section("wish", say(f"wish.{state.wish}"), tag("div", {"class": "buttons"}, *answers) if view.live else None)


def _found(view: View) -> Markup:
    from cpe_agent.page import finding, handing, proof, questions
    from cpe_agent.page.advice import advice
    from cpe_agent.page.remedies import CALL

    report = view.state.report
    assert report is not None
    told = advice(view.state)
    if not view.live and told.questions and not told.steps and told.test is None:
        told = told._replace(turn="provider", steps=(CALL,))  # a file asks nothing: that is left to the telephone
    well = report.diagnosis.verdict == "healthy"
    tone = {"healthy": "ok", "fault": "bad"}.get(report.diagnosis.verdict, "open")
    code, again = handing.hand_over(view, told), finding.checked(view)
    verdict = tag(
        "div",
        {"class": f"card verdict tone-{tone}"},
        tag("h1", {"tabindex": "-1", "data-status": True}, finding.heading(view)),
        tag("p", {"class": "lead"}, finding.explanation(view)),
        finding.turn(view, told),
        way(view),
        again if well else None,  # with nothing to do below it
    )
    todo: tuple[Markup | None, ...]
    passing: tuple[Markup | None, ...]
    steps, asked = finding.steps(view, told), questions.questions(view, told)
    if well:
        todo, passing = (), (code,)
    elif report.diagnosis.verdict == "inconclusive":  # the answer comes first while nothing is named
        todo, passing = (asked, steps), (code, again)
    elif told.turn == "you":
        todo, passing = (steps, asked), (code, again)
    else:  # the call comes first, and on a narrow screen the code is right below it
        todo, passing = (steps,), (code, asked, again)
    allow = proof.home_network(view)
    todo = (*todo, allow) if report.diagnosis.verdict == "fault" else (allow, *todo)  # it may lead to a name
    first = (verdict, proof.receipt(view), *todo, proof.notes(view))
    second = (*passing, questions.answered(view), finding.changed(view), finding.already(view))
    third = (handing.sending(view), proof.why(view))
    return together(
        tag(
            "div",
            {"class": "columns even" if well else "columns"},
            tag("div", {"class": "first"}, *first),
            tag("div", {"class": "second"}, *second),
        ),
        tag("div", {"class": "third"}, *third),
    )
