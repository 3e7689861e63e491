"""Faults of this computer that show first in web pages, and those of its own choice of ways out."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import address, dns, gateway, home_leg, out, proxy, said, web
from cpe_agent.diagnose.readings.said import OTHERS_FAIL, OTHERS_WORK

TWO_WAYS = 2
TWO_NETWORKS = 2  # two of three independent networks: the ladder's own measure of the Internet
PROXY_AUTH = 407

_SCRIPT = proxy.mode.one_of("pac", "wpad") & (proxy.pac_ok.is_(False) | proxy.pac_proxy_answers.is_(False))
_BOUND_WORKS = out.system_v4_networks.is_(0) & out.v4_networks.at_least(TWO_NETWORKS)

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="vpn-interference",
        number=13,
        breaks=Rung.OPEN,  # the line carries; what this computer sends into its tunnel does not arrive
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        contrast=address.vpn_takes_default & _BOUND_WORKS,
        symptom=address.vpn_takes_default & out.system_v4_networks.is_(0),
        veto=OTHERS_FAIL,
        test="disconnect-vpn",
        separate_from={"isp-routing-blackhole": "disconnect-vpn"},
        source="longest prefix wins (RFC 1812 5.2.4.3): a tunnel's /1 halves beat every default route",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="multihomed-wrong-route",
        number=22,
        breaks=Rung.OPEN,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The preferred way has no living router, the second one reaches the Internet. Which of the two is the home's
        # is known once another device of the home is known to work: the second may be a phone beside a dead router.
        contrast=address.ways.at_least(TWO_WAYS)
        & ~address.vpn_takes_default
        & gateway.alive_v4.is_(False)
        & out.v4_networks.is_(0)
        & out.other_v4_networks.at_least(TWO_NETWORKS)
        & OTHERS_WORK,
        symptom=address.ways.at_least(TWO_WAYS) & ~address.vpn_takes_default & out.system_v4_networks.is_(0),
        veto=OTHERS_FAIL,
        test="unplug-unused-link",
        separate_from={"vpn-interference": "disconnect-vpn", "router-hung": "ask-second-device"},
        source="route metrics: the lowest wins even when its way is dead (rtnetlink(7) RTA_PRIORITY)",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="proxy-dead",
        number=10,
        breaks=Rung.WEB,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # A proxy that should run on this very computer and does not: what is left of a removed program.
        direct=proxy.mode.is_("manual") & proxy.local_and_closed & web.system_ok.is_(False),
        contrast=proxy.mode.is_("manual") & proxy.answers.is_(False) & proxy.direct_ok,
        symptom=proxy.mode.is_("manual") & proxy.answers.is_(False),
        # On a dead line it stays a second finding: no page would come without the proxy either.
        veto=OTHERS_FAIL | home_leg.networks.below(1),
        test="switch-proxy-off",
        source="a proxy that is set and does not accept TCP (RFC 9110 7.3)",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="proxy-pac-dead",
        number=11,
        breaks=Rung.WEB,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        contrast=_SCRIPT & proxy.direct_ok & web.system_ok.is_(False),
        symptom=_SCRIPT,
        veto=OTHERS_FAIL,
        test="switch-proxy-script-off",
        source="proxy auto-configuration; WPAD (draft-ietf-wrec-wpad-01)",
    ),
    Fault(
        code="proxy-auth-required",
        number=12,
        breaks=Rung.WEB,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=proxy.mode.one_of("manual", "pac", "wpad")
        & (proxy.status.is_(PROXY_AUTH) | web.system_status.is_(PROXY_AUTH)),
        veto=OTHERS_FAIL,
        test="sign-in-to-proxy",
        source="RFC 9110 15.5.8: 407 Proxy Authentication Required comes from the proxy itself",
    ),
    Fault(
        code="browser-only-fault",
        number=23,
        breaks=Rung.WEB,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # The same pages come on the same computer as soon as the browser is left out.
        contrast=said.BROWSER_FAILS
        & web.system_ok
        & web.tls_ok.at_least(1)
        & dns.configured_state.is_("ok")
        & proxy.mode.is_("none"),
        rules_out=web.site_ok.is_(False),
        veto=OTHERS_FAIL,
        test="try-another-browser",
        source="the customer's own word, against this program's own requests",
    ),
)
