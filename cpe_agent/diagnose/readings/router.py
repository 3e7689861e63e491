"""What the router says about itself and its line. Its words are graded, never simply believed:

A  an explicit code that every sample repeats, with the physical link reported up
B  an explicit code, once
C  a code that many causes share (ISP_DISCONNECT, UNKNOWN)
D  ERROR_NONE while not connected: no information
"""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.address import address_kind
from cpe_agent.facts import IgdSample, Router

CONNECTED = {"connected", "up"}  # one vendor writes Up for Connected
CONNECTING = {"connecting", "authenticating"}
DISCONNECTED = {"disconnected", "disconnecting", "pendingdisconnect", "down"}
VAGUE = {"ISP_DISCONNECT", "UNKNOWN", "COMMAND_ABORTED"}
_BELIEVABLE_S = 5 * 365 * 86_400


def samples_of(r: Router) -> list[IgdSample]:
    """Samples of the router that is this computer's gateway; another box's word says nothing about this line."""
    return [s for igd in r.igds if igd.is_gateway for s in igd.samples if s.failure is None]


def _session(sample: IgdSample) -> str | None:
    status = (sample.status or "").strip().lower()
    if status in CONNECTED:
        return "connected"
    if status in CONNECTING:
        return "connecting"
    if status in DISCONNECTED:
        return "disconnected"
    return "unconfigured" if status == "unconfigured" else None


def _error(sample: IgdSample) -> str | None:
    text = (sample.last_error or "").strip().upper()
    return text.removeprefix("ERROR_") or None


@reading("router.another_connected", Router)
def another_connected(r: Router) -> bool:
    """A router of this network that is not this computer's gateway says that it is connected to its provider."""
    last = [igd.samples[-1].status for igd in r.igds if not igd.is_gateway and igd.samples]
    return any((status or "").lower() == "connected" for status in last)


@reading("router.session", Router)
def session(r: Router) -> str | None:
    """The router's own word for its WAN connection: connected, connecting, disconnected, unconfigured."""
    words = [w for w in map(_session, samples_of(r)) if w is not None]
    return words[-1] if words else None


@reading("router.session_steady", Router)
def session_steady(r: Router) -> bool | None:
    """Every sample of the run showed the same WAN state."""
    words = [w for w in map(_session, samples_of(r)) if w is not None]
    return len(set(words)) == 1 if len(words) > 1 else None


@reading("router.last_error", Router)
def last_error(r: Router) -> str | None:
    """The router's last connection error, without the ERROR_ prefix. The most telling one of the samples: some
    firmware falls back to NONE whenever a new attempt starts."""
    words = [w for w in map(_error, samples_of(r)) if w is not None]
    telling = [w for w in words if w != "NONE" and w not in VAGUE]
    vague = [w for w in words if w in VAGUE]
    best = telling or vague or words
    return best[-1] if best else None


@reading("router.error_grade", Router)
def error_grade(r: Router) -> str | None:
    """Worth of the last error: A repeated with the line up, B said once, C shared by many causes, D none."""
    found = samples_of(r)
    words = [w for w in map(_error, found) if w is not None]
    if not words:
        return None
    telling = [w for w in words if w != "NONE" and w not in VAGUE]
    if telling:
        link_up = any((s.physical_link or "").lower() == "up" for s in found)
        return "A" if len(telling) >= 3 and len(set(words)) == 1 and link_up else "B"
    return "C" if any(w in VAGUE for w in words) else "D"


@reading("router.physical_link", Router)
def physical_link(r: Router) -> str | None:
    """The router's word for the signal on its line: up, down, training. Up is no proof: some say so without carrier."""
    words = [(s.physical_link or "").strip().lower() for s in samples_of(r)]
    known = [{"up": "up", "down": "down", "unavailable": "down", "initializing": "training"}.get(w) for w in words]
    known = [w for w in known if w is not None]
    return known[-1] if known else None


