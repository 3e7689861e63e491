"""What is sealed opens where it belongs, and nowhere else; what was erased opens never again."""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.desk.vault import ADDED, KEY_LIVES_S, Damaged, Erased, Purpose, Vault, key_of
from cpe_agent.desk.vault.erasures import NAME, Erasures
from cpe_agent.desk.vault.keys import SqliteKeys

NOVEMBER = 1795340000.0  # 2026-11-22
REPORT = bytes(range(16))
BODY = os.urandom(6000)
WRAPPING = bytes(32)


def opened(folder: Path, wrapping: bytes = WRAPPING, clock: Callable[[], float] = time.monotonic) -> Vault:
    folder.mkdir(exist_ok=True)
    return Vault(SqliteKeys(folder / "keys.db"), Erasures(folder / NAME), wrapping, clock)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    made = opened(tmp_path / "desk")
    yield made
    made.close()


@pytest.mark.parametrize("customer", [None, 17])
def test_a_report_comes_out_as_it_went_in(vault: Vault, customer: int | None) -> None:
    sealed = vault.seal_report(1, customer, REPORT, NOVEMBER, BODY)
    assert vault.open_report(1, REPORT, sealed) == BODY
    assert len(sealed) == len(BODY) + ADDED
    assert BODY[:16] not in sealed
    assert sealed != vault.seal_report(1, customer, REPORT, NOVEMBER, BODY)


def test_another_vault_on_the_same_keys_opens_it(tmp_path: Path) -> None:
    first, second = opened(tmp_path / "desk"), opened(tmp_path / "desk")
    assert second.open_report(1, REPORT, first.seal_report(1, 5, REPORT, NOVEMBER, BODY)) == BODY
    assert key_of(first.seal_report(1, 6, REPORT, NOVEMBER, b"")) == key_of(
        second.seal_report(1, 6, REPORT, NOVEMBER, b"")
    )
    first.close()
    second.close()


def test_it_opens_in_its_own_place_only(vault: Vault) -> None:
    sealed = vault.seal_report(1, 17, REPORT, NOVEMBER, BODY)
    for tenant, report in ((2, REPORT), (1, bytes(16))):
        with pytest.raises(Damaged):
            vault.open_report(tenant, report, sealed)
    telephone = vault.seal_value(1, 17, Purpose.TELEPHONE, "+972541234567")
    assert vault.open_value(1, 17, Purpose.TELEPHONE, telephone) == "+972541234567"
    for tenant, customer, purpose in ((2, 17, Purpose.TELEPHONE), (1, 18, Purpose.TELEPHONE), (1, 17, Purpose.NUMBER)):
        with pytest.raises(Damaged):
            vault.open_value(tenant, customer, purpose, telephone)


def test_no_byte_of_it_can_be_changed(vault: Vault) -> None:
    sealed = vault.seal_report(1, 17, REPORT, NOVEMBER, bytes(61))
    assert len(sealed) == 61 + ADDED
    for at in range(len(sealed)):
        for flip in (1, 0x80, 0xFF):
            changed = bytearray(sealed)
            changed[at] ^= flip
            with pytest.raises(Damaged):
                vault.open_report(1, REPORT, bytes(changed))


@pytest.mark.parametrize("garbage", [b"", b"\x01", b"\x02" + bytes(80), random.Random(44).randbytes(44), bytes(45)])
def test_garbage_is_called_damaged(vault: Vault, garbage: bytes) -> None:
    with pytest.raises(Damaged):
        vault.open_report(1, REPORT, garbage)


def test_another_secret_opens_nothing_and_seals_nothing(tmp_path: Path) -> None:
    vault = opened(tmp_path / "desk")
    sealed = vault.seal_report(1, 17, REPORT, NOVEMBER, BODY)
    vault.close()
    stranger = opened(tmp_path / "desk", bytes(31) + b"\x01")
    with pytest.raises(Damaged, match="secret"):
        stranger.open_report(1, REPORT, sealed)
    with pytest.raises(Damaged, match="secret"):
        stranger.seal_report(1, 17, REPORT, NOVEMBER, BODY)
    stranger.close()


