"""Restarts in the report: only those that were seen, when they were, and what earlier runs say came of them."""

from __future__ import annotations

from typing import Any

import pytest

from cpe_agent.card import card
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.predicate import Look
from cpe_agent.diagnose.readings import past
from cpe_agent.facts import Past, PastRun, Router
from cpe_agent.report import Report, from_json, make, to_json
from cpe_agent.steps import Stated, Step
from tests.homes import facts_of, patch, plain, wired_home
from tests.test_cases import SITUATIONS

STARTED = 1_800_000_000.0
FOUND = {"verdict": "fault", "fault": "credentials-rejected", "owner": "account", "same_boot": True}
GOOD = {"verdict": "healthy", "owner": "none", "same_boot": True}


def report_of(*situations: str, runs: Any = (), **change: Any) -> Report:
    home = plain(wired_home())
    for name in situations:
        words = SITUATIONS[name]
        patch(home, words.get("set"), words.get("unset", ()), words.get("drop", ()))
    patch(home, {"past.runs": list(runs), **{key.replace("__", "."): value for key, value in change.items()}})
    facts = facts_of(home)
    return make(facts, judge(Look(facts), ALL), started=STARTED, seconds=1.0, platform="linux", case=None)


def router_up(seconds: int, stands: int | None = None) -> dict[str, Any]:
    """The router, and the connection that it holds, this old."""
    stands = max(seconds - 40, 0) if stands is None else stands
    return {"router.natpmp[*].epoch_s": seconds, "router.igds[*].samples[*].uptime_s": stands}


def refused() -> dict[str, Any]:
    return {"router.igds[*].samples[*].last_error": "ERROR_AUTHENTICATION_FAILURE"}


def told(report: Report) -> dict[str, Step]:
    return {step.step: step for step in report.steps}


def test_a_home_at_rest_has_nothing_to_tell() -> None:
    assert report_of().steps == ()


def test_a_fresh_router_is_a_restart_with_its_time_and_its_source() -> None:
    (step,) = report_of(**router_up(240)).steps
    assert step == Step("router-restarted", "observed", "2027-01-15T07:56:00.000Z", 240, "router.uptime_s")


def test_a_fresh_computer_is_a_restart() -> None:
    (step,) = report_of(**{"system.boot_age_s": 300.0}).steps
    assert (step.step, step.age_s, step.fact) == ("computer-restarted", 300, "system.boot_age_s")


def test_a_young_connection_of_an_old_router_was_made_anew() -> None:
    (step,) = report_of(**router_up(864_000, 300)).steps
    assert (step.step, step.age_s, step.fact) == ("line-reconnected", 300, "router.wan_uptime_s")


@pytest.mark.parametrize(
    "change",
    [
        router_up(240, 86_400),  # the connection is older than that: only the port-mapping service began again
        router_up(1_800_000_000, 1_800_000_000),  # it counts from 1970: nobody had set its clock
        {"router.natpmp[*].epoch_s": None, "router.igds[*].samples[*].uptime_s": 300},  # how old it is, it does not say
        {"router.natpmp[*].answered": False, **router_up(240)},
    ],
)
def test_no_restart_that_only_a_clock_or_a_counter_suggests(change: dict[str, Any]) -> None:
    assert report_of(**change).steps == ()


@pytest.mark.parametrize("period", [2**32 / 1000, 2**32 / 250, 2**32 / 100])
def test_a_count_of_ticks_that_began_again_by_itself_is_no_restart(period: float) -> None:
    before = {**GOOD, "age_s": 3600.0, "router_epoch_s": int(period) - 3300}
    assert report_of(runs=[before], **router_up(300)).steps == ()
    restarted = {**before, "router_epoch_s": 400_000}
    assert list(told(report_of(runs=[restarted], **router_up(300)))) == ["router-restarted"]


def test_a_constant_is_no_uptime() -> None:
    before = {**GOOD, "age_s": 3600.0, "router_epoch_s": 120}
    assert report_of(runs=[before], **router_up(120)).steps == ()


# ------------------------------------------------------------------ what came of it


def test_one_good_run_after_it_is_no_cure_yet() -> None:
    step = told(report_of(runs=[{**FOUND, "age_s": 600.0}], **router_up(240)))["router-restarted"]
    assert (step.outcome, step.fault, step.checks) == ("gone", "credentials-rejected", 1)


