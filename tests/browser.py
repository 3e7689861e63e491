"""A headless Chromium that reaches nothing: started in a network namespace of its own, driven over pipes. Pages come
from memory; what a page asks for is answered by the test or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, BrowserType, Dialog, Page, Route

ADDRESS = "http://127.0.0.1:9/token/"
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def program() -> str | None:
    """Chromium without its windows where there is one: the same engine with half the work for each page."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def missing() -> str | None:
    """Why no browser can be started here, or None."""
    if program() is None:
        return "no Chromium (Debian package chromium-headless-shell or chromium)"
    tried = subprocess.run([*alone(), "true"], check=False, capture_output=True)
    return "this user may make no network namespace (unshare)" if tried.returncode else None


def alone() -> list[str]:
    """The words that put a command into a network of its own, without a way out."""
    return ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]


@contextmanager
def chromium(folder: Path, inside: Sequence[str] | None = None, *switches: str) -> Iterator[Browser]:
    """``inside``: the words that put a command into another network than one of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = _launched(playwright.chromium, folder, inside or alone(), *switches)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def another(browser: Browser, folder: Path, inside: Sequence[str]) -> Iterator[Browser]:
    """A second one beside the first, in another network; a thread can hold no second playwright."""
    second = _launched(browser.browser_type, folder, inside)
    try:
        yield second
    finally:
        second.close()


def _launched(kind: BrowserType, folder: Path, inside: Sequence[str], *switches: str) -> Browser:
    start = folder / "chromium"
    start.write_text(f'#!/bin/sh\nexec {" ".join(inside)} {program()} "$@"\n')
    start.chmod(0o755)
    return kind.launch(executable_path=start, args=[*SWITCHES, *switches])


class Shown:
    """One page in a context of its own. ``posted``: what its buttons sent. ``heard``: its complaints (console, policy,
    errors, dialogs). ``states``: what the stand-in for the program publishes, one JSON a look."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.posted: list[tuple[dict[str, str], str]] = []
        self.heard: list[str] = []
        self.states: list[str] = []
        self.loaded = 0
        self._html = ""
        self.context: BrowserContext = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        self.page: Page = self.context.new_page()
        self.context.route("**/*", self._answer)
        self.page.on("console", lambda m: self.heard.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.heard.append(str(e)))
        self.page.on("dialog", self._dialog)

    def show(self, html: str) -> Page:
        self._html = html
        self.page.goto(ADDRESS)
        return self.page

    def close(self) -> None:
        self.context.close()

    def _dialog(self, dialog: Dialog) -> None:
        self.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _answer(self, route: Route) -> None:
        request = route.request
        if request.url == ADDRESS:
            self.loaded += 1
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        elif request.url == f"{ADDRESS}do" and request.method == "POST":
            self.posted.append((request.headers, request.post_data or ""))
            if "x-requested-with" in request.headers:
                route.fulfill(status=204)
            else:  # the program answers 303 to the page; a redirect of an answer from memory is not followed
                self.loaded += 1
                route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        elif request.url == f"{ADDRESS}events":
            told = self.states.pop(0) if self.states else None
            body = "retry: 50\n\n" + (f"event: main\ndata: {told}\n\n" if told else "")
            route.fulfill(body=body, content_type="text/event-stream")
        else:
            if not request.url.endswith("/favicon.ico"):
                self.heard.append(f"asked for {request.url}")
            route.fulfill(status=404)
