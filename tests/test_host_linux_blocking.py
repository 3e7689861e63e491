"""Threads, programs and files that may block: bounded, and never in the way of the exit."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cpe_agent.host import bounded_file, program
from cpe_agent.host.thread import in_thread


def test_answer_and_error_of_a_thread_come_back() -> None:
    async def both() -> int:
        with pytest.raises(KeyError):
            await in_thread({}.__getitem__, "absent", timeout_s=1)
        with pytest.raises(RuntimeError):
            await in_thread(next, iter(()), timeout_s=1)
        return await in_thread(max, 3, 4, timeout_s=1)

    assert asyncio.run(both()) == 4


def test_a_stuck_call_is_abandoned_and_the_interpreter_leaves() -> None:
    code = (
        "import asyncio, time\nfrom cpe_agent.host.thread import in_thread\n"
        "async def main():\n    try:\n        await in_thread(time.sleep, 30, timeout_s=0.05)\n"
        "    except TimeoutError:\n        print('abandoned')\nasyncio.run(main())\n"
    )
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    assert (done.stdout, done.stderr) == ("abandoned\n", "")
    assert time.monotonic() - began < 10


def test_a_late_answer_finds_a_closed_loop() -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            await in_thread(time.sleep, 0.2, timeout_s=0.01)

    asyncio.run(main())
    time.sleep(0.3)  # the thread ends after the loop; a traceback in it would fail this run (filterwarnings = error)


def test_absent_program_is_normal() -> None:
    assert program.run("no-such-program-here") is None


def test_program_runs_in_the_c_locale_without_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPE_AGENT_TEST", "1")
    ran = program.run("env")
    assert ran is not None
    assert ran.status == 0
    assert "LC_ALL=C" in ran.text
    assert "CPE_AGENT_TEST" not in ran.text


def test_program_that_hangs_or_floods_is_stopped() -> None:
    began = time.monotonic()
    hung = program.run("sleep", "30", timeout_s=0.1)
    assert hung == program.Ran(None, "")
    flood = program.run("yes", timeout_s=2.0)
    assert flood is not None
    assert flood.status is None
    assert len(flood.text) == program.MAX_OUTPUT
    assert time.monotonic() - began < 5


def test_files_are_bounded_and_pipes_are_no_files(tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"a" * 70_000 + b"end")
    assert len(bounded_file.read_bytes(big) or b"") == bounded_file.MAX_BYTES
    assert (bounded_file.read_text(big, tail=True) or "").endswith("end")
    os.mkfifo(tmp_path / "pipe")
    assert bounded_file.read_bytes(tmp_path / "pipe") is None
    assert bounded_file.read_bytes(tmp_path) is None
    assert bounded_file.read_bytes(tmp_path / "absent") is None
    assert bounded_file.read_bytes("with\0zero") is None
    (tmp_path / "number").write_text("12x\n")
    assert bounded_file.read_int(tmp_path / "number") is None
    assert bounded_file.age_s(tmp_path / "number", 0.0) is None
    assert [path.name for path in bounded_file.files_in(tmp_path, most=2)] == ["big", "number"]
    assert bounded_file.files_in(tmp_path / "absent") == []
