"""The page while somebody looks: the check begins at once, the server answers, and where no page comes up the verdict
still reaches the person: as a file in the browser, in a window of the system's own, on the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from cpe_agent.host import browser
from cpe_agent.host.thread import in_thread
from cpe_agent.layout import SEGMENTS
from cpe_agent.page import whereabouts
from cpe_agent.page.board import Board
from cpe_agent.page.server import Server
from cpe_agent.page.state import PageState

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_agent.host.listening import Listening
    from cpe_agent.page.command import Page
    from cpe_agent.page.session import Session

WATCHDOG_S = 7.0  # a browser that is started cold on an old disk takes four
IDLE_S = 60.0  # the page was closed; a reload, or a laptop's lid, is no end
NEVER_STREAMED_S = 900.0  # nobody listens: a file, or a browser without script, that somebody may still be reading
MOST_S = 4 * 3600.0
_LOOK_S = 1.0
_OPEN_S = 60.0
_ALIVE_S = 2.0
_FIRST_S, _APART_S = 10.0, 0.1  # two clicks at once: the first is still being loaded, from an old disk for seconds


async def visit(page: Page, listening: Listening, opened: Callable[[], bool] | None, place: Path | None) -> str | None:
    """Until the page is not needed any more; the verdict, None when there is none. ``opened`` waits for the browser
    that is being started, and says whether one took the address; ``place`` is where the address is left.
    Raises ``CannotMeasure``."""
    board = Board(PageState(page.language, "measuring", dict.fromkeys(SEGMENTS, "unknown")))
    session: Session | None = None
    server = Server(board, lambda fields: session is not None and session.act(fields), listening)
    stopping = asyncio.Event()
    _on_signals(stopping)
    if place is not None:
        whereabouts.leave_address(place, listening.address)  # from here on every end takes it away again
    await server.start()
    from cpe_agent.page.session import Session

    deliverer = page.deliverer()
    if deliverer is not None:
        deliverer.open()
    session = Session(page.host(), page.plan, page.answers, board, stopping, case=page.case, deliverer=deliverer)
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(session.run()),
        asyncio.create_task(_until_idle(server, session)),
    ]
    if opened is not None:
        tasks.append(asyncio.create_task(_shown_somehow(opened, server, session, board)))
    tasks.append(asyncio.create_task(stopping.wait()))
    try:
        await asyncio.wait((*tasks[:2], tasks[-1]), return_when=asyncio.FIRST_COMPLETED)
    finally:
        board.show(board.state._replace(phase="ended", trying=()))
        for task in tasks:
            task.cancel()
        await server.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        if deliverer is not None:
            await deliverer.close()
    report = board.state.report
    return None if report is None else report.diagnosis.verdict


async def _shown_somehow(opened: Callable[[], bool], server: Server, session: Session, board: Board) -> None:
    """No request within ``WATCHDOG_S``: the browser does not come to us (a proxy or a protection program that stands
    between, or there is none). A file needs no connection."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WATCHDOG_S):
            if await in_thread(opened, timeout_s=_OPEN_S):
                await server.shown.wait()
                return
    await session.judged.wait()
    if server.shown.is_set():
        return
    from cpe_agent.page.document import document

    file = None
    try:
        with contextlib.suppress(OSError):
            file = whereabouts.write_file(document(board.state, live=False, nonce=""))
            if await _open(file.as_uri()):
                await asyncio.Event().wait()  # the file stays as long as the program
        if not await _in_a_window(board):
            _on_the_terminal(board)
        if not server.shown.is_set():
            session.stopping.set()  # it was read, and there is no page to come back to
    finally:
        whereabouts.remove_file(file)


async def _open(address: str) -> bool:
    with contextlib.suppress(TimeoutError):
        return await in_thread(browser.open_page, address, timeout_s=_OPEN_S)
    return False


async def _in_a_window(board: Board) -> bool:
    from cpe_agent.host import dialog
    from cpe_agent.page.brief import brief

    report = board.state.report
    if report is None:
        return False
    with contextlib.suppress(TimeoutError):
        return await in_thread(dialog.show, "cpe-agent", brief(report, board.state.language), timeout_s=MOST_S)
    return True


def _on_the_terminal(board: Board) -> None:
    report = board.state.report
    if report is not None and sys.stdout is not None:
        from cpe_agent.card import card
        from cpe_agent.terminal import screen

        with contextlib.suppress(OSError):
            sys.stdout.write("\n" + card(report, language=board.state.language, **screen()))
            sys.stdout.flush()


async def _until_idle(server: Server, session: Session) -> None:
    """Nobody looks any more, and the verdict is out."""
    began = time.monotonic()
    while True:
        await asyncio.sleep(_LOOK_S)
        now = time.monotonic()
        if now - began > MOST_S:
            return
        if server.streams or session.finished_at is None:
            continue
        last = max(session.finished_at, server.seen_at or began)
        if now - last > (IDLE_S if server.streamed else NEVER_STREAMED_S):
            return


async def first_one(case: str | None) -> str | None:
    """The address of the page that is already there, once it answers; it is told of this start's ``case``."""
    until = time.monotonic() + _FIRST_S
    there: str | None = None
    while time.monotonic() < until:
        address = whereabouts.left_address()
        if address is not None and await _asked(address, "HEAD", "") == HTTPStatus.OK:
            there = address
            if case is None or await _asked(address, "POST", "do", f"do=case&code={case}") == HTTPStatus.NO_CONTENT:
                break
        await asyncio.sleep(_APART_S)
    return there


async def _asked(address: str, method: str, more: str, form: str = "") -> int | None:
    """The status of the answer; None where there is none."""
    host, _, path = address.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    head = [f"{method} /{path}{more} HTTP/1.1", f"Host: {host}", "X-Requested-With: cpe-agent"]
    if form:
        head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}"]
    try:
        async with asyncio.timeout(_ALIVE_S):
            reader, writer = await asyncio.open_connection(name, int(port))
            try:
                writer.write("\r\n".join([*head, "", form]).encode("ascii"))
                return int((await reader.readline()).split(b" ")[1])
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, ValueError, IndexError):
        return None


def _on_signals(stopping: asyncio.Event) -> None:
    """Ctrl-C, SIGTERM, and the terminal that goes away."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(NotImplementedError):  # Windows: KeyboardInterrupt ends it
                loop.add_signal_handler(number, stopping.set)
