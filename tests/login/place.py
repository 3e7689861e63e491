"""Two namespaces and the wire between them: the program on one side, the scripted concentrator on the other.

lgpc eth0 ------------------------- line lgac
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.probe_lab import ip

PROJECT = Path(__file__).resolve().parent.parent.parent
PC, AC = "lgpc", "lgac"
USER, SECRET = "alice@isp.example", "correct horse"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the caller's but the search paths; state and caches inside ``home``."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "PYTHONPATH": str(PROJECT),
        "TMPDIR": str(home),
        **more,
    }


class Ran(NamedTuple):
    status: int
    stdout: str
    stderr: str

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.stdout)
        return said


def command(*arguments: str, interface: str = "eth0", user: str = USER) -> list[str]:
    return [
        sys.executable, "-m", "cpe_agent", "login-test", "--interface", interface, "--user", user, "--password-stdin",
        *arguments,
    ]  # fmt: skip


class Place:
    def __init__(self, concentrator: subprocess.Popen[str]) -> None:
        self._concentrator = concentrator

    def behave(self, **behaviour: Any) -> dict[str, Any]:
        """Set the concentrator's behaviour anew; what it had seen until now."""
        assert self._concentrator.stdin is not None
        assert self._concentrator.stdout is not None
        self._concentrator.stdin.write(json.dumps(behaviour) + "\n")
        self._concentrator.stdin.flush()
        line = self._concentrator.stdout.readline()
        assert line, "the concentrator died"
        seen: dict[str, Any] = json.loads(line)
        return seen

    def login(self, home: Path, *arguments: str, secret: str = SECRET, user: str = USER, json_: bool = True) -> Ran:
        done = subprocess.run(
            ["ip", "netns", "exec", PC, *command(*(["--json"] if json_ else []), *arguments, user=user)],
            input=secret + "\n",
            capture_output=True,
            text=True,
            timeout=60,
            cwd=home,
            env=environment(home),
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def place() -> Iterator[Place]:
    _remove()
    try:
        ip(f"netns add {PC}", f"netns add {AC}")
        ip(f"link add eth0 netns {PC} type veth peer name line netns {AC}")
        ip("link set lo up", "link set eth0 up", netns=PC)
        ip("link set line up", netns=AC)
        running = subprocess.Popen(
            ["ip", "netns", "exec", AC, sys.executable, "-m", "tests.login.concentrator", "line"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        with running:
            assert running.stdout is not None
            assert running.stdout.readline() == "{}\n", "the concentrator did not start"
            try:
                yield Place(running)
            finally:
                running.kill()
    finally:
        _remove()


def _remove() -> None:
    for name in (PC, AC):
        if Path(f"/run/netns/{name}").exists():
            subprocess.run(["ip", "netns", "del", name], check=False)
