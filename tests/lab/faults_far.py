"""Ways to break a lab from the line outwards, and what is odd and no fault at all. See ``faults``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab import plan
from tests.lab.world import HEALTHY

if TYPE_CHECKING:
    from tests.lab.home import Home

# ------------------------------------------------------------------ all is well


def nothing(home: Home) -> None:
    """All is well."""


def gateway_ignores_ping(home: Home) -> None:
    home.rooms["router"].rule(
        "input", 'iifname "br0" icmp type echo-request drop', 'iifname "br0" icmpv6 type echo-request drop'
    )


def icmp_filtered(home: Home) -> None:
    """No echo gets through anywhere beyond the router: a policy, not a fault."""
    home.rooms["bng"].rule(
        "forward",
        "icmp type { echo-request, echo-reply, time-exceeded } drop",
        "icmpv6 type { echo-request, echo-reply, time-exceeded } drop",
    )
    home.rooms["bng"].rule("input", "icmp type echo-request drop", "icmpv6 type echo-request drop")
    gateway_ignores_ping(home)


def one_literal_down(home: Home) -> None:
    home.rooms["internet"].rule("input", "ip daddr 8.8.8.8 drop", f"ip6 daddr {plan.LITERALS['8.8.8.8']} drop")


def no_upnp(home: Home) -> None:
    home.igd(answers=False)


def real_miniupnpd(home: Home) -> None:
    home.start_miniupnpd()


# ------------------------------------------------------------------ the way out


def wan_session_gone(home: Home, *, rationed: bool = False) -> None:
    """The router has no way out and says so: net unreachable.

    A Linux router says it five times and then once a second (net.ipv4.route.error_burst and error_cost, which are the
    whole machine's). Unless that is wanted, a rule says it in its place every time, so that runs do not starve each
    other.
    """
    home.rooms["router"].shell(
        "ip route del default 2>/dev/null || true\n"
        f"ip addr del {plan.WAN_ROUTER}/24 dev wan 2>/dev/null || true\n"
        "ip -6 route del default 2>/dev/null || true\n"
        f"ip -6 addr del {plan.WAN_ROUTER_V6}/64 dev wan 2>/dev/null || true\n"
    )
    if not rationed:
        home.rooms["router"].rule(
            "prerouting",
            'iifname "br0" ip daddr != { 192.168.0.0/16, 224.0.0.0/4, 255.255.255.255, 0.0.0.0 } '
            "reject with icmp type net-unreachable",
            family="ip",
        )


def move_wan(home: Home, router: str, bng: str) -> None:
    """The router's WAN address becomes ``router``, and the box above it translates addresses once more."""
    home.rooms["bng"].shell(f"ip addr add {bng}/24 dev cust")
    home.rooms["router"].shell(
        f"ip addr del {plan.WAN_ROUTER}/24 dev wan\nip addr add {router}/24 dev wan\n"
        f"ip route replace default via {bng}\n"
    )
    home.rooms["bng"].rule("postrouting", 'oifname "core" masquerade', family="ip", kind="nat", priority=100)
    home.igd(external=router)


def small_link(home: Home, room: str, device: str, far_room: str, far_device: str) -> None:
    for name, port in ((room, device), (far_room, far_device)):
        home.rooms[name].shell(f"ip link set {port} mtu 1400\nethtool -K {port} tso off gso off gro off >/dev/null\n")
        home.rooms[name].rule(
            "output",
            "icmp type destination-unreachable icmp code frag-needed drop",
            "icmpv6 type packet-too-big drop",
        )
    home.rooms["pc"].shell("ethtool -K eth0 tso off gso off gro off >/dev/null")
    home.rooms["internet"].shell("ethtool -K south tso off gso off gro off >/dev/null")


# ------------------------------------------------------------------ the line


def line_down(home: Home, *, rationed: bool = False) -> None:
    """No sync on a DSL router's own modem, and it says so."""
    home.rooms["bng"].shell("ip link set cust down")
    home.igd(status="Disconnected", last_error="ERROR_NO_CARRIER", phys="Down", access="DSL", uptime=0, external="")
    wan_session_gone(home, rationed=rationed)


def line_up(home: Home) -> None:
    """The line that ``line_down`` took is back, and the router knows it."""
    home.rooms["bng"].shell(
        "ip link set cust up\n"
        f"ip addr replace {plan.WAN_BNG_V6}/64 dev cust nodad\n"
        f"ip route replace {plan.LAN_PREFIX_V6} via {plan.WAN_ROUTER_V6} dev cust\n"
    )
    home.rooms["router"].shell(
        f"ip addr add {plan.WAN_ROUTER}/24 dev wan\nip route add default via {plan.WAN_BNG}\n"
        f"ip -6 addr add {plan.WAN_ROUTER_V6}/64 dev wan nodad\n"
        f"ip -6 route add ::/0 via {plan.WAN_BNG_V6} dev wan\n"
        "nft list tables ip | grep fault | while read -r table; do nft delete $table; done\n"
    )
    home.igd(**HEALTHY["igd"])


def line_down_rationed(home: Home) -> None:
    """The same, by a router that says "unreachable" a few times only."""
    home.rooms["router"].shell("echo 1000 > /proc/sys/net/ipv4/icmp_ratelimit")
    line_down(home, rationed=True)
    home.run(["ping", "-n", "-q", "-c", "12", "-i", "0.002", "-W", "0.1", "8.8.8.8"])  # what other programs used up


def wan_port_dark(home: Home) -> None:
    """The router's Ethernet WAN port has no link (modem off, or its cable out), and it says so."""
    home.rooms["modem"].shell("ip link set lan down")
    home.igd(status="Disconnected", last_error="ERROR_NONE", phys="Down", access="Ethernet", uptime=0, external="")
    wan_session_gone(home)


def line_silent(home: Home) -> None:
    """The line swallows everything; the router keeps its lease and says nothing about it (UPnP is off)."""
    home.rooms["modem"].rule("ingress", "drop", family="netdev", device="line")
    home.rooms["bng"].rule("ingress", "drop", family="netdev", device="cust")
    home.igd(answers=False)


def concentrator_silent(home: Home) -> None:
    """In sync, and nobody answers the router's PADI."""
    home.igd(service="WANPPPConnection", status="Connecting", last_error="ERROR_NO_ANSWER", uptime=0)
    home.igd(access="DSL", phys="Up", external="")
    wan_session_gone(home)


def no_wan_lease(home: Home) -> None:
    """In sync, and nobody answers the router's DISCOVER."""
    home.igd(status="Connecting", last_error="ERROR_IP_CONFIGURATION", uptime=0, phys="Up", external="0.0.0.0")
    wan_session_gone(home)


def login_rejected(home: Home) -> None:
    home.igd(service="WANPPPConnection", status="Disconnected", last_error="ERROR_AUTHENTICATION_FAILURE", uptime=0)
    home.igd(access="DSL", phys="Up", external="")
    wan_session_gone(home)


def loss_on_line(home: Home, percent: int = 20) -> None:
    """Only what comes down the line is lost, as with a noisy pair."""
    loss = f"numgen random mod 100 < {percent} drop"
    home.rooms["router"].rule("ingress", loss, family="netdev", device="wan")


# ------------------------------------------------------------------ the provider


def core_down(home: Home) -> None:
    """The concentrator answers; nothing behind it does."""
    home.rooms["bng"].rule("forward", 'iifname "cust" drop')


def resolver_dead(home: Home) -> None:
    home.world({"dns": {"provider": "silent"}})


def resolver_servfail(home: Home) -> None:
    home.world({"dns": {"provider": "servfail"}})


def resolver_refused(home: Home) -> None:
    home.world({"dns": {"provider": "refused"}})


def resolver_slow(home: Home) -> None:
    home.world({"dns": {"provider": "slow"}, "slow_s": 0.9})


def resolver_rewriting(home: Home) -> None:
    home.world({"dns": {"provider": "hijack"}})


def _catch_web(home: Home, address: str, mood: str) -> None:
    """Every web request ends at ``address``; other traffic to the internet is dropped, TLS is reset."""
    home.world({"dns": {"provider": "wrong"} if mood == "portal" else {}, "http": {address: mood}})
    home.rooms["bng"].rule(
        "prerouting",
        f'iifname "cust" ip daddr != {plan.PROVIDER_V4} tcp dport 80 dnat to {address}',
        family="ip",
        kind="nat",
        priority=-100,
    )
    home.rooms["bng"].rule(
        "forward",
        f'iifname "cust" ip daddr {plan.PROVIDER_V4} accept',
        'iifname "cust" tcp dport 443 reject with tcp reset',
        'iifname "cust" drop',
    )


def captive_portal(home: Home) -> None:
    """A hotel's log-in page in front of everything (IPv4 only, as nearly all are)."""
    _catch_web(home, plan.PORTAL, "portal")


def walled_garden(home: Home) -> None:
    """The provider leads a customer in arrears to its payment page."""
    _catch_web(home, plan.WALLED, "walled")


def carrier_nat(home: Home) -> None:
    move_wan(home, plan.CARRIER_NAT_ROUTER, plan.CARRIER_NAT_BNG)


def v6_broken_upstream(home: Home) -> None:
    home.rooms["core"].rule("forward", 'iifname "bng" drop', family="ip6")


def mtu_hole_provider(home: Home) -> None:
    """A link inside the provider carries 1400 bytes, and the word about it is filtered."""
    small_link(home, "core", "north", "border", "south")


# ------------------------------------------------------------------ beyond


def loss_beyond(home: Home, percent: int = 20) -> None:
    home.rooms["transit"].rule("forward", f"numgen random mod 100 < {percent} drop")


def site_down(home: Home) -> None:
    v4, v6 = plan.HOSTS["shop.example"]
    home.rooms["internet"].rule("input", f"ip daddr {v4} drop", f"ip6 daddr {v6} drop")


def site_certificate_expired(home: Home) -> None:
    v4, v6 = plan.HOSTS["shop.example"]
    home.world({"https": {v4: "expired", v6: "expired"}})


def tls_intercepted(home: Home) -> None:
    """Every certificate comes from an authority that this computer does not know."""
    home.world({"https": {"*": "foreign"}})


def international_down(home: Home) -> None:
    """All of the provider works, nothing beyond the network that carries it abroad does."""
    home.rooms["transit"].rule("forward", "drop")