def test_keys_are_wrapped_and_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    vault = opened(tmp_path / "desk")
    vault.prepare(1, 17)
    files = [file for file in (tmp_path / "desk").iterdir() if file.stat().st_size]
    assert files
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    vault.close()


def test_an_erased_customer_is_unreadable_and_the_others_are_not(vault: Vault) -> None:
    his, hers = (vault.seal_report(1, customer, REPORT, NOVEMBER, BODY) for customer in (17, 18))
    assert not vault.erased(his)
    assert vault.erase_customer(1, 17, NOVEMBER)
    assert not vault.erase_customer(1, 17, NOVEMBER), "there is no key any more"
    assert vault.erased(his)
    assert not vault.erased(hers)
    with pytest.raises(Erased):
        vault.open_report(1, REPORT, his)
    assert vault.open_report(1, REPORT, hers) == BODY


def test_a_row_number_given_out_again_is_another_customer(vault: Vault) -> None:
    his = vault.seal_report(1, 17, REPORT, NOVEMBER, BODY)
    vault.erase_customer(1, 17, NOVEMBER)
    hers = vault.seal_report(1, 17, REPORT, NOVEMBER, BODY)
    assert vault.open_report(1, REPORT, hers) == BODY
    with pytest.raises(Erased):
        vault.open_report(1, REPORT, his)


def test_a_destroyed_key_is_in_no_file_any_more(tmp_path: Path) -> None:
    vault = opened(tmp_path / "desk")
    keys = SqliteKeys(tmp_path / "desk" / "keys.db")
    vault.prepare(1, 17)
    row = keys.of(1, "customer-17")
    assert row is not None

    def found() -> bool:
        return any(row.wrapped in file.read_bytes() for file in (tmp_path / "desk").iterdir())

    assert found()
    vault.erase_customer(1, 17, NOVEMBER)
    assert not found()
    keys.close()
    vault.close()


def test_a_single_report_of_a_month(vault: Vault) -> None:
    other = bytes(15) + b"\x07"
    one, two = (vault.seal_report(1, None, report, NOVEMBER, BODY) for report in (REPORT, other))
    vault.erase_reports(1, [REPORT], NOVEMBER)
    with pytest.raises(Erased):
        vault.open_report(1, REPORT, one)
    assert vault.open_report(1, other, two) == BODY
    same_id_elsewhere = vault.seal_report(2, None, REPORT, NOVEMBER, BODY)
    assert vault.open_report(2, REPORT, same_id_elsewhere) == BODY


def test_the_keys_of_old_months_end(vault: Vault) -> None:
    day = 86400.0
    old, new = (vault.seal_report(1, None, REPORT, at, BODY) for at in (NOVEMBER - 90 * day, NOVEMBER))
    his = vault.seal_report(1, 17, REPORT, NOVEMBER - 90 * day, BODY)
    assert vault.erase_months(NOVEMBER, NOVEMBER) == 1
    assert vault.erase_months(NOVEMBER, NOVEMBER) == 0
    with pytest.raises(Erased):
        vault.open_report(1, REPORT, old)
    assert vault.open_report(1, REPORT, new) == vault.open_report(1, REPORT, his) == BODY


def test_what_another_process_erased_seals_no_longer_than_a_minute(tmp_path: Path) -> None:
    now = 0.0
    desk, command = opened(tmp_path / "desk", clock=lambda: now), opened(tmp_path / "desk")
    before = desk.seal_report(1, 17, REPORT, NOVEMBER, BODY)
    assert desk.at_hand(1, 17, NOVEMBER)
    command.erase_customer(1, 17, NOVEMBER)
    with pytest.raises(Erased):
        desk.open_report(1, REPORT, before)
    now = KEY_LIVES_S
    assert not desk.at_hand(1, 17, NOVEMBER)
    assert desk.open_report(1, REPORT, desk.seal_report(1, 17, REPORT, NOVEMBER, BODY)) == BODY
    desk.close()
    command.close()


