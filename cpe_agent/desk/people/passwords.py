"""Passwords: argon2id with the library's defaults (RFC 9106, second recommended set: 64 MiB, three passes), at most two
at once, in threads. A third waits, a crowd is turned away: otherwise a hundred logins would be 6 GiB."""

from __future__ import annotations

import threading
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

FEWEST, MOST = 12, 256
_AT_ONCE, _MOST_WAITING = 2, 16


class Busy(Exception):
    """Too many are waiting; try again in a moment."""


class Passwords:
    def __init__(self) -> None:
        self._turn = threading.BoundedSemaphore(_AT_ONCE)
        self._places = threading.BoundedSemaphore(_AT_ONCE + _MOST_WAITING)

    def hash(self, password: str) -> str:
        """Takes a third of a second, and a thread. Raises Busy."""
        with _Turn(self._places, self._turn):
            return self._hasher.hash(_prepared(password))

    def fits(self, password: str, stored: str | None) -> bool:
        """Also where nothing is stored (no such person, no password) the same work is done: the time tells nothing.
        Raises Busy."""
        from argon2.exceptions import InvalidHashError, VerificationError

        prepared = _prepared(password)
        with _Turn(self._places, self._turn):
            try:
                nobodys = self._nobodys  # made at the first login, whoever it is
                self._hasher.verify(stored or nobodys, prepared)
                return stored is not None
            except (VerificationError, InvalidHashError):
                return False

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        return PasswordHasher()

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("")  # no password is empty, and what fits it is refused all the same


class _Turn:
    def __init__(self, places: threading.BoundedSemaphore, turn: threading.BoundedSemaphore) -> None:
        self._places, self._turn = places, turn

    def __enter__(self) -> None:
        if not self._places.acquire(blocking=False):
            raise Busy
        self._turn.acquire()

    def __exit__(self, *_: object) -> None:
        self._turn.release()
        self._places.release()


def weakness(password: str, name: str) -> str | None:
    """Why a new password will not do, as a key of the words; None when it will. Length is what counts; rules about
    signs and digits only make people write it down (NIST SP 800-63B, 5.1.1.2)."""
    plain = _prepared(password)
    if len(plain) < FEWEST:
        return "password.short"
    if len(plain) > MOST:
        return "password.long"
    if len(set(plain.casefold())) < 5 or plain.casefold() in (name.casefold() * MOST)[:MOST]:
        return "password.simple"
    return None


def _prepared(password: str) -> str:
    """The same password typed on two keyboards is one (NFKC)."""
    return unicodedata.normalize("NFKC", password[: 4 * MOST])
