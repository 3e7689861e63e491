"""Customers: who they are is sealed, and found by keyed hashes of it.

A telephone number is kept as the HMAC-SHA-256 of its E.164 form, under a key of the tenant's, and as a sealed value;
a customer number likewise. A stolen database holds neither; two tenants' hashes of one number differ.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import insert, select, update

from cpe_agent.desk.finding.readings import customer_number
from cpe_agent.desk.records.tables import customer as table
from cpe_agent.desk.records.tables import tenant as tenants
from cpe_agent.desk.telephone import masked, telephone
from cpe_agent.desk.typed import clean
from cpe_agent.desk.vault import Closed, Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from cpe_agent.desk.records.store import Records
    from cpe_agent.desk.secret import Secret

REGION = "IL"  # where a tenant that nobody named is taken to be
MOST_FOUND = 20
LONGEST_NAME = 80


class BadValue(ValueError):
    """``what``: ``telephone`` or ``number``. What was typed can be none."""

    def __init__(self, what: str) -> None:
        super().__init__(f"this is no {what}")
        self.what = what


class Customer(NamedTuple):
    """``erased``: when everything personal was destroyed; None while it is there."""

    id: int
    tenant: int
    language: str | None
    created: float
    erased: float | None


class Personal(NamedTuple):
    """``unreadable``: something is there and does not open (its key is missing, or was destroyed)."""

    telephone: str | None = None
    number: str | None = None
    name: str | None = None
    unreadable: bool = False


class Customers:
    def __init__(self, records: Records, vault: Vault, secret: Secret, now: Callable[[], float]) -> None:
        self._records = records
        self._vault = vault
        self._now = now
        self._key = lru_cache(maxsize=256)(secret.key)

    # ---------------------------------------------------------------- finding

    def region(self, tenant: int) -> str:
        """The country whose telephone numbers this tenant's people type."""
        with self._records.read() as connection:
            found: str | None = connection.execute(select(tenants.c.region).where(tenants.c.id == tenant)).scalar()
        return found or REGION

    def get(self, tenant: int, customer: int) -> Customer | None:
        found = self._found(tenant, table.c.id == customer)
        return found[0] if found else None

    def with_telephone(self, tenant: int, e164: str) -> list[Customer]:
        """Whoever has this number, newest first: a household may be several customers. ``e164``: ``telephone(...)``."""
        return self._found(tenant, table.c.phone_hash == self._hash(tenant, Purpose.TELEPHONE, e164))

    def with_number(self, tenant: int, number: str) -> Customer | None:
        """``number``: ``customer_number(...)``."""
        found = self._found(tenant, table.c.number_hash == self._hash(tenant, Purpose.NUMBER, number))
        return found[0] if found else None

    def _found(self, tenant: int, condition: Any) -> list[Customer]:
        asked = (
            select(table.c.id, table.c.tenant, table.c.language, table.c.created, table.c.erased)
            .where(table.c.tenant == tenant, condition)
            .order_by(table.c.id.desc())
            .limit(MOST_FOUND)
        )
        with self._records.read() as connection:
            return [Customer(*row) for row in connection.execute(asked)]

    # --------------------------------------------------------------- changing

    def known(
        self,
        tenant: int,
        *,
        number: str | None = None,
        telephone: str | None = None,
        name: str | None = None,
        language: str | None = None,
    ) -> int:
        """The customer of this number or, without one, of this telephone; a new one when there is none. What else is
        given is written down. Everything as it was typed. Raises ``BadValue``."""
        values = self._values(tenant, number, telephone, name)
        with self._records.write() as connection:
            # One at a time: the same customer is not made twice by two who write at once.
            connection.execute(select(tenants.c.id).where(tenants.c.id == tenant).with_for_update()).scalar_one()
            customer = self._known(connection, tenant, values)
            if customer is None:
                columns = {"tenant": tenant, "created": self._now(), **self._hashes(tenant, values)}
                customer = int(connection.execute(insert(table).values(columns).returning(table.c.id)).scalar_one())
            self._write(connection, tenant, customer, values, language)
        return customer

    def change(self, tenant: int, customer: int, *, telephone: str | None = None, name: str | None = None) -> bool:
        """False: no such customer, or an erased one. Raises ``BadValue``."""
        values = self._values(tenant, None, telephone, name)
        with self._records.write() as connection:
            there = select(table.c.id).where(table.c.tenant == tenant, table.c.id == customer, table.c.erased.is_(None))
            if connection.execute(there).scalar() is None:
                return False
            self._write(connection, tenant, customer, values, None)
        return True

    def _values(self, tenant: int, number: str | None, phone: str | None, name: str | None) -> dict[Purpose, str]:
        values: dict[Purpose, str] = {}
        if number is not None:
            values[Purpose.NUMBER] = customer_number(number) or _bad("number")
        if phone is not None:
            values[Purpose.TELEPHONE] = telephone(phone, self.region(tenant)) or _bad("telephone")
        if name is not None and (name := clean(name)[:LONGEST_NAME]):
            values[Purpose.NAME] = name
        return values

    def _known(self, connection: Connection, tenant: int, values: dict[Purpose, str]) -> int | None:
        hashes = self._hashes(tenant, values)
        column = next((c for c in ("number_hash", "phone_hash") if c in hashes), None)
        if column is None:
            return None
        asked = select(table.c.id).where(table.c.tenant == tenant, table.c[column] == hashes[column])
        found: int | None = connection.execute(asked.order_by(table.c.id.desc()).limit(1)).scalar()
        return found

    def _write(
        self, connection: Connection, tenant: int, customer: int, values: dict[Purpose, str], language: str | None
    ) -> None:
        self._vault.prepare(tenant, customer)
        columns: dict[str, Any] = dict(self._hashes(tenant, values))
        for purpose, value in values.items():
            columns[_COLUMNS[purpose] + "_sealed"] = self._vault.seal_value(tenant, customer, purpose, value)
        if language is not None:
            columns["language"] = language
        if columns:
            connection.execute(update(table).where(table.c.id == customer).values(columns))

    def _hashes(self, tenant: int, values: dict[Purpose, str]) -> dict[str, bytes]:
        return {
            _COLUMNS[purpose] + "_hash": self._hash(tenant, purpose, values[purpose])
            for purpose in (Purpose.NUMBER, Purpose.TELEPHONE)
            if purpose in values
        }

    def _hash(self, tenant: int, purpose: Purpose, value: str) -> bytes:
        return hmac.digest(self._key(f"{_COLUMNS[purpose]}:{tenant}"), value.encode(), "sha256")

    # ---------------------------------------------------------------- showing

    def reveal(self, tenant: int, customer: int) -> Personal:
        """The values themselves: whoever asks has a reason, and the audit has it too."""
        columns = [table.c[_COLUMNS[purpose] + "_sealed"] for purpose in _COLUMNS]
        asked = select(*columns).where(table.c.tenant == tenant, table.c.id == customer)
        with self._records.read() as connection:
            row = connection.execute(asked).first()
        values: dict[str, str] = {}
        unreadable = False
        for purpose, sealed in zip(_COLUMNS, row or (), strict=bool(row)):
            if sealed is None:
                continue
            try:
                values[purpose.value] = self._vault.open_value(tenant, customer, purpose, sealed)
            except Closed:
                unreadable = True
        return Personal(**values, unreadable=unreadable)

    def masked(self, tenant: int, customer: int) -> Personal:
        """What a card shows without a reason: enough to ask "does your number end in 67?"."""
        told = self.reveal(tenant, customer)
        phone, number = (None if value is None else masked(value) for value in told[:2])
        return Personal(phone, number, None, told.unreadable)


_COLUMNS = {Purpose.NUMBER: "number", Purpose.TELEPHONE: "phone", Purpose.NAME: "name"}


def _bad(what: str) -> str:
    raise BadValue(what)
