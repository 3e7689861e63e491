"""For who watches over the desk: does it work, which version is it, and its figures."""

from __future__ import annotations

import shutil
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException

from cpe_agent import __version__
from cpe_agent.desk.api.bodies import Health, Version
from cpe_agent.desk.api.given import AnyAsker, TheDesk
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.ingest.opening import LEAST_FREE
from cpe_agent.desk.people.roles import ANYONE, Permission
from cpe_agent.report import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

OPEN = {"needs": ANYONE}
KEPT_S = 1.0  # anybody may ask; the databases are asked once a second
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@get("/health", opt=OPEN, sync_to_thread=True, operation_id="health")
def health(request: Request[Any, Any, Any], desk: TheDesk) -> Response[Health]:
    """200, or 503 and which part it is."""
    now = time.monotonic()
    state = request.app.state
    at, found = state.get("health", (-KEPT_S, None))
    if found is None or now - at >= KEPT_S:
        found = examined(desk)
        state["health"] = (now, found)
    status = 200 if found.status == "ok" else 503
    return Response(found, status_code=status, headers={"Cache-Control": "no-store"})


def examined(desk: Desk) -> Health:
    parts = {"records": _asked(lambda: desk.records.setting("secret")), "archive": _asked(desk.archive.statistics)}
    try:
        parts["disk"] = "ok" if shutil.disk_usage(desk.settings.data).free > LEAST_FREE else "full"
    except OSError:
        parts["disk"] = "unreadable"
    return Health(status="ok" if set(parts.values()) == {"ok"} else "failing", **parts)


def _asked(question: Callable[[], object]) -> str:
    try:
        question()
    except Exception:  # whatever a database's library raises when it is away
        return "unreadable"
    return "ok"


@get("/version", opt=OPEN, sync_to_thread=False, operation_id="version")
def version() -> Version:
    """`schema`: the newest one of a report that this version knows."""
    return Version(name="cpe-agent", version=__version__, schema=SCHEMA)


@get("/metrics", opt=OPEN, sync_to_thread=True, operation_id="metrics", media_type="text/plain")
def metrics(request: Request[Any, Any, Any], desk: TheDesk, person: AnyAsker) -> Response[bytes]:
    """For Prometheus: from this machine itself, or with an API token that may read figures."""
    if not from_this_machine(request):
        if person is None:
            raise NotAuthorizedException
        if not person.may(Permission.READ_FIGURES):
            raise PermissionDeniedException
    text, kind = desk.metrics.text()
    return Response(text, media_type=kind, headers={"Cache-Control": "no-store"})


def from_this_machine(request: Request[Any, Any, Any]) -> bool:
    """And not through a proxy on it: that one would say for whom it asks, or pass the public name on."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return _loopback(request.client.host if request.client else "") and (host == "localhost" or _loopback(host))


def _loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


ROUTES = (health, version, metrics)
