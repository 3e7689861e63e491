"""What this computer's earlier runs found, in one small file of the user's own, so that a restart between two runs is
seen and what came of it.

No address and no name is in the file: the home and the boot are hashes under a key that is made for this file and never
leaves it. Times are the computer's; whether its clock can be believed is looked at when the file is read.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import time
from pathlib import Path
from typing import NamedTuple

from cpe_agent.codec import Malformed, from_plain, to_plain
from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.facts import PastRun
from cpe_agent.host import KeptRun
from cpe_agent.host.bounded_file import read_bytes

FILE = "history.json"
FORMAT = 1
MOST_RUNS = 20
MOST_AGE_S = 7 * 86_400
MOST_BYTES = 65_536
_SALT_BYTES = 16
_ABANDONED_S = 60  # a writer needs milliseconds; one that is older was killed
_CLOCK_SLACK_S = 60
_ROUNDED_S = 0.1  # times are kept to a tenth of a second
_VERDICTS = ("healthy", "fault", "inconclusive")
_WORD = re.compile(r"[a-z][a-z0-9-]{0,63}")
_MOST_COUNTED = 2**32  # both uptimes are 32-bit counters of seconds


class Here(NamedTuple):
    """Where and when a run takes place. ``home``, the router's hardware address, tells this home from any other and
    ``boot`` this start of the computer; neither is ever written down. ``at`` is seconds since the epoch."""

    home: bytes
    boot: bytes
    boot_age_s: float
    at: float


class Entry(NamedTuple):
    at: float
    home: str
    boot: str
    boot_age_s: float
    run: KeptRun


class History(NamedTuple):
    """``salt`` in hexadecimal."""

    format: int
    salt: str
    entries: tuple[Entry, ...]


def load(folder: Path) -> History | None:
    """None when nothing was ever kept. Raises ``CannotMeasure`` for a file that cannot be read or makes no sense."""
    file = folder / FILE
    try:
        file.lstat()
    except FileNotFoundError:
        return None
    data = read_bytes(file, MOST_BYTES)
    if data is None:
        raise CannotMeasure(Outcome.DENIED, "the record of earlier runs cannot be read")
    try:
        found = from_plain(History, json.loads(data))
        bytes.fromhex(found.salt)
    except (Malformed, ValueError, OverflowError, RecursionError):
        raise CannotMeasure(Outcome.UNSUPPORTED, "the record of earlier runs is damaged") from None
    if found.format != FORMAT or len(found.salt) != 2 * _SALT_BYTES:
        raise CannotMeasure(Outcome.UNSUPPORTED, "the record of earlier runs is another version's")
    return found._replace(entries=tuple(filter(_sane, found.entries[-MOST_RUNS:])))


def _sane(entry: Entry) -> bool:
    run = entry.run
    words = [word for word in (run.fault, run.owner) if word is not None]
    counted = [number for number in (run.router_epoch_s, run.wan_uptime_s) if number is not None]
    return (
        math.isfinite(entry.at)
        and math.isfinite(entry.boot_age_s)
        and run.verdict in _VERDICTS
        and all(_WORD.fullmatch(word) for word in words)
        and all(0 <= number < _MOST_COUNTED for number in counted)
    )


def past_runs(history: History, here: Here) -> tuple[PastRun, ...]:
    """The runs of this home in the last seven days, newest first. One whose age cannot be told is left out."""
    home, boot = _hashed(history.salt, "home", here.home), _hashed(history.salt, "boot", here.boot)
    found = []
    for entry in history.entries:
        age = _age_s(entry, here, same_boot=entry.boot == boot)
        if entry.home == home and age is not None and age <= MOST_AGE_S:
            found.append(PastRun(round(age, 1), same_boot=entry.boot == boot, **entry.run._asdict()))
    return tuple(sorted(found, key=lambda run: run.age_s))


def _age_s(entry: Entry, here: Here, *, same_boot: bool) -> float | None:
    """By the time since the computer's start, which nobody sets, as long as that is the same start. By its clock
    otherwise; the run was then before the start, or one of the two times is a wrong clock's."""
    if same_boot:
        age = here.boot_age_s - entry.boot_age_s
        return max(0.0, age) if age > -_ROUNDED_S else None
    age = here.at - entry.at
    return age if age >= max(0.0, here.boot_age_s - _CLOCK_SLACK_S) else None


def keep(folder: Path, here: Here, run: KeptRun) -> None:
    """Add a run. Raises OSError. The file is whole at any moment; of two programs that write at once one gives up."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = folder / f".{FILE}.part"
    _clear_abandoned(partial)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(_with(folder, here, run))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / FILE)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def _clear_abandoned(partial: Path) -> None:
    with contextlib.suppress(OSError):
        if abs(time.time() - partial.lstat().st_mtime) > _ABANDONED_S:
            partial.unlink()


def _with(folder: Path, here: Here, run: KeptRun) -> bytes:
    try:
        old = load(folder)
    except CannotMeasure:
        old = None  # what cannot be read any more is begun anew, under a new key
    salt = os.urandom(_SALT_BYTES).hex() if old is None else old.salt
    home, boot = _hashed(salt, "home", here.home), _hashed(salt, "boot", here.boot)
    entry = Entry(round(here.at, 1), home, boot, round(here.boot_age_s, 1), run)
    before = () if old is None else tuple(e for e in old.entries if here.at - e.at <= MOST_AGE_S)
    return json.dumps(to_plain(History(FORMAT, salt, (*before[1 - MOST_RUNS :], entry)))).encode()


def _hashed(salt: str, kind: str, value: bytes) -> str:
    from hashlib import blake2b

    return blake2b(kind.encode() + b"\0" + value, digest_size=12, key=bytes.fromhex(salt)).hexdigest()
