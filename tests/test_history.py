"""The record of earlier runs: what is in the file, what is made of any file, and that it is whole at any moment."""

from __future__ import annotations

import contextlib
import errno
import json
import multiprocessing
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.facts import PastRun
from cpe_agent.host import KeptRun
from cpe_agent.host.history import FILE, MOST_AGE_S, MOST_RUNS, Here, keep, load, past_runs
from cpe_agent.host.state_folder import state_folder

NOW, BOOTED = 1_800_000_000.0, 7200.0
ROUTER, OTHER = b"\x3c\xa6\x2f\x00\x00\x01", b"\x3c\xa6\x2f\x00\x00\x02"
HERE = Here(ROUTER, b"a3f1", BOOTED, NOW)
ILL = KeptRun("fault", "credentials-rejected", "account", 864_000, None)
WELL = KeptRun("healthy", None, "none", 864_000, 86_400)


def later(seconds: float, **change: Any) -> Here:
    return HERE._replace(boot_age_s=BOOTED + seconds, at=NOW + seconds)._replace(**change)


def seen(folder: Path, here: Here) -> tuple[PastRun, ...]:
    kept = load(folder)
    assert kept is not None
    return past_runs(kept, here)


def test_nothing_kept_is_nothing_found(tmp_path: Path) -> None:
    assert load(tmp_path) is None
    assert load(tmp_path / "absent") is None


def test_a_run_is_found_again_newest_first(tmp_path: Path) -> None:
    keep(tmp_path / "s", HERE, ILL)
    keep(tmp_path / "s", later(60), WELL)
    assert seen(tmp_path / "s", later(300)) == (
        PastRun(240.0, "healthy", None, "none", 864_000, 86_400, same_boot=True),
        PastRun(300.0, "fault", "credentials-rejected", "account", 864_000, None, same_boot=True),
    )


def test_another_router_s_runs_never_count(tmp_path: Path) -> None:
    keep(tmp_path, HERE, ILL)
    assert seen(tmp_path, later(60, home=OTHER)) == ()


def test_neither_address_nor_boot_is_in_the_file_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "s"
    keep(folder, HERE, ILL)
    text = (folder / FILE).read_text()
    for word in (ROUTER.hex(), ROUTER.hex(":"), HERE.boot.decode(), HERE.boot.hex()):
        assert word not in text
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [p.name for p in folder.iterdir()] == [FILE]


def test_two_computers_write_the_same_home_differently(tmp_path: Path) -> None:
    homes = set()
    for name in ("one", "two"):
        keep(tmp_path / name, HERE, ILL)
        homes.add(json.loads((tmp_path / name / FILE).read_text())["entries"][0]["home"])
    assert len(homes) == 2


def test_twenty_runs_and_seven_days_at_most(tmp_path: Path) -> None:
    keep(tmp_path, later(-MOST_AGE_S - 1, boot_age_s=1.0), ILL)
    for number in range(30):
        keep(tmp_path, later(number), WELL)
    kept = load(tmp_path)
    assert kept is not None
    assert len(kept.entries) == MOST_RUNS
    assert {entry.run.verdict for entry in kept.entries} == {"healthy"}
    assert seen(tmp_path, later(MOST_AGE_S + 60)) == ()


@pytest.mark.parametrize(
    ("now", "age"),
    [
        (later(600), 600.0),
        (later(600, at=NOW - 9e8), 600.0),  # the clock was set back; the time since the start was not
        (later(600, at=NOW + 9e8), 600.0),
        (later(-60), None),
        (HERE._replace(boot=b"b", boot_age_s=100.0, at=NOW + 600), 600.0),
        (HERE._replace(boot=b"b", boot_age_s=900.0, at=NOW + 600), None),  # started before a run of the start before
        (HERE._replace(boot=b"b", boot_age_s=100.0, at=86_400.0), None),  # a clock that nobody has set
        (HERE._replace(boot=b"b", boot_age_s=100.0, at=NOW + 9e8), None),
    ],
)
def test_an_age_is_told_only_where_it_can_be(tmp_path: Path, now: Here, age: float | None) -> None:
    keep(tmp_path, HERE, ILL)
    assert [run.age_s for run in seen(tmp_path, now)] == ([] if age is None else [age])


