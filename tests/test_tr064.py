"""A router's TR-064, its login by Digest, and IGD version 2, against a real HTTP server in a namespace; and every
parser of what a router sends, against anything."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import router
from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.diagnose.readings import router as readings
from cpe_agent.facts import Addressing, Failure, Family, Interfaces, Nic, NicKind, Plan, Route, Router
from cpe_agent.host import Host, SoapAnswer, tr064
from cpe_agent.host.datagram import Heard
from cpe_agent.host.digest import Challenge, authorization, challenge
from cpe_agent.host.http import Exchange
from cpe_agent.host.http_message import Message
from cpe_agent.host.igd import read_answer
from cpe_agent.host.linux import LinuxLocal
from cpe_agent.host.net import Probes
from cpe_agent.host.ssdp import read_answer as read_ssdp
from cpe_agent.host.xml_tree import read_xml
from tests import probe_lab
from tests.probe_lab import PC, R1, lab, listening, probe, program, sh
from tests.tr064_box import USER, VALUES

GATEWAY = "192.168.77.1"
CONTROL = f"http://{GATEWAY}:49000/upnp/control/WANPPPConnection"
TYPE = "urn:dslforum-org:service:WANPPPConnection:1"
RIGHT = (USER, "correct horse battery")
NET = Probes()


# ------------------------------------------------------------------ the digest itself

RFC = ("Mufasa", "Circle of Life")
RFC_HEADER = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm: str, response: str) -> None:
    """Section 3.9.1, both algorithms."""
    asked = challenge(RFC_HEADER.replace("SHA-256", algorithm))
    assert asked is not None
    made = authorization(asked, RFC, "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    assert f'response="{response}"' in made
    assert f"algorithm={algorithm}, qop=auth, nc=00000001" in made
    assert RFC[1] not in made


def test_a_server_that_knows_no_qop() -> None:
    """RFC 2069, 2.4, with the response that RFC 2617's errata give for it."""
    asked = challenge(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    assert asked is not None
    made = authorization(asked, ("Mufasa", "CircleOfLife"), "GET", "/dir/index.html", "x")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in made
    assert "qop" not in made


@pytest.mark.parametrize(
    ("header", "algorithm"),
    [
        (RFC_HEADER, "SHA-256"),
        ('Digest realm="a", nonce="b"', "MD5"),
        ('digest REALM="a", Nonce=b, ALGORITHM="md5"', "MD5"),
        ('Digest realm="a", nonce="b", algorithm=MD5, Digest realm="a", nonce="c", algorithm=SHA-256', "SHA-256"),
        ('Basic realm="x", Digest realm="a", nonce="b"', "MD5"),
        ('Digest realm="a", nonce="b", algorithm=SHA-512-256, Digest realm="a", nonce="b"', "MD5"),
        ('Basic realm="a"', None),
        ("Negotiate", None),
        ('Digest realm="a", nonce="b", algorithm=MD5-sess', None),
        ('Digest realm="a", nonce="b", qop="auth-int"', None),
        ('Digest realm="a"', None),
        ('Digest realm="\xe9", nonce="b"', None),
        ('Digest realm="a", nonce="b\x01"', None),
        ("", None),
        ('Digest realm="' + "a" * 5000, None),
    ],
)
def test_which_offer_is_taken(header: str, algorithm: str | None) -> None:
    found = challenge(header)
    assert (found and found.algorithm) == algorithm


def test_a_name_that_no_header_can_hold() -> None:
    asked = Challenge("a", "n", "SHA-256", userhash=True)
    named = authorization(asked._replace(userhash=False), ('דנה"', "s"), "POST", "/", "c")
    assert "username*=UTF-8''%D7%93%D7%A0%D7%94%22, " in named
    hashed = authorization(asked, ("דנה", "s"), "POST", "/", "c")
    assert f'username="{hashlib.sha256("דנה:a".encode()).hexdigest()}"' in hashed
    assert hashed.endswith("userhash=true")


ANYTHING = st.text(max_size=200) | st.text(st.sampled_from('Digestnoncerealm="\\,a= \t1'), max_size=200)


@given(ANYTHING)
def test_any_challenge_goes_back_as_one_plain_line(header: str) -> None:
    for text in (header, f'Digest realm="{header}", nonce="{header}", opaque="{header}"', f"Digest nonce={header}"):
        asked = challenge(text)
        if asked is not None:
            made = authorization(asked, ("user", "Zq7!Zq7!"), "POST", "/", "c")
            assert made.isascii()
            assert made.isprintable()
            assert "Zq7!" not in made


# ------------------------------------------------------------------ a router that answers


@pytest.fixture(scope="module")
def home() -> Iterator[None]:
    if probe_lab.missing() is not None:
        pytest.skip(f"no namespaces: {probe_lab.missing()}")
    with lab():
        yield


def box(*options: str) -> AbstractContextManager[None]:
    command = (sys.executable, "-m", "tests.tr064_box", GATEWAY, *options)
    return program(R1, *command, ready=lambda: listening(R1, "tcp", 49000))


def call(action: str, login: tuple[str, str] | None) -> SoapAnswer:
    return probe(lambda: tr064.call(CONTROL, TYPE, action, login=login, timeout_s=2))


@pytest.mark.lab
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("offers", [("MD5",), ("SHA-256",), ("SHA-512-256", "MD5", "SHA-256"), ("Basic", "MD5")])
def test_a_login_by_digest(offers: tuple[str, ...]) -> None:
    with box("--password", RIGHT[1], "--offer", *offers):
        right, wrong, none = (call("GetStatusInfo", login) for login in (RIGHT, (USER, "wrong"), None))
        unknown = call("NoSuch", RIGHT)
    assert (right.values, right.failure, right.fault) == (VALUES["GetStatusInfo"], None, None)
    assert (wrong.values, wrong.failure, wrong.fault) == ({}, None, "606")
    assert (none.values, none.failure, none.fault) == ({}, None, "606")
    assert unknown.fault == "401"


@pytest.mark.lab
@pytest.mark.usefixtures("home")
def test_only_basic_is_no_offer() -> None:
    with box("--password", RIGHT[1], "--offer", "Basic"):
        assert call("GetStatusInfo", RIGHT).fault == "606"


@pytest.mark.lab
@pytest.mark.usefixtures("home")
def test_what_a_router_gives_away_of_the_customers_login_is_dropped() -> None:
    with box("--password", RIGHT[1]):
        answer = call("GetInfo", RIGHT)
    assert answer.values == {
        "NewUpTime": "93784",
        "NewConnectionStatus": "Disconnected",
        "NewLastConnectionError": "ERROR_AUTHENTICATION_FAILURE",
    }


@pytest.mark.lab
@pytest.mark.usefixtures("home")
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl, which checks the box that checks us, is not installed")
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_box_is_one_that_others_can_log_in_to(algorithm: str) -> None:
    ask = ["curl", "-s", "--digest", "-d", "x", "-H", f'SOAPAction: "{TYPE}#GetStatusInfo"', CONTROL]
    with box("--password", RIGHT[1], "--offer", algorithm):
        right = sh(PC, *ask, "-u", ":".join(RIGHT))
        wrong = sh(PC, *ask, "-u", f"{USER}:wrong")
    assert "ERROR_AUTHENTICATION_FAILURE" in right
    assert "ERROR" not in wrong


@pytest.mark.parametrize("url", ["https://192.168.77.1/c", "http://203.0.114.9/c", "http://router.example/c", "x"])
def test_a_login_goes_only_to_a_box_at_home(url: str) -> None:
    answer = asyncio.run(tr064.call(url, TYPE, "GetInfo", login=RIGHT, timeout_s=1))
    assert answer == SoapAnswer({}, Failure.GARBAGE, None)


# ------------------------------------------------------------------ the collector


def collected(net: Probes = NET) -> Router:
    addressing = Addressing(routes=(Route("eth0", Family.V4, "0.0.0.0/0", GATEWAY),))
    interfaces = Interfaces(nics=(Nic("eth0", NicKind.ETHERNET),))
    sections: dict[type, Section] = {
        section: Section(Outcome.MEASURED, 0.0, 0.0, content)
        for section, content in ((Plan, Plan()), (Interfaces, interfaces), (Addressing, addressing))
    }
    return probe(lambda: router.collect(Host(LinuxLocal(), net), Facts(sections)))


@pytest.mark.lab
@pytest.mark.usefixtures("home")
def test_a_router_without_upnp_that_speaks_tr064() -> None:
    with box():
        found = collected()
    (igd,) = found.igds
    assert (igd.address, igd.is_gateway, igd.source, igd.login_wanted) == (GATEWAY, True, "tr064", False)
    assert (igd.manufacturer, igd.model) == ("AVM", "FRITZ!Box 7590")
    assert igd.samples[0].service == "WANPPPConnection"
    assert readings.last_error.read(found) == "AUTHENTICATION_FAILURE"
    assert readings.session.read(found) == "disconnected"
    assert readings.physical_link.read(found) == "up"
    assert readings.access_type.read(found) == "dsl"
    assert readings.uptime_s.read(found) == igd.device_uptime_s == 93784


@pytest.mark.lab
@pytest.mark.usefixtures("home")
def test_a_router_that_wants_its_login_first_says_nothing_of_the_line() -> None:
    with box("--password", RIGHT[1]):
        found = collected()
    (igd,) = found.igds
    assert (igd.source, igd.login_wanted, igd.model) == ("tr064", True, "FRITZ!Box 7590")
    assert [sample.failure for sample in igd.samples] == [Failure.OTHER]
    assert readings.session.read(found) is None
    assert readings.uptime_s.read(found) is None
    assert readings.answers_upnp.read(found) is False


@pytest.mark.lab
@pytest.mark.usefixtures("home")
def test_the_login_that_the_customer_chose_to_give() -> None:
    with box("--password", RIGHT[1]):
        found, refused = collected(Probes(lambda: RIGHT)), collected(Probes(lambda: (USER, "wrong")))
    assert readings.last_error.read(found) == "AUTHENTICATION_FAILURE"
    assert (found.igds[0].source, found.igds[0].login_wanted) == ("tr064", False)
    assert readings.uptime_s.read(found) == 93784
    assert (refused.igds[0].login_wanted, readings.session.read(refused)) == (True, None)
    assert readings.uptime_s.read(refused) is None
    assert RIGHT[1] not in repr(found)


@pytest.mark.lab
@pytest.mark.usefixtures("home")
def test_a_closed_door_and_another_service_behind_it_are_nothing() -> None:
    assert collected().igds == ()
    with box("--kind", "igd1"):
        assert collected().igds == (), "a description found by its port alone must be TR-064's own"


@pytest.mark.lab
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("kind", ["igd1", "igd2", "tr064"])
def test_each_voice_of_a_router_is_read_in_the_same_way(kind: str) -> None:
    with box("--kind", kind):
        location = f"http://{GATEWAY}:49000/tr64desc.xml"
        description = probe(lambda: NET.igd_description(location, timeout_s=1))
        services = {service.service_type.rpartition("service:")[2]: service for service in description.services}
        answers = {
            name: probe(lambda s=s: NET.igd_call(s.control_url, s.service_type, "GetStatusInfo", timeout_s=1))  # type: ignore[misc]
            for name, s in services.items()
            if name.startswith("WAN") and "Common" not in name
        }
    assert description.source == kind
    assert set(answers) == ({"WANPPPConnection:1", "WANIPConnection:2"} if kind == "igd2" else {"WANPPPConnection:1"})
    assert all(answer.values == VALUES["GetStatusInfo"] for answer in answers.values())


@pytest.mark.lab
@pytest.mark.usefixtures("home")
@pytest.mark.skipif(shutil.which("miniupnpd") is None, reason="miniupnpd is not installed")
@pytest.mark.parametrize(("as_v1", "source"), [("yes", "igd1"), ("no", "igd2")])
def test_a_real_gateway_of_either_version_is_not_asked_for_its_line_by_tr064(
    tmp_path: Path, as_v1: str, source: str
) -> None:
    config = tmp_path / "miniupnpd.conf"
    config.write_text(
        "ext_ifname=wan\nlistening_ip=lan\next_ip=8.0.0.7\nhttp_port=5000\nenable_natpmp=yes\nenable_upnp=yes\n"
        f"uuid=00000000-0000-4000-8000-000000000003\nsecure_mode=yes\nforce_igd_desc_v1={as_v1}\n"
    )
    with box(), program(
        R1, "miniupnpd", "-d", "-f", str(config), "-P", str(tmp_path / "pid"),
        ready=lambda: listening(R1, "udp", 1900) and listening(R1, "tcp", 5000),
    ):  # fmt: skip
        found = collected()
    assert [(igd.source, len(igd.samples)) for igd in found.igds] == [(source, 3), ("tr064", 0)]
    assert readings.uptime_s.read(found) == 93784, "asked of TR-064 without a login, beside"
    assert readings.session.read(found) == "connected"


# ------------------------------------------------------------------ anything at all


@given(st.binary(max_size=300) | st.sampled_from(["<a>", "</a>", "<a/>", "<!DOCTYPE a>", "&x;", "]]>"]).map(str.encode))
def test_any_soap_answer(body: bytes) -> None:
    space = b"<Envelope><Body><u:GetStatusInfoResponse xmlns:u='x'>"
    ends = b"</u:GetStatusInfoResponse></Body></Envelope>"
    for data in (body, space + body + ends, b"<NewUptime>".join((space, body + b"</NewUptime>" + ends))):
        for code in (200, 401, 404, 500):
            got = Exchange("http://192.168.0.1/", message=Message(status=code, body=bytearray(data)))
            answer = read_answer(got, "GetStatusInfo")
            assert set(answer.values) <= {"NewUptime"}
            assert all(len(value) <= 64 and value.isprintable() for value in answer.values.values())


@given(
    st.binary(max_size=400)
    | st.binary(max_size=80).map(lambda b: b"HTTP/1.1 200 OK\r\nLOCATION: " + b + b"\r\nST: " + b)
)
def test_any_ssdp_answer(data: bytes) -> None:
    answer = read_ssdp(Heard(data, "192.168.77.1", 0))
    if answer is not None:
        assert 0 < len(answer.location) <= 256
        assert answer.location.isprintable()
        assert len(answer.search_target) <= 128


NAMES = st.sampled_from(["root", "device", "serviceList", "service", "serviceType", "controlURL", "a"])


@given(
    st.recursive(
        st.text("ab:/<&.", max_size=20),
        lambda inner: st.builds(
            lambda name, parts: f"<{name} x='y'>{''.join(parts)}</{name}>", NAMES, st.lists(inner, max_size=4)
        ),
        max_leaves=40,
    )
)
def test_any_tree(text: str) -> None:
    """Either a tree or ``ValueError``, and nothing else."""
    try:
        root = read_xml(text.encode())
    except ValueError:
        return
    assert root.name


def test_a_tree_of_attributes_is_cut() -> None:
    many = " ".join(f"a{number}='{'x' * 4000}'" for number in range(100))
    found = read_xml(f"<a {many}/>".encode())
    assert len(found.attributes) == 16
    assert {len(value) for value in found.attributes.values()} == {1024}
