"""The same of a desk on PostgreSQL: ``pg_dump``, which sees one state of the database.

A password in the database's URL would stand in the list of processes, so such a URL is not handed on: it belongs into
``~/.pgpass``, where ``pg_dump`` finds it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from cpe_agent.desk.keeping.backup import CannotBackUp
from cpe_agent.desk.vault.keys_postgres import SCHEMA
from cpe_agent.host.program import run

DUMP = "desk.dump"
_A_DAY_S = 86400.0


def dump_data(url: str, folder: Path) -> None:
    _dump(url, folder, f"--exclude-schema={SCHEMA}")


def dump_keys(url: str, folder: Path) -> None:
    _dump(url, folder, f"--schema={SCHEMA}")


def _dump(url: str, folder: Path, what: str) -> None:
    parsed = make_url(url)
    open_to_all = parsed._replace(password=None).difference_update_query(["password"])
    # libpq's own words again, whichever driver the URL named.
    place = open_to_all.set(drivername="postgresql").render_as_string()
    arguments = ("--format=custom", "--no-password", what, f"--file={folder / DUMP}", f"--dbname={place}")
    by_hand = f"pg_dump --format=custom {what} --file={DUMP} '{place}'"
    if parsed.password is not None or "password" in parsed.query:
        raise CannotBackUp(f"put the database's password into ~/.pgpass and leave it out of the URL, or run: {by_hand}")
    ran = run("pg_dump", *arguments, timeout_s=_A_DAY_S)
    if ran is None:
        raise CannotBackUp(f"pg_dump is not here; install the PostgreSQL client, or run elsewhere: {by_hand}")
    if ran.status != 0:
        raise CannotBackUp(f"pg_dump ended with status {ran.status}; to see why, run: {by_hand}")
