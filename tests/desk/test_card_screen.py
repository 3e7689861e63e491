"""The card in a real browser: everything that a call needs on the first screen, in every language; nothing hostile does
anything; readable by machine and on one page of paper."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cpe_agent.codec import to_plain
from cpe_agent.deliver.cut import cut
from cpe_agent.desk.card.compared import comparison
from cpe_agent.desk.card.records import Card
from cpe_agent.desk.card.sheet import sheets
from cpe_agent.desk.card.visible import visible
from cpe_agent.report import Evidence, Report, from_json, to_json
from cpe_agent.words import LANGUAGES
from tests.browser import chromium, missing
from tests.desk.cards import BUSY, CSS, came, card_of, entry, gallery, page_of, shown
from tests.page_reports import hostile_texts, report_of
from tests.test_page_browser import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Route

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))

WIDTH, HEIGHT = 1366, 768
HERE = "http://127.0.0.1:9/reports/4F7K-2Q9X-5"
SHOTS = os.environ.get("CPE_AGENT_CARD_SHOTS")  # a folder: a picture of every card, for looking
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
)


class Screen:
    """A page of a desk, served from memory. ``heard``: its complaints, dialogs and what it asked for besides."""

    def __init__(self, browser: Browser) -> None:
        self.heard: list[str] = []
        self._html = ""
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        self.page: Page = context.new_page()
        context.route("**/*", self._answer)
        self.page.on("console", lambda m: self.heard.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.heard.append(str(e)))
        self.page.on("dialog", self._dialog)

    def show(self, html: str) -> Page:
        self._html = html
        self.page.goto(HERE)
        return self.page

    def _dialog(self, dialog: Dialog) -> None:
        self.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _answer(self, route: Route) -> None:
        url = route.request.url
        if url == HERE:
            headers = {"content-security-policy": POLICY, "content-type": "text/html; charset=utf-8"}
            route.fulfill(body=self._html, headers=headers)
        elif url.endswith("/assets/desk.css"):
            route.fulfill(body=CSS, content_type="text/css")
        elif url.endswith("/assets/desk.js"):
            route.fulfill(body="", content_type="text/javascript")
        else:
            self.heard.append(f"asked for {url}")
            route.fulfill(status=404)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture
def screen(browser: Browser) -> Iterator[Screen]:
    found = Screen(browser)
    yield found
    found.page.context.close()


@pytest.fixture(scope="module")
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def measured(screen: Screen, card: Card) -> tuple[float, float]:
    """Where the card's first part ends, and how wide the page is."""
    page = screen.show(page_of(card._replace(sections=card.sections[:2], raw=card.raw[:2000])))
    bottom, wide = page.evaluate(
        "[document.querySelector('.dcard').getBoundingClientRect().bottom, document.documentElement.scrollWidth]"
    )
    return bottom, wide


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_needs_no_scrolling(screen: Screen, language: str) -> None:
    too_long = {}
    for name, card in gallery(language).items():
        bottom, wide = measured(screen, card)
        if SHOTS:
            screen.page.screenshot(path=f"{SHOTS}/{name.replace(' ', '-')}-{language}.png")
        if bottom > HEIGHT or wide > WIDTH:
            too_long[name] = (bottom, wide)
    assert not too_long
    assert not screen.heard


def test_the_measure_finds_a_card_that_is_too_long(screen: Screen) -> None:
    card = card_of(report_of("line-down"))
    assert measured(screen, card._replace(means="A long explanation. " * 150))[0] > HEIGHT


def test_what_the_ten_seconds_need_stands_where_the_eye_falls(screen: Screen) -> None:
    """Verdict, owner and technician side by side at the top; what to say and what to do below them, all in words."""
    page = screen.show(page_of(card_of(report_of("line-down"))))
    top = [page.locator(f".{name}").bounding_box() for name in ("dverdict", "dwhose", "ddispatch")]
    assert len({round(box["y"]) for box in top if box}) == 1
    for name in ("dsay", "dnext", "dwhy", "dcounter", "dledger"):
        box = page.locator(f".{name}").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < HEIGHT
    assert page.locator(".dpath .is-broken .state").inner_text().strip() == "broken"
    assert page.locator(".dpath li svg.mark").count() == 7, "a state is a shape as well"


@pytest.mark.parametrize("language", ["en", "he"])
def test_a_right_to_left_card_is_mirrored(screen: Screen, language: str) -> None:
    page = screen.show(page_of(card_of(report_of("line-down"), language)))
    verdict, sent = (page.locator(f".{name}").bounding_box() for name in ("dverdict", "ddispatch"))
    assert verdict is not None
    assert sent is not None
    assert (verdict["x"] < sent["x"]) is (language == "en")


