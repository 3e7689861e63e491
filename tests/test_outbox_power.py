"""A power cut, by the order of the calls: what is on the disk after any of them, if the disk kept only what it was made
to keep. A killed process cannot show this, because the system's own memory outlives it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.deliver.outbox import Kept, Outbox
from tests.test_outbox import MADE, name

BODY = b"a report" * 50


class Disk:
    """What a disk must have: the bytes of a file after its fsync, its name after the folder's fsync. What it may have
    besides, when it likes: a new name before that. ``worst`` and ``eager`` are the two ends of it."""

    def __init__(self) -> None:
        self.open: dict[int, str] = {}
        self.bytes: dict[str, bytes] = {}  # by name, as programs see them
        self.synced: dict[str, bytes] = {}  # the same, as far as forced to the disk
        self.worst: dict[str, bytes] = {}
        self.states: list[tuple[dict[str, bytes], dict[str, bytes]]] = []

    def note(self) -> None:
        self.states.append((dict(self.worst), dict(self.synced)))

    def write(self, file: str, data: bytes) -> None:
        self.bytes[file] = self.bytes.get(file, b"") + data
        self.synced.setdefault(file, b"")
        self.note()

    def fsync(self, file: str) -> None:
        if Path(file).is_dir():
            inside = {f: d for f, d in self.synced.items() if str(Path(f).parent) == file}
            self.worst = {f: d for f, d in self.worst.items() if str(Path(f).parent) != file} | inside
        else:
            self.synced[file] = self.bytes.get(file, b"")
        self.note()

    def replace(self, source: str, target: str) -> None:
        self.bytes[target] = self.bytes.pop(source, b"")
        self.synced[target] = self.synced.pop(source, b"")
        self.note()


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """The calls of the outbox really happen, and the model of the disk follows them."""
    disk = Disk()
    real = {call: getattr(os, call) for call in ("open", "write", "fsync", "replace", "close")}

    def opened(path: Any, flags: int, *more: Any, **named: Any) -> int:
        handle: int = real["open"](path, flags, *more, **named)
        disk.open[handle] = str(path)
        if flags & os.O_TRUNC:
            disk.bytes[str(path)] = b""
            disk.synced[str(path)] = b""  # a disk may have cut the old one already
        return handle

    def wrote(handle: int, data: Any) -> int:
        count: int = real["write"](handle, data)
        disk.write(disk.open[handle], bytes(data)[:count])
        return count

    def synced(handle: int) -> None:
        real["fsync"](handle)
        disk.fsync(disk.open[handle])

    def replaced(source: Any, target: Any) -> None:
        real["replace"](source, target)
        disk.replace(str(source), str(target))

    def closed(handle: int) -> None:
        disk.open.pop(handle, None)
        real["close"](handle)

    with monkeypatch.context() as patch:
        for call, ours in (("open", opened), ("write", wrote), ("fsync", synced), ("replace", replaced),
                           ("close", closed)):  # fmt: skip
            patch.setattr(os, call, ours)
        yield disk


def entries(state: dict[str, bytes], folder: Path, tmp: Path) -> tuple[Kept, ...]:
    """What an outbox finds on a disk in that state."""
    place = tmp / "after"
    place.mkdir(exist_ok=True)
    for old in place.iterdir():
        old.unlink()
    for file, data in state.items():
        if Path(file).parent == folder:
            (place / Path(file).name).write_bytes(data)
    return Outbox(place).all()


class NeverSyncs(Outbox):
    """Leaves it to the system when anything reaches the disk."""

    def _store(self, entry: Kept, body: bytes) -> None:
        real, os.fsync = os.fsync, lambda _handle: None  # type: ignore[assignment]
        try:
            super()._store(entry, body)
        finally:
            os.fsync = real


class SyncsNoFolder(Outbox):
    @staticmethod
    def _sync(folder: Path) -> None:
        pass


class RenamesFirst(NeverSyncs):
    """The name before the bytes are safe."""

    def _store(self, entry: Kept, body: bytes) -> None:
        super()._store(entry, body)
        handle = os.open(self._file(entry.id), os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        self._sync(self.folder)


def losses(kind: type[Outbox], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A report is put, tried in vain and sent, with the power cut after each call. What would be lost, in words."""
    box = kind(tmp_path / "outbox")
    found = []
    with watched(monkeypatch) as disk:
        kept = box.put(BODY, name(1), MADE)
        after_put = len(disk.states)
        box.update(kept._replace(tries=1, reason="timed_out"))
        before_sent = len(disk.states)
        box.update(kept._replace(state="sent", sent=MADE, locator="X"))
    for number, state in enumerate(disk.states[after_put - 1 :], after_put):
        for which, files in zip(("worst", "eager"), state, strict=True):
            there = entries(files, box.folder, tmp_path)
            if not there:
                found.append(f"{which}: nothing is left after call {number}")
            elif there[0].state == "sent" and number <= before_sent:
                found.append(f"{which}: sent before it was")
    return found


def test_nothing_is_lost_wherever_the_power_goes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert losses(Outbox, monkeypatch, tmp_path) == []


@pytest.mark.parametrize("wrong", [NeverSyncs, SyncsNoFolder, RenamesFirst])
def test_a_missing_or_misplaced_fsync_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: type[Outbox]
) -> None:
    assert losses(wrong, monkeypatch, tmp_path)


def test_a_new_folder_is_made_to_last(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    synced = []
    real = os.fsync

    def noted(handle: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{handle}"))
        real(handle)

    monkeypatch.setattr(os, "fsync", noted)
    Outbox(tmp_path / "a" / "b" / "outbox").put(BODY, name(1), MADE)
    assert synced[:3] == [str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a" / "b")]
