"""``cpe-agent qr``: the picture on a terminal and in files is the one that a decoder reads."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from cpe_agent import canonical
from cpe_agent.cli import cli
from cpe_agent.deliver.cut import cut
from cpe_agent.deliver.qr import frames, modules
from cpe_agent.deliver.qr_command import CannotShow, on_terminal
from cpe_agent.deliver.qr_read import collect
from cpe_agent.report import to_json
from tests import zbar
from tests.recordings.places import lab_file
from tests.reports import recorded_reports

needs_zbar = pytest.mark.skipif(zbar.PROGRAM is None, reason="zbarimg (Debian: zbar-tools) reads the files")
PROFILE = '[isp]\nname = "Provider"\n[desk]\nurl = "https://desk.provider.example/"\n'


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_bytes(to_json(recorded_reports()["line-down"]) + b"\n")
    return path


@pytest.fixture
def profile(tmp_path: Path) -> str:
    path = tmp_path / "provider.toml"
    path.write_text(PROFILE)
    return str(path)


def call(*words: object, columns: str = "130") -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], env={"COLUMNS": columns})


def read(file: Path) -> str:
    return zbar.read(Image.open(file), file.parent)


def from_blocks(text: str) -> list[list[int]]:
    """Lines of half blocks back to modules, 1 where something is written."""
    rows = []
    for line in text.splitlines():
        rows.append([int(cell in "█▀") for cell in line])
        rows.append([int(cell in "█▄") for cell in line])
    return rows


@pytest.mark.parametrize("colour", [False, True])
def test_the_terminal_shows_the_picture_with_its_margin(colour: bool) -> None:
    (frame,) = frames(to_json(recorded_reports()["line-down"]), "https://desk.provider.example/q")
    text = on_terminal(frame, width=130, unicode=True, colour=colour, instead="")
    dark = from_blocks(re.sub(r"\x1b\[[0-9;]*m", "", text))
    if not colour:  # light modules are written, dark ones are the terminal's own background
        dark = [[1 - module for module in row] for row in dark]
    wanted = [list(row) for row in modules(frame)]
    side = len(wanted)
    assert [row[4 : 4 + side] for row in dark[4 : 4 + side]] == wanted
    assert not any(map(any, dark[:4])), "the margin"
    assert not any(any(row[:4]) or any(row[4 + side :]) for row in dark)


def test_a_terminal_that_cannot_says_what_can() -> None:
    (frame,) = frames(to_json(recorded_reports()["line-down"]), "https://desk.provider.example/q")
    for look, reason in (
        ({"width": 80, "unicode": True}, "needs [0-9]+ columns"),
        ({"width": 200, "unicode": False}, "cannot draw"),
    ):
        with pytest.raises(CannotShow, match=rf"{reason}.*; do this"):
            on_terminal(frame, colour=False, instead="do this", **look)  # type: ignore[arg-type]


def test_the_command_draws_and_says_how_it_is_read(report: Path, profile: str) -> None:
    result = call("qr", report, "--profile", profile)
    assert result.exit_code == 0
    assert "▀" in result.stdout
    assert "Point the camera" in result.stdout
    assert recorded_reports()["line-down"].spoken_code in result.stdout
    narrow = call("qr", report, "--profile", profile, columns="60")
    assert narrow.exit_code == 2
    assert "--output FILE.svg" in narrow.stderr


@needs_zbar
@pytest.mark.parametrize("full", [False, True])
def test_files_are_read_back(full: bool, report: Path, profile: str, tmp_path: Path) -> None:
    whole = report.read_bytes().strip()
    report.write_text(json.dumps(json.loads(whole), indent=2))  # laid out by somebody: the bytes are found again
    place = tmp_path / "found.png"
    result = call("qr", report, "--profile", profile, "--output", place, *(["--full"] if full else []))
    assert result.exit_code == 0
    files = sorted(tmp_path.glob("found*.png"))
    assert [file.name for file in files] == re.findall(r"found\S*\.png", result.stdout)
    assert (len(files) > 1) is full
    texts = [read(file) for file in files]
    assert collect(texts) == (whole if full else cut(canonical.dumps(json.loads(whole))))


def test_an_svg_file_and_no_other_kind(report: Path, tmp_path: Path) -> None:
    place = tmp_path / "found.svg"
    result = call("qr", report, "--output", place)
    assert result.exit_code == 0
    assert place.read_text().startswith("<svg ")
    assert "the code to read out" in " ".join(result.stdout.split()), "no desk: the picture holds the verdict"
    refused = call("qr", report, "--output", tmp_path / "found.jpeg")
    assert refused.exit_code == 2
    assert ".svg or .png" in refused.stderr


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    assert call("qr", tmp_path / "x.json").exit_code == 2


def test_a_run_draws_it_behind_the_card_and_keeps_its_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    from cpe_agent.commands import measure
    from cpe_agent.host.replay import replay_host

    monkeypatch.setattr(measure, "this_host", lambda _login: replay_host(lab_file("cable-out").read_bytes()))
    run = ("run", "--qr", "--no-history", "--no-upload")
    drawn = call(*run)
    assert drawn.exit_code == 1
    assert drawn.stdout.index("FAULT") < drawn.stdout.index("▀") < drawn.stdout.index("Or read out")
    narrow = call(*run, columns="40")
    assert narrow.exit_code == 1, "the verdict's status stands"
    assert "add --output REPORT.json, then 'cpe-agent qr REPORT.json --output FILE.svg'" in narrow.stderr
    assert call(*run, "--json").exit_code == 2


def test_what_a_run_says_instead_of_a_picture_works(
    profile: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from cpe_agent.commands import measure
    from cpe_agent.host.replay import replay_host

    monkeypatch.setattr(measure, "this_host", lambda _login: replay_host(lab_file("cable-out").read_bytes()))
    kept, place = tmp_path / "kept.json", tmp_path / "found.svg"
    told = call(
        "run", "--qr", "--no-history", "--no-upload", "--profile", profile, "--output", kept, columns="40"
    ).stderr
    command = re.search(r"'cpe-agent (qr .+) --output FILE\.svg'", told)
    assert command is not None, told
    drawn = call(*command[1].split(), "--output", place)
    assert drawn.exit_code == 0, drawn.stderr
    assert "open the link" in " ".join(drawn.stdout.split()), "it goes to the desk of the run's profile"
    assert place.read_text().startswith("<svg ")
