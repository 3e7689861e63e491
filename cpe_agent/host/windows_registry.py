"""Reading the registry of this machine (HKEY_LOCAL_MACHINE) and of its user: bounded, and a missing key is normal."""

from __future__ import annotations

from importlib import import_module
from typing import Any

MAX_KEYS, MAX_VALUES = 256, 256


def values(path: str, *, user: bool = False) -> dict[str, object]:
    """The values of a key by name: ``str``, ``int``, ``list[str]`` or ``bytes``. Empty for a key that is absent or
    forbidden. ``user``: of HKEY_CURRENT_USER."""
    winreg: Any = import_module("winreg")  # on Windows alone, and so are its types
    found: dict[str, object] = {}
    root = winreg.HKEY_CURRENT_USER if user else winreg.HKEY_LOCAL_MACHINE
    try:
        with winreg.OpenKey(root, path) as key:
            for at in range(min(winreg.QueryInfoKey(key)[1], MAX_VALUES)):
                name, value, _ = winreg.EnumValue(key, at)
                found[name] = value
    except OSError:
        return found
    return found


def keys(path: str) -> list[str]:
    """The names of the keys inside."""
    winreg: Any = import_module("winreg")  # on Windows alone, and so are its types
    found: list[str] = []
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
            found += [winreg.EnumKey(key, at) for at in range(min(winreg.QueryInfoKey(key)[0], MAX_KEYS))]
    except OSError:
        return found
    return found


def _value(found: dict[str, object], name: str) -> object:
    """By its name in any case, as the registry finds it: Windows itself wrote PnpInstanceID once and PnPInstanceId
    later."""
    if name in found:
        return found[name]
    return next((value for other, value in found.items() if other.lower() == name.lower()), None)


def text(found: dict[str, object], name: str) -> str:
    """A text value; the empty text for anything else."""
    value = _value(found, name)
    return value if isinstance(value, str) else ""


def number(found: dict[str, object], name: str) -> int | None:
    value = _value(found, name)
    return value if isinstance(value, int) else None


def texts(found: dict[str, object], name: str) -> list[str]:
    """A list of texts, or a text as one."""
    value = _value(found, name)
    if isinstance(value, list):
        return [word for word in value[:64] if isinstance(word, str) and word]
    return [value] if isinstance(value, str) and value else []
