"""The card as records: every case and every recorded home, in every language, and by code alone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from cpe_agent.codec import to_plain
from cpe_agent.deliver.receipt import cleared
from cpe_agent.deliver.spoken_code import SEGMENTS, Unreadable, encode
from cpe_agent.desk.card import counter
from cpe_agent.desk.card.code import card_of_code
from cpe_agent.desk.card.content import judged
from cpe_agent.desk.card.records import Card
from cpe_agent.desk.card.voice import Voice
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.predicate import Look
from cpe_agent.report import Report
from cpe_agent.steps import Step
from cpe_agent.words import LANGUAGES, asked
from tests.desk.cards import CODE, PROVIDER, came, card_of, cut_report, entry, gallery, one_wrong
from tests.page_reports import SCENARIOS, report_of
from tests.reports import CASES, case_report, recorded_reports

ID = "01a202b4-b2d7-781f-b3ad-67acd27b92e8"
TO_THE_CUSTOMER = re.compile(r"\b[Yy]ou (said|saw)\b")


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for inner in value.values() for s in strings(inner)]
    return [s for inner in value for s in strings(inner)] if isinstance(value, list) else []


def check(card: Card, report: Report | None = None) -> None:
    """What holds for every card."""
    plain = to_plain(card)
    json.dumps(plain)
    told = strings({key: value for key, value in plain.items() if key not in ("raw", "sections")})
    assert not [s for s in told if "[U+" in s], "our own isolates are no foreign text"
    assert not [s for s in told if re.search(r"\{\w*\}", s) or s != s.strip()]
    assert card.headline
    assert card.means
    assert card.say.sentences
    assert card.next
    assert card.dispatch.text
    assert card.dispatch.why
    assert len(card.path) == len(SEGMENTS)
    if card.verdict == "inconclusive":
        assert (card.owner, card.owner_text, card.acts, card.acts_text, card.grade) == (None, "", None, "", None)
        assert card.test is not None
        assert card.test.text
        assert card.dispatch.answer == "no"
        assert not card.counter
    if card.verdict == "fault":
        assert card.owner_text
        assert card.acts_text
        assert card.proof
        assert card.owner == BY_CODE[str(card.fault)].owner
        assert all(rival.owner != card.owner for rival in card.counter)
        rule = BY_CODE[str(card.fault)].dispatch
        assert (card.dispatch.answer == "no") is (rule == "no")
    if card.dispatch.answer == "yes":
        assert card.dispatch.conditions
    assert (card.dispatch.answer == "yes") is (
        bool(card.dispatch.conditions) and all(c.met for c in card.dispatch.conditions)
    )
    if report is not None and card.basis == "own":
        assert (card.verdict, card.fault) == (report.diagnosis.verdict, report.diagnosis.fault)
        assert not [n for n in card.notices if n.kind == "differs"]


def test_every_case_has_its_card() -> None:
    for name in CASES:
        check(case_card(name), case_report(name))


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_finding_has_its_card_in_every_language(language: str) -> None:
    """One case of each fault and of each first suspect."""
    one = {(d.verdict, d.fault, d.suspects[:1]): name for name in CASES for d in [case_report(name).diagnosis]}
    for name in one.values():
        check(card_of(case_report(name), language), case_report(name))


@cache
def case_card(name: str) -> Card:
    return card_of(case_report(name))


def test_every_recorded_home_has_its_card() -> None:
    for report in recorded_reports().values():
        card = card_of(report)
        check(card, report)
        assert card.basis == "own"
        assert card.sections


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_a_card_by_its_code_alone(language: str) -> None:
    unknown = dict.fromkeys(SEGMENTS, "unknown")
    for fault in ALL:
        for verdict, grade in (("fault", "direct"), ("inconclusive", "circumstantial")):
            card = card_of_code(encode(verdict, fault.number, grade, unknown, ID), language, provider=PROVIDER)
            check(card)
            assert card.verdict == verdict
            assert card.fault == (fault.code if verdict == "fault" else None)
            if verdict == "inconclusive":
                assert [s.fault for s in card.suspects] == [fault.code]


def test_nothing_speaks_to_the_reader_as_to_the_customer() -> None:
    """The evidence of the customer's program says "You said"; here it is the customer who said it."""
    for name in CASES:
        plain = to_plain(case_card(name))
        told = [*strings(plain["evidence"]), *strings(plain["ledger"]), *strings(plain["overturn"]), plain["proof"]]
        told += [s for rival in plain["counter"] for s in strings([rival["needs"], rival["seen"]])]
        told += strings(plain["suspects"])
        assert not [s for s in told if TO_THE_CUSTOMER.search(s)]
    home = next(n for n in CASES if case_report(n).diagnosis.fault == "home-line-wiring-fault")
    assert any("Yes, it works there" in line.text for line in card_of(case_report(home)).evidence)
    assert card_of(case_report(home)).proof == "from what the customer saw and said"


