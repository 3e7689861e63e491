"""Two namespaces and the wire between them: the program on one side, the scripted concentrator on the other.

lgpcPID eth0 ------------------------- line lgacPID
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.lab.needs import clean_environment
from tests.probe_lab import ip, listening, program

PROJECT = Path(__file__).resolve().parent.parent.parent
PC, AC = (f"{side}{os.getpid()}" for side in ("lgpc", "lgac"))  # two suites at once do not meet
USER, SECRET = "alice@isp.example", "correct horse"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the caller's; state, caches and temporary files inside ``home``."""
    return {
        **clean_environment(),
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "TMPDIR": str(home),
        "PYTHONPATH": str(PROJECT),
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


def command(*arguments: str, interface: str | None = "eth0", user: str = USER, module: str = "cpe_agent") -> list[str]:
    named = [] if interface is None else ["--interface", interface]
    program = [sys.executable, "-m", module, "login-test"]
    return [*program, *named, "--user", user, "--password-stdin", *arguments]


def start(home: Path, *arguments: str, secret: str = SECRET, program: Sequence[str] = ()) -> subprocess.Popen[str]:
    """The program started and left running, the secret already on its stdin. ``program``: in place of the command."""
    running = subprocess.Popen(
        ["ip", "netns", "exec", PC, *(program or command("--json", *arguments))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment(home),
    )
    assert running.stdin is not None
    running.stdin.write(secret + "\n")
    running.stdin.flush()
    return running


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


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

    def login(
        self,
        home: Path,
        *arguments: str,
        secret: str = SECRET,
        user: str = USER,
        interface: str | None = "eth0",
        json_: bool = True,
        before: Sequence[str] = (),
        more: dict[str, str] | None = None,
        module: str = "cpe_agent",
    ) -> Ran:
        """One run of the program beside the concentrator. ``before``: what starts it; ``more``: of its environment;
        ``module``: what is run in its place."""
        called = command(*(["--json"] if json_ else []), *arguments, user=user, interface=interface, module=module)
        done = subprocess.run(
            ["ip", "netns", "exec", PC, *before, *called],
            input=secret + "\n",
            capture_output=True,
            text=True,
            timeout=60,
            cwd=home,
            env=environment(home, **(more or {})),
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def router(home: Path, status: str) -> Iterator[None]:
    """A home router in front of the program: an address, a default route, and its word about its own session."""
    state = home / "igd.json"
    state.write_text(json.dumps({"service": "WANPPPConnection", "status": status}))
    ip("addr add 192.168.1.1/24 dev line", netns=AC)
    ip("addr add 192.168.1.2/24 dev eth0", "route add default via 192.168.1.1", netns=PC)
    try:
        with program(
            AC, sys.executable, "-m", "tests.login.router", str(state), ready=lambda: listening(AC, "tcp", 49152)
        ):
            yield
    finally:
        ip("addr flush dev line", netns=AC)
        ip("addr flush dev eth0", netns=PC)


@contextmanager
def place() -> Iterator[Place]:
    _sweep()
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
        _remove(PC, AC)


def _sweep() -> None:
    """What runs left behind that were killed, and an earlier place of this one."""
    left = [netns.name for netns in Path("/run/netns").glob("lg[pa]c[0-9]*")]
    _remove(*(name for name in left if name in (PC, AC) or not Path(f"/proc/{name[4:]}").exists()))


def _remove(*names: str) -> None:
    for name in names:
        if Path(f"/run/netns/{name}").exists():
            subprocess.run(["ip", "netns", "del", name], check=False)
