"""Faults that show first when plain web pages are answered by somebody else."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.gates import EXPLICIT, WORD
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import dialling, router, web

CLOSED_ACCOUNT = ("ACCOUNT_DISABLED", "ACCOUNT_EXPIRED", "PASSWORD_EXPIRED", "RESTRICTED_LOGON_HOURS")

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="account-suspended",
        number=87,
        breaks=Rung.OPEN,
        owner=Owner.ACCOUNT,
        acts=Acts.BILLING,
        effect=Effect.STOPS,
        direct=(web.intercepted & web.redirected_to_isp)
        | (((EXPLICIT & router.last_error.one_of(*CLOSED_ACCOUNT)) | dialling.meaning.is_("restricted")) & WORD),
        # Without the provider's list nobody here can tell its billing page from a stranger's portal.
        symptom=web.intercepted & ~known(web.redirected_to_isp) & ~known(web.answered_by_gateway),
        rules_out=web.intercepted & web.redirected_to_isp.is_(False),
        test="open-a-plain-page",
        separate_from={"captive-portal-login": "open-a-plain-page"},
        refines=("credentials-rejected",),
        source="the provider's walled garden (profile); UPnP ERROR_ACCOUNT_DISABLED, ERROR_ACCOUNT_EXPIRED; "
        "MS-CHAP E=646 to 649 (RFC 2759)",
        seen_with="pppd and FreeRADIUS (lab)",
    ),
    Fault(
        code="captive-portal-login",
        number=93,
        breaks=Rung.OPEN,
        owner=Owner.ACCOUNT,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=web.intercepted & web.redirected_to_isp.is_(False) & web.answered_by_gateway.is_(False),
        symptom=web.intercepted & ~known(web.redirected_to_isp),
        test="open-a-plain-page",
        separate_from={"account-suspended": "open-a-plain-page", "router-filter-blocks": "read-router-page"},
        source="RFC 8910; RFC 6585 status 511; the well-known checks of browsers and systems",
    ),
)
