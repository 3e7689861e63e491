"""A Mac that has not let this program into the home network: said wherever the customer reads, blamed on nobody."""

from __future__ import annotations

from typing import Any

import pytest

from cpe_agent.card import card
from cpe_agent.desk.card.sections import missing
from cpe_agent.desk.card.voice import Voice
from cpe_agent.home_network import is_closed
from cpe_agent.layout import printable
from cpe_agent.page.brief import brief
from cpe_agent.page.document import document
from cpe_agent.report import Report
from cpe_agent.words import LANGUAGES, ui
from tests.homes import patch
from tests.page_reports import made, state_of
from tests.test_cases import all_cases, home_of

DEAD = "a Mac keeps this program from the home network, and the line is dead: nobody in the home is named"
WELL = "a Mac keeps this program from the home network, and the line works"
MAC = {"system.os_family": "macos", "system.os_version": "15.5"}


def closed(name: str = DEAD, **changes: Any) -> Report:
    home = home_of(next(case for case in all_cases() if case["name"] == name))
    patch(home, MAC | changes)
    return made(home)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everywhere_a_customer_reads_it_is_said_with_what_to_do(language: str) -> None:
    report = closed()
    said, how = ui("home-network", language), ui("home-network.how", language).format(name="cpe-agent")
    narrow = " ".join(card(report, language=language).split())
    assert f"{said}. {printable(how)}" in narrow
    assert f"{said}. {how}" in brief(report, language)
    for live in (True, False):
        page = document(state_of(report, language), live=live, nonce="n")
        assert said in page
        assert ('id="b-again-allowed"' in page) is live, "a file has no button"


def test_the_representative_reads_it_first_among_what_is_not_measured() -> None:
    voice = Voice("en")
    assert next(gap.why for gap in missing(closed(), voice)) == ui("home-network")
    assert ui("home-network") not in [gap.why for gap in missing(closed(WELL), voice)]


def test_while_nothing_is_named_it_comes_before_other_things_to_do() -> None:
    page = document(state_of(closed()), live=True, nonce="n")
    assert page.index('id="allow-h"') < page.index('class="card steps"')


def _look(family: str, failure: str) -> dict[str, Any]:
    echo = {"address": "x", "method": "icmp", "sent": 2, "failure": failure}
    return {"address": "x", "family": family, "nic": "en0", "echo": echo}


@pytest.mark.parametrize(
    "changes",
    [
        {"system.os_family": "linux"},
        {"system.os_version": "14.7"},  # asks nobody yet
        {"system.os_version": None},
        {"system.os_version": "x" * 40},
        {"gateway.gateways[*].echo.received": 1},  # the router answered
        {"gateway.gateways[*].echo.failure": "timed_out", "gateway.gateways[*].tcp": []},
        {"gateway.gateways": []},
        {"reach.probes[*].failure": "no_route"},  # nothing at all is let out
        {"gateway.gateways": [_look("v6", "not_permitted"), _look("v4", "timed_out")]},  # one that is really silent
    ],
)
def test_otherwise_nothing_is_said(changes: dict[str, Any]) -> None:
    _nothing_is_said(closed(**changes))


def test_a_router_that_was_seen_forwarding_needs_no_look() -> None:
    _nothing_is_said(closed(WELL))


def _nothing_is_said(report: Report) -> None:
    assert not is_closed(report)
    assert ui("home-network") not in card(report) + brief(report, "en")
    assert 'id="allow-h"' not in document(state_of(report), live=True, nonce="n")


def test_a_report_from_elsewhere_is_no_mac() -> None:
    report = closed()
    section = report.sections["gateway"]
    strange = section._replace(content={"gateways": [7]})
    assert is_closed(report)
    report.sections["gateway"] = strange
    assert not is_closed(report)
