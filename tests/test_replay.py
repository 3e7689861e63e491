"""Recordings: what was recorded is diagnosed the same again, on any system's shapes, with nothing outside touched."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.answers import parse
from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.engine import diagnose
from cpe_agent.facts import Answers, Plan
from cpe_agent.host import Host
from cpe_agent.host.replay import FORMAT, BadRecording, RecordingHost, ask_as, questions, replay_host
from cpe_agent.profile import load
from cpe_agent.report import Report
from tests.lab.judge import Mark, as_expected, mark
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME
from tests.recordings.compose import MADE, PATCHES, composed
from tests.recordings.places import LAB, RECORDED, SYSTEMS, hand_made_file, lab_file

ROOT = Path(__file__).parent.parent
WIRED_ONLY = {"cable-out"}


def plan_of(name: str, *, deep: bool = False) -> Plan:
    scenario = BY_NAME[name]
    plan = load(LAB / "profile.toml")
    return plan._replace(wan=scenario.wan, complaint=scenario.complaint, target=scenario.target, deep=deep)


def run_on(host: Host, name: str, *, deep: bool = False) -> Report:
    return asyncio.run(diagnose(host, plan_of(name, deep=deep), Answers(parse(BY_NAME[name].answers))))


def run_file(name: str, *, deep: bool = False) -> Report:
    return run_on(replay_host(lab_file(name).read_bytes()), name, deep=deep)


def verdict(report: Report) -> tuple[str, str | None, str | None]:
    found = report.diagnosis
    return found.verdict, found.fault, found.owner


def plain(report: Report) -> dict[str, Any]:
    from cpe_agent.report import to_json

    found: dict[str, Any] = json.loads(to_json(report))
    return found


def crashed(report: Report) -> dict[str, str | None]:
    return {name: s["reason"] for name, s in plain(report)["sections"].items() if s["outcome"] == Outcome.CRASHED}


# ------------------------------------------------------------------ the lab's recordings


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_home_is_judged_by_its_truth(name: str) -> None:
    report = run_file(name)
    assert not crashed(report)
    assert as_expected(BY_NAME[name], "root", plain(report)) is None


@pytest.mark.parametrize("name", RECORDED)
def test_recording_a_replay_gives_the_same_report_again(name: str) -> None:
    """Record, replay: the same facts and the same verdict, whatever overtook what."""
    recorder = RecordingHost(replay_host(lab_file(name).read_bytes()))
    first = run_on(recorder.host, name, deep=True)
    again = run_on(replay_host(recorder.to_json()), name, deep=True)
    assert verdict(again) == verdict(first)
    assert plain(again)["diagnosis"] == plain(first)["diagnosis"]
    assert not crashed(again)


@pytest.mark.parametrize("name", RECORDED)
def test_recordings_are_small_and_say_where_they_come_from(name: str) -> None:
    data = lab_file(name).read_bytes()
    assert len(data) < 60_000
    assert json.loads(data)["origin"] == f"recorded: Debian 12, lab, {name}"


@pytest.mark.lab
@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_a_run_in_the_lab_and_its_replay_agree(tmp_path: Path) -> None:
    scenario = BY_NAME["core-down"]
    with scenario.home() as home:
        scenario.inject(home)
        file = home.directory / "recording.json"
        command = [home.computer.python(), "-m", "cpe_agent", "record", str(file), "--json"]
        ran = home.run([*command, "--profile", str(home.profile)])
        data = file.read_bytes()
    there = json.loads(ran.stdout)
    here = run_on(replay_host(data), scenario.name)
    was, now = there["diagnosis"], plain(here)["diagnosis"]
    # A replay does not wait, so it may hold one section more than the run had when its verdict was settled.
    for word in ("verdict", "fault", "owner", "acts", "grade", "segments", "first_broken"):
        assert now[word] == was[word], word
    assert f"recorded {sum(map(len, json.loads(data)['answers'].values()))} answers" in ran.stderr


# ------------------------------------------------------------------ other systems' shapes


@pytest.mark.parametrize("system", SYSTEMS)
def test_hand_made_answers_say_so_and_answer_every_local_question(system: str) -> None:
    recording = json.loads(hand_made_file(system).read_bytes())
    assert recording["origin"].startswith("made by hand from ")
    assert recording["origin"].endswith("never seen on a real machine")
    assert {key.partition(" ")[0] for key in recording["answers"]} == {f"local.{name}" for name in questions("local")}
    replay_host(hand_made_file(system).read_bytes())


def test_every_recorded_scenario_has_a_patch() -> None:
    assert set(PATCHES) == set(RECORDED)
    assert set(MADE) == set(SYSTEMS)


@pytest.mark.parametrize("way", ["wired", "wifi"])
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", RECORDED)
def test_another_system_in_the_same_home_gets_the_same_verdict(name: str, system: str, way: str) -> None:
    if way == "wifi" and name in WIRED_ONLY:
        pytest.skip("a cable that is out is no fault of a home on Wi-Fi")
    report = run_on(replay_host(composed(system, name, wifi=way == "wifi")), name)
    assert not crashed(report)
    assert verdict(report) == verdict(run_file(name))
    interfaces = plain(report)["sections"]["interfaces"]["content"]
    assert interfaces["uplink"] == getattr(MADE[system], way)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", RECORDED)
def test_an_ordinary_user_of_another_system_is_never_wrongly_blamed(name: str, system: str) -> None:
    report = run_on(replay_host(composed(system, name, ordinary=True)), name)
    assert not crashed(report)
    assert mark(BY_NAME[name], plain(report)) in (Mark.RIGHT, Mark.ABSTAINED)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_deep_run_on_another_system_crashes_nothing(system: str) -> None:
    report = run_on(replay_host(composed(system, "healthy")), "healthy", deep=True)
    assert not crashed(report)
    assert report.diagnosis.verdict == "healthy"


# ------------------------------------------------------------------ how questions are named


def test_waits_bounds_and_defaults_do_not_name_a_question() -> None:
    plainly = ask_as("net", "connect", ("192.0.2.1", 80), {"timeout_s": 1.0})
    assert ask_as("net", "connect", ("192.0.2.1", 80), {"timeout_s": 9.0, "nic": None}) == plainly
    assert ask_as("net", "connect", ("192.0.2.1",), {"port": 80, "timeout_s": 1.0}) == plainly
    assert ask_as("net", "connect", ("192.0.2.1", 443), {"timeout_s": 1.0}) != plainly
    assert ask_as("net", "connect", ("192.0.2.1", 80), {"timeout_s": 1.0, "nic": "en0"}) != plainly
    trace = ask_as("net", "trace", ("192.0.2.1",), {})
    assert ask_as("net", "trace", ("192.0.2.1",), {"max_ttl": 30, "rounds": 3}).key == trace.key


def test_a_random_name_counts_by_what_it_is_below() -> None:
    one, other, com = (
        ask_as("net", "dns", ("192.0.2.1", f"{name}"), {"kind": "absent"})
        for name in ("xkcd.example.com", "qwrt.example.com", "qwrt.com")
    )
    assert one == other != com


def _recording(answers: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"format": FORMAT, "origin": "test", "answers": answers, **more}).encode()


def _echoes(*counts: int) -> bytes:
    answers = [{"count": c, "answer": {"address": "192.0.2.1", "sent": c, "received": c}} for c in counts]
    return _recording({'net.echo {"address": "192.0.2.1"}': answers})


@pytest.mark.parametrize(
    ("recorded", "asked", "sent"),
    [((2, 300), 2, 2), ((2, 300), 300, 300), ((2, 300), 40, 300), ((2, 40), 300, 40), ((40,), 1, 40)],
)
def test_trains_of_packets_are_told_apart_by_their_length(recorded: tuple[int, ...], asked: int, sent: int) -> None:
    host = replay_host(_echoes(*recorded))
    assert asyncio.run(host.net.echo("192.0.2.1", count=asked)).sent == sent


def test_answers_come_in_order_and_the_last_one_stays() -> None:
    host = replay_host(_recording({"local.busy {}": [{"answer": {"cpu_percent": c}} for c in (1.0, 2.0)]}))

    async def three() -> list[float | None]:
        return [(await host.local.busy(0.1)).cpu_percent for _ in range(3)]

    assert asyncio.run(three()) == [1.0, 2.0, 2.0]


def test_answers_that_overtake_each_other_keep_the_order_of_asking() -> None:
    class Slow:
        def __init__(self) -> None:
            self.turn = 0

        async def arp_macs(self, nic: str, address: str, *, timeout_s: float) -> tuple[str, ...]:
            self.turn += 1
            turn = self.turn
            await asyncio.sleep(0.02 / turn)
            return (f"answer {turn}",)

    async def record() -> bytes:
        recorder = RecordingHost(Host(Slow(), Slow()))  # type: ignore[arg-type]  # one question of it is asked
        ask = recorder.host.net.arp_macs
        given_up = asyncio.ensure_future(ask("en0", "192.0.2.9", timeout_s=1))
        await asyncio.gather(*(ask("en0", "192.0.2.1", timeout_s=1) for _ in range(2)), asyncio.sleep(0))
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        return recorder.to_json()

    data = asyncio.run(record())
    (answers,) = [a for k, a in json.loads(data)["answers"].items() if "192.0.2.1" in k]
    assert [a["answer"] for a in answers] == [["answer 2"], ["answer 3"]]
    with pytest.raises(CannotMeasure) as caught:
        asyncio.run(replay_host(data).net.arp_macs("en0", "192.0.2.9", timeout_s=1))
    assert (caught.value.outcome, caught.value.reason) == (
        Outcome.SKIPPED,
        "the recorded run ended before this was answered",
    )


def test_what_was_never_asked_is_skipped() -> None:
    host = replay_host(_recording({"net.from_the_future {}": [{"answer": {}}]}, by="a later version"))
    with pytest.raises(CannotMeasure) as caught:
        asyncio.run(host.net.nat_pmp("192.0.2.1", timeout_s=1.0))
    assert caught.value.outcome is Outcome.SKIPPED
    assert caught.value.reason == "the recorded run ended before it asked (nat_pmp)"


@pytest.mark.parametrize("door", ["net", "local"])
def test_a_recording_without_a_door_leaves_sections_unmeasured_and_crashes_nothing(door: str) -> None:
    answers = json.loads(lab_file("healthy").read_bytes())["answers"]
    half = {key: value for key, value in answers.items() if not key.startswith(f"{door}.")}
    report = run_on(replay_host(_recording(half)), "healthy")
    assert not crashed(report)
    assert report.diagnosis.fault is None


@pytest.mark.parametrize("left_out", ["net.dns", "net.http", "net.connect", "net.igd_call", "local.neighbours"])
def test_a_recording_of_an_older_version_lacks_answers_and_names_no_fault(left_out: str) -> None:
    answers = json.loads(lab_file("healthy").read_bytes())["answers"]
    rest = {key: value for key, value in answers.items() if not key.startswith(f"{left_out} ")}
    report = run_on(replay_host(_recording(rest)), "healthy")
    assert not crashed(report)
    assert report.diagnosis.fault is None


# ------------------------------------------------------------------ bad recordings

_BUSY = {"cpu_percent": 1.0, "memory_percent": 2.0}
BAD = {
    "no JSON": (b"{", "damaged or cut off"),
    "not text": (b"\xff\xfe\x00", "damaged or cut off"),
    "a list": (b"[]", "not a recording"),
    "another format": (_recording({}).replace(b'"format": 1', b'"format": 99'), "not a recording of format"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "large": (b" " * (16 * 2**20 + 1), "larger than"),
    "no answers": (b'{"format": 1}', "answers must be"),
    "empty answers": (_recording({"local.busy {}": []}), "answers must be"),
    "answer no object": (_recording({"local.busy {}": [7]}), "local.busy[0]: expected an object"),
    "neither": (_recording({"local.busy {}": [{}]}), "either answer or cannot"),
    "both": (_recording({"local.busy {}": [{"answer": _BUSY, "cannot": ["denied", ""]}]}), "either answer or cannot"),
    "wrong type": (_recording({"local.busy {}": [{"answer": {"cpu_percent": "much"}}]}), "cpu_percent: expected float"),
    "wrong outcome": (_recording({"local.busy {}": [{"cannot": ["tired", "so"]}]}), "'tired' is none of"),
    "no outcome": (_recording({"local.busy {}": [{"cannot": ["measured", "so"]}]}), "no reason"),
    "cannot no pair": (_recording({"local.busy {}": [{"cannot": "denied"}]}), "expected a list"),
    "count no number": (_recording({"local.busy {}": [{"answer": _BUSY, "count": "2"}]}), "count must be"),
    "not a number": (_recording({"local.busy {}": [{"answer": {**_BUSY, "cpu_percent": float("nan")}}]}), "NaN"),
    "infinite": (_recording({"local.busy {}": [{"answer": _BUSY}]}).replace(b"1.0", b"1e999"), "1e999"),
}


@pytest.mark.parametrize(("data", "reason"), BAD.values(), ids=BAD.keys())
def test_bad_recordings_are_refused_with_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(BadRecording) as caught:
        replay_host(data)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_recording_cannot_steer_the_terminal_that_shows_it() -> None:
    answers = json.loads(lab_file("healthy").read_bytes())["answers"]
    answers["local.os_release {}"][0]["answer"]["name"] = "De\x1b[31m\u202ebian\ud800"
    report = run_on(replay_host(_recording(answers)), "healthy", deep=True)
    assert plain(report)["sections"]["system"]["content"]["os_name"] == "De\ufffd[31m\ufffdbian\ufffd"


# ------------------------------------------------------------------ the command line

NO_OUTSIDE = """
import socket, subprocess, sys
real = socket.socket
class Guarded(real):
    # The event loop wakes itself through a connected pair of local sockets; every other one is a way out.
    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        if fileno is None:
            raise AssertionError("a socket was opened")
        super().__init__(family, type, proto, fileno)
