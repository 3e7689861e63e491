"""Every page of the desk in a real browser, on the desk of twenty examples: without a violation that axe-core knows,
magnified, on a phone's width, without script, by the keyboard alone, on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpe_agent.desk.cases.ledger import Kind, entered
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.people.roles import MAY, Person, Role
from tests.browser import missing
from tests.desk.room import PASSWORD, Room, room, too_wide

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))

CASE: list[str] = []
"""The code of a case with a ledger."""


def put_in(desk: Desk) -> None:
    with desk.records.read() as connection:
        from cpe_agent.desk.people import accounts

        sara = accounts.by_name(connection, "sara")
    assert sara is not None
    by = Person(sara.id, desk.nobody, "sara", Role.SENIOR, "en", MAY[Role.SENIOR])
    customer = desk.customers.known(by.tenant, number="771", telephone="054-000-0011", name="דנה לוי", language="he")
    case = desk.cases.open(by, desk.now() - 600, name="Levi, second floor", customer=customer, language="he")
    new = [entered(Kind.DONE, "router-restarted"), entered(Kind.NOTE, text="The dog is loud.")]
    desk.cases.add(case, by, desk.now() - 300, new)
    CASE[:] = [case.code]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with room(tmp_path_factory.mktemp("desk"), put_in, "--demo") as found:
        yield found


@pytest.fixture(scope="module")
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def reports(here: Room) -> list[str]:
    """The addresses of all twenty."""
    seen = here.see()
    seen.page.goto("/reports")
    found = seen.page.locator("td .code").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    seen.page.context.close()
    assert len(found) == 20
    return [str(address) for address in found]


def paths(reports: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Who looks at which pages: (name, path)."""
    a, b = (address.rpartition("/")[2] for address in reports[:2])
    case = f"/cases/{CASE[0]}"
    return {
        "sara": [
            ("home", "/"), ("reports", "/reports"), ("unverified", "/reports?verified=no"), ("card", reports[0]),
            ("card-verified", reports[7]), ("sheet", f"{reports[7]}/sheet"), ("compare", f"/compare?a={a}&b={b}"),
            ("compare-choose", "/compare"), ("cases", "/cases?show=all"), ("case", case),
            ("hand-over", f"{case}/hand-over"), ("against", "/against-the-evidence"), ("outcomes", "/outcomes"),
            ("customer", "/customers/1"), ("tickets", "/people/tickets"), ("account", "/account"),
            ("confirm", "/confirm"), ("absent", "/reports/0000-0000-0"),
        ],
        "anna": [("people", "/people"), ("tokens", "/people/tokens")],
        "omar": [("audit", "/audit")],
        "": [("login", "/login"), ("gone", "/welcome/nothing"), ("q", "/q"), ("get", f"/get/{CASE[0]}")],
    }  # fmt: skip


def complaints(heard: list[str]) -> list[str]:
    """That a page was not there is told in the console by the browser itself."""
    return [words for words in heard if "the server responded with a status of 4" not in words]


@pytest.mark.parametrize("language", ["en", "he"])
def test_every_page_is_for_everybody(here: Room, axe: str, reports: list[str], language: str) -> None:
    """axe-core's rules (every page in English, two in Hebrew);
    nothing beside the window at 1366, at 200 % (683) and at 320 pixels; no complaint."""
    wrong = []
    # Colours are the same in both, and measuring them takes most of the time.
    rules = {
        "resultTypes": ["violations"],
        "preload": False,
        "rules": {"color-contrast": {"enabled": language == "en"}},
    }
    for who, pages in paths(reports).items():
        seen = here.see(who or None, language)
        for name, path in pages:
            page = seen.page
            page.goto(path)
            assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
                language, "rtl" if language == "he" else "ltr"
            ]  # fmt: skip
            here.shot(page, f"{language}-{name}")
            for width in (1366, 683, 320):
                page.set_viewport_size({"width": width, "height": 768})
                if too_wide(page) > 0:
                    wrong.append(f"{name}: {too_wide(page)} too wide at {width}")
                    here.shot(page, f"{language}-{name}-{width}", full=True)
            page.set_viewport_size({"width": 1366, "height": 768})
            if language != "en" and name not in ("card", "case"):
                continue  # the same elements with other words in them
            page.evaluate("document.querySelectorAll('.part').forEach((part, i) => i > 1 && part.remove())")
            page.evaluate(axe)
            found = page.evaluate("options => axe.run(document, options)", rules)
            wrong += [f"{name}: {v['id']}: {n['html'][:120]}" for v in found["violations"] for n in v["nodes"]]
        wrong += complaints(seen.heard)
        seen.page.context.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "he"])
def test_every_example_fits_on_the_first_screen(here: Room, reports: list[str], language: str) -> None:
    """As it is served, with the desk's head above it and its customer's case beside it."""
    seen, too_long = here.see("sara", language), {}
    for number, address in enumerate(reports):
        seen.page.goto(address)
        here.shot(seen.page, f"{language}-example-{number}")
        bottom = seen.page.evaluate("document.querySelector('.dcard').getBoundingClientRect().bottom")
        if bottom > 768 or too_wide(seen.page) > 0:
            too_long[seen.page.title()] = bottom
    assert not too_long
    assert not seen.heard
    seen.page.context.close()


