"""Login by OpenID Connect, against a real provider on loopback that can be told to lie."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from cpe_agent.desk.people import accounts, managing
from cpe_agent.desk.people.oidc import FILE, BadProvider, read_provider
from cpe_agent.desk.people.roles import Role
from cpe_agent.desk.people.sessions import PLAIN_COOKIE
from tests.desk.conftest import Database
from tests.desk.openid_provider import CLIENT, CLIENT_SECRET, OpenIdProvider
from tests.desk.people_home import NOW, Home, Served, home_on, served

SETTINGS = """
[openid]
name = "Example login"
issuer = "{issuer}"
client_id = "{client}"
client_secret_file = "openid.secret"
tenant = "one"
role_claim = "groups"
[openid.roles]
noc = "network-centre"
support = "representative"
"""


@pytest.fixture
def provider() -> Any:
    made = OpenIdProvider(NOW)
    yield made
    made.close()


@pytest.fixture
def server(database: Database, provider: OpenIdProvider) -> Any:
    database.folder.mkdir(parents=True, exist_ok=True)
    (database.folder / FILE).write_text(SETTINGS.format(issuer=provider.issuer, client=CLIENT))
    (database.folder / "openid.secret").write_text(CLIENT_SECRET + "\n")
    with home_on(database) as home, served(home) as running:
        yield running


def come(
    server: Served, provider: OpenIdProvider, to: str = "/account", more: str = ""
) -> tuple[httpx.Client, httpx.Response]:
    """A browser, there and back."""
    browser = server.client()
    there = browser.get(f"/login/openid?next={to}{more}")
    assert there.status_code == 303
    back = provider.authorise(there.headers["location"])
    return browser, browser.get("/login/openid/back?" + back.partition("?")[2])


def people(home: Home) -> list[accounts.Account]:
    with home.records.read() as connection:
        return accounts.people_of(connection, home.one, limit=500)


def test_a_person_comes_in_and_is_the_same_the_next_time(server: Served, provider: OpenIdProvider) -> None:
    before = len(people(server.home))
    with server.client() as stranger:
        assert "Example login" in stranger.get("/login").text
    browser, entered = come(server, provider)
    with closing(browser):
        assert (entered.status_code, entered.headers["location"]) == (303, "/account")
        assert "Dana Levi" in browser.get("/account").text
        word = browser.cookies[PLAIN_COOKIE]
    provider.claims["preferred_username"] = "Dana Cohen"
    again, _ = come(server, provider)
    with closing(again):
        assert "Dana Levi" in again.get("/account").text, "known by the subject, not by the name"
        assert again.cookies[PLAIN_COOKIE] != word
    assert len(people(server.home)) == before + 1
    [dana] = [a for a in people(server.home) if a.shown == "Dana Levi"]
    assert (dana.role, dana.password) == (Role.REPRESENTATIVE, None)
    assert ("desk", "joined", f"person:{dana.id}") in server.home.audited()


def test_a_name_that_somebody_has_makes_nobody_that_person(server: Served, provider: OpenIdProvider) -> None:
    boss = server.home.person[server.home.one, Role.ADMINISTRATOR]
    provider.claims["preferred_username"] = boss.shown.upper()
    browser, _ = come(server, provider)
    with closing(browser):
        assert browser.get("/people").status_code == 403
        assert f"{boss.shown.upper()} 2" in browser.get("/account").text


def test_the_provider_says_the_role_each_time(server: Served, provider: OpenIdProvider) -> None:
    come(server, provider)[0].close()
    provider.claims["groups"] = ["support", "noc"]
    come(server, provider)[0].close()
    [dana] = [a for a in people(server.home) if a.shown == "Dana Levi"]
    assert dana.role is Role.NETWORK_CENTRE, "the first of the table that fits"
    assert ("desk", "role", f"person:{dana.id}") in server.home.audited()
    for groups in (["cleaning"], [], None, {"support": 1}, 7):
        provider.claims["groups"] = groups
        browser, refused = come(server, provider)
        with closing(browser):
            assert refused.status_code == 403
            assert PLAIN_COOKIE not in browser.cookies


def test_who_was_sent_away_here_stays_away(server: Served, provider: OpenIdProvider) -> None:
    come(server, provider)[0].close()
    [dana] = [a for a in people(server.home) if a.shown == "Dana Levi"]
    managing.disable(server.home.people, managing.By(server.home.one, "command:root"), dana.id)
    browser, refused = come(server, provider)
    with closing(browser):
        assert refused.status_code == 403


LIES = ["about", "endpoint", "endless", "keys", "issuer", "audience", "nonce", "expired", "future", "no token",
        "unsigned", "public key as secret", "signature", "without sub", "without nonce", "without aud", "without exp",
        "without iss"]  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lie", LIES)
def test_a_lie_lets_nobody_in(server: Served, provider: OpenIdProvider, lie: str) -> None:
    before = len(people(server.home))
    with server.client() as browser:
        back = provider.authorise(browser.get("/login/openid").headers["location"])
        provider.lies.add(lie)
        refused = browser.get("/login/openid/back?" + back.partition("?")[2])
        assert refused.status_code == 403
        assert PLAIN_COOKIE not in browser.cookies
        assert provider.issuer not in refused.text
    assert len(people(server.home)) == before
    provider.lies.clear()
    browser, entered = come(server, provider)
    browser.close()
    assert entered.status_code == 303, "the truth does"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_the_browser_that_began_can_end(server: Served, provider: OpenIdProvider) -> None:
    """A link with somebody else's code logs nobody in as that person."""
    with server.client() as browser, server.client() as other:
        back = provider.authorise(browser.get("/login/openid").headers["location"]).partition("?")[2]
        assert other.get(f"/login/openid/back?{back}").status_code == 403
        other.get("/login/openid")
        assert other.get(f"/login/openid/back?{back}").status_code == 403
        code = back.partition("&")[0]
        for wrong in (
            "",
            "state=x",
            f"{code}&state=x",
            f"{code}&state=é",
            code,
            "error=access_denied&" + back.partition("&")[2],
        ):
            assert browser.get(f"/login/openid/back?{wrong}").status_code == 403
        for value in ("", "x", "A" * 200, browser.cookies["desk-openid"][:-6] + "AAAAAA"):
            with server.client() as forged:
                forged.cookies.set("desk-openid", value)
                assert forged.get(f"/login/openid/back?{back}").status_code == 403
        server.home.now += 601
        assert browser.get(f"/login/openid/back?{back}").status_code == 403, "too late"
        server.home.now -= 601
        assert browser.get(f"/login/openid/back?{back}").status_code == 303
        assert browser.get(f"/login/openid/back?{back}").status_code == 403, "once"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_old_login_over_there_is_no_fresh_proof_here(server: Served, provider: OpenIdProvider) -> None:
    for auth_time, fresh in ((None, False), (NOW - 3600, False), (NOW - 10, True), (NOW + 9999, True)):
        provider.claims["auth_time"] = auth_time
        browser, _ = come(server, provider, more="&again=1")
        with closing(browser):
            session = server.home.people.session(browser.cookies[PLAIN_COOKIE])
        assert session is not None
        assert session.fresh(NOW) is fresh, auth_time


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_provider_that_is_away_is_told_at_the_door(server: Served, provider: OpenIdProvider) -> None:
    provider.close()
    with server.client() as browser:
        assert browser.get("/login/openid").status_code == 403
        assert browser.get("/login").status_code == 200


