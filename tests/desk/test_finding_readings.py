"""What a text can be, before anything is looked up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.desk.finding.readings import LONGEST_NUMBER, What, customer_number, readings
from cpe_agent.desk.telephone import masked, telephone
from cpe_agent.desk.typed import MOST, clean

DANA = "+972541234567"


@pytest.mark.parametrize(
    "typed",
    [
        "0541234567", "054-1234567", "054-123-4567", "054 123 45 67", "054/123-4567", "054.123.4567", "(054) 1234567",
        "+972541234567", "+972-54-123-4567", "+972 (0)54 1234567", "+9720541234567", "972541234567", "972-54-1234567",
        "00972541234567", "00972-54-123-4567", "013972541234567", "541234567", "tel:+972-54-1234567",
        "٠٥٤١٢٣٤٥٦٧", "۰۵۴-۱۲۳-۴۵۶۷", "+٩٧٢٥٤١٢٣٤٥٦٧", "０５４１２３４５６７", "＋972541234567",
        "054–123—4567", "054־1234567",
        "\u200e054-1234567\u202c", "\u2067+972 54 123 4567\u2069", " 054\u00a0123\u20094567 ", "0 5 4 1 2 3 4 5 6 7",
        "054-1234567 ext 5", "054-1234567#12",
    ],
)  # fmt: skip
def test_one_number_in_every_spelling(typed: str) -> None:
    assert telephone(typed, "IL") == DANA
    assert telephone(clean(typed), "IL") == DANA


@pytest.mark.parametrize(
    ("typed", "region", "e164"),
    [
        ("03-1234567", "IL", "+97231234567"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 (0)20 7946 0958", "IL", "+442079460958"),
        ("0044 20 7946 0958", "IL", "+442079460958"),
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06 698 12345", "IT", "+390669812345"),
    ],
)
def test_every_country_by_its_own_rules(typed: str, region: str, e164: str) -> None:
    assert telephone(typed, region) == e164


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "100", "*6900", "05412345678901", "4F7K2Q9X", "0541234567 Dana", "0800CALLME1", "+", "()-",
     "123 456 789 012 345", "+0541234567", "0" * 500, "-" * 39, "\u202e", "+972" + "9" * 36],
)  # fmt: skip
def test_what_is_no_number(typed: str) -> None:
    assert telephone(typed, "IL") is None


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_is_not(typed: str) -> None:
    number = telephone(typed, "IL")
    assert number is None or (number[0] == "+" and number[1:].isdecimal() and number.isascii() and len(number) <= 16)


def test_what_is_shown_of_a_number() -> None:
    assert masked(DANA) == "•••67"
    assert masked("98765432") == "•••32"
    assert masked("12345") == masked("7") == "•••"


def test_the_library_of_numbers_is_loaded_when_one_is_read() -> None:
    code = "import sys, cpe_agent.desk.customers, cpe_agent.desk.finding.readings; print('phonenumbers' in sys.modules)"
    root = Path(__file__).parent.parent.parent
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=root, check=True)
    assert shown.stdout.split() == [b"False"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("12-3456/7", "1234567"), ("AB 12", "ab12"), ("ab12", "ab12"), ("٣٤٥", "345"), ("007", "007"), ("12,5", "125"),
     ("abc", None), ("", None), ("12@3", None), ("1" * LONGEST_NUMBER, "1" * LONGEST_NUMBER),
     ("1" * (LONGEST_NUMBER + 1), None)],
)  # fmt: skip
def test_customer_numbers(typed: str, kept: str | None) -> None:
    assert customer_number(typed) == kept


@pytest.mark.parametrize(
    ("typed", "can_be"),
    [
        ("123 456 789 012 345", {What.SPOKEN, What.NUMBER, What.NAME}),
        ("123456789012345#", {What.SPOKEN, What.NAME}),
        ("*123.456-789 012 345", {What.SPOKEN, What.NAME}),
        ("١٢٣ ٤٥٦ ٧٨٩ ٠١٢ ٣٤٥", {What.SPOKEN, What.NUMBER, What.NAME}),
        ("123 4?6 789 012 345", {What.SPOKEN}),
        ("123 4؟6 789 012 345", {What.SPOKEN}),
        ("123 4？6 789 01", set()),
        ("4F7K-2Q9X", {What.CASE, What.LOCATOR, What.NUMBER, What.NAME}),
        ("4f7k2q9x5", {What.CASE, What.LOCATOR, What.NUMBER, What.NAME}),
        ("4F7K-2Q9X-0ABC", {What.RECEIPT, What.NUMBER, What.NAME}),
        ("0541234567", {What.LOCATOR, What.TELEPHONE, What.NUMBER, What.NAME}),
        ("054-1234567", {What.LOCATOR, What.TELEPHONE, What.NUMBER, What.NAME}),
        ("00972541234567", {What.TELEPHONE, What.NUMBER, What.NAME}),
        ("0193a5c2-7b1e-7c44-9d0e-3f1f6f0a2b77", {What.REPORT_ID}),
        ("0193A5C27B1E7C449D0E3F1F6F0A2B77", {What.REPORT_ID}),
        ("Cohen, 3rd floor", {What.NUMBER, What.NAME}),
        ("כהן קומה שלישית", {What.NAME}),
        ("?", set()),
        ("x", {What.NAME} - {What.NAME}),
        ("", set()),
        ("\u202e\u200f\x00", set()),
    ],
)  # fmt: skip
def test_what_it_can_be(typed: str, can_be: set[What]) -> None:
    assert set(readings(typed, "IL").can_be) == can_be


def test_the_name_of_the_program_carries_the_case() -> None:
    found = readings("cpe-agent-4F7K2Q9N (1).exe", "IL").can_be
    assert What.CASE not in found or found[What.CASE] == "4F7K2Q9N"
    from cpe_agent.case_code import with_check

    code = with_check("4F7K2Q9")
    assert readings(f"cpe-agent-{code} (1).exe", "IL").can_be[What.CASE] == code


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("123 456 789 012 34", 14), ("123 456 789 012 345 6", 16), ("123 456 789 012 345", 15), ("12345678", 0),
     ("00972541234567", 0), ("??", 2)],
)  # fmt: skip
def test_a_spoken_code_of_another_length_is_noticed(typed: str, digits: int) -> None:
    assert readings(typed, "IL").digits == digits


@given(st.text(max_size=3 * MOST))
def test_any_text_is_read(typed: str) -> None:
    found = readings(typed, "IL")
    assert len(found.text) <= MOST
    assert found.text.isprintable()
    again = readings(found.text, "IL")
    assert again == found
