"""A customer: what is known of him, masked until somebody gives a reason; his reports and cases; and how he is
erased."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from cpe_agent.desk.customers import Customer, Personal
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.keeping.erasing import erase_customer
from cpe_agent.desk.pages.given import Form, TheDesk, ThePerson
from cpe_agent.desk.pages.reports import line
from cpe_agent.desk.pages.templating import Words
from cpe_agent.desk.pages.view import language_of, page
from cpe_agent.desk.people.roles import Permission, Person
from cpe_agent.desk.typed import clean

REASON = 200
REVEALED = "revealed"
"""What the audit calls it."""


@get("/customers/{number:int}", opt={"needs": Permission.READ_REPORT}, sync_to_thread=True)
def customer(request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, number: FromPath[int]) -> Response[Any]:
    return _customer(request, desk, person, number, desk.customers.masked(person.tenant, number))


@post("/customers/{number:int}/reveal", opt={"needs": Permission.REVEAL_PERSONAL}, sync_to_thread=True, status_code=200)
def reveal(
    request: Request[Any, Any, Any],
    desk: TheDesk,
    person: ThePerson,
    number: FromPath[int],
    data: Form,
) -> Response[Any]:
    """The values themselves, this once; who looked and why is in the audit before they are shown."""
    reason = clean(str(data.get("reason", "")))[:REASON]
    if not reason:
        masked = desk.customers.masked(person.tenant, number)
        return _customer(request, desk, person, number, masked, wants_reason=True, status=422)
    _known(desk, person, number)
    with desk.records.write() as connection:
        desk.people.audit.note(
            connection, desk.now(), person.tenant, person.who, REVEALED, f"customer:{number}", reason
        )  # fmt: skip
    return _customer(request, desk, person, number, desk.customers.reveal(person.tenant, number), revealed=True)


@post("/customers/{number:int}/erase", opt={"needs": Permission.ERASE_PERSONAL, "fresh": True}, sync_to_thread=True)
def erase(
    request: Request[Any, Any, Any],
    desk: TheDesk,
    person: ThePerson,
    number: FromPath[int],
    data: Form,
) -> Response[Any]:
    """For ever, in the backups too. Wants a reason and a tick, because nobody can take it back."""
    reason = clean(str(data.get("reason", "")))[:REASON]
    if not reason or data.get("sure") != "yes":
        masked = desk.customers.masked(person.tenant, number)
        return _customer(request, desk, person, number, masked, wants_tick=True, status=422)
    if not erase_customer(desk, person.tenant, number, person.who, reason):
        raise NotFoundException
    return Redirect(f"/customers/{number}", status_code=303)


def _known(desk: Desk, person: Person, number: int) -> Customer:
    """Raises ``NotFoundException``, the same for what is not there and for what is another tenant's."""
    found = desk.customers.get(person.tenant, number)
    if found is None:
        raise NotFoundException
    return found


def _customer(
    request: Request[Any, Any, Any],
    desk: Desk,
    person: Person,
    number: int,
    personal: Personal,
    *,
    revealed: bool = False,
    wants_reason: bool = False,
    wants_tick: bool = False,
    status: int = 200,
) -> Response[Any]:
    known = _known(desk, person, number)
    words = Words(language_of(request))
    found = desk.archive.of_customer(person.tenant, number)
    return page(
        request,
        "customer.html",
        status=status,
        number=number,
        personal=personal,
        revealed=revealed,
        wants_reason=wants_reason,
        wants_tick=wants_tick,
        erased=known.erased,
        may_erase=person.may(Permission.ERASE_PERSONAL),
        may_reveal=person.may(Permission.REVEAL_PERSONAL),
        lines=[line(desk, row, words) for row in found.rows],
        cases=desk.cases.of_customer(person.tenant, number),
    )


ROUTES = (customer, reveal, erase)
