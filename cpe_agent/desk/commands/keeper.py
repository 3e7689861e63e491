"""The whole desk, for a command that works on its data while it may be running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_agent.commands.stop import CANNOT_RUN, USAGE, Stop
from cpe_agent.desk.commands.opened import people_at
from cpe_agent.desk.commands.options import settings_of

if TYPE_CHECKING:
    from cpe_agent.desk.desk import Desk


@contextmanager
def desk_at(data: Path | None, database: str | None) -> Iterator[Desk]:
    """Raises Stop where there is no desk, or its data cannot be used."""
    import sqlite3

    import psycopg

    from cpe_agent.desk.archive import Unavailable
    from cpe_agent.desk.desk import open_desk

    with people_at(data, database):  # says what is amiss before anything is made
        try:
            desk = open_desk(settings_of(data, database))
            try:
                yield desk
            finally:
                desk.close()
        except (Unavailable, sqlite3.Error, psycopg.Error) as error:
            raise Stop(f"the desk's data cannot be used: {' '.join(str(error).split())}", CANNOT_RUN) from None


def customer_named(desk: Desk, tenant: int, typed: str) -> int:
    """A customer by his telephone or customer number as somebody types it, or ``customer:17``. Raises Stop."""
    from cpe_agent.desk.finding.readings import customer_number
    from cpe_agent.desk.telephone import telephone

    kind, _, number = typed.partition(":")
    if kind == "customer" and number.isdecimal():
        mine = {int(number)} if desk.customers.get(tenant, int(number)) is not None else set()
        return _only(mine)
    found = desk.customers.with_number(tenant, customer_number(typed) or "")
    e164 = telephone(typed, desk.customers.region(tenant))
    mine = {one.id for one in ([found] if found else [])}
    mine |= {one.id for one in (desk.customers.with_telephone(tenant, e164) if e164 else ())}
    return _only(mine)


def _only(mine: set[int]) -> int:
    if not mine:
        raise Stop("there is no such customer", USAGE)
    if len(mine) > 1:
        listed = ", ".join(f"customer:{one}" for one in sorted(mine))
        raise Stop(f"several customers have that number: {listed}", USAGE)
    return mine.pop()
