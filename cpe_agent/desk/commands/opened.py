"""The people of a desk, for a command that works on its data while it may be running."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_agent.commands.stop import CANNOT_RUN, USAGE, Stop
from cpe_agent.desk.commands.options import settings_of

if TYPE_CHECKING:
    from cpe_agent.desk.people.managing import By
    from cpe_agent.desk.people.people import People

DAY_S = 86400


@contextmanager
def people_at(data: Path | None, database: str | None) -> Iterator[People]:
    """Raises Stop where there is no desk, or one of another version."""
    from sqlalchemy.exc import DBAPIError

    from cpe_agent.desk.people.people import People
    from cpe_agent.desk.records.store import HEAD, Records, records_url
    from cpe_agent.desk.secret import NAME, VARIABLE, NoSecret, belongs, open_secret

    settings = settings_of(data, database)
    if VARIABLE not in os.environ and not (settings.data / NAME).exists():
        raise Stop(f"no desk has its data in {settings.data}; 'cpe-agent desk serve' makes one", CANNOT_RUN)
    records = Records(records_url(settings.data, settings.database))
    try:
        if records.version() != HEAD:
            raise Stop("the database is of another version; 'cpe-agent desk migrate' changes it", CANNOT_RUN)
        secret = open_secret(settings.data)
        belongs(secret, records)
        yield People(records, secret, time.time)
    except NoSecret as error:
        raise Stop(str(error), CANNOT_RUN) from None
    except DBAPIError as error:
        told = " ".join(str(error.orig).split())
        raise Stop(f"the database cannot be used: {told}", CANNOT_RUN) from None
    finally:
        records.close()


def by_command(people: People, tenant: str | None) -> By:
    """The one at the keyboard, in the tenant that is named, else in the first. Raises Stop."""
    from cpe_agent.desk.people.managing import By
    from cpe_agent.desk.people.names import BadName
    from cpe_agent.desk.people.tenants import first_tenant, tenant_named

    with people.records.write() as connection:
        try:
            found = tenant_named(connection, tenant) if tenant else first_tenant(connection, people.audit, people.now())
        except BadName:
            found = None
    if found is None:
        raise Stop(f"there is no tenant {tenant!r}", USAGE)
    return By(found, f"command:{_user()}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "nobody"
