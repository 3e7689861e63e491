"""Homes of the lab, broken for real, judged by the program as Windows runs it: a Windows Python under wine in the place
of the customer's own. ``make wincheck`` asks for it; elsewhere it would make everybody fetch that Python.

All of the selection but ``NEVER``; where wine does not show the truth (``LESS``), an answer that names nobody will do.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.lab.judge import Mark, as_expected, mark
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME, CORE

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "packaging"))  # it is no package: its files run as scripts

import wine_python  # noqa: E402

ASKED = "CPE_AGENT_WINCHECK_LAB"
pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(ASKED not in os.environ, reason="only make wincheck brings a Windows Python"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]
NEVER = {
    "nic-down": "wine calls an adapter that is switched off up, without a signal",
    "static-address-wrong": "wine calls every address a DHCP server's: then it is the router that does not answer",
}
LESS = {
    "static-dns-wrong": "wine calls every name server a DHCP server's",
    "proxy-dead": "that home sets the proxy in the environment, where Windows does not look",
    "icmp-filtered-everywhere": "timers under wine are so late that it may be called a slow home",
}
"""Where the truth cannot be seen; a wrong owner may not be named there either."""
HOMES = [scenario.name for scenario in CORE if scenario.name not in NEVER]


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
    assert name in LESS or as_expected(scenario, "nobody", report) is None, report["diagnosis"]
