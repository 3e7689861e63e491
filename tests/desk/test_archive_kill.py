"""Acknowledged is stored (T10): kill -9, a power cut, an I/O error, a full disk; and the same with a writer that is
wrong, which must be found out. The long form: ``python -m tests.desk.kill 100``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk import postgres, power

ROOT = Path(__file__).parent.parent.parent
KILLS = int(os.environ.get("CPE_AGENT_DESK_KILLS", "6"))


def kills(*arguments: str) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.desk.kill", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=1800,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_killed_at_random_moments() -> None:
    found = kills(str(KILLS))
    assert found["killed"] == KILLS
    assert found["acknowledged"] > KILLS
    assert found["rows"] >= found["acknowledged"] / 2
    assert (found["lost"], found["twice"], found["gaps"], found["sound"]) == (0, 0, False, True)


def test_acknowledging_first_is_found_out() -> None:
    assert kills("3", "--wrong", "early")["lost"] > 0


@pytest.mark.skipif(postgres.missing() is not None, reason=str(postgres.missing()))
def test_the_server_is_killed_too() -> None:
    found = kills("3", "--postgres")
    assert found["acknowledged"] > 3
    assert (found["lost"], found["gaps"]) == (0, False)


@pytest.mark.skipif(postgres.missing() is not None, reason=str(postgres.missing()))
def test_a_server_that_commits_later_is_found_out() -> None:
    assert kills("4", "--postgres", "--wrong", "lazy")["lost"] > 0


# ----------------------------------------------------------------------------------------- power cut, I/O error


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    problem = power.missing()
    if problem:
        pytest.skip(problem)
    monkeypatch.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder).resolve()


def life(place: Path, kind: str, count: int, *inject: str) -> None:
    command = [sys.executable, "-m", "tests.desk.power_life", str(place / "data"), kind, str(count)]
    assert power.traced(command, place / "trace", *inject) == 0


def cut(place: Path, cuts: int = 30) -> dict[str, int]:
    return power.losses(place / "trace", place / "data", place, 1, cuts)


def test_the_power_is_cut(place: Path) -> None:
    life(place, "real", 150)
    found = cut(place)
    assert found["acknowledged"] == 150
    assert found["cuts with losses"] == 0, found


@pytest.mark.parametrize("wrong", ["never-syncs", "early"])
def test_a_writer_that_is_wrong_loses_something(place: Path, wrong: str) -> None:
    life(place, wrong, 150)
    found = cut(place)
    assert found["acknowledged"] == 150
    assert found["cuts with losses"] > 0, found


@pytest.mark.parametrize(
    "inject",
    [
        "fdatasync:error=EIO:when=1..3",
        "fdatasync:error=EIO:when=12..14",
        "pwrite64:error=EIO:when=150..153",
        "pwrite64:error=ENOSPC:when=250..255",
    ],
)
def test_the_disk_fails_for_a_while(place: Path, inject: str) -> None:
    life(place, "real", 150, inject)
    found = cut(place)
    assert 50 < found["acknowledged"] < 150, "some were refused, and later ones stored"
    assert found["cuts with losses"] == 0, found


# ------------------------------------------------------------------------------------------------------ disk full


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs root to mount a small file system")
def test_a_file_system_that_is_full(place: Path) -> None:
    ran = subprocess.run(
        ["unshare", "--mount", sys.executable, "-m", "tests.desk.full_life", place], capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert 0 < found["stored until full"] < found["sent"] == found["stored"]
    assert (found["lost when full"], found["lost"]) == (0, 0)
