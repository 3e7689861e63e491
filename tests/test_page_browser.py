"""The customer's page in a real browser: every verdict in every language, without a violation that axe-core knows; no
hostile text does anything; it works without script, by keyboard, on a narrow screen, magnified, and on paper."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from cpe_agent.deliver.cut import cut
from cpe_agent.deliver.qr_read import collect
from cpe_agent.deliver.receipt import cleared
from cpe_agent.page.document import document, main, title
from cpe_agent.page.state import PageState, Sending
from cpe_agent.report import to_json
from cpe_agent.words import LANGUAGES
from tests import zbar
from tests.browser import Shown, chromium, missing
from tests.page_reports import SCENARIOS, hostile_texts, report_of, state_of, with_text

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))

SHOTS = os.environ.get("CPE_AGENT_PAGE_SHOTS")  # a folder: pictures of every page, for looking
KEPT = Sending(
    "kept",
    "desk.isp.example",
    "2026-11-22T21:10:00Z",
    "2026-11-22T21:14:00Z",
    task="off",
    url="https://desk.isp.example",
)
ONE_OF_EACH_KIND = ("healthy", "cable-out", "line-down-silent", "core-down")
MEASURING = PageState(
    "en",
    "measuring",
    {"device": "ok", "home": "ok", "cpe": "unknown"},
    trying=("gateway", "reach"),
    measured=("system",),
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture(scope="module")
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def page_of(state: PageState, *, live: bool = True) -> str:
    return document(state, live=live, nonce="bm9uY2U")


def violations(page: Page, axe: str, *, only: str | None = None, without: str | None = None) -> list[str]:
    """What axe-core finds, as lines that say where; ``only`` and ``without`` are one of its rules. Of the thousand rows
    of the report, all alike, the first two parts stay: axe-core takes five seconds for the rest."""
    page.evaluate("document.querySelectorAll('.part').forEach((part, i) => i > 1 && part.remove())")
    page.evaluate(axe)
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if only:
        options["runOnly"] = {"type": "rule", "values": [only]}
    if without:
        options["rules"] = {without: {"enabled": False}}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [f"{v['id']}: {v['help']}: {n['html'][:120]}" for v in found["violations"] for n in v["nodes"]]


def picture(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def too_wide(page: Page) -> int:
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_in_every_language(browser: Browser, axe: str, language: str) -> None:
    """Wide and at 320 pixels (as 1280 magnified four times): the verdict, no violation, nothing beyond the edge."""
    shown = Shown(browser)
    for name in SCENARIOS:
        report = report_of(name)
        page = shown.show(page_of(state_of(report, language, sending=KEPT)))
        assert page.evaluate("[document.documentElement.lang, getComputedStyle(document.body).direction]") == [
            language, "rtl" if language in ("he", "ar") else "ltr"
        ]  # fmt: skip
        assert page.locator("h1").inner_text().replace("\n", " ") in page.title()
        assert re.sub(r"\s", "", page.locator(".code").inner_text()) == report.spoken_code.replace(" ", "")
        assert page.locator(".station").count() == 7
        assert page.locator(".receipt").count() == int(cleared(report))
        picture(page, f"{language}-{name}")
        # The parts of the page are the same in every language, and axe-core takes a second for each.
        if language == "en" or name in ONE_OF_EACH_KIND:
            assert not violations(page, axe, without=None if language == "en" else "color-contrast"), name
        page.set_viewport_size({"width": 320, "height": 640})
        assert too_wide(page) <= 0, name
        picture(page, f"{language}-{name}-narrow")
        page.set_viewport_size({"width": 1280, "height": 800})
    shown.close()
    assert not shown.heard


def test_his_turn_is_as_calm_as_anybody_elses(browser: Browser) -> None:
    look = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    shown = Shown(browser)
    looks = set()
    for name in ("cable-out", "line-down-silent", "line-down", "healthy"):
        tile = shown.show(page_of(state_of(report_of(name)))).locator(".turn > div").last
        looks.add(tuple(tile.evaluate(look)))
    assert len(looks) == 1
    shown.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_verdict_leaves_no_gap_beside_it(browser: Browser, language: str) -> None:
    shown = Shown(browser)
    page = shown.show(page_of(state_of(report_of("healthy"), language)))
    ends = page.evaluate("[...document.querySelectorAll('.verdict, .hand')].map(e => e.getBoundingClientRect().bottom)")
    assert len(ends) == 2
    assert abs(ends[0] - ends[1]) < 1
    shown.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_answer_can_be_changed(browser: Browser, script: bool) -> None:
    """The question is folded away beside its answer, in reach of the keyboard and without script; with another answer
    it is folded again."""
    state = state_of(report_of("line-down-silent"), answers={"line-lamp": "off", "phones": "unknown"})
    shown = Shown(browser, java_script_enabled=script)
    page = shown.show(page_of(state))
    other = page.locator("#b-line-lamp-steady")
    assert other.is_hidden()
    page.locator("#d-line-lamp-off > summary").focus()
    page.keyboard.press("Enter")
    assert other.is_visible()
    assert too_wide(page) <= 0
    other.click()
    if script:
        shown.states = [event(state._replace(answers={"line-lamp": "steady", "phones": "unknown"}))]
        page.wait_for_selector("#d-line-lamp-steady:not([open])")
    assert shown.posted[0][1] == "do=answer&question=line-lamp&value=steady"
    shown.close()


@pytest.mark.parametrize(
    "look",
    [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}, {"forced_colors": "active", "color_scheme": "dark"}],
    ids=["light", "dark", "forced", "forced-dark"],
)  # fmt: skip
def test_every_kind_of_page_in_every_light(browser: Browser, axe: str, look: dict[str, Any]) -> None:
    silent, line, well = report_of("line-down-silent"), report_of("line-down"), report_of("healthy")
    states = {
        "measuring": MEASURING,
        "again": MEASURING._replace(phase="again", report=line, step="router-restarted"),
        "asked": state_of(silent, sending=Sending("offered", "desk.isp.example"), wish="deep-test", watched=True),
        "answered": state_of(silent, answers={"router-lamps": "on", "los-lamp": "red", "phones": "unknown"}),
        "changed": state_of(
            well, earlier=(line,), saved=Path("Downloads/report.json"), sending=KEPT._replace(state="sent")
        ),
        "cleared": state_of(report_of("core-down"), trouble="not-saved"),
        "typed": state_of(line, case_unread=True),
        "ended": state_of(line)._replace(phase="ended"),
        "nothing": PageState("en", "done", {}, trouble="not-measured"),
    }
    shown = Shown(browser, reduced_motion="reduce", **look)
    for name, state in states.items():
        for live in (True,) if look else (True, False):
            page = shown.show(page_of(state._replace(language="en" if live else "he"), live=live))
            picture(page, f"{name}-{'-'.join(look.values()) or 'light'}-{'live' if live else 'file'}")
            page.evaluate("document.querySelectorAll('details').forEach((d, i) => d.open = i < 5)")
            assert not violations(page, axe, only="color-contrast" if look else None), (name, live)
    shown.close()
    assert not shown.heard


def test_hostile_text_does_nothing(browser: Browser) -> None:
    """Its text is its text; nothing runs, nothing is asked for, the policy has nothing to complain of."""
    shown = Shown(browser, viewport={"width": 320, "height": 640})
    for number, text in enumerate(hostile_texts()):
        page = shown.show(page_of(with_text(text), live=number % 2 == 0))
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert text in page.evaluate("document.body.textContent"), text[:80]
        assert too_wide(page) <= 0, text[:80]
        strange = "script:not([nonce]), style:not([nonce]), img, iframe, math, object, embed, [onload], [onerror]"
        assert page.locator(strange).count() == 0
    assert page.evaluate(
        "[...document.querySelectorAll('bdi')].every(b => getComputedStyle(b).unicodeBidi === 'isolate')"
    )
    shown.close()
    assert not shown.heard


def test_without_script_every_button_is_a_form(browser: Browser) -> None:
    shown = Shown(browser, java_script_enabled=False)
    page = shown.show(
        page_of(
            state_of(
                report_of("line-down-silent"), sending=Sending("offered", "desk.example", url="https://desk.example")
            )
        )
    )
    page.get_by_role("button", name="It is off").click()
    page.get_by_role("button", name="Send it now").click()
    page.get_by_role("button", name="עברית").click()
    assert [body for _, body in shown.posted] == [
        "do=answer&question=line-lamp&value=off", "do=send", "do=language&lang=he"
    ]  # fmt: skip
    assert shown.loaded == 4, "each is answered by the page again"
    assert page.locator(".by-script").first.is_hidden(), "what only a script could do is not offered"
    shown.show(page_of(MEASURING))
    with page.expect_navigation(timeout=10_000):
        pass  # the page looks again by itself
    shown.close()


def test_the_pictures_for_the_camera_are_paged_without_script(browser: Browser) -> None:
    shown = Shown(browser, java_script_enabled=False)
    state = with_text("".join(chr(0x4E00 + i * 7919 % 20000) for i in range(800)))
    page = shown.show(page_of(state._replace(sending=KEPT)))
    page.locator("#d-camera > summary").click()
    pictures = page.locator(".qr")
    assert pictures.count() > 1
    assert [pictures.nth(i).is_visible() for i in range(2)] == [True, False]
    page.locator("#qr-2").check()
    assert [pictures.nth(i).is_visible() for i in range(2)] == [False, True]
    shown.close()


def event(state: PageState) -> str:
    return json.dumps({"html": main(state, live=True), "title": title(state), "phase": state.phase})


def test_what_the_program_publishes_is_shown_in_place(browser: Browser) -> None:
    done = state_of(report_of("line-down-silent"))
    shown = Shown(browser)
    shown.states = [event(MEASURING), event(done)]
    page = shown.show(page_of(MEASURING._replace(trying=())))
    page.wait_for_selector(".ask")
    assert page.title() == title(done)
    assert page.locator("#said").inner_text() == page.locator("h1").inner_text()
    page.locator("#d-why > summary").click()
    page.locator("#b-line-lamp-off").focus()
    shown.states = [event(done._replace(watched=True))]
    page.wait_for_selector(".watched")
    assert page.evaluate("document.activeElement.id") == "b-line-lamp-off"
    assert page.evaluate("document.getElementById('d-why').open")
    shown.states = [event(state_of(report_of("healthy")))]
    page.wait_for_selector(".tone-ok")
    assert page.evaluate("document.activeElement.tagName") == "H1", "what had the focus is gone: the verdict has it"
    assert page.get_by_role("status").inner_text() == "Your connection works"
    shown.close()


def test_a_button_is_posted_by_the_script(browser: Browser) -> None:
    shown = Shown(browser)
    page = shown.show(page_of(state_of(report_of("line-down-silent"))))
    page.locator("#b-line-lamp-blinking").click()
    page.wait_for_selector("#b-line-lamp-blinking:not([disabled])")
    headers, body = shown.posted[0]
    assert headers["x-requested-with"] == "cpe-agent"
    assert body == "do=answer&question=line-lamp&value=blinking"
    assert shown.loaded == 1
    page.evaluate("window.print = () => { window.printed = true; }")
    page.locator("#b-print").click()
    assert page.evaluate("window.printed")
    shown.close()
    assert not shown.heard


def test_what_is_being_typed_survives_what_the_program_publishes(browser: Browser) -> None:
    state = state_of(report_of("line-down"))
    shown = Shown(browser)
    page = shown.show(page_of(state))
    page.locator("#d-case > summary").click()
    page.locator("#case-code").press_sequentially("4f7k")
    shown.states = [event(state._replace(watched=True))]
    page.wait_for_selector(".watched")
    page.keyboard.type("2q9y")
    page.keyboard.press("Enter")
    page.wait_for_selector("#b-case:not([disabled])")
    assert shown.posted[0][1] == "do=case&code=4f7k2q9y"
    shown.states = [event(state._replace(case_unread=True))]
    page.wait_for_selector("#case-unread")
    assert page.evaluate("document.activeElement.id") == "case-code"
    shown.states = [event(state._replace(case="4F7K2Q9X"))]
    page.get_by_text("4F7K 2Q9X").wait_for()
    assert not page.locator("#case-code").count()
    shown.close()
    assert not shown.heard


def test_after_the_end_nothing_can_be_pressed(browser: Browser) -> None:
    state = state_of(report_of("line-down"))
    shown = Shown(browser)
    page = shown.show(page_of(state))
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    shown.states = [event(state._replace(phase="ended"))]
    page.get_by_text("The program has ended").wait_for()
    assert page.evaluate("scrollY") == 0
    assert not page.locator("form button:enabled").count()
    shown.close()


def test_a_change_of_language_turns_the_page_around(browser: Browser) -> None:
    shown = Shown(browser)
    state = state_of(report_of("healthy"))
    page = shown.show(page_of(state))
    shown._html = page_of(state._replace(language="he"))
    shown.states = [event(state._replace(language="he"))]
    page.wait_for_selector("html[dir=rtl]")
    shown.close()


def test_a_program_that_is_gone_is_said_and_what_stands_stays(browser: Browser) -> None:
    shown = Shown(browser)
    page = shown.show(page_of(state_of(report_of("line-down"))))
    assert page.locator("#gone").is_hidden()
    for asked in ("**/do", "**/events"):
        shown.context.route(asked, lambda route: route.abort())
    page.locator("#b-again").click()
    page.wait_for_selector("#gone:not([hidden])")
    assert page.locator(".code").is_visible()
    shown.close()


def test_the_keyboard_reaches_everything_in_order(browser: Browser) -> None:
    shown = Shown(browser)
    page = shown.show(
        page_of(
            state_of(
                report_of("line-down-silent"), sending=Sending("offered", "desk.example", url="https://desk.example")
            )
        )
    )
    wanted: list[str] = page.evaluate(
        "[...document.querySelectorAll('a[href], button, summary, input:not([type=hidden])')]"
        ".filter(e => e.checkVisibility()).map((e, i) => { e.dataset.n = i; return String(i); })"
    )
    reached = []
    for _ in wanted:
        page.keyboard.press("Tab")
        number, outline = page.evaluate(
            "[document.activeElement.dataset.n, getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outline == "solid", "where the focus is can be seen"
        reached.append(number)
    assert reached == wanted
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.n || ''") in ("", "0"), "no trap"
    shown.close()


def test_every_text_is_large_enough_and_nothing_moves_when_unwanted(browser: Browser) -> None:
    shown = Shown(browser, reduced_motion="reduce")
    small = """[...document.querySelectorAll('body *')].filter(e => !e.closest('svg')
        && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
        && parseFloat(getComputedStyle(e).fontSize) < 16)
        .map(e => e.outerHTML.slice(0, 80))"""
    for state in (MEASURING, state_of(report_of("line-down"), sending=KEPT), state_of(report_of("line-down-silent"))):
        for width in (1280, 320):
            page = shown.show(page_of(state))
            page.set_viewport_size({"width": width, "height": 640})
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert page.evaluate(small) == []
    page = shown.show(page_of(MEASURING))
    moving = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).animationName !== 'none').length"
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0, "the measure above can fail"
    shown.close()


@pytest.mark.parametrize("live", [True, False], ids=["live", "file"])
def test_it_fits_on_one_page_of_paper(browser: Browser, live: bool) -> None:
    shown = Shown(browser)
    for name in SCENARIOS:
        for language in ("en", "he") if name in ("line-down", "core-down", "cable-out") else ("en",):
            page = shown.show(page_of(state_of(report_of(name), language, sending=KEPT), live=live))
            paper = page.pdf(format="A4")
            assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, (name, language)
            page.emulate_media(media="print")
            picture(page, f"{language}-{name}-paper-{'live' if live else 'file'}")
            if cleared(report_of(name)):
                assert page.locator(".receipt-code").is_visible()
                assert page.locator(".paper-qr svg").is_visible()
                assert page.locator(".steps").is_hidden()
            page.emulate_media(media="null")
    shown.close()


@pytest.mark.skipif(zbar.PROGRAM is None, reason="zbarimg (Debian: zbar-tools) reads the picture")
@pytest.mark.parametrize("scale", [1, 2])
def test_a_scanner_reads_the_picture_off_the_screen(browser: Browser, scale: int, tmp_path: Path) -> None:
    report = report_of("line-down")
    shown = Shown(browser, device_scale_factor=scale)
    page = shown.show(page_of(state_of(report, sending=KEPT)))
    page.locator("#d-camera summary").click()
    page.locator(".qr").first.screenshot(path=tmp_path / "screen.png")
    read = zbar.read(Image.open(tmp_path / "screen.png"), tmp_path)
    assert read.startswith("https://desk.isp.example/q#")
    assert collect([read]) == cut(to_json(report))
    shown.close()
