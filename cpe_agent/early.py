"""Several measurements at once, ended as soon as enough of them are in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from cpe_agent.collector import CannotMeasure

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
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
