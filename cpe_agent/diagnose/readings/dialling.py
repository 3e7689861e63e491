"""What a failed attempt of this computer's own dialler means. Numbers differ by dialler; the words here do not."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.asked import dial_reading, last_entry, providers_own
from cpe_agent.facts import Addressing, Dial, DialEntry, Plan

STALE_S = 600  # an older failure may long be repaired; ten minutes is also the usual window of a login lock-out

REASONS = (
    "rejected",
    "bad_password",
    "unknown_realm",
    "session_limit",
    "line_binding",
    "restricted",
    "auth_silent",
    "no_answer",
    "server_busy",
    "no_address",
    "no_service",
    "no_secret",
    "method_refused",
    "tunnel_silent",
    "hang_up",
)

RAS: dict[int, str] = {
    619: "hang_up",
    628: "hang_up",
    629: "hang_up",
    646: "restricted",
    647: "restricted",
    648: "restricted",
    649: "restricted",
    651: "no_answer",
    678: "no_answer",
    691: "rejected",
    734: "hang_up",
    738: "no_address",
    815: "no_answer",
    919: "method_refused",
}
"""Numbers of raserror.h. 718 and 721 (time-outs) mean something only with the stage they happened in."""

TIMED_OUT = (718, 721)
TUNNEL_SILENT = (678, 809, 868)
LINE_PROVEN = ("rejected", "bad_password", "unknown_realm", "session_limit", "line_binding", "restricted",
               "auth_silent", "server_busy", "no_address", "no_service", "method_refused")  # fmt: skip
"""Reasons that only a far end can give, or only after it took part: frames passed the line both ways."""


def _ras(entry: DialEntry) -> str | None:
    if entry.kind in ("l2tp", "pptp") and entry.code in TUNNEL_SILENT:
        return "tunnel_silent"
    if entry.code in TIMED_OUT:
        return "auth_silent" if entry.stage == "auth" else None
    meaning = None if entry.code is None else RAS.get(entry.code)
    # Once a link stood, somebody had answered; the same number then tells of its loss.
    return "hang_up" if meaning == "no_answer" and entry.stage not in (None, "discovery") else meaning


REFUSALS = ("rejected", "bad_password", "unknown_realm", "session_limit", "line_binding", "restricted")
"""The login server's own no."""

MALFORMED = frozenset(
    {
        "missing-realm",
        "mail-address",
        "edge-blank",
        "invisible-character",
        "non-ascii",
        "other-script-digits",
        "too-long",
    }
)
LAYOUT = frozenset(
    {
        "typed-on-hebrew-layout", "typed-on-arabic-layout", "typed-on-russian-layout", "typed-on-english-layout",
        "caps-lock", "secret-typed-on-hebrew-layout", "secret-typed-on-arabic-layout",
        "secret-typed-on-russian-layout", "secret-caps-lock",
    }
)  # fmt: skip
"""Classes of what was typed (``cpe_agent.login.shape``): each a question, none a proof."""


def meaning_of(entry: DialEntry | None) -> str | None:
    """One failed attempt in our words, if it is of the last ten minutes."""
    if entry is None or entry.state != "failed" or entry.age_s is None or entry.age_s > STALE_S:
        return None
    if entry.reason in REASONS:
        return entry.reason
    if entry.source == "ras":
        return _ras(entry)
    return "hang_up" if entry.source == "pppd" and entry.code in (10, 15, 16, 19) else None


@dial_reading("dial.meaning")
def meaning(d: Dial, p: Plan, a: Addressing | None) -> str | None:
    """Why this computer's own dialling, or a login test, failed within the last ten minutes: rejected (the login server
    refused the pair), bad_password, unknown_realm, session_limit, line_binding, restricted (refused with that reason),
    auth_silent (the login server was asked and kept silent), no_answer (nobody answered the first call), server_busy,
    no_address, no_service, no_secret (no password stored here), method_refused (no common way of logging in),
    tunnel_silent, hang_up (many causes). Exit status 19 of pppd is no reject by itself: a silent login server ends in
    it as well."""
    return meaning_of(last_entry(d, p, a))


@dial_reading("dial.far_end_spoke")
def far_end_spoke(d: Dial, p: Plan, a: Addressing | None) -> bool:
    """This computer's own call came as far as a far end's part in it, so frames passed the line both ways."""
    return meaning_of(last_entry(d, p, a)) in LINE_PROVEN


@dial_reading("dial.kind")
def kind(d: Dial, p: Plan, a: Addressing | None) -> str | None:
    """What this computer itself dials: pppoe, l2tp, pptp, cellular."""
    entry = last_entry(d, p, a)
    return None if entry is None else entry.kind


@reading("dial.set_up", Dial)
def set_up(d: Dial) -> bool | None:
    """A connection to dial is set up on this computer, in use or not. A VPN is none: it may be the provider's way in,
    and mostly leads elsewhere."""
    return True if any(e.source != "login-test" and e.kind != "vpn" for e in d.entries) else d.set_up


@reading("dial.tested", Dial)
def tested(d: Dial) -> bool:
    """A login test was made on this computer lately: whoever tests needs no connection to dial."""
    return any(e.source == "login-test" for e in d.entries)


@dial_reading("dial.refused_lately")
def refused_lately(d: Dial, p: Plan, a: Addressing | None) -> bool:
    """A login of this computer was refused within the last ten minutes; some concentrators then ignore it for a
    while, so silence after that says nothing about the line."""
    return any(meaning_of(e) in REFUSALS for e in providers_own(d, p, a))


@dial_reading("dial.typed_malformed")
def typed_malformed(d: Dial, p: Plan, a: Addressing | None) -> bool:
    """What was typed at a refused login test has not the form of a login: no realm, odd characters, too long."""
    return _typed(last_entry(d, p, a), MALFORMED)


@dial_reading("dial.typed_on_layout")
def typed_on_layout(d: Dial, p: Plan, a: Addressing | None) -> bool:
    """What was typed at a refused login test looks like another keyboard layout, or Caps Lock."""
    return _typed(last_entry(d, p, a), LAYOUT)


def _typed(entry: DialEntry | None, classes: frozenset[str]) -> bool:
    return entry is not None and meaning_of(entry) in REFUSALS and not classes.isdisjoint(entry.shape)


@reading("dial.accepted_age_s", Dial)
def accepted_age_s(d: Dial) -> float | None:
    """How long ago a login test was accepted, if the last one was."""
    tests = [e for e in d.entries if e.source == "login-test" and e.age_s is not None]
    last = min(tests, key=lambda e: e.age_s or 0.0, default=None)
    return last.age_s if last is not None and last.reason == "accepted" else None
