"""Reading DNS answers: the same as dnspython on whole messages, nothing but a refusal on damaged ones."""

from __future__ import annotations

import random
from typing import Any

import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.facts import Failure
from cpe_agent.host.datagram import AnswerError
from cpe_agent.host.dns_answer import parse

labels = st.lists(st.from_regex(r"\A[a-z0-9-]{1,20}\Z"), min_size=1, max_size=4)
names = labels.map(lambda parts: ".".join(parts) + ".")
records = st.one_of(
    st.tuples(st.just("A"), st.ip_addresses(v=4).map(str)),
    st.tuples(st.just("AAAA"), st.ip_addresses(v=6).map(str)),
    st.tuples(st.just("CNAME"), names),
    st.tuples(st.just("TXT"), st.from_regex(r'\A"[a-z]{0,60}"\Z')),
)


def message(name: str, rcode: int, answers: list[tuple[str, str]], record: str) -> dns.message.Message:
    asked = dns.message.make_query(name, record, use_edns=True)
    answer = dns.message.make_response(asked)
    answer.set_rcode(rcode)  # type: ignore[arg-type]  # a plain number is one
    for kind, text in answers:
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, text))
    return answer


def addresses(of: dns.message.Message, record: str) -> list[str]:
    found: dict[str, None] = {}
    for rrset in of.answer:
        for item in rrset:
            if rrset.rdtype.name == record:
                found[item.to_text()] = None
    return list(found)[:16]


@given(names, st.integers(0, 20), st.lists(records, max_size=12), st.sampled_from(["A", "AAAA"]))
def test_the_same_as_the_reference(name: str, rcode: int, answers: list[tuple[str, str]], record: str) -> None:
    wire = message(name, rcode, answers, record).to_wire()
    reference = dns.message.from_wire(wire)
    read = parse(wire, record)
    assert read.ok is (reference.rcode() == 0)
    if read.ok:
        assert sorted(read.addresses) == sorted(addresses(reference, record))
        assert read.failure is (None if read.addresses else Failure.NODATA)
    else:
        wanted = {2: Failure.SERVFAIL, 3: Failure.NXDOMAIN, 5: Failure.DNS_REFUSED}
        assert read.failure is wanted.get(rcode, Failure.OTHER)


@given(st.integers(), st.lists(records, max_size=6))
def test_damage_is_refused_or_read_and_never_more(seed: int, answers: list[tuple[str, str]]) -> None:
    rng = random.Random(seed)
    wire = bytearray(message("example.com.", 0, answers, "A").to_wire())
    for _ in range(rng.randint(1, 10)):
        wire[rng.randrange(len(wire))] = rng.randrange(256)
    damaged = bytes(wire[: rng.randint(0, len(wire))])
    try:
        read = parse(damaged, "A")
    except AnswerError:
        return
    assert len(read.addresses) <= 16


@given(st.binary(max_size=600))
def test_any_bytes(data: bytes) -> None:
    try:
        parse(data, "AAAA")
    except AnswerError:
        return


def test_a_cut_message_says_so_and_keeps_what_is_there() -> None:
    whole = message("example.com.", 0, [("A", "192.0.2.1"), ("A", "192.0.2.2")], "A").to_wire()
    cut = whole[:2] + bytes([whole[2] | 2]) + whole[3:-15]
    read = parse(cut, "A")
    assert read.truncated
    assert "192.0.2.1" in read.addresses


@pytest.mark.parametrize(
    "tail",
    [
        b"\xc0\xff\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04\x01\x02\x03\x04",  # a pointer ahead
        b"\x00\x00\x01\x00\x01\x00\x00\x00\x01\x00\x05\x01\x02\x03\x04\x05",  # an address of five bytes
        b"\x00\x00\x01\x00\x01\x00\x00\x00\x01\xff\xff\x01",  # a length past the end
        b"\x80abc",  # a label type that does not exist
        b"",
    ],
)
def test_what_breaks_the_protocol_is_refused(tail: bytes) -> None:
    header: Any = b"\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
    with pytest.raises(AnswerError):
        parse(header + b"\x01a\x00\x00\x01\x00\x01" + tail, "A")
