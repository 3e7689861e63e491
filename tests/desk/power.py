"""A power cut, by the system calls that the writer really made: strace writes them down, and a model of a disk that
keeps no more than it must plays them again up to any moment.

What a disk must have: a file's bytes after its fsync, a name after the folder's fsync (POSIX). What was written since
may be there, in part (by sectors), or not. After an fsync that failed, what was pending is lost, whatever a later one
says (that is Linux: the pages count as clean).
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cpe_agent.desk.archive.sqlite import SqliteArchive
from tests.desk import kill

SECTOR = 512
_CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2"
_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)")
_BEGUN = re.compile(r"(\d+) +\w+\(")
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>")
_HANDLE = re.compile(r"(?:-?\d+|AT_FDCWD)<([^>]*)>")


def missing() -> str | None:
    return None if shutil.which("strace") else "needs the Debian package strace"


class Call(NamedTuple):
    """One that succeeded, or an fsync that failed. ``begun`` and ``ended``: lines of the trace."""

    name: str
    path: str
    begun: int
    ended: int
    data: bytes = b""
    offset: int = 0
    to: str = ""
    failed: bool = False


def traced(command: list[str], trace: Path, *inject: str, seconds: float = 120) -> int:
    """Run it under strace; its exit status. ``inject``: as strace takes it (``fdatasync:error=EIO:when=3``)."""
    faults = [word for fault in inject for word in ("-e", f"inject={fault}")]
    return subprocess.run(
        ["strace", "-f", "-y", "-qq", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", *faults, "-o", trace, *command],
        timeout=seconds, check=False, stdin=subprocess.DEVNULL,
    ).returncode  # fmt: skip


def calls(trace: Path) -> Iterator[Call]:
    """In the order in which they ended."""
    begun: dict[str, tuple[str, int]] = {}
    with open(trace) as lines:
        for number, line in enumerate(lines):
            line = line.rstrip("\n")
            first = number
            if line.endswith(_UNFINISHED) and (found := _BEGUN.match(line)):
                begun[found[1]] = (line.removesuffix(_UNFINISHED), number)
                continue
            if found := _RESUMED.match(line):
                head, first = begun.pop(found[1], ("", number))
                line = head + line[found.end() :]
            if (found := _LINE.match(line)) and (call := _call(found[2], found[3], int(found[4]), first, number)):
                yield call


def _call(name: str, arguments: str, result: int, begun: int, ended: int) -> Call | None:
    failed = result < 0
    if name in ("fsync", "fdatasync"):
        handle = _HANDLE.match(arguments)
        return Call("sync", _bytes(handle[1]).decode(), begun, ended, failed=failed) if handle else None
    if failed:
        return None
    texts = [_bytes(text) for text in arguments.split('"')[1::2]]
    handle = _HANDLE.match(arguments)
    if name in ("pwrite64", "write") and handle:
        offset = int(arguments.rsplit(",", 1)[1]) if name == "pwrite64" else -1
        return Call(name, _bytes(handle[1]).decode(), begun, ended, texts[0][:result], offset)
    if name == "ftruncate" and handle:
        return Call("truncate", _bytes(handle[1]).decode(), begun, ended, offset=int(arguments.rsplit(",", 1)[1]))
    if name == "openat" and "O_CREAT" in arguments:
        return Call("create", texts[0].decode(), begun, ended)
    if name.startswith("unlink"):
        return Call("unlink", texts[0].decode(), begun, ended)
    if name.startswith("rename"):
        return Call("rename", texts[0].decode(), begun, ended, to=texts[1].decode())
    return None


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


class _Inode:
    def __init__(self) -> None:
        self.sure = bytearray()
        self.pending: list[Call] = []


class Disk:
    """What is below ``folder``, and what of it a power cut would leave."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._names: dict[str, _Inode] = {}
        self._sure: dict[str, _Inode] = {}

    def play(self, call: Call) -> None:
        if not (call.path == self._folder or call.path.startswith(self._folder + "/")):
            return
        if call.name == "create":
            self._names.setdefault(call.path, _Inode())
        elif call.name == "unlink":
            self._names.pop(call.path, None)
        elif call.name == "rename":
            self._names[call.to] = self._names.pop(call.path)
        elif call.name == "sync" and call.path == self._folder:
            if not call.failed:
                self._sure = dict(self._names)
        elif (inode := self._names.get(call.path)) is not None:
            if call.name != "sync":
                inode.pending.append(call)
                return
            # What was written while the fsync went on may have come too late for it.
            reached = [one for one in inode.pending if one.ended < call.begun]
            inode.pending = [one for one in inode.pending if one.ended >= call.begun]
            if not call.failed:
                for one in reached:
                    _apply(inode.sure, one, None)

    def after_a_cut(self, into: Path, rng: random.Random | None) -> None:
        """Write what is left into a folder. ``rng`` draws what of the rest has come to be there; None: nothing has."""
        into.mkdir()
        names = self._sure if rng is None or rng.random() < 0.5 else self._names
        for name, inode in names.items():
            data = bytearray(inode.sure)
            for one in inode.pending if rng is not None else ():
                if rng is not None and rng.random() < 0.5:
                    _apply(data, one, rng)
            if not name.endswith("-shm"):
                (into / Path(name).name).write_bytes(data)


def _apply(data: bytearray, call: Call, rng: random.Random | None) -> None:
    if call.name == "truncate":
        del data[call.offset :]
        data.extend(bytes(call.offset - len(data)))
        return
    at = len(data) if call.offset < 0 else call.offset
    data.extend(bytes(max(0, at + len(call.data) - len(data))))
    if rng is None or rng.random() < 0.5:
        data[at : at + len(call.data)] = call.data
        return
    for start in range(0, len(call.data), SECTOR):  # torn
        if rng.random() < 0.5:
            piece = call.data[start : start + SECTOR]
            data[at + start : at + start + len(piece)] = piece


def losses(trace: Path, data: Path, scratch: Path, seed: int, cuts: int) -> dict[str, int]:
    """Cut the power ``cuts`` times along a trace, right after an acknowledgement or at any call, and count what was
    acknowledged by then and is not there. ``worst``: the most at one cut."""
    rng = random.Random(seed)
    done = list(calls(trace))
    told = [n for n, call in enumerate(done) if call.path.endswith("/acks") and call.name == "write"]
    points = {*rng.sample(told, min(len(told), cuts // 2)), *rng.sample(range(told[0], len(done)), cuts - cuts // 2)}
    disk = Disk(data)
    acks: list[kill.Ack] = []
    found = {"acknowledged": len(told), "cuts": 0, "cuts with losses": 0, "worst": 0}
    for number, call in enumerate(done):
        disk.play(call)
        if call.name == "write" and call.path.endswith("/acks"):
            acks += kill.acks_in(call.data)
        if number in points:
            into = scratch / f"cut-{number}"
            disk.after_a_cut(into, rng if rng.random() < 0.6 else None)
            archive = SqliteArchive(into)
            lost = len(kill.missing(archive, acks))
            archive.close()
            shutil.rmtree(into)
            found["cuts"] += 1
            found["cuts with losses"] += lost > 0
            found["worst"] = max(found["worst"], lost)
    return found
