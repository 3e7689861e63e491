"""Packets lost or late, by the place where it begins: home, line, beyond.

A leg where nothing at all came back is filtered, not lost; a middle hop that loses what the far end does not is only
sparing with its own answers. Loss on the way to the router itself is the home's (``gateway``, ``wifi``).
"""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.line import JUST_STARTED_S
from cpe_agent.diagnose.fault import Acts, Dispatch, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, asked, link, out, router, traffic

LOSS_PERCENT = 2  # of forty packets: two or more, once in each half of the run, so a single drop never counts
SUSPECT_PERCENT = 10
ALL_PERCENT = 100
OWN_LOAD_MBPS = 2  # the measurement itself stays far under it; a transfer that could fill an uplink does not
QUEUE_MS = 150  # a first hop this slow stands behind a full queue: load of the home, not a bad line
JITTER_MS = 40
CALM_GATEWAY_MS = 10

GATEWAY_CLEAN = out.gateway_percent.is_(0)
FIRST_HOP_LOSES = (
    out.first_hop_percent.above(LOSS_PERCENT) & out.first_hop_percent.below(ALL_PERCENT) & out.first_hop_both_halves
)
FIRST_HOP_CLEAN = out.first_hop_percent.is_(0)
FAR_LOSES = out.far_percent.above(LOSS_PERCENT) & out.far_percent.below(ALL_PERCENT) & out.far_both_halves
# So much in one burst is a suspicion even when one half of it lost nothing.
FAR_SUSPECT = FAR_LOSES | (out.far_percent.at_least(SUSPECT_PERCENT) & out.far_percent.below(ALL_PERCENT))
BEYOND = FAR_SUSPECT & GATEWAY_CLEAN & ~known(FIRST_HOP_LOSES)

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="access-burst-loss",
        number=75,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.ISP,
        effect=Effect.DEGRADES,
        loses_packets=True,
        contrast=FAR_LOSES & FIRST_HOP_LOSES & GATEWAY_CLEAN,
        # A first hop that never answers leaves open whether the line or what follows it loses.
        symptom=FAR_SUSPECT & GATEWAY_CLEAN & ~known(FIRST_HOP_CLEAN),
        veto=~link.wired
        | known(router.uptime_s.below(JUST_STARTED_S))  # a line that trains loses packets
        | address.vpn_takes_default
        | traffic.own_mbps.above(OWN_LOAD_MBPS)
        | known(out.first_hop_rtt_median_ms.above(QUEUE_MS)),
        test="try-with-a-cable",
        separate_from={"transit-loss": "run-again-deep", "isp-core-congestion": "run-again-deep"},
        before_action=("line-counters-read",),
        dispatch=Dispatch.AFTER,
        source="RFC 2680 one-way loss, here of echoes: clean to the router, lost from the first hop on",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="access-congestion",
        number=77,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.ISP,
        effect=Effect.DEGRADES,
        # One run sees one hour of the day, so a crowded line stays a suspect; asked only when somebody complains.
        symptom=asked.complaint.is_("slow")
        & out.first_hop_jitter_ms.above(JITTER_MS)
        & out.gateway_rtt_p95_ms.below(CALM_GATEWAY_MS)
        & ~known(traffic.own_mbps.above(OWN_LOAD_MBPS)),
        rules_out=address.vpn_takes_default,
        test="repeat-at-night",
        separate_from={"bufferbloat-uplink": "pause-other-devices", "isp-core-congestion": "run-again-deep"},
        source="RFC 7567: delay that swings with the queue of a shared link",
    ),
    Fault(
        code="isp-core-congestion",
        number=104,
        breaks=Rung.INTERNET,
        owner=Owner.ISP_CORE,
        acts=Acts.ISP,
        effect=Effect.DEGRADES,
        loses_packets=True,
        # From one home nobody can tell the provider's core from the network behind it: two suspects, both beyond
        # the line.
        symptom=BEYOND,
        rules_out=known(address.vpn_takes_default),
        veto=~link.wired,
        test="measure-from-provider",
        separate_from={"transit-loss": "measure-from-provider"},
        source="RFC 2680; loss that begins behind the first hop",
    ),
    Fault(
        code="transit-loss",
        number=111,
        breaks=Rung.INTERNET,
        owner=Owner.REMOTE,
        acts=Acts.ISP,
        effect=Effect.DEGRADES,
        loses_packets=True,
        symptom=BEYOND,
        rules_out=known(address.vpn_takes_default),
        test="measure-from-provider",
        separate_from={"isp-core-congestion": "measure-from-provider"},
        source="RFC 2680; loss that begins behind the provider's own network",
        seen_with="Linux kernel (lab)",
    ),
)