def test_a_rival_that_is_the_fault_itself_is_never_ruled_out() -> None:
    """Whatever a run names or suspects must not be among what the same run calls ruled out, asked as a rival."""
    voice = Voice("en")
    for name in CASES:
        report = case_report(name)
        read = judged(report)
        assert read.judgement is not None
        grounds = counter.Grounds(Look(read.facts), read.judgement.rungs, {}, {})
        d = read.report.diagnosis
        for code in filter(None, (d.fault, *d.suspects)):
            assert counter.standing(BY_CODE[code], grounds, voice)[0] != "excluded", (name, code)


def test_a_code_rules_out_nothing_that_the_report_leaves_open() -> None:
    for name in CASES:
        report = case_report(name)
        if report.diagnosis.verdict != "fault":
            continue
        by_report = {r.fault: r.standing for r in case_card(name).counter}
        by_code = card_of_code(report.spoken_code, "en").counter
        assert not [r.fault for r in by_code if r.standing == "excluded" and by_report.get(r.fault) in ("fits", "open")]


def test_counter_evidence_says_what_would_have_to_be_true_and_what_decides() -> None:
    card = card_of(report_of("line-down"))
    first = card.counter[0]
    assert (first.fault, first.standing, first.owner) == ("home-line-wiring-fault", "open", "home")
    assert "at the first telephone socket" in first.needs[0]
    assert first.test.key == "test-at-first-socket"
    assert first.test.by == "customer"
    out = {r.fault for r in card.counter if r.standing == "excluded"}
    assert "router-wan-disconnected-by-user" in out
    assert any("lit steadily" in sentence for sentence in card.overturn)


def test_an_answer_entered_since_is_judged_at_once() -> None:
    line = report_of("line-down")
    before, after = card_of(line), card_of(line, entries=(entry("said", "first-socket", "fails"),))
    assert [(c.key, c.met) for c in before.dispatch.conditions] == [("nte-test", False), ("area-outage-feed", False)]
    assert [(c.key, c.met) for c in after.dispatch.conditions] == [("nte-test", True), ("area-outage-feed", False)]
    assert after.dispatch.answer == "after"
    assert "known area outages" in after.next[0]
    assert "home-line-wiring-fault" not in {r.fault for r in after.counter if r.standing != "excluded"}
    assert [n.kind for n in after.notices] == ["counted-in"]
    other = card_of(line, entries=(entry("said", "first-socket", "works"),))
    assert other.fault != "access-no-sync"
    assert other.own
    assert other.dispatch.answer == "no"


def test_a_visit_is_allowed_when_everything_is_answered() -> None:
    done = (entry("said", "first-socket", "fails"), entry("done", "area-outage-feed"))
    card = card_of(report_of("line-down"), entries=done)
    assert card.dispatch.answer == "yes"
    assert card.dispatch.conditions[1].by == "entered by Dana Levi"
    stranger = card_of(report_of("line-down"), entries=done, arrived=came(report_of("line-down"), verified=False))
    assert stranger.dispatch.answer == "after"
    assert [c.key for c in stranger.dispatch.conditions if not c.met] == ["attached"]
    old = card_of(report_of("line-down"), entries=done, after_s=90_000)
    assert [c.key for c in old.dispatch.conditions if not c.met] == ["fresh"]