class TestRestoring:
    """Copies of the data and of the keys come back at different ages."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        vault = opened(tmp_path / "desk")
        self.his = vault.seal_report(1, 17, REPORT, NOVEMBER, BODY)  # stands for the data's backup
        self.hers = vault.seal_report(1, 18, REPORT, NOVEMBER, BODY)
        self.loose = vault.seal_report(1, None, REPORT, NOVEMBER, BODY)
        vault.close()
        shutil.copytree(tmp_path / "desk", tmp_path / "backup")
        vault = opened(tmp_path / "desk")
        vault.erase_customer(1, 17, NOVEMBER)
        vault.erase_reports(1, [REPORT], NOVEMBER)
        vault.close()
        return tmp_path / "desk"

    def all_erased(self, folder: Path) -> None:
        vault = opened(folder)
        for sealed in (self.his, self.loose):
            with pytest.raises(Erased):
                vault.open_report(1, REPORT, sealed)
        vault.close()

    def test_old_data_with_the_keys_of_today(self, folder: Path) -> None:
        self.all_erased(folder)

    def test_old_keys_beside_the_list_of_today(self, folder: Path) -> None:
        shutil.copy(folder.parent / "backup" / "keys.db", folder / "keys.db")
        self.all_erased(folder)
        keys = SqliteKeys(folder / "keys.db")
        assert keys.of(1, "customer-17") is None, "destroyed once more"
        keys.close()

    def test_a_lost_list_is_written_anew_from_the_keys(self, folder: Path) -> None:
        (folder / NAME).unlink()
        self.all_erased(folder)
        assert len(Erasures(folder / NAME).read()) == 2

    def test_everything_old_is_readable_again_which_is_why_the_list_is_kept_apart(self, folder: Path) -> None:
        vault = opened(folder.parent / "backup")
        assert vault.open_report(1, REPORT, self.his) == BODY
        vault.close()
        shutil.copy(folder / NAME, folder.parent / "backup" / NAME)
        self.all_erased(folder.parent / "backup")

    def test_a_power_cut_between_the_list_and_the_keys(self, folder: Path) -> None:
        vault = opened(folder)
        sealed = vault.seal_report(1, 18, REPORT, NOVEMBER, BODY)
        vault.close()
        Erasures(folder / NAME).add({key_of(sealed): NOVEMBER})
        vault = opened(folder)
        with pytest.raises(Erased):
            vault.open_report(2, REPORT, sealed)
        vault.close()


class TestTheList:
    def test_a_torn_line_is_passed_over_and_the_next_one_stands_alone(self, tmp_path: Path) -> None:
        listed = Erasures(tmp_path / NAME)
        listed.add({b"a" * 16: 1.0})
        with listed.file.open("ab") as file:
            file.write(b"62626262")
        assert listed.read() == {b"a" * 16: 1.0}
        listed.add({b"c" * 16: 2.0})
        assert listed.read() == {b"a" * 16: 1.0, b"c" * 16: 2.0}

    @given(garbage=st.binary(max_size=200))
    def test_garbage_in_it_harms_nothing(self, tmp_path_factory: pytest.TempPathFactory, garbage: bytes) -> None:
        listed = Erasures(tmp_path_factory.mktemp("list") / NAME)
        listed.file.write_bytes(garbage)
        listed.add({b"c" * 16: 2.0})
        assert listed.read()[b"c" * 16] == 2.0


def test_many_threads_agree_on_one_key(tmp_path: Path) -> None:
    vaults = [opened(tmp_path / "desk") for _ in range(4)]
    sealed: list[bytes] = []
    start = threading.Barrier(8)

    def work(vault: Vault) -> None:
        start.wait()
        sealed.extend(vault.seal_report(1, customer, REPORT, NOVEMBER, BODY) for customer in range(20))

    threads = [threading.Thread(target=work, args=(vaults[i % 4],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sealed) == 160
    assert len({key_of(one) for one in sealed}) == 20
    assert all(vaults[0].open_report(1, REPORT, one) == BODY for one in sealed)
    for vault in vaults:
        vault.close()


def test_no_more_keys_than_fit_are_at_hand(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpe_agent.desk.vault.MOST_KEYS", 3)
    sealed = [vault.seal_report(1, customer, REPORT, NOVEMBER, BODY) for customer in range(5)]
    assert [vault.at_hand(1, customer, NOVEMBER) for customer in range(5)] == [False, False, True, True, True]
    assert all(vault.open_report(1, REPORT, one) == BODY for one in sealed)
