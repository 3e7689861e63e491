"""Probes against a small internet in namespaces: every failure made for real, every sender of an error checked."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.facts import Failure
from cpe_agent.host import icmp, icmp_error
from cpe_agent.host.net import Probes
from tests import probe_lab
from tests.probe_lab import FAR, FAR_V6, PC, R1, R2, R3, inside, ip, lab, listening, probe, program, rule, serving, sh

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(probe_lab.missing() is not None, reason=f"no namespaces: {probe_lab.missing()}"),
]

GATEWAY, PROVIDER, NET = "192.168.77.1", "100.64.7.1", Probes()


@pytest.fixture(scope="module")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    config = tmp_path_factory.mktemp("dns") / "empty"
    config.write_text("")
    with (
        lab(),
        program(
            R3, "dnsmasq", "-k", "-C", str(config), "--no-resolv", "--no-hosts", "--user=root", "--pid-file=",
            "--host-record=example.com,192.0.2.10", "--local=/#/", "--edns-packet-max=4096",
            ready=lambda: listening(R3, "udp", 53),
        ),
    ):  # fmt: skip
        yield


@pytest.fixture(autouse=True)
def _clean_rules(internet: None) -> Iterator[None]:
    yield
    for name in (PC, R1, R2, R3):
        sh(name, "nft", "flush", "ruleset")


@pytest.fixture
def fresh_errors() -> None:
    """Linux rations ICMP errors to a burst of six a peer; tests after another must not find the purse empty."""
    for name in (R1, R2, R3):
        sh(name, "sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")


def test_echo_of_both_families() -> None:
    for address in (GATEWAY, FAR[0], FAR_V6):
        echo = probe(partial(NET.echo, address, count=5))
        assert (echo.sent, echo.received, echo.failure, echo.denied) == (5, 5, None, False)
        assert echo.rtt_median_ms is not None
        assert echo.rtt_median_ms < 50


def test_echo_bound_to_an_interface() -> None:
    assert probe(lambda: NET.echo(FAR[0], nic="eth0")).received == 1
    with pytest.raises(CannotMeasure) as refused:
        probe(lambda: NET.echo(FAR[0], nic="nosuchnic"))
    assert refused.value.outcome is Outcome.UNSUPPORTED


def test_loss_is_counted_as_made() -> None:
    rule(R2, "forward", "ip daddr 1.1.1.1 numgen inc mod 5 0 drop")
    echo = probe(lambda: NET.echo(FAR[0], count=40))
    assert echo.sent == 40
    assert 28 <= echo.received <= 36
    assert echo.lost_first_half > 0
    assert echo.lost_second_half > 0


@pytest.mark.parametrize(
    ("reject", "failure"),
    [
        ("net-unreachable", Failure.NET_UNREACHABLE),
        ("host-unreachable", Failure.HOST_UNREACHABLE),
        ("admin-prohibited", Failure.ADMIN_PROHIBITED),
        ("port-unreachable", Failure.PORT_UNREACHABLE),
    ],
)
def test_a_router_says_no(reject: str, failure: Failure, fresh_errors: None) -> None:
    rule(R1, "forward", f"ip daddr 8.8.8.8 reject with icmp type {reject}")
    connect = probe(lambda: NET.connect("8.8.8.8", 443, timeout_s=1))
    assert (connect.failure, connect.failure_from) == (failure, GATEWAY)
    assert connect.ms is not None
    assert connect.ms < 300
    answer = probe(lambda: NET.dns("8.8.8.8", "example.com"))
    assert (answer.failure, answer.failure_from, answer.ok) == (failure, GATEWAY, False)
    echo = probe(lambda: NET.echo("8.8.8.8", count=40))
    assert (echo.failure, echo.failure_from, echo.received) == (failure, GATEWAY, 0)
    assert echo.sent < 10


def test_v6_unreachable_names_its_sender(fresh_errors: None) -> None:
    rule(R1, "forward", "reject with icmpv6 type no-route", "ip6")
    connect = probe(lambda: NET.connect(FAR_V6, 443, timeout_s=1))
    assert (connect.failure, connect.failure_from) == (Failure.NET_UNREACHABLE, "2001:db8:77::1")


def test_silence_is_a_time_out() -> None:
    rule(R1, "forward", "drop")
    connect = probe(lambda: NET.connect(FAR[0], 443, timeout_s=0.3))
    assert (connect.failure, connect.failure_from) == (Failure.TIMED_OUT, None)
    echo = probe(lambda: NET.echo(FAR[0], count=2, interval_s=0.05, timeout_s=0.3))
    assert (echo.failure, echo.sent, echo.received) == (Failure.TIMED_OUT, 2, 0)


def test_own_filter_is_not_the_line() -> None:
    rule(PC, "output", "ip daddr 9.9.9.9 drop")
    assert probe(lambda: NET.echo("9.9.9.9", timeout_s=0.5)).failure is Failure.NOT_PERMITTED
    assert probe(lambda: NET.dns("9.9.9.9", "example.com", timeout_s=0.5)).failure is Failure.NOT_PERMITTED


def test_refused_is_alive_and_no_route_is_ours() -> None:
    refused = probe(lambda: NET.connect(FAR[0], 81, timeout_s=1))
    assert (refused.ok, refused.failure, refused.failure_from) == (False, Failure.REFUSED, None)
    ip("route del default", netns=PC)
    try:
        nowhere = probe(lambda: NET.connect(FAR[0], 443, timeout_s=1))
    finally:
        ip("route add default via 192.168.77.1", netns=PC)
    assert (nowhere.failure, nowhere.failure_from) == (Failure.NO_ROUTE, None)


def test_a_silent_neighbour_is_told_by_ourselves() -> None:
    connect = probe(lambda: NET.connect("192.168.77.99", 80, timeout_s=4))
    assert (connect.failure, connect.failure_from) == (Failure.HOST_UNREACHABLE, "192.168.77.2")


def test_trace_costs_one_round_trip(fresh_errors: None) -> None:
    for target in (FAR[0], FAR_V6):
        hops = probe(partial(NET.trace, target))
        assert [hop.ttl for hop in hops] == [1, 2, 3]
        assert hops[-1].address == target
        assert hops[-1].reached
    assert hops[0].address == "2001:db8:77::1"


@pytest.fixture
def like_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets that hand over what a Mac's do: the IP header in front, and every router's error among the answers. A raw
    socket without filter and error queue is that on Linux."""

    def raw(family: socket.AddressFamily) -> tuple[socket.socket, bool]:
        protocol = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
        return socket.socket(family, socket.SOCK_RAW, protocol), False

    monkeypatch.setattr(icmp_error, "HAS_QUEUE", False)
    monkeypatch.setattr(icmp, "_open", raw)


