"""Install the Debian packages of a list that are missing, when we are root; say aloud what is missing otherwise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def main() -> None:
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()
    wanted = [word for line in lines for word in line.split("#")[0].split()]
    if shutil.which("dpkg-query") is None:
        print("not a Debian system: the lab's tools are not installed; tests that need them skip", file=sys.stderr)
        return
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    there = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    missing = [name for name in wanted if name not in there]
    if not missing:
        return
    if os.geteuid() != 0:
        print(f"not root: the lab's tests will skip; missing packages: {' '.join(missing)}", file=sys.stderr)
        return
    print(f"installing {' '.join(missing)}", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        if subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL).returncode != 0:
            sys.exit(f"failed: {' '.join(command)}")


if __name__ == "__main__":
    main()
