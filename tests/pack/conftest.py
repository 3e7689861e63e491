"""The packed program, made once from this tree with a provider's profile in it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROFILE = Path(__file__).with_name("isp.toml")
EPOCH = "1767225600"
ALL = os.environ.get("CPE_AGENT_PACK_CHECK") == "all"

sys.path.insert(0, str(ROOT / "packaging"))  # it is no package: its files run as scripts


class Packed(NamedTuple):
    """``one_file`` and ``in_folder`` are the two forms of the program; ``out`` holds what people get."""

    out: Path
    one_file: Path
    in_folder: Path

    def forms(self) -> tuple[Path, ...]:
        return (self.one_file, self.in_folder)


def lacking() -> str | None:
    """Why nothing can be packed here, or None."""
    if not sys.platform.startswith("linux"):
        return f"these tests know the files of a Linux build; this is {sys.platform}"
    if importlib.util.find_spec("PyInstaller") is None:
        return "PyInstaller is not installed (requirements-pack.txt)"
    return None


def build(tree: Path, out: Path) -> None:
    """As ``make pack`` does it, in a tree of its own."""
    command = [sys.executable, str(tree / "packaging" / "build.py"), "--profile", str(PROFILE), "--out", str(out)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=out.parent, env=environment)
    assert done.returncode == 0, done.stderr
    assert "not signed" in done.stdout


@pytest.fixture(scope="session")
def packed() -> Packed:
    """Equal sources are equal bytes, so a build is kept by its hash and shared by every session and worker."""
    problem = lacking()
    if problem:
        pytest.skip(problem)
    import fcntl

    from pack_plan import plan_of

    kept = ROOT / "build" / "tested"
    kept.mkdir(parents=True, exist_ok=True)
    place = kept / f"{plan_of(PROFILE).build}-{importlib.metadata.version('pyinstaller')}"
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            for old in kept.glob("*-*"):
                shutil.rmtree(old)
            fresh = kept / "fresh"
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            build(ROOT, fresh / "dist")
            with tarfile.open(fresh / "dist" / "cpe-agent-linux.tar.gz") as tar:
                tar.extractall(fresh, filter="data")
            fresh.rename(place)
    return Packed(place / "dist", place / "dist" / "cpe-agent-linux", place / "cpe-agent" / "cpe-agent")


def call(program: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a packed program with nothing of this machine's Python in its environment."""
    clean = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", **environment}
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, cwd="/", env=clean, stdin=subprocess.DEVNULL
    )
