"""The card as a customer reads it: words, one screen, and nothing that contradicts the map."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cpe_agent.answers import QUESTIONS
from cpe_agent.card import card, drawn
from cpe_agent.collector import Outcome
from cpe_agent.decoded import card as decoded
from cpe_agent.deliver.spoken_code import encode
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Owner, expressions
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.facts import SECTIONS, Failure, section_name
from cpe_agent.next_step import ANSWERED_BY, BY_PROVIDER, again
from cpe_agent.report import Report, SectionReport, from_json, to_json
from cpe_agent.words import deciding_test, evidence, fault_text, ui
from cpe_agent.words.en.answers import ASKED, STATED
from cpe_agent.words.en.evidence import READINGS
from tests.test_report import report_of

ROOT = Path(__file__).parent.parent
ESCAPE = "\x1b"
DEAD = ("nothing-beyond-router", "no-upnp")


def with_content(report: Report, section: str, **fields: object) -> Report:
    old = report.sections[section]
    new = old._replace(content={**old.content, **fields})
    return replace(report, sections={**report.sections, section: new})


@pytest.mark.parametrize("width", [40, 60, 72, 96, 100])
def test_it_fits_the_screen(width: int) -> None:
    for situations in ((), ("no-carrier",), DEAD):
        lines = card(report_of(*situations), width=width).splitlines()
        assert max(map(len, lines)) <= width
        assert len(lines) <= 24 or width < 96, "one screen"
        joined = " ".join(" ".join(lines).split())
        assert "Code" in joined
    assert ESCAPE not in "".join(lines)


def test_the_customer_comes_first() -> None:
    text = card(report_of("no-carrier"))
    assert "Do this now         " in text
    assert text.index("FAULT") < text.index("Do this now") < text.index("Whose") < text.index("Why")
    assert "Who acts: you." in text
    assert "The network adapter has no signal." in text
    assert "How it is known     the part itself said so" in text
    assert "link.carrier" not in text, "keys stay in the JSON"


def test_who_is_called() -> None:
    line = report_of("nothing-beyond-router", "session-lost", "no-signal-on-line")
    assert line.diagnosis.acts == "isp"
    assert "Call your provider and read them the code below." in card(line)
    known = with_content(line, "plan", isp_name="Example Net", support_phone="*1234")
    assert "Call Example Net (*1234) and read them the code below." in card(known)
    steered = with_content(line, "plan", isp_name="Ex\x1b[2Jample\u202e")
    assert ESCAPE not in card(steered)
    assert "\u202e" not in card(steered)


def test_healthy_claims_only_what_was_measured() -> None:
    report = report_of()
    assert "Everything this run measured works." in card(report)
    assert "Not measured" not in card(report)
    skipped = SectionReport(Outcome.SKIPPED, 0.0, 0.0, None, "the verdict was settled before")
    denied = SectionReport(Outcome.DENIED, 0.0, 0.0, None, "no right")
    odd = SectionReport(Outcome.UNSUPPORTED, 0.0, 0.0, None, "newer")
    more = replace(report, sections={**report.sections, "path": skipped, "loss": denied, "quantum": odd})
    text = card(more)
    assert "packet loss (this user may not); quantum (this system cannot)" in text
    assert "the way out" not in text


def test_who_said_it_is_said() -> None:
    measured, stated = (
        report_of("nothing-beyond-router", "session-lost", "no-signal-on-line"),
        report_of(*DEAD, more={"answers.given": {"line-lamp": "off"}}),
    )
    for report, words in ((measured, "the part itself said so"), (stated, "from what you saw and said")):
        assert (report.diagnosis.fault, report.diagnosis.grade) == ("access-no-sync", "direct")
        assert f"How it is known     {words}" in card(report)
        assert from_json(to_json(report)).diagnosis.findings[0].stated is (report is stated)
    assert "You said: the line lamp is off." in card(stated)
    assert measured.diagnosis.findings[0].stated is False
    spoken = decoded(stated.spoken_code)
    assert "the part itself said so, or the customer saw it" in spoken, "the digits cannot tell the two apart"


def test_the_next_command_is_told_whole() -> None:
    report = report_of(*DEAD)
    assert report.diagnosis.verdict == "inconclusive"
    assert "cpe-agent run --answer line-lamp=off   (or: blinking, steady)" in card(report)
    again_with = with_content(report, "answers", given={"phones": "work", "line-lamp": "unknown"})
    again_with = with_content(again_with, "plan", target="a b", complaint="site", deep=True)
    command, others = again(again_with, "look-at-line-lamp") or ("", ())
    assert command == "cpe-agent run --target 'a b' --deep --answer phones=work --answer line-lamp=off"
    assert others == ("blinking", "steady")
    for key, question in ANSWERED_BY.items():
        assert deciding_test(key)
        assert question in QUESTIONS
    assert all(deciding_test(key) for key in BY_PROVIDER)


@pytest.mark.parametrize("name", ["home", "device", "access", "isp-core"])
@pytest.mark.parametrize("state", ["broken", "degraded", "unknown"])
def test_the_sentence_says_what_the_map_says(name: str, state: str) -> None:
    report = report_of("no-carrier")
    order = list(report.diagnosis.segments)
    segments = dict.fromkeys(order, "ok") | {name: state}
    text = card(replace(report, diagnosis=report.diagnosis._replace(segments=segments)))
    (sentence,) = [line for line in text.splitlines() if any(w in line for w in ("First", "Not certain"))]
    words = {"broken": "First broken", "degraded": "First weak", "unknown": "Not certain"}
    assert sentence.endswith(f"{words[state]}: {ui(f'segment.{name}')}.")
    assert all(ui(f"segment.{s}") in sentence for s in order[: order.index(name)])


def test_the_break_of_the_homes_own_wiring_is_drawn_beyond_the_router() -> None:
    states = dict.fromkeys(report_of().diagnosis.segments, "unknown") | {"device": "ok", "home": "broken", "cpe": "ok"}
    wiring = BY_CODE["home-line-wiring-fault"]
    assert drawn(states, wiring) == states | {"home": "ok", "access": "broken"}
    assert drawn(states, BY_CODE["lan-cable-unplugged"]) == states
    code = encode("fault", wiring.number, "contrast", states, report_of().id)
    assert "router ─╳  line" in decoded(code)
    assert "wiring or box beyond the router" in decoded(code)
    for fault in ALL:
        beyond = fault.owner is Owner.HOME and fault.breaks in (Rung.LINE, Rung.WAN_SESSION)
        assert (drawn(states, fault) != states) is beyond, fault.code


def test_what_cannot_be_tested_until_then() -> None:
    report = report_of("no-carrier")
    proven = [code for code in BY_CODE if code.startswith("isp-dns")][:5]
    explained = [
        report.diagnosis.findings[0]._replace(fault=code, standing="explained", grade=grade)
        for code, grade in [*((c, "contrast") for c in proven), ("proxy-dead", "circumstantial")]
    ]
    findings = (*report.diagnosis.findings, *explained)
    named = report.diagnosis._replace(findings=findings)
    text = " ".join(card(replace(report, diagnosis=named)).split())
    told = text.partition("Not ruled out, cannot be tested until then")[2]
    titles = [fault_text(code).title for code in proven]
    assert [t in told for t in titles] == [True, True, True, False, False], "three at most"
    assert fault_text("proxy-dead").title not in text, "what only fits is not listed"
    open_ = named._replace(verdict="inconclusive", fault=None, suspects=tuple(proven[:2]))
    told = " ".join(card(replace(report, diagnosis=open_)).split()).partition("cannot be tested until then")[2]
    assert titles[0] not in told, "a suspect is listed once"
    assert titles[2] in told


def test_a_deep_run_is_not_told_to_run_deep() -> None:
    from cpe_agent.diagnose.judge import judge
    from cpe_agent.diagnose.predicate import Look
    from cpe_agent.facts import Plan
    from cpe_agent.report import diagnosis_of, facts_of

    report = report_of(*DEAD)
    judgement = judge(Look(facts_of(report)), ())
    assert judgement.next_test == ("run-again-deep", ())
    for deep, key in ((False, "run-again-deep"), (True, "read-the-code")):
        test = diagnosis_of(judgement, Plan(deep=deep)).next_test
        assert test is not None
        assert test.key == key
    shown = card(replace(report, diagnosis=diagnosis_of(judgement, Plan(deep=True))))
    assert "Nothing more can be measured from here. Call your provider" in shown
    assert "--deep" not in shown


def test_every_reading_that_can_be_evidence_has_a_sentence() -> None:
    readings = {r.name: r for f in ALL for e in expressions(f) for r in e.readings()}
    stated = {name for name in readings if name.startswith(("said.", "answer."))}
    assert set(readings) - stated <= set(READINGS)
    assert {name.partition(".")[2].partition("=")[0] for name in stated} <= set(STATED)
    assert set(STATED) == set(ASKED) == set(QUESTIONS)
    for name in readings:
        for value in (True, False, 0, 3, 12.5, "text_of_ours", ("a", "b"), ()):
            sentence = evidence(name, value)
            assert "{" not in sentence
            assert not sentence or sentence[0].isupper() or sentence[0].isdigit(), sentence
            assert name not in sentence


@pytest.mark.parametrize(
    ("fact", "value", "sentence"),
    [
        ("reach.v4_networks", 0, "No outside address answered (0 of 3 networks)."),
        ("reach.v4_networks", 2, "2 of 3 outside networks answered."),
        ("home.loss_percent", 7.5, "7.5 % of the packets get lost between computer and router."),
        ("dns.configured_ms", 1234.56, "A name look-up takes 1235 ms here."),
        ("router.uptime_s", 86400 * 9, "The router has been running for 9 days."),
        ("router.uptime_s", 90, "The router has been running for 90 seconds."),
        ("link.sent_share_of_line", 0.97, "That is 97 % of what the line can send."),
        ("wifi.rssi_dbm", -81, "Wi-Fi signal: -81 dBm (good is -60 and above)."),
        ("link.carrier", False, "The network adapter has no signal."),
        ("said.line-lamp=off", True, "You said: the line lamp is off."),
        ("said.line-lamp=off", False, ""),
        ("answer.trouble", "email-program", "You said: the trouble is the e-mail program."),
        ("future.reading_ms", 5, "Future.reading_ms: 5 ms"),
    ],
)
def test_sentences(fact: str, value: object, sentence: str) -> None:
    assert evidence(fact, value) == sentence


def test_every_key_of_the_card_has_words() -> None:
    for failure in Failure:
        assert ui(f"failure.{failure}")
    for rung in Rung:
        assert ui(f"failed.{rung}")
    for section in SECTIONS:
        assert ui(f"section.{section_name(section)}")
    for outcome in ("timed_out", "denied", "unsupported", "crashed"):
        assert ui(f"outcome.{outcome}")


def test_decode_says_how_old_and_what_next() -> None:
    segments, report_id = report_of().diagnosis.segments, report_of().id
    fresh, older, old = (decoded(encode("inconclusive", 0, None, segments, report_id, m)) for m in (0, 8, 9999))
    assert "had ended less than a minute before" in fresh
    assert "had ended 7 to 10 minutes before" in older
    assert "had ended 1440 minutes or more before" in old
    assert "This test decides" in fresh, "also without a suspect"
    technician = decoded(encode("fault", BY_CODE["access-no-sync"].number, "direct", segments, report_id))
    assert "the router tested at the first socket" in technician


def test_what_failed_is_told_with_the_numbers() -> None:
    names = report_of(
        more={"web.tls[*].answer": {"host": "one.example", "address": None, "ok": False, "failure": "nxdomain"}}
    )
    assert (names.diagnosis.verdict, names.diagnosis.first_broken) == ("inconclusive", "dns")
    assert "1 of 1 secure test sites did not open: name not found (one.example)." in " ".join(card(names).split())
    refused = report_of(more={"web.tls[*].answer.ok": False, "web.tls[*].answer.failure": "reset"})
    assert refused.diagnosis.first_broken == "tls"
    told = " ".join(card(refused).split())
    assert (
        "3 of 3 secure test sites did not open: connection broken off (www.wikipedia.org, www.cloudflare.com, ...)."
        in told
    )
    page = {"url": "http://x.example/", "address": None, "status": None, "failure": "timed_out"}
    web = report_of(more={"web.system": page})
    assert web.diagnosis.first_broken == "web"
    assert "The test page did not open as in a browser: no answer." in card(web)
    damaged = with_content(refused, "web", tls="garbage")
    assert "No secure test page opened." in card(damaged)


def on_a_terminal(*arguments: str, **environment: str) -> bytes:
    """What a terminal gets."""
    main, terminal = pty.openpty()
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm", "COLUMNS": "60", **environment}
    with subprocess.Popen(
        [sys.executable, "-m", "cpe_agent", *arguments], cwd=ROOT, env=env, stdout=terminal, stderr=terminal
    ) as client:
        os.close(terminal)
        found = b""
        while True:
            try:
                piece = os.read(main, 65536)
            except OSError:  # EIO: the other end is closed
                break
            if not piece:
                break
            found += piece
    os.close(main)
    assert client.returncode == 1
    return found


def test_colour_is_for_terminals_that_want_it(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(to_json(report_of("no-carrier")))
    assert b"\x1b[" in on_a_terminal("judge", str(path))
    assert b"\x1b" not in on_a_terminal("judge", str(path), NO_COLOR="1")
    plain = on_a_terminal("judge", str(path), TERM="dumb").decode()
    assert ESCAPE not in plain
    assert max(map(len, plain.splitlines())) <= 60


def test_progress_is_for_terminals_that_want_it() -> None:
    recording = str(ROOT / "tests" / "recordings" / "linux-lab-line-down.json")
    assert b"measuring: network adapters" in on_a_terminal("replay", recording)
    for quiet in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        shown = on_a_terminal("replay", recording, **quiet)
        assert b"FAULT" in shown
        assert b"\x1b" not in shown
        assert b"measuring" not in shown
