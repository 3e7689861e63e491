"""Cases for the ticket system: opened, read, entered into, concluded, closed."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody

from cpe_agent.desk.api import lines
from cpe_agent.desk.api.bodies import (
    Against,
    CaseFull,
    Concluded,
    EntryLine,
    NewCase,
    NewConclusion,
    NewEntry,
    NewOutcome,
    OpenedCase,
    Reports,
)
from cpe_agent.desk.api.given import Asker, TheDesk
from cpe_agent.desk.api.problem import NotTaken
from cpe_agent.desk.api.reports import READS, Before, Limit
from cpe_agent.desk.cases.against import BadConclusion, conclusion, objections
from cpe_agent.desk.cases.conclusions import ReasonWanted, conclude
from cpe_agent.desk.cases.ledger import BadEntry, entered
from cpe_agent.desk.cases.outcomes import BadOutcome, found, record
from cpe_agent.desk.cases.store import Case, CaseClosed, NoSuchCase
from cpe_agent.desk.customers import BadValue
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.pages.case_view import case_rows, evidence_of, naming_row
from cpe_agent.desk.pages.case_words import spelled
from cpe_agent.desk.pages.templating import Words
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.roles import Permission, Person

WRITES = {"needs": Permission.WRITE_CASE}
_CLOSED = "the case is closed"
_MADE, _NOTHING = 201, 204


@post("/cases", opt=WRITES, sync_to_thread=True, status_code=_MADE, operation_id="openCase")
def open_case(desk: TheDesk, person: Asker, data: JSONBody[NewCase]) -> OpenedCase:
    """A new case, with what is read out to the customer."""
    try:
        customer = None
        if data.telephone or data.number:
            customer = desk.customers.known(
                person.tenant, telephone=data.telephone or None, number=data.number or None,
                name=data.customer_name or None, language=data.language,
            )  # fmt: skip
        made = desk.cases.open(person, desk.now(), name=data.name, customer=customer, language=data.language)
    except BadName:
        raise NotTaken(422, "this name cannot be kept", "name") from None
    except BadValue as error:
        raise NotTaken(422, f"this can be no {error.what}", error.what) from None
    if customer is not None:  # he was found, or made, by what is personal
        with desk.records.write() as connection:
            subject = f"customer:{customer}"
            desk.people.audit.note(connection, desk.now(), person.tenant, person.who, "case-opened", subject, made.code)
    return OpenedCase(
        code=made.code,
        spelled=spelled(made.code, Words(data.language or person.language)),
        link=f"{desk.settings.address}/c/{made.code}",
        file=f"cpe-agent-{made.code}.exe",
        customer=customer,
    )


@get("/cases/{code:str}", opt=READS, sync_to_thread=True, operation_id="readCase")
def read(desk: TheDesk, person: Asker, code: FromPath[str]) -> CaseFull:
    """The case and its ledger, oldest entry first."""
    case = case_of(desk, person, code)
    entries = [
        EntryLine(at=e.at, by=e.by, kind=e.kind, key=e.key, text=e.text, source=e.source)
        for e in desk.cases.entries(case)
    ]
    return CaseFull(
        code=case.code, name=case.name, customer=case.customer, language=case.language, opened=case.opened,
        closed=case.closed, held=case.holder is not None, entries=entries,
    )  # fmt: skip


@get("/cases/{code:str}/reports", opt=READS, sync_to_thread=True, operation_id="listReportsOfCase")
def reports(desk: TheDesk, person: Asker, code: FromPath[str], before: Before = None, limit: Limit = 50) -> Reports:
    """Newest first."""
    case = case_of(desk, person, code)
    page = desk.archive.of_case(case.tenant, case.code, before=lines.place(desk, before), limit=limit)
    return lines.reports(desk, page)


@post("/cases/{code:str}/entries", opt=WRITES, sync_to_thread=True, status_code=_NOTHING, operation_id="addEntry")
def add(desk: TheDesk, person: Asker, code: FromPath[str], data: JSONBody[NewEntry]) -> None:
    """Something that was asked, said, done, told or noted: nobody asks the customer for it again."""
    case = case_of(desk, person, code)
    try:
        new = [entered(data.kind, data.key, data.value, data.text, data.source)]
        if data.kind == "said" and data.text.strip():
            new.append(entered("note", text=data.text))
        desk.cases.add(case, person, desk.now(), new)
    except BadEntry as error:
        raise NotTaken(422, f"this {error} is none of what may be entered", str(error)) from None
    except CaseClosed:
        raise NotTaken(409, _CLOSED) from None


@post("/cases/{code:str}/conclusion", opt=WRITES, sync_to_thread=True, status_code=_MADE, operation_id="conclude")
def concluded(desk: TheDesk, person: Asker, code: FromPath[str], data: JSONBody[NewConclusion]) -> Concluded:
    """What was concluded. Where the evidence speaks against it, it is taken with a reason only (422, path `reason`)."""
    case = case_of(desk, person, code)
    try:
        made = conclusion(data.what, data.technician)
    except BadConclusion:
        raise NotTaken(422, "neither a fault, nor owner:<segment>, nor not-us", "what") from None
    evidence = evidence_of(desk, case, person.language)
    against = objections(made, evidence and evidence.report, evidence and evidence.sending)
    try:
        conclude(desk.records, case, person, desk.now(), made, against, data.reason, evidence and evidence.row.id)
    except ReasonWanted:
        said = ", ".join(f"{o.kind} {o.fault}".strip() for o in against)
        raise NotTaken(422, f"the evidence speaks against it ({said}); a reason is needed", "reason") from None
    except BadEntry:
        raise NotTaken(422, "the reason is too long", "reason") from None
    except CaseClosed:
        raise NotTaken(409, _CLOSED) from None
    return Concluded(
        against=[Against(kind=o.kind, fault=o.fault, owner=o.owner, grade=o.grade, open=list(o.open)) for o in against]
    )


@post(
    "/cases/{code:str}/outcome", opt={"needs": Permission.WRITE_OUTCOME}, sync_to_thread=True, status_code=_NOTHING,
    operation_id="enterOutcome",
)  # fmt: skip
def outcome(desk: TheDesk, person: Asker, code: FromPath[str], data: JSONBody[NewOutcome]) -> None:
    """What the technician found."""
    case = case_of(desk, person, code)
    naming = naming_row(case_rows(desk, case))
    named = None if naming is None or naming.judged is None else naming.judged.fault
    try:
        new = found(data.found, data.what, named, None if naming is None else naming.id)
    except BadOutcome as error:
        wrong = "found" if str(error) == "word" else "what"
        raise NotTaken(422, "this does not fit what the program had named", wrong) from None
    record(desk.records, case, person, desk.now(), new)


@post("/cases/{code:str}/close", opt=WRITES, sync_to_thread=True, status_code=_NOTHING, operation_id="closeCase")
def close(desk: TheDesk, person: Asker, code: FromPath[str]) -> None:
    """Nothing happens to one that is closed."""
    desk.cases.close(case_of(desk, person, code), person, desk.now())


@post("/cases/{code:str}/reopen", opt=WRITES, sync_to_thread=True, status_code=_NOTHING, operation_id="reopenCase")
def reopen(desk: TheDesk, person: Asker, code: FromPath[str]) -> None:
    """Nothing happens to one that is open."""
    desk.cases.reopen(case_of(desk, person, code), person, desk.now())


def case_of(desk: Desk, person: Person, code: str) -> Case:
    """Raises ``NotFoundException``, the same for what is not there and for what is another's."""
    try:
        return desk.cases.find(person.tenant, code[:40])
    except NoSuchCase:
        raise NotFoundException from None


ROUTES: tuple[Any, ...] = (open_case, read, reports, add, concluded, outcome, close, reopen)
