"""English texts of the faults whose owner is ``access``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "access-burst-loss": FaultText(
        title="Packets get lost on the line",
        customer="The connection between this computer and the router is clean; packets get lost on the line behind "
        "it. That line belongs to the provider's side.",
        representative="Wired, gateway leg without loss; first hop and far end lose in both halves of the burst, with no "
        "load from this computer. Loss begins on the access line.",
        next_step="Read the line's error counters and retrain statistics before anybody is sent.",
    ),
    "access-congestion": FaultText(
        title="The line may be crowded",
        customer="The way to the router is quick, and behind it the delay swings. The line may be crowded at this "
        "hour; that is the provider's side.",
        representative="Gateway leg calm, first-hop delay swings by more than 40 ms without load from this computer. One "
        "run sees one hour only.",
        next_step="Compare with a run late at night; if that one is calm, look at the load of the shared segment.",
    ),
    "access-docsis-unregistered": FaultText(
        title="The cable modem is not online",
        customer="The modem has no connection to the provider's cable network. Everything in the home up to it works.",
        representative="Cable access, physical link down, online lamp not steady: the modem is not registered.",
        next_step="Check levels and T3/T4 counters from the head end; send somebody if the modem stays offline.",
    ),
    "access-line-errors": FaultText(
        title="Too many errors on the line",
        customer="The router gave up because the line makes too many errors. The line belongs to the provider's side.",
        representative="Router reports ERROR_TOO_MANY_LINE_ERRORS while not connected and nothing beyond it answers.",
        next_step="Ask for the test at the first socket, then read SNR margin and CRC counters and try a more robust "
        "profile.",
    ),
    "access-line-flapping": FaultText(
        title="The line came back a short while ago",
        customer="The router's connection has come up anew, and the router itself did not restart. If this keeps "
        "happening, the line is dropping.",
        representative="WAN uptime under 15 minutes, router uptime over an hour, complaint about drops; or three new "
        "sessions in a day between the runs of this computer. Line or session flaps, the router does not.",
        next_step="Watch the line for a day and read its retrain counter; separate line drops from session drops.",
    ),
    "access-no-dhcp-offer": FaultText(
        title="The provider hands out no address",
        customer="The line seems to be up, but the router gets no address from the provider. Nothing in the home "
        "can change that.",
        representative="IPoE WAN: physical link not down, no lease; the router cannot say whether no server answered or "
        "one refused.",
        next_step="Look for the router's DISCOVER in the address server's log; check the port and the option 82 "
        "binding.",
    ),
    "access-no-pado": FaultText(
        title="Nobody at the provider answers the call",
        customer="When the connection is dialled, the provider's far end does not answer. No user name or password was asked "
        "for yet. The provider looks at its side first.",
        representative="PADI without PADO on a line with signal. Not proof of a line fault: a concentrator may drop "
        "discovery silently.",
        next_step="Check the provider's concentrator and the port's state first, then open a ticket with the line's owner; "
        "no home visit.",
    ),
    "access-no-sync": FaultText(
        title="The line has no signal",
        customer="The router is on, but no signal comes to it over its line. The line up to the first socket "
        "is the provider's side.",
        representative="No synchronisation: physical link down, training without end, or line lamp not steady; no login "
        "verdict that would prove the line.",
        next_step="Run a remote line test; before a visit let the router be tried at the first socket and check for "
        "an area outage.",
    ),
    "access-optical-los": FaultText(
        title="The fibre carries no light",
        customer="The fibre box shows its red alarm: no light arrives from the provider. Please do not bend or "
        "unplug the fibre.",
        representative="ONT powered, LOS alarm on: no optical signal at the ONU.",
        next_step="Check the PON port and neighbours on the splitter; dispatch for the drop fibre if only this line "
        "is dark.",
    ),
    "access-wholesale-misroute": FaultText(
        title="The line leads to another provider's concentrator",
        customer="The line works, but what answers at its end is not in this provider's list. The provider and the "
        "line's owner have to look where the line ends.",
        representative="PADO at the modem, none from a concentrator of the profile's list: port mapped to another "
        "provider, or a list that is out of date.",
        next_step="Compare the AC-Name that answered with the own list; if it is foreign, open a joint ticket with the "
        "line's owner.",
    ),
}