def test_two_good_runs_after_the_one_restart_are() -> None:
    runs = [{**GOOD, "age_s": 100.0}, {**FOUND, "age_s": 600.0}]
    report = report_of(runs=runs, **router_up(240))
    step = told(report)["router-restarted"]
    assert (step.outcome, step.checks) == ("cured", 2)
    words = " ".join(card(report).split())
    assert "router restarted 4 min ago (07:56 UTC, seen by this run), it cured what an earlier run found" in words
    assert "2 good runs since, no need to do it again" in words


def test_of_two_restarts_neither_is_said_to_have_cured() -> None:
    runs = [{**GOOD, "age_s": 100.0}, {**FOUND, "age_s": 600.0, "same_boot": False}]
    steps = told(report_of(runs=runs, **router_up(240), **{"system.boot_age_s": 300.0}))
    assert {name: step.outcome for name, step in steps.items()} == {
        "computer-restarted": "gone",
        "router-restarted": "gone",
    }


def test_the_same_fault_before_and_after() -> None:
    report = report_of(
        "nothing-beyond-router", "session-lost", runs=[{**FOUND, "age_s": 900.0}], **{**router_up(400), **refused()}
    )
    assert report.diagnosis.fault == "credentials-rejected"
    assert told(report)["router-restarted"].outcome == "stayed"


def test_gone_and_back() -> None:
    runs = [{**GOOD, "age_s": 200.0}, {**FOUND, "age_s": 900.0}]
    report = report_of("nothing-beyond-router", "session-lost", runs=runs, **{**router_up(400), **refused()})
    assert told(report)["router-restarted"].outcome == "back"


@pytest.mark.parametrize(
    "before",
    [
        {**GOOD, "age_s": 600.0},  # nothing was wrong
        {**FOUND, "age_s": 200.0},  # it came after the restart
        {**FOUND, "age_s": 10_000.0},  # hours ago: other trouble
    ],
)
def test_a_restart_without_a_bad_run_shortly_before_it_did_nothing(before: dict[str, Any]) -> None:
    assert told(report_of(runs=[before], **router_up(240)))["router-restarted"].outcome is None


def test_another_fault_than_before_is_not_compared() -> None:
    runs = [{**FOUND, "fault": "isp-core-outage", "owner": "isp-core", "age_s": 900.0}]
    report = report_of("nothing-beyond-router", "session-lost", runs=runs, **{**router_up(400), **refused()})
    assert told(report)["router-restarted"].outcome is None


def test_an_hour_old_restart_is_told_only_when_it_belongs_to_this_trouble() -> None:
    assert report_of(**router_up(3000)).steps == ()
    assert told(report_of(runs=[{**FOUND, "age_s": 4000.0}], **router_up(3000)))["router-restarted"].outcome == "gone"


def test_a_report_with_steps_comes_back_and_an_older_one_loads() -> None:
    import json

    report = report_of(runs=[{**FOUND, "age_s": 600.0}], **router_up(240))
    assert from_json(to_json(report)) == report
    old = json.loads(to_json(report))
    old["steps"] = [{"step": "router-restarted", "source": "observed", "when": "2027-01-15T07:56:00.000Z"}]
    old["sections"].pop("past")
    assert "07:56 UTC" in card(from_json(json.dumps(old).encode()))


# ------------------------------------------------------------------ counters between runs


def looks(*shown: tuple[float, int, bool]) -> Past:
    return Past(tuple(PastRun(age, "healthy", None, "none", value, None, boot) for age, value, boot in shown))


@pytest.mark.parametrize(
    ("now", "earlier", "ages"),
    [
        (1000, [(600.0, 400, True)], []),  # it counts as time passes
        (940, [(600.0, 400, True)], []),  # a crystal that is off, within the eighth that RFC 6886 allows
        (300, [(600.0, 400, True)], [300.0]),  # backwards
        (500, [(600.0, 400, True)], [500.0]),  # forwards, but by less than the time that passed
        (500, [(600.0, 400, False)], []),  # the time that passed is by a clock that may be wrong
        (300, [(600.0, 400, False)], [300.0]),
        (700, [(600.0, 4000, True)], []),  # older than the look before: it only counts in another way now
        (300, [(600.0, 100, True), (3600.0, 50_000, True)], [300.0, 700.0]),
        (None, [(600.0, 100, True), (3600.0, 50_000, True)], [700.0]),
        (300, [], []),
    ],
)
def test_when_a_counter_started_over(
    now: int | None, earlier: list[tuple[float, int, bool]], ages: list[float]
) -> None:
    assert past.restarts(looks(*earlier), now, past.epoch) == ages


