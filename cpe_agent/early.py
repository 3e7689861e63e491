"""Several measurements, ended as soon as enough of them are in: at once, or each when the one before is silent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from cpe_agent.collector import CannotMeasure

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from typing import Any

K = TypeVar("K")
T = TypeVar("T")


async def together(
    measures: Mapping[K, Coroutine[Any, Any, T]],
    *,
    timeout_s: float,
    enough: Callable[[Mapping[K, T]], float | None] | None = None,
) -> dict[K, T]:
    """Run all, give back what was there at the end, by key.

    After each result ``enough`` is asked: None means go on, a number is how many seconds the others still get. A
    measurement that this user or system cannot make (``CannotMeasure``), and one that was not waited for, has no key.
    """
    loop = asyncio.get_running_loop()
    stop = loop.time() + timeout_s
    keys = {asyncio.ensure_future(measure): key for key, measure in measures.items()}
    pending = set(keys)
    results: dict[K, T] = {}
    try:
        while pending:
            done, pending = await asyncio.wait(
                pending, timeout=max(0.0, stop - loop.time()), return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                try:
                    results[keys[task]] = task.result()
                except CannotMeasure:
                    continue
            grace = enough(results) if enough is not None and done else None
            if grace is not None:
                stop = min(stop, loop.time() + grace)
            if not done and loop.time() >= stop:
                break
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
    return results


async def hedged(
    attempts: Sequence[Callable[[float], Coroutine[Any, Any, T]]],
    *,
    timeout_s: float,
    every_s: float,
    good: Callable[[T], bool],
) -> T:
    """One packet lost on a bad line silences one attempt: while there is no answer the next is begun every ``every_s``
    seconds, each with the seconds that are left. Gives back the first good answer, or what the first attempt gave or
    raised once all that were begun have ended."""
    begun: list[asyncio.Future[T]] = []
    loop = asyncio.get_running_loop()
    until = loop.time() + timeout_s
    try:
        for number, attempt in enumerate(attempts, 1):
            begun.append(asyncio.ensure_future(attempt(max(0.01, until - loop.time()))))
            next_at = loop.time() + every_s if number < len(attempts) else None
            while pending := [task for task in begun if not task.done()]:
                wait_s = None if next_at is None else max(0.0, next_at - loop.time())
                done, _ = await asyncio.wait(pending, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if task.exception() is None and good(task.result()):
                        return task.result()
                if not done:
                    break
            else:
                break
        return begun[0].result()
    finally:
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
