"""What the person at the computer can do now: whose turn it is, at most three simple steps, at most three questions.

Steps are few on purpose: the likeliest first, none that was done already, and none whose only use is to be on a list.
What a person should not do himself is a telephone call.
"""

from __future__ import annotations

from typing import NamedTuple

from cpe_agent.answers import QUESTIONS
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.diagnose.fault import expressions
from cpe_agent.diagnose.predicate import Expr
from cpe_agent.facts import Answers
from cpe_agent.next_step import ANSWERED_BY, BY_PROVIDER, content
from cpe_agent.page.state import PageState
from cpe_agent.report import NO_DEEPER, Report

MOST_STEPS = 3
MOST_QUESTIONS = 3

TURNS = {
    # who acts, in a report -> whose turn it is, on the page
    "customer": "you",
    "isp": "provider",
    "infrastructure": "line",
    "billing": "billing",
    "site": "site",
    "nobody": "nobody",
}

DRAWINGS = {
    # step -> drawing of page/drawings.py
    "provider-called": "phone",
    "line-called": "phone",
    "router-left-on": "lamp",
    "cable-pushed-in": "cable",
    "lan-cable-swapped": "cable",
    "cable-tried": "cable",
    "router-restarted": "restart",
    "router-power-checked": "power",
    "router-moved-socket": "power",
    "computer-restarted": "computer",
    "adapter-switched-on": "switch",
    "wifi-switched-on": "wifi",
    "wifi-joined": "wifi",
    "wifi-key-typed": "wifi",
    "wifi-off-and-on": "wifi",
    "wifi-button": "wifi",
    "wifi-channel": "wifi",
    "moved-closer": "closer",
    "address-automatic": "switch",
    "dns-automatic": "switch",
    "clock-automatic": "clock",
    "proxy-off": "switch",
    "proxy-script-off": "switch",
    "proxy-signed-in": "window",
    "signed-in": "window",
    "vpn-off": "switch",
    "protection-paused": "pause",
    "scanning-off": "pause",
    "system-updated": "computer",
    "browser-tried": "window",
    "programs-closed": "window",
    "uploads-paused": "pause",
    "others-paused": "pause",
    "devices-off": "power",
    "second-router-unplugged": "power",
    "loop-opened": "cable",
    "second-link-off": "cable",
    "modem-power-checked": "power",
    "modem-cable-pushed-in": "cable",
    "modem-cable-moved": "cable",
    "first-socket-tried": "socket",
    "waited": "clock",
    "waited-long": "clock",
    "login-entered": "letter",
}

_OWN = "own"  # the fault's own next step, in its words
_CALL = "provider-called"

BY_FAULT: dict[str, tuple[str, ...]] = {
    # this computer
    "tcpip-stack-corrupt": ("computer-restarted", _OWN),
    "host-resource-starved": ("programs-closed", "computer-restarted"),
    "clock-skew-tls": ("clock-automatic",),
    "nic-disabled": ("adapter-switched-on", "computer-restarted"),
    "nic-driver-failed": ("computer-restarted", _OWN),
    "radio-off": ("wifi-switched-on",),
    "dhcp-client-stopped": ("computer-restarted", "address-automatic"),
    "static-ip-wrong": ("address-automatic",),
    "static-dns-dead": ("dns-automatic",),
    "dns-settings-hijacked": ("dns-automatic", "virus-scanned"),
    "local-upload-saturation": ("uploads-paused",),
    "ras-stack-fault": ("computer-restarted", _OWN),
    "av-tls-interception": ("scanning-off",),
    "root-store-outdated": ("browser-tried", "system-updated"),
    "tls-version-unsupported": ("browser-tried", "system-updated"),
    "host-firewall-blocking": ("protection-paused",),
    "vpn-interference": ("vpn-off",),
    "multihomed-wrong-route": ("second-link-off",),
    "proxy-dead": ("proxy-off",),
    "proxy-pac-dead": ("proxy-script-off",),
    "proxy-auth-required": ("proxy-signed-in", "proxy-off"),
    "browser-only-fault": ("browser-tried",),
    # home
    "lan-cable-unplugged": ("cable-pushed-in", "router-power-checked", "lan-cable-swapped"),
    "lan-cable-bad": ("lan-cable-swapped",),
    "lan-duplex-mismatch": ("lan-cable-swapped",),
    "lan-loop-storm": ("loop-opened",),
    "wifi-not-associated": ("wifi-joined",),
    "wifi-wrong-key": ("wifi-key-typed",),
    "wifi-ssid-absent": ("wifi-button", "moved-closer"),
    "wifi-weak-signal": ("moved-closer", "cable-tried"),
    "wifi-channel-congested": ("wifi-channel", "cable-tried"),
    "wifi-sticky-ap": ("wifi-off-and-on",),
    "wifi-wrong-network": ("wifi-joined",),
    "wifi-low-phy-rate": ("cable-tried",),
    "repeater-backhaul-bad": ("moved-closer",),
    "rogue-dhcp-server": ("second-router-unplugged", "computer-restarted"),
    "duplicate-ip": ("computer-restarted", _OWN),
    "wan-cable-miswired": ("modem-cable-moved",),
    "wan-cable-unplugged": ("modem-cable-pushed-in", _OWN),
    "modem-or-ont-power-off": ("modem-power-checked", _CALL),
    "home-line-wiring-fault": ("first-socket-tried",),
    # router
    "router-dhcp-server-off": ("router-restarted", "cable-pushed-in"),
    "dhcp-pool-exhausted": ("devices-off", "router-restarted"),
    "router-power-off": ("router-power-checked", "router-moved-socket"),
    "router-hung": ("router-restarted",),
    "router-cpu-overloaded": ("router-restarted",),
    "router-reboot-loop": ("router-moved-socket",),
    "router-blocks-this-device": ("router-blocks-looked",),
    "router-filter-blocks": ("router-filter-reset",),
    "bufferbloat-uplink": ("others-paused",),
    "router-wan-unconfigured": ("router-set-up", _CALL),
    "router-wan-disconnected-by-user": ("connect-pressed", _CALL),
    "router-wan-mode-mismatch": ("router-set-up", _CALL),
    "router-nat-table-full": ("router-restarted", "others-paused"),
    "router-dns-proxy-dead": ("router-restarted",),
    "router-mtu-black-hole": ("router-restarted", _CALL),
    # login and far side
    "captive-portal-login": ("signed-in",),
    "credentials-missing": ("login-entered", _CALL),
    "dial-profile-missing": ("login-entered", _CALL),
    "access-optical-los": ("line-called",),
    "remote-site-down": ("site-later",),
    "remote-dns-broken": ("site-later",),
}

