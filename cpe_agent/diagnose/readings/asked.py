"""What the customer said, what the provider's profile says, and this computer's own dialling."""

from __future__ import annotations

from collections.abc import Callable

from cpe_agent.diagnose.predicate import Reading, Value, reading
from cpe_agent.facts import Addressing, Answers, Dial, DialEntry, Family, Plan, Wifi, WifiLink


def answer(key: str) -> Reading:
    """The customer's answer to one question of ``cpe_agent.answers``; None when it was not asked or not known."""

    def read(a: Answers) -> str | None:
        """What the customer said."""
        given = a.given.get(key)
        return None if given in (None, "unknown") else given

    return Reading(f"answer.{key}", (Answers,), read)


SECOND_DEVICE = answer("second-device")
LOS_LAMP = answer("los-lamp")
INBOUND = answer("wants-inbound")
TROUBLE = answer("trouble")


@reading("plan.complaint", Plan)
def complaint(p: Plan) -> str | None:
    """What the customer complains about."""
    return p.complaint


@reading("plan.asked_only", Plan)
def asked_only(p: Plan) -> bool:
    """No program ran and nothing was measured: a person answered questions."""
    return p.asked_only


@reading("plan.wan", Plan)
def wan(p: Plan) -> str | None:
    """How the provider's profile says homes connect: pppoe, ipoe, l2tp or pptp."""
    return None if p.wan == "unknown" else p.wan


TUNNELS = ("l2tp", "pptp")
"""Some providers' logins, and many a company's VPN."""


def providers_own(d: Dial, p: Plan, a: Addressing | None) -> list[DialEntry]:
    """Entries that dial the provider. A tunnel does so when the profile says so, or when no router carries this home;
    beside a router it is a company's, whose refusal says nothing about the account of this line."""
    routed = a is None or any(r.family is Family.V4 and r.gateway is not None for r in a.routes)
    tunnels = TUNNELS if p.wan in TUNNELS or not routed else ()
    return [e for e in d.entries if e.kind in ("pppoe", "cellular", *tunnels)]


def last_entry(d: Dial, p: Plan, a: Addressing | None) -> DialEntry | None:
    """The newest entry that has something to say; an old failure with a later success says nothing."""
    told = providers_own(d, p, a)
    up = next((e for e in told if e.state == "connected"), None)
    return up or min(told, key=lambda e: e.age_s if e.age_s is not None else 0.0, default=None)


def dial_reading(name: str) -> Callable[[Callable[..., Value]], Reading]:
    """A reading of this computer's own dialling."""
    return reading(name, Dial, Plan, Addressing, optional=(Addressing,))


@dial_reading("dial.state")
def dial_state(d: Dial, p: Plan, a: Addressing | None) -> str | None:
    """State of the connection that this computer itself dials."""
    entry = last_entry(d, p, a)
    return None if entry is None else entry.state


@dial_reading("dial.code")
def dial_code(d: Dial, p: Plan, a: Addressing | None) -> int | None:
    """The dialler's own error number (RAS error or pppd exit status) of a failed attempt."""
    entry = last_entry(d, p, a)
    return entry.code if entry is not None and entry.state == "failed" else None


@dial_reading("dial.stage")
def dial_stage(d: Dial, p: Plan, a: Addressing | None) -> str | None:
    """How far a failed attempt came: discovery, lcp, auth, ipcp, local."""
    entry = last_entry(d, p, a)
    return entry.stage if entry is not None and entry.state == "failed" else None


@dial_reading("dial.source")
def dial_source(d: Dial, p: Plan, a: Addressing | None) -> str | None:
    """Whose number the code is: ras, pppd, networkmanager, scutil, login-test."""
    entry = last_entry(d, p, a)
    return None if entry is None else entry.source


def wifi_link(w: Wifi) -> WifiLink | None:
    return next((x for x in w.links if x.associated), w.links[0] if w.links else None)


@reading("wifi.associated", Wifi)
def wifi_associated(w: Wifi) -> bool | None:
    """The Wi-Fi adapter is joined to a network."""
    link = wifi_link(w)
    return None if link is None else link.associated
