"""What is done in a case: its forms. Each goes back to the case's page, or shows it again with what was not taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from cpe_agent.desk.cases.against import BadConclusion, conclusion, objections
from cpe_agent.desk.cases.conclusions import ReasonWanted, conclude
from cpe_agent.desk.cases.ledger import BadEntry, entered
from cpe_agent.desk.cases.outcomes import BadOutcome, found, record
from cpe_agent.desk.cases.store import FREE, BadHolder, Case, CaseClosed, NotYours
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.live.wishes import TooManyWishes
from cpe_agent.desk.pages.case_view import case_rows, evidence_of, naming_row
from cpe_agent.desk.pages.case_words import chosen, line, what
from cpe_agent.desk.pages.cases import WRITES, case_of, case_page
from cpe_agent.desk.pages.given import Form, TheDesk, ThePerson
from cpe_agent.desk.pages.templating import Words
from cpe_agent.desk.pages.view import language_of, page
from cpe_agent.desk.people.roles import Permission, Person
from cpe_agent.words import listed

_ASKS = {"needs": Permission.ASK_RUN}
_FINDS = {"needs": Permission.WRITE_OUTCOME}


class NotTaken(Exception):
    """``form`` of the page, and the key of what is said beside it."""

    def __init__(self, form: str, key: str) -> None:
        super().__init__(key)
        self.form, self.key = form, key


async def _done(
    request: Request[Any, Any, Any], desk: Desk, person: Person, code: str, work: Callable[[Case], Any],
    typed: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    """``work`` in a thread; then back to the case's page."""
    try:
        case = await asyncio.to_thread(case_of, desk, person, code)
        answer = await asyncio.to_thread(work, case)
    except NotTaken as error:
        wrong = {error.form: Words(language_of(request)).say("cases", error.key)}
        return await case_page(request, desk, person, code, wrong, typed)
    except (CaseClosed, NotYours) as error:
        notice = "case-closed" if isinstance(error, CaseClosed) else "not-yours"
        return page(request, "case_notice.html", status=409, notice=notice, code=case.code)
    return answer if isinstance(answer, Response) else Redirect(f"/cases/{case.code}", status_code=303)


@post("/cases/{code:str}/ledger", opt=WRITES)
async def add(
    request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str], data: Form
) -> Response[Any]:
    """An entry of the ledger."""

    def work(case: Case) -> None:
        kind, key, answer = chosen(str(data.get("what", "")))
        note = str(data.get("note", ""))
        try:
            new = [entered(kind, key, answer, note, str(data.get("source") or "stated"))]
            if kind == "said" and note.strip():  # the answer stands alone: what was remarked stands beside it
                new.append(entered("note", text=note))
        except BadEntry as error:
            raise NotTaken("ledger", f"wrong.{error}") from None
        desk.cases.add(case, person, desk.now(), new)

    return await _done(request, desk, person, code, work, data)


@post("/cases/{code:str}/conclusion", opt=WRITES)
async def concluded(
    request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str], data: Form
) -> Response[Any]:
    """A conclusion; what speaks against it is shown first, and it is taken with a reason then."""
    language = language_of(request)

    def work(case: Case) -> Response[Any] | None:
        try:
            made = conclusion(str(data.get("what", "")), data.get("technician") == "yes")
        except BadConclusion:
            raise NotTaken("conclusion", "wrong.conclusion") from None
        evidence = evidence_of(desk, case, language)
        against = objections(made, evidence and evidence.report, evidence and evidence.sending)
        # A remark typed in the first form is no reason yet: it was written before the evidence was read.
        shown = data.get("shown") == "yes"
        reason = str(data.get("reason" if against else "note", ""))
        try:
            if against and not shown:
                raise ReasonWanted
            conclude(desk.records, case, person, desk.now(), made, against, reason, evidence and evidence.row.id)
        except (ReasonWanted, BadEntry) as error:
            if not against:
                raise NotTaken("conclusion", "wrong.text") from None
            words = Words(language)
            return page(
                request,
                "case_against.html",
                status=422,
                case=case,
                made=made,
                concluded=what(made.what, words),
                against=[_objection(o, words, evidence.card.dispatch.why if evidence else "") for o in against],
                card=evidence and evidence.card,
                reason=str(data.get("reason") or data.get("note") or ""),
                wrong=words.say("cases", "wrong.reason") if shown or isinstance(error, BadEntry) else "",
            )
        return None

    return await _done(request, desk, person, code, work, data)


