"""The page behind a picture, in a real browser, and the receipt: what anybody may see of a real desk."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cpe_agent import canonical
from cpe_agent.deliver.qr import frames
from cpe_agent.deliver.receipt import receipt_code
from cpe_agent.report import to_json, uuid7
from cpe_agent.words import LANGUAGES, right_to_left
from tests import browser
from tests.desk.serving import Serving
from tests.desk.test_ingest_protocol import post
from tests.reports import case_report
from tests.test_report import report_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

LOOK = os.environ.get("CPE_AGENT_LOOK")  # a folder for pictures of the pages
needs_browser = pytest.mark.skipif(browser.missing() is not None, reason=str(browser.missing()))
CLEARS = "internet: the provider's first router answers and nothing behind it"

OLDER = """for (const name of Object.keys(localStorage)) {
  const kept = JSON.parse(localStorage.getItem(name));
  kept.at -= 3600 * 1000 + 1;
  localStorage.setItem(name, JSON.stringify(kept));
}"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("desk")) as serving:
        yield serving


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser.chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


def fresh(**more: object) -> bytes:
    return canonical.dumps(json.loads(to_json(report_of())) | {"id": uuid7()} | more)


class Telephone:
    """A browser of its own whose every request is answered by the desk; ``heard``: what it complained about. While
    ``cut_off`` nothing is answered."""

    def __init__(self, chromium: Browser, desk: Serving, **options: Any) -> None:
        self.desk, self.heard, self.asked, self.cut_off = desk, [], [], False  # type: ignore[var-annotated]
        self.context: BrowserContext = chromium.new_context(viewport={"width": 390, "height": 760}, **options)
        self.context.route("**/*", self._answer)
        self._link = httpx.Client(trust_env=False)

    def scan(self, fragment: str, more: str = "") -> Page:
        """A picture was read by the camera: a page of its own opens."""
        page = self.context.new_page()
        page.on("console", lambda m: self.heard.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.heard.append(str(e)))
        page.goto(f"{self.desk.address}/q{more}{fragment}")
        return page

    def close(self) -> None:
        self.context.close()
        self._link.close()

    def _answer(self, route: Route) -> None:
        request = route.request
        self.asked.append((request.method, request.url))
        if not request.url.startswith(self.desk.address) or self.cut_off:
            route.abort()
            return
        headers = {k: v for k, v in request.all_headers().items() if not k.startswith(":")}
        answer = self._link.request(request.method, request.url, headers=headers, content=request.post_data)
        assert "set-cookie" not in answer.headers
        kept = {k: v for k, v in answer.headers.items() if k not in ("content-length", "transfer-encoding")}
        route.fulfill(status=answer.status_code, headers=kept, body=answer.content)


@pytest.fixture
def telephone(chromium: Browser, desk: Serving) -> Iterator[Telephone]:
    found = Telephone(chromium, desk)
    yield found
    found.close()


def fragments(raw: bytes, desk: Serving, *, full: bool = False) -> list[str]:
    return ["#" + f.text.partition("#")[2] for f in frames(raw, f"{desk.address}/q", full=full)]


def heading(page: Page) -> str:
    return page.locator("section:visible h1").inner_text()


def picture(page: Page, name: str) -> None:
    if LOOK:
        Path(LOOK).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{LOOK}/{name}.png", full_page=True)


# ------------------------------------------------------------------ /q


@needs_browser
def test_one_picture_is_sent_when_the_button_is_pressed(telephone: Telephone, desk: Serving) -> None:
    raw = fresh()
    (fragment,) = fragments(raw, desk)
    page = telephone.scan(fragment)
    assert heading(page) == "Send what the check found"
    assert page.evaluate("location.hash") == "", "it stays in no history"
    assert [method for method, _ in telephone.asked].count("POST") == 0
    assert all("#" not in url for _, url in telephone.asked)
    picture(page, "q-ready-en")
    page.get_by_role("button", name="Send it").click()
    page.wait_for_selector("[data-state=done]:visible")
    code = page.locator("#code").inner_text()
    assert post(desk.address, raw).plain["code"] == code, "the whole report takes the cut one's place and its code"
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert telephone.heard == []
    picture(page, "q-done-en")


