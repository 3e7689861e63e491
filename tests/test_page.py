"""The customer's page as text: nothing that was measured becomes markup, every word is there, the advice is sound."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.again import STEPS
from cpe_agent.answers import QUESTIONS
from cpe_agent.collector import Outcome
from cpe_agent.commands.options import COMPLAINTS
from cpe_agent.deliver.receipt import cleared
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Acts, Grade, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.facts import SECTIONS, Failure, section_name
from cpe_agent.failed import failed, totals
from cpe_agent.next_step import content
from cpe_agent.page import advice, questions, remedies
from cpe_agent.page.brief import brief
from cpe_agent.page.document import document, main
from cpe_agent.page.drawings import STEPS as DRAWN
from cpe_agent.page.drawings import drawing
from cpe_agent.page.markup import RAW, TAGS, VOID, Markup, constant, picture, tag, together
from cpe_agent.page.meaning import meaning
from cpe_agent.page.parts import View
from cpe_agent.page.speech import Speech
from cpe_agent.page.state import ACTIONS, PageState, Sending
from cpe_agent.report import Report, from_json, to_json
from cpe_agent.run import SPARED
from cpe_agent.steps import Step
from cpe_agent.words import LANGUAGES, deciding_test, evidence, fault_text, table, ui
from tests.page_reports import SCENARIOS, case_report, hostile_texts, report_of, state_of, with_text
from tests.test_cases import all_cases

PAGE = Path(__file__).parent.parent / "cpe_agent" / "page"


class Tree(HTMLParser):
    """What a browser would make of it, as far as a parser of the standard library can tell."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.points: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names[tag] += 1
        if tag not in VOID and tag != "!doctype":
            self._open.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value))
            if name == "id":
                self.ids[str(value)] += 1
            if name in ("aria-labelledby", "for"):
                self.points.append(str(value))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"closes {tag}, and nothing is open"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def sound(html: str) -> Tree:
    """One tree, no name twice, everything that is pointed at is there."""
    tree = Tree(html)
    assert not [name for name, count in tree.ids.items() if count > 1]
    assert not set(tree.points) - set(tree.ids)
    return tree


# ------------------------------------------------------------------ text stays text


@given(st.text())
def test_text_is_shown_as_it_is(text: str) -> None:
    shown = Tree(tag("p", {"title": text}, text).html)
    assert shown.names == {"p": 1}
    expected = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    assert shown.text == expected
    assert shown.attributes == [("p", "title", expected)]


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("img", {}), ("iframe", {}), ("script", {}), ("style", {}), ("p onclick=x", {}),
        ("p", {"onclick": "x"}), ("p", {"ONCLICK": "x"}), ("p", {"style": "x"}), ("p", {"src": "x"}),
        ("p", {"a b": "x"}),
        ("a", {"href": "javascript:alert(1)"}), ("a", {"href": "https://evil.example/"}), ("a", {"href": "tel:1\n2"}),
    ],
)  # fmt: skip
def test_no_name_and_no_link_but_the_pages_own(name: str, attributes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="of this page"):
        tag(name, attributes, "x")


def test_only_text_and_markup_are_shown() -> None:
    assert together("a", None, False, 0, ["<", Markup("<b>")], ("c",)).html == "a0&lt;<b>c"
    with pytest.raises(TypeError):
        together(b"bytes")


def test_a_constant_cannot_end_early() -> None:
    assert constant("script", "a < b", "n").html == '<script nonce="n">a < b</script>'
    for name, text in (("script", "</script>"), ("style", "</style>"), ("script", "<!--"), ("p", "x")):
        with pytest.raises(ValueError, match="of this page"):
            constant(name, text, "n")


@pytest.mark.parametrize(
    "svg",
    [
        "<svg><script>alert(1)</script></svg>", '<svg onload="x"><title>t</title><path fill="#000" d="M0 0"/></svg>',
        '<svg width="1"><title>t</title><path fill="url(#x)" d="M0 0"/></svg>', "<p>no picture</p>",
        '<svg width="1"><title>t</title><path fill="#000" d="M0 0"/></svg><script>alert(1)</script>',
    ],
)  # fmt: skip
def test_a_foreign_picture_holds_areas_only(svg: str) -> None:
    with pytest.raises(ValueError, match="no picture"):
        picture(svg)


