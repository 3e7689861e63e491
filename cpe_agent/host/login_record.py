"""What login tests on this computer came to: the part of their record that a later run may read.

The record is written by ``cpe_agent.login.memory``. It holds times, words of ours and classes of shape; neither the
user name nor the secret is in it. Whoever can write to this user's own folder can write to it as well, so nothing in it
is believed that is no word of ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from cpe_agent.facts import DialEntry

FILE_NAME = "login-attempts.json"
MOST_BYTES = 65_536
MOST_ENDS = 8
WINDOW_S = 900  # what is older says nothing about now: the window of the dialler's log as well
_MOST_CLASSES = 24
_MOST_LETTERS = 40

STAGES: dict[str, str] = {
    "rejected": "auth",
    "bad_password": "auth",
    "unknown_realm": "auth",
    "session_limit": "auth",
    "restricted": "auth",
    "line_binding": "auth",
    "auth_silent": "auth",
    "hang_up": "auth",
    "no_answer": "discovery",
    "server_busy": "discovery",
    "method_refused": "lcp",
    "no_address": "ipcp",
    "no_service": "ipcp",
    "accepted": "open",
}
"""How a login test can end, in the words of ``dial.meaning``, and how far it came then."""


class LoginEnd(NamedTuple):
    """``at``: seconds since 1970. ``reason``: a key of ``STAGES``. ``shape``: classes of what was tried
    (``cpe_agent.login.shape``)."""

    at: float
    reason: str
    shape: tuple[str, ...] = ()


def read_ends(plain: Any) -> list[LoginEnd]:
    """The ends out of the record, oldest first; one that is no end of ours is left out."""
    found = plain.get("ends") if isinstance(plain, dict) else None
    ends = [_end(one) for one in found[-MOST_ENDS:]] if isinstance(found, list) else []
    return [end for end in ends if end is not None]


def _end(one: Any) -> LoginEnd | None:
    if not isinstance(one, dict) or isinstance(one.get("at"), bool):
        return None
    at, reason, shape = one.get("at"), one.get("reason"), one.get("shape")
    if not isinstance(at, (int, float)) or not isinstance(reason, str) or reason not in STAGES:
        return None
    listed = shape[:_MOST_CLASSES] if isinstance(shape, list) else []
    return LoginEnd(float(at), reason, tuple(c for c in listed if isinstance(c, str) and _is_class(c)))


def _is_class(name: str) -> bool:
    return len(name) <= _MOST_LETTERS and name.isascii() and name.replace("-", "").isalpha() and name.islower()


def login_tests(folder: Path, now: float) -> tuple[DialEntry, ...]:
    """What the login tests of the last quarter of an hour came to, the newest first; nothing where there is no record,
    or none that can be read: no login test is no finding. Raises PermissionError."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            ends = read_ends(json.loads(file.read(MOST_BYTES)))
    except PermissionError:
        raise
    except (OSError, ValueError, OverflowError, RecursionError):
        return ()
    # One of the future was written before the clock was set back: how old it is nobody knows.
    lately = [end for end in ends if 0 <= now - end.at <= WINDOW_S]
    return tuple(
        DialEntry(
            kind="pppoe",
            state="idle" if end.reason == "accepted" else "failed",
            source="login-test",
            stage=STAGES[end.reason],
            reason=end.reason,
            age_s=round(now - end.at, 1),
            shape=end.shape,
        )
        for end in sorted(lately, key=lambda end: -end.at)
    )
