"""Which Windows this is, by the kernel's own word (RtlGetVersion) and the registry's name for it. Pure."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host.clean import clean
from cpe_agent.host.windows_registry import text

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION_BYTES = 284  # OSVERSIONINFOEXW
_HEAD = struct.Struct("<IIII")  # its own size, major, minor, build
_PRODUCT_AT, _WORKSTATION = 282, 1
_ELEVEN = 22000  # the first build of Windows 11; its registry still says "Windows 10"
_BY_NUMBER = {(5, 1): "xp", (6, 0): "vista", (6, 1): "7", (6, 2): "8", (6, 3): "8.1"}
# By build, where the registry has no word for it (learn.microsoft.com, release information).
_BY_BUILD = {
    10240: "1507", 10586: "1511", 14393: "1607", 15063: "1703", 16299: "1709", 17134: "1803", 17763: "1809",
    18362: "1903", 18363: "1909", 19041: "2004", 19042: "20H2", 19043: "21H1", 19044: "21H2", 19045: "22H2",
    22000: "21H2", 22621: "22H2", 22631: "23H2", 26100: "24H2", 26200: "25H2",
}  # fmt: skip
# Home and Pro have the dates of the support table; the others last longer and must not be called old by those.
_HOME_AND_PRO = ("core", "professional")


class Release(NamedTuple):
    """``id`` and ``version``: the keys of the support table."""

    id: str
    name: str
    version: str


def build_of(version: bytes) -> int | None:
    """None for too few bytes."""
    return int(_HEAD.unpack_from(version)[3]) if len(version) >= VERSION_BYTES else None


def read_release(version: bytes, registry: Mapping[str, object]) -> Release | None:
    """``registry``: the values of ``SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion``."""
    if len(version) < VERSION_BYTES:
        return None
    _, major, minor, build = _HEAD.unpack_from(version)
    found = dict(registry)
    edition = text(found, "EditionID").lower()
    server = version[_PRODUCT_AT] != _WORKSTATION
    if major < 10:
        word = _BY_NUMBER.get((major, minor), f"{major}.{minor}")
    else:
        marketed = text(found, "DisplayVersion") or text(found, "ReleaseId") or _BY_BUILD.get(build, str(build))
        word = f"{11 if build >= _ELEVEN else 10}-{clean(marketed, 16) or build}"
    name = clean(text(found, "ProductName"), 64) or "Windows"
    if build >= _ELEVEN and not server:
        name = name.replace("Windows 10", "Windows 11")
    if edition and not edition.startswith(_HOME_AND_PRO):
        word = f"{word}-{clean(edition, 24)}"
    return Release("windows-server" if server else "windows", name, word)
