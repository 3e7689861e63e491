"""Every host answers the same questions in the same shapes: the protocols, each system's part, the probes, a replay.

The live half asks this system in a process of its own. On Linux that process has a network namespace with nothing but
a loopback in it: whatever is asked there, nothing leaves. Windows and macOS have none, so there only what stays inside
the computer is asked. A part that can read from a folder (``STAND_INS``) is asked everywhere, over what lies in it.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from cpe_agent import facts, host
from cpe_agent.codec import from_plain, to_plain
from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.host import Local, Net
from cpe_agent.host.net import Probes
from cpe_agent.host.replay import DOORS, questions, replay_host
from tests.macos.samples import stand_in as macos_stand_in

ROOT = Path(__file__).parent.parent
NOBODY = "192.0.2.1"  # RFC 5737; the namespace has no way to it

ARGUMENTS: dict[str, dict[str, Any]] = {
    "local.busy": {"seconds": 0.1},
    "local.hosts_overrides": {"names": ["localhost"]},
    "net.echo": {"address": "127.0.0.1", "count": 2, "timeout_s": 0.3},
    "net.echo_dns": {"server": NOBODY, "timeout_s": 0.2},
    "net.echo_tcp": {"address": NOBODY, "port": 9, "timeout_s": 0.2},
    "net.hop_echo": {"address": "127.0.0.1", "ttl": 1, "timeout_s": 0.2},
    "net.connect": {"address": "127.0.0.1", "port": 9, "timeout_s": 0.3},
    "net.dns": {"server": "127.0.0.1", "name": "example.com", "timeout_s": 0.2, "resend_s": ()},
    "net.tls": {"host": "example.com", "address": "127.0.0.1", "timeout_s": 0.3},
    "net.http": {"url": "http://127.0.0.1/", "expect_body": "", "timeout_s": 0.3},
    "net.lookup": {"name": "localhost", "timeout_s": 1.0},
    "net.trace": {"address": "127.0.0.1", "max_ttl": 2, "timeout_s": 0.2},
    "net.path_mtu": {"address": "127.0.0.1", "sizes": (1280, 1500), "timeout_s": 0.2},
    "net.ssdp": {"gateway": NOBODY, "timeout_s": 0.2},
    "net.igd_description": {"location": "http://127.0.0.1:9/d.xml", "timeout_s": 0.3},
    "net.igd_call": {
        "control_url": "http://127.0.0.1:9/c",
        "service_type": "urn:schemas-upnp-org:service:WANIPConnection:1",
        "action": "GetStatusInfo",
        "timeout_s": 0.3,
    },
    "net.nat_pmp": {"gateway": "127.0.0.1", "timeout_s": 0.2},
    "net.pcp": {"gateway": "127.0.0.1", "timeout_s": 0.2},
    "net.sntp": {"address": "127.0.0.1", "timeout_s": 0.2},
    "net.dhcp_discover": {"nic": "lo", "timeout_s": 0.2},
    "net.pppoe_discover": {"nic": "lo", "listed": ["lab-bras"], "timeout_s": 0.2},
    "net.arp_macs": {"nic": "lo", "address": "127.0.0.1", "timeout_s": 0.2},
    "net.loopback_tcp": {},
}
QUESTIONS = [(door, name) for door in DOORS for name in questions(door)]
IDS = [f"{door}.{name}" for door, name in QUESTIONS]

# system -> its part of the host; each can be imported on every system, and is used on its own alone
PARTS = {
    "linux": "cpe_agent.host.linux:LinuxLocal",
    "win32": "cpe_agent.host.windows:WindowsLocal",
    "darwin": "cpe_agent.host.macos:MacosLocal",
}
# name -> a part of the host over what lies in a folder: a function of that empty folder, which it may fill
STAND_INS: dict[str, Callable[[Path], Local]] = {"macos": macos_stand_in}


def named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


IMPLEMENTATIONS: dict[str, tuple[type, type]] = {
    **{f"local.{system}": (Local, named(place)) for system, place in PARTS.items()},
    "net": (Net, Probes),
}
ASKED = [(who, name) for who in IMPLEMENTATIONS for name in questions(who.partition(".")[0])]
# Elsewhere than in a namespace only these are asked: they stay inside the computer.
INSIDE = {key for key in IDS if NOBODY not in ARGUMENTS.get(key, {}).values()}

ASK = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from cpe_agent.codec import to_plain
from cpe_agent.collector import CannotMeasure
from cpe_agent.host import loop, this_host
arguments = json.loads(sys.argv[2])

async def ask(host, key, more):
    door, _, name = key.partition(".")
    began = time.monotonic()
    try:
        answer = to_plain(await getattr(getattr(host, door), name)(**more))
        found = {"answer": answer}
    except CannotMeasure as error:
        found = {"cannot": [error.outcome.value, error.reason]}
    return {**found, "seconds": time.monotonic() - began}

async def main():
    host = this_host()
    return {key: await ask(host, key, more) for key, more in arguments.items()}

print(json.dumps(loop.run(main())))
"""


