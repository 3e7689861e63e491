"""What pppd and its PPPoE part write down about the connections they dial (pppd 2.4 and 2.5, rp-pppoe), and what
pppd's exit status says (pppd(8), EXIT STATUS).

Of each attempt the first cause counts: what follows it (a hang-up, a time-out) follows from it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import DialEntry
from cpe_agent.host.reject_text import reject_reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_agent.host.log_line import LogLine

PROGRAMS = ("pppd", "pppoe")
WINDOW_S = 900  # what is older says nothing about now
_LOCKED_OUT_S = 600  # a concentrator that refused us may keep silent for that long
_MOST_PROCESSES = 64
_MOST_ATTEMPTS = 32
_REFUSALS = ("rejected", "bad_password", "unknown_realm", "session_limit", "line_binding", "restricted")

EXIT_STAGES: dict[int, str | None] = {
    1: "local",
    2: "local",
    3: "local",
    4: "local",  # no PPP in this kernel
    6: "local",
    7: "local",
    8: "discovery",
    9: "local",
    10: None,  # link, login or address
    15: "open",
    16: None,
    17: "lcp",
    18: "local",
    19: "auth",
}
"""Exit status -> how far it came. 0, 5, 12, 13 and 14 are ends that somebody wanted; 11 is our own test of the peer."""

_KINDS = (  # the first word of a line that gives the kind of session away
    ("Plugin pppoe.so", "pppoe"),
    ("Plugin rp-pppoe.so", "pppoe"),
    ("PPP session is ", "pppoe"),
    ("PPPoE connecting", "pppoe"),  # macOS
    ("Plugin pppol2tp.so", "l2tp"),
    ("L2TP connecting", "l2tp"),
    ("Plugin pptp.so", "pptp"),
    ("PPTP connecting", "pptp"),
    ("Timeout waiting for PAD", "pppoe"),
    ("Unable to complete PPPoE", "pppoe"),
    ("Ignoring PADO packet", "pppoe"),
    ("PADO: ", "pppoe"),
    ("PADS: ", "pppoe"),
)
_STAGES = (
    ("PPP session is ", "lcp"),
    ("Connect: ", "lcp"),
    ("PAP authentication succeeded", "ipcp"),
    ("CHAP authentication succeeded", "ipcp"),
    ("EAP authentication succeeded", "ipcp"),
    ("local  IP address ", "open"),
    ("local IP address ", "open"),
)
_WANTED = (
    "Terminating on signal",
    "Terminating connection due to lack of activity",
    "Connect time expired",
    "Hangup (SIGHUP)",
)
_REJECTED = (
    "PAP authentication failed",
    "CHAP authentication failed",
    "MS-CHAP authentication failed",
    "EAP: peer reports authentication failure",
)
_CAUSES: tuple[tuple[str, str, str | None], ...] = (  # first words, stage, reason
    ("PADO: System-Error", "discovery", "server_busy"),
    ("PADO: Generic-Error", "discovery", "server_busy"),
    ("PADO: Service-Name-Error", "discovery", None),
    ("PADS: System-Error", "discovery", "server_busy"),
    ("PADS: Generic-Error", "discovery", "server_busy"),
    ("PADS: Service-Name-Error", "discovery", None),
    # A concentrator offered itself and then kept silent: neither "nobody answered" nor a login that failed.
    ("Timeout waiting for PADS packets", "discovery", None),
    ("Unable to complete PPPoE Discovery", "discovery", None),
    ("error sending pppoe packet", "local", None),  # the call never left; pppd says afterwards that nobody answered
    ("PPPoE connection failed, No route to host", "discovery", "no_answer"),  # macOS: EHOSTUNREACH is silence there
    ("LCP: timeout sending Config-Requests", "lcp", None),
    ("Serial line is looped back", "lcp", None),
    ("PAP authentication failed due to protocol-reject", "auth", None),
    ("CHAP authentication failed due to protocol-reject", "auth", None),
    # The server's proof of itself was wrong; it did not refuse us.
    ("MS-CHAPv2 mutual authentication failed", "auth", None),
    ("No response to PAP authenticate-requests", "auth", "auth_silent"),
    ("CHAP authentication timed out", "auth", "auth_silent"),
    ("IPCP: timeout sending Config-Requests", "ipcp", "no_address"),
    ("Could not determine local IP address", "ipcp", "no_address"),
    ("Peer refused to agree to our IP address", "ipcp", "no_address"),
    ("This system lacks kernel support for PPP", "local", None),
)


class _End(NamedTuple):
    """How an attempt ended. Without a stage: it came up; ``answered``: it only came past the discovery yet."""

    at: float
    stage: str | None = None
    reason: str | None = None
    answered: bool = False


class _Dialler:
    """One process of pppd: it may try again and again."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.company = False
        self.ends: deque[_End] = deque(maxlen=_MOST_ATTEMPTS)
        self._begin()

    def _begin(self) -> None:
        self.stage: str | None = None
        self.decided = False  # this attempt has its cause
        self.stopped = False  # somebody here ended it; what pppd says then of time-outs is no finding
        self.offered = False  # a concentrator was heard in this attempt
        self.no_secret = False
        self.message = ""

    def _fail(self, at: float, stage: str, reason: str | None) -> None:
        if self.stopped:
            return
        if not self.decided:
            self.ends.append(_End(at, stage, reason))
        elif self.ends and self.ends[-1].stage == stage == "discovery":
            self.ends[-1] = self.ends[-1]._replace(at=at)  # the same silence, tried again
        self.decided = True

    def hear(self, at: float, text: str) -> None:
        text = text.removeprefix("pppoe: ")
        self._learn_kind(text)
        if text.startswith(("Exit.", "Connection terminated")) or (text.startswith("pppd ") and " started by " in text):
            self._begin()
        elif text.startswith(_WANTED):
            self.stopped = True
        elif stage := next((s for words, s in _STAGES if text.startswith(words)), None):
            self._advance(at, stage)
        elif text.startswith("No CHAP secret found for authenticating us"):
            self.no_secret = True  # it goes on with an empty one, which some far ends accept
        elif text.startswith("Remote message: "):
            self.message = text[16:]
        elif text.startswith("Ignoring PADO packet"):
            self.offered = True
        else:
            self._cause(at, text)

    def _learn_kind(self, text: str) -> None:
        if "-pppd-plugin.so" in text and "/nm-pppd-plugin.so" not in text:
            self.company = True  # NetworkManager's L2TP, PPTP and SSL parts are for networks of work, not for lines
        kind = next((kind for words, kind in _KINDS if text.startswith(words)), "")
        if not kind and not self.kind and text.startswith("Connect: "):
            # "Connect: ppp0 <--> eth0": an Ethernet interface; a device file is a modem's or another program's.
            device = text.partition("<--> ")[2]
            if device.startswith(("/dev/ttyUSB", "/dev/ttyACM", "/dev/ttyS")):
                kind = "cellular"
            elif device and not device.startswith("/"):
                kind = "pppoe"
        self.kind = "vpn" if self.company else kind or self.kind

    def _advance(self, at: float, stage: str) -> None:
        if stage == "lcp" and (self.decided or self.stage not in (None, "lcp")):
            self._begin()
        self.stage = stage
        if stage in ("lcp", "open"):
            self.ends.append(_End(at, answered=stage == "lcp"))

    def _cause(self, at: float, text: str) -> None:
        if text.startswith("Timeout waiting for PADO packets"):
            self._fail(at, "discovery", None if self.offered else "no_answer")
        elif known := next((c for c in _CAUSES if text.startswith(c[0])), None):
            self.offered = self.offered or text.startswith("PAD")
            self._fail(at, known[1], known[2])
        elif text.startswith(_REJECTED):
            said = text.partition(": ")[2] or self.message
            self._fail(at, "auth", "no_secret" if self.no_secret else reject_reason(said))
        elif text.startswith("Protocol-Reject for ") and "0x8021" in text:
            self._fail(at, "ipcp", "no_service")
        elif text.startswith(("LCP terminated by peer", "IPCP terminated by peer", "Modem hangup")) or (
            text.startswith("No response to ") and "echo-requests" in text
        ):
            self._lost(at, text)

    def _lost(self, at: float, text: str) -> None:
        """The session ended without a word why. While nothing is up this follows from what came before."""
        if self.stage is None:
            return
        stage = "auth" if self.stage == "lcp" and text.startswith("LCP ") else self.stage  # LCP must have been open
        reason = {"lcp": "hang_up", "auth": "hang_up", "ipcp": "no_address"}.get(stage)
        self._fail(at, stage, reason)
        self.stage = None


