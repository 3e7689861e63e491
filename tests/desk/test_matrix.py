"""Every route of the desk, asked by everybody: nobody, each role, a program, and a stranger from another company.

``matrix.toml`` says who gets in, a line a route, and was read by a person; what this test finds must be the same. A new
route that nobody wrote down fails, and so does one that lets in another than the table says.
"""

from __future__ import annotations

import gzip
import re
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import insert

from cpe_agent.case_code import with_check
from cpe_agent.desk.archive import Encoding, Incoming
from cpe_agent.desk.people import invites, managing
from cpe_agent.desk.people.roles import ANYONE, MAY, PEOPLE, Permission, Role
from cpe_agent.desk.records.tables import case_, customer
from cpe_agent.report import uuid7
from tests.desk.conftest import Database
from tests.desk.people_home import Served, home_on, served

TABLE = Path(__file__).parent / "matrix.toml"
SHORT = {
    Role.REPRESENTATIVE: "R", Role.SENIOR: "S", Role.TECHNICIAN: "T", Role.NETWORK_CENTRE: "N", Role.ADMINISTRATOR: "A",
    Role.AUDITOR: "D", Role.INTEGRATION: "I",
}  # fmt: skip
NOBODY = "-"
"""Who is asked for: each role by a letter, and ``-`` for who is not logged in."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with home_on(Database(tmp_path_factory.mktemp("matrix"), None)) as home, served(home) as running:
        yield running


def handlers(app: Litestar) -> dict[str, HTTPRouteHandler]:
    """``GET /people`` to its handler."""
    found: dict[str, HTTPRouteHandler] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                found |= {f"{m} {route.path_format}": handler for m in handler.http_methods if m != "OPTIONS"}
    return found


def reviewed() -> dict[str, str]:
    table: dict[str, str] = tomllib.loads(TABLE.read_text("utf-8"))["routes"]
    return table


def said(handler: HTTPRouteHandler) -> str:
    """Who gets in by what the handler says it needs."""
    needs = handler.opt.get("needs")
    if needs == ANYONE:
        return "".join([*SHORT.values(), NOBODY])
    assert isinstance(needs, Permission), "a route that says nothing is shut for everybody: say what it needs"
    return "".join(letter for role, letter in SHORT.items() if needs in MAY[role])


def test_every_route_is_in_the_table_and_needs_what_it_says(server: Served) -> None:
    found = {name: said(handler) for name, handler in handlers(server.app).items()}
    assert found == reviewed(), "new: read who gets in, and write it into matrix.toml"


def filled(path: str) -> str:
    """A path with something in its places that is nowhere."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda m: "999999999" if m[1] == "number" else "0000-0000-0", path)


def ask(client: httpx.Client, name: str) -> int:
    """0 for the way to the login."""
    method, _, path = name.partition(" ")
    answer = client.request(method, filled(path), data={} if method != "GET" else None)
    return 0 if answer.headers.get("location", "").startswith("/login?next=") else answer.status_code


def clients(server: Served) -> dict[str, httpx.Client]:
    home = server.home
    found = {SHORT[role]: server.client(home.person[home.one, role]) for role in PEOPLE}
    return {**found, SHORT[Role.INTEGRATION]: server.program(home.one), NOBODY: server.client()}


def test_everybody_is_let_in_or_not_as_the_table_says(server: Served) -> None:
    """Let in is whatever is neither 401, 403 nor the way to the login: nothing is there (404), an empty form (400)."""
    wrong = []
    everybody = clients(server)
    for name in handlers(server.app):
        if name == "POST /sign-out":
            continue  # it is as good as its word; test_people_pages has it
        for letter, client in everybody.items():
            status = ask(client, name)
            let_in = status not in (0, 401, 403)
            if let_in != (letter in reviewed()[name]) and not (name == "POST /login" and status == 401):
                wrong.append((name, letter, status))
            if status >= 500:
                wrong.append((name, letter, status))
    for client in everybody.values():
        client.close()
    assert not wrong


