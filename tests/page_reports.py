"""Reports of the lab's twenty scenarios for the page's tests, made by the engine without any network: from a recording
where there is one, else from a case of the catalogue."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import Plan
from cpe_agent.page.state import PageState, Sending
from cpe_agent.report import Report, make
from cpe_agent.steps import Step
from tests.homes import facts_of, patch, plain, wired_home
from tests.lab.scenarios import SCENARIOS as LAB
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
        from concurrent.futures import ThreadPoolExecutor

        from tests.test_replay import run_file

        with ThreadPoolExecutor(1) as aside:  # the thread of a test that drives a browser has a loop of its own
            return aside.submit(run_file, name).result()
    return case_report(*(CASES[name] or ("", "")))


@cache
def case_report(file: str, name: str) -> Report:
    """The report of one case, as a run on that home would have made it; the healthy home without a name."""
    return made(home_of(_cases()[file, name]) if name else plain(wired_home()))


@cache
def _cases() -> dict[tuple[str, str], dict[str, Any]]:
    return {(case["file"], case["name"]): case for case in all_cases()}


def made(home: dict[str, Any]) -> Report:
    facts = facts_of(home)
    assert isinstance(facts[Plan], Plan)
    return make(facts, judge(Look(facts), ALL), started=STARTED, seconds=2.1, platform="linux x86_64", case=None)


SCENARIOS = tuple(s.name for s in LAB if s.core)


def state_of(report: Report, language: str = "en", **more: Any) -> PageState:
    return PageState(language, "done", dict(report.diagnosis.segments), report=report, **more)


def hostile_texts() -> tuple[str, ...]:
    """What a network, a router, a portal or a desk may call itself."""
    return (
        "<script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "</title><svg/onload=alert(1)>",
        "</style><style>*{display:none}</style>",
        "}*{display:none}",
        "{{7*7}}${7*7}{n}{name}{provider}%s%(x)s",
        "javascript:alert(1)",
        "<!-- <p> -->",
        "<![CDATA[<p>]]>",
        "&lt;p&gt;&amp;amp;&#60;",
        "\u202etxt.exe\u2066\u202b",
        "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 <bdo dir=rtl>",
        "<details open ontoggle=alert(1)>",
        "<math><mtext></p><img src onerror=alert(1)>",
        "x" * 10_000,
        "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324" * 40,
    )


def with_text(text: str) -> PageState:
    """A state in which everything that others may name is called ``text``."""
    home = plain(wired_home())
    patch(
        home,
        {
            "router.page.title": text,
            "router.page.server": text,
            "router.igds[0].manufacturer": text,
            "router.igds[0].model": text,
            "router.igds[0].samples[*].last_error": text,
            "router.igds[0].samples[*].status": text,
            "router.igds[0].samples[*].physical_link": text,
            "web.captive[*].answer.title": text,
            "web.captive[*].answer.status": 200,
            "web.captive[*].expected": False,
            "plan.isp_name": text,
            "plan.support_phone": text,
            "plan.infrastructure": text,
            "plan.target": text,
        },
    )
    report = made(home)
    report = Report(**{**vars(report), "steps": (Step(text, "stated", text), Step(text, "observed", text, 60))})
    sending = Sending("sent", text, text, text, text, text, "off")
    saved = Path(text, text.replace("/", "\u2215"))
    return state_of(report, sending=sending, saved=saved, wish=text, trouble=text, step=text, answers={text: text})
