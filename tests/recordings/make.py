"""Records the lab's scenarios anew: ``python -m tests.recordings.make [NAME ...]`` (root). No test does this.

Every one is a ``--deep`` run with all rights: it asks every question, so that a plain run finds its answers in it too.
"""

from __future__ import annotations

import argparse
import json
import sys

from cpe_agent.host.replay import recording_bytes, replay_host
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME
from tests.recordings.places import RECORDED, lab_file

ORIGIN = "recorded: Debian 12, lab"
MOST_BYTES = 60_000


def make(name: str) -> str:
    """Records one scenario; gives a line about it."""
    scenario = BY_NAME[name]
    with scenario.home() as home:
        scenario.inject(home)
        out = home.directory / "recording.json"
        command = [home.computer.python(), "-m", "cpe_agent", "record", str(out), "--deep", "--json"]
        ran = home.run([*command, "--profile", str(home.profile), *scenario.arguments()])
        if not out.exists():
            raise RuntimeError(f"{name}: {ran.stderr.strip()}")
        data = recording_bytes(json.loads(out.read_bytes())["answers"], f"{ORIGIN}, {name}")
    replay_host(data)  # raises when what was written cannot be read
    if len(data) > MOST_BYTES:
        raise RuntimeError(f"{name}: {len(data)} bytes are too many to keep")
    lab_file(name).write_bytes(data + b"\n")
    found = json.loads(ran.stdout)["diagnosis"]
    return f"{name}: {found['verdict']} {found['fault'] or ' '.join(found['suspects'])}, {len(data)} bytes"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.recordings.make", description="Record the lab anew.")
    parser.add_argument("names", nargs="*", default=RECORDED, metavar="NAME", help=f"of {', '.join(RECORDED)}")
    wanted = parser.parse_args().names
    unknown = [name for name in wanted if name not in RECORDED]
    problem = f"not recorded here: {' '.join(unknown)}" if unknown else missing()
    if problem:
        print(problem, file=sys.stderr)
        return 2 if unknown else 4
    for name in wanted:
        print(make(name), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