def test_from_the_box_to_the_way_out_by_the_keyboard(here: Room) -> None:
    """A report is found, attached to a case, the case gets an entry, and the person signs out: Tab, letters, Enter."""
    seen = here.see(None)
    page, press = seen.page, seen.page.keyboard.press

    def tab_to(selector: str) -> None:
        for _ in range(120):
            press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"where the focus is can be seen: {selector}"
                return
        raise AssertionError(f"Tab never comes to {selector} on {page.url}")

    def enter() -> None:
        with page.expect_navigation():
            press("Enter")

    page.goto("/login")
    page.locator("[name=name]:focus").wait_for()  # it has the focus by itself, with the first frame
    page.keyboard.type("sara")
    press("Tab")
    page.keyboard.type(PASSWORD)
    enter()
    page.locator(".find [type=search]:focus").wait_for()
    page.keyboard.type("Levi, sec")  # the beginning of a case's name
    enter()
    case = page.url.rpartition("/")[2]
    assert case == CASE[0]
    page.goto("/reports?verified=no")
    press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    tab_to("td .code")
    enter()
    report = page.url
    tab_to("[name=case]")
    page.keyboard.type(case)
    enter()
    assert page.url == report
    assert page.locator("[name=case]").count() == 0, "attached"
    tab_to(f"a[href='/cases/{case}']")
    enter()
    tab_to("[name=note]")
    page.keyboard.type("Calls back at six")
    enter()
    assert "Calls back at six" in page.locator(".cledger").inner_text()
    tab_to(".me summary")
    press("Enter")
    tab_to("form[action='/sign-out'] button")
    enter()
    assert page.url.endswith("/login")
    page.goto(report)
    assert "/login" in page.url
    assert not seen.heard
    page.context.close()


def test_without_script_everything_is_read_and_every_form_works(here: Room, reports: list[str]) -> None:
    seen = here.see("sara", java_script_enabled=False)
    page = seen.page

    def send(form: str, **fields: str) -> None:
        for name, value in fields.items():
            page.fill(f"{form} [name={name}]", value)
        with page.expect_navigation():
            page.locator(f"{form} button").first.click()

    for _, path in paths(reports)["sara"]:
        page.goto(path)
        assert len(page.locator("main").inner_text()) > 40, path
    send(".find", text="054-000-0011")
    assert "/customers/" in page.url
    assert "דנה לוי" not in page.content()
    send("form[action$=reveal]", reason="He asks who we have on record")
    assert "דנה לוי" in page.content()
    page.goto("/cases")
    send(".cnew", name="Without a script")
    case = page.url
    page.select_option("form[action$=ledger] [name=what]", "done:router-restarted")
    send("form[action$=ledger]", note="twice")
    assert "twice" in page.locator(".cledger").inner_text()
    send("form[action$=wish]")
    assert page.locator("[data-wish]").count() == 1
    page.select_option("form[action$=conclusion] [name=what]", index=1)
    send("form[action$=conclusion]")
    page.goto(f"{case}/hand-over")
    send("main form", sentence="Please call him at six.")
    page.goto(case)
    assert "Please call him at six." in page.locator(".cledger").inner_text()
    with page.expect_navigation():
        page.locator("form[action$=take] button").click()
    with page.expect_navigation():
        page.locator("form[action$=close] button").click()
    with page.expect_navigation():
        page.locator("form[action$=reopen] button").click()
    page.goto("/people/tickets")
    send("form[action='/people/tickets']", note="a home")
    assert page.locator("output").inner_text()
    page.goto("/reports?verified=no")
    page.locator("td .code").last.click()
    send("form[action$=attach]", case=case.rpartition("/")[2])
    page.locator("summary", has_text="Everything").or_(page.locator(".part summary")).first.click()
    page.goto(f"/compare?a={reports[3].rpartition('/')[2]}&b={reports[4].rpartition('/')[2]}")
    assert page.locator(".dsides").count() == 1
    page.locator(".me summary").click()
    page.locator(".menu button[lang=ar]").click()
    page.wait_for_selector("html[dir=rtl]")
    page.locator(".me summary").click()
    page.locator(".menu button[lang=en]").click()
    page.wait_for_selector("html[dir=ltr]")
    assert not complaints(seen.heard)
    page.context.close()


def test_nothing_moves_when_that_is_unwanted(here: Room, reports: list[str]) -> None:
    seen = here.see("sara", reduced_motion="reduce")
    moving = """[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
        return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0; }).length"""
    for _, path in paths(reports)["sara"]:
        seen.page.goto(path)
        assert seen.page.evaluate(moving) == 0, path
    seen.page.context.close()


@pytest.mark.parametrize("language", ["en", "he"])
def test_the_sheet_is_one_page_of_paper(here: Room, reports: list[str], language: str) -> None:
    seen = here.see("sara", language)
    for address in reports[:8]:
        seen.page.goto(f"{address}/sheet")
        paper = seen.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 1, address
    seen.page.context.close()
