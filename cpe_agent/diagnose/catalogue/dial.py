"""Faults of a computer that dials its connection itself."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import asked
from cpe_agent.diagnose.readings.said import OTHERS_FAIL

LOCAL_CODES = (608, 633, 711, 797)
"""Windows dial errors that come before a packet leaves: device not there, port in use, service cannot start, modem
not found. 651 is left out: since Windows 7 it is also the face of a silent line."""

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="ras-stack-fault",
        number=26,
        breaks=Rung.WAN_SESSION,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The dialler itself says that it could not begin: no bypass is needed, no packet left.
        direct=asked.dial_source.is_("ras") & asked.dial_state.is_("failed") & asked.dial_code.one_of(*LOCAL_CODES),
        veto=OTHERS_FAIL,
        test="restart-this-computer",
        source="Windows remote access error codes (raserror.h)",
    ),
)
