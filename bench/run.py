"""The benchmark: client and floor, turn by turn, in the same six broken homes at 20 ms round-trip time.

    python -m bench.run [--runs N] [--only NAME]

Prints seconds from process start to process end (median of N), their ratio, and two limits: 1.5 times the floor plus
0.2 s for the interpreter's imports, and the absolute goal. The login test has a floor of its own, and the goal alone.
Figures of one machine on one day; not a test.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

from bench import login
from tests.lab.home import Home
from tests.lab.judge import as_expected, mark
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME

RTT_MS = 20.0
FLOOR = Path(__file__).parent / "floor.py"
MEMORY_GOAL_MIB, VERSION_GOAL = 80, 5.0
_AS_DEMANDED = "as demanded"
_ROW = "{:<22} {:>8} {:>8} {:>6} {:>8} {:>8}  {:<10} {:<12} {:>6}  {}"

_PEAK = """\
import os, sys
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ,
    file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
print(os.wait4(pid, 0)[2].ru_maxrss)
"""
"""Peak resident memory in KiB (ru_maxrss, getrusage(2)); the wrapper itself is smaller than any client."""


class Case(NamedTuple):
    name: str
    scenario: str
    floor_says: str
    goal_s: float


CASES = (
    Case("healthy", "healthy", "healthy", 0.9),
    Case("cable out", "cable-out", "cable", 0.25),
    Case("WAN down (it says so)", "line-down", "wan-down", 0.3),
    Case("WAN dark (silence)", "line-down-silent", "wan-dark", 1.8),
    Case("resolver dead", "resolver-dead", "resolver", 2.9),
    Case("20 % loss", "loss-line", "loss", 2.3),
)


class Measured(NamedTuple):
    floor_s: list[float]
    client_s: list[float]
    floor_wrong: int
    marks: list[str]
    peak_mib: float


def _measure(case: Case, runs: int) -> Measured:
    scenario = BY_NAME[case.scenario]
    found = Measured([], [], 0, [], 0.0)
    wrong = 0
    with scenario.home(RTT_MS) as home:
        scenario.inject(home)
        floor = [home.computer.python(), "-S", "-I", home.computer.seen_here(FLOOR), "9.9.9.9", "1.1.1.1", "8.8.8.8"]
        client = home.client_command(scenario.arguments())
        home.run(client)  # byte code and disk cache are warm for both
        home.run(floor)
        for _ in range(runs):
            ran = home.run(floor)
            found.floor_s.append(ran.seconds)
            wrong += ran.stdout.strip() != case.floor_says
            ran = home.run(client)
            found.client_s.append(ran.seconds)
            try:
                report = json.loads(ran.stdout)
            except ValueError:
                report = None
            short = as_expected(scenario, "root", report)
            found.marks.append(_AS_DEMANDED if short is None else mark(scenario, report))
        peak = home.run([home.computer.python(), "-S", "-I", "-c", _PEAK, *client]).stdout
    return found._replace(floor_wrong=wrong, peak_mib=int(peak or 0) / 1024)


def _launch(runs: int) -> tuple[float, float]:
    """Median seconds of ``python -c pass`` and of ``--version``, turn by turn."""
    bare: list[float] = []
    version: list[float] = []
    with Home(ipv6=False, lease=False) as home:
        python = home.computer.python()
        for _ in range(runs + 1):
            bare.append(home.run([python, "-c", "pass"]).seconds)
            version.append(home.run([python, "-m", "cpe_agent", "--version"]).seconds)
    return statistics.median(bare[1:]), statistics.median(version[1:])


def _login_row(case: login.LoginCase, runs: int) -> bool:
    """Measure and print one end of the login test; True when it is within its goal and was said each time."""
    found = login.measure(case, runs, _PEAK)
    floor, client = statistics.median(found.floor_s), statistics.median(found.client_s)
    within = client <= case.goal_s and found.peak_mib <= MEMORY_GOAL_MIB
    note = f"floor wrong {found.floor_wrong} times" if found.floor_wrong else ""
    row = (f"login: {case.name}", f"{floor:.3f}", f"{client:.3f}", f"{client / floor:.2f}", "-", f"{case.goal_s:g}",
           "within" if within else "OVER", f"{found.right} of {runs}", f"{found.peak_mib:.0f}", note)  # fmt: skip
    print(_ROW.format(*row), flush=True)
    return within and found.right == runs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="The client against the floor.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=[*(case.scenario for case in CASES), *(c.name for c in login.CASES)])
    wanted = parser.parse_args()
    problem = missing()
    if problem:
        print(problem, file=sys.stderr)
        return 4
    began = time.monotonic()
    print(f"median of {wanted.runs}, turn by turn, round-trip time {RTT_MS:g} ms, as root")
    print(
        _ROW.format("case", "floor s", "client s", "ratio", "limit s", "goal s", "", _AS_DEMANDED, "MiB", ""),
        flush=True,
    )
    missed = 0
    for case in CASES:
        if wanted.only and case.scenario != wanted.only:
            continue
        found = _measure(case, wanted.runs)
        floor, client = statistics.median(found.floor_s), statistics.median(found.client_s)
        limit = 1.5 * floor + 0.2
        within = client <= limit and client <= case.goal_s and found.peak_mib <= MEMORY_GOAL_MIB
        right = found.marks.count(_AS_DEMANDED)
        missed += not within or right < wanted.runs
        note = f"floor wrong {found.floor_wrong} times" if found.floor_wrong else ""
        odd = sorted(set(found.marks) - {_AS_DEMANDED})
        verdict = "within" if within else "OVER"
        row = (case.name, f"{floor:.3f}", f"{client:.3f}", f"{client / floor:.2f}", f"{limit:.3f}", f"{case.goal_s:g}",
               verdict if right else "-", f"{right} of {wanted.runs}", f"{found.peak_mib:.0f}",
               " ".join([note, *odd]))  # fmt: skip
        print(_ROW.format(*row), flush=True)
    for end in login.CASES:
        if not wanted.only or end.name == wanted.only:
            missed += not _login_row(end, wanted.runs)
    bare, version = _launch(2 * wanted.runs)
    slow = version > VERSION_GOAL * bare
    print(f"--version {version * 1000:.0f} ms, python -c pass {bare * 1000:.0f} ms: {version / bare:.1f} times", end="")
    print(f" (goal {VERSION_GOAL:g}): {'OVER' if slow else 'within'}")
    print(f"{time.monotonic() - began:.0f} s in all")
    return 1 if missed or slow else 0


if __name__ == "__main__":
    sys.exit(main())
