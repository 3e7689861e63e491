"""English texts of the faults whose owner is ``isp-core``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "cgnat-inbound-blocked": FaultText(
        title="This line shares its public address",
        customer="Surfing works. Reaching something at home from outside does not, because the provider lets "
        "several homes share one address.",
        representative="WAN address in 100.64.0.0/10: carrier-grade NAT; inbound connections are impossible by design.",
        next_step="Offer a public IPv4 address or IPv6 if the customer needs access from outside.",
    ),
    "isp-aaa-down": FaultText(
        title="The login server does not answer",
        customer="The line works, but the provider's login server does not answer. Nothing in the home is wrong.",
        representative="Authentication requests are neither accepted nor refused. Check for the same on other lines: AAA "
        "or RADIUS outage.",
        next_step="Check the login servers and whether other lines fail the same way; do not ask the customer for "
        "the password.",
    ),
    "isp-bras-overloaded": FaultText(
        title="The provider's access server is overloaded",
        customer="The provider's access server is there, but it gives no connection now. Nothing in the home is wrong.",
        representative="Concentrator reports lack of resources (AC-System-Error, SERVER_OUT_OF_RESOURCES) or drops PADR.",
        next_step="Check load and session counts of the concentrator; the router will get in by itself afterwards.",
    ),
    "isp-cgnat-exhausted": FaultText(
        title="The shared address has no room left",
        customer="New connections fail although old ones go on. The provider's shared address may have run out of "
        "room.",
        representative="New TCP and UDP flows fail while echoes pass, WAN address in 100.64.0.0/10: suspect the port "
        "block of the carrier-grade NAT.",
        next_step="Read the port usage of this subscriber on the carrier-grade NAT.",
    ),
    "isp-core-congestion": FaultText(
        title="Packets get lost inside the provider's network",
        customer="The home and its line are clean; packets get lost further out.",
        representative="Gateway and first hop clean, far end loses in both halves of the burst: core or transit.",
        next_step="Measure from the provider's edge to the same far end.",
    ),
    "isp-dns-down": FaultText(
        title="The provider's address book (DNS) is silent",
        customer="The line works, but the provider's address book, where sites are found by name, does not answer. "
        "Another one helps for now.",
        representative="Provider's resolver, asked directly, silent over several tries; literal addresses answer.",
        next_step="Check the resolvers; as a stop-gap let the customer use a public resolver.",
    ),
    "isp-dns-refused": FaultText(
        title="The provider's address book (DNS) refuses this home",
        customer="The line works, but the provider's address book, where sites are found by name, refuses to answer "
        "this home.",
        representative="REFUSED from the provider's resolver for a line of its own; public resolvers answer.",
        next_step="Check the resolver's access list against this line's address range.",
    ),
    "isp-dns-rewriting": FaultText(
        title="The address book (DNS) gives changed answers",
        customer="The address book, where sites are found by name, gives an address where it should say that there is "
        "none, or a page of its own.",
        representative="Resolver of the provider answers names that cannot exist, or public names with unroutable "
        "addresses; public resolvers do not.",
        next_step="Check the policy of the resolver (NXDOMAIN rewriting, block pages).",
    ),
    "isp-dns-servfail": FaultText(
        title="The provider's address book (DNS) fails",
        customer="The line works, but the provider's address book, where sites are found by name, answers every "
        "question with a failure.",
        representative="SERVFAIL from the provider's resolver, public resolvers answer the same name.",
        next_step="Check upstream reachability and DNSSEC validation of the resolvers.",
    ),
    "isp-dns-slow": FaultText(
        title="The provider's address book (DNS) is slow",
        customer="Pages start late because the provider's address book, where sites are found by name, takes long to "
        "answer. The line itself is quick.",
        representative="Resolver median over 400 ms while public resolvers answer under 200 ms over the same line.",
        next_step="Check load and upstream of the resolvers.",
    ),
    "isp-ip-pool-exhausted": FaultText(
        title="The provider has no address to give",
        customer="The login was accepted, but no address came. The provider's store of addresses may be empty.",
        representative="Authentication good, no address assigned. Empty pool or account without service; other lines tell "
        "which.",
        next_step="Read the address server's log: pool usage, and this account's service.",
    ),
    "isp-ipv6-broken": FaultText(
        title="IPv6 is broken at the provider",
        customer="The newer kind of address (IPv6) stops behind the provider's first router; the older kind works. "
        "Pages may start late.",
        representative="IPv6 literals of three networks silent, first IPv6 hop of the provider answers, IPv4 good.",
        next_step="Check IPv6 routing and the delegated prefix of this line.",
    ),
    "isp-lns-unreachable": FaultText(
        title="The provider's tunnel server does not answer",
        customer="The line works up to the network of its owner, but the provider's server behind it does not answer.",
        representative="L2TP control connection unanswered while hops beyond the router answer.",
        next_step="Check the LNS and the path between the line owner's network and it.",
    ),
    "isp-pmtu-black-hole": FaultText(
        title="Large packets may vanish at the provider",
        customer="Small pages work and secure ones hang, because large packets vanish on the way and nobody says so.",
        representative="TLS stalls; don't-fragment packets vanish silently below the PPPoE size: suspect a tunnel inside "
        "the provider's network.",
        next_step="Compare MSS and MTU at router and concentrator; let ICMP too-big messages pass.",
    ),
    "isp-port-filtering": FaultText(
        title="Secure web pages are blocked on the way",
        customer="Other kinds of traffic pass, secure web pages do not, to three different networks. Something on "
        "the way shuts them off.",
        representative="TCP 443 silent to three networks that answer other protocols. Silent filter: this computer, "
        "router or provider.",
        next_step="Compare with a second device; if it fails the same way, check the policy on this line.",
    ),
    "isp-routing-blackhole": FaultText(
        title="The Internet stops behind the provider's first router",
        customer="The line works up to the provider's first router, and nothing behind it answers. Nothing in the "
        "home is wrong.",
        representative="Provider hop answers expired TTL; three independent networks silent by TCP, UDP and ICMP; no "
        "portal.",
        next_step="Check routing and uplinks of the access router; no home visit.",
    ),
}
