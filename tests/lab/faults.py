"""Ways to break a lab, each what happens in the field and nothing else. Every function takes a running ``Home``.

What a router *says* about its line (UPnP) is set apart from what the line *does*: some boxes say nothing, some lie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab import plan

if TYPE_CHECKING:
    from tests.lab.home import Home

PROXY = "127.0.0.1:3128"  # nothing listens there


def nothing(home: Home) -> None:
    """All is well."""


# ------------------------------------------------------------------ the computer


def nic_down(home: Home) -> None:
    home.rooms["pc"].shell("ip link set eth0 down")


def static_address_elsewhere(home: Home) -> None:
    """An address, gateway and resolver from another home's network, typed in."""
    home.computer.set_static("192.168.7.50", "192.168.7.1", "192.168.7.1")


def static_gateway_outside(home: Home) -> None:
    """The right network, and a gateway that is not in it."""
    home.computer.set_static("192.168.1.60", "192.168.2.1", plan.LAN_ROUTER, onlink=True)


def static_resolver_dead(home: Home) -> None:
    """A resolver typed in that has ceased to exist."""
    home.rooms["internet"].shell("ip addr add 45.77.99.99/32 dev lo")
    home.rooms["internet"].rule("input", "ip daddr 45.77.99.99 drop")
    home.computer.set_resolver("45.77.99.99")


def static_resolver_lies(home: Home) -> None:
    home.world({"dns": {plan.LIAR: "wrong"}})
    home.computer.set_resolver(plan.LIAR)


def proxy_dead(home: Home) -> None:
    """A proxy left behind in the settings; nothing listens at it."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        home.client_environment[name] = f"http://{PROXY}"


def hosts_override(home: Home) -> None:
    home.computer.hosts("127.0.0.9 example.com\n127.0.0.9 example.net\n::9 example.com\n::9 example.net\n")


def host_firewall(home: Home) -> None:
    """The computer's own filter rejects web and DNS traffic; echo and the home network pass."""
    home.rooms["pc"].rule(
        "output",
        f"ip daddr {plan.LAN_ROUTER} accept",
        "tcp dport { 80, 443, 53, 853 } reject with tcp reset",
        "udp dport { 53, 443, 123 } drop",
    )


def dead_tunnel(home: Home) -> None:
    """A VPN whose far end is gone still takes the whole way out (two /1 halves, as most VPN programs do)."""
    keep = "import fcntl,struct,time;t=open('/dev/net/tun','r+b',buffering=0);"
    keep += "fcntl.ioctl(t,0x400454ca,struct.pack('16sH22s',b'tun0',0x1001,b''));[t.read(65536) for _ in iter(int,1)]"
    home.computer.start("tunnel", ["python3", "-S", "-c", keep])
    home.rooms["pc"].shell(
        "for i in 1 2 3 4 5 6 7 8 9 10; do ip link show tun0 >/dev/null 2>&1 && break; sleep 0.05; done\n"
        "ip addr add 10.8.0.2/24 dev tun0\nip link set tun0 up\n"
        "ip route add 0.0.0.0/1 dev tun0\nip route add 128.0.0.0/1 dev tun0\n"
        + ("ip route add ::/1 dev tun0\nip route add 8000::/1 dev tun0\n" if home.ipv6 else "")
    )


def second_default_dead(home: Home) -> None:
    """A second network card with a preferred default route that leads nowhere (a docking station, a phone)."""
    home.rooms["pc2"].shell(
        f"ip link add eth1 index 40 type veth peer name dock netns {home.rooms['pc'].netns} index 41\n"
        "ip addr add 10.77.0.1/24 dev eth1\nip link set eth1 up\n"
    )
    home.rooms["pc2"].rule("prerouting", 'iifname "eth1" drop', priority=-400)
    home.rooms["pc"].shell(
        "ip link set dock up\nip addr add 10.77.0.7/24 dev dock valid_lft 43200 preferred_lft 43200\n"
        "ip route del default dev eth0\nip route add default via 192.168.1.1 dev eth0 metric 200\n"
        "ip route add default via 10.77.0.1 dev dock metric 50\n"
    )


def clock_behind(home: Home) -> None:
    """The client's clock is 400 days behind: every certificate is from the future."""
    library = "/usr/$LIB/faketime/libfaketimeMT.so.1"
    home.client_environment.update(LD_PRELOAD=library, FAKETIME="-400d", FAKETIME_DONT_FAKE_MONOTONIC="1")


