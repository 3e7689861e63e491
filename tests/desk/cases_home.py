"""A desk's records with two companies and some of their people, for the tests of cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import insert

from cpe_agent.desk.cases.store import Cases
from cpe_agent.desk.people.roles import MAY, Person, Role
from cpe_agent.desk.records.store import Records, records_url
from cpe_agent.desk.records.tables import person, tenant
from tests.desk.conftest import Database

NOW = 1_800_000_000.0


class Home(NamedTuple):
    records: Records
    cases: Cases
    dana: Person  # a representative
    omar: Person  # another
    senior: Person
    technician: Person
    stranger: Person  # a representative of the other company


@contextmanager
def home_on(database: Database) -> Iterator[Home]:
    database.folder.mkdir(parents=True, exist_ok=True)
    records = Records(records_url(database.folder, database.url))
    records.migrate()
    try:
        with records.write() as connection:
            for name in ("one", "two"):
                connection.execute(insert(tenant).values(name=name, region="IL", created=NOW))
        yield Home(
            records,
            Cases(records),
            _person(records, 1, "Dana", Role.REPRESENTATIVE),
            _person(records, 1, "Omar", Role.REPRESENTATIVE),
            _person(records, 1, "Sara", Role.SENIOR),
            _person(records, 1, "Tomer", Role.TECHNICIAN),
            _person(records, 2, "Xenia", Role.REPRESENTATIVE),
        )
    finally:
        records.close()


def _person(records: Records, of: int, name: str, role: Role) -> Person:
    row = {"tenant": of, "name": name.lower(), "shown": name, "role": role.value, "language": "en", "created": NOW}
    with records.write() as connection:
        number = connection.execute(insert(person).values(row).returning(person.c.id)).scalar_one()
    return Person(number, of, name, role, "en", MAY[role])
