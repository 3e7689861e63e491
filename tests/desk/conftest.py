"""Each test that asks for a ``database`` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cpe_agent.desk.archive import Archive
from cpe_agent.desk.desk import open_archive
from cpe_agent.desk.ingest import refusal
from cpe_agent.desk.settings import Settings
from tests.desk import postgres

refusal.HELD_S = (0.01, 0.03)  # nobody here comes back because he was not kept waiting


class Database(NamedTuple):
    """``url``: of a new, empty PostgreSQL database; None for SQLite in ``folder`` (new and empty too)."""

    folder: Path
    url: str | None

    @property
    def settings(self) -> Settings:
        return Settings(self.folder, self.url)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    problem = postgres.missing()
    if problem:
        pytest.skip(problem)
    server = postgres.Server()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    folder = tmp_path / "data"
    if request.param == "sqlite":
        yield Database(folder, None)
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    url = server.create()
    yield Database(folder, url)
    server.drop(url)


@pytest.fixture
def archive(database: Database) -> Iterator[Archive]:
    found = open_archive(database.settings)
    yield found
    found.close()
