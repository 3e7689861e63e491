"""Nothing is lost and nothing comes twice, whenever the client is killed (``tests/outbox_kill.py``).

Two hundred runs here; ``CPE_AGENT_KILLS=1000`` for all of them, or ``python -m tests.outbox_kill 1000``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUNS = int(os.environ.get("CPE_AGENT_KILLS", "200"))

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a life is a fork")


def kills(*arguments: str) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.outbox_kill", *arguments], cwd=Path(__file__).parent.parent,
        capture_output=True, text=True, timeout=1800, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_before_in_and_after_every_step() -> None:
    found = kills("0", "--every-step")
    assert found["steps"] >= 10, "a write, fsync, rename and fsync to keep, two pieces of network, the same to mark it"
    assert found["killed"] == 3 * 2 * found["steps"]
    assert (found["lost"], found["stuck"], found["twice"], found["foreign"]) == (0, [], 0, 0)


def test_at_seeded_random_moments() -> None:
    found = kills(str(RUNS))
    assert found["killed"] > RUNS / 3
    assert found["promised"] > RUNS
    assert found["at the desk"] >= found["promised"]
    assert (found["lost"], found["stuck"], found["twice"], found["foreign"]) == (0, [], 0, 0)


@pytest.mark.parametrize("wrong", ["takes-out-first", "promises-first", "writes-in-place", "says-sent-first"])
def test_an_outbox_that_loses_is_found_out(wrong: str) -> None:
    assert kills("0", "--every-step", "--outbox", wrong)["lost"] > 0


def test_an_outbox_that_sends_two_of_one_is_found_out() -> None:
    found = kills("0", "--every-step", "--outbox", "seals-anew")
    assert found["twice"] > 0
    assert found["foreign"] > 0
