"""Faults that show first in the session between the home and the provider."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import router

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="credentials-rejected",
        number=80,
        breaks=Rung.WAN_SESSION,
        owner=Owner.ACCOUNT,
        acts=Acts.ISP,  # the provider reads its login server's log before the customer is asked again
        effect=Effect.STOPS,
        direct=router.last_error.is_("AUTHENTICATION_FAILURE")
        & router.error_grade.one_of("A", "B")
        & router.session.one_of("disconnected", "connecting"),
        test="read-login-server-log",
        before_action=("login-server-log-read",),
        source="UPnP WANPPPConnection:1 LastConnectionError ERROR_AUTHENTICATION_FAILURE",
    ),
)
