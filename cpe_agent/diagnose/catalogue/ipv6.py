"""One family broken: IPv6 is offered in the home and leads nowhere, while IPv4 works."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, out, path, reach
from cpe_agent.diagnose.readings.said import SECOND_WORKS
from cpe_agent.facts import Family

# Every part is "no" on a healthy home before the slow trace is there: three networks answer over IPv6.
V6_LEADS_NOWHERE = out.v6_networks.is_(0) & out.v4_networks.at_least(2) & reach.v6_public & address.v6_default_route

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="ipv6-ra-without-upstream",
        number=65,
        breaks=Rung.INTERNET,
        family=Family.V6,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        direct=V6_LEADS_NOWHERE & reach.router_has_no_v6_way,
        symptom=V6_LEADS_NOWHERE & ~known(path.v6_provider_hop),
        veto=address.vpn_takes_default | SECOND_WORKS,
        test="read-router-ipv6-page",
        separate_from={"isp-ipv6-broken": "read-router-ipv6-page"},
        source="RFC 4861 6.2.5, RFC 7084 G-4: a router without an IPv6 way out must not offer itself as one",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="isp-ipv6-broken",
        number=108,
        breaks=Rung.INTERNET,
        family=Family.V6,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.DEGRADES,
        contrast=V6_LEADS_NOWHERE & path.v6_provider_hop & ~reach.router_has_no_v6_way,
        symptom=V6_LEADS_NOWHERE & ~reach.router_has_no_v6_way,
        veto=address.vpn_takes_default | SECOND_WORKS,
        test="read-router-ipv6-page",
        separate_from={"ipv6-ra-without-upstream": "read-router-ipv6-page"},
        source="RFC 4443 3.3: a router that forwards answers an expired hop limit",
        seen_with="Linux kernel (lab)",
    ),
)
