"""The questionnaire generated ahead: every node reached, every leaf the engine's own word, every link there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cpe_agent.answers import QUESTIONS
from cpe_agent.cli import cli
from cpe_agent.decoded import plain
from cpe_agent.deliver.spoken_code import match_of
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.dialogue import BACK, DONT_KNOW, NO_REPORT, REPEAT, dialogue
from cpe_agent.dialogue_page import page
from cpe_agent.profile import BUILT_IN
from cpe_agent.questionnaire import MOST_QUESTIONS, conclusion, judged
from cpe_agent.report import diagnosis_of
from cpe_agent.words import LANGUAGES, RIGHT_TO_LEFT

MOST_NODES = 200
MOST_BYTES = 300_000


@cache
def made() -> dict[str, Any]:
    return dialogue(BUILT_IN)


@cache
def nodes() -> dict[str, dict[str, Any]]:
    return {n["id"]: n for n in made()["nodes"]}


@cache
def ways() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Every way through: the leaf's id and the answers that lead there."""
    found = []

    def walk(node_id: str, given: tuple[tuple[str, str], ...]) -> None:
        node = nodes()[node_id]
        if "ask" not in node:
            found.append((node_id, given))
            return
        for choice in node["choices"]:
            walk(choice["next"], (*given, (node["ask"], choice["value"])))

    walk(made()["start"], ())
    return tuple(found)


def leaves() -> list[dict[str, Any]]:
    return [n for n in made()["nodes"] if "ask" not in n]


def test_every_way_ends_with_the_engines_own_word() -> None:
    """The engine is asked once for each conclusion, and for every 25th way to a leaf whatever it concludes."""
    seen: dict[str, int] = {}
    concluded = set()
    for leaf_id, answers in ways():
        assert len(answers) <= MOST_QUESTIONS
        assert len(dict(answers)) == len(answers), "asked twice"
        seen[leaf_id] = seen.get(leaf_id, 0) + 1
        conclusion_there = leaf_id, conclusion(dict(answers))
        if conclusion_there in concluded and seen[leaf_id] % 25:
            continue
        concluded.add(conclusion_there)
        leaf = nodes()[leaf_id]
        result = diagnosis_of(judged(BUILT_IN, dict(answers)), BUILT_IN)
        got = leaf["verdict"], leaf["fault"], leaf["owner"], leaf["acts"], tuple(leaf["suspects"]), leaf["next_test"]
        test = None if result.next_test is None else result.next_test.key
        assert got == (result.verdict, result.fault, result.owner, result.acts, result.suspects, test), answers
    assert set(seen) == {leaf["id"] for leaf in leaves()}, "every leaf is reached"


def test_the_code_of_a_leaf_says_the_same() -> None:
    for leaf in leaves():
        spoken = plain(leaf["spoken_code"])
        assert (spoken["verdict"], spoken["owner"], spoken["acts"]) == (leaf["verdict"], leaf["owner"], leaf["acts"])
        assert spoken["fault"] == (leaf["suspects"][0] if leaf["suspects"] else None)
        assert spoken["grade"] == leaf["grade"]
        assert spoken["report_match"] == match_of(NO_REPORT)


def test_no_leaf_names_anybody() -> None:
    for leaf in leaves():
        assert (leaf["verdict"], leaf["fault"], leaf["owner"], leaf["acts"]) == ("inconclusive", None, None, None)
        assert leaf["grade"] in ("circumstantial", None)
        assert "nobody's fault yet" in leaf["say"]["en"]
    suspected = {BY_CODE[leaf["suspects"][0]].owner.value for leaf in leaves() if leaf["suspects"]}
    assert suspected == {"device", "home", "cpe", "access", "account", "isp-core", "remote"}


def test_it_is_small_and_the_same_every_time() -> None:
    assert len(nodes()) == len(made()["nodes"]) <= MOST_NODES
    assert dialogue(BUILT_IN) == made()
    print(f"{len(nodes())} nodes, {len(leaves())} leaves, {len(ways())} ways")


def test_no_two_nodes_are_equal() -> None:
    texts = [json.dumps({**n, "id": ""}, sort_keys=True) for n in made()["nodes"]]
    assert len(texts) == len(set(texts))


def test_keys_and_words() -> None:
    for node in made()["nodes"]:
        assert set(node["say"]) == set(LANGUAGES)
        assert all(node["say"].values())
        for number, choice in enumerate(node.get("choices", []), 1):
            last = choice is node["choices"][-1]
            assert choice["key"] == (DONT_KNOW if last else str(number))
            assert choice["value"] == ("unknown" if last else QUESTIONS[node["ask"]][number - 1])
            assert choice["next"] in nodes()
            assert all(choice["say"].values())
    rules = made()["rules"]
    assert (rules["repeat"], rules["back"], rules["dont_know"]) == (REPEAT, BACK, DONT_KNOW)
    assert all(set(said) == set(LANGUAGES) for said in rules["say"].values())


def test_the_page_documents_every_name_of_the_schema() -> None:
    text = (Path(__file__).parent.parent / "docs" / "questionnaire.md").read_text("utf-8")

    def names(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key not in LANGUAGES:
                    yield key
                    yield from names(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from names(inner)

    assert not [name for name in sorted(set(names(made()))) if f"`{name}`" not in text]


class Page(HTMLParser):
    """Ids, links and anything that would fetch, run or be unknown to an old browser."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.root: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(found)
        if tag == "html":
            self.root = found
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_without_script_and_without_net(language: str) -> None:
    text = page(made(), language)
    read = Page()
    read.feed(text)
    assert not read.open, "every tag is closed"
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links} == set(read.ids), "every link leads somewhere, all is linked"
    assert all(link.startswith("#") for link in read.links)
    assert not read.tags & {"script", "link", "img", "iframe", "form", "section", "details", "svg"}
    assert not {a for a in read.attributes if a.startswith("on") or a in ("src", "style")}
    assert "url(" not in text
    assert "@import" not in text
    assert read.root == {"lang": language, "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr"}
    assert len(text.encode()) < MOST_BYTES
    assert all(leaf["spoken_code"] in text for leaf in leaves())
    print(f"{language}: {len(text.encode())} bytes")


def test_the_command_writes_both(tmp_path: Path) -> None:
    file = tmp_path / "questions.html"
    result = CliRunner().invoke(cli, ["questionnaire", "--json", "--html", str(file), "--lang", "he"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == made()
    assert file.read_text("utf-8") == page(made(), "he") + "\n"
