"""Canaries: what tells who the customer is shows nowhere, in whichever field of a report it stands."""

from __future__ import annotations

import copy
import gzip
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_agent.desk.archive import Encoding, Incoming
from cpe_agent.desk.customers import Personal
from cpe_agent.desk.people.roles import Role
from cpe_agent.desk.redaction import MASK, MOST_PLACES, masked_report
from cpe_agent.report import to_json, uuid7
from cpe_agent.words import phrase
from tests.desk.conftest import Database
from tests.desk.people_home import NOW, home_on, served
from tests.reports import recorded_reports

DANA = Personal("+972541234567", "98765432")
SPELLINGS = (
    "+972541234567", "0541234567", "054-123-4567", "00972 54 123 4567", "+972 (0)54-123.4567", "972541234567",
    "٠٥٤١٢٣٤٥٦٧", "054\u200f1234567", "5 4 1 2 3 4 5 6 7", "call 054/1234567!", "x541234567y", "98765432", "9876-5432",
    "no. 98765432",
)  # fmt: skip
ADDRESSES = ("203.0.113.77", "2001:db8:1:2::77", "2001:0DB8:0001:0002:0:0:0:77")
HARDWARE = ("3c:a6:2f:51:b0:c9", "3C-A6-2F-51-B0-C9")


@cache
def plain() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_json(recorded_reports()["router-hung"]))
    return found


@cache
def places() -> list[tuple[Any, ...]]:
    """The way to every value of a report."""
    return list(_ways(plain(), ()))


def _ways(value: Any, way: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield way
        return
    for key, one in inner:
        yield from _ways(one, (*way, key))


def with_value(way: tuple[Any, ...], value: Any) -> dict[str, Any]:
    report = copy.deepcopy(plain())
    at: Any = report
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = value
    return report


def digits(text: str) -> str:
    return "".join(str(int(c)) for c in text if c.isdecimal())


@settings(max_examples=120)
@given(data=st.data())
def test_no_field_shows_a_canary(data: st.DataObject) -> None:
    way = data.draw(st.sampled_from(places()))
    canary = data.draw(st.sampled_from((*SPELLINGS, *ADDRESSES, *HARDWARE, 541234567, 972541234567, 98765432)))
    shown = masked_report(with_value(way, canary), DANA, ["203.0.113.77", "2001:db8:1:2::77"])
    at: Any = shown.report
    for key in way:
        at = at[key]
    assert MASK in at, (way, canary)
    assert "541234567" not in digits(at)
    assert "98765432" not in digits(at)
    assert len(shown.places) == 1
    assert shown.places[0].startswith(str(way[0]))


def test_a_key_of_the_json_is_no_hiding_place() -> None:
    shown = masked_report({"sections": {"0541234567": {"content": None}}}, DANA)
    assert "541234567" not in json.dumps(shown.report)
    assert shown.places


@pytest.mark.parametrize("name", recorded_reports())
def test_nothing_is_masked_in_an_honest_report(name: str) -> None:
    report = json.loads(to_json(recorded_reports()[name]))
    assert masked_report(report, DANA) == (report, ())


def test_what_only_looks_alike_stays() -> None:
    report = {
        "port": 12345, "ms": 541.2345, "mac": "3c:a6:2f/51b0c9", "time": "2026-11-22T20:02:11.120Z",
        "id": "0193a5c2-7b1e-7c44-9d0e-3f1f6f0a2b77", "neighbour": "203.0.113.78", "long": "1987654321", "yes": True,
        "text": "954123456", "v6": "2001:db8:1:2::78",
    }  # fmt: skip
    assert masked_report(report, DANA._replace(number="12345"), ["203.0.113.77"]) == (report, ())


def test_who_is_not_known_has_no_canary_but_hardware_addresses_have() -> None:
    report = {"a": "0541234567", "b": "at 3c:a6:2f:51:b0:c9"}
    assert masked_report(report, Personal()).report == {"a": "0541234567", "b": f"at {MASK}"}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("8.8.4.7", True), ("8.8.4.0", False), ("192.168.1.7", False), ("100.64.3.7", True), ("100.64.3.0", False),
        ("2a00:1450:1:2::7", True), ("2a00:1450:1:0:1122:3344:5566:7788", False), ("fe80::1", False),
        ("2a00:1450:1:0:1122:33ff:fe44:5566", True), ("fd00::7:1:2:3", False),
    ],
)  # fmt: skip
def test_the_home_s_own_address_is_masked_everywhere_where_the_client_did_not_shorten_it(
    address: str, found: bool
) -> None:
    report = {
        "sections": {"addressing": {"content": {"addresses": [{"address": address}]}}},
        "diagnosis": {"evidence": f"from {address}, again"},
    }
    shown = masked_report(report, Personal())
    assert (shown != (report, ())) is found
    assert (address in json.dumps(shown.report)) is not found


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(HOSTILE, st.dictionaries(st.sampled_from(["addressing", "router", "neighbours"]), HOSTILE))
def test_garbage_is_looked_over_without_a_traceback(value: Any, sections: Any) -> None:
    masked_report(value, DANA, ["203.0.113.77", "nonsense"])
    masked_report({"sections": {name: {"content": content} for name, content in sections.items()}}, DANA)


