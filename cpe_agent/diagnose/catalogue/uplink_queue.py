"""Faults of a home that fills its own uplink: they show first behind the router, on the way up."""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.conditions import SLOW_LEG, STARVED
from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import home_leg
from cpe_agent.diagnose.readings.said import OTHERS_FAIL

FULL_SHARE = 0.8  # a sender at this share of the line keeps its queue filled
SENDING_MBPS = 0.5  # the run itself sends about a tenth of this
QUEUE_MS = 100  # a queue this long is heard in a call
BLOAT_MS = 200  # a queue this long is a buffer that is too big for its line (RFC 8290 1)

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="local-upload-saturation",
        number=24,
        breaks=Rung.LINE,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # This computer's own counter against the router's own rate, while the way behind the router waits.
        direct=home_leg.sent_mbps.above(SENDING_MBPS)
        & home_leg.rtt_rise_ms.above(QUEUE_MS)
        & home_leg.sent_share_of_line.at_least(FULL_SHARE),
        symptom=home_leg.sent_mbps.above(SENDING_MBPS) & home_leg.rtt_rise_ms.above(QUEUE_MS),
        veto=OTHERS_FAIL | STARVED | known(SLOW_LEG),
        test="pause-uploads-here",
        source="interface counters (RFC 2863 ifOutOctets); UPnP Layer1UpstreamMaxBitRate",
    ),
    Fault(
        code="bufferbloat-uplink",
        number=66,
        breaks=Rung.LINE,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # Who in the home fills the line cannot be seen from here, so this waits for its test.
        symptom=home_leg.rtt_rise_ms.above(BLOAT_MS) & home_leg.sent_mbps.below(SENDING_MBPS) & ~known(SLOW_LEG),
        test="pause-other-devices",
        separate_from={
            "access-congestion": "pause-other-devices",
            "local-upload-saturation": "pause-uploads-here",
        },
        source="RFC 8290 1: delay by an overfilled buffer",
    ),
)
