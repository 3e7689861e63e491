"""The whole desk on loopback with cases in it, and a browser that is shown its pages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx

from cpe_agent.desk.cases.store import Case
from cpe_agent.desk.people.roles import Person, Role
from cpe_agent.report import Report, to_json, uuid7
from cpe_agent.steps import when
from tests.desk.people_home import Served

TYPE = "application/vnd.cpe-agent.report+json; version=1"


def person(served: Served, role: Role = Role.REPRESENTATIVE) -> Person:
    home = served.home
    session = home.people.session(home.people.admit(home.person[home.one, role], "password"))
    assert session is not None
    return session.person


def browser(served: Served, role: Role = Role.REPRESENTATIVE, tenant: int | None = None) -> httpx.Client:
    return served.client(served.home.person[tenant or served.home.one, role])


def sent(served: Served, report: Report, case: Case | None = None) -> str:
    """The report as a customer's program sends it, made now; the desk's code of it."""
    own = replace(report, id=uuid7(), started=when(served.home.now - 30), case=None if case is None else case.code)
    answer = httpx.post(
        f"{served.url}/v1/reports", content=to_json(own), headers={"Content-Type": TYPE, "Idempotency-Key": own.id},
        timeout=30, trust_env=False,
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["code"]
    return code


def tells(served: Served, case: Case, run: str, *events: dict[str, Any]) -> httpx.Response:
    """What the program of a run posts while it is on."""
    numbered = [{"n": event.get("n", n), "at": n / 10, **event} for n, event in enumerate(events, 1)]
    return httpx.post(
        f"{served.url}/v1/runs/{run}/events", content=json.dumps({"case": case.code, "events": numbered}),
        headers={"Content-Type": "application/json"}, timeout=30, trust_env=False,
    )  # fmt: skip
