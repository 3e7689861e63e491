"""The box on the desk's own pages."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from cpe_agent.case_code import with_check
from cpe_agent.deliver.spoken_code import encode
from cpe_agent.desk.people.roles import Role
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.report import uuid7
from cpe_agent.words import phrase
from tests.desk.conftest import Database
from tests.desk.people_home import Served, home_on, served

PADO = BY_CODE["access-no-pado"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with home_on(Database(tmp_path_factory.mktemp("desk") / "data", None)) as home, served(home) as server:
        yield server


@pytest.fixture
def browser(server: Served) -> Iterator[httpx.Client]:
    server.desk.finder._misses._limiter.storage.reset()
    with server.client(server.home.person[server.home.one, Role.REPRESENTATIVE]) as client:
        yield client


def find(browser: httpx.Client, text: str) -> httpx.Response:
    return browser.post("/find", data={"text": text})


@pytest.mark.parametrize(
    "damage", [lambda c: c, lambda c: c[:5] + "?" + c[6:], lambda c: c[:5] + str(9 - int(c[5])) + c[6:]]
)
def test_a_code_opens_its_card_and_a_correction_is_said(browser: httpx.Client, damage: object) -> None:
    code = encode("fault", PADO.number, "direct", {"access": "broken"}, uuid7()).replace(" ", "")
    assert callable(damage)
    typed = damage(code)
    answer = find(browser, typed)
    assert answer.status_code == 303, answer.text
    card = browser.get(answer.headers["location"])
    assert card.status_code == 200
    assert f'data-fault="{PADO.code}"' in card.text
    right = browser.get(f"/code/{code}").text
    assert (card.text == right) is (typed == code), "a corrected code says so"


@pytest.mark.parametrize(
    ("typed", "key"),
    [("123 456 789 012 34", "spoken.length"), ("??? 456 789 012 345", "spoken.too-many"),
     ("1?3 456 789 012 345", "spoken.besides"), ("nobody of this name", "nothing.hint")],
)  # fmt: skip
def test_what_is_not_there_is_said_with_the_reason(browser: httpx.Client, typed: str, key: str) -> None:
    answer = find(browser, typed)
    assert answer.status_code == 404
    assert phrase("desk_finding", key).partition("{")[0] in answer.text


def test_a_slip_is_asked_about(server: Served, browser: httpx.Client) -> None:
    customer = server.desk.customers.known(server.home.one, telephone="0541234567")
    code = server.desk.cases.open(
        server.home.person[server.home.one, Role.REPRESENTATIVE].person, server.home.now, customer=customer
    ).code
    answer = find(browser, code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert answer.status_code == 404
    assert phrase("desk_finding", "near") in answer.text
    assert f"/cases/{code}" in answer.text


def test_a_telephone_number_leads_to_the_customer_and_stands_in_no_address(
    server: Served, browser: httpx.Client
) -> None:
    customer = server.desk.customers.known(server.home.one, telephone="0521234567")
    answer = find(browser, "052-123.4567")
    assert answer.headers["location"] == f"/customers/{customer}"


def test_two_of_one_household_can_be_told_apart_without_their_numbers(server: Served, browser: httpx.Client) -> None:
    numbers = ("55512345", "55598765")
    made = [server.desk.customers.known(server.home.one, number=n) for n in numbers]
    for customer in made:
        server.desk.customers.change(server.home.one, customer, telephone="0501234567")
    answer = find(browser, "050-1234567")
    assert answer.status_code == 200
    assert phrase("desk_finding", "choose") in answer.text
    for customer, end in zip(made, ("•••45", "•••65"), strict=True):
        assert f"/customers/{customer}" in answer.text
        assert end in answer.text
    assert not any(number in answer.text for number in numbers)


def test_guessing_is_slowed_down(browser: httpx.Client) -> None:
    answers = [find(browser, with_check(f"4F7K2{n:02}")) for n in range(12)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429] * 2
    assert phrase("desk_finding", "wait") in answers[-1].text
