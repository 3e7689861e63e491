"""Large packets that vanish on the way: small ones pass, so names and short pages work and secure pages hang."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, path, router, web

PPPOE_MTU = 1492  # RFC 2516 section 7: what a PPPoE session carries; the box that holds the session knows it

STALLS = web.tls_stalls.at_least(1)  # "no" in every healthy home, so the slow measurement is not waited for

# Who may send no echoes cannot see that a size vanishes, only that it drew no answer. Then every secure page must stand
# still while plain ones, which are small, come.
VANISHES = STALLS & (path.mtu_vanishes_from.above(0) | (web.tls_ok.is_(0) & web.is_open & path.mtu_unclear))

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="router-mtu-black-hole",
        number=61,
        breaks=Rung.TLS,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # The size that PPPoE costs vanishes exactly where the router holds the session: it must have said "too big".
        contrast=STALLS
        & path.mtu_vanishes_from.above(PPPOE_MTU)
        & path.mtu_passes.is_(PPPOE_MTU)
        & router.service.is_("ppp"),
        symptom=VANISHES,
        veto=address.vpn_takes_default,
        test="lower-mtu-and-compare",
        separate_from={"isp-pmtu-black-hole": "lower-mtu-and-compare"},
        source="RFC 2923 2.1, RFC 1191, RFC 2516 section 7",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="isp-pmtu-black-hole",
        number=109,
        breaks=Rung.TLS,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.DEGRADES,
        symptom=VANISHES,
        rules_out=known(address.vpn_takes_default),
        test="lower-mtu-and-compare",
        separate_from={"router-mtu-black-hole": "lower-mtu-and-compare"},
        source="RFC 2923 2.1, RFC 1191: a path that drops what is too large and says nothing",
        seen_with="Linux kernel (lab)",
    ),
)
