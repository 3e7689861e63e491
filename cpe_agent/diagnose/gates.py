"""Conditions that many faults of the line share: what must be seen before anything beyond the router is judged."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import Expr, known
from cpe_agent.diagnose.readings import (
    address,
    dialling,
    gateway,
    login_word,
    out,
    past,
    pppoe,
    proxy,
    reach,
    router,
    web,
)
from cpe_agent.diagnose.readings.said import said

REACHES: Expr = out.v4_networks.at_least(1) | out.v6_networks.at_least(1)
"""Packets come back from the Internet, whatever names and pages do."""

TUNNEL_IN_THE_WAY: Expr = address.vpn_takes_default & ~reach.bound_tested
"""What fails, fails inside a tunnel, and the way without it was not tried."""

DEAD: Expr = gateway.alive_v4 & out.v4_networks.is_(0) & ~out.no_route & ~known(TUNNEL_IN_THE_WAY)
"""The router is alive, our packets leave this computer, and nothing beyond the router answers by any protocol."""

NOT_CONNECTED: Expr = router.session.one_of("disconnected", "connecting")

EXPLICIT: Expr = router.error_grade.one_of("A", "B") & NOT_CONNECTED
"""The router gives a reason that is worth something: not ISP_DISCONNECT, UNKNOWN or NONE, and not one from before."""

USER_DISCONNECT = ("USER_DISCONNECT", "IDLE_DISCONNECT", "FORCED_DISCONNECT")
BEYOND_SYNC = (
    "NO_ANSWER",
    "ISP_TIME_OUT",
    "IP_CONFIGURATION",
    "SERVER_OUT_OF_RESOURCES",
    "NOT_ENABLED_FOR_INTERNET",
    "TOO_MANY_LINE_ERRORS",
    "AUTHENTICATION_FAILURE",
    "ACCOUNT_DISABLED",
    "ACCOUNT_EXPIRED",
    "PASSWORD_EXPIRED",
    "RESTRICTED_LOGON_HOURS",
)
"""Reasons that a router can only give after its line was up far enough to try."""

DIAL_SAYS_MORE: Expr = known(dialling.meaning.one_of(*dialling.LINE_PROVEN, "no_secret", "tunnel_silent"))
ROUTER_SAYS_MORE: Expr = (
    known(EXPLICIT & router.last_error.one_of(*BEYOND_SYNC))
    | known(router.session.is_("unconfigured") & router.physical_link.is_("up"))
    | known(NOT_CONNECTED & router.last_error.one_of(*USER_DISCONNECT) & router.physical_link.is_("up"))
    | DIAL_SAYS_MORE
    | said("router-page", "wrong-password")
    | said("router-page", "not-set")
)
"""Somebody gave a reason that points past the bare line, so the bare line is no suspect."""

FRESH_START_S = 180  # the provider may still hold the session from before a restart and refuse a second one
FRESH_START: Expr = known(router.uptime_s.below(FRESH_START_S)) | (
    known(dialling.meaning.is_("rejected")) & past.just_booted
)
"""Who logs in, the router or this computer itself, has only just started: a refusal may mean the session before."""

FAR_END_SPOKE: Expr = router.login_spoke | dialling.far_end_spoke | pppoe.heard
"""A far end was heard, so the line itself carries. Known as soon as router, dialler and wire were looked at."""

WORD: Expr = (
    login_word.said_by.one_of(*(v for v in login_word.VOICES if v != login_word.NOBODY))
    & login_word.grade.one_of("A", "B")
    & ~known(login_word.age_s.above(dialling.STALE_S))
)
"""Somebody said it in a way that may carry a name: who, how well, how long ago."""

WALLED: Expr = known(out.last_hop.at_least(2) & web.answered)
"""A page came from beyond the second hop: a provider's walled garden, not a dead line. One that came with nothing
behind the router would be the router's own."""

LAMP_STEADY: Expr = said("line-lamp", "steady")
LAMP_DARK: Expr = said("line-lamp", "off") | said("line-lamp", "blinking")
FIRST_SOCKET_WORKS: Expr = said("first-socket", "works")
MODEM_DARK: Expr = said("modem-lamps", "off")
MODEM_LIT: Expr = said("modem-lamps", "on")
LOS_RED: Expr = said("los-lamp", "red")

BY_DETOUR: Expr = address.vpn_takes_default | ~proxy.mode.is_("none")
"""Pages go through a tunnel or a proxy of this computer. As a veto it must be known to be false."""
