"""From the start of a process to its page on the screen: ``python -m bench.paint [-n TIMES] COMMAND ...``.

COMMAND prints the page's address as its first line and serves it until it is ended. The browser (Chromium, headless) is
open before; the figure is the first contentful paint, counted from the start of COMMAND. Give both a network namespace
of their own: ``unshare -n sh -c 'ip link set lo up && python -m bench.paint ...'``.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import time
from typing import TYPE_CHECKING

from tests.browser import SWITCHES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_PAINTED = """() => new Promise((told) => new PerformanceObserver((list) => {
  const first = list.getEntriesByName("first-contentful-paint")[0];
  if (first) told(performance.timeOrigin + first.startTime);
}).observe({ type: "paint", buffered: true }))"""


def once(browser: Browser, command: list[str]) -> tuple[float, float]:
    """Milliseconds until the address was printed, and until the first contentful paint."""
    began = time.time()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            address = program.stdout.readline().strip()
            ready = time.time()
            page = browser.new_page()
            page.goto(address, wait_until="commit")
            painted: float = page.evaluate(_PAINTED) / 1000
            page.close()
        finally:
            program.terminate()
    return 1000 * (ready - began), 1000 * (painted - began)


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m bench.paint", description="Process start to first paint.")
    parser.add_argument("-n", type=int, default=9, metavar="TIMES")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(SWITCHES))
        times = [once(browser, given.command) for _ in range(given.n)]
        browser.close()
    for name, values in zip(("ready", "painted"), zip(*times, strict=True), strict=True):
        print(f"{name:8} {statistics.median(values):6.0f} ms   ({min(values):.0f} to {max(values):.0f})")


if __name__ == "__main__":
    main()
