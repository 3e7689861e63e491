"""The packed program beside the unpacked one: from the start to the page's address, and a whole run.

    python -m bench.packed [--runs N] [--dist FOLDER]

In a lab home at 20 ms round-trip time, turn by turn (unpacked, one folder, one file), warm. The page's goals: 300 ms
one file, 150 ms one folder. A packed run may take 1.3 times the unpacked one beside it; the ratio is the median of the
pairs. Without ``--dist`` (what ``make pack`` made) it packs first. Figures of one machine on one day; not a test.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from bench.page import WATCH
from bench.quiet import quietly
from bench.run import RTT_MS
from tests.lab.home import Home
from tests.lab.needs import PROJECT, missing
from tests.lab.scenarios import BY_NAME

READY_MS = {"one folder": 150, "one file": 300}
MOST_RATIO = 1.3
RUNS = ("healthy", "cable-out", "line-down")


def laid_out(dist: Path, home: Home) -> dict[str, list[str]]:
    """Form -> the words that start it on the home's computer."""
    one_file = home.directory / "cpe-agent"
    shutil.copy2(dist / "cpe-agent-linux", one_file)
    with tarfile.open(dist / "cpe-agent-linux.tar.gz") as tar:
        tar.extractall(home.directory / "folder", filter="data")
    return {
        "unpacked": [home.computer.python(), "-m", "cpe_agent"],
        "one folder": [str(home.directory / "folder" / "cpe-agent" / "cpe-agent")],
        "one file": [str(one_file)],
    }


def page(dist: Path, runs: int) -> int:
    """How many goals were missed."""
    over = 0
    with Home(rtt_ms=RTT_MS) as home:
        forms = laid_out(dist, home)
        words = ["page", "--no-browser", "--no-history", "--no-upload", "--profile", str(home.profile)]
        found: dict[str, list[dict[str, float]]] = {form: [] for form in forms}
        for turn in range(runs + 1):
            for form, start in forms.items():
                watch = [home.computer.python(), "-S", "-I", "-c", WATCH, *start, *words]
                measured = quietly(lambda watch=watch: json.loads(home.run(watch, timeout_s=60).stdout))  # type: ignore[misc]
                if turn:  # byte code and disk cache are warm
                    found[form].append(measured)
    print("page           ready ms  first byte ms  verdict s     goal ms")
    for form, turns in found.items():
        m = {key: statistics.median(turn[key] for turn in turns) for key in turns[0]}
        goal = READY_MS.get(form)
        over += goal is not None and m["ready"] * 1000 > goal
        print(f"{form:<14}{m['ready'] * 1000:>9.0f}{m['first_byte'] * 1000:>15.0f}{m['verdict']:>11.2f}"
              f"{goal or '-':>12}", flush=True)  # fmt: skip
    return over


def whole_runs(dist: Path, runs: int) -> int:
    """How many ratios were missed."""
    over = 0
    print("run            home            s    unpacked s  ratio   goal")
    for name in RUNS:
        scenario = BY_NAME[name]
        with scenario.home(RTT_MS) as home:
            scenario.inject(home)
            forms = laid_out(dist, home)
            words = home.client_command(scenario.arguments())[3:]
            taken: dict[str, list[float]] = {form: [] for form in forms}
            for turn in range(runs + 1):
                seconds = quietly(lambda: {form: home.run([*start, *words]).seconds for form, start in forms.items()})  # noqa: B023
                if turn:
                    for form, value in seconds.items():
                        taken[form].append(value)
        for form in READY_MS:
            ratio = statistics.median(a / b for a, b in zip(taken[form], taken["unpacked"], strict=True))
            over += ratio > MOST_RATIO
            print(f"{form:<14} {name:<12}{statistics.median(taken[form]):>8.3f}"
                  f"{statistics.median(taken['unpacked']):>12.3f}{ratio:>7.2f}{MOST_RATIO:>7}", flush=True)  # fmt: skip
    return over


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.packed", description="Packed beside unpacked.")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--dist", type=Path)
    wanted = parser.parse_args()
    problem = missing()
    if problem:
        print(problem, file=sys.stderr)
        return 4
    with tempfile.TemporaryDirectory() as place:
        dist = wanted.dist
        if dist is None:
            dist = Path(place)
            build = [sys.executable, str(PROJECT / "packaging" / "build.py"), "--out", str(dist)]
            subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        print(f"median of {wanted.runs}, round-trip time {RTT_MS:g} ms, as root")
        over = page(dist, wanted.runs) + whole_runs(dist, wanted.runs)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