def test_what_was_done_is_not_asked_for_again() -> None:
    card = card_of(report_of("router-hung"))
    assert card.first[0].key == "power-cycle-recorded"
    assert not card.first[0].met
    again = card_of(report_of("router-hung"), entries=(entry("done", "router-restarted"),))
    assert again.first[0].met
    assert again.next == ("Everything that the customer can do here was done. Hand it to a senior with this card.",)
    assert not any("30 seconds" in sentence for sentence in again.say.sentences)
    assert [(line.what, line.who) for line in again.ledger] == [
        ("router restarted", "told to Dana Levi by the customer")
    ]


def test_the_ledger_holds_what_was_seen_said_and_entered_each_once() -> None:
    line = report_of("line-down")
    steps = (
        Step("router-restarted", "observed", line.started, 600, "router.uptime_s", "stayed", "access-no-sync"),
        Step("cable-tried", "stated", line.started, 60, None, "gone", None, 2),
        Step("danced-around-it", "stated", line.started),
    )
    told = card_of(replace(line, steps=steps), entries=(entry("done", "cable-tried"),)).ledger
    assert [(d.what, d.who, d.source) for d in told] == [
        ("router restarted", "seen by the customer's program", "observed"),
        ("computer connected with a cable", "said by the customer", "stated"),
        ("danced-around-it", "said by the customer", "stated"),
    ]
    assert told[0].when == "10 minutes before the check"
    assert told[0].came == "the same fault was there before and after"
    assert told[1].came == "the fault is gone since, 2 good checks since"
    entries = (entry("asked", "line-lamp"), entry("said", "line-lamp", "off"), entry("said", "phones", "unknown"),
               entry("note", text="a note"), entry("done", text="climbed the roof"))  # fmt: skip
    said = [done.what for done in card_of(report_of("line-down-silent"), entries=entries).ledger]
    lamp, phones = asked("line-lamp"), asked("phones")
    assert said == [
        f"Asked: {lamp}",
        f"{lamp}: “It is off”",
        f"{phones}: the customer does not know",
        "climbed the roof",
    ]


def test_a_short_form_and_a_report_that_cannot_be_judged_say_whose_word_it_is() -> None:
    short = card_of(cut_report("line-down"))
    assert (short.basis, short.fault) == ("cut", "access-no-sync")
    assert "cut" in [n.kind for n in short.notices]
    assert {r.standing for r in short.counter} <= {"unsaid", "excluded"}
    whole = report_of("line-down")
    broken = replace(whole, sections={**whole.sections, "plan": whole.sections["plan"]._replace(content=7)})
    card = card_of(broken)
    assert card.basis == "unjudged"
    assert card.dispatch.answer == "no"
    assert "unjudged" in [n.kind for n in card.notices]


def test_a_claim_that_the_measurements_do_not_bear_out_is_shown_and_not_followed() -> None:
    home = report_of("cable-out")
    forged = replace(home, diagnosis=report_of("line-down").diagnosis)
    card = card_of(forged)
    assert (card.fault, card.owner) == ("lan-cable-unplugged", "home")
    told = next(n.text for n in card.notices if n.kind == "differs")
    assert "The line has no signal" in told
    assert "The line has no signal" in card.own


def test_a_fault_of_a_newer_program() -> None:
    report = cut_report("line-down")
    d = report.diagnosis
    newer = replace(report, diagnosis=d._replace(fault="access-eaten-by-beavers", findings=(), owner="access"))
    card = card_of(newer)
    assert card.headline == "A fault that this desk does not know yet"
    assert "access-eaten-by-beavers" in card.means
    assert card.dispatch.answer == "no"