def test_what_is_said_has_its_own_language_and_direction(screen: Screen) -> None:
    page = screen.show(page_of(card_of(report_of("line-down"), "en", say_in="he")))
    said = page.locator(".dsay [lang=he][dir=rtl]")
    assert re.search(r"[א-ת]", said.inner_text())
    assert page.locator(".dsay .switch a").count() == len(LANGUAGES)


HOSTILE = (
    *hostile_texts(),
    "Sami\u202egnorw",
    "Wi\u200bFi",
    "line\nbreak\ttab\x07bell",
    "\u3164",
    "W" * 500,
    "شبكة " * 40,
)


def poisoned(report: Report, text: str) -> Report:
    """The text in every place of a cut report that a client may fill; as sections that no version of ours has, too."""
    d = report.diagnosis
    findings = tuple(
        f._replace(evidence=(Evidence("router.last_error", text), Evidence(text, text), Evidence("said.x={0}", text),
                             Evidence(f"said.{text}=a", True), Evidence("router.uptime_s", 10**400)))
        for f in d.findings
    )  # fmt: skip
    sections = dict(report.sections)
    for name in list(sections)[:3]:
        sections[name] = sections[name]._replace(reason=text)
    return replace(
        report,
        case=text, complaint=text, profile=text, spoken_code=text, sections=sections,
        client=report.client._replace(version=text, platform=text),
        steps=tuple(s._replace(step=text, when=text) for s in report.steps),
        diagnosis=d._replace(findings=findings, segments={**d.segments, "home": text}),
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_text(screen: Screen, text: str) -> None:
    report = poisoned(from_json(cut(to_json(report_of("login-rejected")))), text)
    entries = (entry("done", text=text), entry("said", "phones", text), entry("done", text))
    data = json.dumps(to_plain(report)).encode()
    arrived = came(report, kept=text)
    card = card_of(report, data=data, arrived=arrived, entries=[e._replace(by=text) for e in entries])
    bottom, wide = measured(screen, card)
    assert not screen.heard
    assert wide <= WIDTH
    assert bottom <= HEIGHT
    told = screen.page.evaluate("document.body.textContent")
    for line in visible(text, 40).split("…")[0].splitlines():
        assert line in told
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e\u3164]", told)
    screen.show(shown("card_sheet.html", "en", sheets=sheets([card])))
    screen.show(shown("card_compare.html", "he", compared=comparison(report, report_of("healthy"), "he")))
    assert not screen.heard


@pytest.mark.parametrize("language", ["en", "he"])
def test_axe_finds_nothing(screen: Screen, axe: str, language: str) -> None:
    cards = gallery(language)
    found = []
    for name in ("line-down, much on record", "healthy", "line-down-silent"):
        card = cards[name]
        found += violations(screen.show(page_of(card._replace(sections=card.sections[:2], raw=card.raw[:2000]))), axe)
    compared = comparison(report_of("line-down"), report_of("healthy"), language)
    found += violations(screen.show(shown("card_compare.html", language, compared=compared)), axe)
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_is_one_page_of_paper_without_a_person_in_it(screen: Screen, language: str) -> None:
    english = gallery("en")
    for name in ("line-down, much on record", "unverified and old", "code, a digit wrong", "line-down-silent"):
        card = gallery(language)[name]
        papers = sheets([card, english[name]])
        assert [paper.language for paper in papers] == (["en"] if language == "en" else ["en", language])
        page = screen.show(shown("card_sheet.html", language, sheets=papers))
        told = page.locator("main").inner_text()
        assert "Dana" not in told
        assert "cupboard" not in told
        assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True))) == 1, name


def test_the_sheet_holds_the_proof(screen: Screen) -> None:
    card = card_of(report_of("line-down"), entries=BUSY)
    told = screen.show(shown("card_sheet.html", "en", sheets=sheets([card]))).locator("main").inner_text()
    about = {row.label: row.value for row in card.about}
    for wanted in ("Proven working up to: the router.", "First broken: the access line.", "router.physical_link: down",
                   about["Receipt"], about["Report number"], "recorded by the support desk"):  # fmt: skip
        assert wanted in told


def test_two_reports_are_compared_in_words_first(screen: Screen) -> None:
    found = comparison(report_of("line-down"), report_of("healthy"), "en")
    page = screen.show(shown("card_compare.html", "en", compared=found))
    assert page.locator("h1").inner_text() == "It works now."
    assert found.words[0] == "Line works again."
    assert "No longer found: The line has no signal" in found.words
    assert ("The router reports no signal on its line.", "The router reports a signal on its line.") in found.facts[:4]
    same: Any = comparison(report_of("healthy"), report_of("healthy"), "he")
    assert not same.words
    assert not same.facts
    assert not same.values
