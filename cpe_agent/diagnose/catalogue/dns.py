"""Faults of the provider's and the router's name service."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.gates import REACHES
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, dns, gateway, out, web
from cpe_agent.diagnose.readings.said import SECOND_WORKS

SLOW_MS = 400  # people notice; browsers ask several names for one page
QUICK_MS = 200  # the same path, asked elsewhere: the line itself is not what is slow

OWN_FAIL = dns.configured_state.one_of("silent", "servfail", "refused", "port_closed", "other", "nxdomain")
FORWARDER_FAILS = dns.forwarder.one_of("silent", "servfail", "refused", "other")
NOT_MINE = address.vpn_takes_default | SECOND_WORKS

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="router-dns-proxy-dead",
        number=53,
        breaks=Rung.DNS,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The router itself answered that nothing listens on its port 53.
        direct=dns.forwarder.is_("port_closed") & OWN_FAIL & gateway.alive & REACHES,
        contrast=FORWARDER_FAILS & OWN_FAIL & dns.provider.is_("ok") & gateway.alive & REACHES,
        # Silent or failing with only public resolvers asked: the one that it asks may be the dead one.
        symptom=FORWARDER_FAILS & OWN_FAIL & dns.public.is_("ok") & REACHES,
        rules_out=dns.provider.one_of("silent", "servfail", "refused", "port_closed"),
        veto=NOT_MINE,
        test="ask-provider-resolver",
        separate_from={"isp-dns-down": "ask-provider-resolver", "isp-dns-servfail": "ask-provider-resolver"},
        source="RFC 5625: a home router's DNS proxy; ICMP 3/3 or RST from a closed port",
        seen_with="dnsmasq (lab)",
    ),
    Fault(
        code="router-dns-hijacked",
        number=64,
        breaks=Rung.DNS,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # Its own service lies, or it hands out a liar that is none of the provider's.
        contrast=(dns.configured_is_gateway | (dns.handed_out_by_gateway & dns.configured_is_provider.is_(False)))
        & dns.configured_lies
        & dns.provider_lies.is_(False)
        & dns.public_lies.is_(False)
        & out.v4_networks.at_least(2)
        & ~web.portal_seen,
        symptom=dns.origin.one_of("dhcp", "ra", "ppp")
        & dns.configured_lies
        & dns.public_lies.is_(False)
        & out.v4_networks.at_least(2),
        rules_out=(dns.provider_listed & dns.provider_lies) | web.portal_seen,
        veto=NOT_MINE,
        test="ask-provider-resolver",
        separate_from={"isp-dns-rewriting": "ask-provider-resolver", "dns-settings-hijacked": "set-dns-automatic"},
        source="a resolver that gives unroutable addresses for public names (RFC 1918, RFC 6890)",
    ),
    Fault(
        code="isp-dns-down",
        number=98,
        breaks=Rung.DNS,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        contrast=dns.provider.is_("silent") & OWN_FAIL & REACHES & dns.reachable_family,
        symptom=FORWARDER_FAILS & OWN_FAIL & dns.public.is_("ok") & REACHES,
        rules_out=dns.provider.is_("ok"),
        veto=NOT_MINE | known(dns.public.is_("silent")),  # every resolver silent: port 53 itself is stopped somewhere
        test="ask-provider-resolver",
        separate_from={"router-dns-proxy-dead": "ask-provider-resolver", "isp-port-filtering": "ask-second-device"},
        source="RFC 1035 4.2: a server answers every question it gets",
    ),
    Fault(
        code="isp-dns-servfail",
        number=99,
        breaks=Rung.DNS,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        contrast=dns.provider.is_("servfail") & OWN_FAIL & dns.public.is_("ok") & REACHES,
        symptom=dns.forwarder.is_("servfail") & OWN_FAIL & dns.public.is_("ok") & REACHES,
        rules_out=dns.provider.is_("ok"),
        veto=NOT_MINE,
        test="ask-provider-resolver",
        separate_from={"router-dns-proxy-dead": "ask-provider-resolver"},
        source="RFC 1035 4.1.1 rcode 2",
    ),
    Fault(
        code="isp-dns-refused",
        number=100,
        breaks=Rung.DNS,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        contrast=dns.provider.is_("refused") & OWN_FAIL & dns.public.is_("ok") & REACHES,
        symptom=dns.forwarder.is_("refused") & OWN_FAIL & dns.public.is_("ok") & REACHES,
        rules_out=dns.provider.is_("ok"),
        veto=NOT_MINE,
        test="ask-provider-resolver",
        separate_from={"router-dns-proxy-dead": "ask-provider-resolver"},
        source="RFC 1035 4.1.1 rcode 5: refused by policy",
    ),
    Fault(
        code="isp-dns-slow",
        number=101,
        breaks=Rung.DNS,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.DEGRADES,
        contrast=dns.provider_ms.above(SLOW_MS) & dns.configured_ms.above(SLOW_MS) & dns.public_ms.below(QUICK_MS),
        symptom=dns.configured_ms.above(SLOW_MS) & dns.public_ms.below(QUICK_MS) & ~dns.origin.is_("static"),
        rules_out=dns.provider_ms.below(SLOW_MS),
        veto=NOT_MINE,
        test="ask-provider-resolver",
        separate_from={"router-cpu-overloaded": "ask-provider-resolver"},
        source="a resolver's own time against that of public ones over the same line",
    ),
    Fault(
        code="isp-dns-rewriting",
        number=102,
        breaks=Rung.DNS,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.DEGRADES,
        # A router that was tampered with hands out a stranger: only a listed resolver is surely the provider's.
        contrast=~web.portal_seen
        & dns.provider_listed
        & (
            (dns.provider_invents & dns.public_invents.is_(False))
            | (dns.provider_lies & dns.public_lies.is_(False) & out.v4_networks.at_least(2))
        ),
        # A forwarder passes on what it is told, so its invention may be the provider's or its own.
        symptom=(dns.configured_invents & dns.public_invents.is_(False) & ~dns.origin.is_("static"))
        | (dns.configured_lies & dns.public_lies.is_(False) & out.v4_networks.at_least(2) & ~dns.origin.is_("static")),
        rules_out=(dns.provider_invents.is_(False) & dns.provider_lies.is_(False)) | web.portal_seen,
        veto=NOT_MINE,
        test="ask-provider-resolver",
        separate_from={"router-dns-hijacked": "ask-provider-resolver"},
        source="RFC 2308: a name that cannot exist must get NXDOMAIN; anything else is rewriting",
    ),
)
