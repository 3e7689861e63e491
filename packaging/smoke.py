"""Starts a packed program and sees that it answers: its version, a recording, the report of it, a spoken code.

    python packaging/smoke.py dist/cpe-agent-linux | dist/cpe-agent.exe | dist/cpe-agent.dmg

Sends nothing to any network. Standard library only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RECORDING = Path(__file__).resolve().parent.parent / "tests" / "recordings" / "linux-lab-line-down.json"
FAULT, STATUS = "access-no-sync", 1


@contextmanager
def program_of(file: Path) -> Iterator[Path]:
    """The program to start; out of a disk image while that is mounted."""
    if file.suffix != ".dmg":
        yield file.resolve()
        return
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["hdiutil", "attach", "-quiet", "-nobrowse", "-mountpoint", place, str(file)], check=True)
        try:
            yield next(Path(place).glob("*.app")) / "Contents" / "MacOS" / "cpe-agent"
        finally:
            subprocess.run(["hdiutil", "detach", "-quiet", place], check=True)


def asked(program: Path, *words: str, status: int) -> str:
    ran = subprocess.run(
        [str(program), *words], capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=False
    )
    said = ran.stdout.decode("utf-8", "replace")
    if ran.returncode != status or not said.strip():
        told = ran.stderr.decode("utf-8", "replace")
        sys.exit(f"{' '.join(words)}: exit status {ran.returncode} in place of {status}\n{said}\n{told}")
    return said


def main() -> None:
    with program_of(Path(sys.argv[1])) as program, tempfile.TemporaryDirectory() as place:
        version = asked(program, "--version", status=0).strip()
        if ", build " not in version:
            sys.exit(f"--version tells no build: {version}")
        report = asked(program, "replay", str(RECORDING), "--json", status=STATUS)
        found = json.loads(report)
        if found["diagnosis"]["fault"] != FAULT:
            sys.exit(f"the recording of {FAULT} is judged {found['diagnosis']}")
        file = Path(place) / "report.json"
        file.write_text(report, "utf-8")
        asked(program, "judge", str(file), status=STATUS)
        decoded = json.loads(asked(program, "decode", "--json", found["spoken_code"], status=0))
        if decoded["fault"] != FAULT:
            sys.exit(f"the spoken code is read as {decoded}")
    print(f"{version}: {sys.argv[1]} answers as it must")


if __name__ == "__main__":
    main()
