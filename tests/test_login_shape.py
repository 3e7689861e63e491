"""The shape of a login: the right questions, nothing of the login in them, and any text taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.waiting import WAITING
from cpe_agent.login.layouts import LAYOUTS
from cpe_agent.login.shape import CLASSES, POINTS_TO, classes
from cpe_agent.words import shape_question

REALMS = ("@isp.example", "@fibre.isp.example")
CYRILLIC = ("@провайдер.рф",)
RIGHT = "k7mq-zt42w"


@pytest.mark.parametrize("user", ["dani@isp.example", "d.levi-7@fibre.isp.example", "dani@ISP.example"])
@pytest.mark.parametrize("secret", [RIGHT, "Tr0ub4dor&3", "correct horse", "12345678"])
def test_an_ordinary_login_raises_no_question(user: str, secret: str) -> None:
    assert classes(user, secret, REALMS) == ()
    assert classes(user, secret, ()) == ()


@pytest.mark.parametrize(
    ("user", "found"),
    [
        ("dani", ("missing-realm",)),
        ("dani@other.example", ("unknown-realm",)),
        ("dani@gmail.com", ("unknown-realm", "mail-address")),
        (" dani@isp.example", ("edge-blank",)),
        ("dani@isp.example\n", ("edge-blank", "invisible-character")),
        ("dani@isp\u200b.example", ("invisible-character",)),
        ("\u202edani@isp.example", ("invisible-character",)),
        ("\ufeffdani@isp.example", ("invisible-character",)),
        ("dani\u00a0@isp.example", ("invisible-character",)),
        ("dani\x00@isp.example", ("invisible-character",)),
        ("dàni@isp.example", ("non-ascii",)),
        ("dani@isp.example\udc80", ("unknown-realm", "non-ascii")),
        ("dani٤٢@isp.example", ("other-script-digits",)),
        ("dani۴۲@isp.example", ("other-script-digits",)),
        ("DANI@ISP.EXAMPLE", ("caps-lock",)),
        ("dANI@ISP.EXAMPLE", ("caps-lock",)),
        ("DANI@isp.example", ()),
        ("a" * 244 + "@isp.example", ("too-long",)),
        ("", ("empty-user",)),
        (" \u200b\t", ("empty-user",)),
    ],
)
def test_the_user_name(user: str, found: tuple[str, ...]) -> None:
    assert classes(user, RIGHT, REALMS) == found


@pytest.mark.parametrize("user", ["dani", "dani@other.example"])
def test_without_realms_nothing_is_said_about_the_realm(user: str) -> None:
    assert classes(user, RIGHT, ()) == ()
    assert classes(user, RIGHT, (" ", "@")) == ()


@pytest.mark.parametrize(
    ("secret", "found"),
    [
        ("", ("empty-secret",)),
        (f" {RIGHT}", ("secret-edge-blank",)),
        (f"{RIGHT}\u200e", ("secret-invisible-character",)),
        ("pässwort", ("secret-non-ascii",)),
        ("שלום42", ("secret-typed-on-hebrew-layout",)),
        ("مرحبا42", ("secret-typed-on-arabic-layout",)),
        ("пароль42", ("secret-typed-on-russian-layout",)),
        ("שלום مرحبا", ("secret-non-ascii",)),
        ("k7mq٤٢", ("secret-other-script-digits",)),
        ("K7MQ-ZT42W", ("secret-caps-lock",)),
        ("pASSWORD", ("secret-caps-lock",)),
        ("0a" * 31 + "0", ("secret-wifi-key-like",)),
        ("0a" * 32, ("secret-wifi-key-like",)),
        ("12345678901234567890", ("secret-wifi-key-like",)),
        ("1234 5678 9012 3456", ("secret-wifi-key-like",)),
        ("ab3d-9xk2-mm41", ("secret-wifi-key-like",)),
        ("x" * 256, ("secret-too-long",)),
    ],
)
def test_the_secret(secret: str, found: tuple[str, ...]) -> None:
    assert classes("dani@isp.example", secret, REALMS) == found


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("meant", ["dani@isp.example", "b.ghazal-42@fibre.isp.example"])
def test_an_english_name_on_another_layout(layout: str, meant: str) -> None:
    typed = LAYOUTS[layout].typed(meant)
    assert not typed.isascii()
    for realms in (REALMS, ()):
        assert classes(typed, RIGHT, realms) == (f"typed-on-{layout}-layout",)


def test_only_the_name_was_typed_on_another_layout() -> None:
    assert classes("גשמן@isp.example", RIGHT, REALMS) == ("typed-on-hebrew-layout",)


@pytest.mark.parametrize(
    ("user", "found"),
    [
        ("иван@провайдер.рф", ("non-ascii",)),
        ("bdfy@ghjdfqlth/ha", ("typed-on-english-layout",)),
        ("bdfy@ghjdfqlth.ha", ("typed-on-english-layout",)),
        ("dani@ghjdfqlth.com", ("unknown-realm",)),
    ],
)
def test_a_realm_in_another_script(user: str, found: tuple[str, ...]) -> None:
    assert classes(user, RIGHT, CYRILLIC) == found


def test_a_hebrew_word_is_no_name_at_a_realm() -> None:
    assert classes("שלום", RIGHT, REALMS) == ("missing-realm", "non-ascii")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_a_layout_writes_leads_back(layout: str) -> None:
    for char in "abcdefghijklmnopqrstuvwxyz":
        assert LAYOUTS[layout].in_english(LAYOUTS[layout].typed(char), marks=True) == char


TEXT = st.text() | st.text(st.characters()) | st.text(st.sampled_from("דניлиلا@\u200b\ud800٤ aA1.-"))


@given(TEXT, TEXT, st.lists(TEXT, max_size=3))
def test_any_text_gives_only_names_of_classes(user: str, secret: str, realms: list[str]) -> None:
    found = classes(user, secret, realms)
    assert set(found) <= set(CLASSES)
    assert list(found) == sorted(found, key=CLASSES.index)


@given(st.text(st.characters(exclude_characters="abcdefghijklmnopqrstuvwxyz-"), min_size=4), TEXT)
def test_no_piece_of_the_secret_is_in_the_answer(secret: str, user: str) -> None:
    shown = repr(classes(user, secret, REALMS))
    shown += "".join(shape_question(name) for name in classes(user, secret, REALMS)).replace(" ", "")
    assert not any(secret[at : at + 4] in shown for at in range(len(secret) - 3))


@pytest.mark.parametrize("piece", ["a", "א", "لا", "\u200b@", "A@", "\ud800", " ", "-", '"ш', "٤"])
def test_a_million_characters(piece: str) -> None:
    """Ends, and soon enough that nobody waits: a step that looks at every pair of characters would take hours."""
    long = piece * (1_000_000 // len(piece))
    assert set(classes(long, long, (*REALMS, *CYRILLIC))) <= set(CLASSES)


def test_every_class_has_a_question() -> None:
    for name in CLASSES:
        question = shape_question(name)
        assert question.endswith("?")
        assert "{" not in question, "nothing is filled in"
    assert len(set(CLASSES)) == len(CLASSES)


def test_classes_point_to_faults_of_the_catalogue() -> None:
    known = {fault.code for fault in ALL} | {waiting.code for waiting in WAITING}
    assert set(POINTS_TO.values()) <= known
