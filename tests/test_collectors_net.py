"""The collectors of the network against a home, a provider and an internet in namespaces: real programs answer, and
each fault is made for real."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any, TypeVar

import pytest

from collectors import addressing, clock, dhcp, dns, gateway, interfaces, loss, path, reach, router, web
from cpe_agent.collector import CannotMeasure, Collector, Facts, Outcome, Section
from cpe_agent.facts import (
    Addressing,
    CaptiveTarget,
    Clock,
    ClockSource,
    Dhcp,
    Dns,
    DnsServer,
    Failure,
    Family,
    Gateway,
    Interfaces,
    LiteralTarget,
    Loss,
    Nic,
    NicKind,
    Plan,
    Reach,
    Route,
    Router,
    Web,
)
from cpe_agent.facts import (
    Path as PathSection,
)
from cpe_agent.gateways import physical_gateways
from cpe_agent.host import Host
from cpe_agent.host.linux import LinuxLocal
from cpe_agent.host.net import Probes
from cpe_agent.literals import asked_literals
from cpe_agent.sign_of_life import alive
from tests import probe_lab
from tests.probe_lab import FAR, FAR_V6, PC, R1, R2, R3, ip, lab, listening, probe, program, rule, serving, sh

T = TypeVar("T")

GATEWAY = "192.168.77.1"
NETWORKS = ("Cloudflare", "Google", "Quad9")
PLAN = Plan(
    literals=tuple(LiteralTarget(a, n) for a, n in zip(FAR, NETWORKS, strict=True)),
    names=("example.com",),
    captive=(CaptiveTarget("http://check.test/generate_204", 204, ""),),
    https=("https://example.com",),
    walled_garden=("pay.isp.test",),
)


class _Site(BaseHTTPRequestHandler):
    """204 on every path, but a redirect to the provider's till on a host called portal.test."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Host") == "portal.test":
            self.send_response(302)
            self.send_header("Location", "http://www.pay.isp.test/bill?customer=7")
        else:
            self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name in the library
        """Silent: the test speaks."""


class _Server(ThreadingHTTPServer):
    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own asks the DNS for its name
        self.server_name, self.server_port = "site", 0


def _sites(certificate: Path) -> Callable[[], Callable[[], None]]:
    def start() -> Callable[[], None]:
        plain, secure = _Server(("0.0.0.0", 80), _Site), _Server(("0.0.0.0", 443), _Site)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "leaf.pem", certificate / "leaf.key")
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        threads = [threading.Thread(target=s.serve_forever, args=(0.05,)) for s in (plain, secure)]
        for thread in threads:
            thread.start()

        def stop() -> None:
            for server, thread in zip((plain, secure), threads, strict=True):
                server.shutdown()
                thread.join()
                server.server_close()

        return stop

    return start


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody trusts, an empty configuration, and the home's resolv.conf."""
    folder = tmp_path_factory.mktemp("home")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
         str(folder / "leaf.key"), "-out", str(folder / "leaf.pem"), "-subj", "/O=Some Filter/CN=example.com",
         "-addext", "subjectAltName=DNS:example.com"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "empty").write_text("")
    (folder / "resolv.conf").write_text(f"nameserver {GATEWAY}\noptions timeout:1 attempts:1\n")
    return folder


@pytest.fixture(scope="module")
def home(files: Path) -> Iterator[None]:
    plain = ("dnsmasq", "-k", "-C", str(files / "empty"), "--no-resolv", "--no-hosts", "--user=root", "--pid-file=")
    with (
        lab(),
        program(
            R3, *plain, "--host-record=example.com,1.1.1.1", "--host-record=check.test,1.1.1.1",
            "--host-record=portal.test,1.1.1.1", "--local=/#/", ready=lambda: listening(R3, "udp", 53),
        ),
        program(R1, *plain, "--server=1.1.1.1", "--cache-size=0", ready=lambda: listening(R1, "udp", 53)),
        serving(R3, _sites(files)),
    ):  # fmt: skip
        yield


