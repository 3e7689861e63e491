"""LinuxLocal against a real kernel, inside network namespaces without a way out."""

from __future__ import annotations

import base64
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from cpe_agent.facts import Failure, Family, NicKind, Origin

CLIENT, ROUTER = f"hx{os.getpid() % 100000}c", f"hx{os.getpid() % 100000}r"

ASK = """
import asyncio, base64, pickle, sys
from cpe_agent.host.linux import LinuxLocal
answer = asyncio.run(getattr(LinuxLocal(), sys.argv[1])())
print(base64.b64encode(pickle.dumps(answer)).decode())
"""

COLLECT = """
import asyncio, base64, pickle
import collectors
from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.facts import *
from cpe_agent.host import this_host

LOCAL = (System, Load, Interfaces, Traffic, Wifi, Addressing, Neighbours, ProxyVpn, Dial)

async def main():
    host, plan = this_host(), Plan(captive=(CaptiveTarget("http://192.0.2.1:8080/", 204, ""),))
    made = {Plan: Section(Outcome.MEASURED, 0.0, 0.0, plan)}
    for one in collectors.ALL:
        if one.makes in LOCAL:
            made[one.makes] = Section(Outcome.MEASURED, 0.0, 0.0, await one.collect(host, Facts(made)))
    return {section.__name__: found.content for section, found in made.items()}

print(base64.b64encode(pickle.dumps(asyncio.run(main()))).decode())
"""

PAGE = """
import http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("192.0.2.1", 8080), Page)
print("ready", flush=True)
server.serve_forever()
"""


def ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=True, timeout=20)


def can_make_namespaces() -> bool:
    if shutil.which("ip") is None or os.geteuid() != 0:
        return False
    done = subprocess.run(["ip", "netns", "add", f"{CLIENT}t"], capture_output=True, timeout=20, check=False)
    subprocess.run(["ip", "netns", "del", f"{CLIENT}t"], capture_output=True, timeout=20, check=False)
    return done.returncode == 0


pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(not can_make_namespaces(), reason="network namespaces need root and iproute2"),
]


@pytest.fixture
def wire() -> Iterator[None]:
    """A client and a router namespace with one wire between them, both ends up; 192.0.2.0/24 is on it."""
    try:
        for name in (CLIENT, ROUTER):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", CLIENT, "link", "add", "eth0", "type", "veth", "peer", "name", "lan", "netns", ROUTER)
        ip("-n", CLIENT, "link", "set", "eth0", "up")
        ip("-n", ROUTER, "link", "set", "lan", "up")
        ip("-n", ROUTER, "addr", "add", "192.0.2.1/24", "dev", "lan")
        yield
    finally:
        for name in (CLIENT, ROUTER):
            ip("netns", "del", name, check=False)


