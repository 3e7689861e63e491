"""The words as a whole: every sentence in every language, with the same things filled in, and nobody called guilty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import pytest

from cpe_agent.words import RIGHT_TO_LEFT, amount, counted, duration, evidence, fault_text, login_text, ui
from docs.words import CATALOGUES, TRANSLATED, english, read, trouble

SCRIPTS = {"he": "HEBREW", "ar": "ARABIC", "ru": "CYRILLIC"}
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
FAULTS_OF_PEOPLE = {
    # what no sentence says to a person whose line is dead, in the spellings that were thought of
    "en": r"\byour (fault|mistake)\b|\byou (have )?(mis)?typed|\byou (entered|forgot)|\bguilty\b|\bto blame\b",
    "he": r"אשמת|באשמ|טעית|הקלדת (לא|בטעות|שגוי)|הקלדתם|הזנתם|ניתקתם|אשמים|שכחת|טעות שלך|הטעות שלכם|טעיתם|שכחתם",
    "ar": r"خطؤك|خطأك|أخطأت|غلطت|نسيت|ذنبك|بسببك|(كتبت|أدخلت) خطأ|بشكل خاطئ|اللوم عليك|تقصيرك",
    "ru": r"вы виноваты|по вашей (вине|ошибке)|из-за вас|вы (сами )?(ошиблись|забыли|перепутали|отключили|не так)|"
    r"ваша (ошибка|вина)|вы (неправильно|неверно|ввели|набрали)|(введён|набран)\w* (неверно|неправильно|с ошибкой)",
}


def texts(sentence: str | Sequence[str] | None) -> tuple[str, ...]:
    return (sentence,) if isinstance(sentence, str) else tuple(sentence or ())


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_sentence_is_translated_and_the_files_are_current(name: str) -> None:
    assert not trouble(name)


@pytest.mark.parametrize("name", CATALOGUES)
def test_what_is_filled_in_is_the_same(name: str) -> None:
    for message in read(name):
        if not message.id:
            continue
        wanted = set(PLACEHOLDER.findall(texts(message.id)[-1]))
        forms = texts(message.string)
        for number, form in enumerate(forms):
            found = set(PLACEHOLDER.findall(form))
            # "one day", "two days" have words of their own in Arabic and Hebrew: the number may be left out there
            lesser = wanted - {"{n}"} if len(forms) > 1 and number < len(forms) - 1 else wanted
            assert lesser <= found <= wanted, (message.context, form)


@pytest.mark.parametrize("name", CATALOGUES)
def test_it_is_that_language(name: str) -> None:
    """A sentence of several words holds letters of its script. Catches English left in place."""
    for message in read(name):
        for form in texts(message.string) if message.id else ():
            words = re.findall(r"[^\W\d_]{3,}", PLACEHOLDER.sub("", texts(message.id)[0]))
            if len(words) >= 4:
                own = [
                    c
                    for c in form
                    if c.isalpha() and unicodedata.name(c, "").startswith(SCRIPTS[name.rpartition("-")[2]])
                ]
                letters = [c for c in form if c.isalpha()]
                assert len(own) * 3 > len(letters), (message.context, form)


@pytest.mark.parametrize("name", [*CATALOGUES, "en"])
def test_nobody_is_called_guilty(name: str) -> None:
    wrong = re.compile(FAULTS_OF_PEOPLE[name.rpartition("-")[2]], re.IGNORECASE)
    sentences = (
        [(context, form) for context, sentence in english().items() for form in texts(sentence)]
        if name == "en"
        else [(m.context, form) for m in read(name) if m.id for form in texts(m.string)]
    )
    assert not [(context, form) for context, form in sentences if wrong.search(form)]


def test_the_guard_finds_such_a_sentence() -> None:
    for language, guilt in (
        ("en", "You typed the password wrong."), ("he", "טעית בסיסמה"), ("ar", "لقد أخطأت في كلمة المرور"),
        ("ru", "Вы ошиблись в пароле."),
    ):  # fmt: skip
        assert re.search(FAULTS_OF_PEOPLE[language], guilt, re.IGNORECASE)


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_filled_into_a_right_to_left_sentence_stands_isolated(language: str) -> None:
    text = evidence("router.uptime_s", 7300, language)
    assert ("\u2068" in text and "\u2069" in text) is (language in RIGHT_TO_LEFT)
    assert text != evidence("router.uptime_s", 7300)
    assert ui("call", language).format(provider="Lab (*1234)").count("Lab (*1234)") == 1
    assert ("\u2068--yes\u2069" in login_text("rules.override", language)) is (language in RIGHT_TO_LEFT)
    assert "cpe-agent run --router-login NAME" in ui("router-login", language), "a command stays as it is typed"


def test_amounts_and_durations() -> None:
    assert (duration(1), duration(59), duration(7200)) == ("1 second", "59 seconds", "2 hours")
    assert amount("x_ms", 3.2) == "3.2 ms"
    assert amount("x", True, "ru") != amount("x", True)
    for number in (1, 2, 5, 21, 100):
        for language in TRANSLATED:
            assert counted("values", "days", number, language)
    assert counted("values", "days", 21, "ru") != counted("values", "days", 22, "ru")


TERMS = {
    # of the field, which people who tried the page stumbled over
    "en": r"look-?ups?\b|looked up|\bexchange\b",
    "he": r"שירות השמות|בירור שם|מרכזייה",
    "ar": r"ترجمة الأسماء|المقسم",
    "ru": r"служб\w+ им[её]н|запрос\w* им[её]н|поиск им[её]н|\bстанци",
}
FOR_HIM = re.compile(
    r"\w+\.FAULTS\.[\w-]+\.(title|customer)|(page|steps|questionnaire)\..*|answers\..*|interface\.PHRASES\.section\..*"
)
"""What only a customer reads, or he before anybody else."""


@pytest.mark.parametrize("language", [*TRANSLATED, "en"])
def test_a_customer_reads_plain_words(language: str) -> None:
    wrong = re.compile(TERMS[language], re.IGNORECASE)
    said = english().items() if language == "en" else ((m.context, m.string) for m in read(language) if m.id)
    found = [(c, form) for c, sentence in said if FOR_HIM.fullmatch(str(c)) for form in texts(sentence)]
    assert len(found) > 500
    assert not [(context, form) for context, form in found if wrong.search(form)]
    pon = {context for context, form in found if re.search(r"\bPON\b", form)}
    assert pon <= {"page.PHRASES.ask.line-lamp"}, "what is printed on a fibre box is told where he looks at it"


@pytest.mark.parametrize("language", TRANSLATED)
def test_titles_stay_short(language: str) -> None:
    from cpe_agent.diagnose.catalogue import BY_CODE

    assert not [code for code in BY_CODE if len(fault_text(code, language).title) > 70]