def test_the_table_can_be_wrong(server: Served) -> None:
    """A representative at the administrator's list, an auditor at the reports: refused, and not because the page is
    missing."""
    home = server.home
    with server.client(home.person[home.one, Role.REPRESENTATIVE]) as browser:
        assert ask(browser, "GET /people") == 403
        assert ask(browser, "GET /reports") == 200
    with server.client(home.person[home.one, Role.AUDITOR]) as browser:
        assert ask(browser, "GET /audit") == 200
        assert ask(browser, "GET /reports") == 403


ANY_FORM = {"role": "auditor", "reason": "a call", "text": "a call", "kind": "note", "judged": "right", "to": "1",
            "wish": "check-again", "language": "en", "conclusion": "no-carrier", "found": "no-carrier"}  # fmt: skip


def theirs(server: Served) -> dict[str, tuple[str, str]]:
    """Something of the second company's under every address that names one thing, and the same that nobody has."""
    home, desk = server.home, server.desk
    by = managing.by(home.person[home.two, Role.ADMINISTRATOR].person)
    token, _ = managing.add_token(home.people, by, "theirs", None, None)
    ticket, _ = managing.add_ticket(home.people, by, expires=home.now + 60)
    managing.invite(home.people, by, Role.SENIOR)
    code = with_check("4F7K2Q9")
    with home.records.write() as connection:
        invitation = invites.open_of(connection, home.now, home.two)[0].id
        row = insert(customer).values(tenant=home.two, created=home.now).returning(customer.c.id)
        whose = connection.execute(row).scalar_one()
        connection.execute(insert(case_).values(tenant=home.two, code=code, customer=whose, opened=home.now))
    body, number = b"{}", bytes.fromhex(uuid7().replace("-", ""))
    sealed = desk.vault.seal_report(home.two, whose, number, home.now, gzip.compress(body))
    incoming = Incoming(number, sha256(body).digest(), False, sealed, Encoding.GZIP, 2, home.two, home.now)
    [accepted] = desk.archive.commit([incoming])
    nothing = "999999999"
    return {
        "/people/invites/": (str(invitation), nothing),
        "/people/tokens/": (str(token), nothing),
        "/people/tickets/": (str(ticket), nothing),
        "/people/": (str(home.person[home.two, Role.SENIOR].id), nothing),
        "/customers/": (str(whose), nothing),
        "/cases/": (code, with_check("0000000")),
        "/reports/": (desk.locator.code(accepted.seq), desk.locator.code(999_999)),
    }


def test_what_another_company_has_is_not_there(server: Served) -> None:
    """The same answer, to the letter, as for what nobody has, on every route that names one thing."""
    home, things = server.home, theirs(server)
    asked = 0
    for name, handler in handlers(server.app).items():
        method, _, path = name.partition(" ")
        start = path.partition("{")[0]
        if "{" not in path or start not in things:
            continue
        role = next(role for role in PEOPLE if handler.opt["needs"] in MAY[role])
        answers: list[tuple[int, str, list[str]]] = []
        with server.client(home.person[home.one, role]) as browser:
            for one in things[start]:
                url = re.sub(r"\{.*?\}", one, path)
                answer = browser.request(method, url, data=ANY_FORM if method == "POST" else None)
                answers.append((answer.status_code, answer.text.replace(url, ""), sorted(answer.headers)))
        assert answers[0][0] == 404, (name, answers[0])
        assert answers[0] == answers[1], name
        asked += 1
    assert asked > 15
    with server.client(home.person[home.two, Role.ADMINISTRATOR]) as browser:
        for start, last in [("/people/tokens/", "/revoke"), ("/people/tickets/", "/revoke"), ("/people/", "/disable")]:
            assert browser.post(start + things[start][0] + last).status_code == 303, "it was there all the time"
    with server.client(home.person[home.two, Role.REPRESENTATIVE]) as browser:
        for start in ("/cases/", "/customers/", "/reports/"):
            assert browser.get(start + things[start][0]).status_code != 404, start
