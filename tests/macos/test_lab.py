"""Homes of the lab, broken for real, judged by the program as it would run on a Mac (``as_mac.py``): never a wrong
owner, and right or inconclusive with the truth among the suspects, as for an ordinary user of Linux."""

from __future__ import annotations

import json

import pytest

from cpe_agent.home_network import is_closed
from cpe_agent.report import from_json
from tests.lab.home import Home
from tests.lab.judge import Mark, as_expected, mark
from tests.lab.needs import missing
from tests.lab.plan import LAN_ROUTER, RESOLVERS
from tests.lab.scenarios import BY_NAME
from tests.macos.as_mac import WAITS

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


@pytest.mark.parametrize("line", ["works", "is dead"])
def test_a_mac_that_was_not_let_into_the_home_network_names_nobody_at_home(line: str) -> None:
    with Home(ipv6=False) as home:
        if line == "is dead":
            BY_NAME["line-down-silent"].inject(home)
        home.rooms["pc"].shell(f"ip route add unreachable {LAN_ROUTER}/32")
        home.computer.resolv_conf(f"nameserver {LAN_ROUTER}\nnameserver {RESOLVERS[0]}\n")
        command = [word if word != "cpe_agent" else "tests.macos.as_mac" for word in home.client_command()]
        command.insert(command.index("tests.macos.as_mac") + 1, WAITS)
        _, report, words = home.run_client(command=command)
    assert report is not None, words
    (look,) = report["sections"]["gateway"]["content"]["gateways"]
    assert {probe["failure"] for probe in (look["echo"], look["dns"], *look["tcp"])} == {"not_permitted"}
    assert is_closed(from_json(json.dumps(report).encode())) is (line == "is dead")
    found = report["diagnosis"]
    assert found["verdict"] == ("healthy" if line == "works" else "inconclusive"), found
    assert found["owner"] in ("none", None)
