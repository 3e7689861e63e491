"""The whole run in a home whose router, files and surroundings are hostile or broken.

Every run must end inside its deadline with exactly one JSON report, at most 8 MiB above a healthy run, name what was
nasty, and never blame the customer for it. What every run is held against stands in ``tests/hostile/home.py``.
"""

from __future__ import annotations

from typing import Any

import pytest

from cpe_agent.facts import SECTIONS, section_name
from tests.hostile.batch import Batch
from tests.hostile.cases import DESCRIPTION, DNS, HOW, HTTP, SOAP, all_cases
from tests.hostile.home import Looked, customer_blamed
from tests.lab.needs import missing

pytestmark = [pytest.mark.lab, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

MEASURED = [section_name(section) for section in SECTIONS[2:]]  # the first two are what the run was asked
CASES = all_cases(MEASURED)
LINES = {case.name: case.line for case in CASES}


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch(CASES, homes=4)


def run_with(batch: Batch, key: str, mood: str) -> tuple[Looked, str]:
    """The run in which some address had this mood, and that address."""
    for case in CASES:
        for name, value in case.moods.items():
            if name.partition("@")[0] == key and value == mood:
                return batch.result(case.name), name.partition("@")[2]
    raise LookupError(f"{key} {mood}")


def igd(looked: Looked, address: str) -> dict[str, Any]:
    found: dict[str, Any] = next(i for i in looked.section("router")["igds"] if i["address"] == address)
    return found


@pytest.mark.parametrize("case", [case.name for case in CASES])
def test_ends_with_a_report_and_never_blames_the_customer(batch: Batch, case: str) -> None:
    looked = batch.result(case)
    assert not customer_blamed(looked.diagnosis), looked.diagnosis
    if LINES[case] == "dead" and looked.diagnosis["first_broken"] is not None:
        assert looked.diagnosis["suspects"], "something fails, and nobody is told where to look"


@pytest.mark.parametrize(("mood", "failure"), DESCRIPTION.items())
def test_description_is_named(batch: Batch, mood: str, failure: str | None) -> None:
    looked, address = run_with(batch, "description", mood)
    found = igd(looked, address)
    assert found["problem"] == failure
    if failure is None:
        assert len(found["manufacturer"]) <= 64
        assert found["samples"][0]["status"] == "Connected"


@pytest.mark.parametrize(("mood", "failure"), SOAP.items())
def test_soap_answer_is_named(batch: Batch, mood: str, failure: str | None) -> None:
    looked, address = run_with(batch, "soap", mood)
    sample = igd(looked, address)["samples"][0]
    assert sample["failure"] == failure
    if failure is None:
        assert 0 < len(sample["status"]) <= 64
    if mood == "numbers":
        assert (sample["uptime_s"], sample["down_bps"], sample["up_bps"]) == (None, None, None)


@pytest.mark.parametrize("mood", [case.moods["page"] for case in CASES if case.name.startswith("description")])
def test_page_of_the_router_is_named(batch: Batch, mood: str) -> None:
    looked, _ = run_with(batch, "page", mood)
    assert looked.section("router")["page"]["failure"] == HTTP[mood]


@pytest.mark.parametrize(("mood", "failure"), HTTP.items())
def test_captive_check_is_named(batch: Batch, mood: str, failure: str | None) -> None:
    check = batch.result(f"web {mood}").section("web")["captive"][0]
    assert check["answer"]["failure"] == failure
    assert not check["expected"]
    assert check["answer"]["date_skew_s"] is None


@pytest.mark.parametrize(("mood", "failures"), DNS.items())
def test_dns_answer_is_named(batch: Batch, mood: str, failures: tuple[str, ...]) -> None:
    servers = batch.result(f"dns {mood}").section("dns")["servers"]
    router = next(server for server in servers if server["is_gateway"])
    assert {answer["failure"] for answer in router["answers"]} == set(failures)
    assert all(len(answer["addresses"]) <= 16 for server in servers for answer in server["answers"])


def test_ten_thousand_ssdp_answers_are_counted_to_a_bound(batch: Batch) -> None:
    router = batch.result("ssdp flood").section("router")
    assert 4 < router["ssdp_answers"] <= 32
    assert len(router["igds"]) == 4
    assert not any(device["is_gateway"] for device in router["igds"])


@pytest.mark.parametrize("mood", ["away", "names"])
def test_ssdp_answers_that_point_elsewhere_are_not_followed(batch: Batch, mood: str) -> None:
    (found,) = batch.result(f"ssdp {mood}").section("router")["igds"]
    assert found["problem"] == "garbage"


def test_issuer_with_control_characters_is_named(batch: Batch) -> None:
    answer = batch.result("tls").section("web")["tls"][0]["answer"]
    assert answer["failure"] == "tls_self_signed"
    assert answer["issuer"].startswith("[2JytiruceS Wall")


def test_a_router_that_resets_everything_is_named(batch: Batch) -> None:
    (gateway,) = batch.result("reset").section("gateway")["gateways"]
    assert {connect["failure"] for connect in gateway["tcp"]} == {"refused"}


@pytest.mark.parametrize("section", MEASURED)
def test_a_crashed_collector_is_named(batch: Batch, section: str) -> None:
    found = batch.result(f"crash {section}").report["sections"][section]
    if section == "clock" and found["outcome"] == "skipped":
        return  # a healthy verdict may be settled before the clock's turn comes
    assert found["outcome"] == "crashed"
    assert found["reason"].startswith("ZeroDivisionError: [2Jdrowssap x")
    assert found["content"] is None


@pytest.mark.parametrize(("how", "outcome"), HOW.items())
def test_a_collector_that_fails_in_another_way_is_named(batch: Batch, how: str, outcome: str) -> None:
    assert batch.result(f"crash reach {how}").report["sections"]["reach"]["outcome"] == outcome
