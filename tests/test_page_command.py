"""``cpe-agent page`` as a process of an ordinary user, in a network of its own with nothing but loopback: how it opens,
what it does when no browser comes, how it ends, and what it leaves."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.page.brief import brief
from tests.lab.needs import missing
from tests.test_report import report_of

ROOT = Path(__file__).parent.parent
NOBODY = (
    "/usr/bin/setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--inh-caps=-all",
    "--bounding-set=-all",
)
CASE = "4F7K2Q9X"
PATIENCE_S = 60.0  # against a hang; nothing is measured by it

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))

DRIVER = """\
import sys
import cpe_agent.page.visit as visit
for pair in filter(None, sys.argv.pop(1).split(",")):
    name, value = pair.split("=")
    setattr(visit, name, float(value))
from cpe_agent.__main__ import main
main()
"""
"""The program with other waits."""

LOGS = "#!/bin/sh\necho \"$@\" >> '{log}'\n"
FETCHES = LOGS + 'case "$1" in http:*) exec /usr/bin/busybox wget -q -O /dev/null "$1";; esac\n'
FAILS = LOGS + "exit 3\n"


class User:
    """One ordinary user with a home, programs of his own on PATH and nothing else there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "opened"
        self.programs = folder / "bin"
        self.path = "/usr/sbin:/usr/bin:/sbin:/bin"
        self.running: list[subprocess.Popen[str]] = []
        for place in (folder, self.programs):
            place.mkdir(exist_ok=True)
            os.chown(place, 65534, 65534)
        folder.chmod(0o755)

    def program(self, name: str, text: str) -> None:
        file = self.programs / name
        file.write_text(text.format(log=self.log))
        file.chmod(0o755)

    def start(
        self,
        *arguments: str,
        inside: int | None = None,
        loopback: str = "up",
        idle_s: float | None = None,
        watchdog_s: float = 30.0,
        first_s: float = 60.0,
    ) -> Page:
        """With waits that a test has patience for."""
        waits = {"WATCHDOG_S": watchdog_s, "_LOOK_S": 0.05, "_FIRST_S": first_s}
        waits |= {} if idle_s is None else {"NEVER_STREAMED_S": idle_s}
        given = ",".join(f"{name}={value}" for name, value in waits.items())
        # The rights go at the last exec: this interpreter may lie where the user himself could not reach it.
        command = [
            "/usr/bin/env",
            f"PATH={self.path}",
            *NOBODY,
            "--",
            sys.executable,
            "-c",
            DRIVER,
            given,
            *(arguments or ("page",)),
        ]
        if inside is None:
            command = ["unshare", "--net", "sh", "-c", f'ip link set lo {loopback} && exec "$@"', "sh", *command]
        else:
            command = ["nsenter", f"--net=/proc/{inside}/ns/net", *command]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"HOME": str(self.folder), "LANG": "C.UTF-8", "DISPLAY": ":99", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                 "PYTHONDONTWRITEBYTECODE": "1", "BROWSER": "", "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self.running.append(process)
        return Page(self, process)

    def opened(self) -> list[str]:
        return self.log.read_text().split("\n")[:-1] if self.log.exists() else []

    def left(self) -> set[str]:
        """What lies in his home, the programs and what they wrote left out."""
        found = {str(f.relative_to(self.folder)) for f in self.folder.rglob("*") if f.is_file()}
        return {f for f in found if not f.startswith("bin/") and f != "opened"}

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()


