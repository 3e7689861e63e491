"""Packs the customer's program for the system that this runs on.

    python packaging/build.py [--profile isp.toml] [--one-folder] [--sign] [--out dist]

Into OUT: the program (one file, and the folder as .tar.gz and .deb, .zip, or .dmg), its bill of materials, SHA256SUMS
and build.json. What it holds is listed and checked before it gets there. docs/packaging.md tells the rest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this tree's own program is packed, no other

import pack_archives
import pack_check
import pack_sbom
import pack_sign
from pack_icon import BadIcon
from pack_plan import FORMS, ROOT, BadProfile, Plan, lay_out, plan_of

from cpe_agent import __version__

_WINDOWS, _MACOS = sys.platform == "win32", sys.platform == "darwin"
ONE_FILE = "cpe-agent.exe" if _WINDOWS else "cpe-agent-macos" if _MACOS else "cpe-agent-linux"
_MADE = "cpe-agent.exe" if _WINDOWS else "cpe-agent"


class Refused(Exception):
    """The build holds what it must not; nothing is left of it."""


def pack(plan: Plan, work: Path, forms: tuple[str, ...]) -> Path:
    """Runs PyInstaller; the folder with what it made."""
    told = lay_out(plan, work, forms)
    made = work / "made"
    environment = {
        **os.environ,
        "CPE_AGENT_PACK": str(told),
        "SOURCE_DATE_EPOCH": str(plan.epoch),
        "PYTHONHASHSEED": "0",  # the order of a set is the order of bytes in byte code
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
        "PYINSTALLER_CONFIG_DIR": str(work / "cache"),
    }
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR"]
    where = ["--distpath", str(made), "--workpath", str(work / "pyinstaller")]
    spec = str(ROOT / "packaging" / "cpe-agent.spec")
    subprocess.run([*command, *where, spec], check=True, env=environment, cwd=work, stdin=subprocess.DEVNULL,
                   stdout=sys.stderr)  # fmt: skip
    return made


def private_words(work: Path) -> list[str]:
    """Paths of this machine that a customer need not know. Python's own prefix is compiled into its library."""
    found = {str(ROOT), str(work), sys.prefix}
    home = str(Path.home())
    return sorted(found if sys.base_prefix.startswith(home) else found | {home})


def hand_out(plan: Plan, made: Path, out: Path, work: Path, forms: tuple[str, ...], *, sign: bool) -> list[Path]:
    """Everything that people get, in ``out``. Raises ``Refused`` and ``NotSigned``."""
    folder, one_file = made / "cpe-agent-folder", made / _MADE
    inside = None
    for program in [one_file] * ("one-file" in forms) + [folder / _MADE] * ("one-folder" in forms):
        inside = pack_check.opened(program)
        wrong = pack_check.wrong(inside, private_words(work))
        if wrong:
            raise Refused("\n".join(["the program holds", *wrong[:20]]))
        if sign and _WINDOWS:
            pack_sign.sign_windows(program)
    assert inside is not None
    found = []
    if "one-file" in forms and not _MACOS:  # a signed one-file program of macOS could not load its own libraries
        found.append(out / ONE_FILE)
        shutil.copy2(one_file, found[-1])
        found[-1].chmod(0o755)
    if "one-folder" in forms:
        found += _folders(plan, made, folder, out, work, sign=sign)
    found.append(out / "cpe-agent.cdx.json")
    found[-1].write_bytes(pack_sbom.sbom(plan, inside))
    files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in found}
    told = {"version": __version__, "build": plan.build, "epoch": plan.epoch, "signed": sign, "sha256": files}
    found.append(out / "build.json")
    found[-1].write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")
    files["build.json"] = hashlib.sha256(found[-1].read_bytes()).hexdigest()
    found.append(out / "SHA256SUMS")
    found[-1].write_text(
        "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items())), "utf-8", newline="\n"
    )
    if sign and not (_WINDOWS or _MACOS):
        found.append(pack_sign.sign_sums(found[-1]))
    return found


def _folders(plan: Plan, made: Path, folder: Path, out: Path, work: Path, *, sign: bool) -> list[Path]:
    if _WINDOWS:
        if sign:
            pack_sign.sign_windows(folder / "cpe-agent-console.exe")
        pack_archives.zipped(folder, out / "cpe-agent-windows.zip", plan.epoch)
        return [out / "cpe-agent-windows.zip"]
    if _MACOS:
        app, image = made / f"{plan.name}.app", out / "cpe-agent.dmg"
        if sign:
            pack_sign.sign_macos(app)
        pack_archives.disk_image(app, image, plan.name)
        if sign:
            pack_sign.notarize(image)
        return [image]
    pack_archives.tar_gz(folder, out / "cpe-agent-linux.tar.gz", plan.epoch)
    if shutil.which("dpkg-deb") is None:
        print("no .deb: this computer has no dpkg-deb", file=sys.stderr)
        return [out / "cpe-agent-linux.tar.gz"]
    pack_archives.deb(folder, out / pack_archives.deb_name(), plan, work)
    return [out / "cpe-agent-linux.tar.gz", out / pack_archives.deb_name()]


def build(profile: Path | None, out: Path, *, one_folder: bool = False, sign: bool = False) -> list[Path]:
    """What ``main`` does. Raises what the parts raise."""
    if sign:
        pack_sign.ready()
    plan = plan_of(profile)
    forms = ("one-folder",) if one_folder else FORMS
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cpe-agent-pack-", ignore_cleanup_errors=True) as name:
        work = Path(name).resolve()
        ready = work / "ready"
        ready.mkdir()
        made = hand_out(plan, pack(plan, work, forms), ready, work, forms, sign=sign)
        return [Path(shutil.move(file, out / file.name)) for file in made]


def main() -> int:
    parser = argparse.ArgumentParser(prog="packaging/build.py", description="Packs the customer's program.")
    parser.add_argument("--profile", type=Path, help="the provider's profile (TOML), built into the program")
    parser.add_argument("--one-folder", action="store_true", help="only the folder, no one-file program")
    parser.add_argument(
        "--sign", action="store_true", help="sign it; the environment names the key (docs/packaging.md)"
    )
    parser.add_argument("--out", type=Path, default=Path("dist"), help="where the finished files go (dist)")
    wanted = parser.parse_args()
    try:
        found = build(wanted.profile, wanted.out, one_folder=wanted.one_folder, sign=wanted.sign)
    except (BadProfile, BadIcon, Refused, pack_sign.NotSigned, OSError) as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 4
    except subprocess.CalledProcessError as error:
        print(f"build.py: {Path(str(error.cmd[0])).name} failed (exit status {error.returncode})", file=sys.stderr)
        return 4
    for file in found:
        print(f"{file.stat().st_size / 1e6:8.2f} MB  {file}")
    if not wanted.sign:
        print("not signed: whoever downloads it is warned (docs/packaging.md)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
