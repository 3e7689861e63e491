"""Homes of the lab, broken for real, judged by the program as it would run on a Mac (``as_mac.py``): never a wrong
owner, and right or inconclusive with the truth among the suspects, as for an ordinary user of Linux."""

from __future__ import annotations

import pytest

from tests.lab.judge import Mark, as_expected, mark
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME

pytestmark = [pytest.mark.lab, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

HOMES = (
    "healthy",
    "icmp-filtered-everywhere",
    "cable-out",
    "static-address-wrong",
    "router-hung",
    "line-down",
    "line-down-silent",
    "login-rejected",
    "resolver-dead",
    "walled-garden",
)


@pytest.mark.parametrize("name", HOMES)
def test_a_mac_finds_the_truth(name: str) -> None:
    scenario = BY_NAME[name]
    with scenario.home() as home:
        scenario.inject(home)
        command = [word if word != "cpe_agent" else "tests.macos.as_mac" for word in home.client_command()]
        status, report, words = home.run_client(command=[*command, *scenario.arguments()])
    assert report is not None, (status, words)
    system = report["sections"]["system"]["content"]
    assert system["os_family"] == "macos"
    crashed = [name for name, section in report["sections"].items() if section["outcome"] == "crashed"]
    assert not crashed, crashed
    assert mark(scenario, report) not in (Mark.WRONG, Mark.WRONG_BLAME, Mark.FALSE_ALARM, Mark.NO_REPORT), (
        report["diagnosis"],
        words,
    )
    assert as_expected(scenario, "nobody", report) is None, report["diagnosis"]