def _objection(objection: Any, words: Words, why: str) -> str:
    """An objection as a sentence. ``why``: the card's, about a technician."""
    if objection.kind == "other-owner":
        return words.say(
            "cases",
            "against.other-owner",
            fault=what(objection.fault, words),
            owner=words.ui(f"owner.{objection.owner}"),
            acts=words.ui(f"acts.{objection.acts}"),
            grade=words.ui(f"grade.{objection.grade}"),
        )
    return words.say(
        "cases", f"against.{objection.kind}", why=why, open=listed(objection.open, words.language, apart=True)
    )


@post("/cases/{code:str}/outcome", opt=_FINDS)
async def outcome(
    request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str], data: Form
) -> Response[Any]:
    """What the technician found."""

    def work(case: Case) -> None:
        word, _, code_found = str(data.get("what", "")).partition(":")
        naming = naming_row(case_rows(desk, case))
        named = None if naming is None or naming.judged is None else naming.judged.fault
        try:
            new = found(word, code_found, named, None if naming is None else naming.id)
        except BadOutcome:
            raise NotTaken("outcome", "wrong.outcome") from None
        record(desk.records, case, person, desk.now(), new)

    return await _done(request, desk, person, code, work, data)


@get("/cases/{code:str}/hand-over", opt=WRITES, sync_to_thread=True)
def handing(request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str]) -> Response[Any]:
    """To whom, and what the next one will see."""
    return _handing(request, desk, case_of(desk, person, code))


def _handing(
    request: Request[Any, Any, Any], desk: Desk, case: Case, wrong: str = "", typed: dict[str, str] | None = None
) -> Response[Any]:
    words = Words(language_of(request))
    entries = desk.cases.entries(case)
    holders = [(number, name) for number, name in desk.cases.holders(case.tenant) if number != case.holder]
    names = dict(desk.cases.holders(case.tenant))
    evidence = evidence_of(desk, case, words.language)
    return page(
        request,
        "case_hand_over.html",
        status=422 if wrong else 200,
        case=case,
        holders=holders,
        entries=[line(e, words, names) for e in reversed(entries)],
        card=evidence and evidence.card,
        card_code=desk.locator.code(evidence.row.seq) if evidence else "",
        wrong=wrong,
        typed=typed or {},
    )


@post("/cases/{code:str}/hand-over", opt=WRITES)
async def hand_over(
    request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str], data: Form
) -> Response[Any]:
    def work(case: Case) -> Response[Any] | None:
        to = str(data.get("to", ""))
        try:
            if to != FREE and not (to.isascii() and to.isdigit() and len(to) < 18):
                raise BadHolder
            number = None if to == FREE else int(to)
            desk.cases.hand_over(case, person, desk.now(), number, str(data.get("sentence", "")))
        except (BadHolder, BadEntry) as error:
            key = "wrong.holder" if isinstance(error, BadHolder) else "wrong.sentence"
            return _handing(request, desk, case, Words(language_of(request)).say("cases", key), data)
        return None

    return await _done(request, desk, person, code, work)


@post("/cases/{code:str}/take", opt=WRITES)
async def take(request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str]) -> Response[Any]:
    return await _done(request, desk, person, code, lambda case: desk.cases.take(case, person, desk.now()))


@post("/cases/{code:str}/close", opt=WRITES)
async def close(
    request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str]
) -> Response[Any]:
    return await _done(request, desk, person, code, lambda case: desk.cases.close(case, person, desk.now()))


@post("/cases/{code:str}/reopen", opt=WRITES)
async def reopen(
    request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str]
) -> Response[Any]:
    return await _done(request, desk, person, code, lambda case: desk.cases.reopen(case, person, desk.now()))


@post("/cases/{code:str}/language", opt=WRITES)
async def speaks(
    request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str], data: Form
) -> Response[Any]:
    """The customer's language."""
    chosen_ = str(data.get("customer", "")) or None
    return await _done(request, desk, person, code, partial(desk.cases.set_language, language=chosen_))


@post("/cases/{code:str}/wish", opt=_ASKS)
async def wish(
    request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson, code: FromPath[str], data: Form
) -> Response[Any]:
    """Ask the customer to allow something. Nothing happens without his yes."""
    case = await asyncio.to_thread(case_of, desk, person, code)
    try:
        if case.closed is None:
            desk.wishes.ask(person.tenant, case.code, str(data.get("wish", "")), person.name)
    except ValueError:
        pass  # no button of ours asks for anything else
    except TooManyWishes:
        wrong = {"wish": Words(language_of(request)).say("cases", "wish.many")}
        return await case_page(request, desk, person, case.code, wrong)
    return Redirect(f"/cases/{case.code}#run", status_code=303)


ROUTES = (add, concluded, outcome, handing, hand_over, take, close, reopen, speaks, wish)
