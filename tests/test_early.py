"""Several attempts, the first good answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from cpe_agent.early import hedged

Attempt = Callable[[float], Coroutine[Any, Any, str]]


def attempt(says: str, after_s: float, begun: list[str]) -> Attempt:
    async def make(left_s: float) -> str:
        begun.append(says)
        try:
            async with asyncio.timeout(left_s):
                await asyncio.sleep(after_s)
        except TimeoutError:
            return f"{says}: late"
        if says == "broken":
            raise OSError(says)
        return says

    return make


def ask(*attempts: tuple[str, float], timeout_s: float = 0.6) -> tuple[str, list[str]]:
    begun: list[str] = []
    made = [attempt(says, after_s, begun) for says, after_s in attempts]
    good = lambda said: said.startswith("good")  # noqa: E731
    return asyncio.run(hedged(made, timeout_s=timeout_s, every_s=0.05, good=good)), begun


def test_a_prompt_answer_begins_no_second_attempt() -> None:
    assert ask(("good", 0.0), ("good too", 0.0)) == ("good", ["good"])
    assert ask(("bad", 0.0), ("good", 0.0)) == ("bad", ["bad"]), "an answer is an answer; only silence is hedged"


def test_while_the_first_is_silent_the_others_are_begun() -> None:
    assert ask(("good", 9.0), ("bad", 0.0), ("good too", 0.0)) == ("good too", ["good", "bad", "good too"])


def test_when_none_is_good_the_first_one_is_what_happened() -> None:
    assert ask(("good", 9.0), ("bad", 0.0)) == ("good: late", ["good", "bad"])
    with pytest.raises(OSError, match="broken"):
        ask(("broken", 0.0), ("good", 0.0))
