"""A case's page in a real Chromium: it follows the run by itself, and nothing it is told becomes anything but text. The
browser reaches nothing: what it asks for is fetched for it from the desk on loopback. ``CPE_AGENT_DESK_SHOTS=FOLDER``
leaves pictures of the pages."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cpe_agent.desk.cases.store import Case
from cpe_agent.desk.people.roles import Role
from cpe_agent.report import uuid7
from tests.browser import chromium, missing
from tests.desk.cases_shown import Browsers, person, sent, tells
from tests.desk.conftest import Database
from tests.desk.people_home import Served, home_on, served
from tests.reports import case_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))
SHOTS = os.environ.get("CPE_AGENT_DESK_SHOTS")
LINE = "line: the router's DSL modem has no sync"
WIRING = "line: the line works at the first socket"
DEAD = "line: a dead line with a silent router is nobody's yet"
WELL = "healthy: a wired home where all is well"
BROKEN = '{"device": "ok", "home": "ok", "cpe": "ok", "access": "broken"}'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    with home_on(Database(tmp_path / "data", None)) as home, served(home) as server:
        yield server


@pytest.fixture
def client(desk: Served) -> Iterator[httpx.Client]:
    browsers = Browsers(desk)
    yield browsers(Role.SENIOR)
    browsers.close()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


class Shown:
    """A page whose every request is fetched from the desk as ``client``. ``events``: what the case's feed has, a block
    a connection: an answer from memory ends, so that the page comes back with the last id that it saw."""

    def __init__(self, browser: Browser, client: httpx.Client, **options: Any) -> None:
        self.client = client
        self._desk = str(client.base_url).rstrip("/")
        self.heard: list[str] = []
        self.events: list[str] = []
        self.asked: list[str] = []
        self.loaded: list[str] = []
        self.context = browser.new_context(**{"viewport": {"width": 1366, "height": 768}, **options})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(120_000)  # the page comes back at its own pace, and a full computer is slow
        self.context.route("**/*", self._answer)
        self.page.on("console", lambda m: self.heard.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))

    def open(self, path: str) -> Page:
        self.page.goto(f"{self._desk}{path}")
        return self.page

    def shoot(self, name: str, *, full: bool = True) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=full)

    def _answer(self, route: Route) -> None:
        request = route.request
        path = request.url.removeprefix(self._desk)
        if "/events?" in path:
            self.asked.append(path.rpartition("=")[2])
            told = "".join(self.events)
            self.events.clear()  # before: while the answer is given, the test goes on and adds more
            route.fulfill(content_type="text/event-stream", body=f"retry: 50\n\n{told}")
            return
        self.loaded.append(path)
        headers = {k: v for k, v in request.headers.items() if k in ("content-type", "accept", "sec-fetch-site")}
        got = self.client.request(request.method, path, content=request.post_data_buffer or b"", headers=headers)
        if got.is_redirect:  # an answer from memory is not followed: it is followed for the browser
            got = self.client.get(got.headers["location"])
        kept = {k: v for k, v in got.headers.items() if k not in ("content-length", "content-encoding")}
        route.fulfill(status=got.status_code, headers=kept, body=got.content)


@contextmanager
def shown(browser: Browser, client: httpx.Client, **options: Any) -> Iterator[Shown]:
    found = Shown(browser, client, **options)
    try:
        yield found
    finally:
        found.context.close()
    # A form that was not taken is told in the console too, by the browser itself.
    assert [words for words in found.heard if "status of 422" not in words] == []


def block(number: int, kind: str, data: str) -> str:
    return f"id: e-{number}\nevent: {kind}\ndata: {data}\n\n"


def states(page: Page) -> dict[str, str]:
    return {
        item.get_attribute("data-segment") or "": (item.get_attribute("class") or "").removeprefix("is-")
        for item in page.locator("[data-segment]").all()
    }


def opened(desk: Served, name: str = "") -> Case:
    return desk.desk.cases.open(person(desk, Role.SENIOR), desk.home.now, name=name)


def test_the_path_lights_up_as_the_run_goes_on(desk: Served, client: httpx.Client, real: Browser) -> None:
    case = opened(desk)
    with shown(real, client) as on:
        page = on.open(f"/cases/{case.code}")
        assert set(states(page).values()) == {"unknown"}
        evil = "<img src=x onerror=alert(1)>"
        on.events += [
            block(1, "started", '{"run": "r", "n": 1, "at": 0.0}'),
            block(2, "section", '{"run": "r", "n": 2, "at": 0.4, "section": "interfaces", "outcome": "measured"}'),
            block(3, "section", f'{{"run": "r", "n": 3, "at": 0.5, "section": "{evil}", "outcome": "denied"}}'),
            block(4, "segments", '{"run": "r", "n": 4, "at": 0.5, "segments": {"device": "ok", "home": "ok"}}'),
        ]
        page.wait_for_selector(".is-trying[data-segment=cpe]")
        assert states(page) == {
            "device": "ok", "home": "ok", "cpe": "trying", "access": "unknown", "account": "unknown",
            "isp-core": "unknown", "remote": "unknown",
        }  # fmt: skip
        steps = page.locator("[data-steps] li")
        assert steps.all_inner_texts() == ["network adapters measured", f"{evil} this user may not"]
        on.shoot("live-running", full=False)
        on.events += [
            block(5, "wish", '{"wish": "deep-test", "id": "w-1", "by": "Dana"}'),
            block(6, "segments", f'{{"run": "r", "n": 5, "at": 2, "segments": {BROKEN}}}'),
            block(7, "ended", '{"run": "r", "n": 6, "at": 3, "verdict": "fault", "fault": "x", "owner": "access"}'),
            block(8, "wish", '{"wish": "deep-test", "id": "w-1", "answer": "yes"}'),
        ]  # fmt: skip
        page.wait_for_selector("[data-wish] .is-yes")
        assert states(page)["access"] == "broken"
        assert "trying" not in states(page).values()
        assert (
            page.locator("[data-status]").inner_text()
            == "The run has ended: it names a fault. Its report stands below once it is sent."
        )
        assert page.locator("[data-wish]").inner_text() == "Deep test accepted"
        on.events.append(block(9, "started", '{"run": "other", "n": 1, "at": 0.0}'))
        page.wait_for_selector(".is-trying[data-segment=device]")
        assert page.locator("[data-steps] li").count() == 0, "another run begins anew"
        page.wait_for_function(
            "document.querySelector('[data-lost]').hidden === false"
        )  # it ended: an answer from memory
        assert len(on.asked) > 3, "it comes back by itself"
        assert on.asked[0] == desk.desk.feed.so_far(desk.home.one, case.code)[0], "from where the page was made"


def test_a_report_that_arrives_shows_by_itself_and_takes_no_words_away(
    desk: Served, client: httpx.Client, real: Browser
) -> None:
    case = opened(desk)
    with shown(real, client) as on:
        page = on.open(f"/cases/{case.code}")
        assert "No report has arrived" in page.content()
        code = sent(desk, case_report(LINE), case)
        on.events.append(block(1, "report", f'{{"id": "x", "code": "{code}", "cut": false, "verified": false}}'))
        page.wait_for_selector(f".cfinding a[href='/reports/{code}']")
        page.fill("[name=note]", "She says that")
        loads = len(on.loaded)
        on.events.append(block(2, "reload", "{}"))
        page.wait_for_selector("[data-news]:not([hidden])")
        assert page.input_value("[name=note]") == "She says that"
        assert len(on.loaded) == loads


def test_without_script_the_page_says_how_it_is_now(desk: Served, client: httpx.Client, real: Browser) -> None:
    case = opened(desk)
    tells(
        desk, case, uuid7(), {"kind": "started"}, {"kind": "segments", "segments": {"device": "ok", "home": "broken"}}
    )
    with shown(real, client, java_script_enabled=False) as on:
        page = on.open(f"/cases/{case.code}")
        assert (states(page)["device"], states(page)["home"]) == ("ok", "broken")
        assert "It is measuring now." in page.content()
        assert page.locator("#run a", has_text="Show what is new").count() >= 1
        assert page.locator("[data-news]").is_hidden()


def test_a_case_by_the_keyboard_alone(desk: Served, client: httpx.Client, real: Browser) -> None:
    """From the top of the page to a note in the ledger: Tab, letters, Enter."""
    case = opened(desk)
    with shown(real, client) as on:
        page = on.open(f"/cases/{case.code}")
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "note":
                break
        page.keyboard.type("Calls back at six")
        page.keyboard.press("Enter")
        page.wait_for_selector(".cledger .kind-note")
        assert "Calls back at six" in page.locator(".cledger").inner_text()


@pytest.mark.parametrize("language", ["en", "he"])
def test_every_page_of_a_case_holds_in_both_directions(
    desk: Served, client: httpx.Client, real: Browser, language: str
) -> None:
    """Pictures are left where somebody wants to look."""
    home, senior = desk.home, person(desk, Role.SENIOR)
    case = opened(desk, "Cohen, Haifa")
    for name in ("Levi", "רחל כהן", "Smith & Sons"):
        opened(desk, name)
    sent(desk, case_report(LINE), case)
    hand = [
        ("done:router-restarted", "observed", ""), ("said:first-socket=fails", "stated", ""),
        ("told:provider-repairs", "stated", ""), ("", "stated", "She is at home after six; the dog is loud."),
    ]  # fmt: skip
    for what, source, note in hand:
        client.post(f"/cases/{case.code}/ledger", data={"what": what, "source": source, "note": note})
    tells(
        desk, case, uuid7(), {"kind": "started"},
        *({"kind": "section", "section": s, "outcome": o} for s, o in (
            ("system", "measured"), ("interfaces", "measured"), ("wifi", "unsupported"), ("router", "measured"),
        )),
        {"kind": "segments", "segments": {"device": "ok", "home": "ok", "cpe": "ok"}},
    )  # fmt: skip
    desk.desk.wishes.ask(home.one, case.code, "check-again", "Dana")
    client.post("/language", data={"language": language, "back": "/"})
    with shown(real, client) as on:
        for name, path in (
            ("list", "/cases?show=all"), ("case", f"/cases/{case.code}"),
            ("hand-over", f"/cases/{case.code}/hand-over"),
        ):  # fmt: skip
            page = on.open(path)
            assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "he" else "ltr")
            on.shoot(f"{name}-{language}")
            _holds(page)
        page = on.open(f"/cases/{case.code}")
        page.select_option("#conclusion ~ form select", "lan-cable-unplugged")
        page.check("[name=technician]")
        page.locator("form[action$=conclusion] button").click()
        page.wait_for_selector(".cagainst")
        on.shoot(f"contradiction-{language}")
        _holds(page)
        page.fill("[name=reason]", "He holds the plug in his hand.")
        page.locator(".cagainst button").click()
        page.wait_for_selector(".kind-contradiction")
        on.open("/against-the-evidence")
        on.shoot(f"against-{language}")
        _figures(desk, senior.tenant)
        page = on.open("/outcomes")
        on.shoot(f"outcomes-{language}")
        _holds(page)


def _holds(page: Page) -> None:
    """Nothing runs out of the window sideways, and axe-core has nothing to say."""
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], page.url
    page.evaluate(_axe())
    # Contrast takes most of the time, and test_browser_pages.py has it for every page.
    rules = "{resultTypes: ['violations'], preload: false, rules: {'color-contrast': {enabled: false}}}"
    found = page.evaluate(f"axe.run(document, {rules})")
    told = [f"{v['id']}: {node['html'][:200]}" for v in found["violations"] for node in v["nodes"]]
    assert told == [], page.url


@cache
def _axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def _figures(desk: Served, tenant: int) -> None:
    from sqlalchemy import insert

    from cpe_agent.desk.records.tables import outcome

    rows = (
        ("access-no-sync", "right", "access-no-sync", 41), ("access-no-sync", "wrong", "home-line-wiring-fault", 3),
        ("access-no-sync", "wrong", None, 1), ("home-line-wiring-fault", "right", "home-line-wiring-fault", 9),
        ("home-line-wiring-fault", "wrong", "access-line-errors", 1), ("router-hung", "right", "router-hung", 2),
        ("isp-dns-down", "unclear", None, 1), (None, "unclear", "owner:home", 2), (None, "unclear", None, 1),
    )  # fmt: skip
    with desk.home.records.write() as connection:
        for named, judged, found, n in rows:
            for _ in range(n):
                row = {"tenant": tenant, "named": named, "judged": judged, "found": found, "at": desk.home.now}
                connection.execute(insert(outcome).values(row))


def test_a_page_is_found_by_its_title(desk: Served, client: httpx.Client, real: Browser) -> None:
    case = opened(desk)
    with shown(real, client) as on:
        assert re.match(f"{case.code[:4]} {case.code[4:]}", on.open(f"/cases/{case.code}").title())
