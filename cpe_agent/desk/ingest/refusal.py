"""An answer other than the one hoped for."""

from __future__ import annotations

import random

HELD_S = (4.0, 8.0)  # a client of ours waits for 20


class Refused(Exception):
    """``status`` and what goes with it: ``reason`` is one English sentence for a log, ``path`` the place in the report
    (422 only), ``retry_s`` how long to stay away (429 and 503), ``hold_s`` how long the answer is kept back: who does
    not stay away is at least no quicker than that."""

    def __init__(
        self, status: int, reason: str, *, path: str | None = None, retry_s: int | None = None, hold_s: float = 0.0
    ) -> None:
        super().__init__(reason)
        self.status, self.reason, self.path, self.retry_s, self.hold_s = status, reason, path, retry_s, hold_s


def crowded(reason: str, least_s: int = 5) -> Refused:
    """Not now. The times are drawn: those that were sent away together must not come back together. The answer is kept
    back, because each refusal costs a third of what taking a report costs."""
    retry_s, hold_s = least_s + random.randint(0, 2 * least_s), random.uniform(*HELD_S)  # noqa: S311  # spreads load
    return Refused(503, reason, retry_s=retry_s, hold_s=hold_s)
