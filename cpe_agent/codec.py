"""Records to plain JSON values and back, by their type hints: one codec for reports, recordings and test cases.

Handles frozen dataclasses, named tuples, ``tuple[X, ...]``, ``dict[str, X]``, ``X | None``, string enums, and str,
int, float, bool. Reading is strict about types and lenient about the future: unknown keys are ignored, missing keys
take their default (null where null is allowed), so that an older report still loads.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[object], Any]


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
    try:
        result: T = _reader(cast("Any", kind))(plain)
    except Malformed as wrong:
        raise Malformed((path + wrong.path).removeprefix("."), wrong.reason) from None
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


@cache
def _reader(kind: Any) -> Reader:
    """What reads this type, worked out once. What it raises has the path from this value on, as ``.name`` or ``[3]``:
    nobody builds a path for values that are right."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(_reader(next(k for k in parts if k is not type(None))), nullable=type(None) in parts)
    if origin is tuple:
        return _list(_reader(parts[0])) if parts[1:] == (Ellipsis,) else _row(tuple(map(_reader, parts)))
    if origin is dict:
        return _mapping(_reader(parts[1]))
    if isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields")):
        return _record(kind)
    return _scalar(kind)


def _optional(inner: Reader, *, nullable: bool) -> Reader:
    def read(plain: object) -> Any:
        if plain is not None:
            return inner(plain)
        if not nullable:
            raise Malformed("", "may not be null")
        return None

    return read


def _list(item: Reader) -> Reader:
    def read(plain: object) -> Any:
        if not isinstance(plain, list | tuple):
            raise Malformed("", f"expected a list, found {_name(plain)}")
        found: list[Any] = []
        try:
            for x in plain:
                found.append(item(x))  # noqa: PERF401  # how many there are says which one is wrong
        except Malformed as wrong:
            raise Malformed(f"[{len(found)}]{wrong.path}", wrong.reason) from None
        return tuple(found)

    return read


def _row(items: tuple[Reader, ...]) -> Reader:
    def read(plain: object) -> Any:
        if not isinstance(plain, list | tuple):
            raise Malformed("", f"expected a list, found {_name(plain)}")
        if len(items) != len(plain):
            raise Malformed("", f"expected {len(items)} items, found {len(plain)}")
        found: list[Any] = []
        try:
            for item, x in zip(items, plain, strict=True):
                found.append(item(x))
        except Malformed as wrong:
            raise Malformed(f"[{len(found)}]{wrong.path}", wrong.reason) from None
        return tuple(found)

    return read


def _mapping(item: Reader) -> Reader:
    def read(plain: object) -> Any:
        if not isinstance(plain, dict):
            raise Malformed("", f"expected an object, found {_name(plain)}")
        found: dict[str, Any] = {}
        for key, x in plain.items():
            try:
                found[str(key)] = item(x)
            except Malformed as wrong:
                raise Malformed(f".{key}{wrong.path}", wrong.reason) from None
        return found

    return read


def _record(kind: type) -> Reader:
    known = defaults(kind)
    hinted = hints(kind)
    readers = [(name, _reader(hint)) for name, hint in hinted.items()]
    empty = {name for name, hint in hinted.items() if name not in known and type(None) in get_args(hint)}

    def read(plain: object) -> Any:
        if not isinstance(plain, dict):
            raise Malformed("", f"expected an object, found {_name(plain)}")
        values = {}
        for name, item in readers:
            if name in plain:
                try:
                    values[name] = item(plain[name])
                except Malformed as wrong:
                    raise Malformed(f".{name}{wrong.path}", wrong.reason) from None
            elif name in empty:
                values[name] = None
            elif name not in known:
                raise Malformed(f".{name}", "is missing")
        return kind(**values)

    return read


def _scalar(kind: Any) -> Reader:
    if kind is Any:
        return lambda plain: plain
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _word(kind)

    def read(plain: object) -> Any:
        if type(plain) is kind:
            return plain
        if kind is float and isinstance(plain, int) and not isinstance(plain, bool):
            return float(plain)
        if isinstance(plain, bool) or not isinstance(plain, kind):  # a bool is no int
            raise Malformed("", f"expected {kind.__name__}, found {_name(plain)}")
        return plain

    return read


def _word(kind: type[StrEnum]) -> Reader:
    known = {member.value: member for member in kind}

    def read(plain: object) -> Any:
        if not isinstance(plain, str) or plain not in known:
            raise Malformed("", f"{plain!r} is none of {', '.join(kind)}")
        return known[plain]

    return read


def _name(plain: object) -> str:
    return "null" if plain is None else type(plain).__name__
