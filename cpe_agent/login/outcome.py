"""What a login test means: which fault follows, whose it is, and the shape of the JSON.

The rule: nobody is named on a silence that something else explains, nor on the word of a stranger. What is left open
becomes suspects and a note that says what would decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from cpe_agent.host.clean import clean
from cpe_agent.login.address_control import Address
from cpe_agent.login.ending import Outcome
from cpe_agent.login.reject_text import PARENT, no_service, refusal, server_was_silent

if TYPE_CHECKING:
    from cpe_agent.login.discovery import Concentrator
    from cpe_agent.login.surroundings import Surroundings

TEXT_LIMIT = 256

OWNERS = {
    # fault -> owner, who acts: as in the catalogue (a test compares them)
    "credentials-rejected": ("account", "isp"),
    "credentials-wrong-password": ("account", "isp"),
    "credentials-wrong-realm": ("account", "isp"),
    "account-session-limit": ("account", "isp"),
    "account-suspended": ("account", "billing"),
    "account-line-binding-mismatch": ("account", "isp"),
    "account-not-provisioned": ("account", "isp"),
    "access-no-pado": ("access", "isp"),
    "isp-aaa-down": ("isp-core", "isp"),
    "isp-bras-overloaded": ("isp-core", "isp"),
}


class Stage(NamedTuple):
    """``stage``: discovery | session | link | login | address | close. ``ms``: how long it took."""

    stage: str
    ok: bool
    ms: float


@dataclass
class Seen:
    """What the test saw, filled in as it goes. ``rejected_before``: a refusal within ten minutes; None when what is
    remembered may be incomplete. ``asked_for``: login methods that the far end wanted and we did not do."""

    outcome: Outcome | None = None
    method: str | None = None
    text: bytes | None = None
    why: str | None = None
    wait_s: int | None = None
    error: int | None = None
    service: str = ""
    pads_error: str | None = None
    sent: bool = False
    address: Address | None = None
    concentrators: tuple[Concentrator, ...] = ()
    unmatched: bool = False
    chosen: Concentrator | None = None
    listed: bool = False
    rejected_before: bool | None = None
    surroundings: Surroundings | None = None
    asked_for: tuple[str, ...] = ()
    stages: list[Stage] = field(default_factory=list)


class Verdict(NamedTuple):
    """``notes`` are keys of sentences (words/en/login.py), the most important first. ``hints``: classes of what the
    refused login looked like (``cpe_agent.login.shape``), each a question to whoever typed it and no proof."""

    seen: Seen
    outcome: Outcome
    message: str | None
    fault: str | None
    suspects: tuple[str, ...]
    notes: tuple[str, ...]
    hints: tuple[str, ...] = ()

    @property
    def owner(self) -> str | None:
        if self.fault is not None:
            return OWNERS[self.fault][0]
        return "none" if self.outcome is Outcome.ACCEPTED and not self.suspects else None

    @property
    def acts(self) -> str | None:
        return None if self.fault is None else OWNERS[self.fault][1]

    @property
    def status(self) -> int:
        """The exit status: 0 accepted, 1 a fault is named, 3 cannot tell, 4 it could not run."""
        if self.fault is not None:
            return 1
        if self.outcome in (Outcome.NOT_PERMITTED, Outcome.REFUSED_BY_RULES):
            return 4
        return 0 if self.outcome is Outcome.ACCEPTED else 3

    def plain(self) -> dict[str, Any]:
        """The JSON object of ``login-test --json``."""
        return {
            "outcome": self.outcome.value,
            "method": self.seen.method,
            "message": self.message,
            "concentrators": [
                {"name": c.name, "mac": c.mac.hex(":"), "known": c.known} for c in self.seen.concentrators
            ],
            "stages": [s._asdict() for s in self.seen.stages],
            "fault": self.fault,
            "owner": self.owner,
            "acts": self.acts,
            "suspects": list(self.suspects),
            "notes": list(self.notes),
            "hints": list(self.hints),
        }


def verdict_of(seen: Seen) -> Verdict:
    assert seen.outcome is not None, "the sequence ends with an outcome"
    message = clean(seen.text, TEXT_LIMIT)
    fault, suspects, notes = _meaning(seen, message)
    if seen.why is not None:
        notes = (seen.why, *notes)
    if seen.chosen is not None and len(seen.concentrators) > 1 and not all(c.known for c in seen.concentrators):
        notes = (*notes, "concentrator.stranger-beside" if seen.chosen.known else "concentrator.several-strangers")
    if fault is not None and seen.concentrators and not word_of_the_provider(seen):
        # A stranger's refusal or silence says nothing about the provider's account or servers.
        suspects = (fault, *suspects)
        fault = None
        notes = (*notes, _doubt(seen))
    return Verdict(seen, seen.outcome, message, fault, suspects, notes)


def word_of_the_provider(seen: Seen) -> bool:
    """Was it the provider's own concentrator that spoke? Listed, or the only one at the modem where none is listed."""
    if seen.chosen is None:
        return False
    return seen.chosen.known or (not seen.listed and len(seen.concentrators) == 1 and not _behind_router(seen))


