"""What a lab started, and how it is stopped: by pid and start time, never by name.

Every lab keeps ``lab.json`` in its own directory under the temporary directory: the owner's pid and every process
it started, each with its start time (clock ticks since boot, field 22 of /proc/PID/stat, proc(5)) so that a pid
that was given to somebody else in the meantime is left alone. ``sweep`` removes labs whose owner is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.lab.needs import clean_environment

PREFIX = "cpe-lab-"
NETNS_FILES = Path("/etc/netns")


def start_time(pid: int) -> int | None:
    """Clock ticks since boot when this process started, or None when it is gone or only a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def end(processes: Sequence[tuple[int, int]], patience_s: float = 2.0) -> None:
    """Kills each (pid, start time) with its whole process group. None of a lab's programs has anything to save, and
    the computer's first process, being number 1 of its pid namespace, hears nothing milder."""
    left = [(pid, born) for pid, born in processes if start_time(pid) == born]
    for pid, _ in left:
        with contextlib.suppress(ProcessLookupError):  # it ended between the look and the signal
            os.killpg(pid, signal.SIGKILL)
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline and any(start_time(pid) == born for pid, born in left):
        time.sleep(0.002)


def wait_for_port(pid: int, port: int, protocol: str = "udp", timeout_s: float = 5.0) -> None:
    """Until this process's namespace has a socket on ``port``; RuntimeError when none comes."""
    deadline = time.monotonic() + timeout_s
    wanted = f":{port:04X} "
    while wanted not in Path(f"/proc/{pid}/net/{protocol}").read_text(encoding="ascii"):
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing opened {protocol} port {port}")
        time.sleep(0.003)


class Processes:
    """Long-running programs of one lab, each the leader of its own process group."""

    def __init__(self, directory: Path, tag: str) -> None:
        self.directory = directory
        self.tag = tag
        self._started: dict[str, tuple[subprocess.Popen[bytes], int]] = {}
        self._note()

    def _note(self) -> None:
        owner = os.getpid()
        note = {
            "tag": self.tag,
            "owner": [owner, start_time(owner)],
            "processes": [[p.pid, born] for p, born in self._started.values()],
        }
        fresh = self.directory / "lab.json.new"
        fresh.write_text(json.dumps(note), encoding="utf-8")
        fresh.replace(self.directory / "lab.json")

    def start(self, name: str, command: Sequence[str], *, cwd: Path | None = None) -> int:
        """Starts it with its output in ``name``.log; returns its pid."""
        with (self.directory / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=cwd,
                env=clean_environment(),
                start_new_session=True,
            )
        self._started[name] = (process, start_time(process.pid) or 0)
        self._note()
        return process.pid

    def running(self, name: str) -> bool:
        return name in self._started and self._started[name][0].poll() is None

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def stop(self, *names: str) -> None:
        """Stops these, or all of them."""
        chosen = [self._started.pop(name) for name in (names or tuple(self._started)) if name in self._started]
        end([(process.pid, born) for process, born in chosen])
        for process, _ in chosen:
            process.wait(timeout=2)
        self._note()


def forget(directory: Path, tag: str) -> None:
    """Removes the namespaces, per-namespace files and the directory of a lab whose processes are ended."""
    spaces = subprocess.run(
        ["ip", "netns", "list"], check=False, capture_output=True, text=True, env=clean_environment()
    )
    own = [line.split()[0] for line in spaces.stdout.splitlines() if line.startswith(f"{tag}-")]
    if own:
        batch = "".join(f"netns del {name}\n" for name in own)
        subprocess.run(
            ["ip", "-force", "-batch", "-"], input=batch, check=False, capture_output=True, text=True,
            env=clean_environment(),
        )  # fmt: skip
    for files in NETNS_FILES.glob(f"{tag}-*"):
        shutil.rmtree(files, ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)


def sweep() -> list[str]:
    """Removes what labs left behind whose owner was killed; returns their tags."""
    gone = []
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        note_file = directory / "lab.json"
        try:
            note = json.loads(note_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # being made right now, or not a lab
        pid, born = note["owner"]
        if start_time(pid) == born:
            continue
        end([(p, b) for p, b in note["processes"]])
        forget(directory, note["tag"])
        gone.append(note["tag"])
    return gone
