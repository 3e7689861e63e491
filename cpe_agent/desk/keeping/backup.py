"""A copy of the data, taken while the desk runs; the keys go elsewhere.

Each database is copied by SQLite's own backup (https://www.sqlite.org/backup.html), in one step: one state of it, and
nobody waits. The reports are copied before the records, so that whatever a report names is in the copy too, and the
keys last, so that they open everything in a copy of the data made before. A copy appears under its name when it is
whole and on the disk, with a manifest that holds every file's SHA-256.

The list of what was erased goes with both. To restore: put the data, the keys, the secret and the *newest* list that
there is into an empty folder, and start. The vault destroys again what the list says; ``desk reconcile`` clears away
the rest.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from cpe_agent import __version__
from cpe_agent.desk.archive.sqlite_file import MonthFile
from cpe_agent.desk.records.store import FILE as RECORDS
from cpe_agent.desk.settings import Settings
from cpe_agent.desk.vault.erasures import NAME as ERASED
from cpe_agent.desk.vault.keys import FILE as KEYS
from cpe_agent.steps import when

MANIFEST = "manifest.json"
FORMAT = 1


class CannotBackUp(Exception):
    """Why, in a sentence."""


class Copied(NamedTuple):
    folder: Path
    files: int
    bytes: int


def back_up(settings: Settings, to: Path, keys_to: Path | None, now: float) -> tuple[Copied, Copied | None]:
    """Copy the data to a new folder and, when asked, the keys to another one. Raises ``CannotBackUp``, and OSError."""
    for folder in (to, *([] if keys_to is None else [keys_to])):
        if folder.exists():
            raise CannotBackUp(f"{folder} is there already; a backup makes a folder of its own")
    if keys_to is not None and (_holds(to, keys_to) or _holds(keys_to, to)):
        raise CannotBackUp("the keys are kept apart from the data: neither folder may lie in the other")
    if settings.database:
        from cpe_agent.desk.keeping.backup_postgres import dump_data, dump_keys

        url = settings.database
        data = _whole(settings, to, now, "data", lambda folder: dump_data(url, folder))
        keys = keys_to and _whole(settings, keys_to, now, "keys", lambda folder: dump_keys(url, folder))
        return data, keys or None
    if not (settings.data / RECORDS).exists():
        raise CannotBackUp(f"no desk has its data in {settings.data}")
    _room(settings, to)
    data = _whole(settings, to, now, "data", lambda folder: _copy_data(settings.data, folder))
    if keys_to is None:
        return data, None
    return data, _whole(settings, keys_to, now, "keys", lambda folder: _copy(settings.data / KEYS, folder))


def damaged(folder: Path) -> list[str]:
    """Which files of a backup are missing or not as they were written; empty when it is whole."""
    try:
        files: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return [MANIFEST]
    return [name for name, told in files.items() if not (folder / name).is_file() or _told(folder / name) != told]


def _copy_data(data: Path, folder: Path) -> None:
    for file in sorted(file for file in data.iterdir() if MonthFile.is_one(file.name)):
        _copy(file, folder)
    _copy(data / RECORDS, folder)


def _copy(file: Path, folder: Path) -> None:
    with (
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as source,
        closing(sqlite3.connect(folder / file.name)) as copy,
    ):
        try:
            source.backup(copy)
            found = copy.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            raise CannotBackUp(f"{file.name} is damaged: {error}") from None
        if found != ("ok",):
            raise CannotBackUp(f"{file.name} is damaged: {found[0]}")


def _whole(settings: Settings, to: Path, now: float, kind: str, fill: Callable[[Path], None]) -> Copied:
    """A folder that is there with everything in it, or not at all."""
    to.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))  # only its owner may enter
    try:
        fill(new)
        if (settings.data / ERASED).exists():
            shutil.copyfile(settings.data / ERASED, new / ERASED)
        files = {file.name: _told(file) for file in sorted(new.iterdir())}
        told = {"format": FORMAT, "kind": kind, "made": when(now), "version": __version__, "files": files}
        (new / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        _sync([*new.iterdir(), new])
        os.rename(new, to)
        _sync([to.parent])
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return Copied(to, len(files), sum(told["bytes"] for told in files.values()))


def _told(file: Path) -> dict[str, Any]:
    with file.open("rb") as read:
        digest = hashlib.file_digest(read, "sha256").hexdigest()
        return {"bytes": file.stat().st_size, "sha256": digest}


def _room(settings: Settings, to: Path) -> None:
    needed = sum(file.stat().st_size for file in settings.data.glob("*.db"))
    place = next(folder for folder in to.absolute().parents if folder.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        raise CannotBackUp(f"{place} has room for {free >> 20} MiB; {needed >> 20} MiB are needed")


def _holds(folder: Path, other: Path) -> bool:
    return other.resolve().is_relative_to(folder.resolve())


def _sync(paths: Iterable[Path]) -> None:
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