def test_without_earlier_runs_nothing_is_known_of_restarts() -> None:
    home = wired_home()
    mine = home[Router]
    assert isinstance(mine, Router)
    assert past.router_restarts.read(Past(), mine) is None
    assert past.session_drops.read(Past(), mine) is None


def say(*situations: str, stated: Any = (), visit: Any = (), runs: Any = ()) -> Report:
    home = plain(wired_home())
    for name in situations:
        words = SITUATIONS[name]
        patch(home, words.get("set"), words.get("unset", ()), words.get("drop", ()))
    patch(home, {"past.runs": list(runs)})
    facts = facts_of(home)
    return make(facts, judge(Look(facts), ALL), started=STARTED, seconds=1.0, platform="linux", case=None,
                stated=stated, visit=visit)  # fmt: skip


UNPLUGGED = {"verdict": "fault", "fault": "lan-cable-unplugged", "owner": "home", "same_boot": True}


def test_what_the_customer_says_was_done_has_its_outcome_and_how_long_it_held() -> None:
    done = (Stated("cable-pushed-in", STARTED - 600),)
    before, good = {**UNPLUGGED, "age_s": 660.0}, {**GOOD, "age_s": 599.5}
    (step,) = say(stated=done, runs=[before]).steps
    assert (step.source, step.outcome, step.age_s, step.held_s) == ("stated", "gone", 600, 600)
    assert step.fault == "lan-cable-unplugged"
    (step,) = say(stated=done, runs=[good, before]).steps
    assert (step.outcome, step.checks, step.held_s) == ("cured", 2, 600)
    (step,) = say("no-carrier", stated=done, runs=[{**GOOD, "age_s": 300.0}, before]).steps
    assert (step.outcome, step.held_s) == ("back", 300)
    (step,) = say("no-carrier", stated=done, runs=[before]).steps
    assert (step.outcome, step.held_s) == ("stayed", None)


def test_where_no_history_is_kept_the_runs_of_this_visit_count() -> None:
    done = (Stated("cable-pushed-in", STARTED - 1),)
    visit = (PastRun(60.0, "fault", "lan-cable-unplugged", "home", same_boot=True),)
    assert [s.outcome for s in say(stated=done, visit=visit).steps] == ["gone"]
    assert [s.outcome for s in say(stated=done).steps] == [None]
    history = [{**GOOD, "age_s": 90.0}]
    assert [s.outcome for s in say(stated=done, visit=visit, runs=history).steps] == [None]


def test_what_was_seen_is_not_said_as_well_and_two_things_at_once_cured_nothing() -> None:
    before = {**FOUND, "age_s": 400.0}
    stated = (Stated("router-restarted", STARTED - 200), Stated("waited", STARTED - 100))
    report = report_of(runs=[before], **router_up(240))
    facts_steps = {s.step: s.source for s in report.steps}
    assert facts_steps == {"router-restarted": "observed"}
    home = plain(wired_home())
    patch(home, {"past.runs": [{**GOOD, "age_s": 50.0}, before], **{k.replace("__", "."): v for k, v in
                 router_up(240).items()}})  # fmt: skip
    facts = facts_of(home)
    both = make(facts, judge(Look(facts), ALL), started=STARTED, seconds=1.0, platform="linux", case=None,
                stated=stated)  # fmt: skip
    assert {(s.step, s.source, s.outcome) for s in both.steps} == {
        ("router-restarted", "observed", "gone"),
        ("waited", "stated", "gone"),
    }


def test_every_step_is_told_in_words() -> None:
    report = say("no-carrier", stated=[Stated("cable-pushed-in", STARTED - 120)],
                 runs=[{**GOOD, "age_s": 60.0}, {**UNPLUGGED, "age_s": 200.0}])  # fmt: skip
    text = " ".join(card(report).split())
    assert "network cable pushed in 2 min ago" in text
    assert "said by the customer" in text
    assert "good for at least 1 minute after it" in text
