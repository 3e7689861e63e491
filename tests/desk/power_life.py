"""One traced life: ``python -m tests.desk.power_life FOLDER KIND COUNT``. It tells what was acknowledged by writing it
to the file ``acks`` beside the folder, so that the trace has it in its place among the other calls."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import threading
from pathlib import Path

from cpe_agent.desk.archive import sqlite_file
from cpe_agent.desk.archive.sqlite import SqliteArchive
from cpe_agent.desk.archive.sqlite_file import MonthFile
from tests.desk import kill


class NeverSyncs(MonthFile):
    synchronous = "OFF"


FILES: dict[str, type[MonthFile]] = {"real": MonthFile, "early": MonthFile, "never-syncs": NeverSyncs}


def main() -> None:
    folder, kind, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    sqlite_file._WAL_PAGES = 200  # a checkpoint every few commits
    kill.CLIENTS = 8
    archive = SqliteArchive(folder, most_rows=count // 3, file=FILES[kind])
    threading.Thread(target=kill.judge, args=(archive,), daemon=True).start()
    acks = os.open(folder.parent / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    writer = kind if kind == "early" else "real"
    asyncio.run(kill.load(archive, writer, acks, kill.reports(random.Random(1), 0, count)))
    os._exit(0)  # like a cut: nothing is carried into the files on the way out


if __name__ == "__main__":
    main()
