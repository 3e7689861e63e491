"""The command line as a person or a script meets it: answers on stdout, sentences on stderr, the fixed statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cpe_agent import __version__
from cpe_agent.cli import cli
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.report import to_json
from tests.test_report import report_of


def call(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, list(arguments))
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.json"
    path.write_bytes(to_json(report_of("no-carrier")))
    return path


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    path = tmp_path / "healthy.json"
    path.write_bytes(to_json(report_of()))
    return path


def test_help_teaches() -> None:
    text = call("--help").stdout
    assert "Exit status" in text
    for command in (
        "run",
        "decode",
        "explain",
        "faults",
        "judge",
        "compare",
        "trace",
        "record",
        "replay",
        "profile",
        "login-test",
    ):
        assert f"\n  {command} " in text
    for name in ("run", "decode", "judge", "compare", "trace", "record", "replay", "login-test"):
        assert len(call(name, "--help").stdout) > 100


def test_version() -> None:
    assert call("--version").stdout == f"cpe-agent {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("walk",), "No such command"),
        (("run", "--complaint", "sad"), "no-internet"),
        (("run", "--answer", "mood=bad"), "second-device"),
        (("run", "--answer", "phones=maybe"), "work, fail, none"),
        (("run", "--budget", "0"), "range"),
        (("run", "--profile", "/nowhere.toml"), "cannot be read"),
        (("decode", "123"), "15 digits"),
        (("explain", "access-no-pdo"), "access-no-pado"),
        (("judge", "/nowhere.json"), "cannot be read"),
        (("replay", "/nowhere.json"), "cannot be read"),
    ],
)
def test_wrong_usage_is_status_2_and_says_what_would_be_right(arguments: tuple[str, ...], hint: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert hint in result.stderr
    assert result.stdout == ""


def test_every_fault_can_be_explained() -> None:
    for fault in ALL:
        text = call("explain", fault.code).stdout
        assert f"number {fault.number}" in text
        assert "deciding test" in text
    table = call("faults").stdout
    assert all(fault.code in table for fault in ALL)
    assert len(json.loads(call("faults", "--json").stdout)) == len(ALL)


def test_judge_says_whether_the_verdict_is_still_the_same(broken: Path) -> None:
    result = call("judge", str(broken))
    assert result.exit_code == 1
    assert "the same verdict as then" in result.stdout
    assert "No signal on the network cable" in result.stdout
    again = json.loads(call("judge", "--json", str(broken)).stdout)
    assert again["diagnosis"]["fault"] == "lan-cable-unplugged"


def test_judge_refuses_what_is_no_report(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"schema": 99}')
    result = call("judge", str(path))
    assert result.exit_code == 2
    assert "newer" in result.stderr


def test_compare_says_it_in_words_first(broken: Path, healthy: Path) -> None:
    text = call("compare", str(broken), str(healthy)).stdout
    assert "It works now." in text
    assert "home: was broken, is ok" in text
    assert text.index("It works now.") < text.index("Facts that changed")
    assert "It worked then; it does not now." in call("compare", str(healthy), str(broken)).stdout
    same = call("compare", str(healthy), str(healthy)).stdout
    assert "The verdict is the same." in same
    assert "Facts that changed" not in same


def test_the_card_is_one_screen(broken: Path) -> None:
    text = call("judge", str(broken)).stdout
    assert len(text.splitlines()) <= 40
    assert max(map(len, text.splitlines())) <= 110
    for part in ("Whose", "Who acts", "Why", "Next", "Technician", "Proven working up to", "Code"):
        assert part in text


def test_profile_check(tmp_path: Path) -> None:
    good = tmp_path / "isp.toml"
    good.write_text(
        '[isp]\nname = "Example Net"\nwan = "pppoe"\ninfrastructure = "Line Co"\nresolvers = ["192.0.2.53"]\n'
    )
    result = call("profile", "check", str(good))
    assert result.exit_code == 0
    assert "Example Net" in result.stdout
    assert "Line Co" in result.stdout
    for text, hint in (
        ("[isp\n", "not TOML"),
        ("[ips]\n", "is unknown"),
        ("[isp]\nnme = 1\n", "isp.nme"),
        ('[isp]\nwan = "fibre"\n', "pppoe"),
        ('[isp]\nresolvers = ["dns.example"]\n', "no address"),
        ("[isp]\nresolvers = 7\n", "resolvers"),
        ('[probe]\nliterals = [{address = "192.0.2.1", network = "one"}]\n', "three different networks"),
        ('[probe]\ncaptive = [{url = "https://example.com", status = 204, body = ""}]\n', "http://"),
    ):
        bad = tmp_path / "bad.toml"
        bad.write_text(text)
        result = call("profile", "check", str(bad))
        assert result.exit_code == 2, text
        assert hint in result.stderr, result.stderr
