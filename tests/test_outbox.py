"""The outbox as a folder: what is kept, for how long, and what a hostile disk, file or neighbour can do to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.deliver import outbox as module
from cpe_agent.deliver.outbox import KEPT_S, LEAST_TRIES, MOST_REPORT, MOST_WAITING, CannotKeep, Damaged, Kept, Outbox
from cpe_agent.host.file_lock import locked
from cpe_agent.report import to_json
from tests.test_report import report_of

MADE = "2026-11-22T20:02:11.120Z"
START = 1_795_000_000.0


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> float:
        return self.at


def name(number: int) -> str:
    return f"01890000-0000-7000-8000-{number:012x}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(tmp_path: Path, clock: Clock) -> Outbox:
    return Outbox(tmp_path / "state" / "outbox", clock=clock)


def test_what_is_put_in_comes_out_byte_for_byte(box: Outbox) -> None:
    report = report_of("no-carrier")
    body = to_json(report)
    kept = box.put(body, report.id, report.started, desk="desk.example")
    assert box.all() == (kept,) == (box.find(report.id),)
    assert (kept.state, kept.tries, kept.desk, kept.due(START)) == ("kept", 0, "desk.example", True)
    assert box.read(report.id) == body
    assert Outbox(box.folder).read(report.id) == body, "another program sees the same"
    box.forget(report.id)
    assert box.all() == ()
    for gone in (box.read, box.find, box.forget):
        with pytest.raises(KeyError):
            gone(report.id)


def test_the_same_again_changes_nothing_and_another_content_is_not_taken(box: Outbox) -> None:
    kept = box.put(b"one", name(1), MADE)
    box.update(kept._replace(tries=3, reason="timed_out"))
    assert box.put(b"one", name(1), MADE).tries == 3
    with pytest.raises(CannotKeep) as error:
        box.put(b"two", name(1), MADE)
    assert error.value.key == "other-content"
    assert box.read(name(1)) == b"one"


def test_what_was_sent_leaves_a_receipt_alone(box: Outbox) -> None:
    body = b"a customer's report" * 100
    box.update(box.put(body, name(1), MADE)._replace(state="sent", sent=MADE, locator="4F7K"))
    (receipt,) = box.all()
    assert (receipt.state, receipt.locator, receipt.due(START)) == ("sent", "4F7K", False)
    assert all(b"customer" not in file.read_bytes() for file in box.folder.iterdir())
    with pytest.raises(KeyError):
        box.read(name(1))
    assert box.put(body, name(1), MADE).state == "sent", "and is not sent a second time"
    box.update(receipt._replace(state="kept"))
    assert box.find(name(1)).state == "sent"


def test_what_was_forgotten_meanwhile_stays_forgotten(box: Outbox) -> None:
    kept = box.put(b"one", name(1), MADE)
    box.forget(name(1))
    box.update(kept._replace(tries=1))
    assert box.all() == ()


@pytest.mark.parametrize("bad", ["", "..", "../../etc/passwd", name(0xABC).upper(), name(1) + "\n", "x" * 5000])
def test_no_id_leads_out_of_the_folder(box: Outbox, bad: str) -> None:
    with pytest.raises(CannotKeep):
        box.put(b"one", bad, MADE)
    for ask in (box.read, box.find, box.forget):
        with pytest.raises((KeyError, CannotKeep)):
            ask(bad)
    with pytest.raises(CannotKeep) as error:
        box.put(b"x" * (MOST_REPORT + 1), name(1), MADE)
    assert error.value.key == "too-large"


def test_only_this_user_can_read_it(box: Outbox) -> None:
    box.put(b"one", name(1), MADE)
    assert box.folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in box.folder.iterdir()} == {0o600}


# ------------------------------------------------------------------ bounds


def test_the_oldest_make_room_and_what_no_desk_takes_goes_first(box: Outbox, clock: Clock) -> None:
    for number in range(MOST_WAITING):
        kept = box.put(b"x", name(number), MADE)
        if number == 5:
            box.update(kept._replace(state="refused"))
        clock.at += 1
    box.put(b"x", name(100), MADE)
    assert name(5) not in {e.id for e in box.all()}
    box.put(b"x", name(101), MADE)
    left = {e.id for e in box.all()}
    assert name(0) not in left
    assert len(left) == MOST_WAITING


def test_bytes_are_bounded_too(box: Outbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    for number in range(6):
        box.put(b"x" * 300, name(number), MADE)
        clock.at += 1
    assert [e.id for e in box.all()] == [name(n) for n in (3, 4, 5)]
    for number in range(100, 160):
        box.update(box.put(b"x", name(number), MADE)._replace(state="sent"))
        clock.at += 1
    assert len(box.all()) <= module.MOST_RECEIPTS + 4


def test_seven_days_and_enough_tries(box: Outbox, clock: Clock) -> None:
    old = box.put(b"one", name(1), MADE)
    box.update(old._replace(tries=LEAST_TRIES))
    box.put(b"two", name(2), MADE)
    clock.at += KEPT_S - 1
    assert box.tidy() == ()
    clock.at += 2
    assert [e.id for e in box.tidy()] == [name(1)], "the one that is given up is said"
    assert [e.id for e in box.all()] == [name(2)], "a clock that was just set right ends nothing"


def test_a_clock_that_jumps_back_does_not_hold_a_report_for_years(box: Outbox, clock: Clock) -> None:
    box.update(box.put(b"one", name(1), MADE)._replace(next_try=START + 600))
    assert not box.all()[0].due(START)
    assert box.all()[0].due(START + 601)
    assert box.all()[0].due(START - 10 * 365 * 86_400)


# ------------------------------------------------------------------ damage


def _damage(file: Path, kind: str) -> None:
    data = file.read_bytes()
    line, _, body = data.partition(b"\n")
    plain = json.loads(line)
    file.write_bytes(
        {
            "empty": b"",
            "cut": data[: len(data) // 2],
            "head-cut": data[:20],
            "flipped": data[:-1] + bytes([data[-1] ^ 1]),
            "zeros": bytes(len(data)),
            "longer": data + b"x",
            "nested": b"[" * 100_000,
            "no-object": b"7\n" + body,
            "other-id": line.replace(b"-8000-", b"-8001-") + b"\n" + body,
            "state": line.replace(b'"kept"', b'"gone"') + b"\n" + body,
            "infinite": line.replace(b'"since":', b'"since":1e999,"was":') + b"\n" + body,
            "tries": json.dumps({**plain, "entry": {**plain["entry"], "tries": "many"}}).encode() + b"\n" + body,
            "sent-with-other-body": line.replace(b'"kept"', b'"sent"') + b"\nother",
            "huge": line + b"\n" + bytes(3 * MOST_REPORT),
        }[kind]
    )


@pytest.mark.parametrize(
    "kind",
    ["empty", "cut", "head-cut", "flipped", "zeros", "longer", "nested", "no-object", "other-id", "state", "infinite",
     "tries", "sent-with-other-body", "huge"],
)  # fmt: skip
def test_a_damaged_entry_is_set_aside_and_said(box: Outbox, kind: str) -> None:
    box.put(b"good", name(1), MADE)
    box.put(b"broken", name(2), MADE)
    file = box.folder / f"{name(2)}.entry"
    _damage(file, kind)
    assert [e.id for e in box.all()] == [name(1)]
    assert box.damaged() == (file,)
    with pytest.raises(Damaged):
        box.read(name(2))
    assert box.tidy() == ()
    assert [f.name for f in box.damaged()] == [f"{name(2)}.damaged"]
    box.put(b"broken", name(2), MADE)
    assert box.read(name(2)) == b"broken", "and the report can be kept anew"
    box.forget_damaged()
    assert box.damaged() == ()


def test_what_a_newer_version_wrote_is_left_alone(box: Outbox) -> None:
    box.put(b"one", name(1), MADE)
    file = box.folder / f"{name(1)}.entry"
    file.write_bytes(b'{"format":2,"kept":"otherwise"}\nwhatever')
    assert box.all() == ()
    box.tidy()
    assert file.exists()


def test_foreign_things_in_the_folder_are_no_entries(box: Outbox) -> None:
    box.put(b"one", name(1), MADE)
    os.mkfifo(box.folder / f"{name(2)}.entry")
    (box.folder / f"{name(3)}.entry").mkdir()
    (box.folder / f"{name(4)}.entry").symlink_to("/dev/zero")
    (box.folder / "notes.txt").write_text("mine")
    assert [e.id for e in box.all()] == [name(1)]
    box.put(b"five", name(5), MADE)
    assert (box.folder / "notes.txt").read_text() == "mine"


def test_a_part_that_a_killed_writer_left_is_cleared(box: Outbox) -> None:
    box.put(b"one", name(1), MADE)
    part = box.folder / f".{name(2)}.part"
    part.write_bytes(b"half")
    box.put(b"three", name(3), MADE)
    assert not part.exists()


# ------------------------------------------------------------------ neighbours and disks


_PUTS = """
import sys
from pathlib import Path
from cpe_agent.deliver.outbox import Outbox
box = Outbox(Path(sys.argv[1]))
for number in range(10):
    box.put(sys.argv[2].encode(), f"01890000-0000-7000-8000-{int(sys.argv[2]) * 100 + number:012x}", "now")
