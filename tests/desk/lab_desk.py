"""The provider's desk inside the lab: in the room of the provider's other servers, behind TLS, under a name of the
provider's, with a senior who is signed in by a real browser. A home reaches it when its line is up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser import chromium
from tests.desk.serving import Serving
from tests.lab import certificates, plan
from tests.lab.computer import Ran
from tests.lab.faults import other_clock
from tests.lab.home import PLAIN_PYTHON, Home
from tests.lab.needs import PROJECT
from tests.lab.processes import wait_for_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAME, PORT, INNER = "support.isp.example", 8443, 8642
URL = f"https://{NAME}:{PORT}"
PASSWORD = "four words in a row"
SHOTS = os.environ.get("CPE_AGENT_DESK_SHOTS")  # a folder: pictures of what was seen, for looking


class LabDesk:
    """``page``: the senior's browser. ``heard``: what it complained of."""

    def __init__(self, home: Home, browser: Browser, link: str) -> None:
        self.home = home
        self.browser = browser
        self.heard: list[str] = []
        administrator = self._come_in(link, "anna")
        administrator.goto(f"{URL}/people")
        administrator.select_option("form[action='/people/invite'] select", "senior")
        administrator.click("form[action='/people/invite'] button")
        invitation = administrator.locator("output").inner_text()
        administrator.context.close()
        self.page = self._come_in(invitation, "dana")
        self._write_profile()

    def _come_in(self, link: str, name: str) -> Page:
        # The lab's authority is in no store of this browser's; the home's computer has it, and its client checks.
        context = self.browser.new_context(viewport={"width": 1366, "height": 768}, ignore_https_errors=True)
        page = context.new_page()
        page.on("console", lambda m: self.heard.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.goto(link)
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.locator("main form[method=post] button").first.click()
        page.wait_for_url(f"{URL}/*")
        return page

    def _write_profile(self) -> None:
        """The provider's programs get a ticket that the senior makes."""
        self.open("/people/tickets")
        self.page.fill("[name=note]", "every program")
        self.page.click("form[action='/people/tickets'] button")
        ticket = self.page.locator("output").inner_text()
        text = self.home.profile.read_text("utf-8")
        self.home.profile.write_text(text.replace('url = ""', f'url = "{URL}"\nenrolment = "{ticket}"'), "utf-8")

    def find(self, text: str) -> None:
        """As a representative does: the code is typed, Enter."""
        self.page.locator(".find [type=search]").fill(text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def fault(self) -> str | None:
        return self.page.locator("article.dcard").get_attribute("data-fault")

    def shot(self, name: str) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{SHOTS}/{name}.png")

    def open(self, path: str) -> Page:
        self.page.goto(f"{URL}{path}")
        return self.page

    def client(self, *words: str, later: str = "") -> Ran:
        """``cpe-agent WORDS`` on the home's computer, with the provider's profile. ``later``: by
        how much its clock has gone on, such as ``+40m``."""
        profile = ["--profile", str(self.home.profile)]
        command = [self.home.computer.python(), "-m", "cpe_agent", *words, *profile]
        return self.home.run(command, env=other_clock(later) if later else None, timeout_s=60)

    def checked(self, *words: str) -> tuple[dict[str, str], str]:
        """What a check printed: the report, and what it said on stderr."""
        ran = self.client("run", "--json", *words)
        return json.loads(ran.stdout), ran.stderr


@contextmanager
def lab_desk(folder: Path) -> Iterator[LabDesk]:
    with Home() as home:
        room = home.rooms["core"]
        words = ["--public-url", URL]
        with Serving(folder / "desk", *words, inside=room.enter(), listen=f"127.0.0.1:{INNER}") as desk:
            assert desk.link is not None
            certificate = str(certificates.directory() / "good.pem")
            front = [*PLAIN_PYTHON, "tests.lab.tls_front", certificate, plan.SUPPORT, str(PORT), str(INNER)]
            pid = home.processes.start("tls", [*room.enter(), *front], cwd=PROJECT)
            wait_for_port(pid, PORT, "tcp")
            name = f"--host-resolver-rules=MAP {NAME} {plan.SUPPORT}"
            with chromium(folder, room.enter(), name) as browser:
                yield LabDesk(home, browser, desk.link)
        assert not desk.rest, "the desk ends without a word"
