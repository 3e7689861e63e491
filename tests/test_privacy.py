"""What a report never says: who the customer is. Every text field is classed, and what could tell is masked."""

from __future__ import annotations

import getpass
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest

from cpe_agent.codec import hints
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.judgement import Judgement
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import SECTIONS
from cpe_agent.privacy import private
from cpe_agent.report import facts_of, from_json, make, to_json
from cpe_agent.target import BadTarget, check_target
from tests.homes import facts_of as facts_of_home
from tests.homes import plain, wired_home
from tests.test_cases import all_cases, home_of

CLASSES = {
    "word": "one of our own words, or a number's text",
    "profile": "from the ISP's profile, equal for all its customers",
    "asked": "a public host or URL that the profile or the customer asked for",
    "address": "an IP address; the customer's own public ones are masked",
    "hashed": "a hash under a key of this run",
    "interface": "an interface's name; a hardware address in it is masked",
    "equipment": "what a box says of its make or state, cleaned and cut",
    "program": "a name that a program's maker gave it, cleaned and cut",
    "far-text": "text of a stranger's page or certificate, cleaned and cut",
}
CLASSED: dict[str, str] = {}
for _line in """
word: Plan.cpe_owner Plan.wan Plan.complaint System.os_family System.os_name System.os_version System.support_end
word: Nic.duplex WifiLink.failure Address.scope Resolver.encrypted Addressing.dhcp_client Addressing.configured
word: Neighbour.state Proxy.mode Proxy.source DialEntry.kind DialEntry.state DialEntry.source DialEntry.stage
word: DialEntry.reason DialEntry.shape Dial.log ClockSource.kind Echo.method DnsAnswer.kind DnsAnswer.transport
word: DnsAnswer.record TlsAnswer.version GatewayLook.neighbour_state
word: Igd.source NatPmp.protocol ReachProbe.protocol
word: LossLeg.where PathTrace.method DnsServer.role DnsServer.encrypted PastRun.verdict PastRun.fault
word: PastRun.owner Answers.given Router.page_vendor
profile: Plan.profile Plan.isp_name Plan.support_phone Plan.infrastructure Plan.resolvers Plan.realms
profile: Plan.concentrators Plan.walled_garden Plan.names Plan.https Plan.ntp LiteralTarget.address
profile: LiteralTarget.network CaptiveTarget.body ReachProbe.network
asked: Plan.target CaptiveTarget.url ClockSource.host DnsAnswer.name TlsAnswer.host HttpAnswer.url TargetLook.host
asked: HostsEntry.name
address: Address.address Route.destination Route.gateway Resolver.address Lease.address Lease.server Lease.router
address: Lease.resolvers Neighbour.address Neighbours.gateway_addresses Neighbours.alive HostsEntry.address Echo.address
address: Echo.failure_from Connect.address Connect.failure_from DnsAnswer.server DnsAnswer.addresses
address: DnsAnswer.failure_from TlsAnswer.address TlsAnswer.failure_from HttpAnswer.address HttpAnswer.failure_from
address: Hop.address GatewayLook.address DhcpOffer.server DhcpOffer.address DhcpOffer.router DhcpOffer.resolvers
address: IgdSample.external_address Igd.address NatPmp.external_address ReachProbe.address ReachProbe.failure_from
address: PathTrace.target PathMtu.address PathMtu.reported_by DnsServer.address TargetLook.addresses
hashed: Nic.mac WifiNetwork.ssid WifiNetwork.bssid WifiLink.ssid WifiLink.bssid Neighbour.mac GatewayLook.mac
hashed: Concentrator.mac
interface: Nic.name Interfaces.uplink NicDelta.name WifiLink.nic Address.nic Route.nic Resolver.nic Lease.nic
interface: Neighbour.nic Tunnel.nic Connect.nic GatewayLook.nic Dhcp.nic Pppoe.nic ReachProbe.nic
equipment: IgdSample.service IgdSample.status IgdSample.last_error IgdSample.physical_link
equipment: IgdSample.access_type Igd.manufacturer Igd.model Concentrator.name Concentrator.error
program: Protection.programs Protection.built_in
far-text: TlsAnswer.issuer HttpAnswer.location HttpAnswer.title HttpAnswer.server Proxy.host Proxy.pac_url
far-text: ProxyVpn.pac_proxy
""".strip().splitlines():
    _kind, _, _fields = _line.partition(": ")
    CLASSED |= dict.fromkeys(_fields.split(), _kind)


def text_fields(kind: Any, seen: set[type]) -> set[str]:
    """``Record.field`` of every field below a record that can hold text."""
    found: set[str] = set()
    if kind in seen or not hasattr(kind, "__annotations__"):
        return found
    seen.add(kind)
    for name, hint in hints(kind).items():
        for part in _parts(hint):
            if part is str:
                found.add(f"{kind.__name__}.{name}")
            elif isinstance(part, type):
                found |= text_fields(part, seen)
    return found


def _parts(hint: Any) -> list[Any]:
    if get_origin(hint) in (Union, UnionType, tuple, list, dict):
        return [part for argument in get_args(hint) for part in _parts(argument)]
    return [hint]


def test_every_text_field_of_a_report_is_known_for_what_it_holds() -> None:
    found: set[str] = set()
    for section in SECTIONS:
        found |= text_fields(section, set())
    assert found == set(CLASSED), (
        "class new text fields here: can it tell who the customer is?",
        sorted(found ^ set(CLASSED)),
    )
    assert set(CLASSED.values()) <= set(CLASSES)


