"""Accepted is stored and can be read: erasures are finished first, and then every report is opened."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.desk.archive.reconcile import Reconciled, reconcile
from cpe_agent.desk.ingest.body import unpack
from cpe_agent.desk.keeping.erasing import finish_customers
from cpe_agent.desk.vault import Erased

if TYPE_CHECKING:
    from cpe_agent.desk.archive import Row
    from cpe_agent.desk.desk import Desk


class Proven(NamedTuple):
    """``customers``, ``contents``: of those who were erased, and there again (a restored copy) or still (a power cut in
    between); they are gone now. ``chains``: tenants whose audit does not hold, with the first row that does not fit."""

    customers: int
    contents: int
    reports: Reconciled
    chains: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return self.reports.whole and not self.chains


def prove(desk: Desk) -> Proven:
    """Beside a running desk: what comes in after it began is not looked at."""
    left: dict[int, list[int]] = defaultdict(list)  # contents that nobody can open any more, by tenant

    def opened(row: Row, body: bytes) -> bytes | None:
        try:
            packed = desk.vault.open_report(row.tenant, row.id, body)
        except Erased:
            left[row.tenant].append(row.seq)
            return None
        return unpack(packed, row.encoding, desk.settings.most_raw)

    customers = finish_customers(desk)
    reports = reconcile(desk.archive, opened)
    contents = sum(desk.archive.erase(tenant, seqs=seqs) for tenant, seqs in left.items())
    return Proven(customers, contents, reports, _broken_chains(desk))


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