@needs_browser
def test_several_pictures_open_a_page_each(telephone: Telephone, desk: Serving) -> None:
    raw = fresh(filler=os.urandom(1800).hex())
    texts = fragments(raw, desk, full=True)
    assert len(texts) >= 3
    first, *middle = (telephone.scan(text) for text in (texts[1], texts[0], *texts[2:-1]))
    page = [first, *middle][-1]
    assert page.locator("#have").inner_text() == f"Pictures received: {len(texts) - 1} of {len(texts)}"
    assert page.locator("#missing").inner_text() == f"Still missing: {len(texts)}"
    first.wait_for_function(f"document.getElementById('missing').textContent.endsWith(': {len(texts)}')")
    assert not page.locator("#send").is_visible()
    picture(page, "q-several-en")
    page = telephone.scan(texts[-1])
    assert page.locator("#missing").is_hidden()
    page.get_by_role("button", name="Send it").click()
    page.wait_for_selector("[data-state=done]:visible")
    assert post(desk.address, raw).plain["code"] == page.locator("#code").inner_text()
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert telephone.heard == []


@needs_browser
def test_what_is_an_hour_old_is_forgotten(telephone: Telephone, desk: Serving) -> None:
    texts = fragments(fresh(filler=os.urandom(1800).hex()), desk, full=True)
    page = telephone.scan(texts[0])
    page.evaluate(OLDER)
    page = telephone.scan(texts[1])
    assert page.locator("#have").inner_text() == f"Pictures received: 1 of {len(texts)}"
    telephone.scan("")
    assert page.evaluate("Object.keys(localStorage).length") == 1


@needs_browser
def test_no_answer_loses_nothing(telephone: Telephone, desk: Serving) -> None:
    (fragment,) = fragments(fresh(), desk)
    page = telephone.scan(fragment)
    telephone.cut_off = True
    page.get_by_role("button", name="Send it").click()
    page.wait_for_selector("[data-state=again]:visible")
    picture(page, "q-again-en")
    telephone.cut_off = False
    page.get_by_role("button", name="Send it").click()
    page.wait_for_selector("[data-state=done]:visible")


@needs_browser
@pytest.mark.parametrize(
    ("fragment", "state"),
    [
        ("", "none"), ("#2.AAAA", "scan"), ("#9.AAAA", "newer"), ("#<script>alert(1)</script>", "refused"),
        ("#2.abcdef.5of3.00000000.AAAA", "refused"), ("#2." + "A" * 5000, "refused"), ("#x", "refused"),
        ("#2.abcdef.1of1.00000000.AAAA", "scan"),
    ],
)  # fmt: skip
def test_what_is_no_picture(telephone: Telephone, fragment: str, state: str) -> None:
    page = telephone.scan(fragment)
    if page.locator("#send").is_visible():
        page.locator("#send").click()
    page.wait_for_selector(f"[data-state={state}]:visible")
    assert page.locator("section:visible").count() == 1
    assert [text for text in telephone.heard if "422" not in text] == []


@needs_browser
def test_without_script_it_asks_for_the_spoken_code(chromium: Browser, desk: Serving) -> None:
    telephone = Telephone(chromium, desk, java_script_enabled=False)
    page = telephone.scan("#2.AAAA")
    assert "Read the digits" in page.locator("noscript").inner_text()
    assert not page.locator("#send").is_visible()
    picture(page, "q-no-script-en")
    telephone.close()


@needs_browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language_and_from_one_to_another(chromium: Browser, desk: Serving, language: str) -> None:
    telephone = Telephone(chromium, desk, locale=language)
    raw = fresh()
    (fragment,) = fragments(raw, desk)
    page = telephone.scan(fragment)
    html = page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("dir")) == (
        language,
        "rtl" if right_to_left(language) else "ltr",
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"q-{language}")
    other = next(name for name in LANGUAGES if name != language)
    page.locator(f"nav a[lang={other}]").click()
    page.wait_for_selector(f"html[lang={other}]")
    page.locator("#send").click()
    page.wait_for_selector("[data-state=done]:visible")
    assert telephone.heard == []
    telephone.close()


