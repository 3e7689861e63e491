"""English texts of the faults whose owner is ``cpe``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "auth-protocol-mismatch": FaultText(
        title="The two sides know no common login method",
        customer="The far end answered, but the two sides could not agree how to log in. No user name and no password was "
        "sent.",
        representative="LCP: every Authentication-Protocol was rejected or answered with another one, and no "
        "Authenticate-Request followed. Says nothing about the pair.",
        next_step="Tell which methods the concentrator takes (PAP, CHAP, MS-CHAPv2) and set the router to allow them.",
    ),
    "bridge-without-dialer": FaultText(
        title="The box only bridges, and nobody dials",
        customer="The provider answers right at this socket, so the box on the line passes everything through, and no "
        "device logs in.",
        representative="PADO heard on the home's wire, no DHCP, no dial entry on this computer, and a router is said to "
        "keep the login: the box is in bridge mode.",
        next_step="Set the box back to router mode, or connect the router that keeps the login behind it.",
    ),
    "bufferbloat-uplink": FaultText(
        title="Something may be filling the upload",
        customer="Data waits in a long queue behind the router. Some device in the home may be sending a lot.",
        representative="The round trip behind the router rises by more than 200 ms within the run, the home leg is "
        "clean and this computer is not the sender. Home load or access congestion.",
        next_step="Pause uploads, backups and calls on every other device and run the check again.",
    ),
    "dhcp-pool-exhausted": FaultText(
        title="The router has no address left",
        customer="Other devices work, but the router gives this computer no address. It may have none left to give.",
        representative="No OFFER for this computer's DISCOVER while another device of the same network works: pool "
        "exhausted or a device filter.",
        next_step="Switch off devices that are not needed, restart the router and try again.",
    ),
    "ipv6-ra-without-upstream": FaultText(
        title="The router offers IPv6 without having it",
        customer="The router offers the newer kind of address (IPv6) although it has no way out for it. Pages may "
        "start late.",
        representative="Router sends RA with default route and answers no-route itself; IPv4 good.",
        next_step="Switch IPv6 off in the router as a test, or have its IPv6 settings repaired.",
    ),
    "router-blocks-this-device": FaultText(
        title="The router holds back this device",
        customer="Other devices get through, but the router does not let this computer out. A time limit or parental "
        "control may be set for it.",
        representative="The gateway answers 'administratively prohibited' for this computer while another device "
        "works.",
        next_step="Look at the router's list of blocked devices, parental control and time limits.",
    ),
    "router-cpu-overloaded": FaultText(
        title="The router is overloaded",
        customer="The router answers very slowly, even over a good cable.",
        representative="Wired, clean counters, low load: slow round trip to the gateway, and its own page takes more "
        "than 3 s.",
        next_step="Switch the router off for 30 seconds and on again, then run the check again.",
    ),
    "router-dhcp-server-off": FaultText(
        title="The router gives out no addresses",
        customer="This computer asked for an address and the router did not answer. Without one nothing can work.",
        representative="Carrier up, DISCOVER sent twice, no OFFER. DHCP server off, or the router behind a switch is "
        "not there.",
        next_step="Switch the router off for 30 seconds and on again, then run the check again.",
    ),
    "router-dns-hijacked": FaultText(
        title="The router gives false addresses",
        customer="Where sites are found by name, the router gives false addresses; the provider's own service does not.",
        representative="Forwarder returns unroutable addresses for public names, provider and public resolvers asked "
        "directly do not.",
        next_step="Reset the router's settings for finding sites by name (DNS), give it a new admin password and update "
        "it.",
    ),
    "router-dns-proxy-dead": FaultText(
        title="The router's address book (DNS) fails",
        customer="The line works, but the router's own address book, where sites are found by name, does not.",
        representative="Gateway alive, its port 53 closed or silent; the provider's resolver asked directly answers.",
        next_step="Restart the router; if it happens again, set the provider's name server by hand and update the "
        "router.",
    ),
    "router-filter-blocks": FaultText(
        title="A filter in the router blocks the way",
        customer="The router itself says that it does not let anything out. A filter is set in it.",
        representative="ICMP 'administratively prohibited' from the gateway's own address for every test address.",
        next_step="Reset the filter, firewall or child-protection settings of the router.",
    ),
    "router-hung": FaultText(
        title="The router does not answer",
        customer="The connection to the router has a signal, but the router does not answer at all.",
        representative="Carrier and address are there; the gateway is silent to ARP, or to everything above it while "
        "our packets leave.",
        next_step="Switch the router off for 30 seconds and on again, then wait three minutes.",
    ),
    "router-mtu-black-hole": FaultText(
        title="The router drops large packets silently",
        customer="Small pages work and secure ones hang, because the router drops large packets without saying so.",
        representative="Packets over 1492 bytes vanish with no too-big message on a PPPoE router, TLS stalls: no MSS "
        "clamping, ICMP suppressed.",
        next_step="Set the router's MTU to 1492 or restart it; the provider can set MSS clamping remotely.",
    ),
    "router-nat-table-full": FaultText(
        title="New connections fail, old ones go on",
        customer="New connections fail while others go on. The router's list of connections may be full.",
        representative="New TCP and UDP flows fail while echoes to the same networks pass: NAT table full in the router "
        "or at the provider.",
        next_step="Restart the router and compare; pause file sharing.",
    ),
    "router-power-off": FaultText(
        title="The router has no power",
        customer="The router's lamps are dark and nothing is heard from it.",
        representative="Lamps reported off; no carrier, or a silent gateway. Power, adaptor or the router itself; "
        "nothing beyond it was tested.",
        next_step="Check the router's switch, its power adaptor and the wall socket with another appliance.",
    ),
    "router-reboot-loop": FaultText(
        title="The router may keep restarting",
        customer="The router started a few minutes ago, or several times today, and its connection to this computer "
        "has come and gone several times.",
        representative="Router uptime below 10 minutes, or three restarts in a day between the runs of this computer, "
        "and six or more carrier changes here, with a complaint of drops. A restart made by hand looks the same.",
        next_step="Plug the router into another wall socket and watch whether its lamps start over by themselves.",
    ),
    "router-wan-disconnected-by-user": FaultText(
        title="The router says that it was disconnected",
        customer="The router says that its connection was switched off or fell asleep. Some routers also say so "
        "when the line stopped answering.",
        representative="ERROR_USER_, IDLE_ or FORCED_DISCONNECT; several firmwares map echo loss to it. Confirm by one "
        "reconnect.",
        next_step="Press Connect in the router's page once and look whether the connection comes up.",
    ),
    "router-wan-mode-mismatch": FaultText(
        title="The router's connection type may not fit",
        customer="The router tries another kind of connection than this provider uses.",
        representative="Router's WAN service differs from the profile's (PPPoE against DHCP). Service names alone are no "
        "proof.",
        next_step="Look at the connection type in the router's page and load the provider's settings.",
    ),
    "router-wan-unconfigured": FaultText(
        title="The router's connection is not set up",
        customer="The line has a signal, but the router has no settings for the connection, as after a reset.",
        representative="ConnectionStatus Unconfigured with physical link up.",
        next_step="Run the router's set-up, or let the provider set it up remotely.",
    ),
}
