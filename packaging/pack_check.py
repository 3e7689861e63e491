"""Opens a packed program and says what it holds that no customer should get."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

OURS = frozenset({"cpe_agent", "cpe_agent_packed", "collectors", "click", "segno", "start"})
WITH_A_MAC = frozenset({"CoreWLAN", "Foundation", "CoreFoundation", "PyObjCTools", "objc"})  # pyobjc, under MIT
_LOADERS = re.compile(r"^(pyi|struct$)")  # PyInstaller's own start
_KEYS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{16}|\bgh[pousr]_[A-Za-z0-9]{36}|\bAKIA[0-9A-Z]{16}\b"
)


class Inside(NamedTuple):
    """``modules``: name -> byte code (marshal, packed away in the archive); ``files``: everything else by its path."""

    modules: dict[str, bytes]
    files: dict[str, bytes]


def opened(program: Path) -> Inside:
    """``program``: the one file, or the program of the one folder; then what lies beside it belongs to it."""
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(program))
    modules: dict[str, bytes] = {}
    files: dict[str, bytes] = {}
    for name, (*_, kind) in archive.toc.items():
        if kind == "z":
            inner = archive.open_embedded_archive(name)
            modules |= {module: inner.extract(module, raw=True) or b"" for module in inner.toc}
        elif kind in "mMs":
            modules[name] = archive.extract(name)
        else:
            files[name.replace("\\", "/")] = archive.extract(name)
    internal = program.parent / "_internal"
    if internal.is_dir():
        beside = (file for file in internal.rglob("*") if file.is_file())
        files |= {file.relative_to(internal).as_posix(): file.read_bytes() for file in beside}
    base = zipfile.ZipFile(BytesIO(files["base_library.zip"]))
    modules |= {
        n.removesuffix(".pyc").removesuffix("/__init__").replace("/", "."): base.read(n) for n in base.namelist()
    }
    return Inside(modules, files)


def _not_the_customers(name: str) -> bool:
    return name.endswith((".py", ".po")) or "/desk-" in name or name.startswith(("tests/", "cpe_agent/desk/"))


def wrong(inside: Inside, private: Iterable[str], system: str = sys.platform) -> list[str]:
    """What must not be in it; nothing when all is well. ``private``: paths and words of the machine that built it."""
    found = []
    allowed = OURS | sys.stdlib_module_names | (WITH_A_MAC if system == "darwin" else frozenset())
    for module in inside.modules:
        top = module.partition(".")[0]
        if top not in allowed and not _LOADERS.match(top):
            found.append(f"the module {module}, which is neither ours nor Python's")
        if module.startswith(("cpe_agent.desk", "cpe_agent.words.en.desk_")) or top in ("test", "tests", "scapy"):
            found.append(f"the module {module}, which is not the customer's")
    found += [f"the file {name}, which is not the customer's" for name in inside.files if _not_the_customers(name)]
    words = [word.encode() for word in private if len(word) > 3]
    for name, data in [*inside.modules.items(), *inside.files.items()]:
        found += [f"{word.decode()} of the building machine in {name}" for word in words if word in data]
        if _KEYS.search(data):
            found.append(f"what looks like a secret key in {name}")
    return found