@needs_browser
def test_the_pages_pass_axe(telephone: Telephone, desk: Serving) -> None:
    from axe_playwright_python.sync_playwright import Axe

    raw = fresh()
    post(desk.address, raw)
    found(desk, raw)
    # The policy keeps every foreign script out, axe's too: it looks at copies without the policy.
    plain = telephone.context.browser.new_context(bypass_csp=True)  # type: ignore[union-attr]
    plain.route("**/*", telephone._answer)
    for address in ("/q", f"/receipt/{receipt_code(raw)}", "/receipt/0000-0000-0000"):
        page = plain.new_page()
        page.goto(desk.address + address)
        assert Axe().run(page).response["violations"] == []
    plain.close()


def test_the_page_says_what_the_protocol_says(desk: Serving) -> None:
    answer = httpx.get(f"{desk.address}/q", trust_env=False)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


# ------------------------------------------------------------------ the receipt


def found(desk: Serving, raw: bytes, accept: str = "application/json") -> httpx.Response:
    """The answer about a stored report, as soon as the desk has read it."""
    for _ in range(100):
        answer = httpx.get(f"{desk.address}/receipt/{receipt_code(raw)}", headers={"Accept": accept}, trust_env=False)
        if answer.status_code != 404:
            break
        time.sleep(0.05)
    return answer


def clearing() -> bytes:
    """A report that clears the customer's side."""
    return canonical.dumps(json.loads(to_json(case_report(CLEARS))) | {"id": uuid7()})


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A desk of its own: its limits on guesses are used up here."""
    with Serving(tmp_path_factory.mktemp("desk")) as serving:
        yield serving


def test_a_receipt_says_what_the_report_says_and_no_more(patient: Serving) -> None:
    raw = clearing()
    post(patient.address, raw)
    answer = found(patient, raw)
    assert answer.status_code == 200
    assert answer.json() == {
        "code": receipt_code(raw), "started": json.loads(raw)["started"], "verdict": "fault",
        "fault": "isp-routing-blackhole", "owner": "isp-core", "cleared": True, "verified": False,
    }  # fmt: skip
    html = found(patient, raw, "text/html")
    assert "cleared" in html.text
    assert "set-cookie" not in html.headers
    typed = receipt_code(raw).replace("-", " ").lower().replace("0", "o").replace("1", "l")
    again = httpx.get(f"{patient.address}/receipt/{typed}", headers={"Accept": "application/json"}, trust_env=False)
    assert again.json() == answer.json()


def test_a_claim_of_the_report_clears_nobody(patient: Serving) -> None:
    """A healthy home's report that says of itself what a clearing one says."""
    claim = json.loads(clearing())["diagnosis"]
    raw = fresh(diagnosis=claim)
    post(patient.address, raw)
    answer = found(patient, raw).json()
    assert (answer["cleared"], answer["verdict"]) == (False, "healthy")


def test_what_is_not_there_is_answered_alike_and_guesses_are_limited(patient: Serving) -> None:
    bodies = set()
    for code in ("0000-0000-0000", "no-code-at-all", "%F0%9F%98%80", "4F7K-2Q9X", "x" * 500):
        answer = httpx.get(f"{patient.address}/receipt/{code}", headers={"Accept": "application/json"}, trust_env=False)
        assert answer.status_code == 404
        bodies.add((answer.text, answer.headers["content-type"]))
    assert bodies == {('{"reason":"no report with this receipt"}', "application/json")}
    statuses = [httpx.get(f"{patient.address}/receipt/0000-0000-000{n % 10}", trust_env=False) for n in range(30)]
    assert statuses[-1].status_code == 429
    assert int(statuses[-1].headers["retry-after"]) > 0
