"""What a failed attempt of this computer's own dialler means. Numbers differ by dialler; the words here do not."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.asked import last_entry
from cpe_agent.facts import Dial, DialEntry

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
}
"""Numbers of raserror.h. 718 and 721 (time-outs) mean something only with the stage they happened in."""

TIMED_OUT = (718, 721)
TUNNEL_SILENT = (678, 809, 868)
LINE_PROVEN = ("rejected", "bad_password", "unknown_realm", "session_limit", "line_binding", "restricted",
               "auth_silent", "server_busy", "no_address", "no_service")  # fmt: skip
"""Reasons that only a far end can give, or only after it took part: frames passed the line both ways."""


def _ras(entry: DialEntry) -> str | None:
    if entry.kind in ("l2tp", "pptp") and entry.code in TUNNEL_SILENT:
        return "tunnel_silent"
    if entry.code in TIMED_OUT:
        return "auth_silent" if entry.stage == "auth" else None
    meaning = None if entry.code is None else RAS.get(entry.code)
    # Once a link stood, somebody had answered; the same number then tells of its loss.
    return "hang_up" if meaning == "no_answer" and entry.stage not in (None, "discovery") else meaning


@reading("dial.meaning", Dial)
def meaning(d: Dial) -> str | None:
    """Why this computer's own dialling failed within the last ten minutes: rejected (the login server refused the
    pair), bad_password, unknown_realm, session_limit, line_binding, restricted (refused with that reason),
    auth_silent (the login server was asked and kept silent), no_answer (nobody answered the first call), server_busy,
    no_address, no_service, no_secret (no password stored here), tunnel_silent, hang_up (many causes). Exit status 19
    of pppd is no reject by itself: a silent login server ends in it as well."""
    entry = last_entry(d)
    if entry is None or entry.state != "failed" or entry.age_s is None or entry.age_s > STALE_S:
        return None
    if entry.reason in REASONS:
        return entry.reason
    if entry.source == "ras":
        return _ras(entry)
    return "hang_up" if entry.source == "pppd" and entry.code in (10, 15, 16, 19) else None


@reading("dial.far_end_spoke", Dial)
def far_end_spoke(d: Dial) -> bool:
    """This computer's own call came as far as a far end's part in it, so frames passed the line both ways."""
    return bool(meaning.read(d) in LINE_PROVEN)


@reading("dial.kind", Dial)
def kind(d: Dial) -> str | None:
    """What this computer itself dials: pppoe, l2tp, pptp, cellular."""
    entry = last_entry(d)
    return None if entry is None else entry.kind
