"""What a password needs, how often one may try, what a role may, what a name can be."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from cpe_agent.desk.people.names import BadName, cleaned, folded
from cpe_agent.desk.people.passwords import FEWEST, Busy, Passwords, weakness
from cpe_agent.desk.people.people import Throttled
from cpe_agent.desk.people.roles import MAY, Permission, Role
from cpe_agent.desk.people.throttle import Throttle, prefix
from tests.desk.conftest import Database
from tests.desk.people_home import PASSWORD, Home, home_on

ADDRESS = "192.0.2.7"


@pytest.fixture
def home(database: Database) -> Any:
    with home_on(database) as opened:
        yield opened


def test_a_name_is_tried_ten_times_from_one_network() -> None:
    throttle = Throttle()
    assert [throttle.allows("dana", "192.0.2.7") for _ in range(11)] == [True] * 10 + [False]
    assert not throttle.allows("dana", "192.0.2.200"), "the same network"
    assert throttle.allows("dana", "198.51.100.7"), "she herself, from elsewhere"
    assert throttle.allows("omar", "192.0.2.7"), "who sits beside her"
    throttle.forget("dana", "192.0.2.7")
    assert throttle.allows("dana", "192.0.2.7")


def test_a_name_is_tried_a_hundred_times_from_everywhere() -> None:
    throttle = Throttle()
    tried = [throttle.allows("dana", f"198.51.{n}.1") for n in range(101)]
    assert tried == [True] * 100 + [False]


def test_a_network_is_let_try_many_names() -> None:
    throttle = Throttle()
    tried = [throttle.allows(f"name {n}", "192.0.2.7") for n in range(301)]
    assert tried == [True] * 300 + [False]


def test_what_was_refused_is_not_looked_at(home: Home) -> None:
    whose = home.give_password()
    for _ in range(10):
        assert home.people.throttle.allows(whose.name, ADDRESS)
    with pytest.raises(Throttled):
        home.people.log_in(whose.shown, PASSWORD, ADDRESS)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.250", True), ("192.0.2.7", "192.0.3.7", False),
        ("2001:db8::1", "2001:db8::ffff:1", True), ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.7", "192.0.2.9", True),
        ("fe80::1%eth0", "fe80::2", True), ("", "unix", True), ("192.0.2.7", "", False),
    ],
)  # fmt: skip
def test_networks(one: str, other: str, same: bool) -> None:
    assert (prefix(one) == prefix(other)) is same


def test_only_two_passwords_are_worked_on_at_once_and_a_crowd_is_turned_away() -> None:
    passwords = Passwords()
    stored = passwords.hash(PASSWORD)
    running, most, lock = 0, 0, threading.Lock()
    hasher = type(passwords._hasher)
    verify = hasher.verify

    def watched(self: Any, hashed: Any, password: Any) -> Any:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return verify(self, hashed, password)
        finally:
            with lock:
                running -= 1

    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(passwords.fits(PASSWORD, stored))
        except Busy:
            answers.append("busy")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hasher, "verify", watched)
        threads = [threading.Thread(target=ask) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == 2
    assert answers.count(True) >= 18
    assert answers.count("busy") == 40 - answers.count(True)
    assert answers.count("busy") >= 1


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("x" * (FEWEST - 1), "password.short"), ("aaaaaaaaaaaaaaaa", "password.simple"),
        ("abababababababab", "password.simple"), ("danadanadanadana", "password.simple"),
        ("four words in a row", None), ("סיסמה ארוכה מאוד", None),
        ("x1 " * 100, "password.long"), ("\u212b" * 3 + "abcdefghi", None),
    ],
)  # fmt: skip
def test_what_a_password_needs(password: str, why: str | None) -> None:
    assert weakness(password, "dana") == why


def test_a_password_is_one_on_every_keyboard() -> None:
    passwords = Passwords()
    stored = passwords.hash("caf\u00e9 four words")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.fits("cafe\u0301 four words", stored)
    assert not passwords.fits("cafe four words", stored)
    assert not passwords.fits("", "garbage")
    assert not passwords.fits("", None)


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\u200bb", "a\u202eb", "a\0b", "\ud800", "\n\t"])
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(BadName):
        cleaned(name)


def test_names_are_found_however_they_are_typed() -> None:
    assert folded("  Dana   Levi ") == folded("dana levi") == folded("ＤＡＮＡ levi") == "dana levi"
    assert folded("Straße") == folded("STRASSE")
    assert cleaned(" דנה ") == "דנה"


def test_nothing_a_person_may_is_given_to_a_program_by_mistake() -> None:
    """Letting in, the audit, erasing: never a program's; nobody both gives rights and sees personal values."""
    never = {Permission.MANAGE_PEOPLE, Permission.MANAGE_TOKENS, Permission.READ_AUDIT, Permission.ERASE_PERSONAL,
             Permission.REVEAL_PERSONAL, Permission.OWN_ACCOUNT}  # fmt: skip
    assert not MAY[Role.INTEGRATION] & never
    assert set(MAY) == set(Role)
    for permission in Permission:
        assert any(permission in may for may in MAY.values()), f"{permission} is nobody's"
    for role, may in MAY.items():
        assert not {Permission.MANAGE_PEOPLE, Permission.REVEAL_PERSONAL} <= may, role
        assert (Permission.READ_AUDIT in may) == (role is Role.AUDITOR)
