"""The command line as a person or a script meets it: answers on stdout, sentences on stderr, the fixed statuses."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cpe_agent import __version__
from cpe_agent.answers import QUESTIONS
from cpe_agent.cli import cli
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.fault import expressions
from cpe_agent.facts import Failure, Family, Route
from cpe_agent.host import Host, SystemLookup
from cpe_agent.report import to_json
from cpe_agent.trace import NoAddress, trace_text
from cpe_agent.words import asked
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


def test_a_packed_program_offers_no_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\n  desk " in call("--help").stdout
    monkeypatch.setattr("cpe_agent.cli.FROZEN", True)
    assert "\n  desk " not in call("--help").stdout


def test_version() -> None:
    assert call("--version").stdout == f"cpe-agent {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("walk",), "No such command"),
        (("run", "--complaint", "sad"), "no-internet"),
        (("run", "--answer", "mood=bad"), "second-device"),
        (("run", "--answer", "phones=maybe"), "work, fail, none"),
        (("run", "--answer", "phones=work", "--answer", "phones=fail"), "given twice, as work and as fail"),
        (("run", "--router-password-stdin"), "Add --router-login NAME"),
        (("run", "--router-login", "admin"), "use --router-password-stdin"),
        (("run", "--budget", "0"), "0.2 to 120 seconds"),
        (("run", "--budget", "nan"), "0.2 to 120 seconds"),
        (("run", "--complaint", "site"), "--target HOST-OR-URL"),
        (("run", "--target", " "), "give a host or a URL"),
        (("run", "--target", "https://example.com:99999/"), "a port is 1 to 65535"),
        (("run", "--target", "example.com:0"), "a port is 1 to 65535"),
        (("run", "--target", "ftp://example.com/"), "http:// or https://"),
        (("run", "--target", "exa mple.com"), "no name of a host"),
        (("run", "--target", f"{'a' * 64}.example"), "no name of a host"),
        (("run", "--target", "http:///path"), "no name of a host"),
        (("trace", "https://example.com/"), "a host, not a URL"),
        (("run", "--profile", "/nowhere.toml"), "cannot be read: No such file"),
        (("run", "--profile", "/dev/null"), "holds nothing"),
        (("explain", "wifi"), "did you mean wifi-"),
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


def test_a_password_given_as_an_argument_is_not_repeated() -> None:
    result = call("login-test", "--user", "alice@isp.example", "--password-stdin", "kaktus4711")
    assert result.exit_code == 2
    assert "--password-stdin" in result.stderr
    assert "kaktus4711" not in result.output


def test_every_fault_can_be_explained() -> None:
    for fault in ALL:
        text = call("explain", fault.code).stdout
        assert f"number {fault.number}" in text
        assert "This test decides" in text
        assert not set(text.split()) & {r.name for e in expressions(fault) for r in e.readings()}, "words, no keys"
        assert call("explain", fault.code.upper()).stdout == text
    rules = call("explain", "access-no-pado", "--rules").stdout
    assert "router.last_error is NO_ANSWER" in " ".join(rules.split())
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


def test_damaged_files_are_said_to_be_damaged(broken: Path, tmp_path: Path) -> None:
    whole, path = broken.read_bytes(), tmp_path / "x.json"
    recording = b'{"format": 1, "origin": "here", "answers": {"local.os_release {}": [{"cannot": ["denied", "x"]}]}}'
    for data, command, hint in (
        (whole[:700], "judge", "damaged or cut off (after 6"),
        (b"", "judge", "damaged or cut off (after 0 characters)"),
        (b"{\x80\xff\x00", "judge", "damaged or cut off (after 1 characters)"),
        (recording, "judge", "this is a recording; use 'cpe-agent replay'"),
        (recording[:20], "replay", "damaged or cut off (after 14 characters)"),
        (b"\xff\xfe\x00\x01", "replay", "damaged or cut off"),
        (whole, "replay", "this is a report; use 'cpe-agent judge'"),
    ):
        path.write_bytes(data)
        result = call(command, str(path))
        assert (result.exit_code, result.stdout) == (2, "")
        assert hint in result.stderr, (command, result.stderr)


def test_compare_says_it_in_words_first(broken: Path, healthy: Path) -> None:
    text = call("compare", str(broken), str(healthy)).stdout
    assert "It works now." in text
    assert "home: was BROKEN, is ok" in text
    assert "no longer found: No signal on the network cable [lan-cable-unplugged]" in text
    assert text.index("It works now.") < text.index("What was seen, then and now:")
    assert "The network adapter has no signal. -> The network adapter has a signal." in text
    assert "interfaces.nics" not in text, "facts by key only when all are asked for"
    assert "interfaces.nics[0].carrier: False -> True" in call("compare", "--all", str(broken), str(healthy)).stdout
    assert "It worked then; it does not now." in call("compare", str(healthy), str(broken)).stdout
    assert "router: was not known, is ok" in text
    assert "- ->" not in text
    same = call("compare", str(healthy), str(healthy)).stdout
    assert "The verdict is the same." in same
    assert "What was seen" not in same


def test_what_an_answer_may_be_is_told() -> None:
    text = call("run", "--answer", "help").stdout
    for question, values in QUESTIONS.items():
        assert f"{question}={'|'.join(values)}" in text
        assert asked(question) in text


def test_profile_check(tmp_path: Path) -> None:
    good = tmp_path / "isp.toml"
    good.write_text(
        '[isp]\nname = "Example Net"\nwan = "pppoe"\ninfrastructure = "Line Co"\nresolvers = ["192.0.2.53"]\n'
    )
    result = call("profile", "check", str(good))
    assert result.exit_code == 0
    assert "Example Net" in result.stdout
    assert "Line Co" in result.stdout
    assert "languages       he, en, ar, ru\n" in result.stdout
    for text, hint in (
        ("[isp\n", "not TOML"),
        ("[ips]\n", "is unknown"),
        ("[isp]\nnme = 1\n", "isp.nme"),
        ('[isp]\nwan = "fibre"\n', "pppoe"),
        ('[isp]\nresolvers = ["dns.example"]\n', "no address"),
        ("[isp]\nresolvers = 7\n", "isp.resolvers: expected a list"),
        ("[isp]\nname = 7\n", "isp.name: expected text"),
        ('[probe]\nliterals = [{address = "192.0.2.1"}]\n', "probe.literals[0].network: is missing"),
        ('[probe]\nliterals = [{address = "192.0.2.1", network = "one"}]\n', "three different networks"),
        ('[probe]\ncaptive = [{url = "https://example.com", status = 204, body = ""}]\n', "http://"),
        ("[text]\nlanguages = []\n", "at least one"),
        ('[look]\nicon = "none.svg"\n', f"there is no file {tmp_path / 'none.svg'}"),
        (f'[look]\nicon = "{"n" * 5000}.svg"\n', "there is no file"),
    ):
        bad = tmp_path / "bad.toml"
        bad.write_text(text)
        result = call("profile", "check", str(bad))
        assert result.exit_code == 2, text
        assert hint in result.stderr, result.stderr


HOME = str(Path(__file__).parent / "recordings" / "linux-lab-line-down.json")


def test_the_report_is_also_written(tmp_path: Path) -> None:
    place, link = tmp_path / "report.json", tmp_path / "link"
    link.symlink_to(place)
    result = call("replay", HOME, "--output", str(link))
    assert result.exit_code == 1
    assert link.is_symlink()
    assert json.loads(place.read_text("utf-8"))["diagnosis"]["fault"] == "access-no-sync"


@pytest.mark.parametrize("place", ["/sys/report.json", "/nowhere/report.json", "/"])
def test_a_report_that_cannot_be_written_leaves_the_verdict_standing(place: str) -> None:
    result = call("replay", HOME, "--output", place)
    assert result.exit_code == 4
    assert "FAULT  The line has no signal" in result.stdout
    (sentence,) = result.stderr.splitlines()
    assert sentence.startswith(f"cpe-agent: {place}: cannot be written: ")
    assert "defect" not in sentence


@pytest.mark.parametrize(
    ("routes", "failure", "why"),
    [
        ((), Failure.OTHER, "no network"),
        ((Route("eth0", Family.V4, "0.0.0.0/0"),), Failure.NXDOMAIN, "name not found"),
    ],
)
def test_a_name_that_cannot_be_looked_up(routes: tuple[Route, ...], failure: Failure, why: str) -> None:
    class Answers:
        async def lookup(self, name: str) -> SystemLookup:
            return SystemLookup(False, (), 1.0, failure)

        async def routes(self) -> tuple[Route, ...]:
            return routes

    host = Host(Answers(), Answers())  # type: ignore[arg-type]  # two questions of it are asked
    with pytest.raises(NoAddress, match=rf"^the name example\.com could not be looked up: {why}$"):
        asyncio.run(trace_text(host, "example.com", 1))
