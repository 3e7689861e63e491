"""Ways to break a lab this side of the line: the computer, the home, the router.

Every function takes a running ``Home`` and does what happens in the field and nothing else. What a router *says* about
its line (UPnP) is set apart from what the line *does*: some boxes say nothing, some lie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab import plan
from tests.lab.faults_far import move_wan, small_link, wan_session_gone

if TYPE_CHECKING:
    from tests.lab.home import Home

PROXY = "127.0.0.1:3128"  # nothing listens there


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


def encrypted_names(home: Home) -> None:
    """The computer asks a public resolver over TLS only, and all is well."""
    home.computer.set_resolver_over_tls("9.9.9.9")


def encrypted_names_blocked(home: Home) -> None:
    """The same, and somebody on the way drops that port."""
    encrypted_names(home)
    home.rooms["border"].rule("forward", "tcp dport 853 drop")


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
    home.client_environment.update(other_clock("-400d"))


def other_clock(offset: str) -> dict[str, str]:
    """The environment of a program whose clock is off by this much, as faketime(1) writes it."""
    # Only the wall clock: libfaketime's own handling of the monotonic one now and then stalls a waiting thread.
    only = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"}
    return {"LD_PRELOAD": "/usr/$LIB/faketime/libfaketimeMT.so.1", "FAKETIME": offset, **only}


# ------------------------------------------------------------------ the home


def cable_out(home: Home) -> None:
    home.rooms["router"].shell("ip link set lan1 down")


def loss_at_home(home: Home, percent: int = 20) -> None:
    """A bad cable or a tired switch: loss between computer and router."""
    home.rooms["router"].rule("ingress", f"numgen random mod 100 < {percent} drop", family="netdev", device="lan1")


def duplicate_address(home: Home) -> None:
    """Another station uses the computer's address, and said so as every station does that comes up (RFC 5227, 2.3)."""
    address = home.computer.lan_address()
    home.rooms["pc2"].shell(f"ip addr add {address}/24 dev eth0\narping -q -U -c 2 -w 2 -I eth0 {address} || true\n")


def rogue_dhcp(home: Home) -> None:
    """A second router in the home answers DHCP first, and leads nowhere."""
    home.restart_dnsmasq("--dhcp-reply-delay=1")
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
    move_wan(home, plan.SECOND_NAT_ROUTER, plan.SECOND_NAT_BNG)


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


def disconnected_by_user(home: Home) -> None:
    """Somebody pressed "disconnect" in the router."""
    home.igd(service="WANPPPConnection", status="Disconnected", last_error="ERROR_USER_DISCONNECT", uptime=0)
    home.igd(access="DSL", external="")
    wan_session_gone(home)


def router_drops_v6(home: Home) -> None:
    """The router announces IPv6 and forwards none."""
    home.rooms["router"].rule("forward", 'iifname "br0" drop', family="ip6")


def mtu_hole_router(home: Home) -> None:
    """The way out carries 1400 bytes and the router keeps silent about what it throws away."""
    small_link(home, "router", "wan", "bng", "cust")