def entries(lines: Iterable[LogLine], now: float) -> list[DialEntry]:
    """How the last attempt of each kind failed; nothing for a kind that works. A session that shows no kind is a
    ``vpn``, which accuses nobody."""
    diallers: dict[tuple[str, int], _Dialler] = {}
    for line in sorted(lines, key=lambda line: line.at):
        if line.program in PROGRAMS and line.at <= now:
            key = (line.program, line.pid)
            if key not in diallers and len(diallers) >= _MOST_PROCESSES:
                diallers.pop(next(iter(diallers)))
            diallers.setdefault(key, _Dialler("pppoe" if line.program == "pppoe" else "")).hear(line.at, line.text)
    ends = sorted(((end, d.kind or "vpn") for d in diallers.values() for end in d.ends), key=lambda one: one[0].at)
    last: dict[str, _End] = {}
    for end, kind in ends:
        before = last.get(kind)
        if end.answered and (before is None or before.stage != "discovery"):
            continue
        refused = before is not None and before.reason in _REFUSALS and end.at - before.at <= _LOCKED_OUT_S
        if not (refused and end.stage == "discovery"):  # silence right after a reject is the lock-out's
            last[kind] = end
    return [
        DialEntry(kind, "failed", "pppd", None, end.stage, end.reason, round(now - end.at, 1))
        for kind, end in last.items()
        if end.stage is not None and now - end.at <= WINDOW_S
    ]


def of_exit_status(status: int, kind: str, age_s: float | None) -> DialEntry | None:
    """An exit status alone: it never says what a login server thinks (19 is silence as well)."""
    if status not in EXIT_STAGES:
        return None
    return DialEntry(kind, "failed", "pppd", status, EXIT_STAGES[status], None, age_s)
