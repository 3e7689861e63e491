"""The telephone menu: where a call goes by what was keyed."""

from __future__ import annotations

from functools import cache

import pytest

from cpe_agent.deliver.spoken_code import SEGMENTS, encode
from cpe_agent.desk.api import menu
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.report import uuid7
from cpe_agent.words import LANGUAGES
from tests.reports import recorded_reports


@cache
def code() -> str:
    return recorded_reports()["line-down"].spoken_code


def code_of(fault: str, verdict: str = "fault", age: int = 0) -> str:
    states = dict.fromkeys(SEGMENTS, "unknown")
    grade = "direct" if verdict == "fault" else "circumstantial"
    return encode(verdict, BY_CODE[fault].number, grade, states, uuid7(), age)


def test_every_fault_leads_to_who_acts() -> None:
    reached: dict[str, set[str]] = {}
    for fault in ALL:
        found = menu.keyed(code_of(fault.code), "en", 0)
        assert (found.ask_again, found.fault) == (False, fault.code)
        assert len(found.say) >= 2
        reached.setdefault(found.queue, set()).add(f"{fault.owner} {fault.acts}")
    assert reached == {
        "self-help": {"device customer", "home customer", "cpe customer", "account customer", "remote site"},
        "repair": {"access isp", "cpe isp"},
        "provider-network": {"isp-core isp", "account isp", "remote isp"},
        "billing": {"account billing"},
        "line-owner": {"access infrastructure"},
        "human": {"none nobody"},
    }


@pytest.mark.parametrize(
    ("before", "after"), [("", "#"), ("123*", "#99"), ("", "")], ids=["ended", "begun again", "bare"]
)
def test_star_begins_again_and_hash_ends_it(before: str, after: str) -> None:
    keyed = f"{before}{code().replace(' ', '') if before else code()}{after}"
    assert menu.keyed(keyed, "en", 0).fault == "access-no-sync"


def test_a_wrong_digit_is_put_right() -> None:
    wrong = f"{code()[:-1]}{(int(code()[-1]) + 1) % 10}"
    found = menu.keyed(wrong, "en", 0)
    assert (found.fault, found.corrected) == ("access-no-sync", True)


def test_what_is_no_code_is_asked_for_again_and_then_a_person_helps() -> None:
    for keyed in ("", "#", "12345#", "000000000000001#"):
        first, last = menu.keyed(keyed, "en", 0), menu.keyed(keyed, "en", menu.TRIES - 1)
        assert first.ask_again, keyed
        assert (last.ask_again, last.queue) == (False, "human")


def test_an_open_verdict_and_an_old_code_go_to_a_person() -> None:
    assert menu.keyed(code_of("lan-cable-unplugged", "inconclusive"), "en", 0).queue == "human"
    assert menu.keyed(code_of("lan-cable-unplugged", age=1440), "en", 0).queue == "human"


def test_answers_never_lead_to_the_customers_own_side() -> None:
    """They prove nothing: whatever is answered, nobody hears that it is his own."""
    seen = set()
    for pick in range(8):
        given: dict[str, str] = {}
        for turn in range(10):
            found = menu.answered(given, LANGUAGES[pick % len(LANGUAGES)])
            if not found.ask_again:
                break
            assert found.question is not None
            choices = found.question.choices
            given[found.question.ask] = choices[(pick + turn * (pick + 1)) % len(choices)].value
        assert not found.ask_again
        assert (found.verdict, found.fault) == ("inconclusive", None)
        seen.add(found.queue)
    assert "self-help" not in seen


def test_an_answer_that_no_question_has_is_refused() -> None:
    for given in ({"colour": "red"}, {"line-lamp": "green"}):
        with pytest.raises(menu.BadAnswer):
            menu.answered(given, "en")
