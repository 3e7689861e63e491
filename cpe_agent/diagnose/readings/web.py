"""The web as a browser would meet it, the asked site, the clock and the device itself."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.facts import CaptiveCheck, Clock, Failure, Family, Gateway, Load, Protection, System, Web

CERTIFICATE = (
    Failure.TLS_EXPIRED,
    Failure.TLS_NOT_YET_VALID,
    Failure.TLS_UNTRUSTED,
    Failure.TLS_SELF_SIGNED,
    Failure.TLS_WRONG_NAME,
)


def _answered(w: Web) -> list[CaptiveCheck]:
    return [c for c in w.captive if c.answer.status is not None]


@reading("web.open", Web)
def is_open(w: Web) -> bool | None:
    """Plain HTTP reaches the checks' own servers: exactly the known answer came back."""
    if any(c.expected for c in w.captive):
        return True
    return False if _answered(w) else None


def _open(w: Web, family: Family) -> bool | None:
    checks = [c for c in w.captive if c.family is family]
    return any(c.expected for c in checks) if checks else None


@reading("web.open_v4", Web)
def open_v4(w: Web) -> bool | None:
    """Plain HTTP reaches the checks' own servers over IPv4."""
    return _open(w, Family.V4)


@reading("web.open_v6", Web)
def open_v6(w: Web) -> bool | None:
    """Plain HTTP reaches the checks' own servers over IPv6."""
    return _open(w, Family.V6)


@reading("web.intercepted", Web)
def intercepted(w: Web) -> bool | None:
    """Somebody else answered the plain-HTTP checks, and nobody answered them rightly."""
    answered = _answered(w)
    return all(not c.expected for c in answered) if answered else None


@reading("web.answered", Web)
def answered(w: Web) -> bool:
    """Anybody answered one of the plain-HTTP checks in this run, rightly or not."""
    return bool(_answered(w))


@reading("web.portal_seen", Web)
def portal_seen(w: Web) -> bool:
    """Somebody else answered the plain-HTTP checks in this run, and nobody answered them rightly."""
    return bool(_answered(w)) and not any(c.expected for c in w.captive)


@reading("web.answered_by_gateway", Web, Gateway)
def answered_by_gateway(w: Web, g: Gateway) -> bool | None:
    """The wrong answers to the plain-HTTP checks came from the home router, or send there: many routers show a page of
    their own while the line is down."""
    own = {x.address for x in g.gateways}
    wrong = [c.answer for c in _answered(w) if not c.expected]
    if not wrong or not own:
        return None
    return any(a.address in own or _host(a.location) in own for a in wrong)


def _host(location: str | None) -> str | None:
    """The host of ``scheme://host[:port]``."""
    if location is None:
        return None
    host = location.partition("://")[2].partition("/")[0]
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


@reading("web.redirected_to_isp", Web)
def redirected_to_isp(w: Web) -> bool | None:
    """The checks are sent to a host that the provider's profile lists as its walled garden."""
    told = [c.redirected_to_isp for c in _answered(w) if c.redirected_to_isp is not None]
    return any(told) if told else None


@reading("web.tls_ok", Web)
def tls_ok(w: Web) -> int | None:
    """Encrypted connections to well-known sites that stood."""
    return sum(t.answer.ok for t in w.tls) if w.tls else None


def _tls_ok(w: Web, family: Family) -> int | None:
    checks = [t for t in w.tls if t.family is family]
    return sum(t.answer.ok for t in checks) if checks else None


@reading("web.tls_ok_v4", Web)
def tls_ok_v4(w: Web) -> int | None:
    """Encrypted connections to well-known sites that stood, over IPv4."""
    return _tls_ok(w, Family.V4)


@reading("web.tls_ok_v6", Web)
def tls_ok_v6(w: Web) -> int | None:
    """Encrypted connections to well-known sites that stood, over IPv6."""
    return _tls_ok(w, Family.V6)


@reading("web.tls_certificate_failures", Web)
def tls_certificate_failures(w: Web) -> int | None:
    """Well-known sites whose certificate did not hold."""
    return len({t.answer.host for t in w.tls if t.answer.failure in CERTIFICATE}) if w.tls else None


@reading("web.tls_stalls", Web)
def tls_stalls(w: Web) -> int | None:
    """Encrypted connections where TCP stood and then nothing more came."""
    if not w.tls:
        return None
    return sum(t.answer.connected and t.answer.failure in (Failure.TIMED_OUT, Failure.TOO_SLOW) for t in w.tls)


@reading("web.system_ok", Web)
def system_ok(w: Web) -> bool | None:
    """A web page fetched exactly as a browser would: the system's resolver, proxy and routes."""
    if w.system is None:
        return None
    if w.system.failure is not None or w.system.status is None or w.system.body_as_expected is False:
        return False
    return w.system.status < 300  # the page asked for never redirects; a portal does


@reading("web.system_status", Web)
def system_status(w: Web) -> int | None:
    """HTTP status of that page."""
    return None if w.system is None else w.system.status


@reading("site.ok", Web)
def site_ok(w: Web) -> bool | None:
    """The asked site answered as a site should."""
    if w.target is None:
        return None
    if w.target.tls is not None and not w.target.tls.ok:
        return False
    if w.target.http is not None:
        return w.target.http.failure is None and (w.target.http.status or 0) < 400
    return w.target.connect is not None and w.target.connect.ok


@reading("site.status", Web)
def site_status(w: Web) -> int | None:
    """HTTP status of the asked site."""
    return None if w.target is None or w.target.http is None else w.target.http.status


@reading("clock.skew_s", Clock)
def skew_s(c: Clock) -> float | None:
    """How far this computer's clock is off the sources, when they agree. The router alone is no source: without the
    Internet its own clock starts anywhere."""
    outside = any(s.kind != "router" for s in c.sources)
    return abs(c.skew_s) if c.skew_s is not None and outside else None


@reading("clock.from_network", Clock)
def clock_from_network(c: Clock) -> bool | None:
    """Something on this computer sets its clock from the network."""
    return c.from_network


@reading("device.protection", Protection)
def protection(p: Protection) -> tuple[str, ...] | None:
    """Firewalls and protection programs that were seen switched on here, other makers' first. That none was seen says
    nothing."""
    return (*p.programs, *p.built_in) or None


@reading("device.loopback_ok", System)
def loopback_ok(s: System) -> bool | None:
    """This computer can open a TCP connection to itself."""
    return s.loopback_tcp_ok


@reading("device.loopback_failure", System)
def loopback_failure(s: System) -> str | None:
    """How a TCP connection of this computer to itself failed; none when it stood."""
    if s.loopback_tcp_ok is None:
        return None
    return "none" if s.loopback_tcp_ok else str(s.loopback_failure or Failure.OTHER)


@reading("device.supported", System)
def supported(s: System) -> bool | None:
    """The operating system still gets repairs from its maker."""
    return s.supported


@reading("device.timer_lag_ms", Load)
def timer_lag_ms(load: Load) -> float | None:
    """How late this computer's own timers fired; its slowness must not be read as the line's."""
    return load.lag_p95_ms


@reading("device.cpu_percent", Load)
def cpu_percent(load: Load) -> float | None:
    """Processor use during the run."""
    return load.cpu_percent


@reading("device.memory_percent", Load)
def memory_percent(load: Load) -> float | None:
    """Memory in use during the run."""
    return load.memory_percent