def in_a_namespace(*command: str) -> list[str] | None:
    """The command with a network of its own; None where this user may make none."""
    for rights in (["-n"], ["-rn"]):
        start = ["unshare", *rights]
        if (
            shutil.which("unshare")
            and not subprocess.run([*start, "true"], capture_output=True, check=False).returncode
        ):
            return [*start, *command]
    return None


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """Every question, asked once; on Linux in a namespace whose loopback is up and that has nothing else."""
    if sys.platform not in PARTS:
        pytest.skip(f"no host part for {sys.platform}")
    linux = sys.platform == "linux"
    asked = {key: ARGUMENTS.get(key, {}) for key in IDS if linux or key in INSIDE}
    python = [sys.executable, "-W", "error", "-c", ASK, str(ROOT), json.dumps(asked)]
    command = in_a_namespace("sh", "-c", 'ip link set lo up && exec "$@"', "sh", *python) if linux else python
    if command is None:
        pytest.skip("this user may make no network namespace (unshare -n, unshare -rn)")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "a warning is a defect"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# ------------------------------------------------------------------ the questions


@pytest.mark.parametrize(("who", "name"), ASKED, ids=[f"{who}.{name}" for who, name in ASKED])
def test_every_question_has_the_protocols_signature(who: str, name: str) -> None:
    protocol, implementation = IMPLEMENTATIONS[who]
    method = getattr(implementation, name)
    assert inspect.iscoroutinefunction(method)
    wanted, found = inspect.signature(getattr(protocol, name)), inspect.signature(method)
    assert list(found.parameters.values()) == list(wanted.parameters.values())
    assert found.return_annotation == wanted.return_annotation


def test_the_doors_hold_nothing_but_questions() -> None:
    for door, protocol in DOORS.items():
        public = {name for name in vars(protocol) if not name.startswith("_")}
        assert public == set(questions(door))


@pytest.mark.parametrize(("door", "name"), QUESTIONS, ids=IDS)
def test_a_replay_answers_to_the_same_call(door: str, name: str) -> None:
    replayed = replay_host(b'{"format": 1, "answers": {}}')
    assert callable(getattr(getattr(replayed, door), name))


@pytest.mark.parametrize(("door", "name"), QUESTIONS, ids=IDS)
def test_no_answer_can_hold_a_foreign_shape(door: str, name: str) -> None:
    """Answers are built of facts' and the host's own records, or they could be neither recorded nor compared."""
    known = {**vars(facts), **vars(host)}
    for kind in _inside(questions(door)[name][1], set()):
        assert kind in (str, int, float, bool, type(None)) or known.get(kind.__name__) is kind, kind


def _inside(kind: Any, seen: set[Any]) -> set[Any]:
    """Every plain type and record that a value of ``kind`` can hold."""
    from typing import get_args

    if kind is Ellipsis or kind in seen:
        return seen
    if get_args(kind):
        for part in get_args(kind):
            _inside(part, seen)
        return seen
    seen.add(kind)
    if hasattr(kind, "_fields"):
        for hint in get_type_hints(kind, localns=vars(facts)).values():
            _inside(hint, seen)
    return seen


SYSTEMS_OWN = re.compile(
    r"/(proc|sys|etc|run|var|dev)/|^(eth|en|wlan|wlp|utun|tun|ppp)\d|linux|windows|macos|darwin", re.IGNORECASE
)


