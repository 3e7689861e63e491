"""The desk's words in one language, with everything that others chose made harmless before it is filled in."""

from __future__ import annotations

from collections.abc import Iterable

from cpe_agent import words
from cpe_agent.card import owner_key
from cpe_agent.desk.card.records import Provider
from cpe_agent.desk.card.visible import isolated, tame, visible
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.diagnose.fault import Fault

DESK_TESTS = ("run-again-deep", "read-the-code")
"""Tests whose words speak to the person at the computer; the desk has its own."""
_MOST_IN_SENTENCE = 60  # of a value: the first screen has to hold it
_MOST_NAME = 40  # of a key of a newer version


class Voice:
    """``provider``: whose desk this is. ``networks``: how many outside networks the report's run asked."""

    def __init__(self, language: str, provider: Provider = Provider(), networks: int = 3) -> None:  # noqa: B008
        self.language = language
        self.provider = provider
        self.networks = networks

    @property
    def direction(self) -> str:
        return "rtl" if words.right_to_left(self.language) else "ltr"

    def say(self, key: str, /, **values: object) -> str:
        """A sentence of the card."""
        text = words.phrase("desk_card", key, self.language)
        return text.format_map({name: self._filled(value) for name, value in values.items()}) if values else text

    def count(self, key: str, number: int, /, **values: object) -> str:
        text = words.counted("desk_card", key, number, self.language)
        return text.format_map({"n": number, **{name: self._filled(value) for name, value in values.items()}})

    def has(self, key: str) -> bool:
        return key in words.table("desk_card", "PHRASES")

    def _filled(self, value: object) -> str:
        text = str(value)
        return text if self.direction == "rtl" else isolated(text)  # those catalogues isolate by themselves

    def ui(self, key: str) -> str:
        return words.ui(key, self.language)

    def listed(self, items: Iterable[str], *, apart: bool = False) -> str:
        return words.listed(items, self.language, apart=apart)

    def fault(self, code: str) -> words.FaultText | None:
        """None for a fault of a newer version."""
        return words.fault_text(code, self.language) if code in BY_CODE else None

    def title(self, code: str) -> str:
        text = self.fault(code)
        return visible(code, _MOST_NAME) if text is None else text.title

    def duration(self, seconds: float) -> str:
        return words.duration(min(max(0.0, seconds), 1e9), self.language)

    def owner(self, fault: Fault, *, named: bool = True) -> str:
        """Whose it is; ``named``: with the name of the line's owner."""
        told = self.ui(owner_key(fault))
        name = self.provider.infrastructure if named and fault.owner == "access" else None
        return self.say("owner.named", owner=told, name=name) if name else told

    def acts(self, who: str) -> str:
        """Who acts, with the name that the profile has for it."""
        if f"acts.{who}" not in words.table("interface", "PHRASES"):
            return visible(who, _MOST_NAME)
        role = self.ui(f"acts.{who}")
        name = {"isp": self.provider.name, "infrastructure": self.provider.infrastructure}.get(who)
        return self.say("acts.named", name=name, role=role) if name else role

    def called(self) -> str:
        """The provider, by name where it has one."""
        return isolated(self.provider.name or self.ui("acts.isp"))

    def evidence(self, fact: str, value: object) -> str:
        """One reading's value as a sentence; empty when it explains nothing to a person."""
        kind, _, key = fact.partition(".")
        if kind in ("said", "answer"):
            question, _, stated = key.partition("=")
            return "" if value in (None, False) else self.stated(question, str(stated or value))
        if kind == "complaint" and value in (True, False):
            return self.say(f"stated.{key}") if value and self.has(f"stated.{key}") else ""
        safe = tame(value, _MOST_IN_SENTENCE)
        if isinstance(safe, str):
            safe = self._filled(safe) if "\u2068" not in safe else safe
        text = words.evidence(visible(fact, _MOST_NAME), safe, self.language, networks=self.networks)
        return text if any(c.isalnum() for c in text) else ""

    def bound(self, reading: str, held: str) -> str:
        """A reading of the catalogue held against a limit, in our own words ("at least 3 s")."""
        return words.evidence(reading, held, self.language, networks=self.networks)

    def stated(self, question: str, answer: str) -> str:
        """What the customer answered, in his words."""
        key = "stated" if self._is_answer(question, answer) else "stated.other"
        return self.say(key, asked=self.asked(question), answer=self.answer(question, answer))

    def asked(self, question: str) -> str:
        table = words.table("answers", "ASKED", self.language)
        return str(table.get(question) or visible(question, _MOST_NAME))

    def answer(self, question: str, answer: str) -> str:
        if self._is_answer(question, answer):
            return words.phrase("page", f"value.{question}.{answer}", self.language)
        return visible(answer, _MOST_NAME)

    def _is_answer(self, question: str, answer: str) -> bool:
        return f"value.{question}.{answer}" in words.table("page", "PHRASES")

    def test(self, key: str) -> str:
        if key in DESK_TESTS:
            return self.say(f"test.{key}")
        known = words.table("tests", "TESTS", self.language)
        return str(known[key]).format(provider=self.called()) if key in known else visible(key, _MOST_NAME)

    def next_step(self, text: words.FaultText) -> str:
        return text.next_step.format(provider=self.called())

    def page(self, key: str) -> str:
        """A sentence that the customer's own page says."""
        return words.phrase("page", key, self.language).format(
            provider=self.called(), address=isolated("http://example.com")
        )

    def step(self, name: str) -> str:
        """What was done; the name itself for one of a newer version."""
        known = words.table("steps", "PHRASES", self.language)
        return str(known[name]) if name in known else visible(name, _MOST_NAME)

    def section(self, name: str) -> str:
        key = f"section.{name}"
        return upper(self.ui(key)) if key in words.table("interface", "PHRASES") else visible(name, _MOST_NAME)

    def outcome(self, name: str) -> str:
        if self.has(f"section.{name}"):
            return self.say(f"section.{name}")
        return self.ui(f"outcome.{name}")


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def told(sentences: Iterable[str], most: int | None = None) -> tuple[str, ...]:
    """What there is to say, each sentence once."""
    return tuple(dict.fromkeys(filter(None, sentences)))[:most]
