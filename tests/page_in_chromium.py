"""The page's server before a real browser, beside another site on this computer that wants to read and drive it. Prints
what was seen as JSON. Started by test_page_stranger.py in a network of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

from playwright.async_api import Browser, Error, Playwright, async_playwright

from cpe_agent.page.state import PageState
from tests.test_page_server import START, Stand

PROGRAM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP rebound.example 127.0.0.1",
]  # fmt: skip

ANOTHER_SITE = """<!DOCTYPE html><title>another site</title>
<form method="post" action="{page}do"><input name="do" value="again"></form>
<script>
window.seen = {{}};
const asked = [
  fetch("{page}").then(() => seen.read = true, () => seen.read = false),
  fetch("{page}report.json").then(() => seen.report = true, () => seen.report = false),
  fetch("{page}do", {{method: "POST", mode: "no-cors", body: new URLSearchParams({{do: "again"}})}})
    .then(() => seen.posted = true, () => seen.posted = false),
  new Promise(done => {{
    const events = new EventSource("{page}events");
    events.addEventListener("main", () => {{ seen.events = true; done(); }});
    events.onerror = () => {{ seen.events = false; events.close(); done(); }};
  }}),
  new Promise(done => {{
    const frame = document.createElement("iframe");
    frame.src = "{page}";
    frame.onload = () => {{ try {{ seen.framed = !!frame.contentDocument.querySelector("main"); }}
                            catch (e) {{ seen.framed = false; }} done(); }};
    document.documentElement.append(frame);
  }}),
];
window.all = Promise.all(asked).then(() => seen);
</script>"""


def small_main(state: PageState, *, live: bool) -> str:
    return (
        f"<p>{','.join(state.trying)}</p><form method=post action=do><button name=do value=again>again</button></form>"
    )


def small_document(state: PageState, *, live: bool, nonce: str) -> str:
    """A page of the test's own: what is tried here is the server and its policy, whatever the page looks like."""
    return (
        f"<!DOCTYPE html><title>small</title><main>{small_main(state, live=live)}</main><script nonce={nonce}>"
        "new EventSource('events').addEventListener('main', told => "
        "document.querySelector('main').innerHTML = JSON.parse(told.data).html)</script>"
    )


async def another_site(page: str) -> asyncio.Server:
    body = ANOTHER_SITE.format(page=page).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


async def own(browser: Browser, stand: Stand, *, script: bool) -> dict[str, Any]:
    """The page itself: its button works, and its policy lets what it needs."""
    context = await browser.new_context(java_script_enabled=script)
    page, told = await context.new_page(), []
    page.on("console", lambda message: told.append(message.text))
    await page.goto(f"http://{stand.host}{stand.path}")
    before = len(stand.posted)
    await page.locator("form button").first.click()
    while len(stand.posted) == before:
        await asyncio.sleep(0.02)
    if script:
        await page.wait_for_load_state("load")
        before_html = await page.inner_html("main")
        stand.board.show(START._replace(trying=("dns",)))
        await page.wait_for_function("before => document.querySelector('main').innerHTML !== before", arg=before_html)
    found = {"posted": stand.posted[before:], "console": told, "streamed": stand.server.streamed}
    await context.close()
    return found


async def stranger(browser: Browser, stand: Stand) -> dict[str, Any]:
    site = await another_site(f"http://{stand.host}{stand.path}")
    page = await browser.new_page()
    before = len(stand.posted)
    await page.goto(f"http://127.0.0.1:{site.sockets[0].getsockname()[1]}/")
    seen: dict[str, Any] = await page.evaluate("all")
    async with page.expect_response(lambda answer: answer.request.method == "POST") as refused:
        await page.evaluate("document.forms[0].submit()")
    seen["form"] = (await refused.value).status
    rebound = await browser.new_page()
    async with rebound.expect_response("http://rebound.example:*/**") as refused:
        with contextlib.suppress(Error):  # an empty answer with an error status: the browser shows a page of its own
            await rebound.goto(f"http://rebound.example:{stand.port}{stand.path}")
    seen["rebound"] = (await refused.value).status
    seen["done"] = stand.posted[before:]
    site.close()
    return seen


PROXIES = {
    # what a user, a company or a bad program may have set; nobody listens on port 9
    "dead proxy": ("--proxy-server=http://127.0.0.1:9",),
    "dead script": ("--proxy-pac-url=http://127.0.0.1:9/proxy.pac",),
    "even for loopback": ("--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>"),
}


async def behind_proxies(playwright: Playwright, stand: Stand) -> dict[str, dict[str, bool]]:
    """Does the page come up, and does the file that stands in for it?"""
    file = Path(os.environ["HOME"]) / "page.html"
    file.write_text(small_document(START, live=False, nonce=""), "utf-8")
    found = {}
    for name, flags in PROXIES.items():
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=[*FLAGS, *flags])
        opened = {}
        for way, address in (("page", f"http://{stand.host}{stand.path}"), ("file", file.as_uri())):
            page = await browser.new_page()
            with contextlib.suppress(Error):
                await page.goto(address)
            opened[way] = await page.title() == "small"
        found[name] = opened
        await browser.close()
    return found


async def main() -> None:
    stand = Stand()
    await stand.begin()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        found = {
            "with script": await own(browser, stand, script=True),
            "without": await own(browser, stand, script=False),
            "stranger": await stranger(browser, stand),
        }
        await browser.close()
        found["behind"] = await behind_proxies(playwright, stand)
    await stand.server.close()
    print(json.dumps(found))


if __name__ == "__main__":
    with patch.multiple("cpe_agent.page.document", main=small_main, document=small_document):
        asyncio.run(main())
