"""Reports: canonical, complete, readable again; damaged ones are refused with the place."""

from __future__ import annotations

import json
import random
from typing import Any
from uuid import UUID

import pytest

from cpe_agent.codec import Malformed, from_plain, to_plain
from cpe_agent.deliver.spoken_code import decode
from cpe_agent.diagnose.catalogue import ALL, BY_NUMBER
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import SECTIONS, Dns, Family, Plan, ReachProbe, Router, section_name
from cpe_agent.report import BadReport, Report, facts_of, from_json, make, to_json, uuid7
from tests.homes import facts_of as facts_of_home
from tests.homes import patch, plain, wired_home
from tests.test_cases import SITUATIONS


def report_of(*situations: str, more: dict[str, Any] | None = None) -> Report:
    home = plain(wired_home())
    for name in situations:
        words = SITUATIONS[name]
        patch(home, words.get("set"), words.get("unset", ()), words.get("drop", ()))
    patch(home, more or {})
    facts = facts_of_home(home)
    return make(facts, judge(Look(facts), ALL), started=1_800_000_000, seconds=1.234567, platform="linux", case=None)


@pytest.mark.parametrize("situations", [(), ("no-carrier",), ("nothing-beyond-router", "no-upnp")], ids=str)
def test_a_report_comes_back_byte_for_byte(situations: tuple[str, ...]) -> None:
    report = report_of(*situations)
    data = to_json(report)
    again = from_json(data)
    assert to_json(again) == data
    assert again.diagnosis == report.diagnosis
    judged = judge(Look(facts_of(again)), ALL)
    assert judged.verdict == report.diagnosis.verdict, "judging the stored facts again gives the same verdict"


def test_the_fixed_names_are_there() -> None:
    data = json.loads(to_json(report_of("no-carrier")))
    assert set(data) >= {
        "schema", "id", "client", "started", "seconds", "case", "complaint", "profile", "sections", "diagnosis",
        "steps", "spoken_code",
    }  # fmt: skip
    assert set(data["client"]) >= {"name", "version", "platform", "privileged"}
    assert set(data["diagnosis"]) >= {
        "verdict", "fault", "owner", "acts", "grade", "findings", "suspects", "next_test", "segments",
        "proven_up_to", "first_broken",
    }  # fmt: skip
    assert sorted(data["diagnosis"]["segments"]) == sorted(
        ["device", "home", "cpe", "access", "account", "isp-core", "remote"]
    )
    for finding in data["diagnosis"]["findings"]:
        assert set(finding) >= {"fault", "owner", "acts", "standing", "because_of", "evidence"}
        assert all(set(e) == {"fact", "value"} for e in finding["evidence"])
    for section in data["sections"].values():
        assert set(section) == {"outcome", "started", "seconds", "content", "reason"}


def test_healthy_says_nobody() -> None:
    diagnosis = report_of().diagnosis
    assert (diagnosis.verdict, diagnosis.fault, diagnosis.owner, diagnosis.acts) == ("healthy", None, "none", "nobody")


def test_the_code_says_what_the_report_says() -> None:
    for situations in ((), ("no-carrier",), ("nothing-beyond-router", "no-upnp")):
        report = report_of(*situations)
        spoken = decode(report.spoken_code, frozenset(BY_NUMBER))
        assert spoken.verdict == report.diagnosis.verdict
        assert spoken.segments == report.diagnosis.segments


def test_the_owner_of_the_router_acts_for_it() -> None:
    from cpe_agent.diagnose.fault import Grade
    from cpe_agent.diagnose.judgement import Finding
    from cpe_agent.report import acts_of

    hung = next(f for f in ALL if f.code == "router-hung")
    finding = Finding(hung, "root", Grade.DIRECT, True, (), {})
    assert acts_of(finding, Plan()) == "customer"
    assert acts_of(finding, Plan(cpe_owner="isp")) == "isp"
    assert acts_of(finding, Plan(cpe_owner="infrastructure")) == "infrastructure"


def test_evidence_is_what_the_predicates_read() -> None:
    report = report_of("no-carrier")
    cable = next(f for f in report.diagnosis.findings if f.fault == "lan-cable-unplugged")
    assert {"fact": "link.carrier", "value": False} in [e._asdict() for e in cable.evidence]


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (lambda r: r.pop("schema"), "schema"),
        (lambda r: r.update(schema=99), "newer"),
        (lambda r: r.update(seconds="1"), "seconds"),
        (lambda r: r["diagnosis"].pop("verdict"), "diagnosis.verdict"),
        (lambda r: r["diagnosis"]["findings"].append(7), "diagnosis.findings"),
        (lambda r: r.update(sections=[]), "sections"),
    ],
)
def test_a_damaged_report_is_refused_with_the_place(damage: Any, place: str) -> None:
    data = json.loads(to_json(report_of("no-carrier")))
    damage(data)
    with pytest.raises(BadReport, match=place):
        from_json(json.dumps(data).encode())


def test_a_damaged_section_is_refused_with_the_place() -> None:
    data = json.loads(to_json(report_of()))
    data["sections"]["dns"]["content"]["servers"][0]["address"] = 7
    report = from_json(json.dumps(data).encode())
    with pytest.raises(BadReport, match=r"sections\.dns\.content\.servers\[0\]\.address"):
        facts_of(report)


def test_unknown_names_of_a_newer_version_do_not_matter() -> None:
    data = json.loads(to_json(report_of()))
    data["sections"]["telepathy"] = {"outcome": "measured", "started": 0, "seconds": 0, "content": {"x": 1}}
    data["sections"]["dns"]["content"]["novelty"] = [1, 2]
    facts_of(from_json(json.dumps(data).encode()))


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000], ids=repr)
def test_garbage_is_no_report(text: bytes) -> None:
    with pytest.raises(BadReport):
        from_json(text)


def test_random_damage_never_ends_in_a_traceback() -> None:
    rng = random.Random(3)
    data = to_json(report_of("nothing-beyond-router"))
    for _ in range(300):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        try:
            facts_of(from_json(bytes(broken)))
        except BadReport:
            continue


def test_identifiers_are_version_7_and_rise() -> None:
    ids = [UUID(uuid7()) for _ in range(200)]
    assert all(i.version == 7 and i.variant == "specified in RFC 4122" for i in ids)
    assert ids[0].int >> 80 <= ids[-1].int >> 80
    assert len(set(ids)) == 200


def test_every_section_goes_through_the_codec() -> None:
    for section in SECTIONS:
        assert from_plain(section, to_plain(section())) == section(), section_name(section)


def test_the_codec_is_strict_about_types() -> None:
    for kind, wrong in ((Dns, {"system_ok": "yes"}), (Router, {"igds": {}}), (Plan, {"deep": 1}), (Dns, [])):
        with pytest.raises(Malformed):
            from_plain(kind, wrong)
    with pytest.raises(Malformed, match="v5"):
        from_plain(ReachProbe, {"network": "a", "address": "b", "family": "v5", "protocol": "tcp"})
    probe = from_plain(ReachProbe, {"network": "a", "address": "b", "family": "v6", "protocol": "tcp", "ms": 3})
    assert (probe.family, probe.ms) == (Family.V6, 3.0)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"servers": [{"address": "192.0.2.1", "role": "public"}, {"address": 7}]}, "dns.servers[1].address"),
        ({"servers": {}}, "dns.servers"),
        ({"system_ok": 1}, "dns.system_ok"),
        ([], "dns"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(content: object, path: str) -> None:
    with pytest.raises(Malformed) as caught:
        from_plain(Dns, content, "dns")
    assert caught.value.path == path