BY_TEST: dict[str, tuple[str, ...]] = {
    # the test that decides -> how a customer does it; a test with a question is asked instead
    "cable-or-wifi": ("cable-pushed-in", "wifi-switched-on", "wifi-joined"),
    "close-programs": ("programs-closed",),
    "disconnect-vpn": ("vpn-off",),
    "enter-login-of-the-letter": ("login-entered",),
    "join-home-wifi": ("wifi-joined",),
    "look-at-parental-control": ("router-blocks-looked",),
    "look-for-home-wifi": ("wifi-joined",),
    "open-a-plain-page": ("signed-in",),
    "pause-https-scanning": ("scanning-off",),
    "pause-other-devices": ("others-paused",),
    "pause-protection": ("protection-paused",),
    "pause-uploads-here": ("uploads-paused",),
    "power-cycle-router": ("router-restarted",),
    "press-connect": ("connect-pressed",),
    "reset-router-filter": ("router-filter-reset",),
    "restart-router-and-compare": ("router-restarted",),
    "restart-this-computer": ("computer-restarted",),
    "router-on-another-socket": ("router-moved-socket",),
    "run-again-deep": ("longer",),
    "set-address-automatic": ("address-automatic",),
    "set-clock-automatic": ("clock-automatic",),
    "set-dns-automatic": ("dns-automatic",),
    "sign-in-to-proxy": ("proxy-signed-in",),
    "stand-beside-router": ("moved-closer",),
    "swap-lan-cable": ("lan-cable-swapped",),
    "switch-adapter-on": ("adapter-switched-on",),
    "switch-other-devices-off": ("devices-off", "router-restarted"),
    "switch-proxy-off": ("proxy-off",),
    "switch-proxy-script-off": ("proxy-script-off",),
    "switch-wifi-off-and-on": ("wifi-off-and-on",),
    "switch-wifi-on": ("wifi-switched-on",),
    "test-at-first-socket": ("first-socket-tried",),
    "try-another-browser": ("browser-tried",),
    "try-another-channel": ("wifi-channel",),
    "try-with-a-cable": ("cable-tried",),
    "type-wifi-key-again": ("wifi-key-typed",),
    "unplug-double-cable": ("loop-opened",),
    "unplug-second-router": ("second-router-unplugged", "computer-restarted"),
    "unplug-unused-link": ("second-link-off",),
    "update-this-computer": ("system-updated",),
    "wait-three-minutes": ("waited",),
    "wait-ten-minutes": ("waited-long",),
}

FOR_A_REPRESENTATIVE = BY_PROVIDER | {
    NO_DEEPER,
    "ask-domestic-targets",
    "ask-for-an-address",
    "ask-login-method",
    "find-second-router",
    "lower-mtu-and-compare",
    "photo-of-router-sockets",
    "read-login-letter-by-letter",
    "read-router-ipv6-page",
    "store-login-in-router",
}
"""Tests that need somebody who knows: the page tells the customer to call."""

