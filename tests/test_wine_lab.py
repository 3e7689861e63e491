"""Homes of the lab, broken for real, judged by the program as Windows runs it: a Windows Python under wine in the place
of the customer's own. ``make wincheck`` asks for it; elsewhere it would make everybody fetch that Python.

Left out are the homes whose truth wine does not tell: what an address came from, an adapter that is switched off.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.lab.judge import Mark, as_expected, mark
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "packaging"))  # it is no package: its files run as scripts

import wine_python  # noqa: E402

ASKED = "CPE_AGENT_WINCHECK_LAB"
pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(ASKED not in os.environ, reason="only make wincheck brings a Windows Python"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]
HOMES = (
    "healthy",
    "cable-out",
    "line-down",
    "login-rejected",
    "core-down",
    "resolver-dead",
    "captive-portal",
    "walled-garden",
)


@pytest.mark.parametrize("name", HOMES)
def test_the_windows_program_finds_the_truth(name: str) -> None:
    scenario, python = BY_NAME[name], wine_python.prepare()
    with python.alone(), scenario.home() as home:
        scenario.inject(home)
        settings = {**python.environment(ROOT), **home.client_environment}
        settings.pop("TMPDIR", None)  # the computer of the home has a /tmp of its own
        words = [wine_python.windows_path(Path(w)) if w.startswith("/") else w for w in home.client_command()[1:]]
        command = ["env", *(f"{key}={value}" for key, value in settings.items())]
        command += ["sh", "-c", 'exec "$@" < /dev/null', "sh", *python.unfenced(*words)]
        status, report, said = home.run_client(command=[*command, *scenario.arguments()])
    assert report is not None, (status, said)
    assert report["sections"]["system"]["content"]["os_family"] == "windows"
    crashed = [name for name, section in report["sections"].items() if section["outcome"] == "crashed"]
    assert not crashed, crashed
    wrong = (Mark.WRONG, Mark.WRONG_BLAME, Mark.FALSE_ALARM, Mark.NO_REPORT)
    assert mark(scenario, report) not in wrong, (report["diagnosis"], said)
    assert as_expected(scenario, "nobody", report) is None, report["diagnosis"]
