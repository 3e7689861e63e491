"""English texts of the faults whose owner is ``cpe``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "ipv6-ra-without-upstream": FaultText(
        title="The router offers IPv6 without having it",
        customer="The router offers the newer kind of address (IPv6) although it has no way out for it. Pages may "
        "start late.",
        representative="Router sends RA with default route and answers no-route itself; IPv4 good.",
        next_step="Switch IPv6 off in the router as a test, or have its IPv6 settings repaired.",
    ),
    "router-dns-hijacked": FaultText(
        title="The router gives false addresses",
        customer="The router answers name look-ups with false addresses; the provider's own service does not.",
        representative="Forwarder returns unroutable addresses for public names, provider and public resolvers asked "
        "directly do not.",
        next_step="Reset the router's name service (DNS) settings, give it a new admin password and update it.",
    ),
    "router-dns-proxy-dead": FaultText(
        title="The router's name service does not work",
        customer="The line works, but the router's own service that finds web addresses does not.",
        representative="Gateway alive, its port 53 closed or silent; the provider's resolver asked directly answers.",
        next_step="Restart the router; if it happens again, set the provider's resolver directly and update the "
        "router.",
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
