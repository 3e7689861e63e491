"""The whole of it in a real browser: a home breaks, the page says what and whose, the customer mends it and presses
"done", and the page says that it works and what it was that helped."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpe_agent.words import fault_text, phrase
from tests import browser
from tests.lab.home import Home
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME

if TYPE_CHECKING:
    from playwright.sync_api import Page

LACKING = missing() or browser.missing()
SHOTS = os.environ.get("CPE_AGENT_PAGE_SHOTS")

pytestmark = [pytest.mark.lab, pytest.mark.skipif(LACKING is not None, reason=str(LACKING))]


@contextmanager
def page_of(home: Home, language: str, user: str, *more: str) -> Iterator[str]:
    """``cpe-agent page`` on the home's computer; gives its address."""
    computer = home.computer
    options = ["--no-browser", "--lang", language, "--profile", str(home.profile), *more]
    words = [computer.python(), "-m", "cpe_agent", "page", *options]
    with subprocess.Popen(
        [*computer.enter(user), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, cwd="/", env=computer.environment(user, home.client_environment), start_new_session=True,
    ) as program:  # fmt: skip
        assert program.stdout is not None
        address = program.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), program.communicate(timeout=20)
        try:
            yield address
        finally:
            os.killpg(program.pid, signal.SIGTERM)  # nsenter does not hand a signal on
            program.communicate(timeout=20)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.mark.parametrize(("language", "user"), [("he", "nobody"), ("en", "root")])
def test_broken_home_to_page_and_back(language: str, user: str, tmp_path: Path) -> None:
    scenario = BY_NAME["cable-out"]
    broken = fault_text("lan-cable-unplugged", language).title
    with Home() as home, browser.chromium(tmp_path, home.computer.enter()) as chromium:
        scenario.inject(home)
        with page_of(home, language, user) as address:
            page = chromium.new_page(viewport={"width": 1280, "height": 800})
            complaints: list[str] = []
            page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(address)
            page.get_by_role("heading", name=broken).wait_for()
            assert page.locator("html").get_attribute("dir") == ("rtl" if language == "he" else "ltr")
            shot(page, f"whole-{language}-broken")

            home.rooms["router"].shell("ip link set lan1 up")
            page.get_by_role("button", name=phrase("page", "done", language)).first.click()
            page.get_by_role("heading", name=phrase("page", "healthy", language)).wait_for(timeout=60_000)
            shot(page, f"whole-{language}-mended")
            assert page.get_by_text(phrase("page", "changed", language)).count() == 1
            assert not complaints
