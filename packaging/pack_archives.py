"""The one folder as something to hand out: .tar.gz and .deb, .zip, .dmg. Equal folders give equal bytes, save .dmg."""

from __future__ import annotations

import gzip
import os
import platform
import shutil
import stat
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pack_man import man_page
from pack_plan import ROOT, Plan

from cpe_agent import __version__
from cpe_agent.words import LANGUAGES, SOURCE, phrase, ui


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """In the same order everywhere."""
    yield from sorted((file.relative_to(folder).as_posix(), file) for file in folder.rglob("*") if not file.is_dir())


def _mode(file: Path) -> int:
    return 0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644


def tar_gz(folder: Path, to: Path, epoch: int) -> None:
    with (
        to.open("wb") as raw,
        gzip.GzipFile("", "wb", 9, raw, mtime=epoch) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, file in _files(folder):
            entry = tar.gettarinfo(str(file), f"cpe-agent/{name}")
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime, entry.mode = epoch, _mode(file)
            with file.open("rb") as data:
                tar.addfile(entry, data if entry.isreg() else None)


def zipped(folder: Path, to: Path, epoch: int) -> None:
    at = datetime.fromtimestamp(epoch, UTC).timetuple()[:6]
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, file in _files(folder):
            entry = zipfile.ZipInfo(f"cpe-agent/{name}", at)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, _mode(file) << 16
            made.writestr(entry, file.read_bytes())


def disk_image(app: Path, to: Path, name: str) -> None:
    """hdiutil(1): the .app beside a way to the applications' folder."""
    inside = app.parent / "image"
    inside.mkdir()
    shutil.copytree(app, inside / app.name, symlinks=True)
    (inside / "Applications").symlink_to("/Applications")
    make = [
        "hdiutil",
        "create",
        "-quiet",
        "-ov",
        "-format",
        "UDZO",
        "-volname",
        name,
        "-srcfolder",
        str(inside),
        str(to),
    ]
    subprocess.run(make, check=True)


def deb_name() -> str:
    return f"cpe-agent_{__version__}_{_architecture()}.deb"


def _architecture() -> str:
    asked = ["dpkg", "--print-architecture"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def deb(folder: Path, to: Path, plan: Plan, work: Path) -> None:
    """A Debian package: the folder in /usr/lib, the command in /usr/bin, an entry in the desktop's menu, a man page.
    https://www.debian.org/doc/debian-policy/"""
    stage = work / "deb"
    program = stage / "usr/lib/cpe-agent"
    shutil.copytree(folder, program)
    command = stage / "usr/bin/cpe-agent"
    command.parent.mkdir(parents=True)
    command.symlink_to("../lib/cpe-agent/cpe-agent")
    icons = stage / "usr/share/icons/hicolor/256x256/apps"
    _put(icons / "cpe-agent.png", (work / "icon.png").read_bytes())
    _put(stage / "usr/share/applications/cpe-agent.desktop", desktop_entry(plan).encode())
    _put(stage / "usr/share/doc/cpe-agent/copyright", (ROOT / "LICENSE").read_bytes())
    _put(stage / "usr/share/man/man1/cpe-agent.1.gz", gzip.compress(man_page(plan).encode(), 9, mtime=0))
    size = sum(file.lstat().st_size for _, file in _files(stage))
    libc = platform.libc_ver()[1] or "2.31"
    control = (
        f"Package: cpe-agent\nVersion: {__version__}\nArchitecture: {_architecture()}\n"
        "Section: net\nPriority: optional\n"
        f"Maintainer: {plan.name} <{plan.look.contact or 'root@localhost'}>\n"
        f"Installed-Size: {-(-size // 1024)}\nDepends: libc6 (>= {libc})\n"
        "Description: finds out why this computer is offline\n"
        " Measures the computer, the home, the router, the line and the provider, names the\n"
        " fault and whose it is, with the evidence.\n"
    )
    _put(stage / "DEBIAN/control", control.encode())
    for path in [stage, *stage.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else _mode(path))
        os.utime(path, (plan.epoch, plan.epoch), follow_symlinks=False)
    make = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(stage), str(to)]
    subprocess.run(
        make, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(plan.epoch)}
    )


def _put(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def desktop_entry(plan: Plan) -> str:
    """The Desktop Entry Specification 1.5. Without a provider's name, the page's own in each language."""
    offered = plan.look.languages or LANGUAGES
    said = []
    for language in (SOURCE, *(other for other in offered if other != SOURCE)):
        suffix = "" if language == SOURCE else f"[{language}]"
        said.append(f"Name{suffix}={plan.look.name or phrase('page', 'name', language)}")
        said.append(f"Comment{suffix}={ui('menu.comment', language)}")
    return "\n".join(
        [
            "[Desktop Entry]", "Type=Application", "Version=1.5", *said, "Exec=cpe-agent page", "Icon=cpe-agent",
            "Terminal=false", "Categories=Network;Utility;", "",
        ]
    )  # fmt: skip
