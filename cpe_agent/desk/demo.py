"""A desk to try: the reports of twenty homes that were broken on purpose in the project's lab, as if they had come in
during the last hours, and somebody to sign in as."""

from __future__ import annotations

import gzip
import json
import random
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Any

from cpe_agent import canonical
from cpe_agent.deliver.spoken_code import encode
from cpe_agent.desk.archive import Encoding, Incoming
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.people import accounts
from cpe_agent.desk.people.roles import Role
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.report import uuid7
from cpe_agent.steps import when

FOLDER = Path(__file__).parent / "demo_reports"
NAME = "demo"
HOURS = 5


def fill(desk: Desk) -> tuple[str, str] | None:
    """Puts the reports in and gives the name and the password of a senior; None where something is already."""
    tenant = desk.nobody
    if desk.archive.newest(tenant, limit=1).rows:
        return None
    desk.archive.commit(list(_reports(desk, tenant)))
    while desk.judging.round():
        pass
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    with desk.records.write() as connection:
        hashed = desk.people.passwords.hash(password)
        accounts.add_person(connection, desk.now(), tenant, NAME, Role.SENIOR, "en", hashed)
    return NAME, password


def _reports(desk: Desk, tenant: int) -> list[Incoming]:
    files = sorted(FOLDER.glob("*.json.gz"))
    order = random.Random(20)  # noqa: S311 - the same desk for everybody
    order.shuffle(files)
    found = []
    for number, file in enumerate(files):
        at = desk.now() - HOURS * 3600 * (len(files) - number) / len(files)
        plain = _as_of(json.loads(gzip.decompress(file.read_bytes())), at - 40)
        raw = canonical.dumps(plain)
        id_, packed = bytes.fromhex(plain["id"].replace("-", "")), gzip.compress(raw, mtime=0)
        sealed = desk.vault.seal_report(tenant, None, id_, at, packed)
        found.append(Incoming(id_, sha256(raw).digest(), False, sealed, Encoding.GZIP, len(raw), tenant, at))
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
