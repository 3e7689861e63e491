"""Puts the builds of all systems into one folder for a release: files, one SHA256SUMS, and notes.

python3 packaging/release.py BUILT RELEASE NOTES.md         BUILT holds one folder a system, as build.py wrote it
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

CHANGES = Path(__file__).resolve().parent.parent / "CHANGELOG.md"


class Damaged(Exception):
    """A file is not the one that was built."""


def gathered(built: Path, release: Path) -> list[Path]:
    """Raises ``Damaged``."""
    found = []
    for folder in sorted(folder for folder in built.iterdir() if folder.is_dir()):
        told = json.loads((folder / "build.json").read_text("utf-8"))
        for name, digest in sorted(told["sha256"].items()):
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                raise Damaged(f"{folder.name}/{name} is not what was built")
            # Each system has its own bill of materials.
            found.append(release / (name if name != "cpe-agent.cdx.json" else f"{folder.name}.cdx.json"))
            shutil.copy2(folder / name, found[-1])
    return found


def notes(built: Path) -> str:
    """What is new by the change log, and what these files are."""
    sections = re.split(r"^## ", CHANGES.read_text("utf-8"), flags=re.MULTILINE)
    lines = [
        sections[1].partition("\n")[2].strip() if len(sections) > 1 else "",
        "",
        "| files | build | signed |",
        "|---|---|---|",
    ]
    for file in sorted(built.glob("*/build.json")):
        told = json.loads(file.read_text("utf-8"))
        lines.append(f"| {file.parent.name} | `{told['build']}` | {'yes' if told['signed'] else 'no'} |")
    lines += ["", "`cpe-agent --version` prints the build. `sha256sum --check SHA256SUMS` checks the files. Before "
              "they open what is not signed, Windows and macOS ask (docs/packaging.md).", ""]  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    built, release, told = map(Path, sys.argv[1:4])
    release.mkdir(parents=True)
    try:
        files = gathered(built, release)
    except Damaged as error:
        sys.exit(str(error))
    sums = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files))
    (release / "SHA256SUMS").write_text("".join(sums), "utf-8")
    told.write_text(notes(built), "utf-8")


if __name__ == "__main__":
    main()
