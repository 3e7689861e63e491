"""The packed program at work: the same answers as from its sources, the provider's look, the case in its name."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cpe_agent import __version__
from cpe_agent.case_code import with_check
from cpe_agent.cli import COMMANDS
from cpe_agent.words import fault_text
from tests.pack.conftest import ROOT, Packed, call

RECORDINGS = sorted((ROOT / "tests" / "recordings").glob("linux-lab-*.json"))
CASE = with_check("4F7K2Q9")


def test_it_says_its_build(packed: Packed) -> None:
    told = json.loads((packed.out / "build.json").read_text())["build"]
    for program in packed.forms():
        assert call(program, "--version").stdout == f"cpe-agent {__version__}, build {told}\n"
        for command in COMMANDS.keys() - {"desk"}:
            assert len(call(program, command, "--help").stdout) > 100, command


def test_it_reads_a_spoken_code(packed: Packed) -> None:
    code = json.loads(call(packed.in_folder, "replay", str(RECORDINGS[0]), "--json").stdout)["spoken_code"]
    read = json.loads(call(packed.one_file, "decode", "--json", code).stdout)
    assert read["verdict"] == "fault"


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda f: f.stem)
def test_a_recording_gets_the_same_diagnosis_as_from_the_sources(
    packed: Packed, recording: Path, tmp_path: Path
) -> None:
    profile = ["--profile", str(ROOT / "tests" / "lab" / "profile.toml")]
    words = ["replay", str(recording), "--json", *profile]
    own = subprocess.run(
        [sys.executable, "-m", "cpe_agent", *words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    ran = call(packed.in_folder, *words)
    assert ran.returncode == own.returncode, ran.stderr
    assert json.loads(ran.stdout)["diagnosis"] == json.loads(own.stdout)["diagnosis"]
    report = tmp_path / "report.json"
    report.write_text(ran.stdout)
    judged = call(packed.in_folder, "judge", str(report))
    assert judged.returncode == own.returncode
    assert judged.stdout


def test_the_providers_profile_is_in_it(packed: Packed) -> None:
    report = json.loads(call(packed.in_folder, "replay", str(RECORDINGS[0]), "--json").stdout)
    assert report["profile"] == "isp"
    assert report["sections"]["plan"]["content"]["isp_name"] == "Example Telecom"


@pytest.mark.parametrize(("system", "shown"), [("de_DE", "ru"), ("he_IL", "ru"), ("ru_RU", "ru"), ("en_GB", "en")])
def test_the_provider_says_which_languages_are_offered(packed: Packed, system: str, shown: str) -> None:
    card = call(packed.in_folder, "replay", str(RECORDINGS[0]), LANG=f"{system}.UTF-8").stdout
    assert fault_text("lan-cable-unplugged", shown).title in card


@pytest.mark.parametrize("name", [f"cpe-agent-{CASE}", f"cpe-agent-{CASE} (1)", f"cpe-agent-{CASE[:-1]}0"])
def test_the_case_comes_from_the_files_name(packed: Packed, name: str, tmp_path: Path) -> None:
    program = tmp_path / name
    shutil.copy2(packed.one_file, program)
    found = json.loads(call(program, "replay", str(RECORDINGS[0]), "--json").stdout)["case"]
    assert found == (CASE if CASE in name else None)


def test_the_case_comes_from_the_folders_name(packed: Packed, tmp_path: Path) -> None:
    folder = tmp_path / f"cpe-agent-{CASE}"
    shutil.copytree(packed.in_folder.parent, folder)
    assert json.loads(call(folder / "cpe-agent", "replay", str(RECORDINGS[0]), "--json").stdout)["case"] == CASE


def test_the_desk_is_somewhere_else(packed: Packed) -> None:
    ran = call(packed.in_folder, "desk", "serve")
    assert ran.returncode == 4
    assert "pip install" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "\n  desk " not in call(packed.in_folder, "--help").stdout
