"""The build service's description names only what is here; what it runs after a build works on this one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pack.conftest import ROOT, Packed

WORKFLOW = ROOT / ".github" / "workflows" / "build.yml"
SYSTEMS = ("ubuntu", "windows", "macos")


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]
    return found


def commands(jobs: dict[str, Any]) -> list[str]:
    return [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]


def test_it_names_only_targets_and_files_that_exist(jobs: dict[str, Any]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = "\n".join(commands(jobs))
    makes, files = re.findall(r"\bmake ([a-z-]+)", told), re.findall(r"\S+\.(?:py|txt|spec|toml)\b", told)
    assert makes
    assert files
    assert set(makes) <= targets
    for file in files:
        assert (ROOT / file).is_file(), file


def test_every_job_ends_and_every_action_has_a_version(jobs: dict[str, Any]) -> None:
    for name, job in jobs.items():
        assert name == "release" or job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert "run" in step or re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
    text = WORKFLOW.read_text("utf-8")
    assert "permissions:\n  contents: read\n" in text
    assert "pull_request_target" not in text


def test_each_system_packs_and_starts_what_it_packed(jobs: dict[str, Any]) -> None:
    systems = [entry["system"] for entry in jobs["pack"]["strategy"]["matrix"]["include"]]
    assert sorted(system.partition("-")[0] for system in systems) == sorted(SYSTEMS)
    ran = [step.get("run", "") for step in jobs["pack"]["steps"]]
    assert ran.index("python packaging/build.py --out dist") < next(i for i, r in enumerate(ran) if "smoke.py" in r)


def test_what_is_not_linux_s_alone_is_tested_on_the_other_systems_too(jobs: dict[str, Any]) -> None:
    assert [s.partition("-")[0] for s in jobs["portable"]["strategy"]["matrix"]["system"]] == ["windows", "macos"]
    assert "portable" in jobs["release"]["needs"]


def smoke(program: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "packaging/smoke.py", str(program)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_smoke_test_passes_a_good_program_and_no_other(packed: Packed, tmp_path: Path) -> None:
    good = smoke(packed.one_file)
    assert good.returncode == 0, good.stderr
    broken = tmp_path / "broken"
    shutil.copy2(packed.one_file, broken)
    with broken.open("r+b") as file:
        file.truncate(packed.one_file.stat().st_size - 4096)
    assert smoke(broken).returncode == 1
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexit 0\n")
    silent.chmod(0o755)
    assert "exit status 0 in place of 0" in smoke(silent).stderr


def test_a_release_has_every_systems_files_and_right_sums(packed: Packed, tmp_path: Path) -> None:
    for system in ("cpe-agent-linux", "cpe-agent-windows"):
        shutil.copytree(packed.out, tmp_path / "built" / system)
    (tmp_path / "built" / "cpe-agent-windows" / "build.json").write_text(
        json.dumps({"build": "0123456789abcdef", "signed": True, "sha256": {}})
    )
    make = [sys.executable, str(ROOT / "packaging" / "release.py"), "built", "release", "NOTES.md"]
    subprocess.run(make, cwd=tmp_path, check=True)
    release = tmp_path / "release"
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=release, check=True)
    assert (release / "cpe-agent-linux.cdx.json").is_file()
    text = (tmp_path / "NOTES.md").read_text()
    assert "| cpe-agent-windows | `0123456789abcdef` | yes |" in text
    assert "| no |" in text

    (tmp_path / "built" / "cpe-agent-linux" / "cpe-agent-linux").write_bytes(b"another")
    shutil.rmtree(release)
    again = subprocess.run(make, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert "is not what was built" in again.stderr
