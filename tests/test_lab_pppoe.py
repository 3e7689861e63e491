"""Real PPPoE: the concentrator and its login server through pppd's eyes, and a home behind a router that dials them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.host import PppoeAsk
from cpe_agent.host.net import Probes
from tests.lab import login_server as accounts
from tests.lab import pppoe_kernel
from tests.lab.needs import clean_environment
from tests.lab.pppoe_calls import Call, Ended, call
from tests.lab.pppoe_kernel import USER_MODE, carrier, compile_shim
from tests.lab.pppoe_line import PppoeLine
from tests.lab.router_pppoe import PppoeHome
from tests.probe_lab import probe

pytestmark = [pytest.mark.lab, pytest.mark.skipif(carrier().kind is None, reason=str(carrier()))]

HUNG_UP_HERE, NO_ANSWER, HUNG_UP_THERE, REFUSED = 5, 8, 16, 19  # pppd(8), EXIT STATUS
ALICE, SECRET = accounts.ALICE, accounts.ACCOUNTS[accounts.ALICE]
ONLY_PAP = "refuse-chap refuse-mschap refuse-mschap-v2"
ONLY_MSCHAPV2 = "refuse-pap refuse-chap refuse-mschap"


@pytest.fixture(scope="module", autouse=True)
def _say_which_kernel(request: pytest.FixtureRequest) -> None:
    """In the log of every run, also of one where all is well."""
    plugins = request.config.pluginmanager
    terminal, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
    assert terminal is not None
    assert capture is not None
    with capture.global_and_fixture_disabled():
        terminal.write_line(f"\n{carrier()}")


# ------------------------------------------------------------------ which kernel


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pppoe_kernel, "search_path", lambda: "/nowhere")
    found = carrier.__wrapped__()
    assert found.kind is None
    assert "pppd pppoe-server" in str(found)


_SHORT_SET = """\
import ctypes, os, signal

class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
GET, SET, XSTATE = 0x4204, 0x4205, 0x202
pid = os.fork()
if pid == 0:
    libc.ptrace(0, 0, None, None)
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(0)
os.waitpid(pid, 0)

def get():
    room = ctypes.create_string_buffer(65536)
    vector = Vector(ctypes.addressof(room), len(room))
    assert libc.ptrace(GET, pid, XSTATE, ctypes.byref(vector)) == 0
    return room.raw[: vector.length]

