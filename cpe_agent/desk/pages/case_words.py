"""A case's choices and entries as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cpe_agent.answers import QUESTIONS
from cpe_agent.card import owner_key
from cpe_agent.desk.card.ledger import named
from cpe_agent.desk.card.voice import Voice
from cpe_agent.desk.cases.against import NOT_US, OWNERS
from cpe_agent.desk.cases.ledger import TOLD, UNKNOWN, Entry, Kind, done_keys
from cpe_agent.desk.cases.store import FREE
from cpe_agent.desk.pages.templating import Words, shown
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.next_step import ANSWERED_BY
from cpe_agent.words import fault_text


class Group(NamedTuple):
    """Choices under one heading: (value, words)."""

    label: str
    options: tuple[tuple[str, str], ...]


class Line(NamedTuple):
    """An entry of the ledger. ``text`` is as it was written."""

    at: float
    by: str
    kind: str
    what: str
    text: str
    source: str


def what(concluded: str, words: Words) -> str:
    """A fault, an owner, or that it is not us."""
    if concluded == NOT_US:
        return words.say("cases", "conclusion.not-us")
    owner = concluded.removeprefix("owner:")
    if owner in OWNERS:
        return words.ui(f"owner.{owner}")
    return fault_text(concluded, words.language).title if concluded in BY_CODE else shown(concluded)


def faults(words: Words) -> list[Group]:
    """Every fault under its owner."""
    found: dict[str, list[tuple[str, str]]] = {}
    for fault in ALL:
        found.setdefault(fault.owner.value, []).append((fault.code, fault_text(fault.code, words.language).title))
    return [Group(words.ui(f"owner.{o}"), tuple(sorted(found[o], key=lambda c: c[1]))) for o in OWNERS if o in found]


def owners(words: Words) -> Group:
    options = tuple((f"owner:{owner}", words.ui(f"owner.{owner}")) for owner in OWNERS)
    return Group(words.say("cases", "conclusion.owners"), options)


def likely(codes: tuple[str, ...], words: Words) -> Group:
    """What the newest report names or suspects, with its owner."""
    options = tuple(
        (code, f"{fault_text(code, words.language).title} ({words.ui(owner_key(BY_CODE[code]))})")
        for code in codes
        if code in BY_CODE
    )
    return Group(words.say("cases", "newest"), options)


def entering(test: str | None, words: Words) -> list[Group]:
    """What may be added to a ledger; first the answers to ``test``, the one that decides."""
    voice = Voice(words.language)
    question = ANSWERED_BY.get(test or "")
    steps, checks = done_keys()
    groups = [_question(question, "group.decides", words, voice)] if question else []
    groups += [
        Group(words.say("cases", "group.told"), tuple((f"told:{k}", words.say("cases", f"told.{k}")) for k in TOLD)),
        Group(words.say("cases", "group.done"), _sorted((f"done:{k}", named(k, voice)) for k in steps)),
        Group(words.say("cases", "group.checked"), _sorted((f"done:{k}", named(k, voice)) for k in checks)),
    ]
    return groups + [_question(q, "group.asked", words, voice) for q in QUESTIONS if q != question]


def _sorted(options: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(options, key=lambda option: option[1]))


def _question(question: str, heading: str, words: Words, voice: Voice) -> Group:
    asked = voice.asked(question)
    label = words.say("cases", heading, question=asked)
    answers = [(f"said:{question}={a}", voice.answer(question, a)) for a in QUESTIONS[question]]
    answers += [
        (f"said:{question}={UNKNOWN}", words.say("cases", "answer.unknown")),
        (f"asked:{question}", words.say("cases", "answer.none-yet")),
    ]
    if heading == "group.decides":
        label = f"{label}: {asked}"
    # The closed list shows the option alone: the question stands in it too.
    return Group(label, tuple((value, f"{asked}: {answer}") for value, answer in answers))


def chosen(value: str) -> tuple[str, str, str]:
    """Kind, key and answer of an option of ``entering``; a note alone for none."""
    if not value:
        return Kind.NOTE, "", ""
    kind, _, rest = value.partition(":")
    key, _, answer = rest.partition("=")
    return kind, key, answer


def line(entry: Entry, words: Words, names: Mapping[int, str]) -> Line:
    voice = Voice(words.language)
    fill: dict[str, str] = {}
    text = entry.text
    match entry.kind:
        case Kind.ASKED:
            fill = {"what": voice.asked(entry.key)}
        case Kind.SAID:
            answer = words.say("cases", "answer.unknown") if text == UNKNOWN else voice.answer(entry.key, text)
            fill, text = {"what": voice.asked(entry.key), "answer": answer}, ""
        case Kind.DONE:
            fill = {"what": named(entry.key, voice) or shown(entry.key)}
        case Kind.TOLD:
            fill = {"what": words.say("cases", f"told.{entry.key}") if entry.key in TOLD else shown(entry.key)}
        case Kind.CONCLUSION:
            fill = {"what": what(entry.key, words)}
        case Kind.HANDOVER:
            free = entry.key == FREE or not entry.key.isdigit()
            name = words.say("cases", "hand-over.free") if free else shown(names.get(int(entry.key), "?"))
            fill = {"to": name}
        case Kind.OUTCOME:
            fill = {"what": what(text, words) if entry.key == "another" else words.say("cases", f"outcome.{entry.key}")}
            text = ""
    known = entry.kind in {*Kind, "reveal"}
    said = words.say("cases", f"entry.{entry.kind}", **fill) if known else shown(entry.kind)
    source = words.say("cases", f"source.{entry.source}") if entry.source and entry.kind in ("said", "done") else ""
    return Line(entry.at, entry.by, entry.kind, said, text, source)


def spelled(code: str, words: Words) -> list[str]:
    """A code to say aloud, a piece a character."""
    return [words.say("cases", f"letter.{c}") if c.isalpha() else c for c in code]
