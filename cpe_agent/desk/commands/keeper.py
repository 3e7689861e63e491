"""The whole desk, for a command that works on its data while it may be running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_agent.commands.stop import CANNOT_RUN, Stop
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
