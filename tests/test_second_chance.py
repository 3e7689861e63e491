"""The suite as a whole: what fails beside others is run again alone, aloud, and once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.needs import PROJECT

TEST = """
import pathlib
import pytest

@pytest.mark.parametrize("n", range({count}))
def test_it(n):
    seen = pathlib.Path(__file__).with_name(f"seen-{{n}}")
    before = seen.exists()
    seen.touch()
    assert before and {right}
"""


@pytest.mark.parametrize(
    ("count", "right", "status", "said"),
    [
        (3, True, 0, "passed when it was run again alone: test_late.py::test_it[2]"),
        (1, False, 1, "1 failed"),
        (4, True, 1, "4 failed"),
    ],
    ids=["fails once", "fails again", "too many"],
)
def test_a_second_chance(tmp_path: Path, count: int, right: bool, status: int, said: str) -> None:
    (tmp_path / "test_late.py").write_text(TEST.format(count=count, right=right))
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = lab: none here\n")
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p xdist.plugin", "PYTHONPATH": str(PROJECT)}
    environment = {**os.environ, **alone}
    command = [sys.executable, "-m", "tests"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert (done.returncode, said in done.stdout) == (status, True), done.stdout
    assert ("run again alone" in done.stdout) is (status == 0)