def ask(question: str, *through: str) -> Any:
    done = subprocess.run(
        ["ip", "netns", "exec", CLIENT, *through, sys.executable, "-W", "error", "-c", ASK, question],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stderr == ""
    return pickle.loads(base64.b64decode(done.stdout))


def on_client(*words: str) -> None:
    ip("-n", CLIENT, *words)


@pytest.mark.usefixtures("wire")
def test_interfaces() -> None:
    on_client("link", "add", "br0", "type", "bridge")
    on_client("tuntap", "add", "tun0", "mode", "tun")
    found = ask("nics")
    kinds = {nic.name: nic.kind for nic in found.nics}
    assert kinds["eth0"] is NicKind.ETHERNET
    assert kinds["lo"] is NicKind.LOOPBACK
    assert kinds["br0"] is NicKind.VIRTUAL
    assert kinds["tun0"] is NicKind.TUNNEL
    assert found.hardware_seen is True
    assert found.total == len(found.nics)
    eth0 = next(nic for nic in found.nics if nic.name == "eth0")
    assert (eth0.admin_up, eth0.carrier, eth0.mtu, eth0.duplex) == (True, True, 1500, "full")
    assert eth0.rx_crc_errors == eth0.collisions == 0
    assert eth0.mac is not None
    assert eth0.mac.startswith("local/")


@pytest.mark.usefixtures("wire")
def test_a_pulled_cable_and_an_interface_switched_off() -> None:
    before = next(nic for nic in ask("nics").nics if nic.name == "eth0")
    ip("-n", ROUTER, "link", "set", "lan", "down")
    pulled = next(nic for nic in ask("nics").nics if nic.name == "eth0")
    assert (pulled.admin_up, pulled.carrier) == (True, False)
    assert pulled.carrier_changes > before.carrier_changes
    on_client("link", "set", "eth0", "down")
    off = next(nic for nic in ask("nics").nics if nic.name == "eth0")
    assert (off.admin_up, off.carrier, off.speed_mbps) == (False, None, None)


@pytest.mark.usefixtures("wire")
def test_a_container_port_is_no_hardware_and_a_bridge_over_the_wire_is_the_way() -> None:
    on_client("link", "add", "docker0", "type", "bridge")
    on_client("link", "add", "port", "type", "veth", "peer", "name", "inside")
    on_client("link", "set", "port", "master", "docker0")
    kinds = {nic.name: nic.kind for nic in ask("nics").nics}
    assert kinds["port"] is NicKind.VIRTUAL
    assert kinds["docker0"] is NicKind.VIRTUAL
    assert kinds["eth0"] is NicKind.ETHERNET


@pytest.mark.usefixtures("wire")
def test_addresses_and_their_lifetimes() -> None:
    on_client("addr", "add", "192.0.2.50/24", "dev", "eth0", "valid_lft", "600", "preferred_lft", "300")
    on_client("addr", "add", "192.0.2.51/24", "dev", "eth0")
    on_client("addr", "add", "169.254.7.7/16", "dev", "eth0", "scope", "link")
    on_client("addr", "add", "2001:db8::5/64", "dev", "eth0", "valid_lft", "600", "preferred_lft", "300", "nodad")
    found = {address.address: address for address in ask("addresses")}
    leased = found["192.0.2.50"]
    assert (leased.nic, leased.family, leased.prefix_len, leased.origin) == ("eth0", Family.V4, 24, Origin.DHCP)
    assert 590 <= leased.valid_s <= 600
    assert (found["192.0.2.51"].origin, found["192.0.2.51"].valid_s) == (Origin.UNKNOWN, None)
    assert (found["169.254.7.7"].origin, found["169.254.7.7"].scope) == (Origin.LINK_LOCAL, "link")
    assert found["2001:db8::5"].origin is Origin.RA
    assert found["127.0.0.1"].scope == "host"


@pytest.mark.usefixtures("wire")
def test_an_ipv6_address_that_somebody_else_has() -> None:
    ip("-n", ROUTER, "addr", "add", "2001:db8::66/64", "dev", "lan", "nodad")
    on_client("addr", "add", "2001:db8::66/64", "dev", "eth0")
    for _ in range(20):
        (address,) = [one for one in ask("addresses") if one.address == "2001:db8::66"]
        if not address.tentative or address.duplicate:
            break
    assert address.duplicate is True


@pytest.mark.usefixtures("wire")
def test_routes_of_both_families_and_the_halves_of_a_tunnel() -> None:
    on_client("addr", "add", "192.0.2.50/24", "dev", "eth0")
    on_client("route", "add", "default", "via", "192.0.2.1", "metric", "100", "proto", "dhcp")
    on_client("route", "add", "198.51.100.0/24", "via", "192.0.2.1")
    on_client("-6", "route", "add", "default", "via", "fe80::1", "dev", "eth0", "metric", "1024")
    on_client("tuntap", "add", "tun0", "mode", "tun")
    on_client("link", "set", "tun0", "up")
    on_client("route", "add", "0.0.0.0/1", "dev", "tun0")
    on_client("route", "add", "128.0.0.0/1", "dev", "tun0")
    found = {(route.nic, route.family, route.destination): route for route in ask("routes")}
    assert len(found) == 4
    four = found["eth0", Family.V4, "0.0.0.0/0"]
    assert (four.gateway, four.metric, four.origin) == ("192.0.2.1", 100, Origin.DHCP)
    assert found["eth0", Family.V6, "::/0"].gateway == "fe80::1"
    assert found["tun0", Family.V4, "128.0.0.0/1"].origin is Origin.TUNNEL


@pytest.mark.usefixtures("wire")
def test_a_tunnel_that_takes_everything_by_a_policy_rule() -> None:
    on_client("addr", "add", "192.0.2.50/24", "dev", "eth0")
    on_client("route", "add", "default", "via", "192.0.2.1")
    on_client("tuntap", "add", "tun0", "mode", "tun")
    on_client("link", "set", "tun0", "up")
    on_client("route", "add", "default", "dev", "tun0", "table", "51820")
    assert [route.nic for route in ask("routes")] == ["eth0"]
    on_client("rule", "add", "not", "fwmark", "51820", "table", "51820")
    assert [route.nic for route in ask("routes")] == ["tun0", "eth0"]


@pytest.mark.usefixtures("wire")
def test_neighbours_with_the_gateway_first() -> None:
    on_client("addr", "add", "192.0.2.50/24", "dev", "eth0")
    on_client("route", "add", "default", "via", "192.0.2.1")
    for last in range(10, 13):
        on_client(
            "neigh", "add", f"192.0.2.{last}", "lladdr", f"3c:a6:2f:00:00:{last}", "nud", "reachable", "dev", "eth0"
        )
    on_client("neigh", "add", "192.0.2.1", "nud", "failed", "dev", "eth0")
    found = ask("neighbours")
    first = found.entries[0]
    assert (first.address, first.mac, first.state) == ("192.0.2.1", None, "failed")
    assert {entry.address for entry in found.entries} >= {"192.0.2.10", "192.0.2.11", "192.0.2.12"}
    assert all(entry.mac.startswith("3c:a6:2f/") for entry in found.entries if entry.state == "reachable")


@pytest.mark.usefixtures("wire")
def test_the_rest_answers_on_a_bare_system() -> None:
    release = ask("os_release")
    assert release.family == "linux"
    assert release.boot_age_s > 0
    assert release.privileged is True
    assert ask("wifi").links == ()
    assert isinstance(ask("leases"), tuple)
    assert isinstance(ask("proxies"), tuple)
    assert ask("dial_entries") == ()
    assert ask("resolvers").total >= len(ask("resolvers").resolvers)
    assert ask("address_settings").dhcp_client in ("running", "stopped", None)


@pytest.mark.usefixtures("wire")
def test_hundreds_of_interfaces_are_counted_and_the_wire_is_kept() -> None:
    batch = "".join(f"link add d{number} type bridge\n" for number in range(300))
    subprocess.run(["ip", "-n", CLIENT, "-batch", "-"], input=batch, text=True, check=True, timeout=60)
    found = ask("nics")
    assert found.total >= 302
    assert len(found.nics) == 64
    assert found.nics[0].name == "eth0"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) takes the rights away")