def _doubt(seen: Seen) -> str:
    if seen.listed:
        return "concentrator.not-listed"
    return "concentrator.which" if len(seen.concentrators) > 1 else "concentrator.behind-router"


def _behind_router(seen: Seen) -> bool:
    return seen.surroundings is not None and seen.surroundings.gateway is True


_Meaning = tuple[str | None, tuple[str, ...], tuple[str, ...]]  # fault, suspects, notes


def _meaning(seen: Seen, message: str | None) -> _Meaning:
    match seen.outcome:
        case Outcome.ACCEPTED:
            return _accepted(seen, message)
        case Outcome.REJECTED:
            fault = refusal(message, seen.error)
            return fault, (), ("rejected.stale-session",) if fault == PARENT else ()
        case Outcome.NO_PADO:
            return _no_pado(seen)
        case Outcome.NO_PADS:
            return _busy(seen)
        case Outcome.PADS_ERROR:
            if seen.pads_error == "service-name-error":
                return None, ("router-wan-mode-mismatch",), ("pads.service-name",)
            return _busy(seen)
        case Outcome.LCP_FAILED:
            return None, () if seen.why == "lcp.loop" else ("isp-bras-overloaded",), ()
        case Outcome.AUTH_TIMEOUT:
            if seen.why == "auth.silent-link-alive":
                return "isp-aaa-down", (), ()
            return None, ("isp-aaa-down", "isp-bras-overloaded"), ()
        case Outcome.AUTH_METHOD_REFUSED:
            return None, (), ()
        case Outcome.TERMINATED:
            return _hung_up(seen, message)
    return None, (), ()


def _accepted(seen: Seen, message: str | None) -> _Meaning:
    match seen.address:
        case Address.REFUSED:
            return "account-not-provisioned", (), ("address.refused",)
        case Address.HUNG_UP:
            if no_service(message):
                return "account-not-provisioned", (), ("address.hung-up",)
            return None, ("account-not-provisioned", "account-session-limit"), ("address.hung-up",)
        case Address.NONE | Address.SILENT:
            return None, ("isp-ip-pool-exhausted", "account-not-provisioned"), ("address.none",)
        case Address.SIX_ONLY:
            return None, (), ("address.six-only",)
    return None, (), ()


def _no_pado(seen: Seen) -> _Meaning:
    """Silence is the line's only when this computer sits on the line, and nobody has cause to ignore it."""
    around = seen.surroundings
    if around is None or around.gateway is not False:
        return None, (), ("no-pado.behind-router" if around is not None and around.gateway else "no-pado.no-routes",)
    if around.wired is False:
        return None, (), ("no-pado.not-wired",)
    if seen.service:
        return None, (), ("no-pado.service",)  # who does not offer it must not answer (RFC 2516, 5.2)
    if seen.unmatched:
        return None, (), ("no-pado.unmatched",)
    if seen.rejected_before is not False:
        return None, ("account-auth-lockout", "access-no-pado"), (_before(seen),)
    return "access-no-pado", (), ("no-pado.late",)


def _busy(seen: Seen) -> _Meaning:
    if seen.rejected_before is not False:
        return None, ("account-auth-lockout", "isp-bras-overloaded"), (_before(seen),)
    return "isp-bras-overloaded", (), ()


def _before(seen: Seen) -> str:
    return "lockout.rejected-before" if seen.rejected_before else "lockout.history-unknown"


def _hung_up(seen: Seen, message: str | None) -> _Meaning:
    if seen.why == "auth.no-proof":
        return None, (), ()
    if not seen.sent:
        return None, ("auth-protocol-mismatch", "isp-bras-overloaded"), ("terminated.before-login",)
    if server_was_silent(message):
        return "isp-aaa-down", (), ()
    return None, ("credentials-rejected", "isp-aaa-down"), ("terminated.without-verdict",)
