"""Records to plain JSON values and back, by their type hints: one codec for reports, recordings and test cases.

Handles frozen dataclasses, named tuples, ``tuple[X, ...]``, ``dict[str, X]``, ``X | None``, string enums, and str,
int, float, bool. Reading is strict about types and lenient about the future: unknown keys are ignored, missing keys
take their default (null where null is allowed), so that an older report still loads.
"""

from __future__ import annotations

import types
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Malformed(ValueError):
    """A value does not have the shape its type asks for. ``path`` says where (``sections.dns.servers[3].address``)."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'value'}: {reason}")
        self.path = path
        self.reason = reason


def to_plain(value: object) -> Any:
    """Any record to JSON values. Floats are rounded to six digits after the point: more is noise."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: to_plain(getattr(value, name)) for name in value._fields}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    raise TypeError(f"no plain form for {type(value).__name__}")


def from_plain(kind: type[T], plain: object, path: str = "") -> T:
    """JSON values to a record of ``kind``. Raises ``Malformed`` with the path of the first wrong value."""
    result: T = _read(kind, plain, path)
    return result


@cache
def hints(kind: type) -> dict[str, Any]:
    """Field name -> type of a dataclass or named tuple, annotations resolved. Raises TypeError for other types."""
    from cpe_agent import facts  # the host's records name its types for the type checker only

    return get_type_hints(kind, localns=vars(facts))


def defaults(kind: type) -> dict[str, Any]:
    """Field name -> default, fields without one left out."""
    if is_dataclass(kind):
        found = {}
        for f in fields(kind):
            if f.default is not MISSING:
                found[f.name] = f.default
            elif f.default_factory is not MISSING:
                found[f.name] = f.default_factory()
        return found
    return dict(getattr(kind, "_field_defaults", {}))


def _read(kind: Any, plain: object, path: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        options = [k for k in get_args(kind) if k is not type(None)]
        if plain is None:
            if len(options) == len(get_args(kind)):
                raise Malformed(path, "may not be null")
            return None
        return _read(options[0], plain, path)
    if origin is tuple:
        if not isinstance(plain, list | tuple):
            raise Malformed(path, f"expected a list, found {_name(plain)}")
        item, *rest = get_args(kind)
        if rest == [Ellipsis]:
            return tuple(_read(item, x, f"{path}[{i}]") for i, x in enumerate(plain))
        kinds = (item, *rest)
        if len(kinds) != len(plain):
            raise Malformed(path, f"expected {len(kinds)} items, found {len(plain)}")
        return tuple(_read(k, x, f"{path}[{i}]") for i, (k, x) in enumerate(zip(kinds, plain, strict=True)))
    if origin is dict:
        if not isinstance(plain, dict):
            raise Malformed(path, f"expected an object, found {_name(plain)}")
        return {str(key): _read(get_args(kind)[1], x, f"{path}.{key}") for key, x in plain.items()}
    if isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields")):
        return _record(kind, plain, path)
    return _scalar(kind, plain, path)


def _record(kind: type, plain: object, path: str) -> Any:
    if not isinstance(plain, dict):
        raise Malformed(path, f"expected an object, found {_name(plain)}")
    known = defaults(kind)
    values = {}
    for name, hint in hints(kind).items():
        if name in plain:
            values[name] = _read(hint, plain[name], f"{path}.{name}" if path else name)
        elif name not in known and type(None) in get_args(hint):
            values[name] = None
        elif name not in known:
            raise Malformed(f"{path}.{name}" if path else name, "is missing")
    return kind(**values)


def _scalar(kind: Any, plain: object, path: str) -> Any:
    if kind is Any:
        return plain
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if not isinstance(plain, str) or plain not in tuple(kind):
            raise Malformed(path, f"{plain!r} is none of {', '.join(kind)}")
        return kind(plain)
    if kind is float and isinstance(plain, int) and not isinstance(plain, bool):
        return float(plain)
    if kind is bool or isinstance(plain, bool):
        good = kind is bool and isinstance(plain, bool)
    else:
        good = isinstance(plain, kind)
    if not good:
        raise Malformed(path, f"expected {kind.__name__}, found {_name(plain)}")
    return plain


def _name(plain: object) -> str:
    return "null" if plain is None else type(plain).__name__
