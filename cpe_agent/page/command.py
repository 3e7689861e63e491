"""``cpe-agent page``: the address first, and the browser on its way to it, then all that a page needs."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host import browser
from cpe_agent.host.listening import listen
from cpe_agent.page import whereabouts

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_agent.facts import Answers, Plan
    from cpe_agent.host import Host
    from cpe_agent.page.session import Deliverer


class Page(NamedTuple):
    """What a page is opened with. ``browser``: False only prints the address. ``host`` is asked for when the address is
    out; it raises ``CannotMeasure`` on a system we have no part for."""

    host: Callable[[], Host]
    plan: Plan
    answers: Answers
    language: str = "en"
    case: str | None = None
    browser: bool = True
    deliverer: Callable[[], Deliverer | None] = lambda: None


def run_page(page: Page) -> str | None:
    """Until the page is not needed any more. Gives back the verdict, None when there is none. Raises
    ``CannotMeasure``, and OSError where this computer lets nobody listen on a loopback address."""
    try:
        with whereabouts.only_one() as place:
            whereabouts.remove_file()
            return _run(page, place)
    except BlockingIOError:
        from cpe_agent.host import loop
        from cpe_agent.page.visit import first_one

        address = loop.run(first_one(page.case))
    if address is None:  # it hangs, or another user's program holds the name: then there are two
        return _run(page, None)
    _say(address)
    if page.browser:
        browser.open_page(address)
    return "healthy"  # nothing was measured here that could say otherwise


def _run(page: Page, place: Path | None) -> str | None:
    listening = listen()
    with listening.sock:
        _say(listening.address)
        opened = browser.opening(listening.address) if page.browser else None
        from cpe_agent.host import loop  # it and the rest take longer than all before, and the browser longer still
        from cpe_agent.page.visit import visit

        return loop.run(visit(page, listening, opened, place))


def _say(address: str) -> None:
    """For who has a terminal; a desktop's launcher has nobody to read it."""
    if sys.stdout is not None:
        with contextlib.suppress(OSError):
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()