@pytest.fixture(autouse=True)
def _no_rules_left(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    yield
    if "home" in request.fixturenames:
        for name in (PC, R1, R2, R3):
            sh(name, "nft", "flush", "ruleset")


def in_lab(test: Callable[..., None]) -> Callable[..., None]:
    """This test breaks a real network; it is left out, with the reason, where that cannot be made."""
    missing = probe_lab.missing()
    marks = (
        pytest.mark.lab,
        pytest.mark.skipif(missing is not None, reason=f"no namespaces: {missing}"),
        pytest.mark.usefixtures("home"),
    )
    for mark in marks:
        test = mark(test)
    return test


def facts_of(*contents: object) -> Facts:
    return Facts({type(c): Section(Outcome.MEASURED, 0.1, 0.1, c) for c in contents})


def sections(files: Path, plan: Plan, *wanted: tuple[Collector, type[T]]) -> Facts:
    """Run these in order inside the customer's computer, each with everything measured before it."""
    host = Host(LinuxLocal(), Probes())

    async def measure() -> Facts:
        contents: list[object] = [plan]
        for collector in (interfaces.COLLECTOR, addressing.COLLECTOR, *(c for c, _ in wanted)):
            async with asyncio.timeout(collector.seconds):
                contents.append(await collector.collect(host, facts_of(*contents)))
        return facts_of(*contents)

    return probe(measure, PC, files / "resolv.conf")


G, RE, L, P, D, W, RO = (
    (gateway.COLLECTOR, Gateway),
    (reach.COLLECTOR, Reach),
    (loss.COLLECTOR, Loss),
    (path.COLLECTOR, PathSection),
    (dns.COLLECTOR, Dns),
    (web.COLLECTOR, Web),
    (router.COLLECTOR, Router),
)


@in_lab
def test_a_healthy_home(files: Path) -> None:
    facts = sections(files, PLAN, G, RE, L, P, D, W, RO)
    look = next(g for g in facts[Gateway].gateways if g.family is Family.V4)
    assert alive(look)
    assert (look.address, look.in_subnet, look.neighbour_state, look.macs_seen) == (GATEWAY, True, "reachable", 1)
    probes = facts[Reach].probes
    assert {p.network for p in probes if p.answered} == set(NETWORKS)
    assert facts[Reach].bound == ()
    legs = {leg.where: leg.echo for leg in facts[Loss].legs}
    assert {where: (echo.sent, echo.received) for where, echo in legs.items()} == dict.fromkeys(
        ("gateway", "first-hop", "far"), (40, 40)
    )
    assert legs["first-hop"].address == "100.64.7.1"
    (trace,) = facts[PathSection].traces
    assert trace.hops[-1].reached
    assert facts[PathSection].mtu[0].largest_ok == 1500
    (configured,) = [s for s in facts[Dns].servers if s.role == "configured"]
    assert configured.is_gateway
    assert all(a.ok for a in configured.answers if a.kind == "known")
    assert {a.failure for a in configured.answers if a.kind == "absent"} == {Failure.NXDOMAIN}
    assert facts[Dns].system_ok is True
    assert [c.expected for c in facts[Web].captive] == [True]
    assert facts[Web].captive[0].redirected_to_isp is False
    (tls,) = facts[Web].tls
    assert tls.answer.failure in (Failure.TLS_SELF_SIGNED, Failure.TLS_UNTRUSTED)
    assert tls.answer.issuer == "Some Filter"
    system = facts[Web].system
    assert system is not None
    assert system.status == 204
    told = asyncio.run(clock.collect(Host(LinuxLocal(), Probes()), facts))
    assert told.skew_s is not None
    assert abs(told.skew_s) < 3
    assert facts[Router].ssdp_answers == 0


@in_lab
def test_the_provider_wants_money(files: Path) -> None:
    plan = PLAN._replace(captive=(CaptiveTarget("http://portal.test/generate_204", 204, ""),), https=())
    facts = sections(files, plan, G, D, W)
    (check,) = facts[Web].captive
    assert (check.expected, check.redirected_to_isp) == (False, True)
    assert check.answer.location == "http://www.pay.isp.test"


@in_lab
def test_nothing_beyond_the_router(files: Path) -> None:
    rule(R1, "forward", "drop")
    facts = sections(files, PLAN, G, RE, L)
    assert alive(facts[Gateway].gateways[0])
    assert len(facts[Reach].probes) == 9
    assert not any(p.answered for p in facts[Reach].probes)
    assert {p.failure for p in facts[Reach].probes} == {Failure.TIMED_OUT}
    legs = {leg.where: leg.echo for leg in facts[Loss].legs}
    assert legs["gateway"].received == 40
    assert (legs["far"].received, legs["far"].failure) == (0, Failure.TIMED_OUT)
    assert "first-hop" not in legs


@in_lab
def test_near_targets_are_asked_when_the_far_ones_are_silent(files: Path) -> None:
    plan = PLAN._replace(resolvers=("100.64.7.1",), domestic=(LiteralTarget("10.77.0.9", "Nobody"),))
    rule(R2, "forward", "drop")
    facts = sections(files, plan, RE)
    assert not any(p.answered for p in facts[Reach].probes)
    assert {p.network for p in facts[Reach].inside if p.answered} == {"provider"}
    assert {p.network for p in facts[Reach].inside if not p.answered} == {"Nobody"}


@in_lab
def test_the_router_says_that_there_is_no_way(files: Path) -> None:
    ip("route del default", netns=R1)
    try:
        sh(R1, "sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=1000")
        facts = sections(files, PLAN, RE)
    finally:
        ip("route add default via 100.64.7.1", netns=R1)
    said = [p for p in facts[Reach].probes if p.failure is Failure.NET_UNREACHABLE]
    assert said
    assert {p.failure_from for p in said} == {GATEWAY}


@in_lab
def test_filtered_echoes_are_no_loss(files: Path) -> None:
    rule(R3, "input", "ip protocol icmp drop")
    facts = sections(files, PLAN, G, L)
    legs = {leg.where: leg.echo for leg in facts[Loss].legs}
    assert (legs["far"].method, legs["far"].received) == ("dns", 40)


@in_lab
def test_loss_beyond_the_home(files: Path) -> None:
    rule(R2, "forward", "ip daddr 1.1.1.1 numgen inc mod 5 0 drop")
    facts = sections(files, PLAN, G, L)
    legs = {leg.where: leg.echo for leg in facts[Loss].legs}
    assert legs["gateway"].received == legs["first-hop"].received == 40
    assert 28 <= legs["far"].received <= 36


@in_lab
def test_a_silent_router_is_given_up(files: Path) -> None:
    rule(R1, "input", "drop")
    facts = sections(files, PLAN, G)
    look = next(g for g in facts[Gateway].gateways if g.family is Family.V4)
    assert look.echo is not None
    assert (look.echo.received, look.macs_seen) == (0, 1)  # it still answers ARP
    assert look.neighbour_state == "reachable"
    assert len(look.tcp) == 3


@in_lab
def test_a_dead_resolver_is_told_from_a_dead_line(files: Path) -> None:
    rule(R1, "input", "meta l4proto { tcp, udp } th dport 53 drop")
    facts = sections(files, PLAN, G, D)
    by_role = {s.role: s for s in facts[Dns].servers}
    assert {a.failure for a in by_role["configured"].answers} == {Failure.TIMED_OUT}
    assert {a.transport for a in by_role["configured"].answers} == {"udp", "tcp"}
    assert any(a.ok for a in by_role["public"].answers)
    assert facts[Dns].system_ok is False


@in_lab
def test_two_ways_out_are_asked_apart(files: Path) -> None:
    ip("tuntap add tun9 mode tun", "link set tun9 up", "addr add 10.99.0.2/24 dev tun9",
       "route add 0.0.0.0/1 dev tun9", "route add 128.0.0.0/1 dev tun9", netns=PC)  # fmt: skip
    try:
        facts = sections(files, PLAN, RE)
    finally:
        ip("link del tun9", netns=PC)
    assert not any(p.answered for p in facts[Reach].probes)
    if facts[Interfaces].uplink == "eth0":
        assert {p.nic for p in facts[Reach].bound} == {"eth0"}
        assert {p.network for p in facts[Reach].bound if p.answered} == set(NETWORKS)


@in_lab
@pytest.mark.skipif(shutil.which("miniupnpd") is None, reason="miniupnpd is not installed")
def test_the_router_speaks_of_its_line(files: Path, tmp_path: Path) -> None:
    config = tmp_path / "miniupnpd.conf"
    config.write_text(
        "ext_ifname=wan\nlistening_ip=lan\next_ip=8.0.0.7\nhttp_port=5000\nenable_natpmp=yes\nenable_upnp=yes\n"
        "uuid=00000000-0000-4000-8000-000000000002\nsystem_uptime=no\nsecure_mode=yes\n"
    )
    with program(
        R1, "miniupnpd", "-d", "-f", str(config), "-P", str(tmp_path / "pid"),
        ready=lambda: listening(R1, "udp", 1900) and listening(R1, "tcp", 5000),
    ):  # fmt: skip
        facts = sections(files, PLAN, G, RO)
    (igd,) = facts[Router].igds
    assert (igd.address, igd.is_gateway, igd.problem) == (GATEWAY, True, None)
    assert [(s.service, s.status, s.failure) for s in igd.samples] == [("WANIPConnection", "Connected", None)] * 3
    assert igd.samples[0].external_address == "8.0.0.7"
    assert igd.samples[0].physical_link == "Up"
    assert igd.samples[2].at_s - igd.samples[0].at_s >= 0.2
    assert all(answer.answered for answer in facts[Router].natpmp)


@in_lab
def test_our_own_dhcp_question(files: Path) -> None:
    with pytest.raises(CannotMeasure) as skipped:
        sections(files, PLAN, G, (dhcp.COLLECTOR, Dhcp))
    assert skipped.value.outcome is Outcome.SKIPPED
    facts = sections(files, PLAN._replace(deep=True), (dhcp.COLLECTOR, Dhcp))
    assert (facts[Dhcp].nic, facts[Dhcp].discovers_sent, facts[Dhcp].offers) == ("eth0", 3, ())


@in_lab
@pytest.mark.skipif(shutil.which("chronyd") is None, reason="chrony is not installed")
def test_time_servers_are_asked_once_the_web_answers(files: Path) -> None:
    """chronyd twice: one knows the time, one does not, and nobody has the third name."""
    plan = PLAN._replace(ntp=(FAR[1], FAR[2], "no.such.name"))
    knows, not_yet = files / "knows.conf", files / "not-yet.conf"
    more = "allow\ncmdport 0\npidfile {0}/{1}.pid\nbindaddress {1}\nbindcmdaddress /\n"
    knows.write_text(f"local stratum 3\n{more.format(files, FAR[1])}")
    not_yet.write_text(more.format(files, FAR[2]))
    chronyd = ("chronyd", "-x", "-d", "-u", "root", "-f")

    def heard() -> int:
        return sh(R3, "cat", "/proc/net/udp").count(":007B ")

    with (
        program(R3, *chronyd, str(knows), ready=lambda: heard() == 1),
        program(R3, *chronyd, str(not_yet), ready=lambda: heard() == 2),
    ):
        facts = sections(files, plan, G, RE, W, (clock.COLLECTOR, Clock))
        dead = sections(files, plan, G, RE, (clock.COLLECTOR, Clock))
    sources = {source.host: source for source in facts[Clock].sources}
    assert abs(sources[FAR[1]].skew_s) <= sources[FAR[1]].error_s + 0.002
    assert {source.kind for source in facts[Clock].sources} == {"http", "sntp"}
    assert FAR[2] not in sources
    assert facts[Clock].skew_s is not None, "they agree"
    assert dead[Clock].sources == (), "nobody waits for them where the web gave nothing"


def test_clock_sources_must_agree() -> None:
    near, far = ClockSource("http", "a", 1.0, 1.1), ClockSource("http", "b", 1.4, 1.1)
    assert clock.agreed_skew([near, far, near._replace(skew_s=1.2)]) == 1.2
    assert clock.agreed_skew([near, far, far._replace(skew_s=900.0)]) is None
    assert clock.agreed_skew([]) is None
    years = [near._replace(skew_s=-1.79e9), far._replace(skew_s=-1.79e9 + 4000)]  # one page lay in a cache for an hour
    assert clock.agreed_skew(years) == years[1].skew_s
    assert clock.agreed_skew([*years, near]) is None


def test_without_web_and_router_the_clock_says_nothing() -> None:
    told = asyncio.run(clock.collect(Host(LinuxLocal(), Probes()), facts_of(PLAN)))
    assert (told.sources, told.skew_s) == ((), None)


def test_v6_is_asked_only_with_an_address() -> None:
    plan = PLAN._replace(literals=(*PLAN.literals, LiteralTarget(FAR_V6, "Cloudflare")))
    assert [t.address for t in asked_literals(plan, Addressing())] == list(FAR)


def test_gateways_of_tunnels_are_none() -> None:
    nics = (Nic("eth0", NicKind.ETHERNET), Nic("tun0", NicKind.TUNNEL))
    routes = (
        Route("tun0", Family.V4, "0.0.0.0/0", "10.8.0.1"),
        Route("eth0", Family.V4, "0.0.0.0/0", GATEWAY, metric=100),
        Route("eth0", Family.V6, "::/0", "fe80::1"),
    )
    found = physical_gateways(Addressing(routes=routes), Interfaces(nics=nics))
    assert [r.gateway for r in found] == [GATEWAY, "fe80::1"]


@pytest.mark.parametrize(
    ("target", "host"),
    [("example.org", "example.org"), ("https://a.example.org/x", "a.example.org"), ("1.2.3.4", None), (None, None),
     ("http://[::1]/", None), ("localhost", None)],
)  # fmt: skip
def test_target_hosts(target: str | None, host: str | None) -> None:
    assert dns.target_host(target) == host


def test_walled_garden_is_a_host_or_below() -> None:
    assert web.in_garden("www.pay.isp.test", ("pay.isp.test",))
    assert not web.in_garden("evilpay.isp.test", ("pay.isp.test",))
    assert not web.in_garden(None, ("pay.isp.test",))


@pytest.mark.parametrize(
    ("encrypted", "deep", "asked"),
    [
        (None, False, set()),
        ("off", False, set()),
        ("opportunistic", False, set()),  # falls back by itself
        ("strict", False, {"192.0.2.53", "1.1.1.1"}),
        ("off", True, {"1.1.1.1"}),
    ],
)
def test_who_is_asked_over_tls(encrypted: str | None, deep: bool, asked: set[str]) -> None:
    servers = [
        DnsServer("192.0.2.53", "configured", encrypted=encrypted),
        DnsServer("1.1.1.1", "public"),
        DnsServer("8.8.8.8", "public"),
    ]
    assert dns.asked_over_tls(servers, deep=deep) == asked
