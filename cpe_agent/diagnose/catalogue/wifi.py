"""Faults of the radio between this computer and the router."""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.conditions import BAD_LEG, LOSSY_LEG, OWN_TRAFFIC, STARVED
from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import asked, gateway, home_leg, link, router, said, wifi
from cpe_agent.diagnose.readings.said import LAMPS_OFF, LAMPS_ON, OTHERS_FAIL

WEAK_DBM = -75  # below this most adapters fall back to their slowest rates
BARELY_DBM = -80  # below this even the handshake of a right key may be lost
GOOD_DBM = -65  # above this the strength is no excuse for a slow radio
STICKY_DBM, STICKY_DB = -70, 12  # two steps of rate are lost, and another station of the same network would give them
CROWD = 5  # other networks on one channel; three or four still share it well
RETRIES_PERCENT = 20  # every fifth frame sent again
BACKHAUL_MS = 80  # two good radio hops together stay below this
STALE_S = 3600  # an older failure to join says nothing about now
RESTARTED_S = 3600  # a router that started within the hour explains a lost network by itself

_ON_WIFI = link.uplink_kind.is_("wifi")
_OUT = link.any_carrier.is_(False) & link.wifi_adapter & ~asked.wifi_associated & wifi.radio_on
_NOT_MEASURABLE = STARVED | OWN_TRAFFIC

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="radio-off",
        number=3,
        breaks=Rung.LINK,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=link.any_carrier.is_(False) & link.wifi_adapter & wifi.radio_on.is_(False),
        # Who works by cable keeps the radio off on purpose.
        veto=link.wire_was_used | OTHERS_FAIL,
        test="switch-wifi-on",
        separate_from={"lan-cable-unplugged": "cable-or-wifi"},
        source="rfkill of the Linux kernel; airplane mode of every system",
    ),
    Fault(
        code="wifi-not-associated",
        number=30,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=_OUT & wifi.home_in_sight & wifi.failure.is_("none"),
        symptom=_OUT & ~known(wifi.failure.one_of("wrong_key", "no_secrets", "ssid_absent")),
        rules_out=wifi.home_in_sight.is_(False),
        veto=link.wire_was_used | OTHERS_FAIL,
        test="join-home-wifi",
        separate_from={"lan-cable-unplugged": "cable-or-wifi", "wifi-ssid-absent": "look-for-home-wifi"},
        source="IEEE 802.11 association; nl80211 interface state",
    ),
    Fault(
        code="wifi-wrong-key",
        number=31,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=_OUT & wifi.failure.one_of("wrong_key", "no_secrets"),
        # A weak signal loses the handshake of a right key as well.
        veto=link.wire_was_used
        | OTHERS_FAIL
        | known(wifi.failure_age_s.above(STALE_S))
        | known(wifi.rssi_dbm.below(BARELY_DBM)),
        test="type-wifi-key-again",
        separate_from={"wifi-weak-signal": "stand-beside-router"},
        source="IEEE 802.11 reasons 2, 14, 15 (four-way handshake timeout); WLAN reason PSK mismatch",
    ),
    Fault(
        code="wifi-ssid-absent",
        number=32,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The router has power, other networks are heard, its own is not: its radio is off or out of reach.
        contrast=_OUT & wifi.home_in_sight.is_(False) & wifi.others_in_sight.at_least(1) & LAMPS_ON,
        symptom=_OUT & wifi.home_in_sight.is_(False),
        veto=link.wire_was_used | OTHERS_FAIL,
        test="look-at-router-lamps",
        separate_from={"router-power-off": "look-at-router-lamps", "lan-cable-unplugged": "cable-or-wifi"},
        source="IEEE 802.11 beacons; scan of the adapter",
    ),
    Fault(
        code="wifi-weak-signal",
        number=33,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        loses_packets=True,
        direct=_ON_WIFI & BAD_LEG & wifi.rssi_dbm.below(WEAK_DBM + 1),
        symptom=_ON_WIFI & BAD_LEG & ~known(wifi.rssi_dbm.at_least(GOOD_DBM)),
        veto=_NOT_MEASURABLE | LAMPS_OFF | OTHERS_FAIL,
        test="stand-beside-router",
        separate_from={"wifi-channel-congested": "stand-beside-router"},
        source="IEEE 802.11 received signal strength; rates by signal of every adapter's data sheet",
    ),
    Fault(
        code="wifi-channel-congested",
        number=34,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        loses_packets=True,
        direct=_ON_WIFI
        & BAD_LEG
        & wifi.rssi_dbm.at_least(GOOD_DBM)
        & (wifi.rivals_on_channel.at_least(CROWD) | wifi.retry_percent.above(RETRIES_PERCENT)),
        symptom=_ON_WIFI & BAD_LEG & ~known(wifi.rssi_dbm.below(WEAK_DBM + 1)),
        rules_out=wifi.rivals_on_channel.below(CROWD) & wifi.retry_percent.below(RETRIES_PERCENT),
        veto=_NOT_MEASURABLE | LAMPS_OFF,
        test="try-another-channel",
        separate_from={"repeater-backhaul-bad": "stand-beside-router"},
        source="IEEE 802.11 medium access: stations of one channel take turns",
    ),
    Fault(
        code="wifi-sticky-ap",
        number=35,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        direct=_ON_WIFI & BAD_LEG & wifi.rssi_dbm.below(STICKY_DBM) & wifi.better_by_db.at_least(STICKY_DB),
        veto=_NOT_MEASURABLE | LAMPS_OFF | OTHERS_FAIL,
        refines=("wifi-weak-signal",),
        test="switch-wifi-off-and-on",
        source="roaming is the client's own decision (IEEE 802.11); scan of the adapter",
    ),
    Fault(
        code="wifi-dfs-interruption",
        number=36,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # The adapter does not say that it heard a radar, so this stays a suspicion that the next test settles.
        symptom=_ON_WIFI
        & said.DROPS
        & wifi.on_dfs_channel
        & wifi.disconnects.at_least(1)
        & wifi.rssi_dbm.at_least(GOOD_DBM),
        rules_out=router.uptime_s.below(RESTARTED_S),
        test="set-channel-36-48",
        source="ETSI EN 301 893: a channel is left at once when a radar is heard",
    ),
    Fault(
        code="wifi-wrong-network",
        number=37,
        breaks=Rung.GATEWAY,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.ADVISES,  # what was measured is then somebody else's line
        direct=_ON_WIFI & gateway.is_a_phone,
        test="join-home-wifi",
        source="addresses of shared connections: iOS 172.20.10.1, Android 192.168.43.1, Windows 192.168.137.1",
    ),
    Fault(
        code="wifi-low-phy-rate",
        number=38,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # A radio carries about half its rate. The rate of an idle radio may sink, so it is never more than a suspicion.
        symptom=_ON_WIFI
        & said.SLOW
        & home_leg.radio_below_line
        & wifi.rate_mbps.above(0)  # both figures, for whoever reads the evidence
        & home_leg.down_mbps.above(0),
        test="try-with-a-cable",
        source="IEEE 802.11 rates; UPnP WANCommonInterfaceConfig:1 Layer1DownstreamMaxBitRate",
    ),
    Fault(
        code="guest-network-isolation",
        number=39,
        breaks=Rung.GATEWAY,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.ADVISES,  # it hides the router from us; the Internet is there
        direct=_ON_WIFI & wifi.guest_like & router.answers_upnp.is_(False),
        test="join-home-wifi",
        source="client isolation of guest networks: only the way out is open",
    ),
    Fault(
        code="repeater-backhaul-bad",
        number=40,
        breaks=Rung.LINK,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # Strong signal, quiet channel, and still slow or lossy: the second radio hop is what is left. Not proven.
        symptom=_ON_WIFI
        & (LOSSY_LEG | home_leg.rtt_p95_ms.above(BACKHAUL_MS))
        & wifi.rssi_dbm.at_least(GOOD_DBM)
        & wifi.rivals_on_channel.below(CROWD),
        test="stand-beside-router",
        source="a repeater sends every frame twice over the air (IEEE 802.11 four-address relaying)",
    ),
)
