"""Install the Debian packages of a list that are missing, when we are root; say aloud what is missing otherwise."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_POLICY = Path("/usr/sbin/policy-rc.d")  # Debian Policy 9.3.3.1: asked before any service is started
_UNITS = Path("/etc/systemd/system")


@contextlib.contextmanager
def _no_new_services() -> Iterator[None]:
    """Some of these packages bring a server that starts at once and at every boot. The lab starts its own, in
    namespaces; this machine must serve nothing new."""
    before = set(_UNITS.glob("*.wants/*.service"))
    ours = not _POLICY.exists()
    if ours:
        _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        _POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            _POLICY.unlink()
        for link in set(_UNITS.glob("*.wants/*.service")) - before:
            link.unlink()


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
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    with _no_new_services():
        for command in (["apt-get", "update", "-qq"], install):
            if subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL).returncode != 0:
                sys.exit(f"failed: {' '.join(command)}")


if __name__ == "__main__":
    main()
