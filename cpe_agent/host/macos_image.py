"""The disk images that are mounted on a Mac, by ``hdiutil info -plist`` (hdiutil(1)).

An .app carries its own name, not its download's: only the image that it lies on has the name under which it was handed
out. The system may run a downloaded .app from a place of its own making; the image stays listed then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cpe_agent.host import program

if TYPE_CHECKING:
    from collections.abc import Callable

HDIUTIL = "/usr/bin/hdiutil"
MAX_IMAGES, MAX_ENTITIES, MAX_PATH = 64, 64, 1024


class Image(NamedTuple):
    """``name``: of its file, without folders. ``places``: where its volumes are mounted."""

    name: str
    places: tuple[str, ...]


def mounted(run: Callable[..., program.Ran | None] = program.run) -> tuple[Image, ...]:
    """Nothing where the system does not tell in time."""
    ran = run(HDIUTIL, "info", "-plist", timeout_s=1.0)
    return images(ran.text) if ran is not None and ran.status == 0 else ()


def images(text: str) -> tuple[Image, ...]:
    """``hdiutil info -plist``: an array ``images``, in each the ``image-path`` and its ``system-entities``, of which
    those that are mounted have a ``mount-point``."""
    import plistlib

    try:
        plain = plistlib.loads(text.encode(), fmt=plistlib.FMT_XML)
    except Exception:  # bad numbers, dates, keys and nesting each raise their own
        return ()
    found = []
    for one in _several(_of(plain, "images"), MAX_IMAGES):
        path = _text(_of(one, "image-path"))
        volumes = (_text(_of(volume, "mount-point")) for volume in _several(_of(one, "system-entities"), MAX_ENTITIES))
        if path:
            found.append(Image(path.rpartition("/")[2], tuple(place for place in volumes if place)))
    return tuple(found)


def _of(plain: Any, key: str) -> Any:
    return plain.get(key) if isinstance(plain, dict) else None


def _several(plain: Any, most: int) -> list[Any]:
    return plain[:most] if isinstance(plain, list) else []


def _text(plain: Any) -> str:
    return plain if isinstance(plain, str) and len(plain) <= MAX_PATH else ""
