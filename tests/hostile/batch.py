"""Many runs, a few homes at a time: a run mostly waits. What went wrong in company is run once more, alone."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from cpe_agent.diagnose.catalogue.conditions import STARVED_LAG_MS
from tests.hostile.home import HostileHome

if TYPE_CHECKING:
    from tests.hostile.cases import Case
    from tests.hostile.home import Looked


class Batch:
    """``result(name)`` gives the run of that case or raises what was wrong with it."""

    def __init__(self, cases: list[Case], homes: int) -> None:
        self._waiting = deque(cases)
        self._done: dict[str, Looked | Exception] = {}
        self.grown_kib: dict[str, int] = {}
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(homes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for case in self._waiting:  # no home could stand
            self._done.setdefault(case.name, RuntimeError("was not run"))
        self._waiting = deque(case for case in cases if _doubtful(self._done[case.name]))
        if self._waiting:
            self._work()

    def _work(self) -> None:
        with HostileHome() as home:
            healthy = home.healthy_kib()
            while self._waiting:
                try:
                    case = self._waiting.popleft()
                except IndexError:
                    return
                try:
                    looked = home.look(case)
                    self.grown_kib[case.name] = looked.peak_kib - healthy
                    self._done[case.name] = looked
                except Exception as error:
                    self._done[case.name] = error

    def result(self, name: str) -> Looked:
        found = self._done[name]
        if isinstance(found, Exception):
            raise found
        return found


def _doubtful(found: Looked | Exception) -> bool:
    """Did it fail, or was this computer too busy with the others to measure?"""
    if isinstance(found, Exception):
        return True
    load = found.report["sections"]["load"]["content"]
    return bool(load and (load["lag_p95_ms"] or 0) > STARVED_LAG_MS)
