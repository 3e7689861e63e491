"""The customer's program under the name that carries the case: a short link that a representative reads out.

The provider puts its builds into the folder ``downloads`` of the desk's data (``cpe-agent.exe``, ``cpe-agent.dmg``,
``cpe-agent-linux``). Whether there is such a case is not looked up: the link tells nobody which codes are given out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File

from cpe_agent.case_code import read_case_code
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.pages.given import TheDesk
from cpe_agent.desk.pages.view import page
from cpe_agent.desk.people.roles import ANYONE

FOLDER = "downloads"
_NAME = "cpe-agent"
_MEBI = 1024 * 1024
SYSTEMS: dict[str, Callable[[str], bool]] = {
    "windows": lambda name: name.endswith(".exe") or "windows" in name,
    "macos": lambda name: name.endswith(".dmg"),
    "linux": lambda name: name.endswith("-linux"),
}
"""Whose program a file is, by its name; the order in which the page tells what each of them asks."""
OWN_NAMES = {"windows": "Windows", "macos": "Mac", "linux": "Linux"}


class Program(NamedTuple):
    """``name``: the provider's; ``called``: with the case's code in it, as it is saved."""

    name: str
    called: str
    mebibytes: int

    @property
    def system(self) -> str:
        """As its makers write it; empty where the name does not say."""
        return next((OWN_NAMES[key] for key, fits in SYSTEMS.items() if fits(self.name)), "")


def programs(desk: Desk, code: str) -> list[Program]:
    """What there is to download, by name; nothing where no build was put there."""
    try:
        files = [file for file in sorted((desk.settings.data / FOLDER).iterdir()) if file.name.startswith(_NAME)]
        return [
            Program(file.name, f"{_NAME}-{code}{file.name.removeprefix(_NAME)}", -(-file.stat().st_size // _MEBI))
            for file in files
            if file.is_file()
        ]
    except OSError:
        return []


def link(desk: Desk, code: str) -> str | None:
    """The short link to read out; None where it would lead to nothing."""
    return f"{desk.settings.address}/get/{code}" if programs(desk, code) else None


@get("/get/{code:str}", opt={"needs": ANYONE}, sync_to_thread=True)
def choose(request: Request[Any, Any, Any], desk: TheDesk, code: FromPath[str]) -> Response[Any]:
    """Which one, for the customer, and what his system may ask before it opens it. A single one comes by itself."""
    read = _code(code)
    found = programs(desk, read)
    if not found:
        raise NotFoundException
    systems = [name for name, ends in SYSTEMS.items() if any(ends(program.name) for program in found)]
    return page(request, "get.html", code=read, programs=found, systems=systems)


@get("/get/{code:str}/{name:str}", opt={"needs": ANYONE}, sync_to_thread=True)
def program(desk: TheDesk, code: FromPath[str], name: FromPath[str]) -> File:
    read = _code(code)
    found = next((p for p in programs(desk, read) if p.name == name), None)
    if found is None:
        raise NotFoundException
    path: Path = desk.settings.data / FOLDER / found.name
    return File(path, filename=found.called, media_type="application/octet-stream")


def _code(text: str) -> str:
    read = read_case_code(text)
    if read is None:
        raise NotFoundException
    return read


ROUTES = (choose, program)
