"""The router's own settings of the session with the provider, and what the session's age and address merely advise."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Dispatch, Effect, Fault, Owner
from cpe_agent.diagnose.gates import DEAD, NOT_CONNECTED, USER_DISCONNECT
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import asked, out, past, path, router
from cpe_agent.diagnose.readings.address import dialled_cgnat
from cpe_agent.diagnose.readings.said import said

DROPPED_LATELY_S = 900  # a line that came up within the last quarter of an hour, under a router that did not restart
RECOVERED_S = 1800  # half an hour: what the customer calls about may have been the drop that has just ended
STEADY_ROUTER_S = 3600
OFTEN = 3  # in a day; fewer may be a forced reconnect, or work on the line

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="double-nat",
        number=44,
        breaks=Rung.WAN_SESSION,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.ADVISES,
        direct=router.wan_address.is_("private") & path.second_hop.is_("private") & out.v4_networks.at_least(1),
        test="find-second-router",
        separate_from={"cgnat-inbound-blocked": "find-second-router"},
        source="RFC 1918 address on the router's outer side and behind it",
        seen_with="miniupnpd (lab)",
    ),
    Fault(
        code="router-wan-unconfigured",
        number=56,
        breaks=Rung.WAN_SESSION,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Some routers also write Unconfigured while the line has no signal, so the signal must be there.
        direct=router.session.is_("unconfigured") & router.physical_link.is_("up") & DEAD,
        symptom=(router.session.is_("unconfigured") | said("router-page", "not-set"))
        & ~known(router.session.is_("connected"))
        & ~known(router.physical_link.is_("down"))
        & DEAD,
        rules_out=router.auth_verdict,
        test="read-router-page",
        separate_from={"router-wan-mode-mismatch": "read-router-page", "access-no-sync": "look-at-line-lamp"},
        source="UPnP WANPPPConnection:1 ConnectionStatus Unconfigured",
    ),
    Fault(
        code="router-wan-disconnected-by-user",
        number=57,
        breaks=Rung.WAN_SESSION,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Several firmwares write USER_DISCONNECT when the line stopped answering: a suspect, never a name.
        symptom=((NOT_CONNECTED & router.last_error.one_of(*USER_DISCONNECT)) | said("router-page", "disconnected"))
        & ~known(router.physical_link.is_("down"))
        & DEAD,
        rules_out=router.auth_verdict,
        test="press-connect",
        separate_from={"credentials-rejected": "press-connect", "access-no-sync": "press-connect"},
        source="UPnP WANPPPConnection:1 ERROR_USER_DISCONNECT, ERROR_IDLE_DISCONNECT, ERROR_FORCED_DISCONNECT",
    ),
    Fault(
        code="router-wan-mode-mismatch",
        number=62,
        breaks=Rung.LINE,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The router's service names are no proof: some software calls every connection WANIPConnection.
        symptom=DEAD
        & NOT_CONNECTED
        & ((asked.wan.is_("pppoe") & router.service.is_("ip")) | (asked.wan.is_("ipoe") & router.service.is_("ppp")))
        & ~known(router.physical_link.is_("down")),
        rules_out=router.auth_verdict,
        test="read-router-page",
        separate_from={"access-no-pado": "read-router-page", "access-no-dhcp-offer": "read-router-page"},
        source="UPnP WANPPPConnection:1 against WANIPConnection:1, held against the provider's profile",
    ),
    Fault(
        code="access-line-flapping",
        number=73,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCESS,
        acts=Acts.ISP,
        effect=Effect.ADVISES,
        symptom=asked.complaint.is_("drops")
        & router.uptime_s.at_least(STEADY_ROUTER_S)
        & (
            (router.wan_uptime_s.below(DROPPED_LATELY_S) & router.session.is_("connected"))
            | router.session_steady.is_(False)
        )
        | past.session_drops.at_least(OFTEN),
        test="watch-for-a-day",
        separate_from={"router-reboot-loop": "watch-for-a-day", "account-session-limit": "read-login-server-log"},
        before_action=("nte-test", "line-counters-read"),
        dispatch=Dispatch.AFTER,
        source="UPnP WANPPPConnection:1 Uptime against the epoch of RFC 6886, now and in earlier runs",
    ),
    Fault(
        code="cgnat-inbound-blocked",
        number=106,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.ADVISES,
        direct=(router.wan_address.is_("cgnat") | dialled_cgnat) & asked.INBOUND.is_("yes"),
        symptom=(router.wan_address.is_("cgnat") | dialled_cgnat) & ~known(asked.INBOUND.is_("no")),
        test="ask-for-public-address",
        separate_from={"double-nat": "find-second-router"},
        source="RFC 6598 shared address space on the router's outer side",
    ),
    Fault(
        code="healthy-recovered",
        number=119,
        breaks=Rung.WAN_SESSION,
        owner=Owner.NONE,
        acts=Acts.NOBODY,
        effect=Effect.ADVISES,
        direct=router.session.is_("connected") & router.wan_uptime_s.below(RECOVERED_S) & out.v4_networks.at_least(2),
        test="watch-for-a-day",
        separate_from={"access-line-flapping": "watch-for-a-day"},
        source="UPnP WANPPPConnection:1 and WANIPConnection:1 Uptime",
    ),
)
