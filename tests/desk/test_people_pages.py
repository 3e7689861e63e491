"""The door and the administration as a browser meets them: cookies, forms, redirects, over a real server."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from cpe_agent.desk.people import hidden, logins, managing, tokens
from cpe_agent.desk.people.guard import inside
from cpe_agent.desk.people.roles import Role
from cpe_agent.desk.people.sessions import PLAIN_COOKIE, SECURE_COOKIE
from tests.desk.conftest import Database
from tests.desk.people_home import PASSWORD, Home, Served, home_on, served


@pytest.fixture
def home(database: Database) -> Any:
    with home_on(database) as opened:
        yield opened


@pytest.fixture
def server(home: Home) -> Any:
    with served(home) as running:
        yield running


def administrator(server: Served) -> httpx.Client:
    return server.client(server.home.person[server.home.one, Role.ADMINISTRATOR])


def form_in(html: str) -> str:
    found = re.search(r'name="form" value="([0-9a-f]{64})"', html)
    assert found is not None
    return found[1]


def test_login_sets_a_cookie_that_scripts_and_other_sites_do_not_see(server: Served) -> None:
    whose = server.home.give_password()
    with server.client() as browser:
        assert browser.get("/people").headers["location"] == "/login?next=%2Fpeople"
        assert browser.get("/login").status_code == 200
        wrong = browser.post("/login", data={"name": whose.shown, "password": "wrong"})
        nobody = browser.post("/login", data={"name": "nobody", "password": "wrong"})
        assert wrong.status_code == nobody.status_code == 401
        assert "set-cookie" not in wrong.headers
        assert wrong.text.replace(whose.shown, "") == nobody.text.replace("nobody", "")
        entered = browser.post("/login", data={"name": whose.shown, "password": PASSWORD, "next": "/reports?x=1"})
        assert entered.status_code == 303
        assert entered.headers["location"] == "/reports?x=1"
        told = entered.headers["set-cookie"].lower()
        assert told.startswith(f"{PLAIN_COOKIE}=")
        assert "httponly" in told
        assert "samesite=lax" in told
        assert "path=/" in told
        assert "domain" not in told
        assert browser.get("/account").status_code == 200
        assert browser.get("/login").status_code == 303, "there already"


def test_over_https_the_cookie_belongs_to_the_host_alone(home: Home) -> None:
    whose = home.give_password()
    with served(home, public_url="https://desk.example/") as server, server.client() as browser:
        headers = {"Origin": "https://desk.example"}
        entered = browser.post("/login", data={"name": whose.shown, "password": PASSWORD}, headers=headers)
        told = entered.headers["set-cookie"]
        assert told.startswith(f"{SECURE_COOKIE}=")
        assert "secure" in told.lower()
        assert "domain" not in told.lower()


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "/a\r\nb", "",
     "x", "/" + "a" * 600],
)  # fmt: skip
def test_the_way_back_stays_inside(path: str) -> None:
    assert inside(path) == "/"
    assert inside("/cases?before=3") == "/cases?before=3"


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {},
]  # fmt: skip


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_of_another_site_changes_nothing(server: Served, headers: dict[str, str]) -> None:
    home = server.home
    whose = home.give_password()
    with administrator(server) as browser:
        del browser.headers["sec-fetch-site"]
        answer = browser.post("/people/invite", data={"role": "senior"}, headers=headers)
        assert answer.status_code == 403
    with server.client() as browser:
        del browser.headers["sec-fetch-site"]
        answer = browser.post("/login", data={"name": whose.shown, "password": PASSWORD}, headers=headers)
        assert answer.status_code == 403, "nor logs somebody in as another"
    assert "invited" not in [what for _, what, _ in home.audited()]


def test_an_older_browser_says_where_it_is_by_the_origin(server: Served) -> None:
    with administrator(server) as browser:
        del browser.headers["sec-fetch-site"]
        answer = browser.post("/people/invite", data={"role": "senior"}, headers={"Origin": server.url})
        assert answer.status_code == 200


def test_a_form_needs_the_word_of_its_own_session(server: Served) -> None:
    home = server.home
    with administrator(server) as browser, server.client(home.person[home.one, Role.ADMINISTRATOR]) as other:
        word = form_in(browser.get("/people").text)
        del browser.headers["x-form"]
        for wrong in ("", "0" * 64, other.headers["x-form"], "é", word.upper()):
            assert browser.post("/people/invite", data={"role": "senior", "form": wrong}).status_code == 403
        assert browser.post("/people/invite", data={"role": "senior"}).status_code == 403
        assert browser.post("/people/invite", json={"role": "senior", "form": word}).status_code == 403
        assert browser.post("/people/invite", data={"role": "senior", "form": word}).is_success


def test_signing_out_ends_the_session_at_the_desk(server: Served) -> None:
    with administrator(server) as browser:
        word = browser.cookies[PLAIN_COOKIE]
        assert browser.get("/sign-out").status_code in (404, 405), "a picture on another page must not sign out"
        assert browser.post("/sign-out").status_code == 303
        browser.cookies.set(PLAIN_COOKIE, word)
        assert browser.get("/account").status_code == 303
        assert server.home.people.session(word) is None


def test_an_invitation_from_the_link_to_the_first_page(server: Served) -> None:
    with administrator(server) as browser:
        page = browser.post("/people/invite", data={"role": "technician"})
        link = re.search(r"/welcome/(cpei_[a-z2-7]{52})", page.text)
        assert link is not None
        assert link[1] not in browser.get("/people").text, "shown once"
    with server.client() as browser:
        shown = browser.get(link[0])
        assert shown.status_code == 200
        assert "technician" in shown.text
        weak = browser.post(link[0], data={"name": "Tomer", "password": "short", "language": "he"})
        assert weak.status_code == 422
        assert "Tomer" in weak.text
        entered = browser.post(link[0], data={"name": "Tomer", "password": PASSWORD, "language": "he"})
        assert entered.status_code == 303
        assert 'dir="rtl"' in browser.get("/account").text
        again = browser.get(link[0])
        assert again.status_code == 404
        assert browser.get("/welcome/" + hidden.new(hidden.INVITE)).status_code == 404


def test_a_desk_left_open_asks_again_before_what_matters(server: Served) -> None:
    """``opt={"fresh": True}``; the export pages have it. Here a route of the same application is given it."""
    home = server.home
    whose = home.give_password(Role.ADMINISTRATOR)
    from cpe_agent.desk.pages import people as pages

    assert "fresh" not in pages.people_page.opt
    with server.client(whose) as browser:
        shown = browser.get("/confirm?next=/people")
        word = form_in(shown.text)
        assert browser.post("/confirm", data={"password": "no", "next": "/people", "form": word}).status_code == 422
        entered = browser.post("/confirm", data={"password": PASSWORD, "next": "/people", "form": word})
        assert (entered.status_code, entered.headers["location"]) == (303, "/people")
    assert [what for _, what, _ in home.audited()][-1] == "confirmed"


def test_changing_the_password_keeps_this_browser_in(server: Served) -> None:
    whose = server.home.give_password(Role.SENIOR)
    with server.client(whose) as browser, server.client(whose) as other:
        assert browser.post("/account/password", data={"old": "no", "new": "five words in a row"}).status_code == 422
        assert browser.post("/account/password", data={"old": PASSWORD, "new": "x"}).status_code == 422
        entered = browser.post("/account/password", data={"old": PASSWORD, "new": "five words in a row"})
        assert entered.status_code == 303
        assert browser.get("/account").status_code == 200
        assert other.get("/account").status_code == 303


def test_tokens_and_tickets_are_shown_once(server: Served) -> None:
    with administrator(server) as browser:
        forms: list[tuple[str, str, dict[str, Any]]] = [
            ("/people/tokens", "cpea_", {"name": "<b>x", "days": "30", "permissions": ["report.read", "case.write"]}),
            ("/people/tickets", "cpet_", {"note": "<b>call", "days": "7"}),
        ]
        for path, prefix, data in forms:
            page = browser.post(path, data=data)
            word = re.search(prefix + "[a-z2-7]{52}", page.text)
            assert word is not None
            listed = browser.get(path).text
            assert word[0] not in listed
            assert "&lt;b&gt;" in listed
            assert "<b>" not in listed
            number = re.search(rf"{path}/(\d+)/revoke", listed)
            assert number is not None
            assert browser.post(f"{path}/{number[1]}/revoke").status_code == 303
            assert browser.post(f"{path}/{number[1]}/revoke").status_code == 404
            assert "/revoke" not in browser.get(path).text
        for wrong in (
            {"name": "", "days": "1"},
            {"name": "x", "days": "-1"},
            {"name": "x", "permissions": "people.manage"},
        ):
            assert browser.post("/people/tokens", data=wrong).status_code == 400
        assert browser.post("/people/tickets", data={"case": "0000-0000"}).status_code == 404
    found = [token.permissions for token in listed_tokens(server.home)]
    assert found == ["case.write report.read"]


def listed_tokens(home: Home) -> list[tokens.Token]:
    with home.records.read() as connection:
        return tokens.tokens_of(connection, home.one)


def test_a_program_is_never_a_person(server: Served) -> None:
    home = server.home
    with server.program(home.one) as program:
        answer = program.get("/people")
        assert answer.status_code == 403
        program.cookies.set(PLAIN_COOKIE, home.people.admit(home.person[home.one, Role.ADMINISTRATOR], "password"))
        assert program.get("/people").status_code == 403, "a cookie beside a token is not looked at"
        program.headers["authorization"] = "Bearer cpea_wrong"
        refused = program.get("/people")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        for header in ("Basic eDp5", "Bearer", "cpea_", "Bearer " + "x" * 5000):
            assert program.get("/people", headers={"Authorization": header}).status_code == 401


def test_the_audit_shows_itself_being_read(server: Served) -> None:
    home = server.home
    with server.client(home.person[home.one, Role.AUDITOR]) as browser:
        assert "read the audit" in browser.get("/audit").text
        holds = browser.post("/audit/verify")
        assert 'class="psaid good"' in holds.text
        from sqlalchemy import text

        with home.records.write() as connection:
            connection.execute(text("UPDATE audit SET who = 'nobody' WHERE seq = 1"))
        assert 'class="psaid bad"' in browser.post("/audit/verify").text


def test_a_long_list_is_paged(server: Served) -> None:
    home = server.home
    by = managing.by(home.person[home.one, Role.ADMINISTRATOR].person)
    for n in range(60):
        managing.add_ticket(home.people, by, expires=home.now + 60, note=f"note {n:02}")
    with administrator(server) as browser:
        first = browser.get("/people/tickets").text
        older = re.search(r'href="(/people/tickets\?before=\d+)"', first)
        assert older is not None
        rest = browser.get(older[1]).text
    notes = [set(re.findall(r"note \d\d", page)) for page in (first, rest)]
    assert len(notes[0]) == 50
    assert len(notes[0] | notes[1]) == 60
    assert "?before=" not in rest


def test_a_session_that_ended_leads_to_the_door(server: Served) -> None:
    home = server.home
    with administrator(server) as browser:
        home.now += logins.WHOLE_S
        assert browser.get("/people").headers["location"] == "/login?next=%2Fpeople"
        assert browser.post("/people/invite", data={"role": "senior"}).headers["location"] == "/login?next=%2F"
        assert browser.get("/people", headers={"Accept": "application/json"}).status_code == 401


def test_a_crowd_at_the_door_is_told_so(server: Served) -> None:
    whose = server.home.give_password()
    with server.client() as browser:
        tried = [browser.post("/login", data={"name": whose.shown, "password": "x"}).status_code for _ in range(11)]
    assert tried == [401] * 10 + [429]


def test_garbage_at_the_door_is_no_crash(server: Served) -> None:
    with server.client() as browser:
        for data in ({"name": "x" * 10**5}, {"name": "\0", "password": "\ud7ff"}, {"password": ["a", "b"]}, {}):
            assert browser.post("/login", data=data).status_code in (400, 401)
        for body in (b"\xff\xfe", b"name=%ff%fe&password=%00", b"&&&===", b"name=" + b"%" * 1000):
            answer = browser.post("/login", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
            assert answer.status_code in (400, 401)
        huge = browser.post(
            "/login", content=b"a" * 11_000_000, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert huge.status_code == 413
        browser.cookies.set(PLAIN_COOKIE, "x" * 3000)
        assert browser.get("/account").status_code == 303


LANGUAGES = ("en", "he", "ar", "ru")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_drawn_in_every_language(server: Served, language: str) -> None:
    home = server.home
    with home.records.write() as connection:
        from cpe_agent.desk.people import accounts

        for role in (Role.ADMINISTRATOR, Role.AUDITOR):
            accounts.set_language(connection, home.person[home.one, role].id, language)
    direction = "rtl" if language in ("he", "ar") else "ltr"
    with administrator(server) as browser:
        for path in ("/people", "/people/tokens", "/people/tickets", "/account", "/confirm"):
            page = browser.get(path)
            assert page.status_code == 200
            assert f'<html lang="{language}" dir="{direction}">' in page.text, path
    with server.client(home.person[home.one, Role.AUDITOR]) as browser:
        assert f'dir="{direction}"' in browser.get("/audit").text
    with server.client() as browser:
        browser.headers["accept-language"] = f"{language}-XX,en;q=0.5"
        assert f'dir="{direction}"' in browser.get("/login").text


def test_the_language_of_the_door_stays_until_the_next_sign_out(server: Served) -> None:
    whose = server.home.give_password()  # an account in English
    with server.client() as browser:
        browser.post("/language", data={"language": "ru", "back": "/login"})
        browser.post("/login", data={"name": whose.name, "password": PASSWORD})
        assert '<html lang="ru"' in browser.get("/account").text
        word = server.form_word(browser)
        browser.post("/sign-out", data={"form": word})
        assert '<html lang="en"' in browser.get("/login").text
        browser.post("/login", data={"name": whose.name, "password": PASSWORD})
        assert '<html lang="en"' in browser.get("/account").text