@pytest.mark.parametrize("target", [FAR[0], FAR_V6])
def test_paths_and_echoes_without_an_error_queue(target: str, like_a_mac: None, fresh_errors: None) -> None:
    hops = probe(partial(NET.trace, target))
    assert [hop.ttl for hop in hops] == [1, 2, 3]
    assert (hops[-1].address, hops[-1].reached) == (target, True)
    assert all(hop.received == 1 for hop in hops)
    echo = probe(lambda: NET.echo(target, count=3))
    assert (echo.received, echo.failure) == (3, None)


def test_an_error_among_the_answers_ends_a_path(like_a_mac: None, fresh_errors: None) -> None:
    rule(R2, "forward", "reject with icmp type net-unreachable")
    hops = probe(lambda: NET.trace(FAR[0], timeout_s=0.6))
    assert [(hop.address, hop.failure) for hop in hops] == [(GATEWAY, None), (PROVIDER, Failure.NET_UNREACHABLE)]
    echo = probe(lambda: NET.echo(FAR[0], count=2, timeout_s=0.6))
    assert (echo.received, echo.failure, echo.failure_from) == (0, Failure.NET_UNREACHABLE, PROVIDER)


def test_a_size_is_told_without_an_error_queue(like_a_mac: None, fresh_errors: None) -> None:
    ip("link set north mtu 1420", netns=R2)
    try:
        told = probe(lambda: NET.path_mtu(FAR[0], sizes=(1280, 1400, 1472, 1492, 1500)))
    finally:
        ip("link set north mtu 1500", netns=R2)
        sh(PC, "ip", "route", "flush", "cache")
    assert (told.largest_ok, told.reported, told.reported_by) == (1400, 1420, PROVIDER)


def test_two_probes_at_once_take_no_word_of_each_other(like_a_mac: None, fresh_errors: None) -> None:
    """Each hears every error and every answer of the other."""

    async def both() -> tuple[Any, Any]:
        return await asyncio.gather(NET.trace(FAR[0]), NET.hop_echo(FAR[1], 1, count=3))

    hops, hop = probe(both)
    assert [one.address for one in hops] == [GATEWAY, PROVIDER, FAR[0]]
    assert (hop.address, hop.received) == (GATEWAY, 3)


