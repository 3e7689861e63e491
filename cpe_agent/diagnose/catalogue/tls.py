"""Faults of this computer that show in encrypted connections, whatever else they spare."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import dns, gateway, out, tls, web
from cpe_agent.diagnose.readings.said import OTHERS_FAIL, OTHERS_WORK

SITES = 2  # one site's certificate may be the site's own trouble; two unrelated ones are not
CLOCK_GOOD_S = 300  # proofs.CLOCK_TOLERANCE_S

# The plain checks got exactly their known answer: no portal and no walled garden stands in between.
_OPEN = web.is_open & ~web.intercepted

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="av-tls-interception",
        number=15,
        breaks=Rung.TLS,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The certificate itself names the program of this computer that wrote it.
        direct=_OPEN & web.tls_ok.is_(0) & tls.local_filter_sites.at_least(SITES),
        symptom=_OPEN & web.tls_ok.is_(0) & tls.unknown_issuers.at_least(SITES) & tls.distinct_refused_issuers.is_(1),
        veto=OTHERS_FAIL,
        beside=(web.protection,),
        test="pause-https-scanning",
        separate_from={"root-store-outdated": "pause-https-scanning"},
        source="issuer of the leaf certificate (RFC 5280 4.1.2.4)",
    ),
    Fault(
        code="root-store-outdated",
        number=17,
        breaks=Rung.TLS,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Several well-known issuers are strangers here while the clock is right. The bypass (a list of our own) is not
        # measured, so it stays a suspicion.
        symptom=_OPEN
        & web.tls_ok.is_(0)
        & tls.unknown_issuers.at_least(SITES)
        & tls.distinct_refused_issuers.at_least(SITES)
        & web.skew_s.below(CLOCK_GOOD_S),
        rules_out=tls.local_filter_sites.at_least(1) | OTHERS_FAIL,
        test="try-another-browser",
        source="RFC 5280 6.1: a path must end at a trust anchor of this computer",
    ),
    Fault(
        code="tls-version-unsupported",
        number=18,
        breaks=Rung.TLS,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        symptom=_OPEN & web.tls_ok.is_(0) & tls.version_failures.at_least(SITES),
        rules_out=OTHERS_FAIL,
        test="try-another-browser",
        source="RFC 8446 6.2 alert 70 protocol_version; RFC 8996 retires TLS 1.0 and 1.1",
    ),
    Fault(
        code="host-firewall-blocking",
        number=14,
        breaks=Rung.TLS,  # where every such filter is felt: many let echoes and the home network pass
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # This computer's own system refused to send. No bypass is needed: no packet leaves.
        direct=out.stopped_here & out.v4_networks.is_(0),
        # A part is forbidden here by the system's own word, secure pages fail, and another device gets them.
        contrast=out.names_forbidden_here & web.tls_ok.is_(0) & OTHERS_WORK,
        # A filter that rejects with a forged answer, or swallows without a word, looks like the far end.
        symptom=(out.names_forbidden_here & web.tls_ok.is_(0))
        | (tls.all_refused & ~known(OTHERS_FAIL) & ~known(dns.configured_lies))  # a false address refuses by itself
        | (gateway.alive_v4 & out.v4_networks.is_(0) & OTHERS_WORK & ~out.gateway_prohibits),
        veto=OTHERS_FAIL,
        beside=(web.protection,),
        test="pause-protection",
        source="EPERM of a Linux output filter, WSAEACCES of the Windows filtering platform",
        seen_with="Linux kernel (lab)",
    ),
)
