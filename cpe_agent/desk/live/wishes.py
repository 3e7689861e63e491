"""What a representative would like the customer to allow. The desk can ask for two things and for nothing else, and
neither happens without the customer's yes on his own screen."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from cpe_agent.desk.live.feed import Feed

WISHES = ("check-again", "deep-test")
MOST_OPEN = 8  # of one case: the client reads no more
LASTS_S = 15 * 60.0  # nobody answers a question that was asked before the coffee
MOST_CASES = 4096


@dataclass
class Wish:
    """``answer``: None until the customer said yes or no."""

    id: str
    wish: str
    until: float
    answer: str | None = None


class TooManyWishes(Exception):
    """Eight of this case wait for an answer."""


class Wishes:
    def __init__(self, feed: Feed, clock: Callable[[], float]) -> None:
        self._feed, self._clock = feed, clock
        self._cases: OrderedDict[tuple[int, str], dict[str, Wish]] = OrderedDict()

    def ask(self, tenant: int, case: str, wish: str, by: str) -> Wish:
        """``by``: the name of the representative, for colleagues who watch. The same wish twice is one. Raises
        ValueError for what may not be asked, and ``TooManyWishes``."""
        if wish not in WISHES:
            raise ValueError(f"{wish!r} is none of {', '.join(WISHES)}")
        waiting = self.waiting(tenant, case)
        for asked in waiting:
            if asked.wish == wish:
                return asked
        if len(waiting) >= MOST_OPEN:
            raise TooManyWishes
        made = Wish(f"w-{secrets.token_hex(6)}", wish, self._clock() + LASTS_S)
        self._cases.setdefault((tenant, case), {})[made.id] = made
        self._cases.move_to_end((tenant, case))
        if len(self._cases) > MOST_CASES:
            self._cases.popitem(last=False)
        self._feed.publish(tenant, case, "wish", {"wish": wish, "id": made.id, "by": by})
        return made

    def waiting(self, tenant: int, case: str) -> list[Wish]:
        """Those that nobody answered, oldest first."""
        wishes = self._cases.get((tenant, case), {})
        now = self._clock()
        for gone in [w.id for w in wishes.values() if w.until <= now or w.answer is not None]:
            del wishes[gone]
        return list(wishes.values())

    def answered(self, tenant: int, case: str, wish_id: str, answer: str) -> str | None:
        """Which wish the customer answered; None when it is not waiting any more."""
        wish = self._cases.get((tenant, case), {}).get(wish_id)
        if wish is None or wish.answer is not None or wish.until <= self._clock():
            return None
        wish.answer = answer
        return wish.wish
