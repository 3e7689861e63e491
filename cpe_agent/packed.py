"""What a packed program carries beside its code: the hash of its build, the provider's profile and look; and the case
that its file's name tells. Run from its sources the program carries none of it.

``packaging/build.py`` writes the module ``cpe_agent_packed``; it is no part of the sources.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import NamedTuple

from cpe_agent import __version__

FROZEN: bool = getattr(sys, "frozen", False)


class Packed(NamedTuple):
    """``build``: 16 hexadecimal digits (docs/packaging.md says of what); ``profile``: TOML, ``profile_name`` its file's
    name without suffix; ``name``: the provider's name of the program; ``languages``: those that are offered, the first
    for who reads none of them; ``accent``: its colour on light and on dark ground, ``#rrggbb``. Empty: the program's
    own."""

    build: str = ""
    profile: str = ""
    profile_name: str = ""
    name: str = ""
    languages: tuple[str, ...] = ()
    accent: tuple[str, ...] = ()


@cache
def packed() -> Packed:
    if not FROZEN:
        return Packed()
    from importlib import import_module

    return Packed(**import_module("cpe_agent_packed").PACKED)


def version() -> str:
    """What ``--version`` prints."""
    build = packed().build
    return f"cpe-agent {__version__}{f', build {build}' if build else ''}"


def case_in_path() -> str | None:
    """The case that the program's name tells, or the name of a folder that it was unpacked into, the nearest first;
    None where there is none, or a damaged one. Of a program that is not packed (a zip file of Python's, a link) only
    the name that it was started by counts."""
    from pathlib import Path

    from cpe_agent.case_code import case_in_name

    # An AppImage runs out of a folder that it mounts, and tells its own place so.
    own = Path(os.environ.get("APPIMAGE") or sys.executable) if FROZEN else Path(Path(sys.argv[0] or ".").name)
    told = next((code for part in reversed(own.parts) if (code := case_in_name(part))), None)
    if told is None and FROZEN and (sys.platform, own.parent.name) == ("darwin", "MacOS"):
        return _case_of_image(str(own))
    return told


def _case_of_image(own: str) -> str | None:
    """The case that the name of the disk image tells which the .app of ``own`` came on: of the one that it runs from;
    where it runs from none, of those that are mounted, if they tell one and the same."""
    from cpe_agent.case_code import case_in_name
    from cpe_agent.host import macos_image

    found = macos_image.mounted()
    here = [image for image in found if any(own.startswith(f"{place}/") for place in image.places)]
    codes = {case_in_name(image.name) for image in here or found} - {None}
    return codes.pop() if len(codes) == 1 else None


def own_libraries_are_ours() -> None:
    """The packed program finds its libraries by LD_LIBRARY_PATH; a browser or a tool that it starts must not: it would
    load ours in place of the system's. What it was before is given back."""
    if FROZEN and sys.platform.startswith("linux"):
        before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
        os.environ.pop("LD_LIBRARY_PATH", None)
        if before is not None:
            os.environ["LD_LIBRARY_PATH"] = before