# ------------------------------------------------------------------ the home


def cable_out(home: Home) -> None:
    home.rooms["router"].shell("ip link set lan1 down")


def loss_at_home(home: Home, percent: int = 20) -> None:
    """A bad cable or a tired switch: loss between computer and router."""
    home.rooms["router"].rule("ingress", f"numgen random mod 100 < {percent} drop", family="netdev", device="lan1")


def duplicate_address(home: Home) -> None:
    """Another station uses the computer's address."""
    home.rooms["pc2"].shell(f"ip addr add {home.computer.lan_address()}/24 dev eth0")


def rogue_dhcp(home: Home) -> None:
    """A second router in the home answers DHCP first, and leads nowhere."""
    home.restart_dnsmasq("--dhcp-reply-delay=2")
    empty = home.directory / "rogue.conf"
    empty.touch()
    home.processes.start(
        "rogue",
        [*home.rooms["pc2"].enter(), "dnsmasq", "--keep-in-foreground", f"--conf-file={empty}", "--user=root",
         "--no-hosts", "--no-resolv", "--interface=eth0", "--bind-interfaces", "--port=0", "--no-ping",
         f"--pid-file={home.directory}/rogue.pid", f"--dhcp-leasefile={home.directory}/rogue.leases",
         "--dhcp-authoritative", f"--dhcp-range={plan.DHCP_FIRST},{plan.DHCP_LAST},3600",
         f"--dhcp-option=3,{plan.LAN_PC2}", f"--dhcp-option=6,{plan.LAN_PC2}"],
    )  # fmt: skip
    home.rooms["pc2"].shell("ip route del default")
    home.renew_lease()


def double_nat(home: Home) -> None:
    """The router's WAN address is a private one: another NAT router stands in front of it."""
    _move_wan(home, plan.SECOND_NAT_ROUTER, plan.SECOND_NAT_BNG)


# ------------------------------------------------------------------ the router


def dhcp_dead(home: Home) -> None:
    """The router hands out no addresses; the computer has none (start the home with ``lease=False``)."""
    home.rooms["router"].rule("input", "udp dport { 67, 547 } drop")
    home.computer.start_dhcp()


def router_deaf(home: Home) -> None:
    """The router's switch and ARP live, its system is hung: it answers nothing and forwards nothing."""
    home.rooms["router"].rule(
        "prerouting",
        'iifname "br0" icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept',
        'iifname "br0" drop',
        priority=-400,
    )


def router_dark(home: Home) -> None:
    """Carrier from the switch part, and not even an ARP answer."""
    home.rooms["router"].rule("ingress", "drop", family="netdev", device="lan1")
    home.rooms["pc"].shell("ip neigh flush dev eth0")


def forwarder_dead(home: Home) -> None:
    home.rooms["router"].rule("input", 'iifname "br0" meta l4proto { tcp, udp } th dport 53 drop')


def router_dns_hijacked(home: Home) -> None:
    """Malware changed the router: it now hands out a resolver that lies."""
    home.world({"dns": {plan.LIAR: "wrong"}})
    home.restart_dnsmasq(f"--dhcp-option=6,{plan.LIAR}")
    home.renew_lease()


def gateway_ignores_ping(home: Home) -> None:
    home.rooms["router"].rule(
        "input", 'iifname "br0" icmp type echo-request drop', 'iifname "br0" icmpv6 type echo-request drop'
    )


def no_upnp(home: Home) -> None:
    home.igd(answers=False)


def real_miniupnpd(home: Home) -> None:
    home.start_miniupnpd()


def disconnected_by_user(home: Home) -> None:
    """Somebody pressed "disconnect" in the router."""
    home.igd(service="WANPPPConnection", status="Disconnected", last_error="ERROR_USER_DISCONNECT", uptime=0)
    home.igd(access="DSL", external="")
    _wan_session_gone(home)


def router_drops_v6(home: Home) -> None:
    """The router announces IPv6 and forwards none."""
    home.rooms["router"].rule("forward", 'iifname "br0" drop', family="ip6")


def mtu_hole_router(home: Home) -> None:
    """The way out carries 1400 bytes and the router keeps silent about what it throws away."""
    _small_wan(home, "router", "wan", "bng", "cust")


# ------------------------------------------------------------------ the line


def _wan_session_gone(home: Home, *, rationed: bool = False) -> None:
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


