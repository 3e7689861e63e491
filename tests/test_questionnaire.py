"""The questionnaire for somebody with no program: what is asked, and what answers alone may say."""

from __future__ import annotations

import os
import pty
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from cpe_agent.answers import QUESTIONS
from cpe_agent.asking import ask_all
from cpe_agent.card import card
from cpe_agent.cli import cli
from cpe_agent.collector import Facts
from cpe_agent.commands.stop import CANNOT_RUN, INCONCLUSIVE
from cpe_agent.decoded import plain
from cpe_agent.deliver.spoken_code import match_of
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Acts, Owner
from cpe_agent.diagnose.predicate import YES, Look
from cpe_agent.dialogue import words_of
from cpe_agent.engine import judge_again
from cpe_agent.facts import Answers, Plan
from cpe_agent.profile import BUILT_IN
from cpe_agent.questionnaire import (
    COST,
    MOST_QUESTIONS,
    PICTURED,
    UNKNOWN_ANSWER,
    conclusion,
    facts_of,
    judged,
    next_question,
    report_of,
    state,
)
from cpe_agent.report import from_json, to_json

ROOT = Path(__file__).parent.parent


class Customer(NamedTuple):
    """Somebody whose Internet is broken at one place, and what he sees; what he does not see he does not know."""

    name: str
    owner: Owner
    sees: dict[str, str]


DEAD = {"what-fails": "everything", "browser-shows": "no-page", "changed": "nothing"}
ALL_DEAD = {**DEAD, "devices-failing": "all", "second-device": "fails", "provider-wrote": "no"}
LIT = {**ALL_DEAD, "router-lamps": "on", "line-lamp": "steady", "los-lamp": "off", "modem-lamps": "on"}
ONE = {**DEAD, "devices-failing": "one", "second-device": "works", "router-lamps": "on", "line-lamp": "steady"}

CUSTOMERS = (
    Customer("the line is cut: its lamp is off", Owner.ACCESS, {**ALL_DEAD, "router-lamps": "on", "line-lamp": "off"}),
    Customer(
        "the line trains for ever: its lamp blinks",
        Owner.ACCESS,
        {**ALL_DEAD, "router-lamps": "on", "line-lamp": "blinking"},
    ),
    Customer("a home with one device, the line's lamp off", Owner.ACCESS,
             {**DEAD, "devices-failing": "single", "router-lamps": "on", "line-lamp": "off"}),
    Customer("one device, others on mobile data, the line's lamp off", Owner.ACCESS,
             {**DEAD, "devices-failing": "one", "second-device": "works", "router-lamps": "on", "line-lamp": "off"}),
    Customer("the telephones are dead, lamps not known", Owner.ACCESS,
             {**DEAD, "phones": "fail", "router-lamps": "on", "modem-lamps": "on"}),
    Customer("the fibre is cut: LOS is red", Owner.ACCESS,
             {**ALL_DEAD, "router-lamps": "on", "line-lamp": "off", "los-lamp": "red", "modem-lamps": "on"}),
    Customer("the router has no power", Owner.CPE, {**ALL_DEAD, "router-lamps": "off"}),
    Customer("the fibre box has no power", Owner.HOME,
             {**ALL_DEAD, "router-lamps": "on", "line-lamp": "off", "los-lamp": "off", "modem-lamps": "off"}),
    Customer("the home's own wiring", Owner.HOME,
             {**ALL_DEAD, "router-lamps": "on", "line-lamp": "blinking",
              "first-socket": "works"}),
    Customer("the cable to the fibre box after moving in", Owner.HOME, {**LIT, "line-lamp": "off", "changed": "moved"}),
    Customer("one computer's cable", Owner.HOME, {**ONE, "joined": "no", "connected-by": "cable"}),
    Customer("one phone has left the Wi-Fi", Owner.HOME, {**ONE, "joined": "no", "connected-by": "wifi"}),
    Customer("one computer's own settings", Owner.DEVICE, {**ONE, "joined": "yes", "browser": "works"}),
    Customer("one computer's browser", Owner.DEVICE, {**ONE, "joined": "yes", "browser": "fails"}),
    Customer("one computer's clock", Owner.DEVICE, {**ONE, "browser-shows": "certificate"}),
    Customer("the bill: the provider's page comes", Owner.ACCOUNT, {**LIT, "browser-shows": "provider-page"}),
    Customer("the bill: a letter came", Owner.ACCOUNT, {**LIT, "provider-wrote": "yes"}),
    Customer("a hotel's sign-in", Owner.ACCOUNT, {**LIT, "browser-shows": "sign-in"}),
    Customer("a new line that was not set up", Owner.ACCOUNT, {**LIT, "changed": "never-worked"}),
    Customer("a new router that knows no login", Owner.CPE, {**LIT, "changed": "new-router"}),
    Customer("the provider's network is down", Owner.ISP_CORE, {**LIT, "restarted": "in-vain"}),
    Customer("the provider's login server is down", Owner.ISP_CORE,
             {**ALL_DEAD, "router-lamps": "on", "neighbours": "fail"}),
    Customer("one site is down", Owner.REMOTE, {"what-fails": "one-site", "devices-failing": "all"}),
    Customer("a weak radio", Owner.HOME, {**ONE, "what-fails": "slow", "connected-by": "wifi"}),
    Customer("a damaged cable", Owner.HOME, {**ONE, "what-fails": "drops", "connected-by": "cable"}),
    Customer("a full line in the evening", Owner.ACCESS, {**LIT, "what-fails": "slow"}),
    Customer("a line that loses packets", Owner.ACCESS, {**LIT, "what-fails": "drops"}),
)  # fmt: skip


