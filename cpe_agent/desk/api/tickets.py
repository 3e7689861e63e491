"""Upload tickets for the ticket system: one for a customer's program, and its end."""

from __future__ import annotations

from litestar import delete, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody

from cpe_agent.case_code import read_case_code
from cpe_agent.desk.api.bodies import MadeTicket, NewTicket
from cpe_agent.desk.api.given import Asker, TheDesk
from cpe_agent.desk.api.problem import NotTaken
from cpe_agent.desk.people import managing
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.roles import Permission
from cpe_agent.desk.people.tickets import NotHere

_MANAGES = {"needs": Permission.MANAGE_TICKETS}
_DAY_S = 86_400


@post("/tickets", opt=_MANAGES, sync_to_thread=True, operation_id="issueTicket")
def issue(desk: TheDesk, person: Asker, data: JSONBody[NewTicket]) -> MadeTicket:
    """With it, a report is verified, and tied to the customer and the case."""
    case = None if data.case is None else read_case_code(data.case)
    if data.case is not None and case is None:
        raise NotTaken(422, "this is no case code", "case")
    expires = desk.now() + data.days * _DAY_S
    try:
        number, word = managing.add_ticket(
            desk.people, managing.by(person), expires=expires, customer=data.customer, case=case,
            note=data.note if data.note.strip() else None,
        )  # fmt: skip
    except NotHere:
        raise NotTaken(422, "there is no such customer or case", "customer" if case is None else "case") from None
    except BadName:
        raise NotTaken(422, "this note cannot be kept", "note") from None
    return MadeTicket(id=number, ticket=word, expires=expires)


@delete("/tickets/{number:int}", opt=_MANAGES, sync_to_thread=True, operation_id="revokeTicket")
def revoke(desk: TheDesk, person: Asker, number: FromPath[int]) -> None:
    """It is taken no more."""
    try:
        if not 0 < number < 1 << 53:
            raise managing.NotFound
        managing.revoke_ticket(desk.people, managing.by(person), number)
    except managing.NotFound:
        raise NotFoundException from None


ROUTES = (issue, revoke)
