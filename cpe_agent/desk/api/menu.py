"""What a telephone menu does with what was keyed. Pure: looks nothing up, and measures nothing.

A spoken code that names a fault leads to who acts on it. The answers of the questionnaire prove nothing, so they lead
to a queue of the provider's own, or to a person; never to "it is yours".
"""

from __future__ import annotations

from collections.abc import Mapping

from cpe_agent.answers import QUESTIONS
from cpe_agent.deliver.spoken_code import Spoken
from cpe_agent.desk.api.bodies import MenuAnswer, MenuChoice, MenuQuestion, Queue
from cpe_agent.desk.card.code import card_of_code
from cpe_agent.desk.finding import spoken
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.words import fault_text, phrase, ui

TRIES = 3  # then a person
_BETWEEN = " -.,_/"


class BadAnswer(ValueError):
    """The argument is the question."""


def keyed(text: str, language: str, tries: int) -> MenuAnswer:
    """``*`` begins again, ``#`` ends it (docs/spoken-code.md)."""
    digits = "".join(c for c in text.partition("#")[0].rpartition("*")[2] if c not in _BETWEEN)
    if not digits:
        return _again("nothing", language, tries)
    problem = spoken.read(digits)
    if isinstance(problem, str):
        return _again(problem.removeprefix("spoken."), language, tries)
    return _of_code(digits, problem, language)


def _of_code(digits: str, said: Spoken, language: str) -> MenuAnswer:
    card = card_of_code(digits, language)
    queue: Queue = "human"
    if said.verdict == "fault" and not card.old:  # what an old code says may be over
        queue = _queue(card.owner, card.acts)
    return MenuAnswer(
        queue=queue,
        say=[*card.say.sentences, _said(f"queue.{queue}", language)],
        ask_again=False,
        verdict=said.verdict,
        fault=card.fault,
        corrected=said.corrected,
    )


def _queue(owner: str | None, acts: str | None) -> Queue:
    match acts:
        case "customer" | "site":
            return "self-help"
        case "billing":
            return "billing"
        case "infrastructure":
            return "line-owner"
        case "isp":
            return "repair" if owner in ("access", "cpe") else "provider-network"
    return "human"


def _again(why: str, language: str, tries: int) -> MenuAnswer:
    if tries + 1 >= TRIES:
        return MenuAnswer(queue="human", say=[_said("queue.human", language)], ask_again=False)
    say = [_said(f"again.{why}", language), _said("again", language)]
    return MenuAnswer(queue="human", say=say, ask_again=True)


def answered(answers: Mapping[str, str], language: str) -> MenuAnswer:
    """The next question; after the last one a queue. Raises BadAnswer."""
    from cpe_agent.profile import BUILT_IN
    from cpe_agent.questionnaire import MOST_QUESTIONS, UNKNOWN_ANSWER, judged, next_question
    from cpe_agent.report import diagnosis_of

    for question, value in answers.items():
        if value not in (*QUESTIONS.get(question, ()), UNKNOWN_ANSWER) or question not in QUESTIONS:
            raise BadAnswer(question)
    if len(answers) > MOST_QUESTIONS:
        raise BadAnswer(list(answers)[-1])
    asked = next_question(answers)
    if asked is not None:
        next_one = _question(asked, language)
        return MenuAnswer(queue="human", say=[next_one.say], ask_again=True, question=next_one)
    found = diagnosis_of(judged(BUILT_IN, answers), BUILT_IN)
    first = BY_CODE[found.suspects[0]] if found.suspects else None
    queue: Queue = "human"
    say = [phrase("questionnaire", "unclear" if first is None else "unproven", language)]
    if first is not None and first.acts in ("isp", "billing", "infrastructure"):
        queue = _queue(first.owner, first.acts)
        fits = phrase("questionnaire", "first", language)
        say.append(
            fits.format(title=fault_text(first.code, language).title, owner=ui(f"owner.{first.owner}", language))
        )
    say.append(_said(f"queue.{queue}", language))
    return MenuAnswer(queue=queue, say=say, ask_again=False, verdict=found.verdict)


def _question(key: str, language: str) -> MenuQuestion:
    from cpe_agent.dialogue import DONT_KNOW, words_of
    from cpe_agent.questionnaire import UNKNOWN_ANSWER

    values = [(str(number), value) for number, value in enumerate(QUESTIONS[key], 1)]
    choices = [
        MenuChoice(key=digit, value=value, say=words_of(f"value.{key}.{value}", language)) for digit, value in values
    ]
    unknown = MenuChoice(key=DONT_KNOW, value=UNKNOWN_ANSWER, say=words_of(f"value.{UNKNOWN_ANSWER}", language))
    return MenuQuestion(ask=key, say=words_of(f"ask.{key}", language), choices=[*choices, unknown])


def _said(key: str, language: str) -> str:
    return phrase("desk_api", key, language)