@reading("router.service", Router)
def service(r: Router) -> str | None:
    """ppp when the router logs in, ip when it takes an address by DHCP or is given one."""
    names = {s.service for s in samples_of(r) if s.service}
    if "WANPPPConnection" in names:
        return "ppp"
    return "ip" if names else None


@reading("router.access_type", Router)
def access_type(r: Router) -> str | None:
    """Kind of line by the router's word: dsl, cable, ethernet, pots."""
    words = [s.access_type.strip().lower() for s in samples_of(r) if s.access_type]
    return words[-1] if words else None


def _believable(seconds: int | None) -> bool:
    """No home router runs for years; one that counts from 1970 does so because its clock was set while it ran."""
    return seconds is not None and 0 <= seconds < _BELIEVABLE_S


@reading("router.wan_uptime_s", Router)
def wan_uptime_s(r: Router) -> int | None:
    """How long the WAN connection stands, by the router's word."""
    known = [s.uptime_s for s in samples_of(r) if _believable(s.uptime_s)]
    return known[-1] if known else None


@reading("router.uptime_s", Router)
def uptime_s(r: Router) -> int | None:
    """How long the router itself runs: by its own word (TR-064 DeviceInfo), else the epoch of its port-mapping service
    (RFC 6886, RFC 6887), which may start over without it."""
    own = [igd.device_uptime_s for igd in r.igds if igd.is_gateway and _believable(igd.device_uptime_s)]
    if own:
        return own[0]
    known = [n.epoch_s for n in r.natpmp if n.answered and n.epoch_s is not None and _believable(n.epoch_s)]
    return max(known) if known else None


@reading("router.wan_address", Router)
def wan_address(r: Router) -> str | None:
    """Kind of the router's outer address: none, private, cgnat, public."""
    kinds = [address_kind(s.external_address) for s in samples_of(r)]
    kinds += [address_kind(n.external_address) for n in r.natpmp if n.answered]
    known = [k for k in kinds if k is not None]
    if not known:
        return None
    return next((k for k in ("public", "cgnat", "private") if k in known), "none")


@reading("router.answers_upnp", Router)
def answers_upnp(r: Router) -> bool:
    """The gateway itself describes its WAN connection by UPnP."""
    return bool(samples_of(r))


AUTH_VERDICTS = {
    "AUTHENTICATION_FAILURE",
    "ACCOUNT_DISABLED",
    "ACCOUNT_EXPIRED",
    "PASSWORD_EXPIRED",
    "RESTRICTED_LOGON_HOURS",
}


@reading("router.auth_verdict", Router)
def auth_verdict(r: Router) -> bool | None:
    """The router reports an answer of the login server while it is not connected: frames pass the line both ways."""
    words = [w for w in map(_error, samples_of(r)) if w is not None]
    if not words or session.read(r) == "connected" or physical_link.read(r) == "down":
        return None  # a verdict kept from before the line lost its signal says nothing about now
    return any(w in AUTH_VERDICTS for w in words)


@reading("router.login_spoke", Router)
def login_spoke(r: Router) -> bool:
    """A verdict of the login server was seen in this run; a router that says nothing about it counts as none seen."""
    return bool(auth_verdict.read(r))


@reading("router.hears_signal", Router)
def hears_signal(r: Router) -> bool:
    """The router says that its outer socket or modem has a signal; one that says nothing counts as not saying so."""
    return bool(physical_link.read(r) == "up")


@reading("router.line_kind", Router)
def line_kind(r: Router) -> str:
    """Kind of line by the router's word: dsl, cable, ethernet, pots; unsaid when it does not say."""
    return str(access_type.read(r) or "unsaid")


@reading("router.authenticating", Router)
def authenticating(r: Router) -> bool | None:
    """Every sample showed the router waiting for the login server's verdict."""
    words = [s.status.strip().lower() for s in samples_of(r) if s.status]
    return all(w == "authenticating" for w in words) if words else None