@pytest.mark.usefixtures("wire")
def test_without_any_capability_the_same_is_seen() -> None:
    """rtnetlink's questions need no rights, so an ordinary user is told the same."""
    on_client("addr", "add", "192.0.2.50/24", "dev", "eth0")
    on_client("route", "add", "default", "via", "192.0.2.1")
    bare = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
    assert ask("os_release", *bare).privileged is False
    for question in ("nics", "addresses", "routes", "neighbours"):
        assert ask(question, *bare) is not None
    assert [route.gateway for route in ask("routes", *bare)] == ["192.0.2.1"]
    assert ask("nics", *bare).nics[0].carrier is True


def local_sections(**environment: str) -> Any:
    """What the collectors of this computer make, by name, with the real probes."""
    done = subprocess.run(
        ["ip", "netns", "exec", CLIENT, sys.executable, "-W", "error", "-c", COLLECT],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env=os.environ | environment,
    )
    assert done.stderr == ""
    return pickle.loads(base64.b64decode(done.stdout))


@pytest.mark.usefixtures("wire")
def test_the_local_collectors_on_a_real_wire() -> None:
    """A neighbour that is alive, one that is not, and a proxy that refuses while the page comes without it."""
    ip("-n", ROUTER, "addr", "add", "192.0.2.7/24", "dev", "lan")
    on_client("addr", "add", "192.0.2.50/24", "dev", "eth0", "valid_lft", "600", "preferred_lft", "300")
    on_client("route", "add", "default", "via", "192.0.2.1", "proto", "dhcp")
    ask_station = ["ip", "netns", "exec", ROUTER, "cat", "/sys/class/net/lan/address"]
    router = subprocess.run(ask_station, capture_output=True, text=True, check=True).stdout.strip()
    for last, lladdr in ((7, router), (8, "3c:a6:2f:00:00:08")):
        on_client("neigh", "add", f"192.0.2.{last}", "lladdr", lladdr, "nud", "stale", "dev", "eth0")
    serve = ["ip", "netns", "exec", ROUTER, sys.executable, "-c", PAGE]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            made = local_sections(https_proxy="http://user:secret@192.0.2.1:3128")
        finally:
            server.kill()
    assert (made["Interfaces"].uplink, made["System"].loopback_tcp_ok) == ("eth0", True)
    assert made["Addressing"].addresses[0].origin is Origin.DHCP
    assert made["Traffic"].deltas[0].name == "eth0"
    around = made["Neighbours"]
    assert (around.asked, around.alive, around.gateway_addresses) == (2, ("192.0.2.7",), ("192.0.2.1",))
    assert around.duplicate_own_address is False
    proxy = made["ProxyVpn"]
    assert (proxy.proxy.host, proxy.proxy.port, proxy.direct_ok) == ("192.0.2.1", 3128, True)
    assert proxy.proxy_connect.failure is Failure.REFUSED
    assert "secret" not in repr(made)


@pytest.mark.usefixtures("wire")
def test_our_address_is_held_twice() -> None:
    on_client("addr", "add", "192.0.2.50/24", "dev", "eth0")
    ip("-n", ROUTER, "addr", "add", "192.0.2.50/24", "dev", "lan")
    assert local_sections()["Neighbours"].duplicate_own_address is True
