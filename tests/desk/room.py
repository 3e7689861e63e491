"""A desk with something of everything in it and a browser, alone in a network of their own: real HTTP, real cookies,
the real policy, and nowhere else to go."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cpe_agent.desk.desk import Desk, open_desk
from cpe_agent.desk.people import managing
from cpe_agent.desk.people.managing import By
from cpe_agent.desk.people.roles import Role
from cpe_agent.desk.settings import Settings
from tests.browser import alone, chromium
from tests.desk.serving import Serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

PASSWORD = "four words in a row"
PEOPLE = {"sara": Role.SENIOR, "anna": Role.ADMINISTRATOR, "omar": Role.AUDITOR}
SHOTS = os.environ.get("CPE_AGENT_DESK_SHOTS")  # a folder: pictures of the pages, for looking


class Seen(NamedTuple):
    """A person's page in the browser, and what it complained of."""

    page: Page
    heard: list[str]


class Room:
    """``desk``: its data folder's parts, for what a test puts in before the desk serves it."""

    def __init__(self, address: str, browser: Browser) -> None:
        self.address = address
        self.browser = browser
        self._signed_in: dict[str, Any] = {}

    def see(self, who: str | None = "sara", language: str = "en", **options: Any) -> Seen:
        """A new page of this person's, signed in; of nobody's without one."""
        context = self.browser.new_context(
            **{"viewport": {"width": 1366, "height": 768}, "locale": "en", "base_url": self.address, **options}
        )
        heard: list[str] = []
        page = context.new_page()
        page.on("console", lambda m: heard.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: self._dialog(dialog, heard))
        page.on("request", lambda asked: self._asked(asked.url, heard))
        self._choose(context, language)
        if who is not None:
            if who not in self._signed_in:
                page.goto("/login")
                page.fill("[name=name]", who)
                page.fill("[name=password]", PASSWORD)
                with page.expect_navigation():
                    page.locator("form[action='/login'] button").click()
                self._signed_in[who] = [c for c in context.cookies() if c["name"] == "desk"]
            context.add_cookies(self._signed_in[who])
            self._speak(page, language)
        return Seen(page, heard)

    def _choose(self, context: BrowserContext, language: str) -> None:
        context.add_cookies([{"name": "desk-language", "value": language, "url": self.address}])

    def _speak(self, page: Page, language: str) -> None:
        """The person's own language, chosen as he chooses it."""
        page.goto("/account")
        if page.locator("html").get_attribute("lang") != language:
            page.locator(".me summary").click()
            with page.expect_navigation():
                page.locator(f".menu button[lang={language}]").click()

    def _asked(self, url: str, heard: list[str]) -> None:
        if not url.startswith((self.address, "data:")):
            heard.append(f"asked for {url}")

    @staticmethod
    def _dialog(dialog: Dialog, heard: list[str]) -> None:
        heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def shot(self, page: Page, name: str, *, full: bool = False) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{name}.png", full_page=full)


def too_wide(page: Page) -> int:
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


@contextmanager
def room(folder: Path, put_in: Callable[[Desk], None], *more: str) -> Iterator[Room]:
    """``more``: of the desk's command line."""
    desk = open_desk(Settings(folder / "data"))
    for name, role in PEOPLE.items():
        managing.add_person(desk.people, By(desk.nobody, "a test", None), name, role, "en", PASSWORD)
    put_in(desk)
    desk.close()
    holder = subprocess.Popen(
        [*alone(), "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "up\n"
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        inside = ["nsenter", "--target", str(holder.pid), "--net", *user]
        with Serving(folder / "data", *more, inside=inside) as serving, chromium(folder, inside) as browser:
            yield Room(serving.address, browser)
        assert not re.search(r"Traceback|\"level\": *\"error\"", serving.rest), serving.rest
    finally:
        holder.kill()
        holder.communicate()
