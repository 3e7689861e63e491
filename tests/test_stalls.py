"""A lab test is run again when this computer stood still, and only then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.needs import PROJECT

STANDS_STILL = "import os, signal, subprocess; subprocess.run(['sh', '-c', f'kill -STOP {os.getpid()}; sleep 0.6; kill -CONT {os.getpid()}'])"  # noqa: E501
PLAIN = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
LAB = """
import pytest
tries = []
@pytest.mark.lab
def test_it():
    tries.append(1)
    {happens}
    assert len(tries) == {right}
"""


def ran(tmp_path: Path, happens: str, right: int) -> str:
    (tmp_path / "test_lab.py").write_text(LAB.format(happens=happens, right=right))
    words = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", *words, str(tmp_path / "test_lab.py")]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=PROJECT, env=PLAIN).stdout


@pytest.mark.parametrize(
    ("happens", "right", "found"),
    [("pass", 2, "1 failed"), (STANDS_STILL, 2, "1 passed"), (STANDS_STILL, 4, "1 failed")],
    ids=["fails in time", "stood still once", "fails every time"],
)
def test_only_a_standstill_is_an_excuse(tmp_path: Path, happens: str, right: int, found: str) -> None:
    said = ran(tmp_path, happens, right)
    assert found in said, said
    assert ("stood still for 0." in said) is (happens != "pass")
