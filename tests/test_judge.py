"""The rules of judgement on a small catalogue of its own, one test a rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cpe_agent.collector import Facts
from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.judgement import Judgement
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import Expr, Look
from cpe_agent.diagnose.readings import dns, gateway, link, out, router, web
from cpe_agent.facts import Dns, Gateway, Loss, Reach, Router, Web
from tests.homes import facts_of, patch, plain, wired_home
from tests.test_cases import SITUATIONS

DEAD = ("nothing-beyond-router", "no-upnp")


def fault(code: str, number: int, breaks: Rung, **more: Any) -> Fault:
    given: dict[str, Any] = {
        "owner": Owner.ACCESS,
        "acts": Acts.ISP,
        "effect": Effect.STOPS,
        "test": "run-again-deep",
        "source": "here",
        **more,
    }
    return Fault(code=code, number=number, breaks=breaks, **given)


YES_: Expr = link.carrier  # true in every home below
NO_: Expr = ~link.carrier
UNKNOWN_: Expr = router.answers_upnp & router.session.is_("x")  # unknown once the router section is dropped

LINE = fault("line", 1, Rung.LINE, direct=YES_)
NET = fault("net", 2, Rung.INTERNET, contrast=YES_)
PROXY = fault("proxy", 3, Rung.WEB, owner=Owner.DEVICE, direct=YES_)


def facts(*situations: str, drop: tuple[str, ...] = (), pending: tuple[type, ...] = ()) -> Facts:
    home = plain(wired_home())
    for name in situations:
        words = SITUATIONS[name]
        patch(home, words.get("set"), words.get("unset", ()), words.get("drop", ()))
    for name in drop:
        home.pop(name, None)
    return facts_of(home, frozenset(pending))


def ask(*faults: Fault, of: Facts | None = None) -> Judgement:
    return judge(Look(of if of is not None else facts(*DEAD)), faults)


def standing(j: Judgement) -> dict[str, str]:
    return {f.fault.code: f.standing for f in j.findings}


def test_a_stopping_fault_on_a_proven_rung_is_refuted() -> None:
    j = ask(LINE, of=facts())
    assert standing(j) == {"line": "refuted"}
    assert j.verdict == "healthy"


def test_the_lower_stop_explains_the_higher_one() -> None:
    j = ask(LINE, NET)
    assert standing(j) == {"line": "root", "net": "explained"}
    assert next(f for f in j.findings if f.fault.code == "net").because_of == ("line",)
    assert j.headline is not None
    assert j.headline.fault is LINE


def test_direct_evidence_of_its_own_stays_a_second_finding() -> None:
    j = ask(LINE, PROXY)
    assert standing(j) == {"line": "root", "proxy": "root"}
    assert j.headline is not None
    assert j.headline.fault is LINE, "the lowest that stops is the headline"


def test_an_unproven_lower_stop_keeps_the_higher_one_from_the_headline() -> None:
    suspect = replace(LINE, direct=None, symptom=YES_)
    j = ask(suspect, PROXY)
    assert j.verdict == "inconclusive"
    assert j.headline is None
    assert j.suspects[0].fault is suspect


def test_circumstance_makes_a_suspect_never_a_name() -> None:
    j = ask(replace(LINE, direct=None, symptom=YES_))
    assert (j.verdict, [s.fault.code for s in j.suspects]) == ("inconclusive", ["line"])
    assert j.next_test == ("run-again-deep", ("line",))
    assert j.segments[Owner.ACCESS] == "unknown"


def test_a_veto_that_holds_or_is_unknown_forbids_the_name() -> None:
    assert ask(replace(LINE, veto=NO_)).verdict == "fault"
    assert ask(replace(LINE, veto=YES_)).verdict == "inconclusive"
    unknown = ask(replace(LINE, veto=UNKNOWN_), of=facts(*DEAD, drop=("router",)))
    assert unknown.verdict == "inconclusive"


def test_what_is_ruled_out_is_absent() -> None:
    assert standing(ask(replace(LINE, rules_out=YES_))) == {}
    assert standing(ask(replace(LINE, rules_out=NO_))) == {"line": "root"}


def test_a_stop_needs_a_rung_measured_failing() -> None:
    missing = ("reach", "dns", "web", "path", "loss", "router", "clock")
    j = ask(LINE, of=facts(drop=missing))
    assert j.verdict == "inconclusive", "nothing was seen failing"
    assert [s.fault.code for s in j.suspects] == ["line"]


def test_proof_never_refutes_what_only_degrades() -> None:
    j = ask(replace(LINE, effect=Effect.DEGRADES), of=facts())
    assert (j.verdict, standing(j)) == ("fault", {"line": "root"})
    assert j.segments[Owner.ACCESS] == "degraded"


def test_what_stops_comes_before_what_degrades() -> None:
    slow = fault("slow", 4, Rung.LINK, effect=Effect.DEGRADES, direct=YES_)
    j = ask(slow, PROXY)
    assert j.headline is not None
    assert j.headline.fault is PROXY


def test_what_only_advises_leaves_the_verdict_healthy() -> None:
    j = ask(replace(LINE, effect=Effect.ADVISES), of=facts())
    assert (j.verdict, standing(j)) == ("healthy", {"line": "advisory"})


def test_the_finer_fault_explains_its_parent_only_when_it_is_proven() -> None:
    finer = fault("finer", 9, Rung.LINE, direct=YES_, refines=("line",))
    j = ask(LINE, finer)
    assert standing(j) == {"line": "explained", "finer": "root"}
    guessed = replace(finer, direct=None, symptom=YES_)
    j = ask(LINE, guessed)
    assert j.headline is not None
    assert j.headline.fault is LINE


def test_a_broken_home_without_a_fault_is_inconclusive_never_healthy() -> None:
    j = ask()
    assert (j.verdict, j.headline, j.suspects) == ("inconclusive", None, ())
    assert j.next_test is not None


def test_too_little_measured_is_not_healthy() -> None:
    for sections in (("web",), ("reach", "dns", "web")):
        assert ask(of=facts(drop=sections)).verdict == "inconclusive", sections


def test_a_hole_that_could_hide_a_fault_is_not_healthy() -> None:
    lossy = fault("lossy", 75, Rung.LINE, effect=Effect.DEGRADES, direct=out.far_percent.above(5))
    assert ask(lossy, of=facts()).verdict == "healthy"
    assert ask(lossy, of=facts(drop=("loss",))).verdict == "inconclusive"
    assert ask(LINE, of=facts(drop=("loss",))).verdict == "healthy", "nothing in this catalogue needs it"


def test_demarcation_names_rungs() -> None:
    j = ask(LINE)
    assert (j.proven_up_to, j.first_broken) == (Rung.GATEWAY, Rung.LINE)
    healthy = ask(of=facts())
    assert (healthy.proven_up_to, healthy.first_broken) == (Rung.WEB, None)


def test_order_of_the_catalogue_changes_nothing() -> None:
    assert ask(LINE, NET, PROXY) == ask(PROXY, NET, LINE)


# ------------------------------------------------------------------ settled


def test_settled_when_nothing_pending_can_change_it() -> None:
    named = ask(LINE, NET, of=facts(*DEAD, pending=(Loss,)))
    assert named.settled


def test_not_settled_while_the_rung_could_still_be_proven() -> None:
    waiting = facts(drop=("reach", "web", "dns", "path", "loss", "clock", "router"), pending=(Reach, Web, Dns))
    assert not ask(LINE, of=waiting).settled


def test_not_settled_while_a_lower_fault_could_still_show() -> None:
    lower = fault("lower", 5, Rung.ADDRESS, direct=gateway.in_subnet.is_(False))
    waiting = facts(*DEAD, "no-carrier", drop=("gateway",), pending=(Gateway,))
    higher = fault("higher", 6, Rung.LINE, direct=link.any_admin_up)
    assert not ask(lower, higher, of=waiting).settled
    assert ask(higher, of=facts(*DEAD, "no-carrier")).settled


def test_not_settled_while_the_grade_could_rise() -> None:
    pending = facts(*DEAD, drop=("router",), pending=(Router,))
    rising = fault("rising", 7, Rung.INTERNET, contrast=YES_, direct=router.answers_upnp)
    assert not ask(rising, of=pending).settled
    assert ask(replace(rising, direct=None), of=pending).settled


def test_healthy_is_not_settled_while_something_could_still_degrade() -> None:
    slow = fault("slow", 8, Rung.DNS, effect=Effect.DEGRADES, direct=router.answers_upnp)
    pending = facts(drop=("router",), pending=(Router,))
    assert not ask(slow, of=pending).settled
    assert ask(LINE, of=pending).settled, "what stops a proven rung cannot matter any more"
    assert ask(replace(slow, direct=router.answers_upnp & ~web.system_ok), of=pending).settled


def test_cable_out_settles_on_local_facts_alone() -> None:
    cable = fault("cable", 27, Rung.LINK, direct=link.carrier.is_(False))
    dark = facts("no-carrier", drop=("gateway",), pending=(Gateway, Reach, Dns, Web, Loss, Router))
    j = ask(cable, fault("names", 98, Rung.DNS, contrast=dns.provider.is_("silent")), of=dark)
    assert (j.verdict, j.settled) == ("fault", True)


def test_where_nothing_points_anywhere_the_lowest_that_is_still_possible_is_suspected() -> None:
    open_ = {"symptom": UNKNOWN_, "test": "look-at-line-lamp"}
    home = fault("home", 1, Rung.LINE, owner=Owner.HOME, **open_)
    line = fault("line", 2, Rung.LINE, **open_)
    lower = fault("lower", 3, Rung.GATEWAY, **open_)  # the router is alive: proven
    higher = fault("higher", 4, Rung.WEB, **open_)
    beyond = fault("beyond", 5, Rung.INTERNET, **open_)
    denied = fault("denied", 6, Rung.LINE, symptom=NO_)
    j = ask(home, line, lower, higher, beyond, denied, of=facts(*DEAD, drop=("router",)))
    assert [s.fault.code for s in j.suspects] == ["line", "home"], "the customer's own come last"
    assert j.next_test == ("look-at-line-lamp", ("line", "home"))
    assert not j.findings, "none of them was seen"
    assert ask(denied).suspects == ()
