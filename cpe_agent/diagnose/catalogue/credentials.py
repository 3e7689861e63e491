"""What a refused login may be made of, beyond the refusal itself: a login test's own facts refine it.

A shape is a question to the customer and never proof (a password may hold anything), and silence after a refusal has
two readings. So most of these stay suspects; only a contrast carries a name.
"""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.wan_session import REFUSED
from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.gates import FRESH_START_S, WORD
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import dialling, pppoe, router

STILL_TRUE_S = 900  # a quarter of an hour: as long as a login test is remembered

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="auth-protocol-mismatch",
        number=67,
        breaks=Rung.WAN_SESSION,
        owner=Owner.CPE,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # Whose setting is the odd one is not said: the router's, this computer's or the concentrator's.
        symptom=dialling.meaning.is_("method_refused") & WORD,
        test="ask-login-method",
        separate_from={"credentials-rejected": "ask-login-method"},
        source="RFC 1661 6.2: Configure-Reject or Nak of every Authentication-Protocol, before any login; RAS 919",
    ),
    Fault(
        code="credentials-username-malformed",
        number=82,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        symptom=dialling.typed_malformed & WORD,
        test="read-login-letter-by-letter",
        before_action=("login-server-log-read",),
        refines=("credentials-rejected",),
        source="RFC 7542 2.2: the form name@realm; the profile's realms; shape of what was typed at the login test",
    ),
    Fault(
        code="credentials-keyboard-layout",
        number=83,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        symptom=dialling.typed_on_layout & WORD,
        test="read-login-letter-by-letter",
        before_action=("login-server-log-read",),
        refines=("credentials-rejected",),
        source="shape of what was typed at the login test: the same keys in English give the form of a login",
    ),
    Fault(
        code="credentials-stale-on-router",
        number=86,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The same login server took the pair of the login test and refuses the one that the router sends.
        contrast=REFUSED & dialling.accepted_age_s.below(STILL_TRUE_S) & WORD,
        # A session that was closed or lost a moment ago may still count at the provider.
        veto=known(router.uptime_s.below(FRESH_START_S)) | known(dialling.accepted_age_s.below(FRESH_START_S)),
        test="store-login-in-router",
        separate_from={"account-session-limit": "wait-three-minutes", "credentials-rejected": "store-login-in-router"},
        refines=("credentials-rejected",),
        source="a login test that was accepted, beside UPnP WANPPPConnection:1 ERROR_AUTHENTICATION_FAILURE",
    ),
    Fault(
        code="account-auth-lockout",
        number=89,
        breaks=Rung.LINE,  # what is missing is the answer to the call
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # The line may also have failed after the refusal: only waiting tells.
        symptom=dialling.refused_lately
        & (dialling.meaning.one_of("no_answer", "server_busy") | pppoe.answer.is_("silent")),
        rules_out=pppoe.heard,
        test="wait-ten-minutes",
        separate_from={"access-no-pado": "wait-ten-minutes", "isp-bras-overloaded": "wait-ten-minutes"},
        before_action=("login-server-log-read",),
        source="concentrators that drop PADI or PADR of a hardware address for minutes after refused logins",
    ),
)
