"""The Windows program, packed under wine from the same spec, to see that it builds, starts and judges. A check: what
people get is built on Windows (.github/workflows/build.yml).

    python packaging/pack_wine.py [OUT]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import wine_python

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-pack.txt"
NEEDED = (
    "altgraph", "click", "packaging", "pefile", "pyinstaller", "pyinstaller-hooks-contrib", "pywin32-ctypes", "segno",
    "setuptools",
)  # fmt: skip
MOST_EXE, MOST_FOLDER = 12_000_000, 30_000_000
NO_ADAPTER = "no-network-adapter"
RECORDING = ROOT / "tests" / "recordings" / "windows-11.json"
BUILD_S, RUN_S = 900.0, 120.0


class Built(NamedTuple):
    """``problems``: what is not as it must be; nothing when all is well."""

    program: Path
    problems: tuple[str, ...]


def build(out: Path) -> Built:
    """Raises ``CannotPrepareError`` where there is no wine."""
    python = wine_python.prepare()
    wine_python.install(python, *NEEDED, requirements=LOCK)
    script = wine_python.windows_path(ROOT / "packaging" / "build.py")
    made = python.run(script, "--out", wine_python.windows_path(out), imports=(ROOT,), timeout_s=BUILD_S)
    program = out / "cpe-agent.exe"
    if made.returncode or not program.exists():
        return Built(program, (f"the build failed: {made.stderr.decode(errors='replace')[-2000:]}",))
    return Built(program, tuple(problems(python, out)))


def problems(python: wine_python.WinePython, out: Path) -> list[str]:
    """What is wrong with the programs in ``out``."""
    program, found = out / "cpe-agent.exe", []
    with zipfile.ZipFile(out / "cpe-agent-windows.zip") as packed:
        folder = sum(file.file_size for file in packed.infolist())
    for what, size, most in (("one file", program.stat().st_size, MOST_EXE), ("one folder", folder, MOST_FOLDER)):
        print(f"{what}: {size / 1e6:.2f} MB")
        if size > most:
            found.append(f"{what} has {size} bytes, more than {most}")
    told = json.loads((out / "build.json").read_text("utf-8"))
    version = started(python, program, "--version").stdout.decode().strip()
    print(version)
    if version != f"cpe-agent {told['version']}, build {told['build']}":
        found.append(f"--version printed {version!r}")
    ran = started(python, program, "replay", wine_python.windows_path(RECORDING), "--json")
    try:
        diagnosis = json.loads(ran.stdout)["diagnosis"]
    except ValueError:
        return [*found, f"replay printed no report: {ran.stderr.decode(errors='replace')[-500:]}"]
    own = [sys.executable, "-m", "cpe_agent", "replay", str(RECORDING), "--json"]
    wanted = json.loads(subprocess.run(own, cwd=ROOT, capture_output=True, check=False).stdout)["diagnosis"]
    print(f"replay: {diagnosis['verdict']} {diagnosis['fault']}")
    if diagnosis != wanted:
        found.append(f"replay says {diagnosis['verdict']} {diagnosis['fault']}, the sources say {wanted['verdict']}")
    measured = started(python, program, "run", "--json", "--no-history", "--no-upload")
    try:
        fault = json.loads(measured.stdout)["diagnosis"]["fault"]
    except ValueError:
        return [*found, f"run printed no report: {measured.stderr.decode(errors='replace')[-500:]}"]
    print(f"run, where there is no adapter: {fault}")
    if fault != NO_ADAPTER:
        found.append(f"run names {fault} where there is no adapter")
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        report.write(ran.stdout)
        report.flush()
        judged = started(python, program, "judge", wine_python.windows_path(Path(report.name)))
    if judged.returncode != ran.returncode or not judged.stdout:
        found.append(f"judge ended with {judged.returncode}: {judged.stderr.decode(errors='replace')[-500:]}")
    return found


def started(
    python: wine_python.WinePython, program: Path, *arguments: str, timeout_s: float = RUN_S
) -> subprocess.CompletedProcess[bytes]:
    """Runs a packed program under wine, where there is no way to any network."""
    command = [*python.command()[:-1], wine_python.windows_path(program), *arguments]
    environment = python.environment()
    del environment["PYTHONPATH"]
    with python.alone():
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=timeout_s, check=False
        )


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="cpe-agent-wine-") as name:
        try:
            built = build(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(name))
        except wine_python.CannotPrepareError as why:
            print(f"skipped: {why}", file=sys.stderr)
            return 0
    for problem in built.problems:
        print(problem, file=sys.stderr)
    return 1 if built.problems else 0


if __name__ == "__main__":
    sys.exit(main())
