"""English texts of the faults whose owner is ``home``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "double-nat": FaultText(
        title="Two routers stand one behind the other",
        customer="Everything works. There are two routers in a row, which can disturb games and access from outside.",
        representative="WAN address and second hop are private (RFC 1918): two translators in a row.",
        next_step="Switch one of the two routers to bridge or access-point mode if something is disturbed.",
    ),
    "home-line-wiring-fault": FaultText(
        title="The line works at the first socket",
        customer="The line works at the first telephone socket and not where the router stands now. The wiring "
        "between the two disturbs it.",
        representative="Sync or error state normal at the NTE, bad at the inner socket: inner wiring, filters or "
        "extensions.",
        next_step="Keep the router at the first socket, or have the wiring behind it checked.",
    ),
    "lan-cable-unplugged": FaultText(
        title="No signal on the network cable",
        customer="The cable between this computer and the router carries no signal. Something at the cable, at one "
        "of its two plugs or at the router's socket is loose, broken or without power.",
        representative="The wired adapter is on and sees no carrier; no other adapter has one either. Cable, plug, port "
        "or a router without power.",
        next_step="Push both plugs of the network cable in until they click; if nothing changes, try another cable "
        "and another socket of the router.",
    ),
    "modem-or-ont-power-off": FaultText(
        title="The modem or fibre box is dark",
        customer="The box between router and line shows no lamp, so it has no power or is broken.",
        representative="Customer reports no lamp on modem or ONT; router alive, nothing beyond it.",
        next_step="Check the box's plug and power supply, and try another wall socket; if it stays dark, the "
        "provider replaces it.",
    ),
    "wan-cable-miswired": FaultText(
        title="The modem's cable is in another socket",
        customer="The cable from the modem seems to sit in a socket for computers; the router's Internet socket is "
        "empty.",
        representative="Router's WAN port without link while the provider's address server is heard on the LAN.",
        next_step="Move the cable from the modem into the router's socket marked WAN, Internet or DSL; a photo helps.",
    ),
    "wan-cable-unplugged": FaultText(
        title="No signal between router and modem",
        customer="The modem has power, but the router gets no signal from it. The cable between them or one of its "
        "plugs is loose or broken.",
        representative="Ethernet WAN port without link, modem or ONT reported powered, no LOS.",
        next_step="Push both plugs of the cable between router and modem in until they click, or try another cable.",
    ),
}
