"""When a rung is seen working, and when it is seen failing: both are measured, neither is assumed.

A rung that works proves every rung that it stands on, on the same path. Above the home line itself (``OPEN`` and up)
that counts only while the home line is this computer's one way out: what works through a tunnel or a tethered phone
proves nothing about the line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cpe_agent.diagnose.ladder import SHARED, Rung, below
from cpe_agent.diagnose.predicate import PENDING, YES, Evidence, Expr, Look, known
from cpe_agent.diagnose.readings import address, asked, dns, gateway, link, out, router, site, tls, web
from cpe_agent.facts import Family

ONE_WAY_OUT = ~address.vpn_takes_default & address.ways.below(2)
"""The home line is the only way out, so what works anywhere works through it."""

CLOCK_TOLERANCE_S = 300  # certificates and login tickets begin to fail around five minutes (RFC 4120 clock skew)

_V4, _V6 = Family.V4, Family.V6

WORKS: dict[tuple[Rung, Family | None], Expr] = {
    (Rung.DEVICE_OK, None): web.loopback_ok,
    (Rung.CLOCK, None): web.skew_s.below(CLOCK_TOLERANCE_S),
    (Rung.LINK, None): link.carrier,
    (Rung.ADDRESS, _V4): address.v4_usable,
    (Rung.ADDRESS, _V6): address.v6_usable,
    (Rung.GATEWAY, None): gateway.alive,
    (Rung.LINE, None): router.auth_verdict,  # the login server answered, so frames pass both ways
    (Rung.WAN_SESSION, None): out.provider_hop
    | out.v4_networks.at_least(1)
    | out.v6_networks.at_least(1)
    | web.redirected_to_isp,  # the provider's own pages came
    (Rung.INTERNET, _V4): out.v4_networks.at_least(2),
    (Rung.INTERNET, _V6): out.v6_networks.at_least(2),
    (Rung.OPEN, _V4): web.open_v4,
    (Rung.OPEN, _V6): web.open_v6,
    (Rung.DNS, None): dns.configured_state.is_("ok") & ~known(dns.configured_lies) & ~known(tls.names_missing),
    (Rung.TLS, _V4): web.tls_ok_v4.at_least(1),
    (Rung.TLS, _V6): web.tls_ok_v6.at_least(1),
    # The system's page is a plain one: it proves nothing about encryption that was seen failing everywhere.
    (Rung.WEB, None): web.system_ok & ~known(web.tls_ok.is_(0)),
    (Rung.SITE, None): web.site_ok,
}

FAILS: dict[tuple[Rung, Family | None], Expr] = {
    (Rung.DEVICE_OK, None): ~web.loopback_ok | link.hardware_seen.is_(False),
    (Rung.CLOCK, None): web.skew_s.at_least(CLOCK_TOLERANCE_S),
    (Rung.LINK, None): ~link.any_carrier,
    (Rung.ADDRESS, _V4): ~address.v4_usable,
    (Rung.GATEWAY, None): ~gateway.alive | gateway.exists.is_(False),
    (Rung.LINE, None): router.physical_link.is_("down"),
    (Rung.WAN_SESSION, None): router.session.one_of("disconnected", "unconfigured")
    | asked.dial_state.is_("failed")
    | out.gateway_says_unreachable,
    (Rung.INTERNET, _V4): out.v4_networks.is_(0),
    (Rung.INTERNET, _V6): out.v6_networks.is_(0),
    (Rung.OPEN, None): web.intercepted,
    (Rung.DNS, None): dns.configured_state.one_of(
        "silent", "servfail", "refused", "nxdomain", "port_closed", "other", "none"
    )
    | dns.configured_lies
    | tls.names_missing,
    (Rung.TLS, None): web.tls_ok.is_(0) & ~known(tls.names_missing),
    (Rung.WEB, None): ~web.system_ok,
    # A name that does not exist is nobody's failure.
    (Rung.SITE, None): web.site_ok.is_(False) & ~known(site.name_unknown_at.at_least(1)),
}

_ON_THE_LINE = frozenset(
    {Rung.DEVICE_OK, Rung.CLOCK, Rung.LINK, Rung.ADDRESS, Rung.GATEWAY, Rung.LINE, Rung.WAN_SESSION, Rung.INTERNET}
)

_STATES = frozenset({Rung.LINK, Rung.ADDRESS})
"""What the system only says of itself, without a packet: an address stays after the cable is pulled, and a signal is
there even when no program can use it. They prove nothing below them."""

FAMILIES: tuple[Family, ...] = (Family.V4, Family.V6)


Key = tuple[Rung, Family | None]


@dataclass(frozen=True)
class Rungs:
    """What was seen of the ladder. A key is (rung, family); None is a shared rung, or one that any family serves."""

    proven: frozenset[Key]
    failing: dict[Key, Evidence]
    may_be_proven: frozenset[Key]  # by a section that is still pending
    may_fail: frozenset[Key]

    def is_proven(self, rung: Rung, family: Family | None = None) -> bool:
        return _has(self.proven, rung, family)

    def could_be_proven(self, rung: Rung, family: Family | None = None) -> bool:
        return _has(self.may_be_proven, rung, family)

    def fails_at_or_above(self, rung: Rung, family: Family | None = None) -> bool:
        return _at_or_above(self.failing, rung, family)

    def may_still_fail(self, rung: Rung, family: Family | None = None) -> bool:
        """A section that is pending could show this rung, or one that stands on it, failing."""
        return _at_or_above(self.may_fail, rung, family)


def _at_or_above(keys: Iterable[Key], rung: Rung, family: Family | None) -> bool:
    return any(same_path(f, family) and (r is rung or rung in below(r)) for r, f in keys)


def _has(keys: frozenset[Key], rung: Rung, family: Family | None) -> bool:
    if family is None:
        return any((rung, f) in keys for f in (None, *FAMILIES))
    return (rung, family) in keys or (rung, None) in keys


def same_path(a: Family | None, b: Family | None) -> bool:
    return a is None or b is None or a is b


def see(look: Look) -> Rungs:
    """Look at every rung once."""
    works = {key: expr.ask(look, {}) for key, expr in WORKS.items()}
    one_way = known(ONE_WAY_OUT).ask(look, {})
    failing: dict[Key, Evidence] = {}
    may_fail = set()
    for key, expr in FAILS.items():
        evidence: Evidence = {}
        truth = expr.ask(look, evidence)
        if truth is YES:
            failing[key] = evidence
        elif truth is PENDING:
            may_fail.add(key)
    seen = frozenset(key for key, truth in works.items() if truth is YES)
    hoped = seen | {key for key, t in works.items() if t is PENDING and not _stuck(key, failing)}
    return Rungs(
        proven=_closure(seen, one_way is YES),
        failing=failing,
        may_be_proven=_closure(hoped, one_way in (YES, PENDING)),
        may_fail=frozenset(may_fail),
    )


def _stuck(key: Key, failing: dict[Key, Evidence]) -> bool:
    """Nothing pending can make this rung work, because one that it stands on was measured failing. One family's
    failure says nothing about the other's; a router's word about its line or session, and a wrong clock, are no
    measurement of the way out."""
    rung, family = key
    for broken, broken_family in failing:
        if broken in (Rung.LINE, Rung.WAN_SESSION, Rung.CLOCK) or not (broken is rung or broken in below(rung)):
            continue
        if broken_family is None or broken_family is family:
            return True
        if all((broken, f) in failing or (broken, f) not in FAILS for f in FAMILIES):
            return True
    return False


def _closure(working: frozenset[Key], one_way: bool) -> frozenset[Key]:
    proven = set(working)
    for rung, family in working:
        if rung in _STATES or rung is Rung.DNS or (rung not in _ON_THE_LINE and not one_way):
            continue  # a forwarder answers known names from its cache; what works another way proves nothing here
        for lower in below(rung):
            if (lower, None) in WORKS or lower in SHARED:
                proven.add((lower, None))
            elif family is not None:
                proven.add((lower, family))
    return frozenset(proven)
