"""Ends that are not the verdict's: Ctrl-C and SIGTERM (which do the same), and an answer that nobody takes. Never a
traceback, never the status of a fault."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

CANNOT_RUN = 4
SENTENCE = "stopped before a verdict"


def stop_at_once() -> None:
    """While the program is being loaded: one sentence and the end. An exception would tear an import apart, and what
    tears there is printed as a traceback."""
    _on_both(_end)


def stop_in_order() -> None:
    """From now on ``KeyboardInterrupt``: there is something to close. ``asyncio.run`` makes a cancellation of it."""
    _on_both(signal.default_int_handler)


def stop_silently() -> None:
    """The answer is out and the interpreter is going: the system's own end, which says nothing."""
    _on_both(signal.SIG_DFL)


def _on_both(action: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # whoever started us in the background wants it so
    if not ignored:
        signal.signal(signal.SIGINT, action)
    # A SIGTERM becomes a SIGINT, because that is the one which asyncio takes over.
    plain = ignored or action is signal.SIG_DFL
    signal.signal(signal.SIGTERM, action if plain else lambda *_: signal.raise_signal(signal.SIGINT))


def _end(*_: object) -> None:
    try:
        os.write(2, f"cpe-agent: {SENTENCE}\n".encode())
    finally:
        os._exit(CANNOT_RUN)


def hush_stdout() -> None:
    """What is still buffered would fail once more when the interpreter ends, and change the exit status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