def test_without_one_there_is_no_such_door(tmp_path: Path) -> None:
    with home_on(Database(tmp_path, None)) as home, served(home) as running, running.client() as browser:
        assert browser.get("/login/openid").status_code == 404
        assert browser.get("/login/openid/back").status_code == 404
        assert "openid" not in browser.get("/login").text


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("[openid", "cannot be read"), ("\xff", "cannot be read"), ("[openid]", "issuer"),
        ('[openid]\nissuer = "http://id.example"\nclient_id = "d"\n[openid.roles]\na = "senior"', "https"),
        ('[openid]\nissuer = "https://id.example"\nclient_id = "d"\n[openid.roles]\na = "boss"', "boss"),
        ('[openid]\nissuer = "https://id.example"\nclient_id = "d"\n[openid.roles]\na = "integration"', "people"),
        ('[openid]\nissuer = "https://id.example"\nclient_id = "d"\n[openid.roles]', "roles"),
        ('[openid]\nissuer = "https://id.example"\nclient_id = "d"\nclient_secret_file = "gone"\n[openid.roles]',
         "gone"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_said_at_the_start(tmp_path: Path, written: str, why: str) -> None:
    (tmp_path / FILE).write_text(written, "latin-1")
    with pytest.raises(BadProvider, match=why):
        read_provider(tmp_path)


def test_no_setting_is_no_provider(tmp_path: Path) -> None:
    assert read_provider(tmp_path) is None
    (tmp_path / FILE).write_text("[other]\n")
    assert read_provider(tmp_path) is None
