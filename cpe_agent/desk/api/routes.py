"""Everything that programs ask through Litestar. (What customers' programs send is raw: ``ingest``.)"""

from __future__ import annotations

from litestar import Router
from litestar.exceptions import NotAuthorizedException

from cpe_agent.desk.api import cases, ivr, operation, reports, schema, tickets
from cpe_agent.desk.api.problem import answered
from cpe_agent.desk.people.guard import ProveAgain

_ANSWERS = {Exception: answered, NotAuthorizedException: answered, ProveAgain: answered}
FOR_PROGRAMS = Router(
    "/api",
    route_handlers=[*reports.ROUTES, *cases.ROUTES, *tickets.ROUTES, *ivr.ROUTES],
    exception_handlers=_ANSWERS,  # type: ignore[arg-type]
)
BESIDE = Router(
    "/",
    route_handlers=[*reports.PROTOCOL, *operation.ROUTES, *schema.ROUTES],
    exception_handlers=_ANSWERS,  # type: ignore[arg-type]
)
API = (FOR_PROGRAMS, BESIDE)
