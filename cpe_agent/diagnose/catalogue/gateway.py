"""Faults that show first at the router itself, or in what it lets through."""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.conditions import (
    DAMAGED_FRAMES,
    LOSSY_HOME_PERCENT,
    OWN_TRAFFIC,
    SLOW_LEG,
    STARVED,
    STORM,
)
from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, asked, gateway, home_leg, link, out, past, router, said, wifi, wire
from cpe_agent.diagnose.readings.said import LAMPS_OFF, LAMPS_ON, OTHERS_FAIL, OTHERS_WORK

LEFT_PACKETS = 5  # a run sends dozens; fewer than this and our own silence could be this computer's
SLOW_PAGE_MS = 3000  # a router at rest shows its page in well under a second
JUST_STARTED_S = 600
OFTEN = 3  # restarts in a day; one or two may be somebody's attempt at a repair
LINK_CHANGES = 6  # up and down three times since this computer's adapter appeared

# By the adapter's own count, or because another station of the home answers them.
_OURS_LEAVE = home_leg.sent_packets.at_least(LEFT_PACKETS) | gateway.neighbours_alive.at_least(1)
_DEAD = link.carrier & address.v4_usable & gateway.alive.is_(False)

# A router whose answers go to another station with this computer's address would look the same.
ANSWERS_NOTHING_ELSE = gateway.answers_arp & _OURS_LEAVE & gateway.own_address_taken.is_(False)

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="router-power-off",
        number=49,
        breaks=Rung.GATEWAY,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The router's own lamps, read by a person, while nothing of it is heard.
        direct=LAMPS_OFF & (link.any_carrier.is_(False) | gateway.alive.is_(False) | address.v4_usable.is_(False)),
        symptom=link.any_carrier.is_(False)
        & (OTHERS_FAIL | (link.wifi_adapter & wifi.radio_on & wifi.home_in_sight.is_(False))),
        rules_out=LAMPS_ON,
        refines=(
            "nic-disabled",
            "radio-off",
            "lan-cable-unplugged",
            "wifi-ssid-absent",
            "router-hung",
            "router-dhcp-server-off",
            "rogue-dhcp-server",
        ),
        test="look-at-router-lamps",
        source="the power lamp of the device",
    ),
    Fault(
        code="router-hung",
        number=50,
        breaks=Rung.GATEWAY,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Not even ARP is answered although the wire has a signal and the address is not one that was typed in; or the
        # router's hardware answers and nothing above it does, while our packets are known to leave this computer.
        direct=_DEAD
        & (gateway.answers_arp.is_(False) | ANSWERS_NOTHING_ELSE)
        & (address.v4_origin.is_("dhcp") | asked.SECOND_DEVICE.is_("fails")),
        symptom=_DEAD,
        rules_out=known(address.duplicate | gateway.own_address_taken),
        veto=known(gateway.in_subnet.is_(False))
        | known(wire.dhcp_offers.at_least(1))
        | known(OTHERS_WORK)
        | known(out.stopped_here)
        | known(STORM),
        test="power-cycle-router",
        separate_from={"static-ip-wrong": "set-address-automatic", "rogue-dhcp-server": "unplug-second-router"},
        before_action=("power-cycle-recorded",),
        source="RFC 826 ARP: a live station answers for its own address",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="router-cpu-overloaded",
        number=55,
        breaks=Rung.GATEWAY,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # Slow over a sound wire, and slow with its own page as well: the router itself has no time.
        direct=link.wired
        & SLOW_LEG
        & home_leg.loss_percent.below(LOSSY_HOME_PERCENT)
        & home_leg.page_ms.at_least(SLOW_PAGE_MS),
        symptom=link.wired & SLOW_LEG,
        veto=STARVED | OWN_TRAFFIC | STORM | DAMAGED_FRAMES,
        test="power-cycle-router",
        separate_from={"lan-cable-bad": "swap-lan-cable"},
        source="round trip over one wire is below 1 ms (IEEE 802.3); the router's own page",
    ),
    Fault(
        code="router-reboot-loop",
        number=58,
        breaks=Rung.GATEWAY,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # One short uptime may be the restart that somebody just made, so this is never more than a suspicion.
        # An epoch also starts over with a new outer address (RFC 6887 8.5), so this computer's cable must have seen it.
        symptom=said.DROPS
        & link.carrier_changes.at_least(LINK_CHANGES)
        & (router.uptime_s.below(JUST_STARTED_S) | past.router_restarts.at_least(OFTEN)),
        test="router-on-another-socket",
        source="RFC 6886 3.6 / RFC 6887 8.5 epoch; carrier_changes of the Linux kernel",
    ),
    Fault(
        code="router-blocks-this-device",
        number=59,
        breaks=Rung.LINE,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The router itself says that it forbids the way, and others of this home get through.
        direct=gateway.alive_v4 & out.v4_networks.is_(0) & out.gateway_prohibits & OTHERS_WORK,
        symptom=gateway.alive_v4 & out.v4_networks.is_(0) & OTHERS_WORK & ~known(out.stopped_here),
        rules_out=OTHERS_FAIL,
        veto=known(address.vpn_takes_default),
        test="look-at-parental-control",
        separate_from={"host-firewall-blocking": "pause-protection"},
        source="RFC 1812 5.2.7.1: code 13, communication administratively prohibited",
    ),
    Fault(
        code="router-filter-blocks",
        number=60,
        breaks=Rung.LINE,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=gateway.alive_v4 & out.v4_networks.is_(0) & out.gateway_prohibits & ~OTHERS_WORK,
        rules_out=OTHERS_WORK,
        veto=known(address.vpn_takes_default),
        test="reset-router-filter",
        separate_from={"router-blocks-this-device": "ask-second-device"},
        source="RFC 1812 5.2.7.1: code 13, communication administratively prohibited",
    ),
)
