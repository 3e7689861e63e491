"""What goes into a build: its sources, the provider's profile and look, and the hash that names all of it."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, NamedTuple

import pack_icon

from cpe_agent import __version__
from cpe_agent.look import Look
from cpe_agent.profile import BadProfile, look_of, read_profile, text_of

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-pack.txt"
FORMS = ("one-file", "one-folder")
DATA = ("cpe_agent/page/page.css", "cpe_agent/page/page.js")
TRANSLATIONS = "cpe_agent/words/translations"
_PACKING = (".py", ".spec", ".manifest", ".entitlements")
_NO_GIT = 1767225600  # 2026-01-01, where neither the environment nor a commit tells a time

START = """\
from cpe_agent.__main__ import main

main()
"""


class Plan(NamedTuple):
    """``build``: 16 hexadecimal digits of a SHA-256 over everything below and the sources; ``epoch``: the time that
    every file of the build carries, seconds since 1970; ``drawing``: the icon's."""

    build: str
    epoch: int
    look: Look
    profile: Path | None
    drawing: pack_icon.Drawing
    modules: tuple[str, ...]
    data: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.look.name or "cpe-agent"


def plan_of(profile: Path | None) -> Plan:
    """Raises ``BadProfile``, ``BadIcon`` and OSError: what is wrong with a profile is said before anything is built."""
    look = Look()
    if profile is not None:
        read_profile(profile)
        look = look_of(profile)
    icon = _icon(look, profile)
    drawing = pack_icon.read(icon)
    modules, data = sources(), data_files()
    return Plan(_hash(modules, data, profile, icon), _epoch(), look, profile, drawing, modules, data)


def _is_desks(parts: tuple[str, ...]) -> bool:
    return parts[1:2] == ("desk",) or (parts[:3] == ("cpe_agent", "words", "en") and parts[-1].startswith("desk_"))


def sources() -> tuple[str, ...]:
    """Every module of the customer's program: they are found by name when they are needed, so all are named here."""
    found = []
    for package in ("cpe_agent", "collectors"):
        for file in (ROOT / package).rglob("*.py"):
            parts = file.relative_to(ROOT).with_suffix("").parts
            if not _is_desks(parts):
                found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return tuple(sorted(found))


def data_files() -> tuple[str, ...]:
    """Relative to the project's root."""
    words = (ROOT / TRANSLATIONS).glob("*.mo")
    return (*DATA, *sorted(f"{TRANSLATIONS}/{f.name}" for f in words if not f.name.startswith("desk-")))


def _icon(look: Look, profile: Path | None) -> Path:
    return profile.parent / look.icon if profile is not None and look.icon else ROOT / "packaging" / "icon.svg"


def _hash(modules: tuple[str, ...], data: tuple[str, ...], profile: Path | None, icon: Path) -> str:
    files = {name: _file_of(name) for name in modules} | {name: ROOT / name for name in data}
    files |= {"lock": LOCK, "icon": icon, **({} if profile is None else {"profile": profile})}
    files |= {f.name: f for f in (ROOT / "packaging").iterdir() if f.suffix in _PACKING}
    lines = [f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for name, file in sorted(files.items())]
    lines += [f"python {platform.python_version()}", f"system {sysconfig.get_platform()}"]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _file_of(module: str) -> Path:
    file = ROOT.joinpath(*module.split("."))
    return file / "__init__.py" if file.is_dir() else file.with_suffix(".py")


def _epoch() -> int:
    """https://reproducible-builds.org/specs/source-date-epoch/"""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not told and shutil.which("git"):
        last = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        told = subprocess.run(last, capture_output=True, text=True, check=False).stdout.strip()
    return int(told) if told.isdecimal() else _NO_GIT


def lay_out(plan: Plan, work: Path, forms: tuple[str, ...]) -> Path:
    """Writes what the spec needs into ``work``; the file that describes it."""
    carried: dict[str, Any] = {"build": plan.build}
    if plan.profile is not None:
        carried |= {"profile": text_of(plan.profile), "profile_name": plan.profile.stem}
        carried |= {"name": plan.look.name, "languages": plan.look.languages, "accent": plan.look.accent}
    (work / "cpe_agent_packed.py").write_text(f"PACKED = {carried!r}\n", "utf-8")
    (work / "start.py").write_text(START, "ascii")
    (work / "icon.png").write_bytes(pack_icon.png(plan.drawing, 256))
    icon = work / {"win32": "icon.ico", "darwin": "icon.icns"}.get(sys.platform, "icon.png")
    if icon.suffix != ".png":
        icon.write_bytes(pack_icon.ico(plan.drawing) if icon.suffix == ".ico" else pack_icon.icns(plan.drawing))
    plain = "".join(c for c in plan.name.lower() if c.isascii() and c.isalnum())
    told = work / "pack.json"
    told.write_text(
        json.dumps(
            {
                "work": str(work), "root": str(ROOT), "forms": forms, "name": plan.name, "version": __version__,
                "modules": [*plan.modules, "cpe_agent_packed"], "data": plan.data, "icon": str(icon),
                "identifier": f"org.{plain or 'cpeagent'}",
                "version_words": {
                    "ProductName": plan.name, "FileDescription": plan.name, "CompanyName": plan.name,
                    "FileVersion": __version__, "ProductVersion": f"{__version__} build {plan.build}",
                    "InternalName": "cpe-agent", "OriginalFilename": "cpe-agent.exe", "LegalCopyright": "MIT license",
                },
            }
        ),
        "utf-8",
    )  # fmt: skip
    return told


__all__ = ["FORMS", "LOCK", "ROOT", "BadProfile", "Plan", "lay_out", "plan_of"]
