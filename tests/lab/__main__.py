"""The lab's own command line.

python -m tests.lab list
python -m tests.lab up NAME [--rtt MS]        brings it up, says how to enter it, waits for Enter
python -m tests.lab run [ONLY ...] [--core] [--user root|nobody|both] [--rtt MS]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.lab.judge import Mark, as_expected, mark
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME, CORE, SCENARIOS, Scenario

_ROW = "{:<25} {:<7} {:<13} {:<32} {:<9} {:>6}  {:<12} {}"


def _list() -> int:
    for scenario in SCENARIOS:
        codes = " | ".join(sorted(scenario.codes)) or "healthy"
        about = " ".join((scenario.inject.__doc__ or "").split())
        print(f"{'*' if scenario.core else ' '} {scenario.name:<26}{scenario.owner:<10}{codes:<60}{about}")
    print(f"{len(SCENARIOS)} scenarios; * marks the {len(CORE)} that the test command runs")
    return 0


def _up(scenario: Scenario, rtt_ms: float | None) -> int:
    with scenario.home(rtt_ms) as home:
        scenario.inject(home)
        print(f"{scenario.name} is up. Truth: {' | '.join(sorted(scenario.codes)) or 'healthy'} ({scenario.owner})")
        print(home.shells())
        print(f"  servers' behaviour: {home.directory}/world.json (read again when it changes)")
        print(f"  the client: {' '.join(home.client_command(scenario.arguments()))}")
        print("Enter ends it.")
        sys.stdin.readline()
    return 0


def _look(scenario: Scenario, user: str, rtt_ms: float | None) -> tuple[dict[str, Any] | None, str, float]:
    with scenario.home(rtt_ms) as home:
        scenario.inject(home)
        began = time.monotonic()
        _, report, words = home.run_client(scenario.arguments(), user)
        return report, words, time.monotonic() - began


def _run(chosen: list[Scenario], users: list[str], rtt_ms: float | None, keep: Path | None) -> int:
    print(_ROW.format("scenario", "user", "verdict", "fault or suspects", "owner", "s", "mark", ""), flush=True)
    marks: Counter[str] = Counter()
    short = 0
    for scenario in chosen:
        for user in users:
            report, words, seconds = _look(scenario, user, rtt_ms)
            given = mark(scenario, report)
            why = as_expected(scenario, user, report)
            short += why is not None
            marks[given] += 1
            found = report["diagnosis"] if report else {"verdict": "-", "fault": None, "suspects": [], "owner": None}
            name = found["fault"] or " ".join(found["suspects"])
            remark = "" if why is None else f"WANTED {why}" if report else " ".join(words.split())[-120:]
            row = (scenario.name, user, found["verdict"], name, found["owner"] or "-", f"{seconds:.2f}", given, remark)
            print(_ROW.format(*row), flush=True)
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                text = json.dumps(report, indent=1, ensure_ascii=False) if report else words
                (keep / f"{scenario.name}.{user}.json").write_text(text, encoding="utf-8")
    print("\n" + ", ".join(f"{kind}: {marks[kind]}" for kind in Mark if marks[kind]) + f"; {sum(marks.values())} runs")
    runs = sum(marks.values()) - marks[Mark.NO_REPORT]
    blamed = marks[Mark.WRONG_BLAME]
    enough = runs >= 10 and not blamed  # fewer prove next to nothing
    bound = f"; with none in {runs} reports the true rate is below {3 / runs:.0%} (95 %)" if enough else ""
    print(f"the customer wrongly blamed: {blamed}{bound}")
    print(f"less than demanded: {short}")
    return 1 if short else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description="A home, a provider and an internet.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the scenarios")
    up = commands.add_parser("up", help="bring one up and wait for Enter")
    up.add_argument("name", choices=sorted(BY_NAME))
    run = commands.add_parser("run", help="run the client in each and mark its verdict")
    run.add_argument("only", nargs="*", help="names of scenarios; all when none")
    run.add_argument("--core", action="store_true", help="only the selection that the test command runs")
    run.add_argument("--user", choices=("root", "nobody", "both"), default="both")
    run.add_argument("--keep", type=Path, help="write every report into this directory")
    for one in (up, run):
        one.add_argument("--rtt", type=float, help="milliseconds there and back on the line")
    wanted = parser.parse_args()
    if wanted.command == "list":
        return _list()
    problem = missing()
    if problem:
        print(problem, file=sys.stderr)
        return 4
    if wanted.command == "up":
        return _up(BY_NAME[wanted.name], wanted.rtt)
    unknown = [name for name in wanted.only if name not in BY_NAME]
    if unknown:
        print(f"no such scenario: {' '.join(unknown)}; `list` names them", file=sys.stderr)
        return 2
    chosen = [BY_NAME[name] for name in wanted.only] or list(CORE if wanted.core else SCENARIOS)
    users = ["root", "nobody"] if wanted.user == "both" else [wanted.user]
    return _run(chosen, users, wanted.rtt, wanted.keep)


if __name__ == "__main__":
    sys.exit(main())
