"""The whole suite, as `make test` runs it: first what needs no quiet machine, several files at a time; then the lab,
alone, because a verdict there hangs on time-outs.

python -m tests [pytest's own words]       they reach both halves: -k, -x, a file
"""

from __future__ import annotations

import os
import subprocess
import sys

AT_A_TIME = (os.cpu_count() or 1) + 1  # one file more than processors: some always wait for a browser or a child
# In the order of their names: xdist's own order keeps the files with few tests for the end, and those are the longest.
FILES = ["--dist", "loadfile", "--no-loadscope-reorder", "-n", str(AT_A_TIME)]
HALVES = (["-m", "not lab", *FILES], ["-m", "lab"])
NOTHING = 5  # pytest's exit status where no test was chosen


def main(words: list[str]) -> int:
    found = []
    # Each of the thousands of programs that the tests start would translate every file of ours anew.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for half in HALVES:
        command = [sys.executable, "-m", "pytest", *half, *words]
        status = subprocess.run(command, check=False, env=environment).returncode
        found.append(status)
        if status not in (0, NOTHING) and {"-x", "--exitfirst"} & set(words):
            break
    wrong = [status for status in found if status not in (0, NOTHING)]
    return wrong[0] if wrong else NOTHING if set(found) == {NOTHING} else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
