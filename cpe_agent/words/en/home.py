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
    "duplicate-ip": FaultText(
        title="Two devices use the same address",
        customer="Another device in the home uses the same address as this computer, so answers get lost.",
        representative="Another station answers for this computer's own IPv4 address (conflict detection or ARP).",
        next_step="Restart this computer; if nothing changes, restart the other devices one by one.",
    ),
    "guest-network-isolation": FaultText(
        title="Joined to the guest Wi-Fi",
        customer="This computer is in the guest Wi-Fi. The Internet is there, but the router and the other devices are "
        "hidden.",
        representative="Guest-like SSID and no UPnP answer: client isolation explains the missing router facts. Not a "
        "fault.",
        next_step="Join the main Wi-Fi if the router or other devices are needed.",
    ),
    "home-line-wiring-fault": FaultText(
        title="The line works at the first socket",
        customer="The line works at the first telephone socket and not where the router stands now. The wiring "
        "between the two disturbs it.",
        representative="Sync or error state normal at the NTE, bad at the inner socket: inner wiring, filters or "
        "extensions.",
        next_step="Keep the router at the first socket, or have the wiring behind it checked.",
    ),
    "lan-cable-bad": FaultText(
        title="The network cable loses data",
        customer="Part of what goes over the cable between this computer and the router gets lost.",
        representative="Wired leg to the gateway: damaged frames, a carrier that flaps, or loss of 5 % and more that "
        "every leg behind it shows too, at a low round trip.",
        next_step="Try another network cable and another socket of the router.",
    ),
    "lan-cable-unplugged": FaultText(
        title="No signal on the network cable",
        customer="The cable between this computer and the router carries no signal. Something at the cable, at one of "
        "its two plugs or at the router's socket is loose, broken or without power.",
        representative="The wired adapter is on and sees no carrier; no other adapter has one either. Cable, plug, "
        "port or a router without power.",
        next_step="Push both plugs of the network cable in until they click; if nothing changes, try another cable and "
        "another socket of the router.",
    ),
    "lan-duplex-mismatch": FaultText(
        title="The cable runs far too slowly",
        customer="This computer and the router agreed on a very old, slow way to talk over the cable.",
        representative="The wired link negotiated half duplex or 10 Mb/s or less, with a slowness that is felt or "
        "measured.",
        next_step="Try another cable (Cat 5e or better) and set the adapter's speed to automatic.",
    ),
    "lan-loop-storm": FaultText(
        title="A cable loop floods the home network",
        customer="The home network is flooded with copies of the same data. Most often one cable connects two sockets "
        "of the same box.",
        representative="More than 1,000 broadcast or multicast packets a second and a bad leg to the gateway: a "
        "bridging loop.",
        next_step="Look for a cable with both ends in the same switch or router, and pull one end.",
    ),
    "modem-or-ont-power-off": FaultText(
        title="The modem or fibre box is dark",
        customer="The box between router and line shows no lamp, so it has no power or is broken.",
        representative="Customer reports no lamp on modem or ONT; router alive, nothing beyond it.",
        next_step="Check the box's plug and power supply, and try another wall socket; if it stays dark, the "
        "provider replaces it.",
    ),
    "repeater-backhaul-bad": FaultText(
        title="The Wi-Fi repeater may be too far",
        customer="The Wi-Fi here is strong, and still data comes late or gets lost. If there is a repeater, its own "
        "way to the router may be the weak part.",
        representative="Good RSSI, quiet channel, and a slow or lossy leg to the gateway: the second radio hop is the "
        "suspect, not proven.",
        next_step="Carry this computer next to the main router, join there and run the check again.",
    ),
    "rogue-dhcp-server": FaultText(
        title="Two boxes give out addresses",
        customer="Two devices in the home give addresses to computers, and the way out that this computer got does "
        "not answer.",
        representative="OFFERs from two servers that name different routers, and the present gateway is dead. Which "
        "one is the stranger is not known from here.",
        next_step="Unplug the second router or repeater from the home network and restart this computer.",
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
    "wifi-channel-congested": FaultText(
        title="Too many Wi-Fi networks on this channel",
        customer="The Wi-Fi signal is good, but many networks nearby share its channel, so data has to wait.",
        representative="RSSI -65 dBm or better, a slow or lossy leg to the gateway, and a crowded channel or more than "
        "20 % retries.",
        next_step="Use the 5 GHz network, or let the router choose another channel.",
    ),
    "wifi-dfs-interruption": FaultText(
        title="Wi-Fi may be pausing for radar",
        customer="The Wi-Fi uses a channel that it must leave whenever a radar is heard, and it was lost in the last "
        "hour.",
        representative="DFS channel (52-144), disconnects within the hour at good RSSI, router not restarted. A "
        "suspicion.",
        next_step="Set the router's 5 GHz channel to 36-48 and watch for a day.",
    ),
    "wifi-low-phy-rate": FaultText(
        title="The Wi-Fi may be slower than the line",
        customer="The Wi-Fi of this computer runs at a lower rate than the line itself, so the line cannot show its "
        "speed here.",
        representative="Radio rate below the line's downstream rate as the router reports it. Measure by cable before "
        "anything is said about the line.",
        next_step="Connect this computer to the router with a cable and run the check again.",
    ),
    "wifi-not-associated": FaultText(
        title="Not joined to the home Wi-Fi",
        customer="The home's Wi-Fi is in reach of this computer, but this computer has not joined it.",
        representative="Radio on, a saved SSID is in the scan, no association and no failed attempt known.",
        next_step="Choose the home's network in the list of Wi-Fi networks and join it.",
    ),
    "wifi-ssid-absent": FaultText(
        title="The home Wi-Fi is not in sight",
        customer="This computer sees other Wi-Fi networks but not the one of this home. The router's Wi-Fi may be off "
        "or out of reach.",
        representative="Radio on, the scan shows foreign networks and no saved SSID. With the router's lamps on: its "
        "radio is off or out of range.",
        next_step="Press the Wi-Fi button of the router, or carry this computer closer to it.",
    ),
    "wifi-sticky-ap": FaultText(
        title="Holding on to a far Wi-Fi station",
        customer="This computer stays with a far station of the home's Wi-Fi although a much nearer one is there.",
        representative="Another BSSID of the same SSID is at least 12 dB stronger; the current one is below -70 dBm "
        "with a bad leg to the gateway.",
        next_step="Switch the Wi-Fi of this computer off and on again.",
    ),
    "wifi-weak-signal": FaultText(
        title="The Wi-Fi signal is weak here",
        customer="The Wi-Fi signal is weak at this place, so data comes late or gets lost on its way to the router.",
        representative="RSSI -75 dBm or worse with loss or a slow round trip on the leg to the gateway, which the legs "
        "behind confirm.",
        next_step="Move closer to the router, or try with a cable, and run the check again.",
    ),
    "wifi-wrong-key": FaultText(
        title="The router refused this Wi-Fi key",
        customer="The key that this computer has saved for the Wi-Fi was not accepted. This is the key on the router's "
        "label, not the provider's password.",
        representative="Association stands, the four-way handshake fails (PSK mismatch suspected). Wi-Fi key, not the "
        "PPP login.",
        next_step="Forget the network on this computer and join again with the Wi-Fi key from the router's label.",
    ),
    "wifi-wrong-network": FaultText(
        title="Joined to a phone's connection",
        customer="This computer is connected through a phone or another computer, so the home line was not measured.",
        representative="The gateway's address is that of a shared telephone or computer connection. Results do not "
        "speak of the customer's line.",
        next_step="Join the home's own Wi-Fi and run the check again.",
    ),
}
