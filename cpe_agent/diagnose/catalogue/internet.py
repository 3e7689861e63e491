"""Faults that show first between the provider's edge and the Internet."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.gates import DEAD, LAMP_STEADY, ROUTER_SAYS_MORE, TUNNEL_IN_THE_WAY
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, dns, out, reach, router, web
from cpe_agent.diagnose.readings.said import SECOND_WORKS
from cpe_agent.facts import Family

FLOWS_FAILING_PERCENT = 30  # single lost packets are sent again; a third of the new connections is no accident

NEW_FLOWS_FAIL = reach.new_flows_failing_percent.at_least(FLOWS_FAILING_PERCENT) & out.v4_icmp_networks.at_least(2)

TWO_NETWORKS = 2
FIRST_OUTSIDE = 2  # the hop right behind the home's own router

# Without a list of the provider's own addresses: the path ends at its very first router, and no resolver of this home
# finds out anything new.
NOTHING_BEHIND_THE_EDGE = (
    ~known(out.inside_answers) & out.last_hop.below(FIRST_OUTSIDE + 1) & dns.answers_afresh.is_(False)
)

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="router-nat-table-full",
        number=54,
        breaks=Rung.INTERNET,
        family=Family.V4,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        symptom=NEW_FLOWS_FAIL,
        rules_out=known(address.vpn_takes_default),
        test="restart-router-and-compare",
        separate_from={"isp-cgnat-exhausted": "restart-router-and-compare"},
        source="RFC 4787, RFC 5382: a translator without a free entry drops the first packet of a new flow",
    ),
    Fault(
        code="isp-routing-blackhole",
        number=103,
        breaks=Rung.INTERNET,
        family=Family.V4,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # The provider's first router answers; what lies behind it inside the provider does not, nor does the world.
        contrast=out.v4_networks.is_(0)
        & out.v4_provider_hop
        & ~out.no_route
        & ~web.answered
        & (out.inside_answers.is_(False) | NOTHING_BEHIND_THE_EDGE),
        symptom=DEAD
        & (known(router.session.is_("connected")) | out.last_hop.at_least(2) | LAMP_STEADY)
        & ~ROUTER_SAYS_MORE
        & ~known(web.answered)
        & ~known(out.domestic_networks.at_least(TWO_NETWORKS)),
        # Whoever answers web pages there is a walled garden or a portal, and its own fault says so.
        veto=address.vpn_takes_default | SECOND_WORKS,
        test="ask-second-device",
        separate_from={
            "access-no-sync": "look-at-line-lamp",
            "account-suspended": "open-a-plain-page",
            "international-path-down": "ask-domestic-targets",
        },
        source="RFC 1812 5.3.1: a router that forwards answers an expired TTL",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="international-path-down",
        number=112,
        breaks=Rung.INTERNET,
        family=Family.V4,
        owner=Owner.REMOTE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # Other networks of this country answer, three abroad do not.
        contrast=out.v4_networks.is_(0) & ~out.no_route & out.domestic_networks.at_least(TWO_NETWORKS) & ~web.answered,
        # The provider's own addresses answer, or the path goes on behind its first router: what is dead may be the
        # provider's own core as well.
        symptom=out.v4_networks.is_(0)
        & ~out.no_route
        & ~known(TUNNEL_IN_THE_WAY)
        & ~known(web.answered)
        & (known(out.inside_answers) | known(dns.answers_afresh) | out.last_hop.above(FIRST_OUTSIDE)),
        rules_out=out.inside_answers.is_(False) | out.domestic_networks.is_(0),
        veto=address.vpn_takes_default | SECOND_WORKS,
        test="ask-domestic-targets",
        separate_from={"access-no-sync": "look-at-line-lamp", "captive-portal-login": "open-a-plain-page"},
        source="literal addresses of three networks abroad against addresses of this country (profile)",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="isp-cgnat-exhausted",
        number=105,
        breaks=Rung.INTERNET,
        family=Family.V4,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.DEGRADES,
        symptom=NEW_FLOWS_FAIL & (router.wan_address.is_("cgnat") | address.dialled_cgnat),
        rules_out=known(address.vpn_takes_default),
        test="restart-router-and-compare",
        separate_from={"router-nat-table-full": "restart-router-and-compare"},
        source="RFC 6888: a carrier-grade translator limits the ports of one subscriber",
    ),
    Fault(
        code="isp-port-filtering",
        number=107,
        breaks=Rung.TLS,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # A filter that drops in silence may stand in this computer, in the router or at the provider.
        symptom=out.v4_tcp_networks.is_(0)
        & (out.v4_udp_networks.at_least(2) | out.v4_icmp_networks.at_least(2))
        & web.tls_ok.is_(0)
        & ~out.gateway_prohibits,
        rules_out=known(address.vpn_takes_default) | SECOND_WORKS,
        test="ask-second-device",
        separate_from={"host-firewall-blocking": "ask-second-device", "router-filter-blocks": "read-router-page"},
        source="TCP 443 silent to three independent networks that answer other protocols",
    ),
)
