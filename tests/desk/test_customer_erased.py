"""Erasing a customer on his page: only who may, only with the password given just now, a reason and a tick."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from cpe_agent.desk.people.logins import CONFIRMED_S
from cpe_agent.desk.people.roles import Role
from cpe_agent.words import phrase
from tests.desk.conftest import Database
from tests.desk.people_home import PASSWORD, Served, home_on, served

REASON = "asked for it in writing"


@pytest.fixture
def server(database: Database) -> Iterator[Served]:
    with home_on(database) as home, served(home) as server:
        yield server


@pytest.fixture
def number(server: Served) -> int:
    return server.desk.customers.known(server.home.one, number="771", telephone="054-000-0011", name="Dana Levi")


def erase(browser: httpx.Client, number: int, **form: str) -> httpx.Response:
    return browser.post(f"/customers/{number}/erase", data=form)


def test_an_administrator_erases_and_nobody_else(server: Served, number: int) -> None:
    home = server.home
    with server.client(home.person[home.one, Role.SENIOR]) as browser:
        assert "/erase" not in browser.get(f"/customers/{number}").text
        assert erase(browser, number, reason=REASON, sure="yes").status_code == 403
    with server.client(home.give_password(Role.ADMINISTRATOR)) as browser:
        assert f'action="/customers/{number}/erase"' in browser.get(f"/customers/{number}").text
        for form in ({"reason": REASON}, {"sure": "yes"}, {"reason": " ", "sure": "yes"}):
            answer = erase(browser, number, **form)
            assert answer.status_code == 422
            assert phrase("desk_customers", "erase.wanted") in answer.text
        assert server.desk.customers.reveal(home.one, number).name == "Dana Levi"
        assert erase(browser, number, reason=REASON, sure="yes").status_code == 303
        shown = browser.get(f"/customers/{number}").text
    assert phrase("desk_customers", "erased") in shown
    assert "/erase" not in shown
    assert server.desk.customers.reveal(home.one, number).name is None
    who = home.person[home.one, Role.ADMINISTRATOR].person.who
    assert home.audited()[-1] == (who, "erased", f"customer:{number}")


def test_the_password_is_asked_for_again(server: Served, number: int) -> None:
    with server.client(server.home.give_password(Role.ADMINISTRATOR)) as browser:
        server.home.now += CONFIRMED_S + 1
        answer = erase(browser, number, reason=REASON, sure="yes")
        assert answer.headers["location"].startswith("/confirm")
        assert server.desk.customers.reveal(server.home.one, number).name == "Dana Levi"
        word = browser.headers["x-form"]
        browser.post("/confirm", data={"password": PASSWORD, "next": f"/customers/{number}", "form": word})
        assert erase(browser, number, reason=REASON, sure="yes").status_code == 303
    assert server.desk.customers.reveal(server.home.one, number).name is None