"""


def test_several_programs_at_once(box: Outbox) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _PUTS, str(box.folder), str(who)], cwd=Path(__file__).parent.parent)
        for who in (1, 2, 3)
    ]
    seen: list[int] = []
    while any(w.poll() is None for w in writers):
        seen.append(len(box.all()))
        assert box.damaged() == (), "nobody ever sees half an entry"
    assert [w.returncode for w in writers] == [0, 0, 0]
    assert len(box.all()) == 30
    assert seen == sorted(seen)


def test_a_neighbour_that_hangs_is_said(box: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOCK_S", 0.05)
    box.put(b"one", name(1), MADE)
    with locked(box.folder / ".lock", wait_s=0), pytest.raises(CannotKeep) as error:
        box.put(b"two", name(2), MADE)
    assert error.value.key == "busy"
    box.put(b"two", name(2), MADE)


def test_threads_of_one_program_wait_for_each_other(box: Outbox) -> None:
    errors: list[BaseException] = []

    def work(who: int) -> None:
        try:
            for number in range(5):
                box.put(b"x", name(who * 100 + number), MADE)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(box.all()) == 20


@pytest.mark.skipif(os.geteuid() != 0 or not sys.platform.startswith("linux"), reason="a tiny disk needs root to mount")
def test_a_full_disk_is_said_and_what_was_there_stays(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"this root may not mount a tmpfs: {mounted.stderr.decode().strip()}")
    try:
        box = Outbox(disk / "state" / "outbox")
        kept = box.put(b"x" * 20_000, name(1), MADE)
        box.put(b"x" * 20_000, name(2), MADE)
        with pytest.raises(CannotKeep) as said:
            box.put(b"x" * 40_000, name(3), MADE)
        assert said.value.key == "full"
        (disk / "filler").write_bytes(b"")
        with pytest.raises(OSError, match="No space left"):
            (disk / "filler").write_bytes(b"x" * 64_000)
        with pytest.raises(CannotKeep):
            box.update(kept._replace(tries=1, reason="timed_out"))
        assert box.find(name(1)) == kept, "the old state stands, whole"
        assert box.read(name(1)) == b"x" * 20_000
        assert box.damaged() == ()
        box.forget(name(1))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("error", [OSError(28, "full"), OSError(13, "no"), OSError(30, "read-only"), OSError(5, "eio")])
@pytest.mark.parametrize("call", ["write", "fsync", "replace", "open", "mkdir"])
def test_every_call_of_the_system_may_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: OSError
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    box = Outbox(tmp_path / "outbox")
    with monkeypatch.context() as broken:
        broken.setattr(os, call, fail)
        with pytest.raises(CannotKeep) as said:
            box.put(b"one", name(1), MADE)
    assert said.value.key == {28: "full", 13: "denied", 30: "denied", 5: "no-folder"}[error.errno or 0]
    assert box.all() == ()
    kept = box.put(b"one", name(1), MADE)
    with monkeypatch.context() as broken:
        broken.setattr(os, call, fail)
        if call != "mkdir":
            with pytest.raises(CannotKeep):
                box.update(Kept(**{**kept._asdict(), "tries": 1}))
    assert box.read(name(1)) == b"one"
    assert not list(box.folder.glob(".*.part"))
