"""Keeps the translations beside the English sentences: cpe_agent/words/translations/<language>.po and .mo, and
desk-<language>.po and .mo for the words of the desk, which are a part of their own (below: ru or desk-ru).

python -m docs.words                   takes new and changed sentences into every catalogue and compiles them
python -m docs.words --check           exit status 1 when a catalogue is not current, or a sentence has no translation
python -m docs.words missing ru        what has no translation, as JSON: {context: sentence or [one, more]}
python -m docs.words fill ru FILE      takes translations from such a JSON (a counted one is a list, one a plural form)

A sentence that changes in English keeps its old translation marked fuzzy, which is not used, until it is filled anew.
"""

from __future__ import annotations

import io
import json
import pkgutil
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from cpe_agent.words import DESK, LANGUAGES, SOURCE, en, part_of, sentences
from cpe_agent.words.catalogue import FOLDER, file_name

TABLES = ("FAULTS", "TESTS", "QUESTIONS", "PHRASES", "ASKED", "STATED", "READINGS")
TRANSLATED = tuple(language for language in LANGUAGES if language != SOURCE)
CATALOGUES = tuple(file_name(language, part) for part in ("", DESK) for language in TRANSLATED)
_ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)  # equal translations are equal bytes

Sentence = str | tuple[str, str]


def english(*parts: str) -> dict[str, Sentence]:
    """Every sentence of these parts (of all, when none is named) by its context; a counted one as its form for one and
    its form for more."""
    found: dict[str, Sentence] = {}
    for module in pkgutil.iter_modules(en.__path__):
        if parts and part_of(module.name) not in parts:
            continue
        tables = vars(import_module(f"{en.__name__}.{module.name}"))
        for attribute in TABLES:
            if attribute in tables:
                found |= {context: text for context, text in sentences(module.name, attribute).items() if text}
        for key, forms in tables.get("COUNTED", {}).items():
            found[f"{module.name}.COUNTED.{key}"] = forms
    return found


def po_of(name: str) -> Path:
    return FOLDER / f"{name}.po"


def read(name: str) -> Catalog:
    """The catalogue of this name (``he``, ``desk-he``) as it stands in its file."""
    file, language = po_of(name), name.rpartition("-")[2]
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as lines:
        return read_po(lines, locale=language)


def updated(old: Catalog, name: str) -> Catalog:
    """The catalogue of today's sentences, with the translations there are."""
    part, _, language = name.rpartition("-")
    new = Catalog(
        locale=language, project="cpe-agent", version="1", creation_date=_ALWAYS, revision_date=_ALWAYS,
        last_translator="the authors", language_team="the authors", msgid_bugs_address="the authors", fuzzy=False,
        header_comment="# Written by `make docs`; only the translations are edited.",
    )  # fmt: skip
    before = {message.context: message for message in old if message.id}
    for context, sentence in english(part).items():
        known = before.get(context)
        message = new.add(sentence, context=context)
        if known is not None and known.string:
            message.string = known.string
            if known.id != sentence or known.fuzzy:
                message.flags.add("fuzzy")
                if isinstance(known.id, tuple) is not isinstance(sentence, tuple):
                    message.string = ("",) * new.num_plurals if isinstance(sentence, tuple) else ""
    return new


def po_bytes(catalogue: Catalog) -> bytes:
    text = io.BytesIO()
    write_po(text, catalogue, width=0)
    return text.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    data = io.BytesIO()
    write_mo(data, catalogue)
    return data.getvalue()


def untranslated(catalogue: Catalog) -> dict[str, Any]:
    return {
        str(m.context): m.id
        for m in catalogue
        if m.id and (m.fuzzy or not (all(m.string) if isinstance(m.string, tuple | list) else m.string))
    }


def fill(catalogue: Catalog, translations: dict[str, Any]) -> list[str]:
    """Take translations. Returns those of no known sentence, or with another number of plural forms than needed."""
    wrong = []
    by_context = {m.context: m for m in catalogue if m.id}
    for context, text in translations.items():
        message = by_context.get(context)
        counted = message is not None and isinstance(message.id, tuple | list)
        if message is None or counted is not isinstance(text, list) or (counted and len(text) != catalogue.num_plurals):
            wrong.append(context)
            continue
        message.string = tuple(text) if counted else text
        message.flags.discard("fuzzy")
    return wrong


def write(name: str, catalogue: Catalog) -> None:
    FOLDER.mkdir(exist_ok=True)
    po_of(name).write_bytes(po_bytes(catalogue))
    (FOLDER / f"{name}.mo").write_bytes(mo_bytes(catalogue))


def trouble(name: str) -> list[str]:
    """What is not as it should be in a catalogue's files."""
    catalogue = updated(read(name), name)
    found = []
    for suffix, data in ((".po", po_bytes(catalogue)), (".mo", mo_bytes(catalogue))):
        file = FOLDER / f"{name}{suffix}"
        if not file.exists() or file.read_bytes() != data:
            found.append(f"{file.name} is not current; run 'make docs'")
    return found + [f"{name}: {context} has no translation" for context in untranslated(catalogue)]


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            for name in CATALOGUES:
                catalogue = updated(read(name), name)
                write(name, catalogue)
                waiting = len(untranslated(catalogue))
                total = len(english(name.rpartition("-")[0]))
                print(f"{name}: {waiting} of {total} sentences wait for a translation")
        case ["--check"]:
            found = [line for name in CATALOGUES for line in trouble(name)]
            print("\n".join(found[:20]) or "the translations are current")
            return 1 if found else 0
        case ["missing", name]:
            print(json.dumps(untranslated(updated(read(name), name)), ensure_ascii=False, indent=1))
        case ["fill", name, file]:
            catalogue = updated(read(name), name)
            wrong = fill(catalogue, json.loads(Path(file).read_text("utf-8")))
            write(name, catalogue)
            print(f"{len(untranslated(catalogue))} left", *(f"not taken: {context}" for context in wrong), sep="\n")
            return 1 if wrong else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
