"""The state folder of the user behind sudo: found by the user's own run, and no way to root's files."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpe_agent.host.state_folder import state_folder
from cpe_agent.host.user_state import user_state
from tests.login.place import PROJECT
from tests.probe_lab import missing

UID, GID = 4242, 4343
pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")
KEEP = """\
import time
from pathlib import Path
from cpe_agent.host.login_record import LoginEnd
from cpe_agent.host.user_state import user_state
from cpe_agent.login.memory import Memory
state = user_state()
memory = Memory(state.folder, state.rights)
memory.record(memory.who("eth0", "alice"), time.time())
memory.end(LoginEnd(time.time(), "rejected"))
print(memory.problem)
Path("root-again").write_text("")
"""
READ = """\
import time
from cpe_agent.host.login_record import login_tests
from cpe_agent.host.state_folder import state_folder
print(*(one.reason for one in login_tests(state_folder(), time.time())))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """The user's home, beside a folder that is root's alone. Not in pytest's own folder, where only root may look."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o711)
        made = place / "home"
        made.mkdir()
        os.chown(made, UID, GID)
        (place / "roots").mkdir(mode=0o700)
        (place / "passwd").write_text(f"root:x:0:0::/root:/bin/sh\nalice:x:{UID}:{GID}::{made}:/bin/sh\n")
        yield made


def under_sudo(home: Path, code: str, *, uid: str = str(UID)) -> str:
    """Root's process as sudo would start it, in a mount namespace where the user is known to the system."""
    here = home.parent
    script = 'mount --bind "$0" /etc/passwd && exec "$@"'
    ran = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, str(here / "passwd"), sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=here / "roots",
        env={"PATH": os.environ["PATH"], "HOME": str(here / "roots"), "SUDO_UID": uid, "PYTHONPATH": str(PROJECT)},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def record_of(home: Path) -> Path:
    return home / ".local" / "state" / "cpe-agent" / "login-attempts.json"


def test_the_users_own_run_finds_it(home: Path) -> None:
    assert under_sudo(home, KEEP) == "None"
    record = record_of(home)
    for made in (record, *record.parents[:3]):
        assert (made.stat().st_uid, made.stat().st_gid) == (UID, GID), made
    assert record.stat().st_mode & 0o777 == 0o600
    again = home.parent / "roots" / "root-again"
    assert (again.stat().st_uid, again.stat().st_gid) == (0, 0), "root is root again"
    ran = subprocess.run(
        ["setpriv", f"--reuid={UID}", f"--regid={GID}", "--clear-groups", sys.executable, "-c", READ],
        capture_output=True,
        text=True,
        env={"HOME": str(home), "PYTHONPATH": str(PROJECT)},
        check=False,
    )
    if "Permission denied" in ran.stderr or "No module named" in ran.stderr:
        pytest.skip("another user may not read this copy of the program")
    assert ran.stdout.strip() == "rejected", ran.stderr


def test_a_link_in_the_folders_place_leads_nowhere(home: Path) -> None:
    target = home.parent / "roots"
    folder = record_of(home).parent
    folder.parent.mkdir(parents=True)
    folder.symlink_to(target)
    assert under_sudo(home, KEEP) == "memory.unwritable"
    assert sorted(p.name for p in target.iterdir()) == ["root-again"]


def test_a_link_in_the_records_place_is_not_read_through(home: Path) -> None:
    secret = home.parent / "roots" / "secret.json"
    secret.write_text('{"salt": "00", "attempts": [], "ends": []}')
    record = record_of(home)
    record.parent.mkdir(parents=True)
    for folder in (record.parent, *record.parent.parents[:2]):
        os.chown(folder, UID, GID)
    record.symlink_to(secret)
    reader = "from cpe_agent.login.memory import Memory\nfrom cpe_agent.host.user_state import user_state\n"
    reader += "state = user_state()\nmemory = Memory(state.folder, state.rights)\nprint(memory.problem)"
    assert under_sudo(home, reader) == "memory.damaged"
    assert under_sudo(home, KEEP) == "memory.damaged", "and begun anew in the link's place"
    assert "rejected" in record.read_text()
    assert secret.read_text() == '{"salt": "00", "attempts": [], "ends": []}'
    assert not record.is_symlink()


def test_a_link_in_the_unfinished_records_place_is_not_written_through(home: Path) -> None:
    precious = home.parent / "roots" / "precious"
    precious.write_text("precious")
    record = record_of(home)
    record.parent.mkdir(parents=True)
    for folder in (record.parent, *record.parent.parents[:2]):
        os.chown(folder, UID, GID)
    trap = (
        f"import os; os.symlink({str(precious)!r}, {str(record.parent)!r} + f'/.login-attempts.json.{{os.getpid()}}')"
    )
    assert under_sudo(home, f"{trap}\n{KEEP}") == "memory.unwritable"
    assert precious.read_text() == "precious"


@pytest.mark.parametrize("uid", ["", "0", "77777", "-1", "4242x", "99999999999", "٤٢٤٢"])
def test_nobody_behind_it_is_root_itself(home: Path, uid: str) -> None:
    where = "from cpe_agent.host.user_state import user_state\nprint(user_state().folder)"
    assert under_sudo(home, where, uid=uid) == str(home.parent / "roots" / ".local" / "state" / "cpe-agent")


def test_without_sudo_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    assert user_state() == (state_folder(), None)


OUTBOX = """
from cpe_agent.deliver.command import outbox_here
box = outbox_here()
box.put(b"one", "01890000-0000-7000-8000-000000000001", "now")
box.update(box.find("01890000-0000-7000-8000-000000000001")._replace(tries=1))
with box.sending():
    print(box.all()[0].tries, box.read(box.all()[0].id).decode(), box.damaged(), box.tidy())
import os
os.close(os.open("root-again", os.O_CREAT))
"""


def test_the_outbox_is_the_users_and_no_way_to_roots_files(home: Path) -> None:
    assert under_sudo(home, OUTBOX) == "1 one () ()"
    report_id = "01890000-0000-7000-8000-000000000001"
    place = home / ".local" / "state" / "cpe-agent" / "outbox"
    for made in (place, *place.iterdir(), *place.parents[:3]):
        assert (made.stat().st_uid, made.stat().st_gid) == (UID, GID), made
    assert (home.parent / "roots" / "root-again").stat().st_uid == 0
    for file in place.iterdir():
        file.unlink()
    secret = home.parent / "roots" / "secret"
    secret.write_text("root's")
    (place / f".{report_id}.part").symlink_to(secret)
    (place / f"{report_id}.entry").symlink_to(secret)
    assert under_sudo(home, OUTBOX) == "1 one () ()"
    assert secret.read_text() == "root's"
