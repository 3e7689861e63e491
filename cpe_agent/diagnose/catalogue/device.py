"""Faults of the computer itself that show before any network is touched, or that slow everything it does."""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.conditions import BAD_LEG, LOSSY_HOME_PERCENT, LOSSY_LEG, SLOW_LEG, STARVED
from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import home_leg, link, out, said, tls, web
from cpe_agent.diagnose.readings.said import OTHERS_FAIL

FULL_CPU_PERCENT = 90  # above this a two-core machine has no core left for the network
FULL_MEMORY_PERCENT = 95  # above this systems page to disk and every program waits

_FULL = web.cpu_percent.at_least(FULL_CPU_PERCENT) | web.memory_percent.at_least(FULL_MEMORY_PERCENT)

CLOCK_OFF_S = 300  # proofs.CLOCK_TOLERANCE_S
SITES = 2  # one site's certificate may be the site's own trouble; two unrelated ones are not

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="tcpip-stack-corrupt",
        number=21,
        breaks=Rung.DEVICE_OK,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Not a packet leaves the computer in this test: nothing outside can spoil it. A filter that forbids it says so.
        direct=web.loopback_ok.is_(False) & ~web.loopback_failure.is_("not_permitted"),
        # Where there is no adapter at all (a container), nothing was ever switched on.
        rules_out=link.hardware_seen.is_(False),
        veto=OTHERS_FAIL,
        test="restart-this-computer",
        source="RFC 1122 3.2.1.3 (g): 127/8 never leaves the host; Winsock errors 10106, 10107",
    ),
    Fault(
        code="os-end-of-life",
        number=19,
        breaks=Rung.DEVICE_OK,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.ADVISES,  # an old system is a risk, never by itself the reason that something fails
        direct=web.supported.is_(False),
        test="update-this-computer",
        source="the makers' published support ends",
    ),
    Fault(
        code="host-resource-starved",
        number=20,
        breaks=Rung.DEVICE_OK,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # A busy moment is no trouble: it counts when slowness is complained of or was measured. A full computer is
        # late; where packets are lost on the way, or nobody far says that none are, it may be innocent, and is only
        # suspected.
        direct=STARVED & _FULL & (said.SLOW | SLOW_LEG) & ~LOSSY_LEG & out.far_percent.below(LOSSY_HOME_PERCENT),
        symptom=STARVED & _FULL & (said.SLOW | BAD_LEG),
        veto=OTHERS_FAIL,
        test="close-programs",
        source="timer lateness of this program's own process; system processor and memory counters",
    ),
    Fault(
        code="clock-skew-tls",
        number=16,
        breaks=Rung.CLOCK,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The plain-page checks came from their real servers (open), so neither their clock nor the refused
        # certificates can be a portal's.
        direct=home_leg.networks.at_least(1)
        & web.is_open
        & web.skew_s.at_least(CLOCK_OFF_S)
        & tls.date_failures.at_least(SITES),
        # Or every site's certificate is refused for its dates and no page says what time it is.
        symptom=home_leg.networks.at_least(1)
        & ~known(web.portal_seen)
        & (
            (web.is_open & web.skew_s.at_least(CLOCK_OFF_S) & tls.date_failures.at_least(1))
            | (web.tls_ok.is_(0) & tls.date_failures.at_least(SITES) & ~known(web.skew_s.below(CLOCK_OFF_S)))
        ),
        veto=OTHERS_FAIL,
        beside=(web.clock_from_network,),
        test="set-clock-automatic",
        separate_from={"root-store-outdated": "set-clock-automatic"},
        source="RFC 5280 4.1.2.5 validity; RFC 9110 6.6.1 Date",
    ),
)
