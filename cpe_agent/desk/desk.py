"""The desk's parts, opened together and closed in the right order."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from cpe_agent.desk.archive import Archive, Row
from cpe_agent.desk.archive.writer import Writer
from cpe_agent.desk.cases.store import Cases
from cpe_agent.desk.customers import Customers
from cpe_agent.desk.finding.lookup import Finder
from cpe_agent.desk.ingest.body import unpack
from cpe_agent.desk.ingest.refusal import Refused
from cpe_agent.desk.judging import Judging
from cpe_agent.desk.live.feed import Feed
from cpe_agent.desk.live.wishes import Wishes
from cpe_agent.desk.locator import Locator
from cpe_agent.desk.people.oidc import read_provider
from cpe_agent.desk.people.passkeys import Passkeys, party_of
from cpe_agent.desk.people.people import People
from cpe_agent.desk.people.tenants import first_tenant
from cpe_agent.desk.records.store import Records, records_url
from cpe_agent.desk.secret import Secret, belongs, open_secret
from cpe_agent.desk.settings import Settings
from cpe_agent.desk.vault import Closed, Vault
from cpe_agent.desk.webhooks.delivering import Deliveries
from cpe_agent.desk.webhooks.sending import Sender

if TYPE_CHECKING:
    from cpe_agent.desk.metrics import Metrics


class Desk:
    """What every handler gets. Use ``open_desk``."""

    def __init__(
        self,
        settings: Settings,
        secret: Secret,
        records: Records,
        archive: Archive,
        vault: Vault,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.secret = secret
        self.records = records
        self.archive = archive
        self.vault = vault
        self.now = now
        self.locator = Locator(secret.key("locator"))
        self.writer = Writer(archive, settings.most_waiting)
        self.people = People(records, secret, now)
        self.provider = read_provider(settings.data)
        party = party_of(settings.address)
        self.passkeys = Passkeys(self.people, party) if party else None
        self.customers = Customers(records, vault, secret, now)
        self.feed = Feed(time.monotonic)
        self.wishes = Wishes(self.feed, time.monotonic)
        self.finder = Finder(archive, records, self.customers, self.people.audit, self.locator, now)
        self.cases = Cases(records)
        self.judging = Judging(archive, self.content)
        listed = settings.webhook_targets
        self.deliveries = Deliveries(records, archive, secret, self.locator.code, Sender(listed), listed, now)

    def content(self, row: Row) -> bytes | None:
        """A report's unpacked bytes as the client sealed them; None when they were purged or erased."""
        sealed = self.archive.body(row)
        if sealed is None:
            return None
        try:
            packed = self.vault.open_report(row.tenant, row.id, sealed)
            return unpack(packed, row.encoding, self.settings.most_raw)
        except (Closed, Refused):
            return None

    @cached_property
    def metrics(self) -> Metrics:
        from cpe_agent.desk.metrics import Metrics

        return Metrics(self)

    @cached_property
    def nobody(self) -> int:
        """The tenant of reports that name no other."""
        with self.records.write() as connection:
            return first_tenant(connection, self.people.audit, self.now())

    def start(self) -> None:
        """Its threads."""
        self.judging.start()
        self.deliveries.start()

    async def drain(self) -> None:
        """What came in is stored; nothing more is taken."""
        await self.writer.close()

    def close(self) -> None:
        self.deliveries.close()
        self.judging.close()
        self.archive.close()
        self.vault.close()
        self.records.close()


def open_desk(settings: Settings, now: Callable[[], float] = time.time) -> Desk:
    """Open, and bring up to date, everything below ``settings.data``. Raises OSError and what its parts raise."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = open_secret(settings.data)
    records = Records(records_url(settings.data, settings.database))
    records.migrate()
    belongs(secret, records)
    return Desk(settings, secret, records, open_archive(settings), open_vault(settings, secret), now)


def open_archive(settings: Settings) -> Archive:
    if settings.database:
        from cpe_agent.desk.archive.postgres import PostgresArchive

        return PostgresArchive(settings.database)
    from cpe_agent.desk.archive.sqlite import SqliteArchive

    return SqliteArchive(settings.data)


def open_vault(settings: Settings, secret: Secret) -> Vault:
    from cpe_agent.desk.vault.erasures import NAME, Erasures
    from cpe_agent.desk.vault.keys import FILE, Keys, SqliteKeys

    keys: Keys
    if settings.database:
        from cpe_agent.desk.vault.keys_postgres import PostgresKeys

        keys = PostgresKeys(settings.database)
    else:
        keys = SqliteKeys(settings.data / FILE)
    return Vault(keys, Erasures(settings.data / NAME), secret.key("vault"))
