"""The thin thread: a home breaks, the client runs in it, the customer reads digits, the representative sees a card."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.home import Home
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME

ROOT = Path(__file__).parent.parent


def decode(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cpe_agent", "decode", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)


@pytest.mark.lab
@pytest.mark.skipif(missing() is not None, reason=str(missing()))
@pytest.mark.parametrize("user", ["root", "nobody"])
def test_broken_home_to_card(user: str) -> None:
    scenario = BY_NAME["cable-out"]
    with Home() as home:
        scenario.inject(home)
        status, report, words = home.run_client(scenario.arguments(), user)
    assert report is not None, words
    assert status == 1
    diagnosis = report["diagnosis"]
    assert (diagnosis["fault"], diagnosis["owner"]) == ("lan-cable-unplugged", "home")

    code = report["spoken_code"]
    misheard = code[:-1] + str((int(code[-1]) + 1) % 10)
    read = json.loads(decode("--json", misheard).stdout)
    assert read["corrected"]
    for field in ("verdict", "fault", "owner", "acts", "grade", "segments"):
        assert read[field] == diagnosis[field], field
    card = decode(*code.split()).stdout
    assert "No signal on the network cable" in card
    assert len(card.splitlines()) <= 24, "one screen"