def test_trace_shows_who_stops_it(fresh_errors: None) -> None:
    rule(R2, "forward", "reject with icmp type net-unreachable")
    hops = probe(lambda: NET.trace(FAR[0], timeout_s=0.6))
    assert [(hop.address, hop.failure) for hop in hops] == [(GATEWAY, None), (PROVIDER, Failure.NET_UNREACHABLE)]


def test_silent_hops_have_no_address() -> None:
    rule(R2, "output", "ip protocol icmp drop")
    hops = probe(lambda: NET.trace(FAR[0], timeout_s=0.6))
    assert [hop.address for hop in hops] == [GATEWAY, None, FAR[0]]


def test_hop_echo_finds_the_providers_router(fresh_errors: None) -> None:
    echo = probe(lambda: NET.hop_echo(FAR[0], 2, count=3))
    assert (echo.address, echo.received) == (PROVIDER, 3)


def test_path_mtu_reported_and_silent(fresh_errors: None) -> None:
    sizes = (1280, 1400, 1472, 1492, 1500)
    whole = probe(lambda: NET.path_mtu(FAR[0], sizes=sizes))
    assert (whole.largest_ok, whole.silent_from, whole.reported) == (1500, None, None)
    ip("link set north mtu 1420", netns=R2)
    try:
        told = probe(lambda: NET.path_mtu(FAR[0], sizes=sizes))
        assert (told.largest_ok, told.silent_from) == (1400, None)
        assert (told.reported, told.reported_by) == (1420, PROVIDER)
        sh(PC, "ip", "route", "flush", "cache")
        rule(R2, "output", "icmp type destination-unreachable drop")
        hole = probe(lambda: NET.path_mtu(FAR[1], sizes=sizes, timeout_s=0.7))
        assert (hole.largest_ok, hole.silent_from, hole.reported) == (1400, 1472, None)
    finally:
        ip("link set north mtu 1500", netns=R2)


def test_filtered_echoes_are_no_black_hole() -> None:
    rule(R3, "input", "ip protocol icmp drop")
    look = probe(lambda: NET.path_mtu(FAR[0], sizes=(1280, 1500), timeout_s=0.6))
    assert (look.largest_ok, look.silent_from, look.reported) == (None, None, None)


def test_dns_says_what_was_said() -> None:
    known = probe(lambda: NET.dns(FAR[0], "example.com"))
    assert (known.ok, known.addresses, known.failure, known.tries) == (True, ("192.0.2.10",), None, 1)
    absent = probe(lambda: NET.dns(FAR[0], "nothing.test", kind="absent"))
    assert (absent.ok, absent.failure) == (False, Failure.NXDOMAIN)
    nodata = probe(lambda: NET.dns(FAR[0], "example.com", record="AAAA"))
    assert (nodata.ok, nodata.failure) == (True, Failure.NODATA)
    stream = probe(lambda: NET.dns(FAR[0], "example.com", transport="tcp"))
    assert (stream.ok, stream.addresses) == (True, ("192.0.2.10",))
    closed = probe(lambda: NET.dns(GATEWAY, "example.com"))
    assert (closed.failure, closed.failure_from) == (Failure.PORT_UNREACHABLE, GATEWAY)


def test_a_cut_answer_without_tcp_is_truncated() -> None:
    def cut(question: bytes) -> bytes:
        return question[:2] + b"\x87\x80" + question[4:10] + b"\0\0" + question[12:-11]

    with serving(R1, _udp_server(GATEWAY, 53, cut)):
        answer = probe(lambda: NET.dns(GATEWAY, "example.com"))
    assert (answer.ok, answer.failure) == (False, Failure.TRUNCATED)


def test_dns_is_asked_again() -> None:
    rule(R2, "forward", "udp dport 53 numgen inc mod 2 0 drop")
    answers = [probe(lambda: NET.dns(FAR[0], "example.com", resend_s=(0.1, 0.2, 0.3))) for _ in range(2)]
    assert all(answer.ok for answer in answers)
    assert max(answer.tries for answer in answers) == 2


def test_dns_train() -> None:
    echo = probe(lambda: NET.echo_dns(FAR[0], count=20))
    assert (echo.method, echo.sent, echo.received) == ("dns", 20, 20)


def test_loopback_and_arp() -> None:
    assert probe(NET.loopback_tcp).ok
    stations = probe(lambda: NET.arp_macs("eth0", GATEWAY, timeout_s=0.15))
    assert len(stations) == 1
    assert stations[0].startswith("local/")
    assert probe(lambda: NET.arp_macs("eth0", "192.168.77.99", timeout_s=0.15)) == ()


