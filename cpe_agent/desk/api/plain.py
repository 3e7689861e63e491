"""Records of the desk (``NamedTuple``) as JSON objects, and the types that /schema has of them."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec


def plain(value: Any) -> Any:
    """A record as a dict, whatever it holds."""
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        if fields is not None:
            return {name: plain(each) for name, each in zip(fields, value, strict=True)}
        return [plain(each) for each in value]
    return value


@cache
def struct_of(record: type) -> type[msgspec.Struct]:
    """The type of what ``plain`` makes of a record."""
    hints = get_type_hints(record)
    return msgspec.defstruct(record.__name__, [(name, _type(hint)) for name, hint in hints.items()], kw_only=True)


def _type(hint: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return Union[tuple(_type(each) for each in get_args(hint))]  # noqa: UP007 - of types that are only known now
    if origin is tuple:
        inner = get_args(hint)
        return list[_type(inner[0])] if inner[-1] is ... else list[Union[tuple(map(_type, inner))]]  # type: ignore[misc]  # noqa: UP007
    return struct_of(hint) if hasattr(hint, "_fields") else hint