def test_age_is_by_the_desks_clock_and_says_so_when_the_other_is_off() -> None:
    line = report_of("line-down")
    arrived = came(line)
    assert card_of(line, after_s=20).age == "just now"
    assert card_of(line, after_s=600).age == "10 minutes ago"
    ahead = card_of(replace(line, started="2031-01-01T00:00:00.000Z"), arrived=arrived)
    assert ahead.age == "4 minutes ago"
    assert "clock" in [n.kind for n in ahead.notices]
    waited = card_of(line, arrived=arrived._replace(kept="age=3600, tries=4, last-try=1, last-reason=no-route"))
    assert waited.age == "64 minutes ago"
    assert "kept" in [n.kind for n in waited.notices]
    busy = card_of(line, arrived=arrived._replace(kept="age=3600, tries=4, last-try=1, last-reason=503"))
    assert "kept" not in [n.kind for n in busy.notices]
    assert card_of(line, arrived=arrived._replace(kept="age=99999999999999999999, x, =, last-reason=" + "9" * 500))


def test_what_is_said_is_in_the_customers_language() -> None:
    card = card_of(report_of("line-down"), "en", say_in="he")
    assert (card.language, card.say.language, card.say.direction) == ("en", "he", "rtl")
    assert re.search(r"[א-ת]", card.say.sentences[0])
    assert not re.search(r"[א-ת]", card.headline)


def test_the_profile_names_who_acts_and_a_reports_word_only_where_there_is_none() -> None:
    from cpe_agent.desk.card.content import card_of_report

    line = report_of("line-down")
    plan = line.sections["plan"]
    forged = replace(
        line, sections={**line.sections, "plan": plan._replace(content={**plan.content, "isp_name": "Call 1-800-1111"})}
    )
    assert card_of(forged).acts_text == "Lab Telecom (the provider)"
    assert card_of_report(forged, "en", arrived=came(forged)).acts_text == "Call 1-800-1111 (the provider)"
    assert card_of_report(forged, "en", arrived=came(forged, verified=False)).acts_text == "The provider"


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_receipts_state_is_the_desks_own(name: str) -> None:
    report = report_of(name)
    told = {row.value for row in card_of(report).about}
    assert ("clears the customer's side" in told) is cleared(report)


def test_codes() -> None:
    code = report_of("line-down").spoken_code
    corrected = card_of_code(one_wrong(code), "en")
    assert corrected.fault == "access-no-sync"
    assert corrected.notices[0].kind == "corrected"
    assert [c.key for c in corrected.dispatch.conditions] == ["nte-test", "area-outage-feed", "reread"]
    filled = card_of_code(f"??{code[2:]}", "en")
    assert filled.notices[0].kind == "filled"
    with pytest.raises(Unreadable):
        card_of_code("123", "en")
    said = card_of_code(code, "en", entries=(entry("said", "first-socket", "fails"),))
    assert said.dispatch.conditions[0].met
    router = card_of_code(report_of("router-hung").spoken_code, "en", provider=PROVIDER)
    assert router.acts == "isp"


def test_every_sentence_is_used() -> None:
    """A key that no code and no template says is a dead sentence that four languages would carry."""
    from pathlib import Path

    import cpe_agent.desk
    from cpe_agent.words.en import desk_card

    folder = Path(cpe_agent.desk.__file__).parent
    files = [*(folder / "card").glob("*.py"), *(folder / "pages" / "templates").glob("card*.html")]
    text = "\n".join(f.read_text("utf-8") for f in files)
    composed = {f"{start}." for start in re.findall(r'f?"(?:desk_)?([a-z.-]+)\.(?:{|"|\' ~)', text)}
    found = [
        key
        for key in (*desk_card.PHRASES, *desk_card.COUNTED)
        if f'"{key}"' not in text and key.rpartition(".")[0] + "." not in composed
    ]
    assert not found


def test_the_gallery_is_whole() -> None:
    for card in gallery("en").values():
        check(card)
        assert CODE in {row.value for row in card.about} or card.basis == "code"