def test_dhcp_offers_of_a_real_server(tmp_path: Path) -> None:
    config = tmp_path / "empty"
    config.write_text("")
    with program(
        R1, "dnsmasq", "-k", "-C", str(config), "--port=0", "--user=root", "--pid-file=", "--interface=lan",
        "--dhcp-range=192.168.77.50,192.168.77.60,255.255.255.0,1h", "--dhcp-option=6,192.168.77.1",
        f"--dhcp-leasefile={tmp_path / 'leases'}", "--no-ping",
        ready=lambda: listening(R1, "udp", 67),
    ):  # fmt: skip
        asked = probe(lambda: NET.dhcp_discover("eth0", timeout_s=0.7))
        assert (tmp_path / "leases").read_text() == ""
    assert asked.sent == 1
    (offer,) = asked.offers
    assert (offer.server, offer.router, offer.prefix_len, offer.nak) == (GATEWAY, GATEWAY, 24, False)
    assert offer.address.startswith("192.168.77.5") or offer.address == "192.168.77.60"
    assert offer.resolvers == (GATEWAY,)


def _udp_server(address: str, port: int, answer: Callable[[bytes], bytes]) -> Callable[[], Callable[[], None]]:
    """One datagram in, one out, in a thread, until stopped."""
    import threading

    def start() -> Callable[[], None]:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((address, port))
        sock.settimeout(0.05)
        stopped = threading.Event()

        def work() -> None:
            while not stopped.is_set():
                try:
                    data, sender = sock.recvfrom(2048)
                except TimeoutError:
                    continue
                sock.sendto(answer(data), sender)

        thread = threading.Thread(target=work)
        thread.start()

        def stop() -> None:
            stopped.set()
            thread.join()
            sock.close()

        return stop

    return start


def test_a_time_server_tells_how_far_this_clock_is_off() -> None:
    def ahead(data: bytes) -> bytes:
        assert (len(data), data[:40]) == (48, b"\x23" + bytes(39)), "the question tells nothing of this computer"
        asked.append(data[40:])
        now = int((time.time() + 2_208_988_800 + 900) * 2**32).to_bytes(8, "big")
        return b"\x24\x02\x06\xe8" + bytes(20) + data[40:] + now + now

    asked: list[bytes] = []
    with serving(R3, _udp_server(FAR[0], 123, ahead)):
        told = probe(lambda: NET.sntp(FAR[0], timeout_s=0.5))
        probe(lambda: NET.sntp(FAR[0], timeout_s=0.5))
    assert told.skew_s is not None
    assert told.error_s is not None
    assert abs(told.skew_s + 900) <= told.error_s + 0.002, "this computer is behind"
    assert (told.stratum, told.failure, len(set(asked))) == (2, None, 2)
    with serving(R3, _udp_server(FAR[0], 123, lambda _: b"\x24\x02" + bytes(46))):
        assert probe(lambda: NET.sntp(FAR[0], timeout_s=0.3)).failure is Failure.GARBAGE, "not the answer to this"
    assert probe(lambda: NET.sntp(FAR[0], timeout_s=0.5)).failure is Failure.PORT_UNREACHABLE


def test_nat_pmp_and_pcp_tell_the_epoch() -> None:
    def answer(data: bytes) -> bytes:
        if data == b"\0\0":  # RFC 6886 3.2
            return b"\0\x80\0\0" + (4242).to_bytes(4, "big") + socket.inet_aton("203.0.113.9")
        assert len(data) == 24
        assert data[8:24] == bytes(10) + b"\xff\xff" + socket.inet_aton("192.168.77.2")
        return b"\x02\x80\0\0" + bytes(4) + (4243).to_bytes(4, "big") + bytes(12)  # RFC 6887 7.2

    with serving(R1, _udp_server(GATEWAY, 5351, answer)):
        old = probe(lambda: NET.nat_pmp(GATEWAY, timeout_s=0.4))
        new = probe(lambda: NET.pcp(GATEWAY, timeout_s=0.4))
    assert (old.answered, old.epoch_s, old.external_address, old.result_code) == (True, 4242, "203.0.113.9", 0)
    assert (new.answered, new.epoch_s, new.result_code) == (True, 4243, 0)
    closed = probe(lambda: NET.nat_pmp(GATEWAY, timeout_s=0.4))
    assert (closed.answered, closed.failure) == (False, Failure.PORT_UNREACHABLE)


