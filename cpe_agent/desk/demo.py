"""A desk to try: the reports of twenty homes that were broken on purpose in the project's lab, as if they had come in
during the last hours, and somebody to sign in as."""

from __future__ import annotations

import gzip
import json
import random
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cpe_agent import canonical
from cpe_agent.deliver.spoken_code import encode
from cpe_agent.desk.archive import Encoding, Incoming
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.people import accounts, tickets
from cpe_agent.desk.people.roles import Person, Role
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.report import uuid7
from cpe_agent.steps import when

FOLDER = Path(__file__).parent / "demo_reports"
NAME = "demo"
HOURS = 5
TELEPHONES = ("054-000-0001", "054-000-0002", "054-000-0003", "054-000-0004", "054-000-0005", "054-000-0006")
"""Of customers, in a block of numbers that belongs to nobody."""
UNVERIFIED = 4  # so many came without a ticket, the last ones


def fill(desk: Desk) -> tuple[str, str] | None:
    """Puts the reports in and gives the name and the password of a senior; None where something is already."""
    tenant = desk.nobody
    if desk.archive.newest(tenant, verified=True, limit=1).rows:
        return None
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    with desk.records.write() as connection:
        hashed = desk.people.passwords.hash(password)
        person = accounts.add_person(connection, desk.now(), tenant, NAME, Role.SENIOR, "en", hashed).person
    whose = [_customer(desk, person, number, phone) for number, phone in enumerate(TELEPHONES, start=1)]
    desk.archive.commit(_reports(desk, whose))
    while desk.judging.round():
        pass
    return NAME, password


class _Customer(NamedTuple):
    tenant: int
    customer: int
    ticket: int
    case: str


def _customer(desk: Desk, person: Person, number: int, phone: str) -> _Customer:
    customer = desk.customers.known(
        person.tenant, number=f"10020{number}", telephone=phone, name=f"Example {number}", language="he"
    )
    case = desk.cases.open(person, desk.now() - HOURS * 3600, name=f"demo {number}", customer=customer, language="he")
    with desk.records.write() as connection:
        ticket, _ = tickets.add(
            connection, desk.now(), person.tenant, expires=desk.now() + 86400, customer_id=customer, case=case.code
        )
    return _Customer(person.tenant, customer, ticket, case.code)


def _reports(desk: Desk, whose: list[_Customer]) -> list[Incoming]:
    files = sorted(FOLDER.glob("*.json.gz"))
    random.Random(20).shuffle(files)  # noqa: S311 - the same desk for everybody
    found = []
    for number, file in enumerate(files):
        at = desk.now() - HOURS * 3600 * (len(files) - number) / len(files)
        plain = _as_of(json.loads(gzip.decompress(file.read_bytes())), at - 40)
        of = whose[number % len(whose)] if number < len(files) - UNVERIFIED else None
        raw = canonical.dumps({**plain, "case": None if of is None else of.case})
        id_, packed = bytes.fromhex(plain["id"].replace("-", "")), gzip.compress(raw, mtime=0)
        tenant, customer = whose[0].tenant, None if of is None else of.customer
        sealed = desk.vault.seal_report(tenant, customer, id_, at, packed)
        incoming = Incoming(id_, sha256(raw).digest(), False, sealed, Encoding.GZIP, len(raw), tenant, at)
        found.append(incoming if of is None else incoming._replace(ticket=of.ticket, customer=customer, case=of.case))
    return found


def _as_of(plain: dict[str, Any], started: float) -> dict[str, Any]:
    """The same run, made at another time: a report of its own."""
    new = uuid7()
    moment = f"{round(started * 1000):012x}"
    new = f"{moment[:8]}-{moment[8:]}-{new[14:]}"
    d = plain["diagnosis"]
    code = d["fault"] or next(iter(d["suspects"]), None)
    finding = next((f for f in d["findings"] if f["fault"] == code), None)
    number, grade = (BY_CODE[code].number, finding["grade"]) if code and finding else (0, None)
    spoken = encode(d["verdict"], number, grade, d["segments"], new)
    return {**plain, "id": new, "started": when(started), "spoken_code": spoken}
