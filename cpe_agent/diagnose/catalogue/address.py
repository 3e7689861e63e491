"""Faults that show first in the address this computer got, or did not get."""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import address, link, wire

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="router-dhcp-server-off",
        number=51,
        breaks=Rung.ADDRESS,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # Our own question went out on a live link and nobody offered: the component that must answer does not.
        direct=address.v4_usable.is_(False) & link.carrier & wire.dhcp_unanswered & ~address.static_here,
        symptom=address.v4_usable.is_(False) & link.carrier & ~address.static_here,
        rules_out=wire.dhcp_offers.at_least(1),
        test="ask-for-an-address",
        separate_from={"dhcp-client-stopped": "restart-this-computer"},
        source="RFC 2131 4.4.1: a client that gets no DHCPOFFER keeps asking; 169.254/16 by RFC 3927",
        seen_with="dnsmasq (lab)",
    ),
)