def test_it_is_bounded() -> None:
    deep: Any = "0541234567"
    for _ in range(500):
        deep = [deep]
    assert masked_report(deep, DANA).places
    many = masked_report(["0541234567"] * 1000, DANA)
    assert len(many.places) == MOST_PLACES
    assert many.report == [MASK] * 1000
    masked_report(["0 " * 100_000, "9" * 200_000, ":" * 200_000, "+9 7 2 " * 50_000], DANA, ["203.0.113.77"])


def test_no_page_shows_it_and_the_card_says_that_something_is_masked(tmp_path: Path) -> None:
    with home_on(Database(tmp_path / "data", None)) as home, served(home) as server:
        desk = server.desk
        customer = desk.customers.known(home.one, telephone="0541234567", number="98765432")
        honest = to_json(recorded_reports()["line-down"])
        report = json.loads(honest)
        report["sections"]["router"]["reason"] = "asked by 054-1234567 (no. 98765432)"
        report["id"] = uuid7()
        codes = []
        for data in (json.dumps(report).encode(), honest):
            number = bytes.fromhex(json.loads(data)["id"].replace("-", ""))
            packed = gzip.compress(data)
            sealed = desk.vault.seal_report(home.one, customer, number, NOW, packed)
            sha = hashlib.sha256(data).digest()
            stored = Incoming(number, sha, False, sealed, Encoding.GZIP, len(data), home.one, NOW, customer=customer)
            [accepted] = desk.archive.commit([stored])
            codes.append(desk.locator.code(accepted.seq))
        with server.client(home.person[home.one, Role.REPRESENTATIVE]) as browser:
            pages = [
                browser.get(path)
                for path in (
                    f"/reports/{codes[0]}", f"/reports/{codes[0]}/raw.json", f"/reports/{codes[0]}/sheet",
                    f"/compare?a={codes[0]}&b={codes[1]}", f"/customers/{customer}", "/reports",
                )
            ]  # fmt: skip
            whole = browser.get(f"/reports/{codes[1]}")
            assert browser.get(f"/reports/{codes[1]}/raw.json").content == honest, "byte for byte"
        assert [page.status_code for page in pages] == [200] * len(pages)
        for page in pages:
            assert "1234567" not in page.text.replace("-", "")
            assert "98765432" not in page.text
        assert "sections.router.reason" in pages[0].text
        assert phrase("desk_finding", "masked")[:40] in pages[0].text
        assert phrase("desk_finding", "masked")[:40] not in whole.text