def test_only_one_file_makes_markup_out_of_text() -> None:
    """What could turn text into markup is ``Markup(...)``, and only markup.py writes it."""
    for file in PAGE.glob("*.py"):
        assert file.name == "markup.py" or not re.search(r"\bMarkup\(", file.read_text("utf-8")), file.name
    assert not RAW & TAGS


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("text", hostile_texts(), ids=range(len(hostile_texts())))
def test_hostile_text_never_becomes_markup(text: str, live: bool) -> None:
    plain = sound(document(with_text("x"), live=live, nonce="n"))
    tree = sound(document(with_text(text), live=live, nonce="n"))
    assert tree.names["script"] == plain.names["script"]
    assert set(tree.names) - set(plain.names) <= {"input", "label"}, "more than one picture for the camera"
    assert text in tree.text
    known = {a for _, a, _ in plain.attributes} | {"for", "type", "checked"}
    assert {a for _, a, _ in tree.attributes} <= known


# ------------------------------------------------------------------ the whole page


def test_every_verdict_of_the_cases_can_be_shown() -> None:
    """Every fault, every set of suspects and every deciding test that the cases know, once each."""
    shown = set()
    for case in all_cases():
        wanted = case["expect"]
        about = (wanted["verdict"], wanted.get("fault"), *wanted.get("suspects", ()))
        if about in shown:
            continue
        shown.add(about)
        state = state_of(case_report(case["file"], case["name"]))
        assert state.report is not None
        told = advice.advice(state)
        assert len(told.steps) <= advice.MOST_STEPS, case["name"]
        assert len(told.questions) <= advice.MOST_QUESTIONS, case["name"]
        if state.report.diagnosis.verdict != "healthy":
            assert told.steps or told.questions or told.test, f"{case['name']}: nothing to do is no advice"
        html = main(state, live=True)
        sound(html)
        assert not re.search(r"\{\w+\}", html[: html.index('id="d-fields"')]), "a place that nothing fills"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("live", [True, False])
