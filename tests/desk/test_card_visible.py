"""What others wrote, made fit to stand among our own sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.desk.card.records import Provider
from cpe_agent.desk.card.visible import figure, isolated, tame, visible
from cpe_agent.desk.card.voice import Voice
from cpe_agent.words import LANGUAGES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, <b>", "plain text, <b>"),
        ("שלום עולם", "שלום עולם"),
        ("café ☎", "café ☎"),
        ("a\u202eb", "a[U+202E]b"),
        ("Wi\u200bFi", "Wi[U+200B]Fi"),
        ("a\x00b\x1b[2Jc\n", "a[U+0000]b[U+001B][2Jc[U+000A]"),
        ("\ufeff\u00ad\u2066", "[U+FEFF][U+00AD][U+2066]"),
        ("\u3164\u2800", "[U+3164][U+2800]"),
        ("\ud800", "[U+D800]"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(max_size=300))
def test_nothing_invisible_is_left_and_nothing_seen_is_lost(text: str) -> None:
    shown = visible(text, 400)
    shown.encode("utf-8")
    assert visible(shown, 10_000) == shown
    assert all(c in shown for c in text if c.isalnum() and c.isascii())


def test_what_is_cut_says_so() -> None:
    assert visible("x" * 200, 160) == "x" * 160 + "… (+40)"


def test_a_name_that_turns_the_line_is_kept_to_itself() -> None:
    assert isolated("Lab") == "Lab"
    assert isolated("בזק") == "\u2068בזק\u2069"
    voice = Voice("en", Provider("בזק"))
    assert voice.acts("isp") == "\u2068בזק\u2069 (the provider)"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FACTS = st.sampled_from(
    ["router.uptime_s", "link.carrier", "router.session", "dial.tested", "wifi.rssi_dbm", "said.phones=fail",
     "answer.line-lamp", "complaint.slow", "link.sent_share_of_line", "past.router_restarts"]
) | st.text(max_size=40)  # fmt: skip


@given(FACTS, JSON, st.sampled_from(LANGUAGES))
def test_any_value_of_any_reading_becomes_a_sentence_or_nothing(fact: str, value: object, language: str) -> None:
    told = Voice(language).evidence(fact, value)
    assert "{" not in told or "{" in fact + str(value)
    assert len(told) < 1500


@given(JSON)
def test_any_value_is_tamed(value: object) -> None:
    safe = tame(value)
    assert safe is None or isinstance(safe, bool | int | float | str | list)
    assert len(str(safe)) < 3000


def test_figures() -> None:
    assert figure(0.1234) == "0.123"
    assert figure(10**400) == "…"


def test_a_question_that_is_a_format_string_is_no_format_string() -> None:
    told = Voice("en").evidence("said.{fact.__class__}=x", True)
    assert "{fact.__class__}" in told
