"""Faults that show first on the link: adapter and cable."""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.conditions import (
    DAMAGED_FRAMES,
    LOSSY_LEG,
    OWN_TRAFFIC,
    SLOW_LEG,
    STARVED,
    STORM,
)
from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import gateway, home_leg, link, said, wifi
from cpe_agent.diagnose.readings.said import LAMPS_OFF, OTHERS_FAIL

FLAPS = 2  # lost and regained once within half a second of looking
QUICK_ROUTER_MS = 10  # a router that answers this fast at the median is not the one that is overloaded
OUTDATED_MBPS = 10  # every adapter and router port of this century negotiates 100 or more over a sound cable

_NO_CARRIER = link.wired & link.admin_up & link.carrier.is_(False) & link.any_carrier.is_(False)

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="nic-disabled",
        number=1,
        breaks=Rung.LINK,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # No bypass is needed: no packet can leave while every adapter is switched off.
        # A radio that is off takes its adapter down with it; a failed driver does too.
        direct=link.any_admin_up.is_(False) & (~link.wifi_adapter | wifi.radio_on),
        symptom=link.any_admin_up.is_(False),
        rules_out=(link.wifi_adapter & wifi.radio_on.is_(False)) | link.driver_failed,
        veto=OTHERS_FAIL,
        test="switch-adapter-on",
        source="ifOperStatus/ifAdminStatus, RFC 2863; IFF_UP of the Linux link flags (rtnetlink(7))",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="nic-driver-failed",
        number=2,
        breaks=Rung.LINK,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=link.any_carrier.is_(False) & link.driver_failed,
        veto=OTHERS_FAIL,
        test="restart-this-computer",
        separate_from={"nic-disabled": "switch-adapter-on"},
        source="Windows device manager problem codes (10, 28, 31, 43 ...)",
    ),
    Fault(
        code="no-network-adapter",
        number=122,
        breaks=Rung.LINK,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # A container or virtual machine was started so; in a computer the adapter or its driver is missing.
        direct=link.any_carrier.is_(False) & link.hardware_seen.is_(False),
        veto=OTHERS_FAIL,
        test="restart-this-computer",
        source="/sys/class/net/*/device on Linux; the system's list of network adapters",
    ),
    Fault(
        code="lan-cable-unplugged",
        number=27,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Where Wi-Fi is another way, an empty socket is the trouble only if a cable was in use here.
        direct=_NO_CARRIER & (~link.wifi_adapter | link.wire_was_used),
        symptom=_NO_CARRIER,
        rules_out=link.wifi_adapter & link.wire_was_used.is_(False),
        # A computer that lived on both may miss either: a laptop's dock at work says nothing about its Wi-Fi here.
        veto=LAMPS_OFF
        | OTHERS_FAIL
        | (link.wifi_adapter & (known(wifi.radio_on.is_(False)) | known(wifi.home_in_sight)))
        | (known(link.wifi_was_used) & ~known(wifi.home_in_sight.is_(False))),
        test="swap-lan-cable",
        separate_from={
            "router-power-off": "look-at-router-lamps",
            "radio-off": "cable-or-wifi",
            "wifi-not-associated": "cable-or-wifi",
        },
        source="carrier of the interface: IFF_RUNNING, RFC 2863 ifOperStatus lowerLayerDown",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="lan-cable-bad",
        number=28,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        loses_packets=True,
        # The adapter itself counts damaged frames or a signal that comes and goes.
        direct=link.wired & ((DAMAGED_FRAMES & LOSSY_LEG) | link.carrier_flaps.at_least(FLAPS)),
        # A router that answers the other packets at once is not overloaded: what is lost is lost on the wire.
        contrast=link.wired & LOSSY_LEG & home_leg.rtt_p95_ms.below(QUICK_ROUTER_MS),
        symptom=link.wired & LOSSY_LEG,
        veto=STARVED | OWN_TRAFFIC | STORM | LAMPS_OFF | OTHERS_FAIL | said.SWAPPED_IN_VAIN,
        test="swap-lan-cable",
        separate_from={"router-cpu-overloaded": "swap-lan-cable", "lan-loop-storm": "unplug-double-cable"},
        source="IEEE 802.3 frame check sequence; interface counters of RFC 2863 (ifInErrors)",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="lan-duplex-mismatch",
        number=29,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # Some virtual adapters report odd speeds and work well: it must be felt or measured too.
        direct=link.wired
        & (link.duplex.is_("half") | link.speed_mbps.one_of(*range(1, OUTDATED_MBPS + 1)))
        & (said.SLOW | LOSSY_LEG | DAMAGED_FRAMES),
        veto=STARVED | OTHERS_FAIL,
        test="swap-lan-cable",
        separate_from={"lan-cable-bad": "swap-lan-cable"},
        source="IEEE 802.3 clause 28 auto-negotiation; ethtool speed and duplex",
    ),
    Fault(
        code="lan-loop-storm",
        number=41,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        direct=STORM & (LOSSY_LEG | SLOW_LEG | gateway.alive.is_(False)),
        veto=STARVED,
        test="unplug-double-cable",
        separate_from={"lan-cable-bad": "unplug-double-cable", "router-cpu-overloaded": "unplug-double-cable"},
        source="IEEE 802.1D: a bridged loop repeats broadcasts for ever",
    ),
)
