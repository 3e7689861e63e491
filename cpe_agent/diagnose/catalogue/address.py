"""Faults that show first in the address this computer got, or did not get."""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.conditions import LOSSY_LEG
from cpe_agent.diagnose.catalogue.modem_segment import MAYBE_AT_THE_MODEM
from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, asked, dialling, gateway, link, out, pppoe, router, wire
from cpe_agent.diagnose.readings.said import LAMPS_OFF, OTHERS_FAIL, OTHERS_WORK

TWO_STATIONS = 2

_NO_ADDRESS = address.v4_usable.is_(False) & link.carrier
# Cheap signs of trouble: the questions behind them are slow and need not be waited for in a healthy home.
_TROUBLE = gateway.alive.is_(False) | out.v4_networks.below(2) | LOSSY_LEG

# The provider itself answered a call of this computer: no router stands between them, and none owes it an address.
AT_THE_MODEM = pppoe.heard | dialling.far_end_spoke

_COMPLAINT = known(asked.complaint.one_of("no-internet", "drops", "slow"))
V4_ALONE_IS_DEAD = gateway.alive_v4.is_(False) & gateway.alive & out.v4_networks.is_(0) & address.ways.is_(1)

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="router-dhcp-server-off",
        number=51,
        breaks=Rung.ADDRESS,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Our own question went out on a live link and nobody offered: the component that must answer does not.
        direct=_NO_ADDRESS & wire.dhcp_unanswered & ~address.static_here,
        symptom=_NO_ADDRESS & ~known(address.static_here),
        rules_out=wire.dhcp_offers.at_least(1) | AT_THE_MODEM,
        # Who else gets an address from it shows that it serves; where this computer dials there may be no router.
        veto=known(OTHERS_WORK) | known(dialling.kind.is_("pppoe")) | MAYBE_AT_THE_MODEM,
        test="ask-for-an-address",
        separate_from={
            "dhcp-client-stopped": "restart-this-computer",
            "dhcp-pool-exhausted": "ask-second-device",
            "access-no-pado": "ask-who-dials",
        },
        source="RFC 2131 4.4.1: a client that gets no DHCPOFFER keeps asking; 169.254/16 by RFC 3927",
        seen_with="dnsmasq (lab)",
    ),
    Fault(
        code="dhcp-pool-exhausted",
        number=52,
        breaks=Rung.ADDRESS,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The same server serves another device and leaves this one without an answer.
        contrast=_NO_ADDRESS & wire.dhcp_unanswered & OTHERS_WORK & ~address.static_here,
        symptom=_NO_ADDRESS & OTHERS_WORK & ~known(address.static_here),
        rules_out=wire.dhcp_offers.at_least(1),
        refines=("router-dhcp-server-off",),
        test="switch-other-devices-off",
        separate_from={"dhcp-client-stopped": "restart-this-computer"},
        source="RFC 2131 4.3.1: a server without a free address does not offer",
    ),
    Fault(
        code="dhcp-client-stopped",
        number=4,
        breaks=Rung.ADDRESS,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The system should ask and does not; asked by hand, the router offers at once.
        contrast=_NO_ADDRESS & address.dhcp_client.is_("stopped") & wire.dhcp_offers.at_least(1),
        symptom=_NO_ADDRESS
        & ~known(address.static_here)
        & ~known(address.dhcp_client.is_("running"))
        & ~known(LAMPS_OFF),
        rules_out=wire.dhcp_unanswered | AT_THE_MODEM,
        veto=OTHERS_FAIL | LAMPS_OFF,
        test="restart-this-computer",
        source="RFC 2131 4.4: the client asks; the system's own list of running services",
    ),
    Fault(
        code="static-ip-wrong",
        number=5,
        breaks=Rung.GATEWAY,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # An address that was typed in, with a way out that this address can never reach, or none at all.
        direct=address.static_here
        & link.carrier
        & address.v4_usable
        & ((gateway.alive.is_(False) & gateway.in_subnet.is_(False)) | (address.v4_default_route.is_(False))),
        # Asked by hand, the network offers an address of another range than the one that was typed in.
        contrast=address.static_here
        & link.carrier
        & address.v4_usable
        & gateway.alive.is_(False)
        & wire.offers_another_network,
        symptom=link.carrier
        & address.v4_usable
        & gateway.alive.is_(False)
        & (address.static_here | (known(wire.offers_another_network) & ~known(address.v4_origin.is_("dhcp")))),
        veto=OTHERS_FAIL | LAMPS_OFF,
        test="set-address-automatic",
        separate_from={"router-hung": "set-address-automatic"},
        source="RFC 1122 3.3.1.1: a host sends only to gateways of its own network; RFC 2131 offers",
        seen_with="Linux kernel (lab)",
    ),
    Fault(
        code="rogue-dhcp-server",
        number=42,
        breaks=Rung.LINE,  # the stranger may be alive and well: it leads nowhere
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Two servers or two routers are seen, but not which is the stranger: a suspicion until one is taken off.
        symptom=(gateway.alive.is_(False) | out.v4_networks.is_(0))
        & address.v4_usable
        & ~known(address.static_here)
        & (
            (wire.dhcp_offers.at_least(TWO_STATIONS) & wire.routers_offered.at_least(TWO_STATIONS))
            | router.another_connected
        ),
        test="unplug-second-router",
        separate_from={"static-ip-wrong": "set-address-automatic", "access-no-sync": "unplug-second-router"},
        source="RFC 2131 3.1: every server that hears a DISCOVER may offer",
        seen_with="dnsmasq (lab)",
    ),
    Fault(
        code="duplicate-ip",
        number=43,
        breaks=Rung.ADDRESS,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.DEGRADES,
        # Two stations answering for the gateway may be a redundant pair; two for this computer never are.
        direct=(_TROUBLE | _COMPLAINT) & (address.duplicate | gateway.own_address_taken),
        # Who may not ask by ARP still sees a router that is silent over IPv4 alone: its answers go to somebody else.
        symptom=(_TROUBLE & gateway.stations.at_least(TWO_STATIONS))
        | (V4_ALONE_IS_DEAD & ~known(gateway.own_address_taken.is_(False))),
        loses_packets=True,
        veto=known(gateway.answers_arp.is_(False)),  # whoever has our address, a living router says where it is
        refines=("router-hung", "lan-cable-bad", "wifi-weak-signal", "wifi-channel-congested", "repeater-backhaul-bad"),
        test="restart-both-devices",
        source="RFC 5227 IPv4 address conflict detection",
        seen_with="Linux kernel (lab)",
    ),
)
