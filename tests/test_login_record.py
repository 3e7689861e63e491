"""What a later run learns of a login test: which words, how old, from whom, and never a name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.card import card
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.predicate import Look
from cpe_agent.diagnose.readings import dialling, login_word
from cpe_agent.host.login_record import FILE_NAME, MOST_ENDS, STAGES, LoginEnd, login_tests, read_ends
from cpe_agent.login.address_control import Address
from cpe_agent.login.discovery import Concentrator
from cpe_agent.login.ending import Outcome
from cpe_agent.login.memory import Memory
from cpe_agent.login.outcome import OWNERS, Seen, verdict_of
from cpe_agent.login.remembered import _OF_FAULT, REFUSALS, shape_of, word_of
from cpe_agent.login.secret import Secret
from cpe_agent.login.shape import POINTS_TO
from cpe_agent.login.surroundings import Surroundings
from cpe_agent.report import make
from cpe_agent.words import ui
from tests.homes import facts_of
from tests.test_cases import all_cases, home_of

NOW = 1_800_000_000.0


def kept(folder: Path, *ends: LoginEnd) -> Path:
    memory = Memory(folder)
    for end in ends:
        memory.end(end)
    return folder


def test_a_quarter_of_an_hour_is_remembered_newest_first(tmp_path: Path) -> None:
    old, refused = LoginEnd(NOW - 901, "accepted"), LoginEnd(NOW - 60, "rejected", ("missing-realm",))
    silent, future = LoginEnd(NOW - 5, "no_answer"), LoginEnd(NOW + 60, "rejected")
    found = login_tests(kept(tmp_path, old, refused, silent, future), NOW)
    assert [(e.kind, e.source, e.state, e.stage, e.reason, e.age_s, e.shape) for e in found] == [
        ("pppoe", "login-test", "failed", "discovery", "no_answer", 5.0, ()),
        ("pppoe", "login-test", "failed", "auth", "rejected", 60.0, ("missing-realm",)),
    ]


def test_the_record_stays_small(tmp_path: Path) -> None:
    kept(tmp_path, *(LoginEnd(NOW - 50 + n, "rejected") for n in range(50)))
    assert len(Memory(tmp_path).ends) == len(login_tests(tmp_path, NOW)) == MOST_ENDS


def test_no_record_is_no_finding(tmp_path: Path) -> None:
    assert login_tests(tmp_path, NOW) == ()
    for damage in (b"", b"[]", b"{", b'{"ends": 7}', b"\xff" * 99, b"[" * 60_000, b'{"ends": [{"at": 1e999}]}'):
        (tmp_path / FILE_NAME).write_bytes(damage)
        assert login_tests(tmp_path, NOW) == ()


@pytest.mark.parametrize(
    "strange",
    [
        {"at": NOW, "reason": "your password was wrong", "shape": []},
        {"at": True, "reason": "rejected", "shape": []},
        {"at": "now", "reason": "rejected"},
        {"at": NOW, "reason": ["rejected"]},
        {"reason": "rejected"},
        "rejected",
    ],
)
def test_what_is_no_word_of_ours_is_left_out(strange: Any) -> None:
    assert read_ends({"ends": [strange]}) == []


def test_a_shape_holds_names_of_classes_alone() -> None:
    given_ = ["missing-realm", "alice@isp.example", 7, "x" * 41, "A-b", "caps-lock"]
    assert read_ends({"ends": [{"at": NOW, "reason": "rejected", "shape": given_}]}) == [
        LoginEnd(NOW, "rejected", ("missing-realm", "caps-lock"))
    ]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(("ends", "at", "reason", "shape")), inner, max_size=4)
)))  # fmt: skip
def test_anything_is_read(tmp_path_factory: pytest.TempPathFactory, plain: object) -> None:
    folder = tmp_path_factory.mktemp("state")
    (folder / FILE_NAME).write_text(json.dumps(plain))
    assert len(login_tests(folder, NOW)) <= MOST_ENDS


# ------------------------------------------------------------------ which word

ONE = Concentrator("edge-7", b"\x02\xac\0\0\0\1", known=False, echoed=(), error=None)
AT_MODEM, BEHIND = Surroundings(gateway=False), Surroundings(gateway=True)


def ended(outcome: Outcome, around: Surroundings = AT_MODEM, *, any_method: bool = True, **more: Any) -> str | None:
    offered = {} if outcome is Outcome.NO_PADO else {"concentrators": (ONE,), "chosen": ONE}
    seen = Seen(**{"outcome": outcome, "surroundings": around, "rejected_before": False, **offered, **more})
    return word_of(verdict_of(seen), any_method=any_method)


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (ended(Outcome.ACCEPTED, address=Address.GIVEN), "accepted"),
        (ended(Outcome.ACCEPTED, address=Address.SIX_ONLY), "accepted"),
        (ended(Outcome.ACCEPTED, address=Address.NONE), "no_address"),
        (ended(Outcome.ACCEPTED, address=Address.REFUSED), "no_service"),
        (ended(Outcome.ACCEPTED, BEHIND, address=Address.GIVEN), None),  # a stranger may accept anything
        (ended(Outcome.ACCEPTED, address=Address.GIVEN, listed=True), None),
        (ended(Outcome.REJECTED, text=b"Login incorrect"), "rejected"),
        (ended(Outcome.REJECTED, text=b"Password incorrect"), "bad_password"),
        (ended(Outcome.REJECTED, BEHIND, text=b"Login incorrect"), None),
        (ended(Outcome.REJECTED, text=b"", error=647), "restricted"),
        (ended(Outcome.NO_PADO), "no_answer"),
        (ended(Outcome.NO_PADO, BEHIND), None),
        (ended(Outcome.NO_PADO, service="tv"), None),
        (ended(Outcome.NO_PADO, unmatched=True), None),
        (ended(Outcome.NO_PADO, rejected_before=True), "no_answer"),
        (ended(Outcome.NO_PADO, rejected_before=None), None),  # what was before is not known
        (ended(Outcome.NO_PADS), "server_busy"),
        (ended(Outcome.NO_PADS, rejected_before=True), "server_busy"),
        (ended(Outcome.AUTH_TIMEOUT, why="auth.silent-link-alive"), "auth_silent"),
        (ended(Outcome.AUTH_TIMEOUT, why="auth.silent-link-dead"), None),
        (ended(Outcome.AUTH_METHOD_REFUSED, why="method.other"), "method_refused"),
        (ended(Outcome.AUTH_METHOD_REFUSED, why="pap.stranger"), None),  # it was we who would not
        (ended(Outcome.AUTH_METHOD_REFUSED, why="method.other", any_method=False), None),
        (ended(Outcome.TERMINATED, sent=True), "hang_up"),
        (ended(Outcome.TERMINATED, sent=False), None),
        (ended(Outcome.TERMINATED, sent=True, why="auth.no-proof"), None),
        (ended(Outcome.REFUSED_BY_RULES, why="rules.too-soon"), None),
        (ended(Outcome.LCP_FAILED, why="lcp.loop"), None),
    ],
)
def test_the_word(found: str | None, word: str | None) -> None:
    assert found == word


def test_words_and_classes_are_the_same_on_both_sides() -> None:
    assert set(_OF_FAULT) == set(OWNERS)
    assert set(_OF_FAULT.values()) <= set(STAGES)
    assert set(STAGES) - {"accepted"} <= set(dialling.REASONS)
    for classes, fault in (
        (dialling.MALFORMED, "credentials-username-malformed"),
        (dialling.LAYOUT, "credentials-keyboard-layout"),
    ):
        assert classes == {name for name, points in POINTS_TO.items() if points == fault}


def test_the_secret_is_looked_at_only_after_a_refusal() -> None:
    secret = Secret("שלום".encode())
    assert "secret-typed-on-hebrew-layout" in shape_of("rejected", "alice", secret, ())
    for word in set(STAGES) - set(REFUSALS):
        assert shape_of(word, "alice", secret, ()) == ()


# ------------------------------------------------------------------ who said it

CASES = {case["name"]: case for case in all_cases() if case["file"] in ("login", "session")}


def evidence_of(name: str) -> dict[str, Any]:
    headline = judge(Look(facts_of(home_of(CASES[name]))), ALL).headline
    assert headline is not None
    return headline.evidence


@pytest.mark.parametrize(
    ("name", "by", "grade"),
    [
        ("the login test was refused", "login-test", "A"),
        ("this computer dials and the login server refuses the pair", "dialler", "B"),
        ("a refused login is no missing order", "router", "A"),
        ("the login test was accepted and the router is still refused", "login-test", "A"),
    ],
)
def test_who_said_it_stands_in_the_evidence(name: str, by: str, grade: str) -> None:
    evidence = evidence_of(name)
    assert (evidence["login.said_by"], evidence["login.grade"]) == (by, grade)


def test_a_person_reads_who_said_it_and_when() -> None:
    facts = facts_of(home_of(CASES["the login test was refused"]))
    report = make(facts, judge(Look(facts), ALL), started=NOW, seconds=1.0, platform="linux", case=None)
    assert "Said by             the provider's end, to the login test, clearly, 40 s ago" in card(report)


def test_every_voice_that_may_name_has_words() -> None:
    for voice in login_word.VOICES:
        if voice != login_word.NOBODY:
            assert ui(f"voice.{voice}")
