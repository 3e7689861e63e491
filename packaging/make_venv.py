"""Make a virtual environment and install one hashed requirement file and this project into it. Standard library only.

    python3 packaging/make_venv.py .venv requirements.txt

Works where ``ensurepip`` is missing (Debian without python3-venv): then the system's pip installs into the environment,
and where there is no pip at all and we are root on Debian, pip is installed first.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"cpe-agent needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    where, requirements = Path(sys.argv[1]), sys.argv[2]
    python = where / "bin" / "python"
    if not python.exists():
        print(f"making {where}", file=sys.stderr)
        with_pip = importlib.util.find_spec("ensurepip") is not None
        subprocess.run([sys.executable, "-m", "venv", *([] if with_pip else ["--without-pip"]), str(where)], check=True)
    pip = find_pip(python)
    quiet = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    print(f"installing {requirements}", file=sys.stderr)
    subprocess.run([*quiet, "--require-hashes", "-r", requirements], check=True)
    subprocess.run([*quiet, "--no-deps", "--no-build-isolation", "--editable", "."], check=True)


def find_pip(python: Path) -> list[str]:
    """How to call a pip that installs into the environment. Exits with the next step when there is none."""
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return [str(python), "-m", "pip"]
    outside = [sys.executable, "-m", "pip", "--python", str(python)]
    if subprocess.run([*outside, "--version"], capture_output=True, check=False).returncode == 0:
        return outside
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing Debian's python3-pip", file=sys.stderr)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet, stdout=sys.stderr)
        packages = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-pip"]
        subprocess.run(packages, check=True, env=quiet, stdout=sys.stderr)
        return outside
    sys.exit("There is no pip for this Python. On Debian and Ubuntu: sudo apt install python3-pip; then make again.")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed: {' '.join(map(str, error.cmd))} (exit status {error.returncode})")
