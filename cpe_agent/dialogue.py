"""The whole questionnaire generated ahead for one profile: what a telephone menu or a plain page walks through.

Sets of answers that leave the same pictures and the same questions are one node, so the tree is a small graph. The
schema is in docs/questionnaire.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpe_agent.answers import QUESTIONS
from cpe_agent.card import owner_key
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.facts import Plan
from cpe_agent.questionnaire import UNKNOWN_ANSWER, conclusion, judged, next_question, state
from cpe_agent.report import diagnosis_of, spoken_code
from cpe_agent.words import LANGUAGES, deciding_test, fault_text, phrase, ui

SCHEMA = 1
NO_REPORT = "00000000-0000-0000-0000-000000000000"  # the codes of a dialogue have no report that could arrive later
DONT_KNOW, REPEAT, BACK = "0", "*", "#"
WAIT_S = 20  # somebody may have to walk to the router; a repeat starts it anew
TRIES = 3


def words_of(key: str, language: str) -> str:
    """A question's or an answer's sentence, as the page says it."""
    return phrase("page", key, language)


class _Maker:
    def __init__(self, plan: Plan, languages: tuple[str, ...]) -> None:
        self.plan = plan
        self.languages = languages
        self.nodes: list[dict[str, Any]] = []
        self._known: dict[object, str] = {}
        self._same: dict[str, str] = {}

    def node(self, given: Mapping[str, str]) -> str:
        now = state(given)
        key: object = (now.truths, now.matter, now.relevant, len(given))
        if key not in self._known:
            question = next_question(given)
            self._known[key] = self._end(given) if question is None else self._add(self._ask(question, given))
        return self._known[key]

    def _end(self, given: Mapping[str, str]) -> str:
        key = conclusion(given)
        if key not in self._known:
            self._known[key] = self._add(self._leaf(given))
        return self._known[key]

    def _add(self, node: dict[str, Any]) -> str:
        """Its id; that of an equal node when there is one already."""
        text = repr(node)
        if text not in self._same:
            self._same[text] = f"{'q' if 'ask' in node else 'v'}{len(self.nodes) + 1}"
            self.nodes.append({"id": self._same[text], **node})
        return self._same[text]

    def _ask(self, question: str, given: Mapping[str, str]) -> dict[str, Any]:
        values = [(str(number), value) for number, value in enumerate(QUESTIONS[question], 1)]
        return {
            "ask": question,
            "say": self._say(f"ask.{question}"),
            "choices": [
                {
                    "key": key,
                    "value": value,
                    "say": self._say(f"value.{value}" if value == UNKNOWN_ANSWER else f"value.{question}.{value}"),
                    "next": self.node({**given, question: value}),
                }
                for key, value in (*values, (DONT_KNOW, UNKNOWN_ANSWER))
            ],
        }

    def _leaf(self, given: Mapping[str, str]) -> dict[str, Any]:
        judgement = judged(self.plan, given)
        d = diagnosis_of(judgement, self.plan)
        first = d.suspects[0] if d.suspects else None
        test = None if d.next_test is None else d.next_test.key
        return {
            "verdict": d.verdict,
            "fault": d.fault,
            "owner": d.owner,
            "acts": d.acts,
            "grade": "circumstantial" if first is not None and d.grade is None else d.grade,
            "suspects": list(d.suspects),
            "next_test": test,
            "spoken_code": spoken_code(judgement, d, NO_REPORT),
            "say": {language: self._verdict(first, test, language) for language in self.languages},
        }

    def _verdict(self, first: str | None, test: str | None, language: str) -> str:
        told = [phrase("questionnaire", "unproven" if first else "unclear", language)]
        if first is not None:
            where = ui(owner_key(BY_CODE[first]), language)
            likely = phrase("questionnaire", "first", language)
            told.append(likely.format(title=fault_text(first, language).title, owner=where))
        if test is not None:
            provider = self.plan.isp_name or ui("provider", language)
            told.append(deciding_test(test, language).format(provider=provider))
        return " ".join(told)

    def _say(self, key: str) -> dict[str, str]:
        return {language: words_of(key, language) for language in self.languages}


def dialogue(plan: Plan, languages: tuple[str, ...] = LANGUAGES) -> dict[str, Any]:
    """The description as JSON values. Equal profiles and versions give equal ones."""
    maker = _Maker(plan, languages)
    start = maker.node({})
    rules = {"dont_know": DONT_KNOW, "repeat": REPEAT, "back": BACK, "wait_seconds": WAIT_S, "tries": TRIES}
    say = {
        key: {language: phrase("questionnaire", f"keypad.{key}", language) for language in languages}
        for key in ("keys", "wrong_key", "no_key", "gave_up", "code")
    }
    return {
        "schema": SCHEMA,
        "profile": plan.profile,
        "languages": list(languages),
        "rules": {**rules, "say": say},
        "start": start,
        "nodes": maker.nodes,
    }
