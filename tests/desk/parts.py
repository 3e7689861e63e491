"""The desk's storing parts, opened without its server, and reports to put into them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import insert

from cpe_agent.case_code import with_check
from cpe_agent.desk.archive import Encoding, Incoming, Judged, Row
from cpe_agent.desk.desk import open_desk
from cpe_agent.desk.judging import number_of
from cpe_agent.desk.people.names import folded
from cpe_agent.desk.people.roles import MAY, Person, Role
from cpe_agent.desk.people.tenants import add_tenant, tenant_named
from cpe_agent.desk.records.tables import case_, person
from cpe_agent.desk.vault.keys import FILE, Keys, SqliteKeys
from cpe_agent.report import uuid7

if TYPE_CHECKING:
    from tests.desk.conftest import Database

NOW = 1795340000.0  # 2026-11-22


def open_keys(database: Database) -> Keys:
    if database.url is None:
        database.folder.mkdir(exist_ok=True, parents=True)
        return SqliteKeys(database.folder / FILE)
    from cpe_agent.desk.vault.keys_postgres import PostgresKeys

    return PostgresKeys(database.url)


class Parts:
    """Two tenants, ``here`` and ``there``, and a person of every role in the first."""

    def __init__(self, database: Database) -> None:
        self.now = NOW
        self.desk = open_desk(database.settings, lambda: self.now)
        self.archive, self.records, self.vault = self.desk.archive, self.desk.records, self.desk.vault
        self.customers, self.locator, self.audit = self.desk.customers, self.desk.locator, self.desk.people.audit
        self.finder = self.desk.finder
        with self.records.write() as connection:
            self.here, self.there = (
                tenant_named(connection, name) or add_tenant(connection, self.audit, NOW, name, region)
                for name, region in (("here", "IL"), ("there", "GB"))
            )

    def close(self) -> None:
        self.desk.close()

    def person(self, role: Role = Role.REPRESENTATIVE, tenant: int | None = None, number: int = 1) -> Person:
        return Person(number, tenant or self.here, "Dana", role, "en", MAY[role])

    def row_of_person(self, tenant: int) -> int:
        values = {"tenant": tenant, "name": f"dana{tenant}", "shown": "Dana", "role": "senior", "language": "en"}
        with self.records.write() as connection:
            asked = insert(person).values(**values, created=NOW).returning(person.c.id)
            return int(connection.execute(asked).scalar_one())

    def case(self, tenant: int, seven: str, name: str | None = None, customer: int | None = None) -> str:
        code = with_check(seven)
        values = {"tenant": tenant, "code": code, "name": name, "folded": folded(name) if name else None}
        with self.records.write() as connection:
            connection.execute(insert(case_).values(**values, customer=customer, opened=NOW))
        return code

    def report(
        self,
        tenant: int,
        *,
        body: bytes = b"{}",
        report_id: str | None = None,
        customer: int | None = None,
        case: str | None = None,
        received: float | None = None,
        judged: Judged | None = None,
        receipt: str | None = None,
    ) -> Row:
        """One report, stored, sealed, and judged when ``judged`` or ``receipt`` says how."""
        number = bytes.fromhex((report_id or uuid7()).replace("-", ""))
        at = self.now if received is None else received
        sealed = self.vault.seal_report(tenant, customer, number, at, gzip.compress(body, mtime=0))
        incoming = Incoming(
            number, hashlib.sha256(body).digest(), False, sealed, Encoding.GZIP, len(body), tenant, at,
            customer=customer, case=case,
        )  # fmt: skip
        [accepted] = self.archive.commit([incoming])
        if receipt is not None:
            judged = (judged or Judged(0, verdict="healthy"))._replace(receipt=number_of(receipt))
        if judged is not None:
            self.archive.put_judged([judged._replace(seq=accepted.seq, agrees=True)])
        row = self.archive.by_seq(tenant, accepted.seq)
        assert row is not None
        return row


@contextmanager
def opened(database: Database) -> Iterator[Parts]:
    parts = Parts(database)
    try:
        yield parts
    finally:
        parts.close()
