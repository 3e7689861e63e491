"""The whole desk on loopback with cases in it, and a browser that is shown its pages."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from hashlib import sha256
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


class Browsers:
    """Browsers of people of a role; ``close`` closes them all."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._open: list[httpx.Client] = []

    def __call__(self, role: Role = Role.REPRESENTATIVE, tenant: int | None = None) -> httpx.Client:
        home = self._served.home
        self._open.append(self._served.client(home.person[tenant or home.one, role]))
        return self._open[-1]

    def close(self) -> None:
        for client in self._open:
            client.close()


def sent(served: Served, report: Report, case: Case | None = None) -> str:
    """The report as a customer's program sends it, made now; the desk's code of it."""
    own = replace(report, id=uuid7(), started=when(served.home.now - 30), case=None if case is None else case.code)
    body = gzip.compress(to_json(own))
    digest = base64.b64encode(sha256(body).digest()).decode()
    headers = {"Content-Type": TYPE, "Content-Encoding": "gzip", "Idempotency-Key": own.id,
               "Content-Digest": f"sha-256=:{digest}:"}  # fmt: skip
    answer = httpx.post(
        f"{served.url}/v1/reports", content=body, timeout=30, trust_env=False, headers=headers,
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
