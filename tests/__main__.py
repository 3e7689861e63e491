"""The whole suite, as `make test` runs it: first what needs no quiet machine, several files at a time; then the lab,
alone, because a verdict there hangs on time-outs.

python -m tests [pytest's own words]       they reach both halves: -k, -x, a file

Among thousands of tests beside each other on a full machine one sometimes comes too late for a browser or a child. Up
to three that failed in the first half are run once more, alone, before the lab; one that fails again has failed. Those
that do not are named at the end: each is a test to mend.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.failed_list import FILE

AT_A_TIME = (os.cpu_count() or 1) + 1  # one file more than processors: some always wait for a browser or a child
# In the order of their names: xdist's own order keeps the files with few tests for the end, and those are the longest.
FILES = ["--dist", "loadfile", "--no-loadscope-reorder", "-n", str(AT_A_TIME)]
FAILED, NOTHING = 1, 5  # pytest's exit statuses: tests failed; no test was chosen
MOST_AGAIN = 3


def main(words: list[str]) -> int:
    at_first_failure = bool({"-x", "--exitfirst"} & set(words))
    with tempfile.TemporaryDirectory() as folder:
        failed = Path(folder) / "failed"
        status = _pytest("-p", "tests.failed_list", "-m", "not lab", *FILES, *words, **{FILE: str(failed)})
        late = failed.read_text("utf-8").splitlines() if status == FAILED and not at_first_failure else []
    if late and len(late) <= MOST_AGAIN and _pytest(*late) == 0:
        status = 0
    else:
        late = []
    found = [status]
    if status in (0, NOTHING) or not at_first_failure:
        found.append(_pytest("-m", "lab", *words))
    for name in late:
        print(f"FAILED ONCE, and passed when it was run again alone: {name}", flush=True)
    wrong = [status for status in found if status not in (0, NOTHING)]
    return wrong[0] if wrong else NOTHING if set(found) == {NOTHING} else 0


def _pytest(*words: str, **more: str) -> int:
    # Each of the thousands of programs that the tests start would translate every file of ours anew.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run([sys.executable, "-m", "pytest", *words], check=False, env=environment | more).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
