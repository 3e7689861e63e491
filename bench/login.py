"""The login test's part of the benchmark: three ends, against the scripted concentrator of ``tests/login``.

It stands in a namespace beside the program and answers at once, so that its own answer time is about zero. Each run
starts with an empty home of its own: no earlier refusal makes it wait.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.login.place import PC, SECRET, Place, environment, place

FLOOR = Path(__file__).parent / "login_floor.py"


class LoginCase(NamedTuple):
    """``name``: also the outcome that must be said. ``goal_s``: without the server's own answer time."""

    name: str
    behaviour: dict[str, Any]
    secret: str
    floor_says: str
    goal_s: float


CASES = (
    LoginCase("accepted", {}, SECRET, "offer", 1.5),
    LoginCase("rejected", {}, f"not {SECRET}", "offer", 1.5),
    LoginCase("no-pado", {"mute": "padi"}, SECRET, "silence", 2.8),
)


class Measured(NamedTuple):
    floor_s: list[float]
    client_s: list[float]
    floor_wrong: int
    right: int
    peak_mib: float


def measure(case: LoginCase, runs: int, peak: str) -> Measured:
    """Turn by turn, after one run of each that warms byte code and disk cache. ``peak``: a program that runs its
    arguments and prints their peak memory in KiB."""
    found = Measured([], [], 0, 0, 0.0)
    wrong = right = 0
    with place() as made:
        for turn in range(runs + 1):
            seconds, said = _floor(made, case)
            if turn:
                found.floor_s.append(seconds)
                wrong += said != case.floor_says
            seconds, outcome = _client(made, case)
            if turn:
                found.client_s.append(seconds)
                right += outcome == case.name
        made.behave(**case.behaviour)
        with tempfile.TemporaryDirectory() as home:
            kib = made.login(Path(home), secret=case.secret, before=(sys.executable, "-S", "-I", "-c", peak)).stdout
    return found._replace(floor_wrong=wrong, right=right, peak_mib=int(kib or 0) / 1024)


def _floor(made: Place, case: LoginCase) -> tuple[float, str]:
    made.behave(**case.behaviour)
    with tempfile.TemporaryDirectory() as home:
        began = time.monotonic()
        ran = subprocess.run(
            ["ip", "netns", "exec", PC, sys.executable, "-I", str(FLOOR), "eth0"],
            capture_output=True,
            text=True,
            env=environment(Path(home)),
            check=False,
        )
        return time.monotonic() - began, ran.stdout.strip()


def _client(made: Place, case: LoginCase) -> tuple[float, str]:
    made.behave(**case.behaviour)
    with tempfile.TemporaryDirectory() as home:
        began = time.monotonic()
        ran = made.login(Path(home), secret=case.secret)
        return time.monotonic() - began, str(ran.said["outcome"])
