"""The ticket system at the desk: a case opened, a report found in it, what was done and concluded entered."""

from __future__ import annotations

import base64
import gzip
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest

from cpe_agent.case_code import read_case_code
from cpe_agent.desk.people.roles import Role
from cpe_agent.report import to_json
from tests.desk.api_home import settled, ticket_of, upload
from tests.desk.conftest import Database
from tests.desk.people_home import Served, home_on, served
from tests.reports import recorded_reports

PHONE = "054-123-4567"


@pytest.fixture
def server(database: Database) -> Iterator[Served]:
    with home_on(database) as home, served(home) as running:
        yield running


@pytest.fixture
def program(server: Served) -> Iterator[httpx.Client]:
    with server.program(server.home.one) as client:
        yield client


def opened(program: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = program.post("/api/cases", json={"telephone": PHONE, "language": "he", **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_case_is_opened_and_its_report_found_in_it(server: Served, program: httpx.Client) -> None:
    case = opened(program, customer_name="Ruth Example", name="ticket 17")
    assert read_case_code(case["code"]) == case["code"]
    assert case["file"] == f"cpe-agent-{case['code']}.exe"
    assert len(case["spelled"]) == 8
    link = httpx.get(case["link"].replace(server.desk.settings.address, server.url), trust_env=False)
    assert link.status_code == 200
    assert f"{case['code'][:4]} {case['code'][4:]}" in link.text

    made = program.post("/api/tickets", json={"case": case["code"], "days": 1})
    assert made.status_code == 201
    report = recorded_reports()["line-down"]
    stored = upload(server, report, made.json()["ticket"])
    settled(server)

    [line] = program.get(f"/api/cases/{case['code']}/reports").json()["reports"]
    assert (line["id"], line["code"], line["fault"], line["verified"]) == (
        report.id, stored["code"], "access-no-sync", True
    )  # fmt: skip
    assert program.get(f"/api/customers/{case['customer']}/reports").json()["reports"] == [line]
    found = program.post("/api/find", json={"text": PHONE}).json()
    assert [(hit["what"], hit["customer"]) for hit in found["hits"]] == [("telephone", case["customer"])]
    [spoken] = program.post("/api/find", json={"text": report.spoken_code}).json()["hits"]
    assert spoken["spoken"]["fault"] == "access-no-sync"
    assert spoken["may_be"][0]["id"] == report.id
    card = program.get(f"/api/reports/{stored['code']}/card", params={"language": "he", "say": "ru"}).json()
    assert (card["fault"], card["language"], card["direction"], card["say"]["language"]) == (
        "access-no-sync", "he", "rtl", "ru"
    )  # fmt: skip
    assert program.delete(f"/api/tickets/{made.json()['id']}").status_code == 204
    assert program.delete(f"/api/tickets/{made.json()['id']}").status_code == 404


def test_the_ledger_the_conclusion_and_the_outcome(server: Served, program: httpx.Client) -> None:
    case = opened(program)
    address = f"/api/cases/{case['code']}"
    upload(server, recorded_reports()["line-down"], ticket_of(server, server.home.one, case=case["code"]))
    settled(server)
    said = program.post(f"{address}/entries", json={"kind": "said", "key": "line-lamp", "value": "off", "text": "red"})
    assert said.status_code == 204, said.text
    wrong = program.post(f"{address}/entries", json={"kind": "said", "key": "line-lamp", "value": "green"})
    assert (wrong.status_code, wrong.json()["path"]) == (422, "key")

    blamed = program.post(f"{address}/conclusion", json={"what": "owner:home"})
    assert (blamed.status_code, blamed.json()["path"]) == (422, "reason")
    assert "access-no-sync" in blamed.json()["reason"]
    taken = program.post(f"{address}/conclusion", json={"what": "owner:home", "reason": "saw it myself"})
    assert taken.status_code == 201
    assert "other-owner" in [each["kind"] for each in taken.json()["against"]]

    assert program.post(f"{address}/close").status_code == 204
    late = program.post(f"{address}/entries", json={"kind": "note", "text": "late"})
    assert late.status_code == 409
    assert program.post(f"{address}/outcome", json={"found": "right"}).status_code == 204
    assert program.post(f"{address}/reopen").status_code == 204
    full = program.get(address).json()
    kinds = [each["kind"] for each in full["entries"]]
    assert kinds == ["opened", "said", "note", "conclusion", "contradiction", "closed", "outcome", "reopened"]
    assert full["closed"] is None


def test_a_report_byte_for_byte(server: Served, program: httpx.Client) -> None:
    report = recorded_reports()["cable-out"]
    upload(server, report, ticket_of(server, server.home.one))
    for accepted in ("gzip", "identity", "gzip;q=0"):
        with program.stream("GET", f"/v1/reports/{report.id}", headers={"Accept-Encoding": accepted}) as answer:
            sent = b"".join(answer.iter_raw())
        packed = accepted == "gzip"
        assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
        assert (gzip.decompress(sent) if packed else sent) == to_json(report)
        digest = base64.b64encode(sha256(sent).digest()).decode()
        assert answer.headers["content-digest"] == f"sha-256=:{digest}:"
        assert answer.headers["content-type"] == "application/vnd.cpe-agent.report+json; version=1"
        assert answer.headers["cache-control"] == "no-store"
    with server.client() as nobody:
        refused = nobody.get(f"/v1/reports/{report.id}")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


def test_what_another_company_has_is_not_there(server: Served, program: httpx.Client) -> None:
    case = opened(program)
    report = recorded_reports()["line-down"]
    stored = upload(server, report, ticket_of(server, server.home.one, case=case["code"]))
    nowhere = "0193a5c2-7b1e-7c44-9d0e-3f1f6f0a2b77"
    code = case["code"]
    asked = {
        f"/v1/reports/{report.id}": f"/v1/reports/{nowhere}",
        f"/api/reports/{stored['code']}/card": "/api/reports/0000-0000-0/card",
        f"/api/cases/{code}": "/api/cases/00000000",
        f"/api/cases/{code}/reports": "/api/cases/00000000/reports",
        f"/api/customers/{case['customer']}/reports": "/api/customers/999999/reports",
    }
    with server.program(server.home.two) as stranger:
        for theirs, none in asked.items():
            answers = [stranger.get(path) for path in (theirs, none)]
            assert [a.status_code for a in answers] == [404, 404], theirs
            assert answers[0].content == answers[1].content
        assert stranger.post(f"/api/cases/{code}/close").status_code == 404
        made = stranger.post("/api/tickets", json={"case": code})
        assert made.status_code == 422
    for theirs in asked:
        assert program.get(theirs).status_code == 200, "it was there all the time"


def test_lists_go_on_by_the_code_of_the_last(server: Served, program: httpx.Client) -> None:
    names = ("line-down", "cable-out", "wan-down")
    reports = [r for name, r in recorded_reports().items() if name in names]
    ticket = ticket_of(server, server.home.one)
    codes = [upload(server, report, ticket)["code"] for report in reports]
    seen: list[str] = []
    older = None
    while True:
        page = program.get("/api/reports", params={"limit": 1, **({"before": older} if older else {})}).json()
        seen += [line["code"] for line in page["reports"]]
        older = page["older"]
        if older is None:
            break
    assert seen == codes[::-1]
    wrong = program.get("/api/reports", params={"before": "nothing"})
    assert (wrong.status_code, wrong.json()["path"]) == (400, "before")


def test_what_does_not_fit_says_where(program: httpx.Client) -> None:
    for body, path in (
        ({"telephone": 7}, "telephone"),
        ({"telephone": "12"}, "telephone"),
        ({"language": "xx"}, "language"),
    ):
        answer = program.post("/api/cases", json=body)
        assert answer.status_code in (400, 422), answer.text
        assert answer.json()["path"] == path
    unknown = program.post("/api/cases", json={"telefone": "1"})
    assert unknown.status_code == 400
    assert "telefone" in unknown.json()["reason"]


def test_the_table_needs_the_password_again(server: Served) -> None:
    home = server.home
    upload(server, recorded_reports()["line-down"], ticket_of(server, home.one))
    with server.client(home.person[home.one, Role.SENIOR]) as browser:
        table = browser.get("/reports.csv", params={"since": "2020-01-01"})
        assert table.headers["content-type"].startswith("text/csv")
        assert len(table.text.splitlines()) == 2
        assert len(browser.get("/reports.csv", params={"until": "2020-01-01"}).text.splitlines()) == 1
        assert browser.get("/reports.csv", params={"since": "yesterday"}).status_code == 400
        home.now += 1500
        again = browser.get("/reports.csv")
        assert (again.status_code, again.headers["location"].partition("?")[0]) == (303, "/confirm")
    assert ("exported", "reports") in [(what, subject) for _, what, subject in home.audited()]


def test_health_says_which_part(server: Served) -> None:
    with server.client() as anybody:
        fine = anybody.get("/health")
        assert (fine.status_code, fine.json()["status"]) == (200, "ok")
        assert anybody.get("/version").json()["name"] == "cpe-agent"
        server.desk.archive.statistics = _fails  # type: ignore[method-assign]
        time.sleep(1.1)
        ill = anybody.get("/health")
        assert (ill.status_code, ill.json()["archive"], ill.json()["records"]) == (503, "unreadable", "ok")


def _fails() -> Any:
    raise OSError


def test_figures_are_for_this_machine_and_for_tokens(server: Served, program: httpx.Client) -> None:
    upload(server, recorded_reports()["line-down"], ticket_of(server, server.home.one))
    with server.client() as here:
        here.post("/login", data={"name": "nobody", "password": "no password at all"})
        assert (here.head("/login").status_code, here.head("/login").content) == (200, b"")
        text = here.get("/metrics").text
    for line in (
        'cpe_agent_desk_reports_total{status="201",way="report"} 1.0',
        'cpe_agent_desk_login_failures_total{why="refused"} 1.0',
        "cpe_agent_desk_commit_reports_count 1.0",
        "cpe_agent_desk_waiting 0.0",
        "cpe_agent_desk_watchers 0.0",
        "cpe_agent_desk_stored_reports",
        'cpe_agent_desk_request_seconds_count{method="POST",route="/login"',
        'cpe_agent_desk_request_seconds_count{method="HEAD",route="/login"',
    ):
        assert line in text, line
    for header in ({"X-Forwarded-For": "198.51.100.7"}, {"Host": "desk.isp.example"}):
        with server.client() as outside:
            assert outside.get("/metrics", headers=header).status_code == 401
        assert program.get("/metrics", headers=header).status_code == 200
