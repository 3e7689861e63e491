"""Faults of this computer's own settings that show first in names.

Each is the customer's side, so each needs the setting itself and the bypass: what the home would hand out by itself
works in the same run. A public resolver that works is not enough, because a provider's dead resolver may have been
typed in by hand.
"""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.gates import REACHES
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, dns, gateway, out
from cpe_agent.diagnose.readings.said import OTHERS_FAIL

TYPED_ELSEWHERE = dns.origin.is_("static") & dns.configured_is_gateway.is_(False)
AUTOMATIC_WORKS = gateway.dns.is_("ok") | (dns.provider.is_("ok") & ~known(dns.configured_is_provider))
NOT_ONLY_HERE = OTHERS_FAIL | address.vpn_takes_default

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="static-dns-dead",
        number=6,
        breaks=Rung.DNS,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        contrast=TYPED_ELSEWHERE
        & dns.configured_state.one_of("silent", "refused", "port_closed", "servfail")
        & AUTOMATIC_WORKS
        & REACHES,
        symptom=TYPED_ELSEWHERE
        & dns.configured_state.one_of("silent", "refused", "port_closed", "servfail")
        & dns.public.is_("ok")
        & REACHES,
        rules_out=dns.strict_plain_ok,  # it lives: only the encrypted way to it fails
        veto=NOT_ONLY_HERE | known(dns.configured_is_provider),
        test="set-dns-automatic",
        separate_from={"isp-dns-down": "ask-provider-resolver", "host-firewall-blocking": "set-dns-automatic"},
        source="typed-in resolver addresses (resolv.conf, adapter settings) in place of RFC 2132 option 6",
        seen_with="dnsmasq (lab)",
    ),
    Fault(
        code="dns-settings-hijacked",
        number=8,
        breaks=Rung.DNS,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        contrast=TYPED_ELSEWHERE
        & dns.configured_lies
        & dns.public_lies.is_(False)
        & AUTOMATIC_WORKS
        & out.v4_networks.at_least(2),
        symptom=TYPED_ELSEWHERE & dns.configured_lies & dns.public_lies.is_(False) & out.v4_networks.at_least(2),
        veto=NOT_ONLY_HERE | known(dns.configured_is_provider),
        test="set-dns-automatic",
        separate_from={"router-dns-hijacked": "set-dns-automatic", "isp-dns-rewriting": "ask-provider-resolver"},
        source="a typed-in resolver that gives unroutable addresses for public names (RFC 6890)",
    ),
    Fault(
        code="encrypted-dns-blocked",
        number=9,
        breaks=Rung.DNS,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The setting allows no other way, and the other way works at the same resolver.
        contrast=dns.strict & dns.strict_answers.is_(False) & dns.strict_plain_ok & REACHES,
        symptom=dns.strict & ~dns.system_ok & dns.public.is_("ok") & REACHES,
        # Or that way is open, and the resolver itself is dead by either.
        rules_out=dns.strict_answers | (dns.public_over_tls & dns.strict_plain_ok.is_(False)),
        veto=NOT_ONLY_HERE,
        test="set-dns-automatic",
        separate_from={"isp-dns-down": "set-dns-automatic"},
        source="RFC 7858, RFC 8310: the strict profile fails rather than ask in the clear",
    ),
)
