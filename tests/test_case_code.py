"""Case codes: read out of file names as browsers change them, and never a damaged one."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent import packed
from cpe_agent.case_code import case_in_name, read_case_code, with_check
from cpe_agent.cli import cli
from cpe_agent.commands.inputs import asked
from cpe_agent.crockford import ALPHABET
from cpe_agent.host import macos_image

CODE, OTHER = "4F7K2Q9X", "ABCDEFGN"
codes = st.text(alphabet=ALPHABET, min_size=7, max_size=7).map(with_check)


@pytest.mark.parametrize(
    "name",
    [
        "cpe-agent-4F7K2Q9X.exe",
        "cpe-agent-4F7K2Q9X (1).exe",
        "cpe-agent-4F7K2Q9X(12).exe",
        "cpe-agent-4F7K2Q9X - Copy.exe",
        "Copy of cpe-agent-4F7K2Q9X.exe",
        "cpe-agent-4f7k2q9x.exe",
        "CPE-Agent_4F7K2Q9X.dmg",
        "cpe-agent-4F7K2Q9X-1.AppImage",
        "cpe-agent 4F7K2Q9X.exe",
        "cpe-agent-4F7K2Q9X",
        "cpe-agent-4F7K-2Q9X.app",
        "תמיכה cpe-agent-4F7K2Q9X.exe",
    ],
)
def test_a_code_is_found_in_the_name(name: str) -> None:
    assert case_in_name(name) == CODE


@pytest.mark.parametrize(
    "name",
    [
        "",
        "cpe-agent.exe",
        "cpe-agent-4F7K2Q9Y.exe",  # its check fails
        "cpe-agent-4F7K2Q9.exe",
        "cpe-agent-4F7K--2Q9X.exe",
        "cpe-agent-4F7-K2Q9X.exe",
        "cpe-agent-4F7K2Q9XX.exe",
        "cpe-agent-0.2.0.exe",
        "cpe-agent-download.exe",
        "cpe-agent-00000000.exe",
        "4F7K2Q9X.exe",
        "cpe-agent-٤F7K2Q9X.exe",
    ],
)
def test_no_code_or_a_damaged_one_is_none(name: str) -> None:
    assert case_in_name(name) is None


@given(codes)
def test_what_people_type_is_read(code: str) -> None:
    assert read_case_code(code) == code
    assert read_case_code(f" {code[:4].lower()}-{code[4:]} ") == code
    assert read_case_code(code.replace("0", "O").replace("1", "l").replace("V", "u")) == code


def test_every_wrong_character_and_every_two_that_changed_places_are_found() -> None:
    rng = random.Random(8)
    for _ in range(200):
        code = with_check("".join(rng.choices(ALPHABET, k=7)))
        for i in range(8):
            for other in ALPHABET.replace(code[i], ""):
                assert read_case_code(code[:i] + other + code[i + 1 :]) is None
            for j in range(i):
                if code[i] != code[j]:
                    swapped = list(code)
                    swapped[i], swapped[j] = code[j], code[i]
                    assert read_case_code("".join(swapped)) is None


@pytest.mark.parametrize("first", ["", "4F7K2Q", "4F7K2Q9X", "4F7K2Q*"])
def test_a_check_needs_seven(first: str) -> None:
    with pytest.raises(ValueError, match="7 characters"):
        with_check(first)


def test_the_command_line_refuses_a_damaged_code(tmp_path: Path) -> None:
    from tests.recordings.places import lab_file

    replay = ["replay", str(lab_file("cable-out")), "--json", "--no-history"]
    refused = CliRunner().invoke(cli, [*replay, "--case", "4F7K2Q9Y"])
    assert refused.exit_code == 2
    assert "4F7K2Q9Y" in refused.output
    taken = CliRunner().invoke(cli, [*replay, "--case", "4f7k-2q9x"])
    assert taken.exit_code == 1
    assert '"case":"4F7K2Q9X"' in taken.output


@pytest.mark.parametrize(
    ("executable", "appimage", "found"),
    [
        (f"/home/dana/Downloads/cpe-agent-{CODE} (1)", "", CODE),
        ("/Applications/cpe-agent-4F7K-2Q9X.app/Contents/MacOS/cpe-agent", "", CODE),
        (f"/tmp/.mount_cpeaBx/usr/bin/cpe-agent-{OTHER}", f"/home/dana/cpe-agent-{CODE}.AppImage", CODE),
        (f"/home/cpe-agent-{OTHER}/cpe-agent-{CODE}/cpe-agent", "", CODE),
        ("/home/dana/cpe-agent-4F7K2Q9Y", "", None),
        ("/opt/cpe-agent/cpe-agent", "", None),
        ("/", "", None),
    ],
)
def test_a_packed_program_s_case(
    executable: str, appimage: str, found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "FROZEN", True)
    monkeypatch.setattr(sys, "executable", executable)
    monkeypatch.setattr(sys, "argv", [f"cpe-agent-{OTHER}"])
    monkeypatch.setenv("APPIMAGE", appimage)
    assert packed.case_in_path() == found


COPIED = "/Applications/cpe-agent.app/Contents/MacOS/cpe-agent"
MOVED = "/private/var/folders/x1/AppTranslocation/8C8B7A69-5847-4362-9112-00FFEEDDCCBB/d/cpe-agent.app/Contents/MacOS/x"
MINE, OLD = (
    (f"cpe-agent-{CODE} (1).dmg", ("/Volumes/cpe-agent 1",)),
    (f"cpe-agent-{OTHER}.dmg", ("/Volumes/cpe-agent",)),
)


@pytest.mark.skipif(os.name == "nt", reason="a Mac's paths are none of Windows'")
@pytest.mark.parametrize(
    ("executable", "images", "found"),
    [
        (MOVED, [MINE], CODE),
        (MOVED, [MINE, ("office.dmg", ("/Volumes/office",)), MINE], CODE),
        (MOVED, [MINE, OLD], None),  # which of the two?
        ("/Volumes/cpe-agent 1/cpe-agent.app/Contents/MacOS/cpe-agent", [OLD, MINE], CODE),  # this one
        ("/Volumes/plain/cpe-agent.app/Contents/MacOS/cpe-agent", [OLD, ("cpe-agent.dmg", ("/Volumes/plain",))], None),
        (COPIED, [MINE], CODE),
        (COPIED, [("cpe-agent-4F7K2Q9Y.dmg", ())], None),  # its check fails
        (COPIED, [], None),
        (f"/Applications/cpe-agent-{OTHER}.app/Contents/MacOS/cpe-agent", [MINE], OTHER),
        ("/usr/local/bin/cpe-agent", [MINE], None),  # no .app: it came on no image
    ],
)
def test_an_app_s_case_is_its_image_s(
    executable: str,
    images: list[tuple[str, tuple[str, ...]]],
    found: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packed, "FROZEN", True)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(sys, "executable", executable)
    monkeypatch.delenv("APPIMAGE", raising=False)
    monkeypatch.setattr(macos_image, "mounted", lambda: tuple(macos_image.Image(*one) for one in images))
    assert packed.case_in_path() == found


def test_other_systems_know_no_such_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "FROZEN", True)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "executable", COPIED)
    monkeypatch.setattr(macos_image, "mounted", lambda: pytest.fail("asked"))
    assert packed.case_in_path() is None


@pytest.mark.parametrize(
    ("started_as", "found"),
    [
        (f"/home/dana/cpe-agent-{CODE}.pyz", CODE),
        (f"./cpe-agent-{CODE}", CODE),
        (f"/home/cpe-agent-{CODE}/bin/cpe-agent", None),
        ("/usr/bin/cpe-agent", None),
        ("-c", None),
        ("", None),
    ],
)
def test_a_program_that_is_not_packed_has_only_the_name_it_was_started_by(
    started_as: str, found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [started_as, "page"])
    monkeypatch.setenv("APPIMAGE", f"/home/dana/cpe-agent-{OTHER}.AppImage")  # another program's, our parent
    assert packed.case_in_path() == found


def test_run_and_page_go_by_it_and_a_typed_case_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [f"cpe-agent-{CODE}"])
    options = {"target": None, "complaint": None, "budget": None, "profile_file": None, "deep": False,
               "no_history": True, "answer": (), "no_upload": True}  # fmt: skip
    for typed, case in ((None, CODE), (OTHER, OTHER)):
        given = {**options, "case": typed}
        asked(given)
        assert given["case"] == case
