"""Receipts: the code of a report, and who gets one."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.crockford import ALPHABET
from cpe_agent.deliver.receipt import (
    CLEARING,
    CLEARING_AT_FIRST_SOCKET,
    CUSTOMERS_SIDE,
    cleared,
    read_receipt_code,
    receipt_code,
)
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.report import from_json, to_json
from tests.lab.scenarios import BY_NAME
from tests.reports import CASES, recorded_reports
from tests.reports import case_report as of_case


def test_the_code_is_sixty_bits_of_the_hash() -> None:
    digest = hashlib.sha256(b'cpe-agent receipt\n{"schema":1}').digest()
    number = int.from_bytes(digest[:8], "big") >> 4
    code = receipt_code(b'{"schema":1}')
    read = 0
    for character in code.replace("-", ""):
        read = read * 32 + ALPHABET.index(character)
    assert read == number
    assert [len(group) for group in code.split("-")] == [4, 4, 4]


@given(st.binary())
def test_what_people_type_is_read(data: bytes) -> None:
    code = receipt_code(data)
    assert read_receipt_code(code) == code
    assert read_receipt_code(code.lower().replace("-", " ")) == code
    assert read_receipt_code(code.replace("0", "O").replace("1", "l").replace("V", "u")) == code
    assert read_receipt_code(code.replace("0", "o").replace("1", "I")) == code


@pytest.mark.parametrize("text", ["", "4F7K", "4F7K-2Q9X-0AB", "4F7K-2Q9X-0ABCD", "4F7K-2Q9X-0AB*", "٤F7K-2Q9X-0ABC"])
def test_what_can_be_no_code_is_none(text: str) -> None:
    assert read_receipt_code(text) is None


def test_one_slip_never_makes_the_code_of_the_same_report() -> None:
    code = receipt_code(b"report").replace("-", "")
    for i, character in enumerate(code):
        for other in ALPHABET.replace(character, ""):
            assert read_receipt_code(code[:i] + other + code[i + 1 :]) != receipt_code(b"report")


# ------------------------------------------------------------------ who gets one


def true_owners(case: dict[str, Any]) -> set[tuple[str, str]]:
    """(owner, acts) of every fault that a case says is really there."""
    expect = case["expect"]
    codes = {expect.get("fault"), *expect.get("roots", []), *expect.get("suspects", [])}
    codes |= {code for code, standing in expect.get("standing", {}).items() if standing == "root"}
    return {(BY_CODE[c].owner.value, BY_CODE[c].acts.value) for c in codes if c}


def test_the_customers_side_is_never_cleared_where_it_is_at_fault() -> None:
    seen = 0
    for name, case in CASES.items():
        report = of_case(name)
        if cleared(report):
            seen += 1
            assert not [t for t in true_owners(case) if t[0] in CUSTOMERS_SIDE or t == ("account", "customer")], name
            assert all(report.diagnosis.segments[s] not in ("broken", "degraded") for s in CUSTOMERS_SIDE), name
    assert seen


def test_a_login_that_is_refused_clears_nobody() -> None:
    for name in CASES:
        if (of_case(name).diagnosis.fault or "").startswith("credentials-"):
            assert not cleared(of_case(name)), name


@pytest.mark.parametrize("code", sorted(CLEARING | CLEARING_AT_FIRST_SOCKET))
def test_what_clears_is_the_providers_or_farther_out(code: str) -> None:
    fault = BY_CODE[code]
    assert fault.owner.value in ("access", "account", "isp-core", "remote")
    assert fault.acts != "customer"


@pytest.mark.parametrize(
    "name",
    [
        "dns: forwarder and provider's resolver are silent, public ones answer",
        "internet: the provider's first router answers and nothing behind it",
        "line: the line is dead at the first socket as well",
        "session: the provider's concentrator is out of resources",
        "site: the asked site does not answer while others do",
    ],
)
def test_who_is_cleared(name: str) -> None:
    report = of_case(name)
    assert cleared(report)
    assert cleared(from_json(to_json(report)))


@pytest.mark.parametrize(
    "name",
    [
        "line: the router's DSL modem has no sync",  # its plug may be out
        "line: nobody answers the router's PADI",  # its VLAN may be wrong
        "line: the fibre box shows a red LOS lamp",  # a word of the customer's
        "open: the provider's walled garden answers every page",  # a bill may be open
        "dns: a typed-in resolver is dead and it is the provider's own",  # his own setting stands beside it
        "session: the login server keeps silent",  # it may keep silent to this one name
    ],
)
def test_who_is_not_cleared(name: str) -> None:
    assert of_case(name).diagnosis.verdict == "fault"
    assert not cleared(of_case(name))


def test_recorded_homes_whose_fault_is_the_customers_are_never_cleared() -> None:
    owners = {name: BY_NAME[name.partition(" on ")[0]].owner for name in recorded_reports()}
    assert {"device", "home", "cpe", "account"} & set(owners.values())
    for name, report in recorded_reports().items():
        if cleared(report):
            assert owners[name] in ("access", "isp-core", "remote"), name
