"""Everything in the probes that needs no network: reading, packing, bounds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.facts import Failure
from cpe_agent.host.certificate import issuer
from cpe_agent.host.clean import clean
from cpe_agent.host.datagram import AnswerError
from cpe_agent.host.dns_answer import parse
from cpe_agent.host.dns_wire import answers_question, query
from cpe_agent.host.endpoint import Endpoint
from cpe_agent.host.http import where
from cpe_agent.host.http_message import short_location, title
from cpe_agent.host.igd import at_home
from cpe_agent.host.train import Train
from cpe_agent.host.xml_tree import read_xml


def test_clean_drops_control_bidi_and_invisible() -> None:
    assert clean("a\x00b\u202ec\u200bd\x1b[31m") == "abcd[31m" or clean("a\x00b") == "a b"
    assert clean("\u202eevil\u2066") == "evil"
    assert clean("x" * 1000, 10) == "x" * 10
    assert clean("  many \n\t blanks ") == "many blanks"
    assert clean("\u202e\x00") is None
    assert clean("שלום") == "שלום"


@given(st.text() | st.binary())
def test_clean_never_leaves_anything_unprintable(text: str | bytes) -> None:
    shown = clean(text, 40)
    assert shown is None or (0 < len(shown) <= 40 and shown.isprintable())


@given(st.binary(max_size=600))
def test_certificate_reader_survives_anything(data: bytes) -> None:
    found = issuer(data)
    assert found is None or len(found) <= 64


def test_issuer_of_a_real_certificate(tmp_path: Path) -> None:
    subject = "/C=IL/O=Example Filter Ltd/CN=filter.example"
    out = tmp_path / "leaf.der"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
         str(tmp_path / "key"), "-outform", "DER", "-out", str(out), "-subj", subject, "-utf8"],
        check=True, capture_output=True,
    )  # fmt: skip
    assert issuer(out.read_bytes()) == "Example Filter Ltd"


@given(st.binary(max_size=300))
def test_xml_reader_gives_a_tree_or_a_value_error(data: bytes) -> None:
    try:
        read_xml(data)
    except ValueError:
        return


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>" * 40 + "</a>" * 40,
        "<a>" + "<b/>" * 5000 + "</a>",
        "",
    ],
)
def test_xml_reader_refuses(document: str) -> None:
    with pytest.raises(ValueError):
        read_xml(document.encode())


def test_xml_reader_reads_what_routers_send() -> None:
    root = read_xml(
        b"<?xml version='1.0'?><s:Envelope xmlns:s='x'><s:Body><u:R><New>1 &amp; 2</New></u:R></s:Body></s:Envelope>"
    )
    assert root.every("R")[0].child_text("New") == "1 & 2"


def test_query_is_what_a_dns_library_reads() -> None:
    import dns.message

    message = dns.message.from_wire(query("www.example.com", "AAAA", 0x1234))
    assert message.id == 0x1234
    assert message.question[0].to_text() == "www.example.com. IN AAAA"
    assert len(query(".", "NS", 1, size=1200)) == 1200
    dns.message.from_wire(query(".", "NS", 1, size=1200))


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".com", ".".join(["abc"] * 80)])
def test_query_refuses_what_is_no_name(name: str) -> None:
    with pytest.raises(ValueError):
        query(name, "A", 1)


@given(st.binary(max_size=400))
def test_dns_reader_survives_anything(tail: bytes) -> None:
    asked = query("example.com", "A", 7)
    data = asked[:2] + b"\x84\x00" + tail
    answers_question(data, asked)
    try:
        parse(data, "A")
    except AnswerError:
        return


def test_dns_answers_are_told_apart() -> None:
    import dns.message
    import dns.rcode
    import dns.rrset

    asked = query("example.com", "A", 7)
    reply = dns.message.make_response(dns.message.from_wire(asked))
    assert parse(reply.to_wire(), "A").failure is Failure.NODATA
    reply.answer.append(dns.rrset.from_text("example.com.", 60, "IN", "A", "192.0.2.1"))
    assert parse(reply.to_wire(), "A").addresses == ("192.0.2.1",)
    assert answers_question(reply.to_wire(), asked)
    assert not answers_question(reply.to_wire(), query("example.org", "A", 7))
    assert not answers_question(reply.to_wire(), query("example.com", "A", 8))
    for code, failure in (
        ("SERVFAIL", Failure.SERVFAIL),
        ("NXDOMAIN", Failure.NXDOMAIN),
        ("REFUSED", Failure.DNS_REFUSED),
    ):
        reply.set_rcode(dns.rcode.from_text(code))
        assert parse(reply.to_wire(), "A").failure is failure


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("http://192.168.1.1:5000/rootDesc.xml", True),
        ("http://100.64.0.1/x", True),
        ("http://[fe80::1]/x", True),
        ("http://8.8.8.8/x", False),
        ("http://router.lan/x", False),
        ("https://192.168.1.1/", False),
        ("file:///etc/passwd", False),
        ("http://239.255.255.250/", False),
        ("http://192.168.1.1/\r\nX: y", False),
    ],
)
def test_only_home_addresses_are_described(url: str, home: bool) -> None:
    assert at_home(url) is home


@given(st.text())
def test_urls_are_read_or_refused(url: str) -> None:
    try:
        where(url)
    except ValueError:
        return


def test_locations_lose_their_paths() -> None:
    assert short_location("http://a/", "https://pay.isp.example/u/123?phone=5") == "https://pay.isp.example"
    assert short_location("http://a:8080/x", "/login") == "http://a:8080"
    assert short_location("http://a/", None) is None


def test_titles() -> None:
    assert title(b"<html><TITLE lang=en> My &amp;\n Router</TITLE>") == "My & Router"
    assert title(b"<title>" + b"x" * 5000) == "x" * 80
    assert title(b"<p>none</p>") is None


def test_literals_only() -> None:
    assert Endpoint("2001:db8::1", 53).v6
    for wrong in ("example.com", "", "1.2.3.4.5", "fe80::1%nosuchnic"):
        with pytest.raises(ValueError):
            Endpoint(wrong, 53)


async def _train() -> Train:
    train = Train(8)
    train.sent_ns = [i * 1_000_000 for i in range(8)]
    for index in (0, 1, 5, 5, 99):
        train.answer(index, index * 1_000_000 + 20_000_000)
    return train


def test_train_statistics() -> None:
    import asyncio

    echo = asyncio.run(_train()).echo("192.0.2.1", "icmp")
    assert (echo.sent, echo.received, echo.longest_burst) == (8, 3, 3)
    assert (echo.lost_first_half, echo.lost_second_half) == (2, 3)
    assert echo.rtt_median_ms == echo.rtt_p95_ms == 20.0