def line_down(home: Home, *, rationed: bool = False) -> None:
    """No sync on a DSL router's own modem, and it says so."""
    home.rooms["bng"].shell("ip link set cust down")
    home.igd(status="Disconnected", last_error="ERROR_NO_CARRIER", phys="Down", access="DSL", uptime=0, external="")
    _wan_session_gone(home, rationed=rationed)


def line_down_rationed(home: Home) -> None:
    """The same, by a router that says "unreachable" a few times only."""
    home.rooms["router"].shell("echo 1000 > /proc/sys/net/ipv4/icmp_ratelimit")
    line_down(home, rationed=True)
    home.run(["ping", "-n", "-q", "-c", "12", "-i", "0.002", "-W", "0.1", "8.8.8.8"])  # what other programs used up


def wan_port_dark(home: Home) -> None:
    """The router's Ethernet WAN port has no link (modem off, or its cable out), and it says so."""
    home.rooms["modem"].shell("ip link set lan down")
    home.igd(status="Disconnected", last_error="ERROR_NONE", phys="Down", access="Ethernet", uptime=0, external="")
    _wan_session_gone(home)


def line_silent(home: Home) -> None:
    """The line swallows everything; the router keeps its lease and says nothing about it (UPnP is off)."""
    home.rooms["modem"].rule("ingress", "drop", family="netdev", device="line")
    home.rooms["bng"].rule("ingress", "drop", family="netdev", device="cust")
    home.igd(answers=False)


def concentrator_silent(home: Home) -> None:
    """In sync, and nobody answers the router's PADI."""
    home.igd(service="WANPPPConnection", status="Connecting", last_error="ERROR_NO_ANSWER", uptime=0)
    home.igd(access="DSL", phys="Up", external="")
    _wan_session_gone(home)


def no_wan_lease(home: Home) -> None:
    """In sync, and nobody answers the router's DISCOVER."""
    home.igd(status="Connecting", last_error="ERROR_IP_CONFIGURATION", uptime=0, phys="Up", external="0.0.0.0")
    _wan_session_gone(home)


def login_rejected(home: Home) -> None:
    home.igd(service="WANPPPConnection", status="Disconnected", last_error="ERROR_AUTHENTICATION_FAILURE", uptime=0)
    home.igd(access="DSL", phys="Up", external="")
    _wan_session_gone(home)


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
    _move_wan(home, plan.CARRIER_NAT_ROUTER, plan.CARRIER_NAT_BNG)


def _move_wan(home: Home, router: str, bng: str) -> None:
    """The router's WAN address becomes ``router``, and the box above it translates addresses once more."""
    home.rooms["bng"].shell(f"ip addr add {bng}/24 dev cust")
    home.rooms["router"].shell(
        f"ip addr del {plan.WAN_ROUTER}/24 dev wan\nip addr add {router}/24 dev wan\n"
        f"ip route replace default via {bng}\n"
    )
    home.rooms["bng"].rule("postrouting", 'oifname "core" masquerade', family="ip", kind="nat", priority=100)
    home.igd(external=router)


def v6_broken_upstream(home: Home) -> None:
    home.rooms["core"].rule("forward", 'iifname "bng" drop', family="ip6")


def mtu_hole_provider(home: Home) -> None:
    """A link inside the provider carries 1400 bytes, and the word about it is filtered."""
    _small_wan(home, "core", "north", "border", "south")


def _small_wan(home: Home, room: str, device: str, far_room: str, far_device: str) -> None:
    for name, port in ((room, device), (far_room, far_device)):
        home.rooms[name].shell(f"ip link set {port} mtu 1400\nethtool -K {port} tso off gso off gro off >/dev/null\n")
        home.rooms[name].rule(
            "output",
            "icmp type destination-unreachable icmp code frag-needed drop",
            "icmpv6 type packet-too-big drop",
        )
    home.rooms["pc"].shell("ethtool -K eth0 tso off gso off gro off >/dev/null")
    home.rooms["internet"].shell("ethtool -K south tso off gso off gro off >/dev/null")


# ------------------------------------------------------------------ beyond


def loss_beyond(home: Home, percent: int = 20) -> None:
    home.rooms["transit"].rule("forward", f"numgen random mod 100 < {percent} drop")


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
    """The provider's own services work, nothing beyond its border does."""
    home.rooms["border"].rule("forward", "drop")
