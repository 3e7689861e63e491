"""Faults of one site that the customer asked for, while other sites work."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.gates import BY_DETOUR
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import dns, out, site, web
from cpe_agent.diagnose.readings.said import OTHERS_FAIL, SECOND_WORKS

CLOCK_WRONG_S = 300

OTHERS_WORK = web.tls_ok.at_least(2) & out.v4_networks.at_least(2) & web.system_ok
NOT_THE_SITE = BY_DETOUR | site.overridden | SECOND_WORKS

# A line in the hosts file is no excuse for a site that fails at its own address as well.
LED_ASTRAY_HERE = known(site.overridden) & ~known(site.works_by_name_server.is_(False))

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="hosts-file-override",
        number=7,
        breaks=Rung.SITE,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The same page comes as soon as the hosts file is left out.
        contrast=site.overridden & web.site_ok.is_(False) & site.works_by_name_server & OTHERS_WORK,
        symptom=site.overridden & web.site_ok.is_(False) & OTHERS_WORK,
        veto=OTHERS_FAIL,
        test="remove-hosts-line",
        separate_from={"isp-dns-rewriting": "remove-hosts-line", "remote-site-down": "remove-hosts-line"},
        source="hosts(5): its lines win over every name server",
        seen_with="glibc (lab)",
    ),
    Fault(
        code="remote-site-down",
        number=113,
        breaks=Rung.SITE,
        owner=Owner.REMOTE,
        acts=Acts.SITE,
        effect=Effect.STOPS,
        contrast=site.step.one_of("connect", "tls", "http", "server_error")
        & OTHERS_WORK
        & site.name_agrees
        & ~site.overridden,
        symptom=site.step.one_of("connect", "tls", "http", "server_error") & OTHERS_WORK,
        rules_out=LED_ASTRAY_HERE,
        veto=NOT_THE_SITE,
        test="open-site-elsewhere",
        separate_from={
            "remote-site-blocks-customer": "open-site-elsewhere",
            "browser-only-fault": "open-site-elsewhere",
        },
        before_action=("second-vantage-asked",),
        source="RFC 9110 15.6 server errors; a site that does not answer while three others do",
    ),
    Fault(
        code="site-name-unknown",
        number=121,
        breaks=Rung.SITE,
        owner=Owner.NONE,
        acts=Acts.NOBODY,
        effect=Effect.ADVISES,
        direct=site.name_unknown_at.at_least(2),
        test="open-site-elsewhere",
        source="RFC 1035 4.1.1 rcode 3, RFC 8020: the name and all below it do not exist",
    ),
    Fault(
        code="remote-site-blocks-customer",
        number=114,
        breaks=Rung.SITE,
        owner=Owner.REMOTE,
        acts=Acts.SITE,
        effect=Effect.STOPS,
        # A site may refuse a program that is no browser, so its refusal alone names nobody.
        symptom=site.step.is_("refusal") & web.site_status.at_least(400) & OTHERS_WORK,
        rules_out=LED_ASTRAY_HERE,
        test="open-site-elsewhere",
        separate_from={"remote-site-down": "open-site-elsewhere", "isp-port-filtering": "ask-second-device"},
        source="RFC 9110 15.5.4 status 403, RFC 6585 status 429, RFC 7725 status 451",
    ),
    Fault(
        code="remote-tls-fault",
        number=115,
        breaks=Rung.SITE,
        owner=Owner.REMOTE,
        acts=Acts.SITE,
        effect=Effect.STOPS,
        contrast=site.step.is_("certificate")
        & OTHERS_WORK
        & web.tls_certificate_failures.is_(0)
        & web.skew_s.below(CLOCK_WRONG_S)
        & ~site.overridden,
        symptom=site.step.is_("certificate") & OTHERS_WORK,
        rules_out=LED_ASTRAY_HERE | known(web.skew_s.at_least(CLOCK_WRONG_S)),
        veto=NOT_THE_SITE,
        test="open-site-elsewhere",
        separate_from={
            "clock-skew-tls": "set-clock-automatic",
            "root-store-outdated": "open-site-elsewhere",
            "av-tls-interception": "open-site-elsewhere",
        },
        source="RFC 5280 6.1, RFC 9525: this site's certificate does not hold, those of others do",
    ),
    Fault(
        code="remote-dns-broken",
        number=116,
        breaks=Rung.SITE,
        owner=Owner.REMOTE,
        acts=Acts.SITE,
        effect=Effect.STOPS,
        contrast=site.name_dead_everywhere
        & dns.configured_state.is_("ok")
        & dns.public.is_("ok")
        & web.site_ok.is_(False)
        & OTHERS_WORK,
        veto=NOT_THE_SITE,
        test="open-site-elsewhere",
        separate_from={"isp-dns-servfail": "ask-provider-resolver"},
        source="RFC 1035 4.1.1 rcode 2 from every resolver for one zone: its own servers fail",
    ),
)
