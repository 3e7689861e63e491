"""Faults between the router and the provider's line, inside the home, that show first on the line.

All of them are the customer's side, and a router that sees no signal on its outer socket does not know why: the box
behind it may be dark, the cable out, or the provider's fibre cut (a router with a built-in fibre port also says
"Ethernet, down"). So each of them is named only with what the customer saw, or with a frame that proves the place.
"""

from __future__ import annotations

from cpe_agent.diagnose.catalogue.line import NO_SIGNAL
from cpe_agent.diagnose.fault import Acts, Effect, Fault, Owner
from cpe_agent.diagnose.gates import (
    DEAD,
    FAR_END_SPOKE,
    FIRST_SOCKET_WORKS,
    LAMP_DARK,
    LAMP_STEADY,
    LOS_RED,
    MODEM_DARK,
    MODEM_LIT,
    WALLED,
)
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import known
from cpe_agent.diagnose.readings import outside_offer, router

BEFORE_THE_BOX = (
    router.physical_link.is_("down") & ~known(router.access_type.is_("dsl")) & ~WALLED
)  # a built-in DSL modem leaves no box to lose power

FAULTS: tuple[Fault, ...] = (
    Fault(
        code="wan-cable-miswired",
        number=45,
        breaks=Rung.LINE,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=router.physical_link.is_("down")
        & router.access_type.is_("ethernet")
        & outside_offer.offers_from_outside,
        test="photo-of-router-sockets",
        separate_from={"wan-cable-unplugged": "photo-of-router-sockets"},
        source="RFC 2131 DHCPOFFER of a public address, heard on the home network while the outer socket is dark",
    ),
    Fault(
        code="wan-cable-unplugged",
        number=46,
        breaks=Rung.LINE,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The separate box has power and the router hears nothing from it: what lies between them is a cable.
        direct=router.physical_link.is_("down")
        & router.access_type.is_("ethernet")
        & MODEM_LIT
        & ~LOS_RED
        & ~LAMP_STEADY
        & ~FAR_END_SPOKE,
        symptom=BEFORE_THE_BOX,
        rules_out=FAR_END_SPOKE | LAMP_STEADY | MODEM_DARK | LOS_RED,
        test="look-at-modem-lamps",
        separate_from={
            "modem-or-ont-power-off": "look-at-modem-lamps",
            "access-no-sync": "look-at-modem-lamps",
            "access-optical-los": "look-at-los-lamp",
        },
        before_action=("lamps-asked",),
        source="UPnP WANCommonInterfaceConfig:1 PhysicalLinkStatus Down, WANAccessType Ethernet",
    ),
    Fault(
        code="modem-or-ont-power-off",
        number=47,
        breaks=Rung.LINE,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        direct=DEAD & MODEM_DARK & ~LOS_RED & ~LAMP_STEADY & ~FAR_END_SPOKE,
        symptom=BEFORE_THE_BOX,
        rules_out=FAR_END_SPOKE | LAMP_STEADY | MODEM_LIT | LOS_RED,
        veto=router.hears_signal,  # a signal on the outer socket: some box behind it has power
        test="look-at-modem-lamps",
        separate_from={
            "wan-cable-unplugged": "look-at-modem-lamps",
            "access-optical-los": "look-at-los-lamp",
        },
        before_action=("other-socket-tried",),
        source="the lamps of the modem or fibre box, as the customer sees them",
    ),
    Fault(
        code="home-line-wiring-fault",
        number=48,
        breaks=Rung.LINE,
        owner=Owner.HOME,
        acts=Acts.CUSTOMER,
        effect=Effect.STOPS,
        # The same router on the same line works once the home's own wiring is left out.
        contrast=FIRST_SOCKET_WORKS
        & ~router.line_kind.one_of("ethernet", "cable")
        & (NO_SIGNAL | (DEAD & LAMP_DARK) | (DEAD & router.last_error.is_("TOO_MANY_LINE_ERRORS"))),
        test="test-at-first-socket",
        separate_from={"access-no-sync": "test-at-first-socket", "access-line-errors": "test-at-first-socket"},
        source="the first socket (NTE) is the border of the provider's line: everything behind it belongs to the home",
    ),
)
