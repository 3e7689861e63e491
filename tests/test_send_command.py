"""``send``, ``outbox`` and the end of ``run``, as a person or a script meets them."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cpe_agent.cli import cli
from cpe_agent.deliver import command, login_task
from cpe_agent.deliver.outbox import FOLDER, Outbox
from cpe_agent.host import user_state
from cpe_agent.host.state_folder import state_folder
from cpe_agent.profile import BadProfile, Desk, load, read_profile
from cpe_agent.report import Report, to_json
from tests import desk_stand_in
from tests.test_report import report_of

TICKET = "THE-TICKET-0123456789"
PIN = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


pytestmark = pytest.mark.usefixtures("no_system_proxies")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.delenv("SUDO_UID", raising=False)


@pytest.fixture
def profile(tmp_path: Path, desk: desk_stand_in.Desk) -> str:
    file = tmp_path / "isp.toml"
    file.write_text(f'[desk]\nurl = "{desk.url}"\nenrolment = "{TICKET}"\n')
    return str(file)


@pytest.fixture
def report(tmp_path: Path) -> tuple[Report, str]:
    made = report_of("no-carrier")
    file = tmp_path / "report.json"
    file.write_bytes(to_json(made) + b"\n")
    return made, str(file)


def call(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, list(arguments))
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def box() -> Outbox:
    return Outbox(state_folder() / FOLDER)


def run_ends(made: Report, where: Desk, capsys: pytest.CaptureFixture[str]) -> str:
    command.after_run(to_json(made), made.id, made.started, where, print)
    return capsys.readouterr().out


# ------------------------------------------------------------------ send


def test_a_report_file_is_sent(desk: desk_stand_in.Desk, profile: str, report: tuple[Report, str]) -> None:
    made, file = report
    result = call("send", "--profile", profile, file)
    assert (result.exit_code, "C0000000" in result.stdout) == (0, True)
    assert desk.bodies == {made.id: to_json(made)}
    assert desk.verified == {made.id}
    again = call("send", "--profile", profile, file)
    assert again.exit_code == 0
    assert "was sent" in again.stdout
    assert desk.stored == 1


def test_a_file_that_an_editor_laid_out_anew_is_the_same_report(
    desk: desk_stand_in.Desk, profile: str, report: tuple[Report, str]
) -> None:
    made, file = report
    plain = json.loads(Path(file).read_bytes())
    Path(file).write_text(json.dumps({**plain, "of-a-later-version": 1}, indent=4))
    assert call("send", "--profile", profile, file).exit_code == 0
    assert json.loads(desk.bodies[made.id])["of-a-later-version"] == 1
    assert b"\n" not in desk.bodies[made.id]


def test_nothing_to_send(profile: str) -> None:
    result = call("send", "--profile", profile)
    assert (result.exit_code, result.stdout) == (0, "Nothing waits to be sent.\n")
    assert call("send", "--profile", profile, "--quiet").stdout == ""


def test_what_stays_is_status_3(desk: desk_stand_in.Desk, profile: str, report: tuple[Report, str]) -> None:
    made, file = report
    desk.moods.append("die")
    result = call("send", "--profile", profile, file)
    assert result.exit_code == 3
    assert "kept on this computer" in result.stdout
    waits = call("send", "--profile", profile)
    assert waits.exit_code == 3
    assert "--all" in waits.stdout
    assert call("send", "--profile", profile, "--all").exit_code == 0
    assert desk.stored == 1
    assert made.id in desk.rows


def test_a_refused_one_is_kept_to_be_read(desk: desk_stand_in.Desk, profile: str, report: tuple[Report, str]) -> None:
    made, file = report
    desk.moods.append("refuse")
    result = call("send", "--profile", profile, file)
    assert result.exit_code == 3
    assert "sections.dns: expected an object" in result.stdout
    assert "\x1b" not in result.output
    shown = call("outbox", "show", made.id)
    assert shown.stdout_bytes == to_json(made) + b"\n"
    assert "not take" in shown.stderr
    assert "not taken" in call("outbox", "list").stdout
    assert call("send", "--profile", profile).exit_code == 0, "nothing is left that would be tried"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("send",), "--profile FILE"),
        (("send", "--profile", "/nowhere.toml"), "cannot be read"),
        (("send", "--profile", "{profile}", "/nowhere.json"), "cannot be read"),
        (("send", "--profile", "{profile}", "{profile}"), "no report"),
        (("send", "--profile", "{profile}", "--wait", "-1"), "range"),
        (("outbox", "show", "0199"), "outbox list"),
        (("outbox", "forget"), "--all"),
        (("outbox", "forget", "0199"), "outbox list"),
        (("outbox", "task", "on"), "--profile FILE"),
        (("outbox", "task", "perhaps"), "status"),
    ],
)
def test_wrong_usage_is_status_2(profile: str, arguments: tuple[str, ...], hint: str) -> None:
    result = call(*(a.format(profile=profile) for a in arguments))
    assert result.exit_code == 2
    assert hint in result.stderr
    assert result.stdout == ""


def test_waiting_goes_on_until_it_is_sent(
    desk: desk_stand_in.Desk, profile: str, report: tuple[Report, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def later(seconds: float) -> None:
        pauses.append(seconds)
        entry = box().all()[0]
        box().update(entry._replace(next_try=None))  # as if its time had come

    monkeypatch.setattr(time, "sleep", later)
    desk.moods.extend(["die", "busy"])
    assert call("send", "--profile", profile, "--wait", "30", report[1]).exit_code == 0
    assert len(pauses) == 2
    assert all(5 <= p <= 60 for p in pauses)
    assert desk.stored == 1


# ------------------------------------------------------------------ outbox


def test_list_show_forget(desk: desk_stand_in.Desk, profile: str, report: tuple[Report, str]) -> None:
    made, file = report
    assert call("outbox", "list").stdout == "The outbox is empty.\n"
    assert call("outbox", "forget", "--all").exit_code == 0
    other = report_of()
    box().put(to_json(other), other.id, other.started)
    call("send", "--profile", profile, file)
    listed = call("outbox", "list").stdout
    assert made.id in listed
    assert other.id in listed
    assert "C000000" in listed
    assert call("outbox", "show", made.id[-8:]).stdout.startswith(f"The report {made.id} was sent")
    assert call("outbox", "forget", made.id[-8:]).exit_code == 0
    assert [e.id for e in box().all()] == [other.id]
    damaged = box().folder / f"{other.id}.entry"
    damaged.write_bytes(b"?")
    assert str(damaged) in call("outbox", "list").stdout
    assert call("outbox", "forget", "--all").exit_code == 0
    assert sorted(f.name for f in box().folder.iterdir() if not f.name.startswith(".")) == []


def test_an_id_that_fits_several_is_asked_about(report: tuple[Report, str]) -> None:
    for number in (1, 2):
        box().put(b"x", f"01890000-0000-7000-8000-{number:012x}", "now")
    result = call("outbox", "show", "0189")
    assert result.exit_code == 2
    assert "Several" in result.stderr


# ------------------------------------------------------------------ the end of a run


def test_a_run_with_a_desk_sends_its_report(
    desk: desk_stand_in.Desk, report: tuple[Report, str], capsys: pytest.CaptureFixture[str]
) -> None:
    made, _ = report
    assert "C0000000" in run_ends(made, Desk((desk.url,)), capsys)
    assert desk.bodies == {made.id: to_json(made)}


def test_a_run_on_a_dead_line_keeps_it_and_says_so(
    report: tuple[Report, str], profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made, _ = report
    dead = Desk(("http://127.0.0.1:9",))
    text = run_ends(made, dead, capsys)
    assert "is kept on this computer" in text
    assert "cpe-agent send" in text
    assert box().read(made.id) == to_json(made)
    login_task.switch_on(Path(profile))
    other = report_of()
    assert "after you log in" in run_ends(other, dead, capsys)


def test_a_desk_that_hangs_holds_a_run_for_seconds_only(
    desk: desk_stand_in.Desk,
    report: tuple[Report, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command, "RUN_S", 0.3)
    desk.moods.append("stall")
    made, _ = report
    assert "a few seconds" in run_ends(made, Desk((desk.url,)), capsys)
    assert box().all()[0].state == "kept"


def test_a_full_disk_is_one_sentence_and_no_matter_to_the_answer(
    report: tuple[Report, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    text = run_ends(report[0], Desk(("http://127.0.0.1:9",)), capsys)
    assert text.count("\n") == 1
    assert "the disk is full" in text


def test_a_user_without_a_home_is_told(
    report: tuple[Report, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise FileNotFoundError(2, "this user has no home folder")

    monkeypatch.setattr(user_state, "state_folder", homeless)
    assert "folder cannot be used" in run_ends(report[0], Desk(("http://127.0.0.1:9",)), capsys)
    assert call("outbox", "list").exit_code == 4


# ------------------------------------------------------------------ the login task


def test_the_task_is_off_until_it_is_wanted(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nothing is sent by itself" in call("outbox", "task", "status").stdout
    result = call("outbox", "task", "on", "--profile", profile)
    file = login_task.entry_file()
    assert result.exit_code == 0
    assert str(file) in result.stdout
    lines = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    assert shlex.split(lines["Exec"]) == [
        sys.executable, "-m", "cpe_agent", "send", "--quiet", "--wait", "30", "--profile", profile,
    ]  # fmt: skip
    assert TICKET not in file.read_text()
    assert str(file) in call("outbox", "task", "status").stdout
    assert call("outbox", "task", "off").exit_code == 0
    assert not file.exists()
    assert call("outbox", "task", "off").exit_code == 0
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert login_task.program() == [sys.executable]


def test_a_path_with_anything_in_it_stays_one_argument(tmp_path: Path) -> None:
    """The rounds of quoting of the Desktop Entry Specification, undone as a desktop undoes them: those of any string,
    those of a quoted argument, and the percent sign."""
    odd = tmp_path / 'a "b" $HOME `id` \\ 100% é'
    odd.mkdir()
    login_task.switch_on(odd / "isp.toml")
    line = next(x for x in login_task.entry_file().read_text().splitlines() if x.startswith("Exec="))
    text = line[5:].replace("\\\\", "\\")
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    assert re.sub(r"\\(.)", r"\1", words[-1]).replace("%%", "%") == str(odd / "isp.toml")
    assert len(words) == 9
    with pytest.raises(ValueError, match="control"):
        login_task.switch_on(tmp_path / "a\nExec=evil")


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_say_that_it_is_not_there(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    for word in ("status", "off"):
        result = call("outbox", "task", word, "--lang", "en")
        assert result.exit_code == 4
        assert "not in this version" in result.stderr


def test_a_task_that_cannot_be_written_is_said(tmp_path: Path, profile: str) -> None:
    (tmp_path / "config").write_text("a file where a folder should be")
    result = call("outbox", "task", "on", "--profile", profile)
    assert result.exit_code == 4
    assert "could not be changed" in result.stderr


# ------------------------------------------------------------------ the profile


def test_the_profile_names_the_desk(tmp_path: Path) -> None:
    file = tmp_path / "isp.toml"
    file.write_text(
        f'[desk]\nurl = ["https://a.example/", "https://b.example/x"]\nspki_pins = ["{PIN}"]\nenrolment = "{TICKET}"\n'
    )
    desk = read_profile(file).desk
    assert desk == Desk(("https://a.example", "https://b.example/x"), (PIN,), TICKET)
    assert TICKET not in repr(desk)
    for text in ("[isp]\n", '[desk]\nurl = ""\n', "[desk]\nurl = []\n", f'[desk]\nspki_pins = ["{PIN}"]\n'):
        file.write_text(text + '[text]\nlanguages = ["en"]\n')
        assert read_profile(file).desk is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("url = 7", "desk.url: expected text, or a list"),
        ('url = ["https://a.example", 7]', "desk.url"),
        ('url = "http://a.example"', "https://"),
        ('url = "https://u:p@a.example"', "https://"),
        ('url = ["https://a.example", "https://b.example", "https://c.example", "https://d.example", "https://e.e"]',
         "at most 4"),
        ('url = "https://a.example"\nspki_pins = "x"', "desk.spki_pins: expected a list"),
        ('url = "https://a.example"\nspki_pins = ["abc"]', "SHA-256"),
        ('url = "https://a.example"\nspki_pins = ["YWJj"]', "SHA-256"),
        ('url = "https://a.example"\nenrolment = "hunter2 hunter2"', "desk.enrolment"),
        ('url = "https://a.example"\nenrolment = 7', "desk.enrolment"),
        ('address = "https://a.example"', "desk.address is unknown"),
    ],
)  # fmt: skip
def test_a_desk_that_makes_no_sense_is_said(tmp_path: Path, text: str, hint: str) -> None:
    file = tmp_path / "isp.toml"
    file.write_text(f"[desk]\n{text}\n")
    with pytest.raises(BadProfile) as error:
        read_profile(file)
    assert hint in str(error.value)
    assert "hunter2" not in str(error.value)


def test_profile_check_shows_the_desk_and_not_its_ticket(profile: str, desk: desk_stand_in.Desk) -> None:
    text = call("profile", "check", profile).stdout
    assert desk.url in text
    assert TICKET not in text


def test_the_ticket_is_in_no_report(profile: str) -> None:
    from cpe_agent.codec import to_plain

    assert TICKET not in json.dumps(to_plain(load(Path(profile))))
    replayed = Path(__file__).parent / "recordings" / "linux-lab-line-down.json"
    result = call("replay", str(replayed), "--json", "--profile", profile)
    assert '"profile":"isp"' in result.stdout
    assert TICKET not in result.output
    assert not box().folder.exists(), "a replay is no run of this computer: it is neither kept nor sent"
