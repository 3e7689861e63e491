"""An answer other than the one hoped for."""

from __future__ import annotations

import random


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
    """Not now. The time is drawn: those that were sent away together must not come back together."""
    retry_s, hold_s = least_s + random.randint(0, 2 * least_s), random.uniform(1.0, 2.0)  # noqa: S311  # spreads load
    return Refused(503, reason, retry_s=retry_s, hold_s=hold_s)
