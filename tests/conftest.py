"""What holds for every test: the words are English and as wide as a pipe's unless it asks for others, and nothing is
judged by the clock."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import settings

from tests.stalls import Watch

if TYPE_CHECKING:
    from tests.desk_stand_in import Desk

WATCH = pytest.StashKey[Watch]()
AGAIN = "run again"  # a property of such a test's report: a worker's reaches the one who writes the summary

os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("COLUMNS", None)
settings.register_profile("without-a-clock", deadline=None)
settings.load_profile("without-a-clock")

MOST_TRIES = 3


def pytest_configure(config: pytest.Config) -> None:
    config.stash[WATCH] = Watch()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A lab test that failed while this computer stood still is run again."""
    if item.get_closest_marker("lab") is None:
        return None
    hook, watch = item.ihook, item.config.stash[WATCH]
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for tries in range(1, MOST_TRIES + 1):
        began = time.monotonic()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        stood_still = watch.since(began)
        if not any(report.failed for report in reports) or not stood_still or tries == MOST_TRIES:
            break
        item.user_properties.append((AGAIN, f"failed while this computer stood still for {stood_still:.1f} s"))
    for report in reports:
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ended = (r for found in terminalreporter.stats.values() for r in found if getattr(r, "when", "") == "teardown")
    again = [f"{r.nodeid}: {why}" for r in ended for name, why in r.user_properties if name == AGAIN]
    if again:
        terminalreporter.section(AGAIN)
        for line in again:
            terminalreporter.write_line(line)


@pytest.fixture
def no_system_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own are none of the tests' business."""
    from cpe_agent.host import desk_link

    async def none() -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(desk_link, "system_proxies", none)


@pytest.fixture
def desk() -> Iterator[Desk]:
    from tests.desk_stand_in import Desk

    with Desk() as running:
        yield running
