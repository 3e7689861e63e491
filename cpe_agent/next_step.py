"""Who can do a deciding test, and how the customer tells its result to the next run."""

from __future__ import annotations

from cpe_agent.answers import QUESTIONS
from cpe_agent.report import Report

ANSWERED_BY: dict[str, str] = {
    # test's key -> question whose answer it gives
    "ask-for-public-address": "wants-inbound",
    "ask-second-device": "second-device",
    "ask-what-is-missing": "trouble",
    "look-at-line-lamp": "line-lamp",
    "look-at-los-lamp": "los-lamp",
    "look-at-modem-lamps": "modem-lamps",
    "look-at-router-lamps": "router-lamps",
    "swap-lan-cable": "cable-swap",
    "test-at-first-socket": "first-socket",
    "try-another-browser": "browser",
}

BY_PROVIDER = frozenset(
    {
        "ask-provider-concentrator",
        "ask-provider-resolver",
        "measure-from-provider",
        "read-address-server-log",
        "read-login-server-log",
    }
)
"""Tests that only the provider can do."""


def again(report: Report, test: str) -> tuple[str, tuple[str, ...]] | None:
    """The command of the next run with the first possible answer, and the other answers; None when the test's result
    is no answer, or nobody ran a program. What was asked for in this run is asked for again."""
    question = ANSWERED_BY.get(test)
    if question is None or content(report, "plan").get("asked_only"):
        return None
    import shlex

    first, *others = QUESTIONS[question]
    words = ["cpe-agent", "run"]
    plan = content(report, "plan")
    for option in ("target", "complaint"):
        if plan.get(option) and not (option == "complaint" and plan.get("target") and plan[option] == "site"):
            words += [f"--{option}", str(plan[option])]
    if plan.get("deep"):
        words.append("--deep")
    given = content(report, "answers").get("given")
    for key, value in (given if isinstance(given, dict) else {}).items():
        if key != question:
            words += ["--answer", f"{key}={value}"]
    return shlex.join([*words, "--answer", f"{question}={first}"]), tuple(others)


def content(report: Report, section: str) -> dict[str, object]:
    """A section's content as it stands in the report; empty when it is missing or none."""
    found = report.sections.get(section)
    return found.content if found is not None and isinstance(found.content, dict) else {}
