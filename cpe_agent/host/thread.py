"""Blocking calls off the event loop, in daemon threads that a deadline abandons.

No executor: ``concurrent.futures`` joins its threads when the interpreter exits, so one stuck system call would hold
the whole program after its verdict was printed.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, TypeVar

from cpe_agent.collector import CannotMeasure, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def in_thread(call: Callable[..., T], *args: object, timeout_s: float) -> T:
    """``call(*args)`` in a daemon thread. What it raises is raised here; ``TimeoutError`` after ``timeout_s`` seconds.

    A call that is still running then is left alone: its answer is dropped, and it does not delay the exit.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if answer.done():  # abandoned at the deadline, or cancelled
            return
        if error is None:
            answer.set_result(result)  # type: ignore[arg-type]
        elif isinstance(error, StopIteration):  # a future cannot hold it
            answer.set_exception(RuntimeError("StopIteration out of a thread"))
        else:
            answer.set_exception(error)

    def work() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = call(*args)
        except BaseException as raised:  # carried over to the loop, where it is raised again
            error = raised
        # A closed loop means the run ended without us; there is nobody left to tell.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, daemon=True, name=getattr(call, "__name__", "call")).start()
    async with asyncio.timeout(timeout_s):
        return await answer


async def asked(call: Callable[..., T], *args: object, timeout_s: float = 1.5) -> T:
    """A question to the system in such a thread; ``CannotMeasure`` where it may not, cannot or takes too long."""
    what = call.__name__.strip("_")
    try:
        return await in_thread(call, *args, timeout_s=timeout_s)
    except TimeoutError:
        raise CannotMeasure(Outcome.TIMED_OUT, f"{what}: no answer in {timeout_s:g} s") from None
    except PermissionError as error:
        raise CannotMeasure(Outcome.DENIED, f"{what}: {error.strerror}") from None
    except OSError as error:
        raise CannotMeasure(Outcome.UNSUPPORTED, f"{what}: {error.strerror}") from None