before = get()
short = bytearray(before[:576])  # legacy area and header: what a kernel that knows only x87 and SSE would keep
short[160:164] = b"\\x5a\\xa5\\x5a\\xa5"  # xmm0
short[512] |= 2
room = ctypes.create_string_buffer(bytes(short), 576)
answer = libc.ptrace(SET, pid, XSTATE, ctypes.byref(Vector(ctypes.addressof(room), 576)))
after = get()
print(answer, os.strerror(ctypes.get_errno()) if answer else "", after[160:164].hex(), after[576:] == before[576:])
os.kill(pid, signal.SIGKILL)
"""


@pytest.mark.skipif(carrier().kind != USER_MODE, reason=f"for user-mode Linux alone. {carrier()}")
def test_a_kernel_may_set_less_register_state_than_the_processor_has(tmp_path: Path) -> None:
    command, plain = [sys.executable, "-S", "-c", _SHORT_SET], clean_environment()
    bare = subprocess.run(command, capture_output=True, text=True, check=True, env=plain)
    assert bare.stdout.startswith("-1 Bad address"), "the processor has no more state than SSE"
    cured = {**plain, "LD_PRELOAD": str(compile_shim(tmp_path))}
    helped = subprocess.run(command, capture_output=True, text=True, check=True, env=cured)
    assert helped.stdout == "0  5aa55aa5 True\n"


# ------------------------------------------------------------------ the concentrator and its login server

CALLS = {
    # name: the call, its end, what the far end said
    "chap": (Call("chap", ALICE, SECRET), HUNG_UP_HERE, "CHAP authentication succeeded"),
    "chap-wrong": (Call("chap-wrong", ALICE, "nonsense"), REFUSED, "rcvd [CHAP Failure"),
    "pap": (Call("pap", ALICE, SECRET, ONLY_PAP), HUNG_UP_HERE, "PAP authentication succeeded"),
    "pap-wrong": (Call("pap-wrong", ALICE, "nonsense", ONLY_PAP), REFUSED, "rcvd [PAP AuthNak"),
    "mschapv2": (Call("mschapv2", ALICE, SECRET, ONLY_MSCHAPV2), HUNG_UP_HERE, "CHAP Success"),
    "mschapv2-wrong": (Call("mschapv2-wrong", ALICE, "nonsense", ONLY_MSCHAPV2), REFUSED, "MS-CHAP auth"),
    "realm": (Call("realm", "alice@other.example", SECRET), REFUSED, accounts.REALM_TEXT),
    "suspended": (
        Call("suspended", accounts.SUSPENDED, accounts.ACCOUNTS[accounts.SUSPENDED]), REFUSED, accounts.SUSPENDED_TEXT,
    ),
    "session-limit": (
        Call("session-limit", accounts.NO_SESSION_LEFT, accounts.ACCOUNTS[accounts.NO_SESSION_LEFT]), REFUSED,
        accounts.SESSION_TEXT,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def radius_line() -> Iterator[PppoeLine]:
    with PppoeLine(backend="radius") as line:
        yield line


@pytest.fixture(scope="module")
def ended(radius_line: PppoeLine) -> dict[str, Ended]:
    return call(radius_line, [each for each, _, _ in CALLS.values()])


@pytest.mark.parametrize("name", CALLS)
def test_the_login_server_answers(name: str, ended: dict[str, Ended], radius_line: PppoeLine) -> None:
    print(radius_line.concentrator.machine.log())
    _, status, words = CALLS[name]
    found = ended[name]
    # Who is refused is also hung up on; pppd's status tells whichever it saw last, its log tells both.
    refused = status == REFUSED and "authentication failed" in found.said.lower()
    assert found.status == status or (refused and found.status == HUNG_UP_THERE), found.said
    assert words in found.said


def _discovered(line: PppoeLine) -> str:
    return line.dialer.shell(f"pppoe-discovery -I {line.interface} -t 1 -a 1 2>&1")


def test_an_offer_is_seen_from_the_namespace(radius_line: PppoeLine) -> None:
    seen = subprocess.run(
        ["ip", "netns", "exec", radius_line.namespace, "pppoe-discovery", "-I", radius_line.interface, "-t1", "-a1"],
        capture_output=True, text=True, check=True, env=clean_environment(),
    ).stdout  # fmt: skip
    assert "Access-Concentrator: lab-bras" in seen


def test_our_own_call_is_answered(radius_line: PppoeLine) -> None:
    """PADI and PADO of the program itself, against a concentrator that was not written here."""
    wire = radius_line.interface

    def called(*listed: str) -> PppoeAsk:
        return probe(lambda: Probes().pppoe_discover(wire, listed=listed, timeout_s=1.5), radius_line.namespace)

    unlisted, listed, foreign = called(), called("edge-7", "lab-bras"), called("edge-7")
    for asked in (unlisted, listed, foreign):
        assert [(one.name, one.error) for one in asked.concentrators] == [("lab-bras", None)]
        assert not asked.unmatched
    assert [asked.concentrators[0].known for asked in (unlisted, listed, foreign)] == [None, True, False]


def test_pap_only_with_names_of_its_own() -> None:
    with PppoeLine(auth="pap", ac_name="edge-7", services=("internet", "voice")) as line:
        seen = _discovered(line)
        assert "Access-Concentrator: edge-7" in seen
        assert "Service-Name: internet" in seen
        assert "Service-Name: voice" in seen
        ended = call(line, [Call("any", ALICE, SECRET), Call("no-pap", ALICE, SECRET, "refuse-pap")])
        assert ended["any"].status == HUNG_UP_HERE
        assert "<auth pap>" in ended["any"].said
        assert ended["no-pap"].status == HUNG_UP_THERE
        assert "peer refused to authenticate" in ended["no-pap"].said


def test_chap_only_with_two_sessions() -> None:
    with PppoeLine(auth="chap", sessions=2) as line:
        ended = call(line, [Call("any", ALICE, SECRET), Call("no-chap", ALICE, SECRET, ONLY_PAP)])
        assert ended["any"].status == HUNG_UP_HERE
        assert "<auth chap MD5>" in ended["any"].said
        assert ended["no-chap"].status == HUNG_UP_THERE
        assert "peer refused to authenticate" in ended["no-chap"].said
        hold = f"timeout 0.5 pppoe -I {line.interface} -d -U 2>&1 || true\n"
        assert "No client slots available" in line.dialer.shell(3 * hold)


# ------------------------------------------------------------------ the whole chain


@pytest.fixture(scope="module")
def whole_home() -> Iterator[PppoeHome]:
    with PppoeHome(login=(ALICE, "nonsense"), backend="radius") as home:
        yield home


@pytest.fixture
def home(whole_home: PppoeHome) -> Iterator[PppoeHome]:
    yield whole_home
    print(f"{whole_home.machine.log()[-6000:]}\n----\n{whole_home.concentrator.machine.log()[-3000:]}")


def _run(home: PppoeHome, user: str) -> dict[str, Any]:
    _, report, words = home.run_client(["--complaint", "no-internet"], user)
    assert report is not None, words
    diagnosis: dict[str, Any] = report["diagnosis"]
    return diagnosis


def _is_rejected(found: dict[str, Any]) -> None:
    assert (found["verdict"], found["fault"]) == ("fault", "credentials-rejected"), found
    assert (found["owner"], found["acts"]) == ("account", "isp")
    root = next(each for each in found["findings"] if each["standing"] == "root")
    assert {"fact": "router.last_error", "value": "AUTHENTICATION_FAILURE"} in root["evidence"]


USERS = pytest.mark.parametrize("user", ["root", "nobody"])


@USERS
def test_wrong_password(home: PppoeHome, user: str) -> None:
    home.log_in(ALICE, "nonsense")
    home.wait_for_end(REFUSED)
    _is_rejected(_run(home, user))


def test_right_password(home: PppoeHome) -> None:
    home.log_in(ALICE, SECRET)
    home.wait_for_session()
    found = _run(home, "root")
    assert found["verdict"] == "healthy", found


def test_login_server_silent_looks_like_a_wrong_password_and_the_provider_acts(home: PppoeHome) -> None:
    with home.concentrator.login_server_silent():
        home.log_in(ALICE, SECRET)
        home.wait_for_end(REFUSED)
        _is_rejected(_run(home, "root"))


@USERS
def test_concentrator_silent_is_never_the_password(home: PppoeHome, user: str) -> None:
    with home.concentrator_gone():
        home.wait_for_end(NO_ANSWER)
        found = _run(home, user)
    assert found["owner"] in (None, "access"), found
    assert found["fault"] in (None, "access-no-pado")
    if found["fault"] is None:
        assert "access-no-pado" in found["suspects"]
    named = {each["fault"] for each in found["findings"] if each["standing"] == "root"}
    assert not any(fault.startswith(("credentials-", "account-")) for fault in named), found
