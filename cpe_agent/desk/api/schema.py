"""What programs can ask, as OpenAPI 3.1: what Litestar reads off the handlers, and the raw endpoints beside it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Reference, SecurityScheme

from cpe_agent import __version__
from cpe_agent.desk.api.problem import Problem
from cpe_agent.desk.api.raw_schema import components, paths
from cpe_agent.desk.people.roles import ANYONE, Permission

MEDIA_TYPE = "application/vnd.oai.openapi+json"
TOKEN, TICKET = "apiToken", "uploadTicket"
_TOLD = {
    "400": "It does not fit the schema.",
    "401": "No good API token.",
    "403": "This token may not do that.",
    "404": "Not there, or another company's: the same for both.",
    "409": "Not in this state.",
    "410": "Its content was deleted, or cannot be read.",
    "422": "It fits the schema and cannot be; `path` says where.",
    "429": "Too often.",
    "500": "It failed here.",
    "503": "A part does not work; the body says which.",
}
_MORE = {
    # operation -> statuses beside those that follow from what it takes
    "find": ("429",),
    "readCard": ("404", "410"),
    "openCase": ("422",),
    "addEntry": ("404", "409", "422"),
    "conclude": ("404", "409", "422"),
    "enterOutcome": ("404", "422"),
    "issueTicket": ("422",),
    "askMenu": ("422",),
}


@get("/schema", opt={"needs": ANYONE}, sync_to_thread=True, include_in_schema=False)
def openapi() -> Response[bytes]:
    """The document."""
    return Response(written(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-cache"})


@cache
def written() -> bytes:
    """Made when somebody asks first, and kept as bytes: its objects are ten times as large."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()


def document() -> dict[str, Any]:
    from cpe_agent.desk.api.routes import API

    schemes: dict[str, SecurityScheme | Reference] = {
        TOKEN: SecurityScheme(type="http", scheme="bearer", description="`cpe-agent desk token add`"),
        TICKET: SecurityScheme(type="http", scheme="bearer", description="`cpe-agent desk ticket add`"),
    }
    told = OpenAPIConfig(
        title="cpe-agent desk",
        version=__version__,
        description="What the provider's own programs and the customers' program ask of the desk.",
        components=Components(security_schemes=schemes),
        path="/unserved",
        use_handler_docstrings=True,
    )
    given = {name: Provide(lambda: None, sync_to_thread=False) for name in ("desk", "person")}
    app = Litestar(list(API), dependencies=given, openapi_config=told, logging_config=None)
    found = app.openapi_schema.to_schema()
    needs = {
        (route.path_format, method.lower()): handler.opt.get("needs")
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in getattr(handler, "http_methods", ())
    }
    for path, item in found["paths"].items():
        for method, operation in item.items():
            _finish(operation, needs.get((path, method)))
    schemas = found["components"].setdefault("schemas", {})
    schemas |= {**components(), "Problem": msgspec.json.schema(Problem)["$defs"]["Problem"]}
    found["paths"] |= paths()
    return found


def _finish(operation: dict[str, Any], needs: Any) -> None:
    """Errors as they are, and who may."""
    answers = {status: said for status, said in operation["responses"].items() if int(status) < 400}
    statuses = {"500", *_MORE.get(operation["operationId"], ())}
    if "requestBody" in operation or operation.get("parameters"):
        statuses.add("400")
    if any(each["in"] == "path" for each in operation.get("parameters", ())):
        statuses.add("404")
    if isinstance(needs, Permission):
        statuses |= {"401", "403"}
        operation["security"] = [{TOKEN: []}]
    for status in sorted(statuses):
        schema = {"$ref": "#/components/schemas/Problem"}
        answers[status] = {"description": _TOLD[status], "content": {"application/json": {"schema": schema}}}
    operation["responses"] = answers
    special = _SPECIAL.get(operation["operationId"])
    if special is not None:
        special(operation)


def _health(operation: dict[str, Any]) -> None:
    operation["responses"]["503"] = {**operation["responses"]["200"], "description": _TOLD["503"]}


def _metrics(operation: dict[str, Any]) -> None:
    text = {"schema": {"type": "string"}}
    operation["responses"]["200"] = {
        "description": "Prometheus's text format. Without a token from the desk's own machine only.",
        "content": {"text/plain": text},
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    for status in ("401", "403"):
        operation["responses"][status] = {
            "description": _TOLD[status], "content": {"application/json": {"schema": schema}}
        }  # fmt: skip
    operation["security"] = [{TOKEN: []}, {}]


def _report(operation: dict[str, Any]) -> None:
    from cpe_agent.desk.ingest.headers import MEDIA_TYPE as REPORT

    schema = {"$ref": "#/components/schemas/Report"}
    operation["responses"]["200"] = {
        "description": "The bytes as the client sealed them, gzip where that is accepted.",
        "headers": {"Content-Digest": {"schema": {"type": "string"}, "required": True}},
        "content": {REPORT: {"schema": schema}},
    }


_SPECIAL = {"health": _health, "metrics": _metrics, "readReport": _report}
ROUTES = (openapi,)
