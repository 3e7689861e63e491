"""Faults of the provider's side that show first on the access line."""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.modem_segment import MAYBE_AT_THE_MODEM
from cpe_agent.diagnose.fault import Acts, Dispatch, Effect, Fault, Owner
from cpe_agent.diagnose.gates import (
    DEAD,
    EXPLICIT,
    FAR_END_SPOKE,
    FIRST_SOCKET_WORKS,
    LAMP_DARK,
    LAMP_STEADY,
    LOS_RED,
    MODEM_DARK,
    ROUTER_SAYS_MORE,
    USER_DISCONNECT,
    WALLED,
)
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import asked, dialling, gateway, link, pppoe, router, wire
from cpe_agent.diagnose.readings.said import said

JUST_STARTED_S = 180  # a DSL modem trains for up to three minutes after power-on; no sync is normal then

NO_SIGNAL = router.physical_link.is_("down") | (
    router.physical_link.is_("training") & router.uptime_s.at_least(JUST_STARTED_S)
)
LINE_UNPROVEN = ~FAR_END_SPOKE & ~LAMP_STEADY & ~FIRST_SOCKET_WORKS
WITHOUT_PPPOE = ("ipoe", *asked.TUNNELS)  # a tunnel stands on an address that was got before
SEPARATE_BOX = router.line_kind.one_of("cable", "ethernet")
# The session side is silent and nothing says that the router holds, or gave up, a session by itself.
NO_SESSION_WORD = (
    DEAD
    & ~ROUTER_SAYS_MORE
    & ~known(router.session.is_("connected"))
    & ~known(router.physical_link.is_("down"))
    & ~known(router.last_error.one_of(*USER_DISCONNECT, "ISP_DISCONNECT"))
    & ~said("router-page", "connected")
    & ~WALLED
)

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="access-no-sync",
        number=68,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # Only a built-in DSL modem's word is about the line. Many routers write "Cable" or "Ethernet" for a socket
        # that leads to a separate box of the home.
        direct=LINE_UNPROVEN
        & (
            (router.access_type.is_("dsl") & (NO_SIGNAL | (EXPLICIT & router.last_error.is_("NO_CARRIER"))))
            | (DEAD & LAMP_DARK & ~SEPARATE_BOX)
        ),
        symptom=(DEAD & ~ROUTER_SAYS_MORE & ~known(SEPARATE_BOX & NO_SIGNAL) & ~WALLED)
        | (NO_SIGNAL & ~known(SEPARATE_BOX)),
        rules_out=FAR_END_SPOKE | LAMP_STEADY | FIRST_SOCKET_WORKS,
        veto=known(router.uptime_s.below(JUST_STARTED_S)) | MODEM_DARK,
        test="look-at-line-lamp",
        separate_from={
            "home-line-wiring-fault": "test-at-first-socket",
            "modem-or-ont-power-off": "look-at-modem-lamps",
            "router-wan-disconnected-by-user": "press-connect",
            "credentials-rejected": "read-login-server-log",
        },
        before_action=("nte-test", "area-outage-feed"),
        dispatch=Dispatch.AFTER,
        source="UPnP WANCommonInterfaceConfig:1 PhysicalLinkStatus Down/Initializing; ERROR_NO_CARRIER",
    ),
    Fault(
        code="access-optical-los",
        number=69,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.INFRASTRUCTURE,
        effect=Effect.STOPS,
        direct=DEAD & LOS_RED & LINE_UNPROVEN & ~MODEM_DARK,
        # A router with a built-in fibre port has no word of its own for it and writes "Ethernet".
        symptom=NO_SIGNAL & ~known(router.access_type.one_of("dsl", "cable")),
        rules_out=FAR_END_SPOKE | LAMP_STEADY | asked.LOS_LAMP.is_("off") | MODEM_DARK,
        veto=known(router.uptime_s.below(JUST_STARTED_S)),
        test="look-at-los-lamp",
        separate_from={"modem-or-ont-power-off": "look-at-modem-lamps"},
        before_action=("area-outage-feed",),
        dispatch=Dispatch.AFTER,
        source="ITU-T G.984.2: loss of signal at the ONU; the LOS lamp shows that alarm",
    ),
    Fault(
        code="access-docsis-unregistered",
        number=70,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=router.access_type.is_("cable") & NO_SIGNAL & LAMP_DARK & DEAD & LINE_UNPROVEN,
        # "Cable" alone is weak: some router software writes it whatever the line is.
        symptom=router.access_type.is_("cable") & NO_SIGNAL,
        rules_out=FAR_END_SPOKE | LAMP_STEADY,
        veto=known(router.uptime_s.below(JUST_STARTED_S)),
        test="look-at-line-lamp",
        separate_from={"wan-cable-unplugged": "look-at-modem-lamps"},
        before_action=("remote-modem-check",),
        dispatch=Dispatch.AFTER,
        source="UPnP WANCommonInterfaceConfig:1 WANAccessType Cable, PhysicalLinkStatus; DOCSIS online lamp",
    ),
    Fault(
        code="access-no-pado",
        number=71,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.ISP,  # the provider looks at its own concentrator before it asks the line's owner
        effect=Effect.STOPS,
        direct=(
            router.service.is_("ppp")
            & EXPLICIT
            & router.last_error.is_("NO_ANSWER")
            & router.physical_link.is_("up")
            & ~FAR_END_SPOKE
            & ~LAMP_DARK
        )
        # A call through a router that routes gets no answer and proves nothing; so there must be no gateway.
        | (
            dialling.kind.is_("pppoe")
            & dialling.meaning.is_("no_answer")
            & asked.dial_stage.is_("discovery")
            & link.carrier
            & gateway.exists.is_(False)
            & ~LAMP_DARK
        )
        # This computer dials, sits at the modem itself, and its own call is not answered either.
        | (
            dialling.kind.is_("pppoe")
            & asked.dial_state.one_of("failed", "connecting")
            & pppoe.answer.is_("silent")
            & link.carrier
            & ~known(wire.dhcp_offers.at_least(1))
            & ~LAMP_DARK
        ),
        symptom=(NO_SESSION_WORD & ~known(asked.wan.one_of(*WITHOUT_PPPOE)))
        | (router.service.is_("ppp") & EXPLICIT & router.last_error.is_("ISP_TIME_OUT"))
        | (dialling.kind.is_("pppoe") & dialling.meaning.is_("no_answer"))
        | (MAYBE_AT_THE_MODEM & wire.dhcp_unanswered),
        rules_out=FAR_END_SPOKE | LAMP_DARK,
        # Silence after a refusal may be the concentrator's lock-out.
        veto=known(router.uptime_s.below(JUST_STARTED_S)) | known(dialling.refused_lately),
        test="look-at-line-lamp",
        separate_from={
            "account-auth-lockout": "wait-ten-minutes",
            "router-wan-mode-mismatch": "read-router-page",
            "isp-bras-overloaded": "ask-provider-concentrator",
            "access-no-dhcp-offer": "read-router-page",
        },
        before_action=("provider-concentrator-checked", "area-outage-feed"),
        source="RFC 2516 5.1: a PADI without PADO; UPnP WANPPPConnection:1 ERROR_NO_ANSWER; RAS 651, 678, 815",
    ),
    Fault(
        code="access-no-dhcp-offer",
        number=72,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # No router says whether nobody offered an address or a server refused one: a suspect, never a name.
        symptom=(NO_SESSION_WORD & ~known(asked.wan.is_("pppoe")) & ~known(router.service.is_("ppp")))
        | (router.service.is_("ip") & EXPLICIT & router.last_error.is_("IP_CONFIGURATION")),
        rules_out=FAR_END_SPOKE | router.wan_address.one_of("public", "cgnat") | LAMP_DARK,
        test="look-at-line-lamp",
        separate_from={
            "isp-ip-pool-exhausted": "read-address-server-log",
            "router-wan-mode-mismatch": "read-router-page",
        },
        before_action=("address-server-log-read",),
        source="RFC 2131 4.4.1 on the router's outer side; UPnP WANIPConnection:1 ERROR_IP_CONFIGURATION",
    ),
    Fault(
        code="access-line-errors",
        number=74,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        direct=EXPLICIT & router.last_error.is_("TOO_MANY_LINE_ERRORS") & DEAD & ~FIRST_SOCKET_WORKS,
        rules_out=FIRST_SOCKET_WORKS,
        veto=known(router.uptime_s.below(JUST_STARTED_S)),
        test="test-at-first-socket",
        separate_from={"home-line-wiring-fault": "test-at-first-socket"},
        before_action=("nte-test", "line-counters-read"),
        dispatch=Dispatch.AFTER,
        source="UPnP WANPPPConnection:1 LastConnectionError ERROR_TOO_MANY_LINE_ERRORS",
    ),
)
