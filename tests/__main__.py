"""The whole suite, as `make test` runs it: first what needs no quiet machine, two files at a time; then the lab, alone,
because a verdict there hangs on time-outs.

python -m tests [pytest's own words]       they reach both halves: -k, -x, a file
"""

from __future__ import annotations

import subprocess
import sys

HALVES = (["-m", "not lab", "-n", "2", "--dist", "loadfile"], ["-m", "lab"])
NOTHING = 5  # pytest's exit status where no test was chosen


def main(words: list[str]) -> int:
    found = []
    for half in HALVES:
        status = subprocess.run([sys.executable, "-m", "pytest", *half, *words], check=False).returncode
        found.append(status)
        if status not in (0, NOTHING) and {"-x", "--exitfirst"} & set(words):
            break
    wrong = [status for status in found if status not in (0, NOTHING)]
    return wrong[0] if wrong else NOTHING if set(found) == {NOTHING} else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
