"""The record of who did what, and whether its chain holds. Reading it is recorded too."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Response

from cpe_agent.desk.pages.login import Asked, people_of
from cpe_agent.desk.pages.view import page
from cpe_agent.desk.people import accounts
from cpe_agent.desk.people.roles import Permission

READ = {"needs": Permission.READ_AUDIT}
PAGE = 100


@get("/audit", opt=READ, sync_to_thread=True)
def audit_page(request: Asked, before: FromQuery[int | None] = None) -> Response[Any]:
    people, person = people_of(request), request.user
    with people.records.write() as connection:
        people.audit.note(connection, people.now(), person.tenant, person.who, "audit-read")
    return _audit(request, before)


@post("/audit/verify", opt=READ, sync_to_thread=True)
def verify(request: Asked) -> Response[Any]:
    people, person = people_of(request), request.user
    with people.records.read() as connection:
        trouble = people.audit.verify(connection, person.tenant)
    said = "audit.holds" if trouble is None else f"audit.trouble.{trouble.what}"
    with people.records.write() as connection:
        people.audit.note(connection, people.now(), person.tenant, person.who, "audit-verified", reason=said)
    return _audit(request, None, said=said, at=trouble.seq if trouble else 0)


def _audit(request: Asked, before: int | None, *, said: str = "", at: int = 0) -> Response[Any]:
    people, tenant = people_of(request), request.user.tenant
    with people.records.read() as connection:
        rows = people.audit.page(connection, tenant, before=before, limit=PAGE + 1)
        count, last = people.audit.end(connection, tenant)
        names = accounts.names_of(connection, tenant, {told for row in rows for told in (row.who, row.subject)})
    older = rows[PAGE - 1].seq if len(rows) > PAGE else None
    return page(
        request,
        "people_audit.html",
        rows=rows[:PAGE],
        older=older,
        said=said,
        names=names,
        at=at,
        count=count,
        last=last,
    )


AUDIT = [audit_page, verify]