# ------------------------------------------------------------------ any file

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("format", "salt", "entries", "at", "home", "boot", "boot_age_s", "run", "verdict", "fault")
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
entries = st.fixed_dictionaries(
    {
        "at": st.floats() | st.integers(), "home": st.text(max_size=40), "boot": st.text(max_size=40),
        "boot_age_s": st.floats() | st.integers(),
        "run": st.fixed_dictionaries({
            "verdict": st.sampled_from(("healthy", "fault", "maybe", "\x1b[2J")), "fault": st.none() | st.text(),
            "owner": st.none() | st.text(), "router_epoch_s": st.none() | st.integers(),
            "wan_uptime_s": st.none() | st.integers(),
        }),
    }
)  # fmt: skip
nearly = st.fixed_dictionaries(
    {"format": st.just(1), "salt": st.just("ab" * 16), "entries": st.lists(entries, max_size=30)}
)


def _survives(folder: Path, data: bytes) -> None:
    (folder / FILE).write_bytes(data)
    with contextlib.suppress(CannotMeasure):
        kept = load(folder)
        assert kept is not None
        assert len(kept.entries) <= MOST_RUNS
        past_runs(kept, later(60))
    keep(folder, HERE, ILL)
    assert [run.fault for run in seen(folder, later(60))][:1] == ["credentials-rejected"]


@settings(max_examples=150)
@given(st.binary(max_size=300) | json_values.map(lambda v: json.dumps(v).encode()))
def test_garbage_is_a_reason_and_the_next_run_begins_anew(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    _survives(tmp_path_factory.mktemp("state"), data)


@settings(max_examples=150)
@given(nearly)
def test_what_looks_like_the_file_is_read_without_believing_it(
    tmp_path_factory: pytest.TempPathFactory, plain: Any
) -> None:
    folder = tmp_path_factory.mktemp("state")
    _survives(folder, json.dumps(plain).encode())
    for run in seen(folder, later(60)):
        assert run.verdict in ("healthy", "fault", "inconclusive")
        assert all(word is None or word.isascii() for word in (run.fault, run.owner))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[" * 50_000, b"9" * 5000, b'{"format": 1, "salt": "zz", "entries": []}',
        b'{"format": 2, "salt": "' + b"ab" * 16 + b'", "entries": []}', b" " * 70_000 + b"{}",
        b'{"format": 1, "salt": "' + b"ab" * 16 + b'", "entries": [{"at": ' + b"9" * 4000 + b"}]}",
    ],
)  # fmt: skip
def test_damage_is_a_reason(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(CannotMeasure):
        load(tmp_path)
    _survives(tmp_path, data)


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        (tmp_path / FILE).mkdir()
    else:
        os.mkfifo(tmp_path / FILE)
    with pytest.raises(CannotMeasure) as caught:
        load(tmp_path)
    assert caught.value.outcome is Outcome.DENIED


# ------------------------------------------------------------------ writing


def test_a_full_disk_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, HERE, ILL)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(tmp_path, later(60), WELL)
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == [FILE]
    assert [run.verdict for run in seen(tmp_path, later(90))] == ["fault"]


def test_a_folder_that_cannot_be_made_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("a file")
    with pytest.raises(OSError, match=r"exists|directory"):
        keep(tmp_path / "s", HERE, ILL)


def test_a_killed_writer_holds_up_nobody_for_ever(tmp_path: Path) -> None:
    rest = tmp_path / f".{FILE}.part"
    rest.write_text("{")
    with pytest.raises(FileExistsError):  # one that is writing now is not disturbed
        keep(tmp_path, HERE, ILL)
    os.utime(rest, (NOW - 1e9, NOW - 1e9))
    keep(tmp_path, HERE, ILL)
    assert [run.verdict for run in seen(tmp_path, later(60))] == ["fault"]


def _write_often(folder: str, number: int) -> None:
    for turn in range(25):
        try:
            keep(Path(folder), later(number * 100 + turn), WELL)
        except FileExistsError:
            continue


def test_many_writers_never_tear_the_file(tmp_path: Path) -> None:
    keep(tmp_path, HERE, WELL)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_often, args=(str(tmp_path), number)) for number in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        kept = load(tmp_path)  # raises for a torn file
        assert kept is not None
        writers[0].join(0.005)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert [p.name for p in tmp_path.iterdir()] == [FILE]


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    assert state_folder() == tmp_path / "s" / "cpe-agent"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder() == tmp_path / ".local" / "state" / "cpe-agent"
    monkeypatch.setattr("sys.platform", "darwin")
    assert state_folder() == tmp_path / "Library" / "Application Support" / "cpe-agent"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "l"))
    assert state_folder() == tmp_path / "l" / "cpe-agent"


def test_a_user_without_a_home_is_an_error_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(OSError, match="no home"):
        state_folder()
