"""What happens is told: to a real receiver, signed, again until it is taken, and nowhere that nobody listed."""

from __future__ import annotations

import base64
import hmac
import json
import socket
import time
from collections.abc import Iterator

import pytest

from cpe_agent.desk.people import managing
from cpe_agent.desk.people.managing import NotFound
from cpe_agent.desk.people.roles import Role
from cpe_agent.desk.webhooks import delivering, hooks
from cpe_agent.desk.webhooks.outbox import EVENTS
from cpe_agent.desk.webhooks.sending import Sender, Silent
from cpe_agent.desk.webhooks.targets import NotAllowed, reachable, target
from tests.desk.api_home import Receiver, receiving, ticket_of, upload
from tests.desk.conftest import Database
from tests.desk.people_home import Served, home_on, served
from tests.reports import recorded_reports

LISTED = ("127.0.0.1", "hooks.isp.example")
PHONE = "054-123-4567"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def server(database: Database) -> Iterator[Served]:
    with home_on(database) as home, served(home, webhook_targets=LISTED) as running:
        yield running


def hooked(server: Served, url: str, *events: str) -> tuple[int, bytes]:
    """Its row and its secret."""
    desk, home = server.desk, server.home
    by = managing.by(home.person[home.one, Role.ADMINISTRATOR].person)
    number, word = hooks.add(desk.people, desk.archive, desk.secret, by, "tickets", url, events or EVENTS, LISTED)
    assert word.startswith("whsec_")
    return number, base64.b64decode(word.removeprefix("whsec_"))


def bodies(heard: list[tuple[dict[str, str], bytes]]) -> list[dict[str, object]]:
    return [json.loads(body) for _, body in heard]


def test_everything_is_told_signed_and_holds_nobodys_name(server: Served, receiver: Receiver) -> None:
    _, secret = hooked(server, receiver.url)
    home = server.home
    with server.program(home.one) as program:
        made = {"telephone": PHONE, "name": "Ruth", "customer_name": "Ruth Example"}
        case = program.post("/api/cases", json=made).json()["code"]
        report = recorded_reports()["line-down"]
        upload(server, report, ticket_of(server, home.one, case=case))
        receiver.wait(lambda heard: any(b["type"] == "report.stored" for b in bodies(heard)))
        reason = {"what": "owner:home", "reason": f"Ruth said so, call {PHONE}"}
        assert program.post(f"/api/cases/{case}/conclusion", json=reason).status_code == 201
        program.post(f"/api/cases/{case}/outcome", json={"found": "nothing"})
        program.post(f"/api/cases/{case}/close")
    receiver.wait(lambda heard: {b["type"] for b in bodies(heard)} == set(EVENTS))
    for headers, body in receiver.heard:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        right = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
        assert headers["webhook-signature"] == f"v1,{right}"
        assert int(headers["webhook-timestamp"]) == int(home.now)
        for personal in (b"Ruth", PHONE.encode(), b"972541234567"):
            assert personal not in body
    told = {str(b["type"]): b["data"] for b in bodies(receiver.heard)}
    assert told["case.opened"] == {"case": case}
    assert told["outcome.entered"] == {"case": case, "report": report.id, "found": "nothing", "what": None}
    stored = told["report.stored"]
    assert isinstance(stored, dict)
    assert (stored["id"], stored["case"], stored["fault"], stored["verified"]) == (
        report.id, case, "access-no-sync", True
    )  # fmt: skip
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == len(receiver.heard)


def test_what_was_not_taken_comes_again_under_the_same_id(server: Served, receiver: Receiver) -> None:
    receiver.answers = [500, 302, 204]
    number, _ = hooked(server, receiver.url, "case.opened")
    with server.program(server.home.one) as program:
        program.post("/api/cases", json={})
    for tries in (1, 2, 3):
        one = tried(server, number, tries)
        server.home.now += 86_400
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == len(receiver.heard) - 2 == 1
    assert (one.status, one.due, one.done is not None) == (204, None, True)


def tried(server: Served, number: int, tries: int) -> hooks.Delivery:
    """The receiver hears a message before the desk has written down that it was sent."""
    for _ in range(1000):
        with server.home.records.read() as connection:
            [one] = hooks.deliveries(connection, number)
        if one.tries == tries:
            return one
        time.sleep(0.02)
    raise AssertionError(one)


def test_who_is_gone_is_asked_no_more(server: Served, receiver: Receiver) -> None:
    receiver.answers = [410]
    number, _ = hooked(server, receiver.url, "case.opened")
    with server.program(server.home.one) as program:
        program.post("/api/cases", json={})
        receiver.wait(lambda heard: len(heard) == 1)
        for _ in range(500):
            with server.home.records.read() as connection:
                if hooks.hook(connection, server.home.one, number).disabled is not None:
                    break
            time.sleep(0.02)
        else:
            raise AssertionError("it is still asked")
        program.post("/api/cases", json={})
    with server.home.records.read() as connection:
        assert len(hooks.deliveries(connection, number)) == 1


