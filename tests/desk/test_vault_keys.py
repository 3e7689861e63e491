"""Both stores of wrapped keys do the same."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import psycopg
import pytest

from cpe_agent.desk.vault import Erased, KeyRow, Vault
from cpe_agent.desk.vault.erasures import NAME, Erasures
from cpe_agent.desk.vault.keys import Keys
from tests.desk.conftest import Database
from tests.desk.parts import NOW, open_keys

REPORT = bytes(range(16))


@pytest.fixture
def keys(database: Database) -> Iterator[Keys]:
    made = open_keys(database)
    yield made
    made.close()


def row(subject: str, tenant: int = 1) -> KeyRow:
    return KeyRow(os.urandom(16), tenant, subject, os.urandom(60))


def test_a_key_is_kept_and_the_first_one_stays(keys: Keys) -> None:
    first = row("customer-17")
    assert keys.of(1, "customer-17") is None
    assert keys.add(first) == first
    assert keys.add(row("customer-17")) == first
    assert keys.of(1, "customer-17") == first
    assert keys.of(2, "customer-17") is None
    assert keys.get(first.id, b"") == (first, False)
    assert keys.get(bytes(16), b"") == (None, False)


def test_what_is_destroyed_is_gone_and_on_the_list(keys: Keys) -> None:
    one, other = keys.add(row("customer-17")), keys.add(row("customer-18"))
    mark = os.urandom(16)
    keys.destroy({one.id: NOW, mark: NOW + 1})
    keys.destroy({one.id: NOW + 2})
    assert keys.get(one.id, b"") == (None, True)
    assert keys.get(other.id, b"") == (other, False)
    assert keys.get(other.id, mark) == (other, True)
    assert keys.erased() == {one.id: NOW, mark: NOW + 1}
    again = keys.add(row("customer-17"))
    assert keys.get(again.id, b"") == (again, False)


def test_old_months_of_all_tenants(keys: Keys) -> None:
    subjects = ["month-2025-12", "month-2026-01", "month-2026-02", "customer-9", "zone"]
    rows = [keys.add(row(subject, tenant)) for subject in subjects for tenant in (1, 2)]
    assert set(keys.months_before("month-2026-02")) == {r.id for r in rows[:4]}
    assert keys.months_before("month-2025-12") == []


def test_one_vault_s_erasure_is_the_other_s(database: Database) -> None:
    database.folder.mkdir(exist_ok=True)
    vaults = [Vault(open_keys(database), Erasures(database.folder / NAME), bytes(32)) for _ in range(2)]
    sealed = vaults[0].seal_report(1, 17, REPORT, NOW, b"body")
    assert vaults[1].open_report(1, REPORT, sealed) == b"body"
    assert vaults[1].erase_customer(1, 17, NOW)
    for vault in vaults:
        with pytest.raises(Erased):
            vault.open_report(1, REPORT, sealed)
        vault.close()


def test_many_at_once_make_one_key(database: Database) -> None:
    stores = [open_keys(database) for _ in range(4)]
    made: set[bytes] = set()
    start = threading.Barrier(8)

    def work(keys: Keys) -> None:
        start.wait()
        for number in range(10):
            made.add(keys.add(row(f"customer-{number}")).id)

    threads = [threading.Thread(target=work, args=(stores[i % 4],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 10
    for keys in stores:
        keys.close()


def test_a_new_connection_where_the_server_closed_the_old_one(postgres_server: object) -> None:
    from tests.desk.postgres import Server

    assert isinstance(postgres_server, Server)
    url = postgres_server.create()
    from cpe_agent.desk.vault.keys_postgres import PostgresKeys

    keys = PostgresKeys(url)
    first = keys.add(row("customer-17"))
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'desk%'")
    assert keys.of(1, "customer-17") == first
    with pytest.raises(psycopg.Error):
        keys.add(KeyRow(os.urandom(16), 1, "no\x00text", b""))
    assert keys.of(1, "customer-17") == first
    keys.close()
    postgres_server.drop(url)
