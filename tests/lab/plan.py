"""The lab's address plan: who is where, and which names lead there. Data only.

The provider uses addresses that count as public (a router with a documentation address on its WAN side would look
like double NAT); nothing ever leaves the namespaces, so they meet nobody.
"""

from __future__ import annotations

ROOMS = ("pc", "pc2", "router", "modem", "bng", "core", "border", "transit", "internet")
"""One namespace each. ``core`` holds the provider's resolvers and pages, ``border`` and ``transit`` are hops."""

LAN_ROUTER, LAN_PC2, LAN_ROUTER_V6, LAN_PREFIX_V6 = "192.168.1.1", "192.168.1.50", "2a10:44:1::1", "2a10:44:1::/64"
DHCP_FIRST, DHCP_LAST, LEASE_S = "192.168.1.100", "192.168.1.199", 43200
MODEM = "192.168.100.1"
WAN_ROUTER, WAN_BNG, WAN_ROUTER_V6, WAN_BNG_V6 = "25.44.7.20", "25.44.7.1", "2a10:44:0:1::2", "2a10:44:0:1::1"

RESOLVERS = ("25.44.0.53", "25.44.0.54")
PORTAL, WALLED, SUPPORT = "25.44.0.70", "25.44.0.80", "25.44.0.90"
CORE_ADDRESSES = (*RESOLVERS, PORTAL, WALLED, SUPPORT)

LITERALS = {
    "1.1.1.1": "2606:4700:4700::1111",
    "8.8.8.8": "2001:4860:4860::8888",
    "9.9.9.9": "2620:fe::fe",
}
LIAR = "45.77.99.53"  # a resolver on the internet that lies about everything
HOSTS: dict[str, tuple[str, str]] = {
    "example.com": ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"),
    "example.net": ("93.184.215.15", "2606:2800:21f:cb07:6820:80da:af6b:8b2d"),
    "example.org": ("93.184.215.16", "2606:2800:21f:cb07:6820:80da:af6b:8b2e"),
    "connectivitycheck.gstatic.com": ("142.250.75.3", "2a00:1450:4028:804::2003"),
    "detectportal.firefox.com": ("34.107.221.82", "2600:1901:0:38d7::"),
    "shop.example": ("151.101.1.67", "2a04:4e42::323"),
    "one.one.one.one": ("1.1.1.1", LITERALS["1.1.1.1"]),
    "dns.google": ("8.8.8.8", LITERALS["8.8.8.8"]),
    "dns.quad9.net": ("9.9.9.9", LITERALS["9.9.9.9"]),
}
CORE_HOSTS = {
    "isp.example": SUPPORT,
    "support.isp.example": SUPPORT,
    "pay.isp.example": WALLED,
    "login.hotel.example": PORTAL,
}
NAMES = (*HOSTS, *CORE_HOSTS)
INTERNET_V4 = (*dict.fromkeys(v4 for v4, _ in HOSTS.values()), LIAR)
INTERNET_V6 = tuple(dict.fromkeys(v6 for _, v6 in HOSTS.values()))
INTERNET_ADDRESSES = (*INTERNET_V4, *INTERNET_V6)
LIE = PORTAL  # where a lying resolver sends everybody


def is_address(text: str) -> bool:
    return ":" in text or text.replace(".", "").isdigit()


LINKS = (
    # room, interface, room, interface: one cable each
    ("pc", "eth0", "router", "lan1"),
    ("pc2", "eth0", "router", "lan2"),
    ("router", "wan", "modem", "lan"),
    ("modem", "line", "bng", "cust"),
    ("bng", "core", "core", "bng"),
    ("core", "north", "border", "south"),
    ("border", "north", "transit", "south"),
    ("transit", "north", "internet", "south"),
)

BACKBONE = (
    # room, interface, IPv4, IPv6 (prefix lengths 30 and 64)
    ("bng", "core", "25.44.255.1", "2a10:44:0:10::1"),
    ("core", "bng", "25.44.255.2", "2a10:44:0:10::2"),
    ("core", "north", "25.44.255.5", "2a10:44:0:11::1"),
    ("border", "south", "25.44.255.6", "2a10:44:0:11::2"),
    ("border", "north", "4.68.20.1", "2001:1900:0:1::1"),
    ("transit", "south", "4.68.20.2", "2001:1900:0:1::2"),
    ("transit", "north", "4.68.20.5", "2001:1900:0:2::1"),
    ("internet", "south", "4.68.20.6", "2001:1900:0:2::2"),
)

UP = {  # room -> next hop towards the internet, IPv4 and IPv6
    "bng": ("25.44.255.2", "2a10:44:0:10::2"),
    "core": ("25.44.255.6", "2a10:44:0:11::2"),
    "border": ("4.68.20.2", "2001:1900:0:1::2"),
    "transit": ("4.68.20.6", "2001:1900:0:2::2"),
}
DOWN = {  # room -> next hop towards the provider's customers
    "core": ("25.44.255.1", "2a10:44:0:10::1"),
    "border": ("25.44.255.5", "2a10:44:0:11::1"),
    "transit": ("4.68.20.1", "2001:1900:0:1::1"),
    "internet": ("4.68.20.5", "2001:1900:0:2::1"),
}
PROVIDER_V4, PROVIDER_V6 = "25.44.0.0/16", "2a10:44::/32"
CARRIER_NAT, CARRIER_NAT_ROUTER, CARRIER_NAT_BNG = "100.64.7.0/24", "100.64.7.20", "100.64.7.1"
SECOND_NAT, SECOND_NAT_ROUTER, SECOND_NAT_BNG = "192.168.0.0/24", "192.168.0.20", "192.168.0.1"

PPP_LOCAL, PPP_FIRST, PPP_POOL = "25.44.9.1", "25.44.9.10", "25.44.9.0/24"
"""The concentrator's end of every session, the first customer's, and all of them."""
PPP_INSIDE, PPP_UPSTREAM = "25.44.255.34", "25.44.255.33"
"""Between the concentrator and the provider's network (prefix length 30)."""