MAC_NAME = "enx3ca62f9f3a1c"
OWN_V6 = "2001:db8:1:7:3ea6:2fff:fe9f:3a1c"


def telltale_home() -> dict[str, Any]:
    """A computer that dials itself: public addresses, addresses and a name made of its hardware address."""
    home = plain(wired_home())
    text = json.dumps(home).replace('"eth0"', f'"{MAC_NAME}"').replace("192.168.1.100", "198.51.100.77")
    text = text.replace("2001:db8:1::100", OWN_V6).replace("fe80::100", "fe80::3ea6:2fff:fe9f:3a1c")
    changed: dict[str, Any] = json.loads(text)
    return changed


def test_what_tells_the_customer_is_not_in_the_report() -> None:
    facts = facts_of_home(telltale_home())
    report = make(facts, judge(Look(facts), ALL), started=1.8e9, seconds=1.0, platform="linux", case=None)
    text = to_json(report).decode()
    for secret in (MAC_NAME, "3ca62f9f3a1c", "198.51.100.77", "198.18.7.9", OWN_V6, "3ea6:2fff:fe9f:3a1c", "9f:3a1c"):
        assert secret not in text, secret
    assert "198.51.100.0" in text
    assert "2001:db8:1:" in text


def test_equal_stays_equal_and_others_stay_apart() -> None:
    def sections() -> dict[str, Any]:
        return {
            "addressing": {"addresses": [{"address": OWN_V6, "nic": MAC_NAME}, {"address": "198.51.100.77"}]},
            "neighbours": {"entries": [{"address": "2001:db8:1:7::5", "family": "v6", "nic": MAC_NAME}]},
            "reach": {
                "from": OWN_V6,
                "to": "2001:db8:2::1",
                "via": "2001:db8:1:7::5",
                "by": f"{OWN_V6}%{MAC_NAME}",
            },
        }

    (masked,) = private(sections())
    own, other = masked["addressing"]["addresses"][0]["address"], masked["neighbours"]["entries"][0]["address"]
    name = masked["neighbours"]["entries"][0]["nic"]
    assert masked["reach"] == {"from": own, "to": "2001:db8:2::1", "via": other, "by": f"{own}%{name}"}
    assert own != other
    assert own != private(sections())[0]["addressing"]["addresses"][0]["address"], "another report, another key"


def test_addresses_of_the_inside_and_of_others_stay() -> None:
    for address in ("192.168.1.100", "10.0.0.5", "fe80::1", "fd00::1234", "1.1.1.1", "2606:4700:4700::1111"):
        (masked,) = private({"addressing": {"addresses": [{"address": "198.51.100.77"}], "seen": address}})
        assert masked["addressing"]["seen"] == address


@pytest.mark.parametrize("seed", range(200))
def test_any_text_is_taken(seed: int) -> None:
    rng = random.Random(seed)
    text = "".join(rng.choice("0123456789abcdef:.%/x אבג") for _ in range(rng.randrange(80)))
    (masked,) = private({"addressing": {"addresses": [{"address": text}, {"address": None}], "more": [text, 5, None]}})
    assert isinstance(masked["addressing"]["more"][0], str)


@pytest.mark.parametrize("case", all_cases(), ids=lambda c: f"{c['file']}: {c['name']}")
def test_a_report_judged_again_says_what_the_run_said(case: dict[str, Any]) -> None:
    facts = facts_of_home(home_of(case))
    judgement = judge(Look(facts), ALL)
    report = make(facts, judgement, started=1.8e9, seconds=1.0, platform="linux", case=None)
    again = judge(Look(facts_of(from_json(to_json(report)))), ALL)
    assert said(again) == said(judgement)


def said(judgement: Judgement) -> tuple[str, str | None, list[str]]:
    headline = judgement.headline
    suspects = [finding.fault.code for finding in judgement.suspects]
    return judgement.verdict, None if headline is None else headline.fault.code, suspects


def test_a_target_keeps_no_secret() -> None:
    assert check_target(" https://shop.example/cart?session=hunter2#top ") == "https://shop.example/cart"
    with pytest.raises(BadTarget, match="leave out the name and password"):
        check_target("https://me:hunter2@shop.example/")


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="needs root on Linux")
def test_a_whole_run_says_neither_the_host_nor_the_user(tmp_path: Path) -> None:
    """A real run in a network of its own, on a host and for a user with telling names, on an adapter that spells its
    hardware address."""
    client = f"{sys.executable} -m cpe_agent run --json --no-history --output {tmp_path / 'canary-folder.json'}"
    script = f"""hostname canary-host; ip link set lo up; ip link add {MAC_NAME} type veth peer name far
ip addr add 198.51.100.77/24 dev {MAC_NAME}; ip -6 addr add {OWN_V6}/64 dev {MAC_NAME} nodad
ip link set {MAC_NAME} up; ip link set far up; {client}"""
    home = tmp_path / "canary-home"
    home.mkdir()
    assert shutil.which("unshare")
    ended = subprocess.run(
        ["unshare", "-n", "-u", "sh", "-c", script], check=False, capture_output=True, text=True, timeout=120,
        env={**os.environ, "HOME": str(home), "USER": "canary-user", "LOGNAME": "canary-user"},
    )  # fmt: skip
    report = json.loads(ended.stdout)
    assert report["sections"]["addressing"]["content"]["addresses"], ended.stderr
    for secret in ("canary", MAC_NAME, OWN_V6, "198.51.100.77", re.escape(socket.gethostname())):
        assert not re.search(secret, ended.stdout), secret
    assert getpass.getuser() == "root" or getpass.getuser() not in ended.stdout