def asked(customer: Customer) -> dict[str, str]:
    given: dict[str, str] = {}
    while (question := next_question(given)) is not None:
        given[question] = customer.sees.get(question, UNKNOWN_ANSWER)
    return given


@pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda c: c.name)
def test_the_first_suspect_is_the_right_owners(customer: Customer) -> None:
    given = asked(customer)
    assert len(given) <= MOST_QUESTIONS
    result = judged(BUILT_IN, given)
    assert result.headline is None, "answers alone name nobody"
    assert result.suspects, given
    first = result.suspects[0].fault
    print(f"{customer.name:45} {customer.owner:9} {len(given)} questions  {first.code} ({first.owner})")
    assert first.owner is customer.owner, given


def random_answers(count: int) -> Iterator[dict[str, str]]:
    dice = random.Random(4)
    for _ in range(count):
        questions = dice.sample(sorted(QUESTIONS), dice.randint(0, len(QUESTIONS)))
        yield {q: dice.choice((*QUESTIONS[q], UNKNOWN_ANSWER)) for q in questions}


def test_answers_alone_name_nobody_and_clear_nobody() -> None:
    for given in random_answers(150):
        result = judged(BUILT_IN, given)
        assert result.verdict == "inconclusive", given
        assert result.headline is None
        assert not any(f.named for f in result.findings), given
        assert set(result.segments.values()) == {"unknown"}, given
        assert all(s.grade == "circumstantial" for s in result.suspects)


SPARED = {("second-device", "works"), ("devices-failing", "one"), ("devices-failing", "some")}
POSITIVE = {
    # a suspect on the customer's side -> an answer that points there, of which one must have been given
    "lan-cable-unplugged": SPARED,
    "wifi-not-associated": SPARED,
    "static-ip-wrong": SPARED,
    "host-firewall-blocking": SPARED,
    "browser-only-fault": SPARED,
    "wifi-weak-signal": SPARED,
    "lan-cable-bad": SPARED,
    "clock-skew-tls": {("browser-shows", "certificate")},
    "router-power-off": {("router-lamps", "off")},
    "modem-or-ont-power-off": {("modem-lamps", "off")},
    "wan-cable-unplugged": {("changed", "moved"), ("changed", "new-router")},
    "home-line-wiring-fault": {("first-socket", "works")},
    "router-wan-unconfigured": {("changed", "new-router")},
    "captive-portal-login": {("browser-shows", "sign-in")},
}


def test_a_suspect_on_the_customers_side_needs_a_positive_sign() -> None:
    own = {f.code for f in PICTURED if f.owner in ("device", "home", "cpe") or f.acts is Acts.CUSTOMER}
    assert own == set(POSITIVE)
    seen = set()
    for given in random_answers(600):
        for suspect in judged(BUILT_IN, given).suspects:
            seen.add(suspect.fault.code)
            if suspect.fault.code in POSITIVE:
                assert POSITIVE[suspect.fault.code] & set(given.items()), (suspect.fault.code, given)
    assert len(seen & own) > 5, "the answers must reach them"


def test_the_pictures_say_nothing_where_something_was_measured() -> None:
    measured = Plan(asked_only=False)
    for customer in CUSTOMERS:
        facts = facts_of(BUILT_IN, customer.sees)
        assert facts[Plan].asked_only
        look = Look(facts)
        assert any(f.stated is not None and f.stated.picture.ask(look, {}) is YES for f in ALL), customer.name
        section = facts.section(Plan)
        assert section is not None
        answers = facts.section(Answers)
        assert answers is not None
        look = Look(Facts({Plan: replace(section, content=measured), Answers: answers}))
        assert not any(f.stated is not None and f.stated.picture.ask(look, {}) is YES for f in ALL), customer.name


