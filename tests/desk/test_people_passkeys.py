"""Passkeys in a real Chromium with its virtual authenticator, over https as the browser sees it; what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select

from cpe_agent.desk.people.logins import CONFIRMED_S
from cpe_agent.desk.people.passkeys import Challenges, party_of
from cpe_agent.desk.people.roles import Role
from cpe_agent.desk.people.sessions import SECURE_COOKIE
from cpe_agent.desk.records import tables
from tests import browser
from tests.desk.conftest import Database
from tests.desk.people_home import PASSWORD, Home, Served, home_on, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page, Route

ADDRESS = "https://desk.example"
needs_browser = pytest.mark.skipif(browser.missing() is not None, reason=str(browser.missing()))
KEY_HOLDER = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Any) -> Iterator[Home]:
    with home_on(Database(tmp_path / "data", None)) as opened:
        yield opened


@pytest.fixture
def server(home: Home) -> Iterator[Served]:
    with served(home, public_url=ADDRESS) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser.chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


class Computer:
    """A browser with keys of its own. The test carries what it asks for to the desk: it has no network."""

    def __init__(self, chromium: Browser, server: Served) -> None:
        self.heard: list[str] = []
        self.sent: list[tuple[str, Any]] = []
        self._link = httpx.Client(base_url=server.url, trust_env=False, verify=False)
        self.context = chromium.new_context()
        self.context.route("**/*", self._answer)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda e: self.heard.append(str(e)))
        self.page.on("console", lambda m: self.heard.append(m.text) if "Content Security" in m.text else None)
        self.keys: CDPSession = self.context.new_cdp_session(self.page)
        self.keys.send("WebAuthn.enable")
        self.holder = self.keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY_HOLDER})["authenticatorId"]

    def close(self) -> None:
        self.context.close()
        self._link.close()

    def log_in(self, name: str) -> None:
        self.page.goto(f"{ADDRESS}/login")
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(f"{ADDRESS}/")

    def _answer(self, route: Route) -> None:
        request = route.request
        headers = {k: v for k, v in request.all_headers().items() if not k.startswith(":")} | {"host": "desk.example"}
        self._link.cookies.clear()
        answer = self._link.request(
            request.method, request.url.removeprefix(ADDRESS), headers=headers, content=request.post_data
        )
        if "json" in headers.get("content-type", ""):
            self.sent.append((request.url, json.loads(request.post_data or "{}")))
        kept = {k: v for k, v in answer.headers.items() if k not in ("content-length", "transfer-encoding")}
        to = kept.pop("location", None)
        if to is None:
            route.fulfill(status=answer.status_code, headers=kept, body=answer.content)
        else:  # a redirect of an answer from memory is not followed: the page says where to
            route.fulfill(
                headers=kept | {"content-type": "text/html"}, body=f'<meta http-equiv=refresh content="0;{to}">'
            )


@pytest.fixture
def computer(chromium: Browser, server: Served) -> Iterator[Computer]:
    made = Computer(chromium, server)
    yield made
    made.close()


def stored(home: Home) -> list[Any]:
    with home.records.read() as connection:
        return list(connection.execute(select(tables.passkey)))


@needs_browser
def test_a_key_is_made_and_lets_its_person_in(home: Home, computer: Computer) -> None:
    whose = home.give_password(Role.SENIOR)
    page = computer.page
    computer.log_in(whose.shown)
    [kept] = [c for c in computer.context.cookies() if c["name"] == SECURE_COOKIE]
    assert (kept["secure"], kept["httpOnly"], kept["sameSite"]) == (True, True, "Lax")
    page.goto(f"{ADDRESS}/account")
    with page.expect_navigation():
        page.click("[data-passkey] button")
    assert [row.name for row in stored(home)] == ["this computer"]
    assert page.locator("form[action$='/remove']").count() == 1
    computer.context.clear_cookies()
    page.goto(f"{ADDRESS}/login?next=/account")
    page.click("[data-passkey] button")
    page.wait_for_url(f"{ADDRESS}/account")
    assert page.locator("main bdi", has_text=whose.shown).count() == 1
    [row] = stored(home)
    assert row.used == home.now
    assert row.uses > 0
    assert [what for _, what, _ in home.audited()].count("passkey-added") == 1
    page.click("form[action$='/remove'] button")
    page.locator("form[action$='/remove']").wait_for(state="detached")
    page.wait_for_url(f"{ADDRESS}/account")
    assert not stored(home)
    computer.context.clear_cookies()
    page.goto(f"{ADDRESS}/login")
    page.click("[data-passkey] button")
    page.locator("[data-passkey] [role=alert]").wait_for(state="visible")
    assert page.url == f"{ADDRESS}/login", "a removed key opens nothing"
    assert not computer.heard


@needs_browser
def test_an_answer_is_good_once_and_for_this_desk_only(home: Home, server: Served, computer: Computer) -> None:
    whose = home.give_password(Role.SENIOR)
    page = computer.page
    computer.log_in(whose.shown)
    page.goto(f"{ADDRESS}/account")
    with page.expect_navigation():
        page.click("[data-passkey] button")
    computer.context.clear_cookies()
    page.goto(f"{ADDRESS}/login")
    with page.expect_navigation():
        page.click("[data-passkey] button")
    [(_, proof)] = [sent for sent in computer.sent if sent[0].endswith("/login/passkey")]
    [(_, made)] = [sent for sent in computer.sent if sent[0].endswith("/account/passkeys")]
    with server.client() as stranger:
        assert stranger.post("/login/passkey", json=proof).status_code == 422, "again"
        empty = {"credential": {"response": {"clientDataJSON": "e30"}}}
        garbage: list[dict[str, Any]] = [{}, {"credential": {}}, {"credential": 7}, empty]
        for wrong in garbage:
            assert stranger.post("/login/passkey", json=wrong).status_code in (400, 422)
        assert stranger.post("/login/passkey", json=made).status_code in (400, 422), "a making is no login"
        assert not stranger.cookies


@needs_browser
def test_who_was_sent_away_stays_away_with_the_key(home: Home, computer: Computer) -> None:
    whose = home.give_password(Role.SENIOR)
    page = computer.page
    computer.log_in(whose.shown)
    page.goto(f"{ADDRESS}/account")
    with page.expect_navigation():
        page.click("[data-passkey] button")
    with home.records.write() as connection:
        connection.execute(tables.person.update().where(tables.person.c.id == whose.id).values(disabled=home.now))
    computer.context.clear_cookies()
    page.goto(f"{ADDRESS}/login")
    page.click("[data-passkey] button")
    page.locator("[data-passkey] [role=alert]").wait_for(state="visible")


@needs_browser
def test_a_desk_left_open_takes_no_key_of_somebody_else(home: Home, computer: Computer) -> None:
    whose = home.give_password(Role.SENIOR)
    computer.log_in(whose.shown)
    home.now += CONFIRMED_S
    computer.page.goto(f"{ADDRESS}/account")
    computer.page.click("[data-passkey] button")
    computer.page.wait_for_url(f"{ADDRESS}/confirm?next=/account")
    assert not stored(home)


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://desk.example", ("desk.example", "https://desk.example")),
        ("https://desk.example:8443/", ("desk.example", "https://desk.example:8443")),
        ("http://localhost:8642", ("localhost", "http://localhost:8642")), ("http://127.0.0.1:8642", None),
        ("https://192.0.2.7", None), ("https://[2001:db8::1]", None), ("http://desk.example", None), ("", None),
    ],
)  # fmt: skip
def test_where_passkeys_can_be(address: str, party: tuple[str, str] | None) -> None:
    assert party_of(address) == party


def test_a_challenge_is_taken_once_in_time_and_for_its_purpose() -> None:
    challenges = Challenges()
    word = challenges.new("login", 100.0)
    assert not challenges.take(b"x" * 32, "login", 100.0)
    assert challenges.take(word, "login", 399.0)
    assert not challenges.take(word, "login", 399.0)
    assert not challenges.take(challenges.new("login", 100.0), "person:7", 100.0)
    assert not challenges.take(challenges.new("login", 100.0), "login", 400.0)
    first = challenges.new("login", 100.0)
    for _ in range(10_000):
        challenges.new("login", 100.0)
    assert not challenges.take(first, "login", 100.0), "a flood is bounded"


def test_without_a_name_there_is_no_such_door(tmp_path: Any) -> None:
    with home_on(Database(tmp_path, None)) as home, served(home) as running, running.client() as stranger:
        assert stranger.post("/login/passkey/options", json={}).status_code == 404
        assert "data-passkey" not in stranger.get("/login").text
