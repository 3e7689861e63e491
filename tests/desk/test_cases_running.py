"""A run out of the feed's items, and entries and choices in words."""

from __future__ import annotations

import pytest

from cpe_agent.answers import QUESTIONS
from cpe_agent.desk.cases.ledger import TOLD, BadEntry, Entry, Kind, done_keys, entered
from cpe_agent.desk.cases.running import Asked, Running, Step, running
from cpe_agent.desk.live.feed import Feed
from cpe_agent.desk.live.runs import Event, Post, Runs
from cpe_agent.desk.live.wishes import Wishes
from cpe_agent.desk.pages.case_words import chosen, entering, faults, line, owners, spelled, what
from cpe_agent.desk.pages.templating import Words
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.fault import Owner
from cpe_agent.layout import SEGMENTS
from cpe_agent.words import LANGUAGES


class Live:
    """The desk's own feed and runs, told as a client tells them."""

    def __init__(self) -> None:
        self.feed = Feed(lambda: 0.0)
        self.wishes = Wishes(self.feed, lambda: 0.0)
        self._runs = Runs(self.feed, self.wishes)

    def tell(self, run: str, *events: Event) -> None:
        self._runs.heard(run, 1, Post("4F7K2Q9X", list(events)))

    def now(self) -> Running:
        return running(self.feed.so_far(1, "4F7K2Q9X")[1])


def states(live: Live) -> list[str]:
    return list(live.now().segments.values())


def test_nothing_was_heard() -> None:
    found = running(())
    assert (found.phase, found.steps, found.wishes) == ("none", (), ())
    assert found.segments == dict.fromkeys(SEGMENTS, "unknown")


def test_a_run_lights_the_path_up() -> None:
    live = Live()
    live.tell("r", Event(1, "started"))
    assert states(live) == ["trying", *["unknown"] * 6]
    segments = {"device": "ok", "home": "degraded", "moon": "broken", "cpe": "purple"}
    live.tell(
        "r", Event(2, "section", 0.4, section="wifi", outcome="unsupported"), Event(3, "segments", segments=segments)
    )
    assert states(live) == ["ok", "degraded", "trying", "unknown", "unknown", "unknown", "unknown"]
    live.tell("r", Event(4, "ended", verdict="fault", fault="access-no-sync", owner="access"))
    found = live.now()
    assert (found.phase, found.verdict, found.fault, found.owner) == ("ended", "fault", "access-no-sync", "access")
    assert "trying" not in found.segments.values()
    assert found.steps == (Step(0.4, "wifi", "unsupported"),)
    live.tell("r", Event(5, "ended", verdict="inconclusive"))
    found = live.now()
    assert (found.fault, found.owner) == ("", "")


def test_the_run_that_was_heard_last_counts() -> None:
    live = Live()
    live.tell("old", Event(1, "started"), Event(2, "section", section="dns", outcome="measured"),
              Event(3, "segments", segments=dict.fromkeys(SEGMENTS, "ok")))  # fmt: skip
    live.tell("new", Event(7, "section", section="web", outcome="measured"))  # its beginning was lost
    found = live.now()
    assert [step.section for step in found.steps] == ["web"]
    assert states(live) == ["trying", *["unknown"] * 6]


def test_wishes_outlast_runs_and_keep_who_asked() -> None:
    live = Live()
    wish = live.wishes.ask(1, "4F7K2Q9X", "deep-test", "Dana")
    live.tell("r", Event(1, "started"))
    assert live.now().wishes == (Asked(wish.id, "deep-test", "Dana", ""),)
    live.tell("r", Event(2, "wish", wish=wish.id, answer="no"))
    assert live.now().wishes == (Asked(wish.id, "deep-test", "Dana", "no"),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_of_the_ledger_can_be_entered_and_read(language: str) -> None:
    words = Words(language)
    groups = entering("test-at-first-socket", words)
    values = [value for group in groups for value, _ in group.options]
    assert len(values) == len(set(values))
    assert [value for value, _ in groups[0].options][:2] == ["said:first-socket=works", "said:first-socket=fails"]
    steps, checks = done_keys()
    assert len(values) == sum(len(a) + 2 for a in QUESTIONS.values()) + len(steps) + len(checks) + len(TOLD)
    for value in values:
        new = entered(*chosen(value))
        said = line(Entry(1, 0.0, "Dana", new.kind, new.key, new.text, "stated", None), words, {})
        assert said.what
        assert "-" not in new.key or new.key not in said.what, value
        assert said.text == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_entry_reads(language: str) -> None:
    words = Words(language)
    for kind, key, text in [
        *((kind, "", "free text") for kind in (*Kind, "reveal", "of-tomorrow")),
        (Kind.HANDOVER, "7", "x"), (Kind.HANDOVER, "free", "x"), (Kind.HANDOVER, "99", "x"),
        (Kind.CONCLUSION, "not-us", ""), (Kind.CONCLUSION, "owner:home", ""),
        (Kind.CONCLUSION, "of-tomorrow\u202e", ""),
        (Kind.OUTCOME, "right", ""), (Kind.OUTCOME, "another", "owner:home"), (Kind.OUTCOME, "another", "gone"),
        (Kind.SAID, "of-tomorrow", "maybe"), (Kind.DONE, "of-tomorrow", ""), (Kind.TOLD, "of-tomorrow", ""),
    ]:  # fmt: skip
        if kind == Kind.OUTCOME and not key:
            continue
        said = line(Entry(1, 0.0, "", kind, key, text, "", None), words, {7: "Dana\u202e"})
        assert said.what
        assert "\u202e" not in said.what


def test_what_may_be_concluded_is_everything_there_is() -> None:
    words = Words("en")
    listed = [code for group in faults(words) for code, _ in group.options]
    assert sorted(listed) == sorted(fault.code for fault in ALL if fault.owner is not Owner.NONE)
    assert len(owners(words).options) == len(SEGMENTS)
    assert what("not-us", words) != what("owner:home", words)


def test_a_code_is_said_letter_by_letter() -> None:
    said = spelled("4F7K2Q9X", Words("en"))
    assert said == ["4", "F as in Foxtrot", "7", "K as in Kilo", "2", "Q as in Quebec", "9", "X as in X-ray"]
    for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
        assert spelled(c, Words("en")) != [""]


@pytest.mark.parametrize("value", ["said", "said:", ":", "note:x", "conclusion:x", "said:=x", "done:=", "told:x"])
def test_an_option_that_is_none_of_ours(value: str) -> None:
    with pytest.raises(BadEntry):
        entered(*chosen(value))