class Page:
    def __init__(self, user: User, process: subprocess.Popen[str]) -> None:
        self.user, self.process = user, process

    def address(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line.startswith("http://127.0.0.1:"), (line, self.process.poll())
        return line

    def fetch(self, address: str) -> str:
        asked = ["nsenter", f"--net=/proc/{self.process.pid}/ns/net", "busybox", "wget", "-q", "-O", "-", address]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout

    def until_verdict(self, address: str) -> str:
        wait_for(lambda: self.fetch(f"{address}report.json"))
        return self.fetch(address)

    def ended(self) -> tuple[int, str]:
        """Exit status, and what was printed since."""
        out, error = self.process.communicate(timeout=PATIENCE_S)
        assert "Traceback" not in error, error
        assert "Warning" not in error, error
        return self.process.returncode, out

    def zombies(self) -> list[str]:
        found = []
        for place in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = place.read_text().rpartition(") ")[2].split()
            except OSError:
                continue
            if fields[:2] == ["Z", str(self.process.pid)]:
                found.append(place.parent.name)
        return found


def wait_for(what: Any) -> None:
    until = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


@pytest.fixture
def user() -> Iterator[User]:
    with tempfile.TemporaryDirectory(prefix="cpe-page-") as folder:
        person = User(Path(folder))
        if subprocess.run([*NOBODY, sys.executable, "-c", "pass"], check=False, capture_output=True).returncode:
            pytest.skip("an ordinary user of this machine may not start this interpreter")
        yield person
        person.end()


@pytest.fixture
def only_his_programs(user: User) -> User:
    """PATH holds what the test put there, and nothing else."""
    user.path = str(user.programs)
    return user


def test_a_browser_that_comes_is_all_and_the_program_ends_when_it_has_gone(only_his_programs: User) -> None:
    user = only_his_programs
    user.program("xdg-open", FETCHES)
    page = user.start(idle_s=1.0)
    address = page.address()
    wait_for(user.opened)
    assert page.ended()[0] == 1, "the verdict's status"
    assert user.opened() == [address], "opened once, and nothing else"
    assert user.left() == {".local/state/cpe-agent/page.lock"}


def test_a_browser_that_never_asks_gets_the_page_as_a_file(only_his_programs: User) -> None:
    user = only_his_programs
    user.program("xdg-open", LOGS)
    page = user.start(watchdog_s=0.3, idle_s=4.0)
    address = page.address()
    file = user.folder / ".local/state/cpe-agent/cpe-agent.html"
    wait_for(lambda: len(user.opened()) == 2)
    assert user.opened() == [address, file.as_uri()]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text("utf-8")
    assert "no network adapter" in text
    assert address.split("/")[3] not in text, "the key to the page is not in it"
    assert "<form" not in text
    wait_for(lambda: page.zombies() == [])
    assert page.process.poll() is None, "none is left while it runs; at its end they are the system's"
    assert page.ended()[0] == 1
    assert user.left() == {".local/state/cpe-agent/page.lock"}


def test_with_no_browser_at_all_a_window_of_the_system_shows_it(only_his_programs: User) -> None:
    user = only_his_programs
    user.program("zenity", LOGS)
    page = user.start(watchdog_s=0.3)
    page.address()
    status, printed = page.ended()
    assert (status, printed) == (1, "")
    shown = "\n".join(user.opened())
    assert "--no-markup" in shown
    assert "shows no network adapter" in shown
    assert "Code" in shown
    assert user.left() == {".local/state/cpe-agent/page.lock"}


def test_with_nothing_at_all_the_terminal_has_the_card(only_his_programs: User) -> None:
    user = only_his_programs
    user.program("zenity", FAILS)
    page = user.start(watchdog_s=0.3)
    page.address()
    status, printed = page.ended()
    assert status == 1
    assert "FAULT  This system has no network adapter" in printed


def test_a_program_that_fails_is_followed_by_the_next(only_his_programs: User) -> None:
    user = only_his_programs
    user.program("xdg-open", FAILS)
    user.program("x-www-browser", FETCHES)
    page = user.start(idle_s=1.0)
    address = page.address()
    assert page.ended()[0] == 1
    assert user.opened() == [address, address]


def test_a_computer_whose_loopback_is_down_shows_the_file(only_his_programs: User) -> None:
    user = only_his_programs
    user.program("xdg-open", FETCHES)
    page = user.start(loopback="down", watchdog_s=0.3, idle_s=2.0)
    page.address()
    wait_for(lambda: any("file://" in line for line in user.opened()))
    assert page.ended()[0] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_whoever_stops_it_finds_nothing_left(user: User, number: signal.Signals) -> None:
    page = user.start("page", "--no-browser")
    address = page.address()
    assert "no network adapter" in page.until_verdict(address)
    place = user.folder / ".local/state/cpe-agent/page.address"
    assert place.read_text() == address
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    page.process.send_signal(number)
    assert page.ended()[0] == 1
    assert user.left() == {".local/state/cpe-agent/page.lock"}
    assert user.opened() == []


def test_stopped_before_a_verdict_it_could_not_run(user: User) -> None:
    page = user.start("page", "--no-browser")
    page.address()
    page.process.send_signal(signal.SIGTERM)
    assert page.ended()[0] in (4, 1), "1 when the verdict was quicker than the signal"


def test_a_second_start_shows_the_page_of_the_first(only_his_programs: User) -> None:
    user = only_his_programs
    user.program("xdg-open", LOGS)
    first = user.start("page", "--no-browser")
    address = first.address()
    first.until_verdict(address)
    assert CASE not in first.fetch(address)
    second = user.start("page", "--case", CASE, inside=first.process.pid)
    assert second.address() == address
    wait_for(lambda: json.loads(first.fetch(f"{address}report.json"))["case"] == CASE)  # a call of now
    assert second.ended()[0] == 0
    assert user.opened() == [address]
    assert first.process.poll() is None
    first.process.send_signal(signal.SIGINT)
    first.ended()


def test_starts_at_the_same_moment_make_one_page(only_his_programs: User) -> None:
    """Impatient clicks: whoever comes while the first one is still being loaded waits for its page."""
    user = only_his_programs
    user.program("xdg-open", LOGS)
    home = subprocess.Popen(["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 600"],
                            stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert home.stdout is not None
        assert home.stdout.readline() == "up\n"
        pages = [user.start("page", inside=home.pid) for _ in range(4)]
        addresses = {page.address() for page in pages}
        assert len(addresses) == 1
        wait_for(lambda: sum(page.process.poll() == 0 for page in pages) == 3)
        wait_for(lambda: len(user.opened()) == 4)
        assert set(user.opened()) == addresses, "every click shows the one page"
        (first,) = [page for page in pages if page.process.poll() is None]
        first.process.send_signal(signal.SIGINT)
        first.ended()
    finally:
        home.kill()
        home.communicate()


def test_a_first_one_that_hangs_does_not_keep_the_second_from_a_page(user: User) -> None:
    first = user.start("page", "--no-browser")
    address = first.address()
    first.until_verdict(address)
    first.process.send_signal(signal.SIGSTOP)
    second = user.start("page", "--no-browser", inside=first.process.pid, first_s=0.5)
    assert second.address() != address
    second.process.send_signal(signal.SIGINT)
    second.ended()


def test_one_that_was_killed_is_in_nobody_s_way(user: User) -> None:
    first = user.start("page", "--no-browser")
    address = first.address()
    first.until_verdict(address)
    first.process.kill()
    first.process.wait()
    stale = user.folder / ".local/state/cpe-agent/cpe-agent.html"
    stale.write_text("of an earlier start")
    assert ".local/state/cpe-agent/page.address" in user.left()
    second = user.start("page", "--no-browser")
    assert second.address() != address
    assert not stale.exists()
    second.process.send_signal(signal.SIGINT)
    second.ended()
    assert user.left() == {".local/state/cpe-agent/page.lock"}


def test_a_home_that_cannot_be_written_is_no_hindrance(user: User) -> None:
    user.folder.chmod(0o555)
    os.chown(user.folder, 0, 0)
    page = user.start("page", "--no-browser")
    address = page.address()
    assert "no network adapter" in page.until_verdict(address)
    page.process.send_signal(signal.SIGINT)
    assert page.ended()[0] == 1


def test_the_page_stops_by_its_own_button(user: User) -> None:
    page = user.start("page", "--no-browser")
    address = page.address()
    posted = ["nsenter", f"--net=/proc/{page.process.pid}/ns/net", "busybox", "wget", "-q", "-O", "-",
              "--post-data", "do=stop", f"{address}do"]  # fmt: skip
    page.until_verdict(address)
    subprocess.run(posted, capture_output=True, check=False)
    assert page.ended()[0] == 1


def test_what_a_window_says_is_short_and_has_the_code() -> None:
    for situations in ((), ("no-carrier",), ("nothing-beyond-router", "no-upnp")):
        report = report_of(*situations)
        text = brief(report, "en")
        assert report.spoken_code in text
        assert len(text) < 700
        assert "{" not in text


def test_a_double_click_opens_the_page_and_a_pipe_gets_the_run(user: User) -> None:
    def started(**streams: Any) -> Any:
        """What ``double_clicked`` says to a program that was started so."""
        code = "import os, cpe_agent.terminal as t; os.write(2, str(t.double_clicked()).encode())"
        environment = {"PATH": "/usr/bin:/bin", "DISPLAY": ":99", "PYTHONPATH": str(ROOT), **streams.pop("env", {})}
        ran = subprocess.run(
            [sys.executable, "-c", code], stderr=subprocess.PIPE, check=True, text=True, env=environment, **streams
        )
        return ran.stderr

    null = subprocess.DEVNULL
    assert started(stdin=null, stdout=null) == "True"
    assert started(stdin=null, stdout=null, env={"DISPLAY": ""}) == "False", "no screen"
    assert started(stdin=null, stdout=subprocess.PIPE) == "False", "somebody reads the answer"
    controller, terminal = os.openpty()
    try:
        assert started(stdin=terminal, stdout=null) == "False"
        assert started(stdin=null, stdout=terminal) == "False"
    finally:
        os.close(controller)
        os.close(terminal)


def test_without_arguments_the_program_does_the_same(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from cpe_agent import cli
    from cpe_agent.commands import measure, page

    called: list[str] = []
    monkeypatch.setattr(measure.run, "callback", lambda **_: called.append("run"))
    monkeypatch.setattr(page.page, "callback", lambda **_: called.append("page"))
    for clicked in (True, False):
        monkeypatch.setattr("cpe_agent.terminal.double_clicked", lambda clicked=clicked: clicked)
        CliRunner().invoke(cli.cli, [])
    assert called == ["page", "run"]
