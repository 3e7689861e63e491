"""The questionnaire on a terminal: number keys, 0 for "I do not know", b one question back, q to end."""

from __future__ import annotations

from collections.abc import Callable

from cpe_agent.answers import QUESTIONS
from cpe_agent.dialogue import DONT_KNOW, words_of
from cpe_agent.questionnaire import UNKNOWN_ANSWER, next_question
from cpe_agent.words import phrase

BACK, QUIT = "b", "q"


def ask_all(read: Callable[[str], str], say: Callable[[str], None], language: str) -> dict[str, str] | None:
    """Every question until no answer could change the verdict: key to value. None when the person ended it (or the
    input did). ``read`` shows a prompt and gives one line; it raises EOFError at the end of the input."""
    given: dict[str, str] = {}
    while (question := next_question(given)) is not None:
        answer = _one(question, read, say, language)
        if answer == QUIT:
            return None
        if answer == BACK:
            if given:
                given.popitem()
            continue
        given[question] = answer
    return given


def _one(question: str, read: Callable[[str], str], say: Callable[[str], None], language: str) -> str:
    """The value chosen, or ``b`` or ``q``."""
    values = QUESTIONS[question]
    say("")
    say(words_of(f"ask.{question}", language))
    for number, value in enumerate(values, 1):
        say(f"  {number}  {words_of(f'value.{question}.{value}', language)}")
    say(f"  {DONT_KNOW}  {words_of(f'value.{UNKNOWN_ANSWER}', language)}")
    keys = {DONT_KNOW: UNKNOWN_ANSWER, BACK: BACK, QUIT: QUIT}
    keys |= {str(number): value for number, value in enumerate(values, 1)}
    while True:
        try:
            typed = read(phrase("questionnaire", "terminal.choose", language)).strip().lower()
        except EOFError:
            return QUIT
        except UnicodeDecodeError:  # keys of another encoding than the terminal's
            typed = ""
        if typed in keys:
            return keys[typed]
        say(phrase("questionnaire", "terminal.again", language))
