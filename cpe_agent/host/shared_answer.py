"""One look for several questions of the same moment."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Shared(Generic[T]):
    """Calls ``read`` at most once in ``fresh_s`` seconds, whatever number of threads ask meanwhile.

    Addresses, routes and resolvers are asked side by side and each needs the list of interfaces; a system with
    thousands of them would otherwise parse it once a question.
    """

    def __init__(self, read: Callable[[], T], fresh_s: float) -> None:
        self._read = read
        self._fresh_s = fresh_s
        self._lock = threading.Lock()
        self._seen: tuple[float, T] | None = None

    def get(self) -> T:
        with self._lock:
            now = time.monotonic()
            if self._seen is None or now - self._seen[0] > self._fresh_s:
                answer = self._read()
                self._seen = (time.monotonic(), answer)
            return self._seen[1]
