"""The endpoints of docs/protocol.md that customers' programs and telephones speak to, for /schema: they stand before
Litestar, and are described by hand beside their types."""

from __future__ import annotations

from typing import Any

from cpe_agent.deliver.qr_read import MOST_CHARACTERS, MOST_TEXTS
from cpe_agent.desk.ingest.headers import MEDIA_TYPE
from cpe_agent.desk.live.wishes import WISHES
from cpe_agent.report_schema import report_schema

_DIGEST = "^sha-256=:[A-Za-z0-9+/]{43}=:$"
_ID = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_ANY_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_TICKET: list[dict[str, list[str]]] = [{"uploadTicket": []}, {}]
_REASONS = {
    400: "A digest or a header does not fit.",
    401: "The ticket is unknown, expired, or another company's.",
    404: "No such case or run is on.",
    408: "The body did not come in time.",
    409: "Another content has this id.",
    413: "Too large, as sent or unpacked.",
    415: "Content type, version or encoding unknown.",
    422: "No JSON, or not what was expected; `path` says where.",
    429: "Too often; Retry-After says when.",
    503: "Full, or in maintenance; Retry-After says when.",
}


def components() -> dict[str, Any]:
    """The report's own schema, its definitions under names of their own."""
    root = report_schema()
    root.pop("$schema")
    found = {f"Report{name}": _moved(schema) for name, schema in root.pop("$defs").items()}
    return {**found, "Report": _moved(root)}


def _moved(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: f"#/components/schemas/Report{value.removeprefix('#/$defs/')}" if key == "$ref" else _moved(value)
            for key, value in schema.items()
        }
    return [_moved(each) for each in schema] if isinstance(schema, list) else schema


def paths() -> dict[str, Any]:
    return {
        "/v1/reports": {"post": _upload()},
        "/v1/runs/{run}/events": {"post": _events()},
        "/v1/runs/{run}/requests": {"get": _requests()},
        "/q": {"post": _pictures()},
        "/receipt/{code}": {"get": _receipt()},
    }


def _upload() -> dict[str, Any]:
    header = {"in": "header", "required": True}
    return {
        "operationId": "uploadReport",
        "summary": "Hand over a report; 201 means that it is on the disk",
        "security": _TICKET,
        "parameters": [
            {**header, "name": "Idempotency-Key", "schema": {"type": "string", "pattern": _ID},
             "description": "The report's id."},
            {**header, "name": "Content-Encoding", "schema": {"enum": ["gzip", "zstd"]}},
            {**header, "name": "Content-Digest", "schema": {"type": "string", "pattern": _DIGEST},
             "description": "RFC 9530, of the body as sent."},
            {**header, "name": "Cpe-Agent-Kept", "required": False, "schema": {"type": "string", "pattern": "^[ -~]*$"},
             "description": "How long the report waited for a way out."},
        ],
        "requestBody": {
            "required": True,
            "description": "Canonical JSON (RFC 8785), packed.",
            "content": {f"{MEDIA_TYPE}; version=1": {"schema": {"$ref": "#/components/schemas/Report"}}},
        },
        "responses": {
            "201": _taken("It is stored, now or before."), **_errors(400, 401, 408, 409, 413, 415, 422, 429, 503)
        },
    }  # fmt: skip


def _events() -> dict[str, Any]:
    event = {
        "type": "object",
        "required": ["n", "kind"],
        "properties": {
            "n": {"type": "integer", "minimum": 1},
            "at": {"type": "number"},
            "kind": {"type": "string", "description": "started, section, segments, wish, ended"},
        },
    }
    body = {
        "type": "object",
        "required": ["case", "events"],
        "properties": {"case": {"type": "string"}, "events": {"type": "array", "maxItems": 64, "items": event}},
    }
    answer = _object({"watched": {"type": "boolean"}, "seen": {"type": "integer", "minimum": 0}})
    return {
        "operationId": "tellProgress",
        "summary": "How far a run is, while a representative watches; not durable",
        "security": _TICKET,
        "parameters": [_run()],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": _json("Who listens.", answer), **_errors(401, 404, 408, 413, 415, 422, 429, 503)},
    }


def _requests() -> dict[str, Any]:
    wish = _object({"id": {"type": "string", "maxLength": 32}, "wish": {"enum": list(WISHES)}})
    return {
        "operationId": "readWishes",
        "summary": "What the representative would like the customer to allow",
        "security": _TICKET,
        "parameters": [_run()],
        "responses": {
            "200": _json("What waits for a yes or a no.", _object({"requests": {"type": "array", "items": wish}})),
            **_errors(401, 404, 429),
        },
    }


def _pictures() -> dict[str, Any]:
    fragment = {"type": "string", "maxLength": MOST_CHARACTERS}
    body = {
        "type": "object",
        "required": ["fragments"],
        "properties": {"fragments": {"type": "array", "maxItems": MOST_TEXTS, "items": fragment}},
    }
    have = {"have": {"type": "array", "items": {"type": "integer"}}, "count": {"type": "integer"}}
    return {
        "operationId": "handOverPictures",
        "summary": "A report out of pictures, sent by the customer's telephone",
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": _json("Not all of them yet.", _object(have)),
            "201": _taken("It is stored, unverified."),
            **_errors(408, 409, 413, 415, 422, 429, 503),
        },
    }


def _receipt() -> dict[str, Any]:
    text = {"type": "string"}
    fields = {
        "code": text, "started": text, "verdict": text, "fault": {"type": ["string", "null"]},
        "owner": {"type": ["string", "null"]}, "cleared": {"type": "boolean"}, "verified": {"type": "boolean"},
    }  # fmt: skip
    code = {"in": "path", "name": "code", "required": True, "schema": {"type": "string", "minLength": 1}}
    return {
        "operationId": "readReceipt",
        "summary": "Was this report made, and what does it say (with `Accept: application/json`; else a page)",
        "security": [],
        "parameters": [code],
        "responses": {"200": _json("It was.", _object(fields)), **_errors(404, 429)},
    }


def _run() -> dict[str, Any]:
    schema = {"type": "string", "pattern": _ANY_ID}
    return {
        "in": "path",
        "name": "run",
        "required": True,
        "schema": schema,
        "description": "The id of the run's report.",
    }


def _taken(told: str) -> dict[str, Any]:
    text = {"type": "string"}
    return _json(told, _object({"id": text, "code": {**text, "maxLength": 32}, "watched": {"type": "boolean"}}))


def _errors(*statuses: int) -> dict[str, Any]:
    return {str(status): _json(_REASONS[status], {"$ref": "#/components/schemas/Problem"}) for status in statuses}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _json(told: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": told, "content": {"application/json": {"schema": schema}}}