def test_equal_conclusions_are_equal_diagnoses() -> None:
    known: dict[object, object] = {}
    for given in random_answers(250):
        result = judged(BUILT_IN, given)
        got = [s.fault.code for s in result.suspects], result.next_test
        assert known.setdefault(conclusion(given), got) == got, given


def test_nothing_is_asked_that_changes_nothing() -> None:
    """Once it ends before the limit, no answer to any question that is left changes the first suspect."""
    ended = 0
    for customer in CUSTOMERS[::3]:
        given = asked(customer)
        if len(given) == MOST_QUESTIONS:
            continue
        ended += 1
        assert not state(given).matter
        first = judged(BUILT_IN, given).suspects[0].fault.code
        for question in COST.keys() - given.keys():
            for value in QUESTIONS[question]:
                later = judged(BUILT_IN, {**given, question: value}).suspects
                assert later, (given, question, value)
                assert later[0].fault.code == first, (given, question, value)
    assert ended > 3


def test_it_is_deterministic_and_cheap_questions_come_first() -> None:
    assert next_question({}) == "what-fails"
    for customer in CUSTOMERS[:6]:
        assert asked(customer) == asked(customer)
    assert max(COST, key=lambda q: COST[q]) == "first-socket"
    assert set(COST) <= set(QUESTIONS)


@pytest.mark.parametrize("question", COST)
def test_every_question_has_its_words(question: str) -> None:
    assert words_of(f"ask.{question}", "en").endswith(("?", "."))
    for value in QUESTIONS[question]:
        assert words_of(f"value.{question}.{value}", "en")
    assert len(QUESTIONS[question]) <= 9, "a telephone has nine keys for answers"


def test_a_report_of_answers_is_a_report() -> None:
    given = asked(CUSTOMERS[-7])
    report = report_of(BUILT_IN, given, seconds=61.5, case="4F7K2Q9X")
    again = from_json(to_json(report))
    assert again == report
    assert report.client.platform == "questionnaire"
    assert set(report.sections) == {"plan", "answers"}
    assert report.complaint == "no-internet"
    assert ("router-restarted", "stated") in [(s.step, s.source) for s in report.steps]
    spoken = plain(report.spoken_code)
    assert spoken["report_match"] == match_of(report.id)
    assert (spoken["verdict"], spoken["fault"]) == ("inconclusive", report.diagnosis.suspects[0])
    assert [s.fault.code for s in judge_again(again).suspects] == list(report.diagnosis.suspects)
    shown = card(report)
    assert "--answer" not in shown, "nobody ran a program that could run again"
    assert report.spoken_code in shown


def test_back_wrong_keys_and_the_end_of_the_input() -> None:
    typed = iter(["x", "", "1", "b", "2", "99", "3", "0"])
    said: list[str] = []

    def read(prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    given = ask_all(read, said.append, "en")
    assert given == {"what-fails": "one-site", "devices-failing": "all"} or given is None
    assert said.count("Please type one of the numbers.") >= 3
    assert ask_all(lambda _prompt: "q", said.append, "en") is None
    assert CliRunner().invoke(cli, ["questionnaire"], input="1\nq\n").exit_code == CANNOT_RUN
    assert CliRunner().invoke(cli, ["questionnaire"], input="").exit_code == CANNOT_RUN


def test_on_a_terminal(tmp_path: Path) -> None:
    """A real pseudo-terminal: number keys, the card, the code, the status."""
    near, far = pty.openpty()
    output = tmp_path / "report.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "cpe_agent", "questionnaire", "--lang", "en", "--output", str(output)],
        stdin=far, stdout=far, stderr=far, cwd=ROOT, close_fds=True,
    )  # fmt: skip
    os.close(far)
    os.write(near, b"7\n")  # no such answer
    for _ in range(MOST_QUESTIONS):
        os.write(near, b"1\n")
    shown = bytearray()
    while True:
        try:
            part = os.read(near, 4096)
        except OSError:  # EIO: the other end was closed
            break
        if not part:
            break
        shown += part
    os.close(near)
    assert process.wait(timeout=60) == INCONCLUSIVE, shown.decode()
    report = from_json(output.read_bytes())
    assert report.spoken_code in shown.decode()
    assert "Please type one of the numbers." in shown.decode()
    assert report.diagnosis.suspects == ("account-suspended",)
    assert BY_CODE[report.diagnosis.suspects[0]].owner is Owner.ACCOUNT
