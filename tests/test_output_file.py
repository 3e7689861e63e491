"""Where an answer is written: files are replaced whole, links followed, devices and pipes never replaced."""

from __future__ import annotations

import contextlib
import os
import select
import stat
import threading
from pathlib import Path

import pytest

from cpe_agent.deliver.file import write, write_private

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="making a device node needs root")


def test_a_new_file_and_the_mode_of_an_old_one(tmp_path: Path) -> None:
    place = tmp_path / "report.json"
    write(place, b"one\n")
    assert place.read_bytes() == b"one\n"
    place.chmod(0o640)
    before = place.stat().st_ino
    write(place, b"two\n")
    assert place.read_bytes() == b"two\n"
    assert stat.S_IMODE(place.stat().st_mode) == 0o640
    assert place.stat().st_ino != before, "replaced in one step, not written over"
    assert os.listdir(tmp_path) == ["report.json"], "nothing is left beside it"


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "report.json", tmp_path / "link"
    link.symlink_to(target)
    for text in (b"new\n", b"again\n"):
        write(link, text)
        assert link.is_symlink()
        assert target.read_bytes() == text


@root_only
def test_a_device_stays_a_device(tmp_path: Path) -> None:
    null, full, link = tmp_path / "null", tmp_path / "full", tmp_path / "link"
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    os.mknod(full, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
    link.symlink_to(null)
    write(null, b"x" * 100_000)
    write(link, b"x")
    with pytest.raises(OSError, match="No space left"):
        write(full, b"x")
    assert all(stat.S_ISCHR(p.stat().st_mode) for p in (null, full))
    assert link.is_symlink()


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="No such device"):  # nobody reads: said at once, not waited for
        write(pipe, b"lost")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writing = threading.Thread(target=write, args=(pipe, b"y" * 300_000))
    writing.start()
    got = b""
    while writing.is_alive() or select.select([reader], [], [], 0)[0]:
        with contextlib.suppress(BlockingIOError):  # the writer is there and has written nothing yet
            part = os.read(reader, 65536)
            got += part
            if not part and not writing.is_alive():
                break
    writing.join()
    os.close(reader)
    assert got == b"y" * 300_000
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_private_file_is_this_users_alone_whatever_lay_there(tmp_path: Path) -> None:
    place, elsewhere = tmp_path / "page.address", tmp_path / "elsewhere"
    elsewhere.write_bytes(b"of somebody else")
    before = os.umask(0)
    try:
        for old in ("nothing", "a file of all", "a link"):
            if old == "a file of all":
                place.chmod(0o666)
            elif old == "a link":
                place.unlink()
                place.symlink_to(elsewhere)
            write_private(place, b"the key")
            assert not place.is_symlink()
            assert (place.read_bytes(), stat.S_IMODE(place.stat().st_mode)) == (b"the key", 0o600)
    finally:
        os.umask(before)
    assert elsewhere.read_bytes() == b"of somebody else"
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "page.address"]
    with pytest.raises(OSError, match="directory"):
        write_private(tmp_path / "absent" / "page.address", b"x")


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "folder", tmp_path / "absent" / "report.json"):
        with pytest.raises(OSError, match="directory"):
            write(place, b"x")
    assert os.listdir(tmp_path) == ["folder"]
