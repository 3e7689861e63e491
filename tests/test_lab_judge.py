"""The lab's judge: what each verdict is worth against the truth. Needs no rights and no lab."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.judge import Mark, as_expected, mark
from tests.lab.scenarios import BY_NAME


def _report(verdict: str, fault: str | None = None, owner: str | None = None, *more: str) -> dict[str, Any]:
    findings = [{"fault": code} for code in (fault, *more) if code]
    found = {"verdict": verdict, "fault": fault, "owner": owner, "suspects": list(more), "findings": findings}
    return {"diagnosis": found}


@pytest.mark.parametrize(
    ("scenario", "report", "wanted"),
    [
        ("healthy", _report("healthy", None, "none"), Mark.RIGHT),
        ("healthy", _report("fault", "isp-dns-down", "isp-core"), Mark.FALSE_ALARM),
        ("healthy", _report("fault", "lan-cable-bad", "home"), Mark.WRONG_BLAME),
        ("healthy", _report("inconclusive", None, None, "isp-dns-down"), Mark.ASTRAY),
        ("cable-out", _report("fault", "lan-cable-unplugged", "home"), Mark.RIGHT),
        ("cable-out", _report("fault", "lan-cable-bad", "home"), Mark.OWNER_RIGHT),
        ("cable-out", _report("fault", "router-power-off", "cpe"), Mark.WRONG),
        ("cable-out", _report("healthy", None, "none"), Mark.MISSED),
        ("core-down", _report("fault", "static-ip-wrong", "device"), Mark.WRONG_BLAME),
        ("core-down", _report("inconclusive", None, None, "isp-routing-blackhole", "x"), Mark.ABSTAINED),
        ("core-down", _report("inconclusive", None, None, "router-hung"), Mark.ASTRAY),
        ("core-down", None, Mark.NO_REPORT),
    ],
)
def test_mark(scenario: str, report: dict[str, Any] | None, wanted: Mark) -> None:
    assert mark(BY_NAME[scenario], report) is wanted


def test_an_ordinary_user_may_abstain_where_root_may_not() -> None:
    scenario = BY_NAME["core-down"]
    honest = _report("inconclusive", None, None, "isp-routing-blackhole")
    assert as_expected(scenario, "nobody", honest) is None
    assert as_expected(scenario, "root", honest) is not None
    assert as_expected(scenario, "root", _report("fault", "isp-routing-blackhole", "isp-core")) is None
    assert as_expected(scenario, "nobody", None) is not None


def test_advice_is_demanded_beside_a_healthy_verdict() -> None:
    scenario = BY_NAME["double-nat"]
    assert as_expected(scenario, "root", _report("healthy", None, "none")) == "without the advice ['double-nat']"
    report = _report("healthy", None, "none")
    report["diagnosis"]["findings"] = [{"fault": "double-nat"}]
    assert as_expected(scenario, "root", report) is None
