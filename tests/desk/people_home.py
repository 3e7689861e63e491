"""A desk with people of every role in two companies, on either database, and a real server on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import httpx
import uvicorn
from argon2 import PasswordHasher
from litestar import Litestar

from cpe_agent.desk.app import asked, build
from cpe_agent.desk.archive.sqlite import SqliteArchive
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.people import accounts, tokens
from cpe_agent.desk.people.accounts import Account
from cpe_agent.desk.people.people import People
from cpe_agent.desk.people.roles import PEOPLE, Role
from cpe_agent.desk.people.sessions import PLAIN_COOKIE
from cpe_agent.desk.people.tenants import add_tenant
from cpe_agent.desk.records.store import Records, records_url
from cpe_agent.desk.secret import Secret
from cpe_agent.desk.vault import Vault
from cpe_agent.desk.vault.erasures import NAME, Erasures
from cpe_agent.desk.vault.keys import FILE, SqliteKeys
from tests.desk.conftest import Database

NOW = 1_795_340_000.0  # 2026-11-22
SECRET = Secret(bytes(range(32)))
PASSWORD = "four words in a row"


class Home:
    """``now`` is the desk's clock: the test moves it. ``one`` and ``two``: the companies' rows. ``people``: the part
    under test. ``person[tenant, role]``: somebody of each."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        database.folder.mkdir(parents=True, exist_ok=True)
        self.records = Records(records_url(database.folder, database.url))
        self.records.migrate()
        self.people = quick(People(self.records, SECRET, lambda: self.now))
        self.person: dict[tuple[int, Role], Account] = {}
        with self.records.write() as connection:
            self.one, self.two = (add_tenant(connection, self.people.audit, NOW, name) for name in ("one", "two"))
            for tenant in (self.one, self.two):
                for role in PEOPLE:
                    name = f"{role} {tenant}"
                    self.person[tenant, role] = accounts.add_person(connection, NOW, tenant, name, role, "en", None)

    def give_password(self, role: Role = Role.REPRESENTATIVE) -> Account:
        """To somebody of the first company: PASSWORD."""
        whose = self.person[self.one, role]
        hashed = self.people.passwords.hash(PASSWORD)
        with self.records.write() as connection:
            accounts.set_password(connection, whose.id, hashed)
        return whose._replace(password=hashed)

    def audited(self, tenant: int | None = None) -> list[tuple[str, str, str]]:
        """Who, what and about whom, oldest first."""
        with self.records.read() as connection:
            rows = self.people.audit.page(connection, tenant or self.one, limit=1000)
        return [(row.who, row.what, row.subject) for row in reversed(rows)]

    def close(self) -> None:
        self.records.close()


def quick(people: People) -> People:
    """argon2 with its smallest settings: the same work, a thousandth of the time. test_people_passwords has the real
    ones."""
    people.passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return people


@contextmanager
def home_on(database: Database) -> Iterator[Home]:
    home = Home(database)
    try:
        yield home
    finally:
        home.close()


class Served:
    """The whole application on a port of loopback."""

    def __init__(self, home: Home, **settings: Any) -> None:
        self.home = home
        folder = home.database.folder
        vault = Vault(SqliteKeys(folder / FILE), Erasures(folder / NAME), SECRET.key("vault"))
        self.desk = Desk(
            home.database.settings._replace(**settings), SECRET, home.records, SqliteArchive(folder), vault,
            lambda: home.now,
        )  # fmt: skip
        home.people = quick(self.desk.people)
        config = uvicorn.Config(
            build(self.desk), port=0, log_level="error", access_log=False, lifespan="on", server_header=False,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    @cached_property
    def app(self) -> Litestar:
        """The same once more, to be looked at."""
        return asked(self.desk)

    def client(self, whose: Account | None = None, **headers: str) -> httpx.Client:
        """A browser of this person's, logged in; of nobody's without one. Its forms come from the desk's own pages."""
        found = httpx.Client(
            base_url=self.url, trust_env=False, verify=False, timeout=30,
            headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin", **headers},
        )  # fmt: skip
        if whose is not None:
            found.cookies.set(PLAIN_COOKIE, self.home.people.admit(whose, "password"))
            found.headers["x-form"] = self.form_word(found)
        return found

    def form_word(self, client: httpx.Client) -> str:
        session = self.home.people.session(client.cookies[PLAIN_COOKIE])
        assert session is not None
        return self.home.people.form_word(session)

    def program(self, tenant: int) -> httpx.Client:
        """A program with an API token of all that an integration may."""
        with self.home.records.write() as connection:
            _, word = tokens.add(connection, self.home.now, tenant, "ticket system")
        return httpx.Client(
            base_url=self.url, trust_env=False, verify=False, timeout=30,
            headers={"Accept": "application/json", "Authorization": f"Bearer {word}"},
        )  # fmt: skip

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(30)


@contextmanager
def served(home: Home, **settings: Any) -> Iterator[Served]:
    server = Served(home, **settings)
    try:
        yield server
    finally:
        server.close()
