"""What login tests remember of one another, and for later runs: when, whether refused, and to what they came. Neither
name nor secret is in the file, only a hash of interface and user name under a key that is made for this file."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

from cpe_agent.host.login_record import FILE_NAME, MOST_BYTES, MOST_ENDS, LoginEnd, read_ends
from cpe_agent.login.rules import WINDOW_S, Attempt, age_s

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

_MOST_ATTEMPTS = 64
_SALT_BYTES = 16


class Memory:
    """``problem``: the key of a sentence when the file is damaged or cannot be written. ``complete`` is False when
    earlier attempts may be missing: then nothing may be concluded from there being none. ``rights``: what is held
    around each use of the folder (``cpe_agent.host.user_state``)."""

    def __init__(self, folder: Path, rights: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._path = folder / FILE_NAME
        self._rights = rights
        self._salt = os.urandom(_SALT_BYTES)
        self.problem: str | None = None
        self.complete = True
        self.attempts: list[Attempt] = []
        self.ends: list[LoginEnd] = []
        self.look()

    def look(self) -> None:
        """Read the file: another login test may have written to it since."""
        try:
            with self._rights():
                self._load()
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            self.attempts = []
            self.complete = False
            self.problem = "memory.damaged"

    def _load(self) -> None:
        with self._path.open("rb") as file:
            plain: Any = json.loads(file.read(MOST_BYTES))
        salt = bytes.fromhex(plain["salt"])
        if len(salt) != _SALT_BYTES:
            raise ValueError("salt")
        self.attempts = []
        for entry in plain["attempts"][:_MOST_ATTEMPTS]:
            at, rejected = entry["at"], entry["rejected"]
            if not isinstance(at, (int, float)) or not isinstance(rejected, bool):
                raise TypeError("attempt")
            self.attempts.append(Attempt(str(entry["who"]), float(at), rejected))
        self.ends = read_ends(plain)
        self._salt = salt

    def who(self, interface: str, user: str) -> str:
        from hashlib import blake2b

        name = f"{interface}\0{user}".encode("utf-8", "surrogateescape")
        return blake2b(name, digest_size=16, key=self._salt).hexdigest()

    def record(self, who: str, now: float) -> None:
        """Before the login is sent, so that one that is interrupted counts too."""
        self.attempts = [a for a in self.attempts if age_s(a, now) < WINDOW_S][1 - _MOST_ATTEMPTS :]
        self.attempts.append(Attempt(who, now, rejected=False))
        self._save()

    def reject(self) -> None:
        """The last attempt was refused."""
        self.attempts[-1] = self.attempts[-1]._replace(rejected=True)
        self._save()

    def end(self, end: LoginEnd) -> None:
        """How a test ended, for later runs to read."""
        self.ends = [*self.ends, end][-MOST_ENDS:]
        self._save()

    def _save(self) -> None:
        """All or nothing, readable by this user alone."""
        plain = {
            "salt": self._salt.hex(),
            "attempts": [a._asdict() for a in self.attempts],
            "ends": [e._asdict() for e in self.ends],
        }
        try:
            with self._rights():
                self._replace(json.dumps(plain).encode())
        except OSError:
            self.problem = "memory.unwritable"

    def _replace(self, content: bytes) -> None:
        partial = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(opened, "wb") as file:
                file.write(content)
            partial.replace(self._path)
        except OSError:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
