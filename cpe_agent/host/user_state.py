"""The state folder of the user behind ``sudo``, used with that user's rights and no more.

A login test needs root for its raw frames, and its user's next run needs to know of it. Root must not trust a folder
that somebody else may fill with links: so the one thread that reads or writes there puts its rights over files down to
that user's meanwhile (setfsuid(2)). A link then leads nowhere its maker could not go, and what is made is the user's.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host.state_folder import state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_AS_IT_IS = -1  # no such identity: setfsuid(2) then changes nothing and tells the present one


class SudoUser(NamedTuple):
    uid: int
    gid: int
    home: Path


class UserState(NamedTuple):
    """``behind``: on whose behalf root runs; None where this user is its own."""

    folder: Path
    behind: SudoUser | None

    @contextmanager
    def rights(self) -> Iterator[None]:
        """Around every use of the folder, within one thread and without an ``await``. Raises OSError."""
        if self.behind is None:
            yield
            return
        # The groups of root stay down for this whole process: a thread of its own cannot put them back by itself.
        os.setgroups([])
        try:
            _files_as(self.behind.uid, self.behind.gid)
            yield
        finally:
            _files_as(0, 0)


def user_state() -> UserState:
    """The state folder of whoever started this program, be it through ``sudo``. Raises OSError."""
    behind = _sudo_user()
    if behind is None:
        return UserState(state_folder(), None)
    return UserState(behind.home / ".local" / "state" / "cpe-agent", behind)


def _sudo_user() -> SudoUser | None:
    """By SUDO_UID, which sudo(8) sets. Linux alone: on macOS sudo keeps HOME, and Windows has none."""
    named = os.environ.get("SUDO_UID", "")
    numeric = named.isascii() and named.isdecimal() and len(named) <= 10
    if not (numeric and sys.platform.startswith("linux") and os.geteuid() == 0):
        return None
    import pwd

    try:
        entry = pwd.getpwuid(int(named))
    except (KeyError, OverflowError):
        return None
    home = Path(entry.pw_dir)
    if entry.pw_uid == 0 or not home.is_absolute():
        return None
    return SudoUser(entry.pw_uid, entry.pw_gid, home)


def _files_as(uid: int, gid: int) -> None:
    """This thread's rights over files. Raises PermissionError when the kernel did not do it: it says nothing itself."""
    import ctypes

    libc = ctypes.CDLL(None)
    libc.setfsgid(gid)
    libc.setfsuid(uid)
    if (libc.setfsuid(_AS_IT_IS), libc.setfsgid(_AS_IT_IS)) != (uid, gid):
        raise PermissionError(1, "the rights of the user behind sudo cannot be taken on")
