"""Whole reports without a network: of the cases, and of the homes that were recorded in the lab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.predicate import Look
from cpe_agent.host.replay import replay_host
from cpe_agent.report import Report, make
from tests.homes import facts_of
from tests.recordings.compose import composed
from tests.recordings.places import RECORDED, SYSTEMS
from tests.test_cases import all_cases, home_of
from tests.test_replay import run_file, run_on

CASES = {f"{case['file']}: {case['name']}": case for case in all_cases()}


@cache
def case_report(name: str) -> Report:
    return judged_report(home_of(CASES[name]))


def judged_report(home: dict[str, Any]) -> Report:
    facts = facts_of(home)
    judgement = judge(Look(facts), ALL)
    return make(facts, judgement, started=1_800_000_000, seconds=1.234567, platform="linux x86_64", case=None)


class Recorded(Mapping[str, Report]):
    """Each is run when it is first asked for."""

    def __iter__(self) -> Iterator[str]:
        yield from RECORDED
        for system in SYSTEMS:
            yield from (f"{name} on {system}" for name in RECORDED)

    def __len__(self) -> int:
        return len(RECORDED) * (1 + len(SYSTEMS))

    def __getitem__(self, name: str) -> Report:
        return _recorded(name)


@cache
def _recorded(name: str) -> Report:
    scenario, _, system = name.partition(" on ")
    return run_on(replay_host(composed(system, scenario)), scenario) if system else run_file(scenario)


def recorded_reports() -> Recorded:
    """By scenario and system (``line-down``, ``line-down on windows-11``): real runs, replayed."""
    return Recorded()
