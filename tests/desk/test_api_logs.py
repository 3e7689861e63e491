"""The log: a JSON object a line of listed fields, and in it nothing of what anybody sent."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import httpx

from cpe_agent.desk.archive import Unavailable
from cpe_agent.desk.logs import ALLOWED, REQUEST, FromLogging, Log
from cpe_agent.report import to_json
from tests.desk.serving import Serving, post
from tests.reports import recorded_reports

CANARIES = (
    "054-123-9876",
    "541239876",
    "C4N4RY",
    "Canary Person",
    "canary note",
    "a-canary-of-a-password",
    "canary.example",
)
PASSWORD = "a-canary-of-a-password"


def test_nothing_that_was_sent_is_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "desk.log"
    report = recorded_reports()["line-down"]
    with Serving(tmp_path / "data", "--log", str(log), "--webhook-target", "127.0.0.1") as desk:
        with desk.signed_in("Canary Person", PASSWORD) as browser:
            post(browser, "/people/invite", "/people", role="senior")
            made = post(browser, "/people/tokens", "/people/tokens", name="canary token", days="1")
            token = made.text.split('class="ponce" dir="ltr">')[1].partition("<")[0]
            post(browser, "/people/webhooks", "/people/webhooks", name="canary", url="http://127.0.0.1:1/?C4N4RY",
                 events="case.opened")  # fmt: skip
            for form in (
                {"name": "Canary Person", "password": f"{PASSWORD}!"},
                {"name": "C4N4RY", "password": PASSWORD},
            ):
                browser.post("/login", data=form)
            browser.get("/reports.csv", params={"since": "C4N4RY"})
            browser.get("/C4N4RY/054-123-9876", params={"q": "Canary Person"})
        about = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        with httpx.Client(base_url=desk.address, headers=about, trust_env=False, timeout=60) as program:
            whose = {"telephone": "054-123-9876", "customer_name": "Canary Person", "name": "canary note"}
            made = program.post("/api/cases", json=whose)
            case = made.json()["code"]
            program.post(f"/api/cases/{case}/entries", json={"kind": "note", "text": "canary note"})
            program.post("/api/find", json={"text": "054-123-9876"})
            program.post("/api/ivr", json={"keyed": "C4N4RY", "canary.example": 1})
            program.get("/api/reports/C4N4RY/card")
            program.post("/v1/reports", content=to_json(report) + b"C4N4RY", headers={"Idempotency-Key": "C4N4RY"})
            program.post("/q", json={"fragments": ["C4N4RY"]})
            program.post("/v1/runs/C4N4RY/events", json={"case": case})
        rest = desk.stop()
    text = log.read_text("utf-8")
    for canary in (*CANARIES, token, case, token.removeprefix("cpea_")):
        assert canary.lower() not in (text + rest).lower(), canary
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) > 15
    assert {name for line in lines for name in line} <= set(ALLOWED)
    asked = {(line["method"], line["route"], line["status"]) for line in lines if line["event"] == "request"}
    assert {("POST", "/api/cases", 201), ("POST", "/v1/reports", 401), ("GET", "other", 404)} <= asked
    assert log.stat().st_mode & 0o077 == 0


def written(record: logging.LogRecord) -> dict[str, object]:
    out = io.StringIO()
    FromLogging(Log(out, requests=False)).emit(record)
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def test_an_exception_gives_its_place_and_not_its_message() -> None:
    try:
        int("the telephone 054-123-9876")
    except ValueError as error:
        told = (ValueError, error, error.__traceback__)
        record = logging.LogRecord("cpe_agent.desk", logging.ERROR, "", 1, "it failed for %s", ("Ruth",), told)
    record.number = "12ab"
    record.path = "/customers/7"
    found = written(record)
    assert "054" not in json.dumps(found)
    assert "Ruth" not in json.dumps(found)
    assert (found["event"], found["error"], found["number"]) == ("it failed for %s", "ValueError", "12ab")
    assert "path" not in found
    assert "test_api_logs.py:" in str(found["at"])


def test_what_a_disk_says_is_said() -> None:
    arguments = (3, Unavailable("database or disk is full"))
    found = written(
        logging.LogRecord("x", logging.ERROR, "", 1, "nothing of %d reports was stored: %s", arguments, None)
    )
    assert found["said"] == ["3", "database or disk is full"]


def test_a_line_within_a_request_has_its_number() -> None:
    token = REQUEST.set("ab12")
    try:
        assert written(logging.LogRecord("x", logging.ERROR, "", 1, "lost", (), None))["request"] == "ab12"
    finally:
        REQUEST.reset(token)


def test_a_log_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    out = (tmp_path / "log").open("w", encoding="utf-8")
    out.close()
    Log(out, requests=True).say("info", "request")