@pytest.mark.parametrize(
    "file", sorted([*ROOT.glob("collectors/*.py"), *ROOT.glob("cpe_agent/diagnose/readings/*.py")])
)
def test_no_collector_and_no_reading_knows_a_system(file: Path) -> None:
    """They see records; which system those came from is the host's business. Prose may name systems, values may not."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    prose = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    words = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    said = {n.value for n in prose if isinstance(n, ast.Constant)}
    assert not [word for word in words - said if SYSTEMS_OWN.search(word)]
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not asked & {"platform", "uname", "getuid", "geteuid"}


# ------------------------------------------------------------------ the answers


def kept(answers: dict[str, Any], key: str) -> dict[str, Any]:
    if key not in answers:
        pytest.skip("asked in a network namespace alone: it leaves the computer")
    found: dict[str, Any] = answers[key]
    return found


@pytest.mark.parametrize(("door", "name"), QUESTIONS, ids=IDS)
def test_the_answer_has_the_promised_shape_and_goes_through_the_codec_unchanged(
    door: str, name: str, answers: dict[str, Any]
) -> None:
    found = kept(answers, f"{door}.{name}")
    if "cannot" in found:
        outcome, reason = found["cannot"]
        assert Outcome(outcome) in (Outcome.DENIED, Outcome.UNSUPPORTED)
        assert reason
        return
    assert_shape(door, name, found["answer"])


def assert_shape(door: str, name: str, plain: Any) -> None:
    kind = questions(door)[name][1]
    read = from_plain(kind, plain, name)
    assert to_plain(read) == plain
    assert from_plain(kind, to_plain(read), name) == read
    _same_fields(read, plain)


@pytest.mark.parametrize("name", questions("local"))
@pytest.mark.parametrize("stand_in", STAND_INS)
def test_a_part_over_a_folder_answers_in_the_same_shapes(
    stand_in: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))  # not what this user's own runs left
    outcome, answer = asked_of(STAND_INS[stand_in](tmp_path), name)
    if outcome is Outcome.MEASURED:
        assert_shape("local", name, to_plain(answer))
    else:
        assert outcome in (Outcome.DENIED, Outcome.UNSUPPORTED)
        assert answer, "no reason"


def asked_of(local: Local, name: str) -> tuple[Outcome, Any]:
    """The answer, or why there is none."""
    try:
        return Outcome.MEASURED, asyncio.run(getattr(local, name)(**ARGUMENTS.get(f"local.{name}", {})))
    except CannotMeasure as error:
        return error.outcome, error.reason


def _same_fields(record: Any, plain: Any) -> None:
    """Nothing was left out on the way: every field of every record is in the plain form, in its order."""
    if hasattr(record, "_fields"):
        assert list(plain) == list(record._fields)
        for name in record._fields:
            _same_fields(getattr(record, name), plain[name])
    elif isinstance(record, tuple):
        assert len(record) == len(plain)
        for one, other in zip(record, plain, strict=True):
            _same_fields(one, other)


@pytest.mark.parametrize(("door", "name"), QUESTIONS, ids=IDS)
def test_no_call_outlives_its_time(door: str, name: str, answers: dict[str, Any]) -> None:
    """One second more for a busy machine; the local questions have bounds of their own, 4 s at most."""
    given = ARGUMENTS.get(f"{door}.{name}", {}).get("timeout_s")
    assert kept(answers, f"{door}.{name}")["seconds"] < (given + 1.0 if given is not None else 4.0)


WITHOUT_A_NETWORK: dict[str, Callable[[Any], object]] = {
    "local.os_release": lambda a: a["family"] == "linux",
    "local.nics": lambda a: [n["kind"] for n in a["nics"]] == ["loopback"] and a["hardware_seen"] is False,
    "local.routes": lambda a: a == [],
    "local.addresses": lambda a: {one["scope"] for one in a} == {"host"},
    "local.neighbours": lambda a: a == {"entries": [], "total": 0},
    "local.wifi": lambda a: a == {"links": [], "scan": [], "scan_known": False},
    "local.dial_entries": lambda a: a == [],
    "local.dial_log": lambda a: a["entries"] == [],
    "local.login_tests": lambda a: a == [],
    "net.loopback_tcp": lambda a: a["ok"] is True,
    "net.connect": lambda a: a["failure"] == "refused",
    "net.echo_dns": lambda a: a["received"] == 0 and a["failure"] == "no_route",
    "net.echo_tcp": lambda a: a["received"] == 0 and a["failure"] == "no_route",
    "net.http": lambda a: a["status"] is None and a["failure"] == "refused",
    "net.tls": lambda a: a["ok"] is False and a["failure"] == "refused",
    "net.igd_call": lambda a: a["failure"] == "refused",
    "net.igd_description": lambda a: a["services"] == [] and a["failure"] == "refused",
    "net.nat_pmp": lambda a: a["answered"] is False,
    "net.pcp": lambda a: a["answered"] is False,
    "net.sntp": lambda a: a["skew_s"] is None and a["failure"] == "port_unreachable",
    "net.ssdp": lambda a: a == {"answers": [], "heard": 0},
}


@pytest.mark.parametrize("key", WITHOUT_A_NETWORK)
def test_what_a_computer_without_a_network_says(key: str, answers: dict[str, Any]) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux can take the network away from one process")
    found = kept(answers, key)
    assert "answer" in found, found
    assert WITHOUT_A_NETWORK[key](found["answer"]), found["answer"]
