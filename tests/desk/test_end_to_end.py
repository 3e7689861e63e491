"""The whole of it: a home breaks, the customer's program measures, and the code that he reads out shows the
representative what is broken; the line returns, the report goes out, and the same code shows the proof. And a run that
a representative watches, and asks for once more. All of it seen in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cpe_agent.words import fault_text
from tests import browser
from tests.desk.lab_desk import LabDesk, lab_desk
from tests.lab import faults, faults_far
from tests.lab.home import Home
from tests.lab.needs import missing
from tests.test_page_whole import page_of

LACKING = missing() or browser.missing()

pytestmark = [pytest.mark.lab, pytest.mark.skipif(LACKING is not None, reason=str(LACKING))]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabDesk]:
    with lab_desk(tmp_path_factory.mktemp("desk")) as found:
        yield found
        assert not found.heard


def cable_in(home: Home) -> None:
    home.rooms["router"].shell("ip link set lan1 up")
    home.rooms["router"].wait_for_carrier("lan1")


@pytest.mark.parametrize(
    ("breaks", "mends", "fault", "owner"),
    [
        (faults_far.line_down, faults_far.line_up, "access-no-sync", "Lab Infrastructure"),
        (faults.cable_out, cable_in, "lan-cable-unplugged", "home"),
    ],
    ids=["line-down", "cable-out"],
)
def test_a_dead_line_s_code_then_its_report(
    desk: LabDesk, breaks: Callable[[Home], None], mends: Callable[[Home], None], fault: str, owner: str
) -> None:
    breaks(desk.home)
    report, said = desk.checked()
    assert "kept on this computer" in said
    code = report["spoken_code"]

    desk.find(code)
    assert re.fullmatch(r".*/code/\d{15}", desk.page.url)
    assert desk.fault() == fault
    assert "Code only" in desk.page.locator(".dstrip").inner_text()
    desk.shot(f"whole-{fault}-code")

    mends(desk.home)
    sent = desk.client("send", later="+40m")
    assert sent.status == 0, sent

    here = desk.page
    for _ in range(60):  # what has arrived is found by its code when it has been judged, a moment later
        desk.find(code)
        if here.locator(".dmay").count():
            break
        here.wait_for_timeout(250)
    assert desk.fault() == fault
    desk.shot(f"whole-{fault}-found")
    here.locator(".dmay a").click()
    here.wait_for_selector("#about")
    assert desk.fault() == fault
    assert "Verified" in here.locator(".dstrip").inner_text()
    assert owner.lower() in here.locator(".dwhose").inner_text().lower()
    assert "waited 40 minutes on the customer's computer" in here.locator(".dnotice.is-kept").inner_text()
    assert report["id"] in here.locator("#about").inner_text()
    desk.shot(f"whole-{fault}-report")


def test_a_case_follows_its_run_and_asks_for_another(desk: LabDesk, tmp_path: Path) -> None:
    here = desk.open("/cases")
    here.fill("[name=name]", "Cohen, Haifa")
    here.click(".cnew button")
    here.wait_for_selector(".crun")
    code = here.url.rpartition("/")[2]
    assert here.locator("[data-segment].is-unknown").count() == 7

    home = desk.home
    with (
        page_of(home, "en", "root", "--case", code) as address,
        browser.another(desk.browser, tmp_path, home.computer.enter()) as at_home,
    ):
        customer = at_home.new_page()
        customer.goto(address)
        here.wait_for_selector("[data-segment=device].is-ok")
        here.locator("[data-status]", has_text="The run has ended").wait_for(timeout=60_000)
        customer.locator("#b-send").click()
        here.wait_for_selector(".cfinding a", timeout=60_000)
        first = here.locator(".cfinding a").get_attribute("href")
        desk.shot("whole-live-first")

        faults_far.resolver_rewriting(home)
        here.click("button[value=check-again]")
        customer.locator("#b-wish-yes").click(timeout=60_000)
        here.wait_for_selector("[data-wish] .is-yes", timeout=60_000)
        here.wait_for_selector(f".cfinding a:not([href='{first}'])", timeout=60_000)
        assert here.locator(".cfinding").inner_text() == fault_text("isp-dns-rewriting", "en").title
        desk.shot("whole-live-second")


def test_a_run_on_the_command_line_is_seen_step_by_step(desk: LabDesk) -> None:
    here = desk.open("/cases")
    here.click(".cnew button")
    here.wait_for_selector(".crun")
    code = here.url.rpartition("/")[2]
    with ThreadPoolExecutor(1) as aside:
        running = aside.submit(desk.checked, "--case", code, "--deep", "--budget", "6")
        going_on = "#run:has([data-segment].is-trying):has([data-steps] li:nth-child(4))"
        here.wait_for_selector(going_on, timeout=60_000)
        desk.shot("whole-live-steps")
        report, said = running.result()
    assert "is with the provider's desk" in said
    here.wait_for_selector(".cfinding a", timeout=60_000)
    assert report["case"] == code
