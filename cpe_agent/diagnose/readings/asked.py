"""What the customer said, what the provider's profile says, and this computer's own dialling."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import Reading, reading
from cpe_agent.facts import Answers, Dial, DialEntry, Plan, Wifi, WifiLink


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


@reading("plan.wan", Plan)
def wan(p: Plan) -> str | None:
    """How the provider's profile says homes connect: pppoe or ipoe."""
    return None if p.wan == "unknown" else p.wan


def last_entry(d: Dial) -> DialEntry | None:
    """The newest entry that has something to say; an old failure with a later success says nothing."""
    if any(e.state == "connected" and e.kind != "vpn" for e in d.entries):
        return next(e for e in d.entries if e.state == "connected" and e.kind != "vpn")
    told = [e for e in d.entries if e.kind != "vpn"]
    return min(told, key=lambda e: e.age_s if e.age_s is not None else 0.0, default=None)


@reading("dial.state", Dial)
def dial_state(d: Dial) -> str | None:
    """State of the connection that this computer itself dials."""
    entry = last_entry(d)
    return None if entry is None else entry.state


@reading("dial.code", Dial)
def dial_code(d: Dial) -> int | None:
    """The dialler's own error number (RAS error or pppd exit status) of a failed attempt."""
    entry = last_entry(d)
    return entry.code if entry is not None and entry.state == "failed" else None


@reading("dial.stage", Dial)
def dial_stage(d: Dial) -> str | None:
    """How far a failed attempt came: discovery, lcp, auth, ipcp, local."""
    entry = last_entry(d)
    return entry.stage if entry is not None and entry.state == "failed" else None


@reading("dial.source", Dial)
def dial_source(d: Dial) -> str | None:
    """Whose number the code is: ras, pppd, networkmanager, scutil."""
    entry = last_entry(d)
    return None if entry is None else entry.source


def wifi_link(w: Wifi) -> WifiLink | None:
    return next((x for x in w.links if x.associated), w.links[0] if w.links else None)


@reading("wifi.associated", Wifi)
def wifi_associated(w: Wifi) -> bool | None:
    """The Wi-Fi adapter is joined to a network."""
    link = wifi_link(w)
    return None if link is None else link.associated
