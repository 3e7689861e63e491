"""The profile's whole example, and files as other programs save them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from cpe_agent import profile
from cpe_agent.cli import cli
from cpe_agent.look import Look, parse_look
from cpe_agent.profile import BUILT_IN, BadProfile, look_of, profile_of_text, read_profile
from cpe_agent.profile_example import EXAMPLE

TABLES = tomllib.loads(EXAMPLE)


def test_the_example_holds_every_key_that_is_read() -> None:
    known = {table: set(keys) for table, keys in profile._WORDS.items()} | {"desk": profile._DESK} | profile._LATER
    assert {table: set(keys) for table, keys in TABLES.items()} == known
    plan, desk = profile_of_text(EXAMPLE, "isp")
    assert plan.isp_name == "Example Telecom"
    assert desk is not None
    assert desk.enrolment
    look = parse_look(TABLES)
    assert all(look), "nothing of it is empty"


def test_what_it_calls_the_default_is_the_default() -> None:
    plan = profile_of_text(EXAMPLE, "isp").plan
    for key in ("literals", "names", "captive", "https", "ntp"):
        assert getattr(plan, key) == getattr(BUILT_IN, key), key
    bare, look = profile_of_text('[isp]\nname = "x"\n', "isp"), parse_look({})
    assert bare.plan._replace(isp_name=None, profile="built-in") == BUILT_IN
    assert bare.desk is None
    assert look == Look()


def test_the_program_prints_it() -> None:
    assert CliRunner().invoke(cli, ["profile", "example"]).stdout == EXAMPLE


def test_a_file_as_an_editor_on_windows_saves_it(tmp_path: Path) -> None:
    file = tmp_path / "isp.toml"
    file.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())
    assert read_profile(file) == profile_of_text(EXAMPLE, "isp")
    assert look_of(file) == parse_look(TABLES)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1255"])
def test_another_encoding_is_told_which_is_wanted(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "isp.toml"
    file.write_bytes('[isp]\nname = "\u05e9\u05dc\u05d5\u05dd"\n'.encode(encoding))
    with pytest.raises(BadProfile, match=r"isp\.toml: cannot be read: it is not UTF-8; save it as UTF-8"):
        read_profile(file)


@pytest.mark.parametrize(
    "mail", ["support", "a@b", "a b@isp.example", "a@isp.example\nDepends: x", "<a@isp.example>", 7]
)
def test_a_contact_is_a_mail_address(mail: object) -> None:
    with pytest.raises(ValueError, match=r"look\.contact"):
        parse_look({"look": {"contact": mail}})