def test_it_is_told_after_a_restart(database: Database, receiver: Receiver) -> None:
    """Written down in the transaction of what happened: a desk that dies before it spoke speaks after."""
    with home_on(database) as home:
        with served(home) as silent:  # nobody is listed: nothing is sent
            number, _ = hooked(silent, receiver.url, "case.opened", "report.stored")
            with silent.program(home.one) as program:
                program.post("/api/cases", json={})
            upload(silent, recorded_reports()["cable-out"], ticket_of(silent, home.one))
            with home.records.read() as connection:
                assert [d.tries for d in hooks.deliveries(connection, number)] == [0]
        with served(home, webhook_targets=LISTED):
            receiver.wait(lambda heard: {b["type"] for b in bodies(heard)} == {"case.opened", "report.stored"})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_silent_hook_holds_nobody_up(server: Served, receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    hooked(server, f"http://127.0.0.1:{port}/", "case.opened")
    hooked(server, receiver.url, "case.opened")
    with server.program(server.home.one) as program:
        for _ in range(3):
            program.post("/api/cases", json={})
    receiver.wait(lambda heard: len(heard) == 3)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("ftp://hooks.isp.example/", "scheme"),
        ("https://user:word@hooks.isp.example/", "scheme"),
        ("http://hooks.isp.example/", "scheme"),
        ("https://evil.example/", "host"),
        ("https://hooks.isp.example.evil.example/", "host"),
        ("https://hooks.isp.example@evil.example/", "scheme"),
        ("https://127.0.0.2/", "host"),
        ("https://[::1]/", "host"),
        ("https://2130706433/", "host"),
        ("https:///", "host"),
        ("https://hooks.isp.example:x/", "host"),
        ("https://hooks.isp.example/\r\nHost: x", "host"),
    ],
)
def test_only_to_who_is_listed(url: str, key: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        target(url, LISTED)
    assert refused.value.key == key


def test_a_listed_name_leads_only_outside() -> None:
    inside = [
        "127.0.0.1", "10.0.0.7", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
        "fe80::1%2", "fd00::1", "::ffff:10.0.0.7", "64:ff9b::a00:7", "2002:a00:7::1", "::",
    ]  # fmt: skip
    for address in inside:
        with pytest.raises(NotAllowed):
            reachable([address], ["hooks.isp.example"])
        with pytest.raises(NotAllowed):
            reachable(["1.1.1.1", address], ["hooks.isp.example"])
    assert reachable(["1.1.1.1"], ()) == "1.1.1.1"
    assert reachable(["10.0.0.7"], ["10.0.0.7"]) == "10.0.0.7"
    with pytest.raises(NotAllowed):
        reachable([], ())


def test_the_name_is_asked_when_it_is_sent(receiver: Receiver) -> None:
    """A name that led outside when the hook was made and leads into the house now is not spoken to; and what is spoken
    to is the address that was looked at."""
    inside = Sender(["hooks.isp.example"], lambda host, port: ["127.0.0.1"])
    with pytest.raises(NotAllowed):
        inside.post(target("https://hooks.isp.example/", LISTED), b"{}", {})
    nowhere = Sender(LISTED, _no_such_name)
    with pytest.raises(Silent):
        nowhere.post(target("https://hooks.isp.example/", LISTED), b"{}", {})
    here = Sender(LISTED, _no_such_name)
    assert here.post(target(receiver.url, LISTED), b"{}", {}) == 200
    here.close()
    assert receiver.heard[0][0]["host"] == receiver.url.split("/")[2]


def _no_such_name(host: str, port: int) -> list[str]:
    raise OSError


def test_a_certificate_must_be_the_names(receiver: Receiver) -> None:
    """A listed address that speaks no TLS, or another's, is told nothing."""
    sender = Sender(LISTED, lambda host, port: ["127.0.0.1"])
    port = int(receiver.url.split(":")[2].split("/")[0])
    with pytest.raises(Silent):
        sender.post(target(f"https://hooks.isp.example:{port}/", LISTED), b"{}", {})
    sender.close()
    assert not receiver.heard


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_administrator_makes_one_on_the_page(server: Served, receiver: Receiver) -> None:
    home = server.home
    with server.client(home.person[home.one, Role.ADMINISTRATOR]) as browser:
        form = {"name": "tickets", "url": receiver.url, "events": ["case.opened", "case.closed"]}
        refused = browser.post("/people/webhooks", data={**form, "url": "https://evil.example/"})
        assert refused.status_code == 422
        assert "evil.example" in refused.text, "what was typed is still there"
        made = browser.post("/people/webhooks", data=form)
        assert "whsec_" in made.text
        assert "whsec_" not in browser.get("/people/webhooks").text
        with server.program(home.one) as program:
            program.post("/api/cases", json={})
        receiver.wait(lambda heard: len(heard) == 1)
        tried(server, 1, 1)
        shown = browser.get("/people/webhooks/1").text
        assert "200" in shown
        assert browser.post("/people/deliveries/1/again").status_code == 303
        receiver.wait(lambda heard: len(heard) == 2)
        assert browser.post("/people/webhooks/1/disable").status_code == 303
    with server.client(home.person[home.two, Role.ADMINISTRATOR]) as stranger:
        assert stranger.get("/people/webhooks/1").status_code == 404
        assert stranger.post("/people/deliveries/1/again").status_code == 404
        assert stranger.post("/people/webhooks/1/disable").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_another_company_hears_nothing(server: Served, receiver: Receiver) -> None:
    home = server.home
    number, _ = hooked(server, receiver.url)
    with server.program(home.two) as program:
        program.post("/api/cases", json={})
    with home.records.read() as connection:
        assert hooks.deliveries(connection, number) == []
        with pytest.raises(NotFound):
            hooks.hook(connection, home.two, number)


def test_three_days_of_tries() -> None:
    assert 2.5 < sum(delivering.BACKOFF_S) / 86_400 < 4
