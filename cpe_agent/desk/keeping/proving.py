"""Accepted is stored and can be read: erasures are finished first, and then every report is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.desk.archive.reconcile import Reconciled, reconcile
from cpe_agent.desk.ingest.body import unpack
from cpe_agent.desk.keeping.erasing import Finished, finish

if TYPE_CHECKING:
    from cpe_agent.desk.archive import Row
    from cpe_agent.desk.desk import Desk


class Proven(NamedTuple):
    """``chains``: tenants whose audit does not hold, with the first row that does not fit."""

    finished: Finished
    reports: Reconciled
    chains: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return self.reports.whole and not self.chains


def prove(desk: Desk) -> Proven:
    """Beside a running desk: what comes in after it began is not looked at."""

    def opened(row: Row, body: bytes) -> bytes:
        return unpack(desk.vault.open_report(row.tenant, row.id, body), row.encoding, desk.settings.most_raw)

    return Proven(finish(desk), reconcile(desk.archive, opened), _broken_chains(desk))


def _broken_chains(desk: Desk) -> tuple[str, ...]:
    from sqlalchemy import select

    from cpe_agent.desk.records.tables import tenant

    found = []
    with desk.records.read() as connection:
        for number, name in connection.execute(select(tenant.c.id, tenant.c.name).order_by(tenant.c.id)).all():
            trouble = desk.people.audit.verify(connection, number)
            if trouble is not None:
                found.append(f"{name}: row {trouble.seq} {trouble.what}")
    return tuple(found)