def test_every_scenario_in_every_language(language: str, live: bool) -> None:
    for name in SCENARIOS:
        report = report_of(name)
        tree = sound(document(state_of(report, language), live=live, nonce="n"))
        assert report.spoken_code.replace(" ", "") in re.sub(r"\s|,", "", tree.text)
        direction = "rtl" if language in ("he", "ar") else "ltr"
        assert ("html", "lang", language) in tree.attributes
        assert ("html", "dir", direction) in tree.attributes
        assert tree.names["h1"] == 1
        assert tree.names["main"] == 1
        forms = [value for t, a, value in tree.attributes if t == "form" and a == "action"]
        assert set(forms) == ({"do"} if live else set())


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_sent_that_is_not_shown(name: str) -> None:
    report = report_of(name)
    tree = Tree(main(state_of(report), live=False))
    text = tree.text

    def values(plain: Any) -> list[Any]:
        inner = plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else None
        return [plain] if inner is None else [v for i in inner for v in values(i)]

    for value in values(json.loads(to_json(report))):
        if value is not None and value != "" and not isinstance(value, bool):
            assert str(value) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_that_is_sent_stands_beside_its_words(language: str) -> None:
    """Every code of the closed lists, in whatever report it comes."""
    speech = Speech(language)
    report = case_report("line", "a router that says Connected and Up on a dead line accuses nobody")
    text = Tree(main(state_of(report, language), live=False)).text
    for code in report.diagnosis.suspects:
        assert code in text
        assert fault_text(code, language).title in text
    paths: dict[str, Iterable[str]] = {
        "diagnosis.findings 2.fault": BY_CODE,
        "diagnosis.owner": Owner,
        "diagnosis.acts": Acts,
        "diagnosis.grade": Grade,
        "diagnosis.first_broken": Rung,
        "diagnosis.verdict": ("healthy", "fault", "inconclusive"),
        "diagnosis.findings 1.standing": ("root", "explained", "refuted", "advisory"),
        "diagnosis.segments.isp-core": ("ok", "degraded", "broken", "unknown"),
        "diagnosis.next_test.key": {t for f in ALL for t in (f.test, *f.separate_from.values())},
        "section.outcome": Outcome,
        "section.reason": (SPARED,),
        "section.content.probes 12.failure": Failure,
        "section.content.given.line-lamp": (*QUESTIONS["line-lamp"], "unknown"),
        "complaint": COMPLAINTS,
        "steps 1.step": STEPS,
        "steps 1.source": ("observed", "stated"),
    }
    for path, codes in paths.items():
        for code in codes:
            told = meaning(speech, path, code)
            assert told, (path, code)
            assert "{" not in told
    strange = ("section.content.probes 1.address", "diagnosis.fault", "section.reason", "steps 1.step", "segments")
    assert not any(meaning(speech, path, "of-a-newer-version") for path in strange)


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_many_networks_were_asked_is_never_made_up(language: str) -> None:
    """The lists of the plan may be left out of a report; what was asked stands in what was measured."""
    report = case_report("line", "a dead line with a silent router is nobody's yet")
    asked = {p["network"] for p in content(report, "reach")["probes"]}  # type: ignore[attr-defined]
    assert totals(report) == {"networks": len(asked)}
    text = Tree(main(state_of(report, language), live=True)).text
    assert ui("failed.internet", language).format(networks=len(asked)) in text
    without = Report(**{**vars(report), "sections": {k: v for k, v in report.sections.items() if k != "reach"}})
    assert totals(without) == {}
    assert evidence("reach.networks", 0, language) in failed(without, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quick_check_took_less_than_a_second_and_not_none(language: str) -> None:
    report, speech = report_of("healthy"), Speech(language)
    for seconds, shown in ((0.0, False), (0.04, False), (0.99, False), (1.0, True), (2.1, True)):
        state = state_of(Report(**{**vars(report), "seconds": seconds}), language)
        text = Tree(main(state, live=True)).text
        assert (speech.say("checked.quick").partition("{time}")[2] in text) is not shown


def test_every_button_does_what_the_contract_knows() -> None:
    for do in ("again", "answer", "language", "send", "keep-back", "save", "task", "stop", "wish"):
        assert do in ACTIONS
    states = [state_of(report_of(name)) for name in SCENARIOS]
    states += [
        state_of(report_of("line-down"), sending=Sending(s, "desk.example", task="off")) for s in ("offered", "kept")
    ]
    done = [
        value
        for state in states
        for t, a, value in Tree(document(state, live=True, nonce="n")).attributes
        if t == "input" and a == "value"
    ]
    assert {"again", "answer", "language", "send", "keep-back", "save", "task", "stop"} <= set(done)


def test_a_receipt_stands_only_where_the_evidence_clears_the_customer() -> None:
    for name in SCENARIOS:
        report = report_of(name)
        assert ("has-receipt" in main(state_of(report), live=True)) == cleared(report), name
    assert any(cleared(report_of(name)) for name in SCENARIOS)


def test_the_file_needs_no_script_and_no_program() -> None:
    tree = Tree(document(state_of(report_of("line-down")), live=False, nonce="n"))
    assert not tree.names["script"] + tree.names["form"] + tree.names["button"]


@pytest.mark.parametrize("state", ["off", "offered", "kept", "sending", "sent", "refused", "of-a-newer-version"])
def test_the_state_of_sending_is_always_told(state: str) -> None:
    sending = Sending(state, "desk.example", "2026-11-22T21:14:00Z", "2026-11-22T21:20:00Z", "7KQ2", "busy", "off")
    text = sound(main(state_of(report_of("line-down"), sending=sending), live=True)).text
    assert ("desk.example" in text) == (state != "off")
    assert ("7KQ2" in text) == (state == "sent")


def test_while_it_runs_it_says_what_it_asks_and_reloads_without_script() -> None:
    segments = {"device": "ok", "home": "unknown"}
    state = PageState("en", "measuring", segments, trying=("gateway", "nothing-known"))
    html = document(state, live=True, nonce="n")
    assert '<noscript><meta http-equiv="refresh"' in html
    assert "does the router answer?" in sound(html).text
    done = document(state_of(report_of("healthy")), live=True, nonce="n")
    assert 'http-equiv="refresh"' not in done


def test_a_check_that_failed_leaves_a_page_that_says_so() -> None:
    text = sound(main(PageState("en", "done", {}, trouble="not-measured"), live=True)).text
    assert "could not be finished" in text
    assert "Check again" in text


def test_what_changed_is_told() -> None:
    was, now = report_of("router-hung"), report_of("healthy")
    text = sound(main(state_of(now)._replace(earlier=(was,)), live=True)).text
    assert "It works now." in text


def test_a_report_of_a_newer_version_is_shown() -> None:
    report = report_of("line-down")
    plain = json.loads(to_json(report))
    plain["diagnosis"] |= {"fault": "of-a-newer-version", "owner": "moon", "acts": "moon", "suspects": ["another"]}
    plain["diagnosis"]["findings"] = []
    plain["diagnosis"]["segments"]["device"] = "ok"
    plain["steps"] = [{"step": "danced", "source": "stated", "when": "then"}]
    state = state_of(
        from_json(json.dumps(plain).encode()), sending=Sending("offered", "desk.example", url="https://desk.example")
    )
    text = sound(main(state, live=True)).text
    assert "newer version" in text
    assert "danced" in text


# ------------------------------------------------------------------ advice


def test_the_tables_name_what_exists() -> None:
    steps = {s for row in (*remedies.BY_FAULT.values(), *remedies.BY_TEST.values()) for s in row}
    phrases = table("page", "PHRASES")
    assert not set(remedies.BY_FAULT) - set(BY_CODE)
    assert not {s for s in steps if s != remedies.OWN and f"do.{s}" not in phrases}
    assert not {k.removeprefix("do.") for k in phrases if k.startswith("do.")} - steps - {
        "router-left-on", "line-called", "provider-called", "site-later"
    }  # fmt: skip
    assert not set(remedies.DRAWINGS) - steps - {"router-left-on", "provider-called"}
    assert not set(remedies.DRAWINGS.values()) - set(DRAWN)
    assert set(DRAWN) == {*remedies.DRAWINGS.values(), *questions.DRAWN}
    tests = {f.test for f in ALL} | {t for f in ALL for t in f.separate_from.values()}
    assert not set(remedies.BY_TEST) - tests
    recorded = table("steps", "PHRASES")
    assert not {s for s in steps - advice.NOT_RECORDED - {remedies.OWN, "longer"} if s not in recorded}


def test_no_customer_reads_a_command() -> None:
    """Words of the terminal: options and file sections stand in the technician's texts only."""
    tests = {f.test for f in ALL} | {t for f in ALL for t in f.separate_from.values()}
    for test in tests - set(remedies.BY_TEST) - remedies.FOR_A_REPRESENTATIVE - set(advice.QUESTION_OF):
        assert not re.search(r"--|probe\.|profile", deciding_test(test)), test


def test_every_question_has_its_words() -> None:
    phrases = table("page", "PHRASES")
    for question, values in QUESTIONS.items():
        assert f"ask.{question}" in phrases
        assert all(f"value.{question}.{value}" in phrases for value in values)
        assert question in advice.BY_EFFORT
    for section in SECTIONS:
        name = section_name(section)
        assert name in ("plan", "answers") or f"try.{name}" in phrases


@pytest.mark.parametrize("fault", [f for f in ALL if f.acts is Acts.CUSTOMER], ids=lambda f: f.code)
def test_a_step_for_every_fault_of_the_customer(fault: Any) -> None:
    steps = remedies.BY_FAULT.get(fault.code, (remedies.OWN,))
    assert 1 <= len(steps) <= advice.MOST_STEPS
    if steps == (remedies.OWN,):
        assert fault_text(fault.code).next_step


def test_what_was_done_is_not_asked_for_again() -> None:
    report = case_report("gateway", "the router is silent to everything")
    assert advice.advice(state_of(report)).steps == ("router-restarted",)
    restarted = Step("router-restarted", "observed", "2026-11-22T21:00:00Z", 300, None, "stayed")
    later = from_json(to_json(report))
    done = Report(**{**vars(later), "steps": (restarted,)})
    assert advice.advice(state_of(done)).steps == (remedies.CALL,)
    assert advice.advice(state_of(report)._replace(step="router-restarted")).steps == (remedies.CALL,)
    text = Tree(main(state_of(done), live=True)).text
    assert "5 minutes before the check" in text
    assert "no need to do it again" in text


def test_questions_are_asked_only_where_they_separate() -> None:
    silent = report_of("line-down-silent")
    asked = advice.questions(silent, {})
    assert asked[0] == "line-lamp", "the test that decides comes first"
    assert "line-lamp" not in advice.questions(silent, {"line-lamp": "off"})
    assert not advice.questions(report_of("healthy"), {})
    assert not advice.questions(report_of("cable-out"), {})
    assert advice.questions(report_of("line-down"), {}) == ("first-socket",), "clears the home's own wiring"


def test_since_when_is_asked_where_a_picture_of_a_suspect_reads_it() -> None:
    """It separates nothing that was measured: it comes last, takes no other question's place, and is asked once."""
    two = case_report("session", "pppd's exit after a login without a verdict is no reject")
    asked = advice.questions(two, {})
    assert asked[-1] == advice.SINCE
    assert len(asked) == advice.MOST_QUESTIONS
    full = case_report("line", "a router that says Connected and Up on a dead line accuses nobody")
    asked = advice.questions(full, {})
    assert advice.SINCE not in asked
    assert len(asked) == advice.MOST_QUESTIONS
    given: dict[str, str] = {}
    while asked := advice.questions(full, given):
        assert len(asked) <= advice.MOST_QUESTIONS
        assert advice.SINCE not in asked[:-1]
        given[asked[0]] = "unknown"
    assert list(given)[-1] == advice.SINCE
    assert advice.SINCE not in advice.questions(two, {advice.SINCE: "unknown"})
    assert advice.SINCE not in advice.questions(report_of("line-down-silent"), {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_answered_stands_there_and_can_be_changed(language: str) -> None:
    report = report_of("line-down-silent")
    given = {"line-lamp": "blinking", "second-device": "unknown", "of-a-newer-version": "yes", "phones": "of-a-newer"}
    say = Speech(language).say
    html = main(state_of(report, language, answers=given), live=True)
    tree = sound(html)
    assert {i for i in tree.ids if i.startswith("d-")} >= {"d-line-lamp-blinking", "d-second-device-unknown"}
    assert tree.text.count(say("answered.change")) == 2
    assert {f"b-line-lamp-{v}" for v in (*QUESTIONS["line-lamp"], "unknown")} <= set(tree.ids)
    now = [
        dict(re.findall(r'([\w-]+)="([^"]*)"', b))["value"] for b in re.findall(r"<button[^>]*aria-current[^>]*>", html)
    ]
    assert now == ["blinking", "unknown"], "the answer of today is marked"
    file = sound(main(state_of(report, language, answers=given), live=False))
    assert say("value.line-lamp.blinking") in file.text
    assert say("answered.change") not in file.text
    assert say("answered") not in main(state_of(report, language), live=True)


def test_a_question_that_was_answered_in_vain_is_no_step() -> None:
    """Its test would only ask for the same look again."""
    silent = report_of("line-down-silent")
    assert silent.diagnosis.next_test is not None
    assert silent.diagnosis.next_test.key == "look-at-line-lamp"
    told = advice.advice(state_of(silent, answers={"line-lamp": "unknown"}))
    assert told.test is None
    assert told.steps == (remedies.CALL,)


def test_a_file_asks_nothing_and_says_to_call() -> None:
    state = state_of(report_of("line-down-silent"))
    assert not advice.advice(state).steps
    text = sound(main(state, live=False)).text
    assert Speech("en").fill("do.provider-called", provider="your provider").html.split("<")[0] in text
    assert Speech("en").say("turn.you") not in text


@pytest.mark.parametrize("name", sorted(questions.DRAWN))
def test_a_lamp_is_drawn_and_each_of_its_answers_has_a_shape(name: str) -> None:
    signs = [questions.LAMPS[value] for value in QUESTIONS[name]]
    assert len(set(signs)) == len(signs), "told apart without a colour"
    view = View(state_of(report_of("healthy"), answers={name: QUESTIONS[name][0]}), Speech("en"), live=True)
    shown = questions.answered(view)
    assert shown is not None
    assert drawing(name, "drawing").html in shown.html
    assert all(drawing(sign, "sign").html in shown.html for sign in signs)


@pytest.mark.parametrize("acts", ["isp", "infrastructure"])
def test_a_box_may_be_restarted_whoever_owns_it(acts: str) -> None:
    """Before the call, once; what else a customer could do to a router stays with its owner."""
    restarts = [code for code, steps in remedies.BY_FAULT.items() if remedies.RESTART in steps]
    assert {"router-hung", "router-cpu-overloaded", "router-dns-proxy-dead"} <= set(restarts)
    call = "line-called" if acts == "infrastructure" else remedies.CALL
    plain = json.loads(to_json(report_of("router-hung")))
    for code in restarts:
        plain["diagnosis"] |= {"fault": code, "acts": acts}
        state = state_of(from_json(json.dumps(plain).encode()))
        assert advice.advice(state) == advice.Advice("you", (remedies.RESTART, call)), code
        after = advice.advice(state._replace(step=remedies.RESTART))
        assert (after.turn, after.steps) == (advice.TURNS[acts], (call,))
    plain["diagnosis"]["fault"] = "router-filter-blocks"
    assert advice.advice(state_of(from_json(json.dumps(plain).encode()))).steps == (call,)


def test_a_window_says_to_restart_a_providers_router_and_then_to_call() -> None:
    report = report_of("router-hung")
    assert report.diagnosis.acts == "isp"
    restart = Speech("en").say("do.router-restarted")
    text = brief(report, "en")
    assert text.index(restart) < text.index("Call Lab Telecom")
    done = (Step("router-restarted", "observed", report.started, 300),)
    assert restart not in brief(Report(**{**vars(report), "steps": done}), "en")


@pytest.mark.parametrize("name", SCENARIOS)
def test_whose_turn_it_is_agrees_with_the_report(name: str) -> None:
    d = report_of(name).diagnosis
    turn = advice.advice(state_of(report_of(name))).turn
    if d.verdict == "healthy":
        assert turn == "nobody"
    elif d.verdict == "fault":
        restart = remedies.RESTART in remedies.BY_FAULT.get(str(d.fault), ())
        assert turn == ("you" if restart else advice.TURNS[str(d.acts)])
    else:
        assert turn in ("you", "provider")


# ------------------------------------------------------------------ the look


def test_the_style_knows_no_left_and_no_right() -> None:
    css = (PAGE / "page.css").read_text("utf-8")
    assert not re.search(
        r"\b(left|right)\b|(?<!-)\b(margin|padding|border)-(top|bottom)\b",
        re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL),
    )
    assert not re.search(r"url\(|@import", css)


def test_what_fills_a_sentence_stands_isolated() -> None:
    said = Speech("en").fill("saved", name="\u202eevil<b>", folder="home").html
    assert said == "Saved as <bdi>\u202eevil&lt;b&gt;</bdi> in the folder <bdi>home</bdi>."


def test_the_code_stands_where_the_next_step_needs_it() -> None:
    call = main(state_of(report_of("line-down")), live=True)
    assert call.index('class="card steps"') < call.index('class="code"') < call.index('class="card ask"')
    own = main(state_of(report_of("cable-out")), live=True)
    phrases = table("page", "PHRASES")
    assert phrases["code.later"] in own
    assert phrases["code.later"] not in call
