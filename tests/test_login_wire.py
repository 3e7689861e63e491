"""``cpe-agent login-test`` as a person starts it, against a scripted concentrator on a real wire (a veth pair)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import pytest

from cpe_agent.host.login_record import FILE_NAME, login_tests
from cpe_agent.login.memory import Memory
from tests.login.cases import CASES, Case
from tests.login.place import AC, PC, PROJECT, SECRET, Place, place, router, start, wait_for
from tests.probe_lab import ip, missing

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
]
KEYS = ["outcome", "method", "message", "concentrators", "stages", "fault", "owner", "acts", "suspects", "notes",
        "hints"]  # fmt: skip
OVER_PCAP = ("right", "right, MS-CHAPv2", "on a VLAN", "garbage behind every frame", "wrong", "nobody answers",
             "silent on our VLAN")  # fmt: skip


@pytest.fixture(scope="module")
def wire() -> Iterator[Place]:
    with place() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def status_of(case: Case) -> int:
    if case.fault is not None:
        return 1
    return 0 if case.outcome == "accepted" else 3


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_verdict(wire: Place, home: Path, case: Case) -> None:
    check(case, wire, home, "cpe_agent")


@pytest.mark.skipif(find_library("pcap") is None, reason="libpcap is not installed")
@pytest.mark.parametrize("case", [case for case in CASES if case.name in OVER_PCAP], ids=lambda c: c.name)
def test_the_verdict_over_libpcap(wire: Place, home: Path, case: Case) -> None:
    check(case, wire, home, "tests.login.over_pcap")


def check(case: Case, wire: Place, home: Path, module: str) -> None:
    arguments = list(case.arguments)
    if case.profile is not None:
        (home / "isp.toml").write_text(case.profile)
        arguments += ["--profile", str(home / "isp.toml")]
    wire.behave(**case.behaviour)
    ran = wire.login(home, *arguments, secret=SECRET if case.right else "wrong horse", module=module)
    seen = wire.behave()
    said = ran.said
    assert (said["outcome"], said["fault"], said["owner"]) == (case.outcome, case.fault, case.owner), said
    assert ran.status == status_of(case)
    assert list(said) == KEYS
    assert said["method"] == case.method
    assert tuple(said["suspects"]) == case.suspects
    assert case.note is None or case.note in said["notes"]
    assert case.message is None or said["message"] == case.message
    assert len(seen["pap"]) == case.paps
    assert seen["answers"] <= 1, "one answer, ever"
    if any(stage["stage"] == "link" for stage in said["stages"]):
        assert "padt" in seen["frames"] or case.behaviour.get("order") == "padt"


# ------------------------------------------------------------------ the rules


def test_after_a_refusal_half_a_minute(wire: Place, home: Path) -> None:
    wire.behave()
    assert wire.login(home, secret="wrong").said["outcome"] == "rejected"
    wire.behave()
    ran = wire.login(home)
    assert (ran.status, ran.said["outcome"], ran.said["notes"]) == (4, "refused-by-rules", ["rules.too-soon"])
    assert wire.behave()["frames"] == [], "nothing is sent"
    assert wire.login(home, user="bob@isp.example", secret="x").said["outcome"] == "rejected", "another name may"
    assert wire.login(home, "--yes").said["outcome"] == "accepted"


def test_a_later_run_knows_what_it_came_to(wire: Place, home: Path) -> None:
    folder = home / "state" / "cpe-agent"
    (home / "isp.toml").write_text('[isp]\nrealms = ["@isp.example"]\n')
    wire.behave()
    assert wire.login(home, "--profile", str(home / "isp.toml"), user="alice", secret="wrong").status == 1
    assert wire.login(home).status == 0
    newest, before = login_tests(folder, time.time())
    assert (newest.state, newest.reason, newest.stage, newest.shape) == ("idle", "accepted", "open", ())
    assert (before.state, before.reason, before.shape) == ("failed", "rejected", ("missing-realm",))
    assert b"alice" not in (folder / FILE_NAME).read_bytes()


def test_three_in_ten_minutes(wire: Place, home: Path) -> None:
    wire.behave()
    for _ in range(3):
        assert wire.login(home).status == 0
    ran = wire.login(home, json_=False)
    assert ran.status == 4
    assert "Three logins" in ran.stdout
    assert "Possible again in" in " ".join(ran.stdout.split())


def test_silence_after_a_refusal_may_be_a_lock_out(wire: Place, home: Path) -> None:
    wire.behave()
    assert wire.login(home, secret="wrong").status == 1
    for behaviour, outcome in (({"mute": "padi"}, "no-pado"), ({"mute": "padr"}, "no-pads")):
        wire.behave(**behaviour)
        ran = wire.login(home, "--yes")
        assert (ran.status, ran.said["outcome"], ran.said["fault"]) == (3, outcome, None)
        assert ran.said["suspects"][0] == "account-auth-lockout"
        assert ran.said["notes"] == ["lockout.rejected-before"]


def test_an_interrupted_login_counts(wire: Place, home: Path) -> None:
    wire.behave(mute="auth", echo=False)
    running = start(home)
    wait_for(lambda: bool(Memory(home / "state" / "cpe-agent").attempts))
    running.kill()
    running.communicate()
    assert len(Memory(home / "state" / "cpe-agent").attempts) == 1


def test_a_damaged_record_is_said_and_blames_nobody(wire: Place, home: Path) -> None:
    record = home / "state" / "cpe-agent" / "login-attempts.json"
    record.parent.mkdir(parents=True)
    for damage in (b"", b"{", b"[]", b'{"salt": "00", "attempts": []}', b"\xff" * 99, b"[" * 60_000):
        record.write_bytes(damage)
        wire.behave(mute="padi")
        ran = wire.login(home)
        assert (ran.status, ran.said["fault"]) == (3, None)
        assert ran.said["notes"] == ["lockout.history-unknown", "memory.damaged"]
    wire.behave()
    assert wire.login(home).status == 0
    assert Memory(record.parent).complete, "it is begun anew"


def test_a_record_that_cannot_be_written_is_said(wire: Place, home: Path) -> None:
    (home / "state").write_text("a file where the folder should be")
    wire.behave()
    ran = wire.login(home)
    assert (ran.status, ran.said["outcome"]) == (0, "accepted")
    assert ran.said["notes"] == ["memory.unwritable"]
    assert "could not be written" in ran.stderr


def test_behind_a_router_silence_says_nothing(wire: Place, home: Path) -> None:
    wire.behave(mute="padi")
    with router(home, "Connecting"):
        ran = wire.login(home)
    assert (ran.status, ran.said["fault"], ran.said["notes"]) == (3, None, ["no-pado.behind-router"])


def test_behind_a_router_a_refusal_is_nobodys_word(wire: Place, home: Path) -> None:
    wire.behave()
    with router(home, "Connecting"):
        ran = wire.login(home, secret="wrong")
    assert (ran.status, ran.said["outcome"], ran.said["fault"]) == (3, "rejected", None)
    assert ran.said["suspects"] == ["credentials-rejected"]
    assert "concentrator.behind-router" in ran.said["notes"]


def test_never_while_the_routers_session_is_up(wire: Place, home: Path) -> None:
    with router(home, "Connected"):
        wire.behave()
        ran = wire.login(home)
        assert (ran.status, ran.said["outcome"], ran.said["notes"]) == (4, "refused-by-rules", ["rules.session-up"])
        assert not any(frame.startswith("padr") for frame in wire.behave()["frames"]), "no second session was asked for"
        assert wire.login(home, "--yes").said["outcome"] == "accepted"
    with router(home, "Disconnected"):
        assert wire.login(home).said["outcome"] == "accepted"


# ------------------------------------------------------------------ whom it talks to


def test_the_listed_one_is_chosen_and_the_rogue_is_told(wire: Place, home: Path) -> None:
    for known in ('"BRAS-1"', '"02-AC-00-00-00-01"'):
        (home / "isp.toml").write_text(f"[isp]\nconcentrators = [{known}]\n")
        wire.behave(name="BRAS-1", rogue={"name": "A", "mac": "02:00:00:00:00:aa"}, methods=["pap"])
        said = wire.login(home, "--profile", str(home / "isp.toml")).said
        assert said["outcome"] == "accepted"
        assert said["concentrators"] == [
            {"name": "BRAS-1", "mac": "02:ac:00:00:00:01", "known": True},
            {"name": "A", "mac": "02:00:00:00:00:aa", "known": False},
        ]
        assert said["notes"] == ["concentrator.stranger-beside"]


def test_the_far_ends_words_are_cleaned(wire: Place, home: Path) -> None:
    wire.behave(name="B\x1b[31m\u202eRAS", no_text="No\r\n\x1b]0;x\x07\u202e" + "y" * 200)
    ran = wire.login(home, secret="wrong", json_=False)
    assert "\x1b" not in ran.stdout
    assert "\u202e" not in ran.stdout
    assert "No ]0;x" in ran.stdout


# ------------------------------------------------------------------ what a person meets


def test_the_human_view(wire: Place, home: Path) -> None:
    wire.behave()
    ran = wire.login(home, secret="wrong", json_=False)
    assert ran.stdout.startswith("The login server refused this pair of user name and password\n")
    for part in ("[credentials-rejected]", "the login or account", "the provider", "Login incorrect", "02:ac:00"):
        assert part in ran.stdout
    assert "typed it wrong" not in ran.stdout
    assert "provider's list" not in ran.stdout, "there is none"
    assert "Call your provider" in ran.stdout
    stages = [line.split(":")[0] for line in ran.stderr.splitlines()]
    assert stages[:2] == ["calling for the provider's concentrator", "asking it for a session"]


def test_without_the_right_nothing_is_said_about_the_line(wire: Place, home: Path) -> None:
    wire.behave()
    drop = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"]
    ran = wire.login(home, before=drop)
    assert (ran.status, ran.said["outcome"], ran.said["fault"]) == (4, "not-permitted", None)
    assert "sudo" in wire.login(home, before=drop, json_=False).stdout, "what to do about it"
    assert wire.behave()["frames"] == []


def test_without_scapy_it_says_how_to_get_it(wire: Place, home: Path) -> None:
    (home / "scapy.py").write_text("raise ImportError\n")
    ran = wire.login(home, more={"PYTHONPATH": f"{home}:{PROJECT}"})
    assert ran.status == 4
    assert "pip install 'cpe-agent[raw]'" in ran.stderr
    assert ran.stdout == ""


def test_the_interface(wire: Place, home: Path) -> None:
    wire.behave()
    nowhere = wire.login(home, interface="eth7")
    assert nowhere.status == 2
    assert "there is no eth7" in nowhere.stderr
    own = wire.login(home, interface="lo")
    assert own.status == 2
    assert "no cable to a modem" in own.stderr
    ip("link set line down", netns=AC)
    try:
        out = wire.login(home)
    finally:
        ip("link set line up", netns=AC)
    assert out.status == 4
    assert "no signal on its cable" in out.stderr


def test_silence_on_what_is_no_cable_is_nobodys(wire: Place, home: Path) -> None:
    ip("link add inside type bridge", "link set inside up", netns=PC)
    try:
        ran = wire.login(home, interface="inside")
    finally:
        ip("link del inside", netns=PC)
    assert (ran.status, ran.said["fault"], ran.said["notes"]) == (3, None, ["no-pado.not-wired"])


def test_the_one_wired_interface_needs_no_name(wire: Place, home: Path) -> None:
    wire.behave()
    assert wire.login(home, interface=None).said["outcome"] == "accepted"
    ip("link add eth1 type veth peer name eth2", "link set eth1 up", "link set eth2 up", netns=PC)
    try:
        several = wire.login(home, interface=None)
    finally:
        ip("link del eth1", netns=PC)
    assert several.status == 2
    assert all(name in several.stderr for name in ("eth0", "eth1", "eth2"))


def test_no_password_is_wrong_use(wire: Place, home: Path) -> None:
    wire.behave()
    for secret in ("", "x" * 300):
        ran = wire.login(home, secret=secret)
        assert (ran.status, ran.stdout) == (2, "")
        assert "password" in ran.stderr
