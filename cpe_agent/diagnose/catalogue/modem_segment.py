"""Faults of a computer that sits at the modem itself, where our own PPPoE call is heard by the provider.

An answered call proves the line. Who should have dialled, this computer or a router, no packet tells: the customer is
asked, and until then nobody is named.
"""

from __future__ import annotations

from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import address, asked, dialling, link, pppoe, wire
from cpe_agent.diagnose.readings.said import said

# Cheap parts first: in a home with an address nobody waits for the wire.
NOBODY_DIALS = (
    address.v4_usable.is_(False) & link.carrier & dialling.set_up.is_(False) & pppoe.answer.one_of("listed", "unlisted")
)
COMPUTER_DIALS = said("who-dials", "computer")
ROUTER_DIALS = said("who-dials", "router")
MAYBE_AT_THE_MODEM = (
    address.v4_usable.is_(False)
    & link.carrier
    & link.wired
    & (known(asked.wan.is_("pppoe")) | known(dialling.set_up) | COMPUTER_DIALS)
    & ~ROUTER_DIALS
)
"""Homes of this provider log in by PPPoE, or this computer is set up to: its cable may lead straight to the modem,
where nobody owes it an address."""

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="dial-profile-missing",
        number=25,
        breaks=Rung.ADDRESS,
        owner=Owner.DEVICE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=COMPUTER_DIALS & NOBODY_DIALS,
        symptom=NOBODY_DIALS & ~dialling.tested,
        rules_out=ROUTER_DIALS | wire.dhcp_offers.at_least(1),
        test="ask-who-dials",
        separate_from={"bridge-without-dialer": "ask-who-dials"},
        source="RFC 2516 5.2: a PADO on a wire where no connection to dial is set up and no address is given",
    ),
    Fault(
        code="bridge-without-dialer",
        number=63,
        breaks=Rung.ADDRESS,
        owner=Owner.CPE,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=ROUTER_DIALS & NOBODY_DIALS,
        symptom=NOBODY_DIALS & ~dialling.tested,
        rules_out=COMPUTER_DIALS | wire.dhcp_offers.at_least(1),
        test="ask-who-dials",
        separate_from={"dial-profile-missing": "ask-who-dials"},
        source="RFC 2516 5.2: a PADO on the home's own wire, where a router that routes would let none through",
    ),
    Fault(
        code="access-wholesale-misroute",
        number=79,
        breaks=Rung.LINE,
        owner=Owner.ACCESS,
        acts=Acts.ISP,
        effect=Effect.STOPS,
        # Only a profile that lists the provider's concentrators can tell a foreign one.
        direct=pppoe.answer.is_("foreign"),
        rules_out=wire.dhcp_offers.at_least(1),
        test="ask-provider-concentrator",
        before_action=("provider-concentrator-checked",),
        source="RFC 2516 5.2: the AC-Name and hardware address of every PADO, held against the profile's concentrators",
    ),
)
