"""The desk's secret: made once, kept to its user, never shown."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from cpe_agent.desk.people import hidden
from cpe_agent.desk.records.store import Records
from cpe_agent.desk.secret import NAME, VARIABLE, NoSecret, Secret, belongs, open_secret


def test_it_is_made_once_and_only_its_user_reads_it(tmp_path: Path) -> None:
    first = open_secret(tmp_path, {})
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    assert open_secret(tmp_path, {}).key("a") == first.key("a")
    assert os.listdir(tmp_path) == [NAME]
    assert repr(first) == str(first) == "Secret()"


def test_every_purpose_has_a_key_of_its_own() -> None:
    secret = Secret(bytes(32))
    keys = [secret.key("locator"), secret.key("audit"), secret.key("phone:1"), secret.key("phone:2")]
    assert len({*keys, bytes(32)}) == 5
    assert Secret(bytes(31) + b"\1").key("audit") != secret.key("audit")
    assert len(secret.key("audit", 64)) == 64
    # RFC 5869 computed by hand, with HMAC alone: another library must find the same
    import hmac

    inner = hmac.digest(bytes(32), bytes(32), "sha256")
    assert secret.key("audit") == hmac.digest(inner, b"cpe-agent desk 1: audit\x01", "sha256")


def test_many_that_start_at_once_get_the_same_one(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(open_secret(tmp_path, {}).key("a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert os.listdir(tmp_path) == [NAME]


@pytest.mark.parametrize("written", ["", "00", "g" * 64, "0" * 63, "0" * 65, "\0" * 64, "é" * 64])
def test_a_damaged_one_is_refused_without_being_shown(tmp_path: Path, written: str) -> None:
    (tmp_path / NAME).write_text(written)
    (tmp_path / NAME).chmod(0o600)
    with pytest.raises(NoSecret, match="64 hexadecimal") as caught:
        open_secret(tmp_path, {})
    assert not written or written not in str(caught.value)


def test_one_that_others_can_read_is_refused(tmp_path: Path) -> None:
    open_secret(tmp_path, {})
    (tmp_path / NAME).chmod(0o640)
    with pytest.raises(NoSecret, match="0600"):
        open_secret(tmp_path, {})


def test_the_environment_comes_first(tmp_path: Path) -> None:
    assert open_secret(tmp_path, {VARIABLE: "ab" * 32}).key("a") == Secret(b"\xab" * 32).key("a")
    assert not (tmp_path / NAME).exists()
    with pytest.raises(NoSecret, match=VARIABLE):
        open_secret(tmp_path, {VARIABLE: "short"})


def test_a_database_is_used_with_its_own_secret_only(tmp_path: Path) -> None:
    records = Records(f"sqlite:///{tmp_path / 'desk.db'}")
    records.migrate()
    belongs(Secret(bytes(32)), records)
    belongs(Secret(bytes(32)), records)
    with pytest.raises(NoSecret, match="another secret"):
        belongs(Secret(b"\1" * 32), records)
    records.close()


@pytest.mark.parametrize("prefix", [hidden.TOKEN, hidden.TICKET, hidden.INVITE, hidden.SESSION])
def test_words_that_people_hold_are_random_and_named(prefix: str) -> None:
    words = {hidden.new(prefix) for _ in range(100)}
    assert len(words) == 100
    assert all(word.startswith(prefix) and len(word) == len(prefix) + 52 for word in words)
    word = words.pop()
    assert hidden.hash_of(word, prefix) == hidden.hash_of(word, prefix) != hidden.hash_of(words.pop(), prefix)


GARBAGE = ["", "cpea_", "cpea_" + "a" * 51, "cpea_" + "a" * 53, "cpea_" + "A" * 52, "a" * 57, "cpea_" + "a" * 51 + "\n",
           "cpea_" + "א" * 52, "cpet_" + "a" * 52, "x" * 10**6]  # fmt: skip


@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_no_word(text: str) -> None:
    assert hidden.hash_of(text, hidden.TOKEN) is None
