"""Reports of the lab's twenty scenarios for the page's tests, made by the engine without any network: from a recording
where there is one, else from a case of the catalogue."""

from __future__ import annotations

from functools import cache

from cpe_agent.codec import from_plain
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import Plan
from cpe_agent.report import Report, make
from tests.homes import facts_of, plain, wired_home
from tests.recordings.places import RECORDED
from tests.test_cases import all_cases, home_of

STARTED = 1_790_000_000.0  # 2026-09-21

CASES = {
    # scenario of the lab -> case (file, name) that shows the same home
    "icmp-filtered-everywhere": None,  # healthy
    "nic-down": ("link", "adapter switched off, cable state unknown"),
    "static-address-wrong": ("address", "an address typed in, and the network offers another range"),
    "static-dns-wrong": ("dns", "a typed-in resolver is dead and the router's own answers"),
    "proxy-dead": ("web", "a proxy that does not answer, and the page comes without it"),
    "loss-home": ("link", "a tenth is lost on the wire at a quick router"),
    "forwarder-dead": ("dns", "the router's forwarder is silent and the provider's resolver answers"),
    "line-down-silent": ("line", "a dead line with a silent router is nobody's yet"),
    "loss-line": ("loss", "clean to the router, lossy from the provider's first hop on"),
    "resolver-servfail": ("dns", "the provider's resolver fails on every name"),
    "walled-garden": ("open", "the provider's walled garden answers every page"),
}


@cache
def report_of(name: str) -> Report:
    """The report of one scenario of the lab's selection."""
    if name in RECORDED:
        from tests.test_replay import run_file

        return run_file(name)
    return case_report(*(CASES[name] or ("", "")))


@cache
def case_report(file: str, name: str) -> Report:
    """The report of one case, as a run on that home would have made it; the healthy home without a name."""
    home = (
        plain(wired_home())
        if not name
        else home_of(next(c for c in all_cases() if (c["file"], c["name"]) == (file, name)))
    )
    return made(home)


def made(home: dict[str, object]) -> Report:
    facts = facts_of(home)
    assert isinstance(facts[Plan], Plan)
    return make(facts, judge(Look(facts), ALL), started=STARTED, seconds=2.1, platform="linux x86_64", case=None)


def with_provider(home: dict[str, object], name: str, phone: str) -> dict[str, object]:
    """The home of a customer whose program carries a provider's profile."""
    plan = from_plain(Plan, home["plan"], "plan")
    from cpe_agent.codec import to_plain

    return {**home, "plan": to_plain(plan._replace(isp_name=name, support_phone=phone))}
