"""Reports for programs: found, listed, as a card, and byte for byte."""

from __future__ import annotations

import base64
import gzip
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody, QueryParameter

from cpe_agent.desk.api import lines
from cpe_agent.desk.api.bodies import Find, Finds, Language, Reports
from cpe_agent.desk.api.given import Asker, TheDesk
from cpe_agent.desk.api.plain import plain, struct_of
from cpe_agent.desk.api.problem import NotTaken
from cpe_agent.desk.archive import Encoding
from cpe_agent.desk.card.records import Card
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.ingest.headers import MEDIA_TYPE, VERSION
from cpe_agent.desk.pages.cards import card_of_row
from cpe_agent.desk.pages.reports import row_of
from cpe_agent.desk.people.roles import Permission
from cpe_agent.report import BadReport

if TYPE_CHECKING:
    CardBody = Any
else:
    CardBody = struct_of(Card)

READS = {"needs": Permission.READ_REPORT}
Before = Annotated[str | None, QueryParameter(name="before", max_length=20, description="`older` of the page before.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=200)]
_FOUND = 200


@post("/find", opt=READS, sync_to_thread=True, status_code=_FOUND, operation_id="find")
def find(desk: TheDesk, person: Asker, data: JSONBody[Find]) -> Finds:
    """What a person has in hand, and what it leads to. In a body and not in an address: addresses stand in logs."""
    found = desk.finder.find(person, data.text)
    if found.wait:
        raise NotTaken(429, "too many misses", None, {"Retry-After": "60"})
    return Finds(
        hits=[lines.hit(desk, hit) for hit in found.hits],
        near=[lines.hit(desk, hit) for hit in found.near],
        withheld=found.withheld,
    )


@get("/reports", opt=READS, sync_to_thread=True, operation_id="listReports")
def newest(
    desk: TheDesk, person: Asker, before: Before = None, limit: Limit = 50,
    fault: Annotated[str | None, QueryParameter(name="fault", max_length=64, description="Only of this fault.")] = None,
) -> Reports:  # fmt: skip
    """Of the whole company, newest first."""
    page = desk.archive.newest(person.tenant, fault=fault, before=lines.place(desk, before), limit=limit)
    return lines.reports(desk, page)


@get("/customers/{number:int}/reports", opt=READS, sync_to_thread=True, operation_id="listReportsOfCustomer")
def of_customer(
    desk: TheDesk, person: Asker, number: FromPath[int], before: Before = None, limit: Limit = 50
) -> Reports:
    """Of a customer, by the desk's own number for him."""
    if not 0 < number < 1 << 53 or desk.customers.get(person.tenant, number) is None:
        raise NotFoundException
    page = desk.archive.of_customer(person.tenant, number, before=lines.place(desk, before), limit=limit)
    return lines.reports(desk, page)


@get("/reports/{code:str}/card", opt=READS, sync_to_thread=True, operation_id="readCard")
def card(
    desk: TheDesk, person: Asker, code: FromPath[str],
    language: Annotated[Language, QueryParameter(name="language", description="Of the card.")] = "en",
    say: Annotated[Language | None, QueryParameter(name="say", description="The customer's.")] = None,
) -> Response[CardBody]:  # fmt: skip
    """The card: finished sentences for a screen, and the words of the program for a program."""
    row = row_of(desk, person, code)
    data = desk.content(row)
    if data is None:
        raise NotTaken(410, "its content was deleted")
    try:
        found = card_of_row(desk, row, data, language, say)
    except BadReport as error:
        raise NotTaken(410, f"it cannot be read: {error}") from None
    return Response(plain(found), headers={"Cache-Control": "no-store"})


@get("/v1/reports/{report_id:str}", opt=READS, sync_to_thread=True, operation_id="readReport", media_type=MEDIA_TYPE)
def exact(request: Request[Any, Any, Any], desk: TheDesk, person: Asker, report_id: FromPath[str]) -> Response[bytes]:
    """The bytes as the client sealed them (docs/protocol.md)."""
    try:
        row = desk.archive.by_id(person.tenant, UUID(report_id).bytes)
    except ValueError:
        row = None
    data = None if row is None else desk.content(row)
    if row is None or data is None:
        raise NotFoundException
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        data = _packed(desk, row) if row.encoding is Encoding.GZIP else gzip.compress(data, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    digest = base64.b64encode(sha256(data).digest()).decode()
    headers["Content-Digest"] = f"sha-256=:{digest}:"
    return Response(data, media_type=f"{MEDIA_TYPE}; version={VERSION}", headers=headers)


def _packed(desk: Desk, row: Any) -> bytes:
    """As it came over the wire."""
    sealed = desk.archive.body(row)
    if sealed is None:
        raise NotFoundException
    return desk.vault.open_report(row.tenant, row.id, sealed)


def _takes_gzip(accepted: str) -> bool:
    """RFC 9110, 12.5.3, as far as one coding needs it."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "").rstrip("0").rstrip(".") != "q="
    return False


ROUTES = (find, newest, of_customer, card)
PROTOCOL = (exact,)
