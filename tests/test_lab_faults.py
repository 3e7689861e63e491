"""Every scenario of the lab breaks what it says and nothing nearer: seen with ping, dig, curl and ip, not with us."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from tests.lab import plan
from tests.lab.needs import missing, search_path
from tests.lab.scenarios import BY_NAME, CORE, SCENARIOS
from tests.lab.seen import Seen
from tests.lab.world_igd import HTTP_PORT

_TOOLS = ("ping", "arping", "dig", "curl", "traceroute", "upnpc")
_LACKING = [tool for tool in _TOOLS if shutil.which(tool, path=search_path()) is None]
_WHY_NOT = missing() or (f"missing tools: {' '.join(_LACKING)} (tests/lab/packages.txt)" if _LACKING else None)
pytestmark = [pytest.mark.lab, pytest.mark.skipif(_WHY_NOT is not None, reason=_WHY_NOT or "")]

PUBLIC, PROVIDER = "9.9.9.9", plan.RESOLVERS[0]

Proof = Callable[[Seen], None]
PROOFS: dict[str, Proof] = {}


def proves(*names: str) -> Callable[[Proof], Proof]:
    def note(proof: Proof) -> Proof:
        for name in names:
            assert name not in PROOFS
            PROOFS[name] = proof
        return proof

    return note


@proves("healthy", "healthy-v4")
def _healthy(seen: Seen) -> None:
    v6 = seen.home.ipv6
    assert seen.ping(plan.LAN_ROUTER)
    assert all(seen.ping(address) for address in plan.LITERALS)
    assert [seen.ping(address) for address in plan.LITERALS.values()] == [v6] * 3
    assert seen.check() == "204"
    assert seen.home.run(["curl", "-sS", "-m2", "http://detectportal.firefox.com/success.txt"]).stdout == "success\n"
    assert seen.status("https://example.com/") == "200"
    assert seen.status("https://1.1.1.1/") == "200"
    assert "status: NXDOMAIN" in seen.dig("no-such-name.example.com")
    assert all("93.184.215.14" in seen.dig("example.com", f"@{who}") for who in (PUBLIC, PROVIDER, plan.LAN_ROUTER))
    assert "93.184.215.14" in seen.dig("+tcp", "example.com", f"@{PUBLIC}")
    assert seen.hops() == [plan.LAN_ROUTER, plan.WAN_BNG, "25.44.255.2", "25.44.255.6", "4.68.20.2", PUBLIC]
    assert "Status : Connected" in seen.igd()
    if v6:  # once is enough: finding it takes upnpc two seconds
        assert f"http://{plan.LAN_ROUTER}:{HTTP_PORT}" in seen.home.run(["upnpc", "-s"]).stdout


@proves("gateway-ignores-ping")
def _gateway_ignores_ping(seen: Seen) -> None:
    assert not seen.ping(plan.LAN_ROUTER)
    assert seen.ping(PUBLIC)


@proves("icmp-filtered-everywhere")
def _icmp_filtered(seen: Seen) -> None:
    assert not seen.ping(plan.LAN_ROUTER)
    assert not any(seen.ping(address) for address in plan.LITERALS)
    assert seen.check() == "204"


@proves("one-literal-down")
def _one_literal_down(seen: Seen) -> None:
    assert [seen.ping(address) for address in plan.LITERALS] == [True, False, True]
    assert seen.check() == "204"


@proves("no-upnp")
def _no_upnp(seen: Seen) -> None:
    assert "Status : Connected" not in seen.igd()
    assert seen.check() == "204"


@proves("real-miniupnpd")
def _real_miniupnpd(seen: Seen) -> None:
    said = seen.home.run(["upnpc", "-s"]).stdout
    assert "ctl/IPConn" in said
    assert seen.check() == "204"


@proves("double-nat", "carrier-nat")
def _second_translation(seen: Seen) -> None:
    hop = plan.SECOND_NAT_BNG if "192.168.0." in seen.igd() else plan.CARRIER_NAT_BNG
    assert seen.hops()[:2] == [plan.LAN_ROUTER, hop]
    assert seen.check() == "204"


@proves("encrypted-names")
def _encrypted_names(seen: Seen) -> None:
    assert "93.184.215.14" in seen.dig("example.com")
    assert "93.184.215.14" in seen.dig("+tls", "example.com", f"@{PUBLIC}")
    assert seen.check() == "204"


@proves("encrypted-names-blocked")
def _encrypted_names_blocked(seen: Seen) -> None:
    assert "status: SERVFAIL" in seen.dig("+time=3", "example.com")
    assert "93.184.215.14" not in seen.dig("+tls", "example.com", f"@{PUBLIC}")
    assert "93.184.215.14" in seen.dig("example.com", f"@{PUBLIC}")


@proves("nic-down")
def _nic_down(seen: Seen) -> None:
    assert "state DOWN" in seen.home.run(["ip", "link", "show", "eth0"]).stdout
    assert "NO-CARRIER" not in seen.home.run(["ip", "link", "show", "eth0"]).stdout


@proves("cable-out")
def _cable_out(seen: Seen) -> None:
    assert "NO-CARRIER" in seen.home.run(["ip", "link", "show", "eth0"]).stdout
    assert seen.home.run(["cat", "/sys/class/net/eth0/carrier"]).stdout == "0\n"


@proves("static-address-wrong")
def _static_address_wrong(seen: Seen) -> None:
    assert not seen.ping("192.168.7.1")
    assert "valid_lft forever" in seen.home.run(["ip", "-4", "addr", "show", "eth0"]).stdout
    offered = seen.home.run(["busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t1", "-T1", "-s", "/bin/true"])
    assert "192.168.1." in offered.stderr


@proves("static-gateway-outside")
def _static_gateway_outside(seen: Seen) -> None:
    assert not seen.ping(PUBLIC)
    assert seen.ping(plan.LAN_ROUTER)


@proves("static-dns-wrong")
def _static_dns_wrong(seen: Seen) -> None:
    assert "93.184" not in seen.dig("example.com")
    assert "93.184" in seen.dig("example.com", f"@{plan.LAN_ROUTER}")
    assert "dns-nameservers 45.77.99.99" in seen.home.run(["cat", "/etc/network/interfaces"]).stdout


@proves("static-dns-lies", "router-dns-hijacked")
def _liar(seen: Seen) -> None:
    assert seen.dig("+short", "example.com").split() == [plan.LIE]
    assert seen.dig("+short", "example.com", f"@{PROVIDER}").split() == ["93.184.215.14"]


@proves("proxy-dead")
def _proxy_dead(seen: Seen) -> None:
    assert seen.check() == "000 7"
    assert seen.check("--noproxy", "*") == "204"


@proves("hosts-override")
def _hosts_override(seen: Seen) -> None:
    assert "127.0.0.9" in seen.home.run(["getent", "ahostsv4", "example.com"]).stdout
    assert "93.184" in seen.dig("example.com")


@proves("host-firewall")
def _host_firewall(seen: Seen) -> None:
    assert seen.ping(PUBLIC)
    assert seen.status(f"https://{PUBLIC}/") == "000 7"
    other = seen.home.rooms["pc2"].shell(f"curl -sk -m2 -o /dev/null -w '%{{http_code}}' https://{PUBLIC}/")
    assert other == "200"


@proves("vpn-interference")
def _vpn_interference(seen: Seen) -> None:
    assert not seen.ping(PUBLIC)
    assert "dev tun0" in seen.home.run(["ip", "route", "get", PUBLIC]).stdout
    seen.home.rooms["pc"].shell(f"ip route add {PUBLIC} via {plan.LAN_ROUTER}")
    assert seen.ping(PUBLIC)


@proves("second-default-dead")
def _second_default_dead(seen: Seen) -> None:
    assert not seen.ping(PUBLIC)
    assert seen.ping(PUBLIC, "-I", "eth0")


@proves("clock-wrong")
def _clock_wrong(seen: Seen) -> None:
    assert seen.status("https://example.com/") == "000 60"
    assert seen.status("https://example.com/", "-k") == "200"


@proves("loss-home")
def _loss_home(seen: Seen) -> None:
    assert 8 < seen.lost(plan.LAN_ROUTER) < 34  # 200 probes at 20 %: five standard deviations


@proves("duplicate-address")
def _duplicate_address(seen: Seen) -> None:
    ours = seen.home.computer.lan_address()
    assert seen.home.run(["arping", "-D", "-c2", "-w2", "-I", "eth0", ours]).status == 1


@proves("rogue-dhcp")
def _rogue_dhcp(seen: Seen) -> None:
    assert plan.LAN_PC2 in seen.home.run(["ip", "route", "show", "default"]).stdout
    assert not seen.ping(PUBLIC)


@proves("dhcp-dead")
def _dhcp_dead(seen: Seen) -> None:
    assert seen.home.computer.lan_address() == ""
    words = ["busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t2", "-T1", "-s", "/bin/true"]
    assert "no lease" in seen.home.run(words).stderr


@proves("router-hung")
def _router_hung(seen: Seen) -> None:
    assert seen.neighbour()
    assert not seen.ping(plan.LAN_ROUTER)
    assert not seen.ping(PUBLIC)
    assert seen.status(f"http://{plan.LAN_ROUTER}/") == "000 28"


@proves("router-dark")
def _router_dark(seen: Seen) -> None:
    assert not seen.neighbour()
    assert seen.home.run(["cat", "/sys/class/net/eth0/carrier"]).stdout == "1\n"


@proves("forwarder-dead")
def _forwarder_dead(seen: Seen) -> None:
    assert "93.184" not in seen.dig("example.com")
    assert "93.184" in seen.dig("example.com", f"@{PROVIDER}")
    assert seen.ping(plan.LAN_ROUTER)


@proves("router-drops-v6", "ipv6-broken-upstream")
def _v6_broken(seen: Seen) -> None:
    assert seen.ping(PUBLIC)
    assert not seen.ping(plan.LITERALS[PUBLIC])
    assert seen.ping(plan.LAN_ROUTER_V6)
    assert "default via fe80" in seen.home.run(["ip", "-6", "route"]).stdout


@proves("mtu-hole-router", "mtu-hole-provider")
def _mtu_hole(seen: Seen) -> None:
    assert seen.ping(PUBLIC, "-M", "do", "-s", "1300")
    assert not seen.ping(PUBLIC, "-M", "do", "-s", "1450")
    assert seen.check() == "204"
    assert seen.status("https://example.com/") == "000 28"


@proves("line-down", "wan-port-dark")
def _line_down(seen: Seen) -> None:
    said = seen.home.run(["ping", "-n", "-c1", "-W1", PUBLIC]).stdout
    assert f"From {plan.LAN_ROUTER}" in said
    assert "Net Unreachable" in said
    assert "Status : Disconnected" in seen.igd()


@proves("line-down-rationed")
def _line_down_rationed(seen: Seen) -> None:
    said = seen.home.run(["ping", "-n", "-c", "20", "-i", "0.002", "-W", "0.2", PUBLIC]).stdout
    assert said.count("Net Unreachable") < 5
    assert "Status : Disconnected" in seen.igd()


@proves("line-down-silent")
def _line_down_silent(seen: Seen) -> None:
    said = seen.home.run(["ping", "-n", "-c1", "-W1", PUBLIC]).stdout
    assert "100% packet loss" in said
    assert "Unreachable" not in said
    assert not seen.ping(plan.WAN_BNG)
    assert seen.ping(plan.LAN_ROUTER)


@proves("wan-disconnected", "concentrator-silent", "no-wan-lease", "login-rejected")
def _no_session(seen: Seen) -> None:
    assert "Net Unreachable" in seen.home.run(["ping", "-n", "-c1", "-W1", PUBLIC]).stdout
    said = seen.igd()
    assert "Status : Connected" not in said
    assert "ERROR_NONE" not in said
    assert "LastConnectionError : ERROR_" in said


@proves("loss-line")
def _loss_line(seen: Seen) -> None:
    assert seen.lost(plan.LAN_ROUTER) == 0
    assert 8 < seen.lost(plan.WAN_BNG) < 34


@proves("core-down")
def _core_down(seen: Seen) -> None:
    assert seen.hops()[:2] == [plan.LAN_ROUTER, plan.WAN_BNG]
    assert seen.ping(plan.WAN_BNG)
    assert not seen.ping(PROVIDER)
    assert not any(seen.ping(address) for address in plan.LITERALS)


@proves("resolver-dead")
def _resolver_dead(seen: Seen) -> None:
    assert all("timed out" in seen.dig("example.com", f"@{who}") for who in plan.RESOLVERS)
    assert "93.184" in seen.dig("example.com", f"@{PUBLIC}")
    assert seen.check() == "000 28"


@proves("resolver-servfail")
def _resolver_servfail(seen: Seen) -> None:
    assert "status: SERVFAIL" in seen.dig("example.com", f"@{PROVIDER}")
    assert "status: SERVFAIL" in seen.dig("example.com")


@proves("resolver-refused")
def _resolver_refused(seen: Seen) -> None:
    assert "status: REFUSED" in seen.dig("example.com", f"@{PROVIDER}")


@proves("resolver-slow")
def _resolver_slow(seen: Seen) -> None:
    said = seen.home.run(["dig", "+tries=1", "+time=3", "example.com"]).stdout
    assert 850 < int(said.partition("Query time: ")[2].split()[0]) < 2000


@proves("resolver-rewriting")
def _resolver_rewriting(seen: Seen) -> None:
    assert seen.dig("+short", "no-such-name.example.com").split() == [plan.LIE]
    assert "status: NXDOMAIN" in seen.dig("no-such-name.example.com", f"@{PUBLIC}")
    assert seen.dig("+short", "example.com").split() == ["93.184.215.14"]


@proves("captive-portal")
def _captive_portal(seen: Seen) -> None:
    assert seen.check() == "302 http://login.hotel.example/welcome?from=connectivitycheck.gstatic.com"
    assert seen.status("http://login.hotel.example/welcome") == "200"
    assert seen.status("https://example.com/").startswith("000")
    assert not seen.ping(PUBLIC)


@proves("walled-garden")
def _walled_garden(seen: Seen) -> None:
    assert seen.check() == "302 http://pay.isp.example/"
    assert seen.status("http://pay.isp.example/") == "200"
    assert "93.184" in seen.dig("example.com")


@proves("loss-beyond")
def _loss_beyond(seen: Seen) -> None:
    assert seen.lost("25.44.255.6") == 0
    assert 15 < seen.lost(PUBLIC) < 57  # both ways: 36 %


@proves("international-down")
def _international_down(seen: Seen) -> None:
    assert seen.ping("4.68.20.2")
    assert seen.status("http://isp.example/") == "200"
    assert not any(seen.ping(address) for address in plan.LITERALS)


@proves("site-down")
def _site_down(seen: Seen) -> None:
    assert seen.status("https://shop.example/") == "000 28"
    assert seen.status("https://example.com/") == "200"


@proves("site-certificate-expired")
def _site_certificate_expired(seen: Seen) -> None:
    assert seen.status("https://shop.example/") == "000 60"
    assert seen.status("https://shop.example/", "-k") == "200"
    assert seen.status("https://example.com/") == "200"


@proves("tls-intercepted")
def _tls_intercepted(seen: Seen) -> None:
    assert seen.status("https://example.com/") == "000 60"
    assert "O = Safe Web Shield" in seen.home.run(
        ["sh", "-c", "openssl s_client -connect example.com:443 -servername example.com </dev/null 2>&1"]
    ).stdout  # fmt: skip


def test_every_scenario_is_proven() -> None:
    assert set(PROOFS) == set(BY_NAME)
    assert len(BY_NAME) == len(SCENARIOS)
    assert len(CORE) == 20


@pytest.mark.parametrize("name", BY_NAME)
def test_fault(name: str) -> None:
    scenario = BY_NAME[name]
    with scenario.home() as home:
        scenario.inject(home)
        PROOFS[name](Seen(home))
