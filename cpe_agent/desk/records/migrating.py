"""Moves the records from one migration to another, by Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlalchemy import text

if TYPE_CHECKING:
    from cpe_agent.desk.records.store import Records

FOLDER = Path(__file__).parent / "migrations"


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return found


def move(records: Records, to: str) -> None:
    """``to``: up to ``head``, or down to a revision or ``base``. All of it happens, or nothing. Raises Newer when the
    database is at a migration that this version does not know."""
    from alembic.script import ScriptDirectory

    from cpe_agent.desk.records.store import Newer

    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    at = records.version()
    if at not in known | {None}:
        raise Newer(f"the database is at {at}, which this version does not know; a newer one made it")
    with records.engine.connect() as connection:
        if records.sqlite:
            # A table is changed by making it anew and dropping the old one: with foreign keys on, SQLite would empty
            # what points to it. The pragma does nothing inside a transaction.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        try:
            writer = connection.execution_options(writes=True)
            with writer.begin():
                settled = config()
                settled.attributes["connection"] = writer
                (command.upgrade if to == "head" else command.downgrade)(settled, to)
                if records.sqlite and writer.execute(text("PRAGMA foreign_key_check")).first():
                    raise RuntimeError("the migration left rows that point to nothing")
        finally:
            connection.invalidate()  # the pragma must not go back into the pool
