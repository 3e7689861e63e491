"""English texts of the faults whose owner is ``home``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "lan-cable-unplugged": FaultText(
        title="No signal on the network cable",
        customer="The cable between this computer and the router carries no signal. Something at the cable, at one of "
        "its two plugs or at the router's socket is loose, broken or without power.",
        representative="The wired adapter is on and sees no carrier; no other adapter has one either. Cable, plug, port "
        "or a router without power.",
        next_step="Push both plugs of the network cable in until they click; if nothing changes, try another cable and "
        "another socket of the router.",
    ),
}
