"""The report's JSON Schema, made from its types."""

from __future__ import annotations

import types
from dataclasses import is_dataclass
from enum import StrEnum
from typing import Any, Union, get_args, get_origin

from cpe_agent import facts
from cpe_agent.codec import defaults, hints
from cpe_agent.report import Report


def report_schema() -> dict[str, Any]:
    """As docs/report.schema.json has it (JSON Schema 2020-12)."""
    defs: dict[str, Any] = {}
    root = _schema(Report, defs)
    section = dict(defs["SectionReport"])
    sections = {}
    for kind in facts.SECTIONS:
        content = {"anyOf": [_schema(kind, defs), {"type": "null"}]}
        properties = {**section["properties"], "content": content}
        sections[facts.section_name(kind)] = {**section, "properties": properties}
    report = defs["Report"]
    report["properties"]["sections"] = {"type": "object", "properties": sections}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cpe-agent report",
        **root,
        "$defs": defs,
    }


_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def _schema(hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return {"anyOf": [{"type": "null"} if a is type(None) else _schema(a, defs) for a in get_args(hint)]}
    if origin is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0], defs)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(get_args(hint)[1], defs)}
    if hint is Any:
        return {}
    if issubclass(hint, StrEnum):
        return {"enum": list(hint)}
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    assert is_dataclass(hint) or hasattr(hint, "_fields"), hint
    if hint.__name__ not in defs:
        defs[hint.__name__] = {}  # stands for itself inside itself
        defs[hint.__name__] = {
            "type": "object",
            "properties": {name: _schema(kind, defs) for name, kind in hints(hint).items()},
            "required": [name for name in hints(hint) if name not in defaults(hint)],
        }
    return {"$ref": f"#/$defs/{hint.__name__}"}
