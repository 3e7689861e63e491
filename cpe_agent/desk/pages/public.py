"""Pages for anybody: what a scanned picture opens, and what a receipt says. No login, no cookie."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from litestar import Request, Response, get
from litestar.enums import MediaType
from litestar.params import FromPath

from cpe_agent.desk.ingest.limits import Limits, Rate, neighbourhood
from cpe_agent.desk.pages.given import TheDesk
from cpe_agent.desk.pages.templating import rendered
from cpe_agent.desk.pages.view import language_of
from cpe_agent.desk.people.roles import ANYONE
from cpe_agent.desk.receipts import Receipt, receipt
from cpe_agent.language import of_tag
from cpe_agent.words import fault_text, phrase

Asked = Request[Any, Any, Any]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
)
LOOKS = Rate(per_minute=30, burst=30)  # a neighbourhood's codes a minute: 2^60 of them take longer
STEP_S = 0.1  # an answer takes one of these or several, so that its time tells nothing
OWNERS = ("device", "home", "cpe", "access", "account", "isp-core", "remote")


@get("/q", opt={"needs": ANYONE}, sync_to_thread=False)
def picture(request: Asked) -> Response[str]:
    """What a telephone opens that scanned a picture. The data stand behind "#" and stay there until the button."""
    return page(request, "public_picture.html")


@get("/receipt/{code:str}", opt={"needs": ANYONE})
async def receipt_page(request: Asked, desk: TheDesk, code: FromPath[str]) -> Response[Any]:
    began = time.monotonic()
    limits: Limits = request.app.state.setdefault("receipt_limits", Limits(LOOKS, time.monotonic))
    wait_s = limits.wait_s(neighbourhood(request.client.host if request.client else ""))
    if wait_s > 0:
        return _told(request, 429, "receipt.slow", "too many codes from here", {"Retry-After": str(int(wait_s) + 1)})
    found = await asyncio.to_thread(receipt, desk, code)
    spent = time.monotonic() - began
    await asyncio.sleep(STEP_S - spent % STEP_S)
    if found is None:
        return _told(request, 404, "receipt.none", "no report with this receipt", {})
    if _wants_json(request):
        return Response(found._asdict(), media_type=MediaType.JSON, headers=_headers())
    owner = found.owner if found.owner in OWNERS else None
    return page(request, "public_receipt.html", found=found, title=_title(found, _language(request)), owner=owner)


def _title(found: Receipt, language: str) -> str:
    if found.fault is None:
        return phrase("desk_public", f"receipt.{found.verdict}", language)
    try:
        return fault_text(found.fault, language).title
    except KeyError:
        return phrase("desk_public", "receipt.fault", language).format(fault=found.fault)


def _told(request: Asked, status: int, notice: str, reason: str, more: dict[str, str]) -> Response[Any]:
    if _wants_json(request):
        plain = {"reason": reason}
        return Response(plain, media_type=MediaType.JSON, status_code=status, headers=_headers() | more)
    answer = page(request, "public_notice.html", status=status, notice=notice)
    answer.headers.update(more)
    return answer


def page(request: Asked, template: str, /, *, status: int = 200, **context: Any) -> Response[str]:
    html = rendered(template, _language(request), **context)
    return Response(html, media_type=MediaType.HTML, status_code=status, headers=_headers())


def _headers() -> dict[str, str]:
    return {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept, Accept-Language, User-Agent",
    }


def _wants_json(request: Asked) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def _language(request: Asked) -> str:
    return of_tag(request.query_params.get("lang", "")[:8]) or language_of(request)


ROUTES = (picture, receipt_page)
