"""The writer: one commit for many, nobody answered before it, a bound, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from cpe_agent.desk.archive import Accepted, Archive, Incoming, Taken, Unavailable
from cpe_agent.desk.archive.sqlite import SqliteArchive
from cpe_agent.desk.archive.writer import MOST_IN_BATCH, Full, Writer
from tests.desk.incoming import report


class Gated(SqliteArchive):
    """Commits when it is let, and remembers how many at a time."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.gate = threading.Event()
        self.gate.set()
        self.sizes: list[int] = []
        self.fails: Exception | None = None

    def commit(self, batch: Sequence[Incoming]) -> list[Accepted]:
        assert self.gate.wait(60)
        self.sizes.append(len(batch))
        if self.fails is not None:
            raise self.fails
        if any(one.tenant == 666 for one in batch):
            raise ValueError("this one cannot be stored")
        return super().commit(batch)


def test_what_waits_is_one_commit(archive: Archive) -> None:
    async def run() -> tuple[list[Accepted], Writer]:
        writer = Writer(archive, 2000)
        answers = await asyncio.gather(*(writer.put(report()) for _ in range(600)))
        await writer.close()
        return answers, writer

    answers, writer = asyncio.run(run())
    assert [a.seq for a in answers] == list(range(1, 601)), "in the order in which they came"
    assert (writer.batches, writer.committed, writer.failed, writer.waiting) == (3, 600, 0, 0)
    assert archive.statistics().rows == 600


def test_nobody_is_answered_before_the_commit(tmp_path: Path) -> None:
    async def run() -> None:
        archive = Gated(tmp_path)
        writer = Writer(archive)
        archive.gate.clear()
        first = asyncio.create_task(writer.put(report()))
        later = [asyncio.create_task(writer.put(report())) for _ in range(MOST_IN_BATCH + 5)]
        for _ in range(50):
            await asyncio.sleep(0)
        assert not first.done()
        assert writer.waiting == MOST_IN_BATCH + 6
        archive.gate.set()
        await asyncio.gather(first, *later)
        await writer.close()
        assert archive.sizes == [MOST_IN_BATCH, 6]
        archive.close()

    asyncio.run(run())


def test_a_single_report_does_not_wait_for_company(tmp_path: Path) -> None:
    async def run() -> None:
        archive = Gated(tmp_path)
        writer = Writer(archive)
        for n in range(5):
            assert await writer.put(report()) == Accepted(Taken.NEW, n + 1)
        assert archive.sizes == [1] * 5
        await writer.close()
        archive.close()

    asyncio.run(run())


def test_too_many_are_told_to_come_back(tmp_path: Path) -> None:
    async def run() -> None:
        archive = Gated(tmp_path)
        writer = Writer(archive, most_waiting=10)
        archive.gate.clear()
        waiting = [asyncio.create_task(writer.put(report())) for _ in range(10)]
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await writer.put(report())
        archive.gate.set()
        await asyncio.gather(*waiting)
        assert (await writer.put(report())).seq == 11
        await writer.close()
        archive.close()

    asyncio.run(run())


def test_a_caller_that_goes_away_takes_nothing_back(tmp_path: Path) -> None:
    async def run() -> None:
        archive = Gated(tmp_path)
        writer = Writer(archive)
        archive.gate.clear()
        gone = asyncio.create_task(writer.put(report()))
        stays = asyncio.create_task(writer.put(report()))
        await asyncio.sleep(0)
        gone.cancel()
        archive.gate.set()
        assert (await stays).seq == 2
        assert gone.cancelled()
        await writer.close()
        assert archive.statistics().rows == 2
        archive.close()

    asyncio.run(run())


def test_a_disk_that_fails_and_recovers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        archive = Gated(tmp_path)
        writer = Writer(archive)
        archive.fails = Unavailable("disk full")
        answers = await asyncio.gather(*(writer.put(report()) for _ in range(5)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [Unavailable] * 5
        with pytest.raises(Unavailable):
            await writer.put(report())
        assert len({id(answer) for answer in answers}) == 5, "one exception a caller: each grows a traceback of its own"
        archive.fails = None
        assert (await writer.put(report())).seq == 1
        assert (writer.committed, writer.failed) == (1, 6)
        await writer.close()
        archive.close()

    with caplog.at_level(logging.WARNING):
        asyncio.run(run())
    assert [record.message for record in caplog.records] == [
        "reports cannot be stored: disk full", "reports are stored again",
    ]  # fmt: skip


def test_one_that_cannot_be_stored_fails_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        archive = Gated(tmp_path)
        writer = Writer(archive)
        batch = [report(), report(tenant=666), report()]
        answers = await asyncio.gather(*(writer.put(one) for one in batch), return_exceptions=True)
        assert [type(answer) for answer in answers] == [Accepted, ValueError, Accepted]
        await writer.close()
        archive.close()

    asyncio.run(run())


def test_its_end_is_orderly(archive: Archive) -> None:
    async def run() -> None:
        writer = Writer(archive, 2000)
        puts = [asyncio.create_task(writer.put(report())) for _ in range(700)]
        await asyncio.sleep(0)
        await writer.close()
        assert all(put.done() for put in puts)
        with pytest.raises(Full):
            await writer.put(report())
        await writer.close()

    asyncio.run(run())
    assert archive.statistics().rows == 700
    assert not [thread for thread in threading.enumerate() if thread.name == "archive writer"]


def test_one_that_was_never_used_ends_too(archive: Archive) -> None:
    asyncio.run(Writer(archive).close())


def test_each_report_ten_times_from_many_callers(archive: Archive) -> None:
    """T11 through the writer: one row each, the same answer for every repeat."""
    import random

    reports = [report(f"storm {n}") for n in range(300)]
    storm = reports * 10
    random.Random(11).shuffle(storm)

    async def run() -> list[Accepted]:
        writer = Writer(archive, 4000)
        answers = await asyncio.gather(*(writer.put(one) for one in storm))
        await writer.close()
        return answers

    answers = asyncio.run(run())
    places: dict[bytes, set[int]] = {}
    for one, answer in zip(storm, answers, strict=True):
        places.setdefault(one.id, set()).add(answer.seq)
    assert sorted(len(found) for found in places.values()) == [1] * 300
    assert sum(answer.taken is Taken.NEW for answer in answers) == 300
    assert archive.statistics().rows == 300
