"""How often the program was right, by what technicians found."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from cpe_agent.desk.cases.outcomes import figures
from cpe_agent.desk.pages.case_words import what
from cpe_agent.desk.pages.given import TheDesk, ThePerson
from cpe_agent.desk.pages.templating import Words
from cpe_agent.desk.pages.view import language_of, page
from cpe_agent.desk.people.roles import Permission


@get("/outcomes", opt={"needs": Permission.READ_FIGURES}, sync_to_thread=True)
def outcomes(request: Request[Any, Any, Any], desk: TheDesk, person: ThePerson) -> Response[Any]:
    found = figures(desk.records, person.tenant)
    words = Words(language_of(request))
    unnamed = [
        (what(code, words) if code else words.say("cases", "figures.unnamed.nothing"), n)
        for code, n in found.unnamed_found
    ]
    titles = {f.fault: what(f.fault, words) for f in found.faults}
    return page(request, "cases_outcomes.html", found=found, titles=titles, unnamed=unnamed)


ROUTES = (outcomes,)
