"""Faults that show first in the session between the home and the provider: the login, its server, the address."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.gates import DEAD, EXPLICIT, FRESH_START, FRESH_START_S, NOT_CONNECTED, WORD
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import dialling, out, past, router
from cpe_agent.diagnose.readings.said import SECOND_WORKS, said

PPP_UP_TO_LOGIN = router.service.is_("ppp") & NOT_CONNECTED & ~known(router.physical_link.is_("down"))
NO_ADDRESS = (router.service.is_("ppp") & EXPLICIT & router.last_error.is_("IP_CONFIGURATION")) | (
    dialling.meaning.is_("no_address")
)
REFUSED = EXPLICIT & router.last_error.is_("AUTHENTICATION_FAILURE") & ~known(router.physical_link.is_("down"))

BUSY = dialling.meaning.is_("server_busy")

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="credentials-rejected",
        number=80,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,  # the provider reads its login server's log before the customer is asked again
        effect=Effect.STOPS,
        direct=(REFUSED | dialling.meaning.is_("rejected")) & WORD,
        # A login that ends without a verdict: a reject is one of its causes, so is a silent login server.
        symptom=dialling.meaning.is_("hang_up")
        | (PPP_UP_TO_LOGIN & router.last_error.one_of("ISP_DISCONNECT", "UNKNOWN") & DEAD)
        | (said("router-page", "wrong-password") & DEAD),
        veto=FRESH_START,
        test="read-login-server-log",
        separate_from={
            "isp-aaa-down": "read-login-server-log",
            "account-session-limit": "wait-three-minutes",
            "router-wan-disconnected-by-user": "press-connect",
        },
        before_action=("login-server-log-read",),
        source="RFC 1334 PAP Nak, RFC 1994 CHAP Failure; UPnP WANPPPConnection:1 ERROR_AUTHENTICATION_FAILURE; RAS 691",
        seen_with="pppd and FreeRADIUS (lab)",
    ),
    Fault(
        code="credentials-wrong-password",
        number=81,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=dialling.meaning.is_("bad_password") & WORD,
        test="read-login-server-log",
        separate_from={"account-session-limit": "wait-three-minutes", "account-suspended": "open-a-plain-page"},
        before_action=("login-server-log-read",),
        refines=("credentials-rejected",),
        source="the login server's own text in a PAP Nak or CHAP Failure (RFC 1334, RFC 1994 message field)",
    ),
    Fault(
        code="credentials-wrong-realm",
        number=84,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=dialling.meaning.is_("unknown_realm") & WORD,
        test="read-login-server-log",
        before_action=("recent-provider-change-asked",),
        refines=("credentials-rejected",),
        source="the login server's own text: realm unknown (RFC 7542 names; RFC 1334, RFC 1994 message field)",
        seen_with="pppd and FreeRADIUS (lab)",
    ),
    Fault(
        code="credentials-missing",
        number=85,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=dialling.meaning.is_("no_secret") & WORD,
        test="enter-login-of-the-letter",
        separate_from={"router-wan-unconfigured": "read-router-page"},
        source="NetworkManager device state reason no-secrets; pppd secrets file without an entry",
    ),
    Fault(
        code="account-session-limit",
        number=88,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=dialling.meaning.is_("session_limit") & WORD,
        symptom=(REFUSED & router.uptime_s.below(FRESH_START_S))
        | (dialling.meaning.is_("rejected") & past.just_booted),
        test="wait-three-minutes",
        separate_from={"credentials-rejected": "wait-three-minutes"},
        before_action=("login-server-log-read",),
        refines=("credentials-rejected",),
        source="RADIUS Simultaneous-Use check; its text in the reject (RFC 2865 Reply-Message)",
        seen_with="pppd and FreeRADIUS (lab)",
    ),
    Fault(
        code="account-not-provisioned",
        number=90,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=dialling.meaning.is_("no_service") & WORD,
        symptom=NO_ADDRESS & ~known(router.auth_verdict),
        test="read-address-server-log",
        separate_from={"isp-ip-pool-exhausted": "read-address-server-log"},
        before_action=("order-state-checked",),
        source="RFC 1661 Terminate-Request or Protocol-Reject of IPCP after a login that was accepted (RFC 1332)",
    ),
    Fault(
        code="account-line-binding-mismatch",
        number=91,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=dialling.meaning.is_("line_binding") & WORD,
        test="read-login-server-log",
        before_action=("pair-checked",),
        refines=("credentials-rejected",),
        source="the login server's own text: port or circuit does not fit the account (RFC 4679 circuit id)",
    ),
    Fault(
        code="isp-aaa-down",
        number=94,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=dialling.meaning.is_("auth_silent") & WORD,
        symptom=(router.authenticating & DEAD & ~router.login_spoke)
        | dialling.meaning.is_("hang_up")
        | (PPP_UP_TO_LOGIN & router.last_error.one_of("ISP_DISCONNECT", "UNKNOWN") & DEAD & ~router.login_spoke),
        veto=SECOND_WORKS,
        test="read-login-server-log",
        separate_from={"credentials-rejected": "read-login-server-log"},
        source="RFC 1334 2.2, RFC 1994 4.1: a request neither accepted nor refused; RAS 718/721 while logging in",
    ),
    Fault(
        code="isp-bras-overloaded",
        number=95,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=((EXPLICIT & router.last_error.is_("SERVER_OUT_OF_RESOURCES") & ~router.login_spoke) | BUSY) & WORD,
        symptom=router.service.is_("ppp") & EXPLICIT & router.last_error.is_("ISP_TIME_OUT") & ~router.login_spoke,
        # Some concentrators answer so to whom they locked out.
        veto=SECOND_WORKS | (BUSY & dialling.refused_lately),
        test="ask-provider-concentrator",
        separate_from={"access-no-pado": "ask-provider-concentrator"},
        source="RFC 2516 AC-System-Error; UPnP WANPPPConnection:1 ERROR_SERVER_OUT_OF_RESOURCES",
    ),
    Fault(
        code="isp-ip-pool-exhausted",
        number=96,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # One line cannot tell an empty pool from an account that was given no service: both stay suspects.
        symptom=NO_ADDRESS | (router.service.is_("ip") & EXPLICIT & router.last_error.is_("IP_CONFIGURATION")),
        rules_out=router.login_spoke | router.wan_address.one_of("public", "cgnat"),
        test="read-address-server-log",
        separate_from={"account-not-provisioned": "read-address-server-log"},
        source="RFC 1332 IPCP that ends without an address; RAS 738; UPnP ERROR_IP_CONFIGURATION",
    ),
    Fault(
        code="isp-lns-unreachable",
        number=97,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # The line owner's network carries our packets, the provider's tunnel server in it keeps silent.
        contrast=dialling.kind.is_("l2tp")
        & dialling.meaning.is_("tunnel_silent")
        & out.last_hop.at_least(2)
        & out.v4_networks.is_(0)
        & ~out.no_route,
        symptom=dialling.kind.is_("l2tp") & dialling.meaning.is_("tunnel_silent"),
        veto=SECOND_WORKS | out.gateway_prohibits,
        test="ask-second-device",
        source="RFC 2661: a control connection whose SCCRQ is never answered; RAS 809, 868",
    ),
)