@pytest.mark.skipif(not Path("/usr/sbin/miniupnpd").exists(), reason="miniupnpd is not installed")
def test_a_real_internet_gateway_device(tmp_path: Path) -> None:
    config = tmp_path / "miniupnpd.conf"
    config.write_text(
        "ext_ifname=wan\nlistening_ip=lan\next_ip=8.0.0.7\nhttp_port=5000\nenable_natpmp=yes\nenable_upnp=yes\n"
        "uuid=00000000-0000-4000-8000-000000000001\nsystem_uptime=no\nsecure_mode=yes\n"
    )
    sh(R1, "ip", "link", "set", "lan", "multicast", "on")
    with program(
        R1, "miniupnpd", "-d", "-f", str(config), "-P", str(tmp_path / "pid"),
        ready=lambda: listening(R1, "udp", 1900) and listening(R1, "tcp", 5000),
    ):  # fmt: skip
        search = probe(lambda: NET.ssdp(GATEWAY, timeout_s=1.3))
        location = next(a.location for a in search.answers if a.sender == GATEWAY)
        description = probe(lambda: NET.igd_description(location, timeout_s=1))
        assert description.failure is None
        connection = next(s for s in description.services if s.service == "WANIPConnection")
        status = probe(
            lambda: NET.igd_call(connection.control_url, connection.service_type, "GetStatusInfo", timeout_s=1)
        )
        wrong = probe(lambda: NET.igd_call(connection.control_url, connection.service_type, "NoSuch", timeout_s=1))
        epoch = probe(lambda: NET.nat_pmp(GATEWAY, timeout_s=0.5))
    assert status.failure is None
    assert "NewConnectionStatus" in status.values
    assert status.values["NewLastConnectionError"] == "ERROR_NONE"
    assert (wrong.failure, wrong.fault) == (None, "401")
    assert epoch.answered


_AS_NOBODY = """
import asyncio, json, sys
sys.path[:0] = {path!r}
from cpe_agent.host.net import Probes
from cpe_agent.collector import CannotMeasure

async def main():
    net = Probes()
    found = {{}}
    found["echo"] = await net.echo("1.1.1.1")
    found["hop"] = await net.hop_echo("1.1.1.1", 2, count=2)
    found["hops"] = [h.address for h in await net.trace("1.1.1.1")]
    found["mtu"] = (await net.path_mtu("1.1.1.1", sizes=(1280, 1400))).largest_ok
    found["bound"] = (await net.connect("1.1.1.1", 81, timeout_s=1, nic="eth0")).failure
    dhcp, arp = net.dhcp_discover("eth0", timeout_s=.2), net.arp_macs("eth0", "192.168.77.1", timeout_s=.2)
    for name, ask in (("dhcp", dhcp), ("arp", arp)):
        try:
            await ask
            found[name] = "allowed"
        except CannotMeasure as error:
            found[name] = error.outcome
    print(json.dumps(found))

asyncio.run(main())
"""


def _as_nobody() -> dict[str, Any]:
    """The probes as an ordinary user with no ICMP socket of either kind (the usual server default)."""
    sh(PC, "sysctl", "-q", "-w", "net.ipv4.ping_group_range=1 0")
    script = textwrap.dedent(_AS_NOBODY).format(path=[*sys.path, str(Path(__file__).parent.parent)])
    done = subprocess.run(
        ["ip", "netns", "exec", PC, "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
         "--inh-caps=-all", "--bounding-set=-all", sys.executable, "-B", "-c", script],
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    if "Permission denied" in done.stderr:
        pytest.skip("this interpreter cannot be run by another user")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_ordinary_user_gets_what_needs_no_rights(fresh_errors: None) -> None:
    found = _as_nobody()
    assert found["echo"][-1] is True  # denied, which is not "no answer"
    assert found["hop"][0] == PROVIDER
    assert found["hops"] == [GATEWAY, PROVIDER, FAR[0]]
    assert found["mtu"] == 1400
    assert found["bound"] == "refused"
    assert (found["dhcp"], found["arp"]) == ("denied", "denied")


def test_datagram_echo_where_the_group_is_let_in() -> None:
    sh(PC, "sysctl", "-q", "-w", "net.ipv4.ping_group_range=0 2147483647")
    try:
        found = _echo_as_group()
    finally:
        sh(PC, "sysctl", "-q", "-w", "net.ipv4.ping_group_range=1 0")
    assert (found.received, found.denied) == (3, False)


def _echo_as_group() -> Any:
    from cpe_agent.host import icmp

    opened = inside(PC, lambda: icmp._open(socket.AF_INET))
    raw = opened[1]
    opened[0].close()
    assert not raw
    return probe(lambda: NET.echo(FAR[0], count=3))