QUESTION_OF = {**ANSWERED_BY, "ask-who-dials": "who-dials", "read-router-page": "router-page"}

BY_EFFORT = (
    # what a look answers first, what needs hands last
    "router-lamps", "line-lamp", "los-lamp", "modem-lamps", "devices-failing", "phones", "trouble", "who-dials",
    "wants-inbound", "browser", "second-device", "router-page", "cable-swap", "first-socket",
)  # fmt: skip

NOT_RECORDED = frozenset({_CALL, "line-called", "router-left-on", "site-later", _OWN})
"""Steps that end in no check of this program."""

_STAND_FOR = {"first-socket": "first-socket-tried", "cable-swap": "lan-cable-swapped", "browser": "browser-tried"}
"""An answer that tells of a step done."""


class Advice(NamedTuple):
    """``turn``: a value of TURNS. ``steps`` and ``questions``: the first is the one that matters most. ``test``: the
    key of a deciding test whose own words are the step; ``test`` and ``steps`` never stand together."""

    turn: str
    steps: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    test: str | None = None


def advice(state: PageState) -> Advice:
    """For a state that has a report."""
    report = state.report
    assert report is not None
    d, done = report.diagnosis, done_before(state)
    if d.verdict == "healthy":
        return Advice("nobody")
    if d.verdict == "fault" and d.fault is not None:
        return _fault(report, done)
    asked = questions(report, state.answers)
    test = None if d.next_test is None else d.next_test.key
    wanted = QUESTION_OF.get(test or "")
    if wanted in asked:
        return Advice("you", (), asked)
    if test is None or test in FOR_A_REPRESENTATIVE:
        return Advice("provider", (_CALL,), asked)
    if test not in BY_TEST:
        return Advice("you", (), asked, test)
    steps = _left(BY_TEST[test], done)
    return Advice("you", steps, asked) if steps else Advice("provider", (_CALL,), asked)


def _fault(report: Report, done: frozenset[str]) -> Advice:
    d = report.diagnosis
    code, turn = str(d.fault), TURNS.get(d.acts or "", "provider")
    fault = BY_CODE.get(code)
    if turn == "you":
        return Advice(turn, _left(BY_FAULT.get(code, (_OWN,)), done) or (_CALL,))
    if turn in ("site", "nobody"):
        return Advice(turn, BY_FAULT.get(code, (_OWN,)))
    call = "line-called" if turn == "line" else _CALL
    at_the_line = fault is not None and fault.owner in ("access", "account", "isp-core") and turn != "billing"
    return Advice(turn, (call, "router-left-on") if at_the_line else (call,))


def _left(steps: tuple[str, ...], done: frozenset[str]) -> tuple[str, ...]:
    return tuple(step for step in steps if step not in done)[:MOST_STEPS]


def done_before(state: PageState) -> frozenset[str]:
    """What nobody needs to ask for again: seen by a check, or said."""
    reports = [r for r in (*state.earlier, state.report) if r is not None]
    done = {step.step for report in reports for step in report.steps}
    if state.step is not None:
        done.add(state.step)
    given = content(reports[-1], "answers").get("given") if reports else None
    answers = {**(given if isinstance(given, dict) else {}), **state.answers}
    return frozenset(done | {step for question, step in _STAND_FOR.items() if question in answers})


def questions(report: Report, answers: dict[str, str]) -> tuple[str, ...]:
    """What to ask: the deciding test's own question, then those whose answer one suspect's rules read and another's
    read otherwise. None when a name stands already."""
    d = report.diagnosis
    if d.verdict != "inconclusive":
        return ()
    suspects = [BY_CODE[code] for code in d.suspects if code in BY_CODE]
    first = [] if d.next_test is None else [QUESTION_OF.get(d.next_test.key, "")]
    read = [{name for e in expressions(fault) for name in _asked_by(e)} for fault in suspects]
    apart = {name for names in read for name in names if not all(name in other for other in read)}
    wanted = [*first, *(name for name in BY_EFFORT if name in apart)]
    given = content(report, "answers").get("given")
    known = {**(given if isinstance(given, dict) else {}), **answers}
    return tuple(dict.fromkeys(q for q in wanted if q in QUESTIONS and q not in known))[:MOST_QUESTIONS]


def _asked_by(rule: Expr) -> list[str]:
    """The questions among what a rule reads: ``said.phones=fail`` and ``answer.phones`` both ask for ``phones``."""
    return [r.name.partition(".")[2].partition("=")[0] for r in rule.readings() if Answers in r.sections]