socket.socket = Guarded
def forbidden(*_args, **_more):
    raise AssertionError("the system was asked")
subprocess.Popen = socket.getaddrinfo = socket.create_connection = forbidden
sys.argv = ["cpe-agent", *sys.argv[1:]]
from cpe_agent.__main__ import main
sys.exit(main())
"""


def command(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "cpe_agent"]
    done = subprocess.run(
        [sys.executable, *start, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_replay_asks_nothing_outside() -> None:
    """No socket, no program, no look-up, no rights: a guard in the process turns any of them into a crash."""
    arguments = ("replay", str(lab_file("resolver-dead")), "--json", "--profile", str(LAB / "profile.toml"))
    done = command(*arguments, code=NO_OUTSIDE)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert (report["diagnosis"]["fault"], report["diagnosis"]["owner"]) == ("isp-dns-down", "isp-core")
    assert not [name for name, s in report["sections"].items() if s["outcome"] == Outcome.CRASHED]


def test_the_guard_itself_catches_a_socket() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_OUTSIDE.partition("sys.argv")[0] + "socket.socket()"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "a socket was opened" in done.stderr


def test_replay_writes_a_card_and_a_report(tmp_path: Path) -> None:
    output = tmp_path / "report.json"
    done = command(
        "replay", str(lab_file("cable-out")), "--profile", str(LAB / "profile.toml"), "--output", str(output)
    )
    assert done.returncode == 1
    assert "lan-cable-unplugged" in done.stdout
    assert json.loads(output.read_bytes())["diagnosis"]["owner"] == "home"


def test_replay_refuses_a_bad_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(BAD["wrong type"][0])
    done = command("replay", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "local.busy[0].cpu_percent: expected float, found str" in done.stderr
