"""Holds a report against the truth of its scenario."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tests.lab.scenarios import EXACT, HEALTHY

if TYPE_CHECKING:
    from tests.lab.scenarios import Scenario

CUSTOMERS_SIDE = frozenset({"device", "home"})


class Mark(StrEnum):
    RIGHT = "right"  # the true fault and owner, or healthy where all is well
    OWNER_RIGHT = "owner right"  # the true owner under another name
    ABSTAINED = "abstained"  # inconclusive, and the truth is among the suspects
    ASTRAY = "astray"  # inconclusive, and the truth is not among them
    MISSED = "missed"  # healthy, where something is broken
    FALSE_ALARM = "false alarm"  # a fault named where nothing is broken
    WRONG = "wrong"  # another owner
    WRONG_BLAME = "wrong blame"  # the customer's computer or home, and it is neither
    NO_REPORT = "no report"

    @property
    def honest(self) -> bool:
        return self in (Mark.RIGHT, Mark.OWNER_RIGHT, Mark.ABSTAINED)


def mark(scenario: Scenario, report: dict[str, Any] | None) -> Mark:
    """What this report is worth, whatever was asked of it."""
    if report is None:
        return Mark.NO_REPORT
    found = report["diagnosis"]
    verdict, owner, fault = found["verdict"], found["owner"], found["fault"]
    if verdict == "healthy":
        return Mark.RIGHT if scenario.owner == "none" else Mark.MISSED
    if verdict == "inconclusive":
        known = bool(scenario.codes & set(found["suspects"]))
        return Mark.ABSTAINED if known else Mark.ASTRAY
    if owner == scenario.owner:
        return Mark.RIGHT if fault in scenario.codes else Mark.OWNER_RIGHT
    if owner in CUSTOMERS_SIDE:
        return Mark.WRONG_BLAME
    return Mark.FALSE_ALARM if scenario.owner == "none" else Mark.WRONG


def as_expected(scenario: Scenario, user: str, report: dict[str, Any] | None) -> str | None:
    """Why this report is less than the scenario demands for this user, or None when it will do."""
    given = mark(scenario, report)
    wanted = scenario.for_root if user == "root" else scenario.for_nobody
    if given is not Mark.RIGHT and (wanted in (EXACT, HEALTHY) or given is not Mark.ABSTAINED):
        return f"{given}: wanted {wanted}, owner {scenario.owner}, one of {sorted(scenario.codes)}"
    findings = {finding["fault"] for finding in (report or {})["diagnosis"]["findings"]}
    lacking = scenario.advice - findings
    return f"without the advice {sorted(lacking)}" if lacking else None
