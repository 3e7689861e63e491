"""The customer's program under the name that carries the case: a short link that a representative reads out.

The provider puts its builds into the folder ``downloads`` of the desk's data (``cpe-agent.exe``, ``cpe-agent.dmg``,
``cpe-agent-linux``). Whether there is such a case is not looked up: the link tells nobody which codes are given out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File

from cpe_agent.case_code import read_case_code
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.pages.given import TheDesk
from cpe_agent.desk.pages.public import page
from cpe_agent.desk.people.roles import ANYONE

FOLDER = "downloads"
_NAME = "cpe-agent"
_MEBI = 1024 * 1024
OWN_NAMES = {"windows": "Windows", "macos": "Mac", "linux": "Linux"}
"""As their makers write them, in the order in which the page has them."""
_ENDINGS = (
    (".exe", "windows", False), ("-windows.zip", "windows", True), (".dmg", "macos", False), ("-linux", "linux", False),
    (".deb", "linux", False), ("-linux.tar.gz", "linux", True),
)  # fmt: skip
"""Ending of a file's name, whose program it is, whether it is a folder to unpack; the best of each system first."""
TELEPHONE, OLD_WINDOWS = "telephone", "old-windows"
# Before NT 6.3, which is Windows 8.1, the program does not start (docs/platforms.md).
_OLD_WINDOWS = re.compile(r"Windows (?:NT (?:5|6\.[012])\b|98|9x)")
_AGENTS = (
    (re.compile(r"Android|iPhone|iPad|iPod|Mobile|Windows Phone"), TELEPHONE),
    (_OLD_WINDOWS, OLD_WINDOWS),
    (re.compile(r"Windows"), "windows"),
    (re.compile(r"Macintosh|Mac OS X"), "macos"),
    (re.compile(r"CrOS"), None),
    (re.compile(r"Linux|X11"), "linux"),
)


class Program(NamedTuple):
    """``name``: the provider's; ``called``: with the case's code in it, as it is saved. ``rank``: the smaller, the
    better for its ``system``."""

    name: str
    called: str
    mebibytes: int
    system: str
    folder: bool
    rank: int


def programs(desk: Desk, code: str) -> list[Program]:
    """What there is to download, the best for each system first; nothing where no build was put there. Bills of
    materials and sums may lie beside them."""
    try:
        found = [_program(file, code) for file in (desk.settings.data / FOLDER).iterdir()]
    except OSError:
        return []
    return sorted((program for program in found if program is not None), key=lambda p: (p.rank, p.name))


def _program(file: Path, code: str) -> Program | None:
    known = next((rank for rank, (ending, *_) in enumerate(_ENDINGS) if file.name.endswith(ending)), None)
    if known is None or not file.name.startswith(_NAME) or not file.is_file():
        return None
    _, system, folder = _ENDINGS[known]
    called = f"{_NAME}-{code}{file.name.removeprefix(_NAME)}"
    return Program(file.name, called, -(-file.stat().st_size // _MEBI), system, folder, known)


def system_of(agent: str) -> str | None:
    """What a browser says that it runs on (its ``User-Agent``): a key of ``OWN_NAMES``, ``TELEPHONE`` (tablets too),
    ``OLD_WINDOWS``, or None."""
    return next((system for told, system in _AGENTS if told.search(agent)), None)


def link(desk: Desk, code: str) -> str | None:
    """The short link to read out; None where it would lead to nothing."""
    return f"{desk.settings.address}/get/{code}" if programs(desk, code) else None


@get(["/get/{code:str}", "/c/{code:str}"], opt={"needs": ANYONE}, sync_to_thread=True)
def choose(request: Request[Any, Any, Any], desk: TheDesk, code: FromPath[str]) -> Response[str]:
    """Which one, for the customer, and what his system may ask before it opens it. A single one comes by itself."""
    read = read_case_code(code[:40])
    if read is None:
        return page(request, "public_notice.html", status=404, notice="code.none")
    found = programs(desk, read)
    here = system_of(request.headers.get("user-agent", ""))
    first = next((program for program in found if program.system == here), None)
    rest = [program for program in found if program is not first]
    return page(
        request, "public_program.html", code=read, programs=found, here=here, first=first, alone=not rest,
        others={s: [p for p in rest if p.system == s] for s in OWN_NAMES if any(p.system == s for p in rest)},
        own_names=OWN_NAMES, address=f"{desk.settings.address}/get/{read}",
    )  # fmt: skip


@get("/get/{code:str}/{name:str}", opt={"needs": ANYONE}, sync_to_thread=True)
def program(desk: TheDesk, code: FromPath[str], name: FromPath[str]) -> File:
    read = read_case_code(code[:40])
    found = None if read is None else next((p for p in programs(desk, read) if p.name == name), None)
    if found is None:
        raise NotFoundException
    path: Path = desk.settings.data / FOLDER / found.name
    return File(path, filename=found.called, media_type="application/octet-stream")


ROUTES = (choose, program)
