"""``python -m tests.desk.full_life FOLDER``, in a mount namespace of its own: a writer on a file system of a few
megabytes (tmpfs) goes on until it is full, and for a while after; then there is room again. Prints one JSON line."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from pathlib import Path

from cpe_agent.desk.archive.sqlite import SqliteArchive
from tests.desk import kill

SMALL, LARGE = "size=3m", "size=64m"


def main() -> None:
    folder = Path(sys.argv[1])
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", SMALL, "tmpfs", disk], check=True)
    archive = SqliteArchive(disk / "data")
    acks = os.open(folder / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    rng = random.Random(1)
    before = kill.reports(rng, 0, 1500)
    asyncio.run(kill.load(archive, "real", acks, before))
    full = kill.acks_in((folder / "acks").read_bytes())
    lost_when_full = len(kill.missing(archive, full))
    subprocess.run(["mount", "-o", f"remount,{LARGE}", disk], check=True)
    asyncio.run(kill.load(archive, "real", acks, before))  # all of them again, as their clients would
    archive.close()
    again = SqliteArchive(disk / "data")
    told = kill.acks_in((folder / "acks").read_bytes())
    print(json.dumps({
        "sent": len(before), "stored until full": len(full), "lost when full": lost_when_full,
        "stored": again.statistics().rows, "lost": len(kill.missing(again, told)),
    }))  # fmt: skip
    again.close()
    subprocess.run(["umount", disk], check=True)


if __name__ == "__main__":
    main()
