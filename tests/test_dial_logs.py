"""What diallers write down, read: pppd, NetworkManager, Windows and macOS.

``recordings/pppd-2.4.9.log`` is what a real pppd said. All other lines are hand-made after pppd 2.4.9 and 2.5, rp-pppoe
4, NetworkManager 1.42, Microsoft's list of RasClient events and scutil; no machine recorded them.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.diagnose.readings import dialling
from cpe_agent.facts import Addressing, Dial, DialEntry, Plan
from cpe_agent.host import dial_macos, dial_networkmanager, dial_pppd, dial_ras, linux_dial_log
from cpe_agent.host.linux import LinuxLocal
from cpe_agent.host.log_line import LogLine, journal, own_file, syslog
from cpe_agent.host.program import Ran
from cpe_agent.host.reject_text import reject_reason
from tests.test_host_linux_files import nothing, put

NOW = 1_763_780_087.0
ROOT = Path(__file__).parent.parent
START = ["Plugin pppoe.so loaded.", "pppd 2.4.9 started by root, uid 0"]
SESSION = [*START, "PPP session is 1", "Connected to 02:00:5e:00:00:01 via interface eth0", "Using interface ppp0",
           "Connect: ppp0 <--> eth0"]  # fmt: skip
END = ["Connection terminated.", "Exit."]


def said(*texts: str, pid: int = 7, program: str = "pppd", at: float = NOW - 60) -> list[LogLine]:
    """One line a second, the last at ``at``."""
    return [LogLine(at - len(texts) + 1 + turn, program, pid, text) for turn, text in enumerate(texts)]


def of(lines: list[LogLine]) -> list[tuple[str, str | None, str | None]]:
    return [(entry.kind, entry.stage, entry.reason) for entry in dial_pppd.entries(lines, NOW)]


def meant(entries: Iterable[DialEntry]) -> object:
    """What they mean where no router carries the home."""
    return dialling.meaning.read(Dial(tuple(entries)), Plan(), Addressing())


# ------------------------------------------------------------------ pppd


@pytest.mark.parametrize(
    ("texts", "stage", "reason"),
    [
        ([*SESSION, "PAP authentication failed", *END], "auth", "rejected"),
        ([*SESSION, "CHAP authentication failed", *END], "auth", "rejected"),
        ([*SESSION, "CHAP authentication failed: Password incorrect", "CHAP authentication failed", *END],
         "auth", "bad_password"),
        ([*SESSION, "Remote message: Account suspended: unpaid invoice", "PAP authentication failed", *END],
         "auth", "restricted"),
        ([*SESSION, "CHAP authentication failed: You are already logged in - access denied", *END],
         "auth", "session_limit"),
        ([*SESSION, "MS-CHAP authentication failed: E=691 R=0 C=00 V=3", "CHAP authentication failed", *END],
         "auth", "rejected"),
        ([*SESSION, "MS-CHAP authentication failed: E=647 Account disabled", *END], "auth", "restricted"),
        # The server sends a greeting with its reject: the code decides, not the text.
        ([*SESSION, "Remote message: Welcome alice", "PAP authentication failed", *END], "auth", "rejected"),
        # Nobody refused anything.
        ([*SESSION, "CHAP authentication failed due to protocol-reject", *END], "auth", None),
        ([*SESSION, "MS-CHAPv2 mutual authentication failed.", "CHAP authentication failed", *END], "auth", None),
        ([*SESSION, "No response to PAP authenticate-requests", *END], "auth", "auth_silent"),
        ([*SESSION, "No CHAP secret found for authenticating us to isp", "CHAP authentication failed", *END],
         "auth", "no_secret"),
        ([*SESSION, "LCP terminated by peer", "Modem hangup", *END], "auth", "hang_up"),
        ([*SESSION, "LCP terminated by peer (Login incorrect)", *END], "auth", "hang_up"),
        ([*SESSION, "Modem hangup", *END], "lcp", "hang_up"),
        ([*SESSION, "LCP: timeout sending Config-Requests", "Connection terminated.", "Modem hangup"], "lcp", None),
        ([*SESSION, "Serial line is looped back.", *END], "lcp", None),
        ([*SESSION, "CHAP authentication succeeded", "IPCP: timeout sending Config-Requests", *END],
         "ipcp", "no_address"),
        ([*SESSION, "PAP authentication succeeded", "Could not determine local IP address", *END],
         "ipcp", "no_address"),
        ([*SESSION, "PAP authentication succeeded", "LCP terminated by peer", *END], "ipcp", "no_address"),
        ([*SESSION, "PAP authentication succeeded",
          "Protocol-Reject for 'Internet Protocol Control Protocol' (0x8021) received", *END], "ipcp", "no_service"),
        ([*SESSION, "CHAP authentication succeeded", "local  IP address 198.51.100.4",
          "No response to 4 echo-requests", "Serial link appears to be disconnected.", *END], "open", None),
        ([*START, "Timeout waiting for PADO packets", "Unable to complete PPPoE Discovery", "Exit."],
         "discovery", "no_answer"),
        ([*START, "pppoe: Timeout waiting for PADO packets", "Timeout waiting for PADO packets"],
         "discovery", "no_answer"),
        # A concentrator was heard: the line carries, and silence is not what happened.
        ([*START, "Timeout waiting for PADS packets", "Unable to complete PPPoE Discovery", "Exit."],
         "discovery", None),
        ([*START, "PADO: System-Error: no resources", "Timeout waiting for PADO packets"], "discovery", "server_busy"),
        ([*START, "Ignoring PADO packet with no Service-Name tag", "Timeout waiting for PADO packets"],
         "discovery", None),
        ([*START, "PADS: System-Error: too many sessions", "Timeout waiting for PADS packets"],
         "discovery", "server_busy"),
        ([*START, "PADS: Service-Name-Error: unknown", "Unable to complete PPPoE Discovery"], "discovery", None),
        # The call never left this computer.
        ([*START, "error sending pppoe packet: Network is down", "Timeout waiting for PADO packets",
          "Unable to complete PPPoE Discovery"], "local", None),
        ([*SESSION, "CHAP authentication timed out", *END], "auth", "auth_silent"),
        # Somebody here stops it afterwards; the reject stays the last word of the far end.
        ([*SESSION, "CHAP authentication failed", "Connection terminated.", "Terminating on signal 15", "Exit."],
         "auth", "rejected"),
        ([*START, "This system lacks kernel support for PPP.  This could be because", "Exit."], "local", None),
    ],
)  # fmt: skip
def test_why_an_attempt_failed(texts: list[str], stage: str, reason: str | None) -> None:
    assert of(said(*texts)) == [("pppoe", stage, reason)]


@pytest.mark.parametrize(
    "texts",
    [
        [*SESSION, "CHAP authentication succeeded", "local  IP address 198.51.100.4"],
        # Stopped here in the middle of it: pppd then says that nobody answered.
        [*START, "Terminating on signal 15", "Timeout waiting for PADO packets",
         "Unable to complete PPPoE Discovery", "Exit."],
        [*SESSION, "local  IP address 198.51.100.4", "Terminating on signal 15", "Connection terminated.", "Exit."],
        [*SESSION, "Terminating connection due to lack of activity.", *END],
        # An empty secret that the far end accepts, as mobile networks do.
        [*SESSION, "No CHAP secret found for authenticating us to net", "CHAP authentication succeeded"],
        # This computer is the server here: it refuses others.
        ["PAP peer authentication failed for alice", "peer refused to authenticate: terminating link"],
        SESSION,
        [],
    ],
)  # fmt: skip
def test_what_is_no_failure(texts: list[str]) -> None:
    assert of(said(*texts)) == []


RECORDED = {
    "chap": None,
    "chap-wrong": ("auth", "rejected"),
    "pap": None,
    "pap-wrong": ("auth", "rejected"),
    "mschapv2-wrong": ("auth", "rejected"),
    "realm": ("auth", "unknown_realm"),
    "suspended": ("auth", "restricted"),
    "session-limit": ("auth", "session_limit"),
    "suspended-pap": ("auth", "restricted"),
    "other-service": ("discovery", "no_answer"),  # a concentrator without that service keeps silent (RFC 2516, 5.2)
    "no-secret": ("auth", "hang_up"),
    "login-server-silent-pap": ("auth", "rejected"),  # this concentrator then refuses in its stead
    "login-server-silent-chap": ("auth", "rejected"),
    "line-cut": ("open", None),
    "network-down-here": ("local", None),
}


@pytest.mark.parametrize("name", RECORDED)
def test_what_a_real_pppd_said(name: str) -> None:
    log = (ROOT / "tests/recordings/pppd-2.4.9.log").read_text("utf-8")
    calls = {part.partition(": ")[0]: part.partition("\n")[2].splitlines() for part in log.split("\n## ")[1:]}
    assert set(calls) == set(RECORDED)
    expected = RECORDED[name]
    assert of(said(*calls[name])) == ([] if expected is None else [("pppoe", *expected)])


@pytest.mark.skipif(shutil.which("pppd") is None, reason="pppd is not installed")
def test_the_words_are_pppds_own() -> None:
    """Some are put together: the name of the protocol, then the rest."""
    places = [Path(str(shutil.which("pppd"))), *Path("/usr/lib/pppd").glob("*/*pppoe.so")]
    program = b"".join(place.read_bytes() for place in places)
    causes = [words for words, _, _ in dial_pppd._CAUSES if not words.startswith("PPPoE connection failed")]  # macOS
    stages = [words for words, _ in dial_pppd._STAGES]
    others = [
        "Timeout waiting for PADO packets", "Ignoring PADO packet", "Remote message: ", "Modem hangup",
        "No CHAP secret found for authenticating us", "LCP terminated by peer", "IPCP terminated by peer",
    ]  # fmt: skip
    for words in (*causes, *stages, *dial_pppd._REJECTED, *dial_pppd._WANTED, *others):
        protocol = next((name for name in ("IPCP", "LCP", "PAP", "EAP") if words.startswith(name)), "")
        assert words.encode() in program or words.removeprefix(protocol).encode() in program, words


def test_the_last_attempt_of_a_dialler_that_tries_again() -> None:
    silent = [*START, "Timeout waiting for PADO packets", "Timeout waiting for PADO packets"]
    lost = [*SESSION, "local  IP address 198.51.100.4", "No response to 4 echo-requests", "Connection terminated."]
    assert of(said(*lost, "Sent PADT", "Modem hangup", *silent[2:])) == [("pppoe", "discovery", "no_answer")]
    assert of(said(*silent, "PPP session is 2", "Connect: ppp0 <--> eth0")) == [], "somebody answers by now"
    up = ["PPP session is 2", "CHAP authentication succeeded", "local  IP address 198.51.100.4"]
    assert of(said(*SESSION, "PAP authentication failed", "Connection terminated.", *up)) == []
    (entry,) = dial_pppd.entries(said(*silent, at=NOW - 30), NOW)
    assert entry.age_s == 30, "the silence lasts: the last time-out counts"


def test_silence_after_a_reject_is_not_the_lines() -> None:
    """A concentrator that locks a line out after rejects keeps silent on the discovery: nobody may then say that no
    concentrator answers."""
    rejected = said(*SESSION, "PAP authentication failed", *END, at=NOW - 300, pid=7)
    silent = said(*START, "Timeout waiting for PADO packets", "Exit.", at=NOW - 60, pid=8)
    assert of([*rejected, *silent]) == [("pppoe", "auth", "rejected")]
    later = [line._replace(at=line.at - 500) for line in rejected]
    assert of([*later, *silent]) == [("pppoe", "discovery", "no_answer")]


def test_a_later_process_that_came_up() -> None:
    rejected = said(*SESSION, "PAP authentication failed", *END, at=NOW - 100, pid=7)
    up = said(*SESSION, "PAP authentication succeeded", "local  IP address 198.51.100.4", at=NOW - 50, pid=8)
    assert of([*up, *rejected]) == []


def test_what_is_old_or_from_the_future_says_nothing() -> None:
    texts = (*SESSION, "PAP authentication failed", *END)
    assert of(said(*texts, at=NOW - 901)) == []
    assert of(said(*texts, at=NOW + 100)) == []


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["Plugin pppol2tp.so loaded.", "Connect: ppp0 <--> ", "CHAP authentication failed"], "l2tp"),
        (["Plugin pptp.so loaded.", "Connect: ppp0 <--> pptp (192.0.2.1)", "CHAP authentication failed"], "pptp"),
        (["Connect: ppp0 <--> /dev/ttyUSB0", "CHAP authentication failed"], "cellular"),
        (["Connect: ppp0 <--> /dev/pts/1", "CHAP authentication failed"], "vpn"),
        (
            [
                "Plugin /usr/lib/pppd/2.4.9/nm-l2tp-pppd-plugin.so loaded.",
                "Plugin pppol2tp.so loaded.",
                "CHAP authentication failed",
            ],
            "vpn",
        ),
        (
            ["Plugin /usr/lib/pppd/2.4.9/nm-pppd-plugin.so loaded.", "PPP session is 1", "CHAP authentication failed"],
            "pppoe",
        ),
        (["Connect: ppp0 <--> eth0.35", "CHAP authentication failed"], "pppoe"),
    ],
)
def test_what_is_dialled(texts: list[str], kind: str) -> None:
    assert of(said(*texts)) == [(kind, "auth", "rejected")]


def test_a_vpn_that_refuses_is_no_fault_of_the_line() -> None:
    lines = said("Connect: ppp0 <--> /dev/pts/1", "CHAP authentication failed", *END)
    assert meant(dial_pppd.entries(lines, NOW)) is None


@pytest.mark.parametrize(
    ("status", "stage"),
    [(0, None), (4, "local"), (5, None), (8, "discovery"), (10, None), (15, "open"), (17, "lcp"), (19, "auth")],
)
def test_exit_status(status: int, stage: str | None) -> None:
    entry = dial_pppd.of_exit_status(status, "pppoe", 5.0)
    if status in (0, 5):
        assert entry is None
        return
    assert entry == DialEntry("pppoe", "failed", "pppd", status, stage, None, 5.0)
    assert meant([entry]) in (None, "hang_up"), "a number alone is never a reject"


# ------------------------------------------------------------------ the far end's words


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "rejected"),
        ("Login incorrect", "rejected"),
        ("Authentication failure", "rejected"),
        ("Welcome alice", "rejected"),
        ("User name or password incorrect", "rejected"),
        ("Bad password", "bad_password"),
        ("Password mismatch", "bad_password"),
        ("Password does not match", "bad_password"),
        ("Password expired", "restricted"),
        ("Account disabled", "restricted"),
        ("service suspended (unpaid)", "restricted"),
        ("E=648 R=0", "restricted"),
        ("E=691 R=1 C=0 V=3 M=Account disabled", "restricted"),
        ("E=691 R=0", "rejected"),
        ("You are already logged in - access denied", "session_limit"),
        ("Simultaneous-Use check failed", "session_limit"),
        ("Too many sessions for this user", "session_limit"),
        ("maximum login sessions exceeded", "session_limit"),
        ("NAS port binding error", "line_binding"),
        ("MAC mismatch", "line_binding"),
        ("Unknown realm", "unknown_realm"),
        ("no such domain", "unknown_realm"),
        ("Call support, port 80", "rejected"),
        # The customer's own name in the text is no reason.
        ("Login incorrect: [disabled]", "rejected"),
        ("Access denied for 'max session'", "rejected"),
        ("Access denied for expired@wrong.domain", "rejected"),
        ("הסיסמה שגויה", "rejected"),
    ],
)
def test_the_text_of_a_reject(text: str, reason: str) -> None:
    assert reject_reason(text) == reason


@given(st.text())
def test_any_text_of_a_reject_is_one_of_our_words(text: str) -> None:
    assert reject_reason(text) in dialling.REASONS


def test_a_reject_of_a_megabyte() -> None:
    for piece in ("[", "a@", "'", "max ", "password "):
        assert reject_reason(piece * 200_000) in dialling.REASONS


# ------------------------------------------------------------------ NetworkManager

PPPOE = "0f4b2c1e-0000-4000-8000-000000000001"
OTHER = "0f4b2c1e-0000-4000-8000-000000000002"


def manager(*texts: str, at: float = NOW - 60) -> list[LogLine]:
    return said(*(f"<info>  [1763780027.0001] {text}" for text in texts), program="NetworkManager", pid=1, at=at)


def begun(uuid: str, device: str = "eth0") -> str:
    return f"device ({device}): Activation: starting connection 'Dana (home) -> x' ({uuid})"


def change(to: str, reason: str, device: str = "eth0") -> str:
    return f"device ({device}): state change: ip-config -> {to} (reason '{reason}', sys-iface-state: 'managed')"


EXIT_19 = (
    "ppp-manager: pppd pid 3307 exited with error 19: Authentication error. We failed to authenticate ourselves to the "
    "peer. Maybe bad account or password?"
)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([begun(PPPOE), EXIT_19, change("failed", "ppp-failed")], (19, "auth", None)),
        ([begun(PPPOE), change("failed", "ppp-start-failed")], (None, None, None)),
        ([begun(PPPOE), change("failed", "no-secrets")], (None, "local", "no_secret")),
        ([change("failed", "ppp-failed")], (None, None, None)),  # the start is older than what was kept
    ],
)
def test_networkmanager_says_why(texts: list[str], found: tuple[int | None, str | None, str | None]) -> None:
    (entry,) = dial_networkmanager.entries(manager(*texts), {PPPOE}, NOW)
    assert (entry.code, entry.stage, entry.reason) == found
    assert (entry.kind, entry.state, entry.source, entry.age_s) == ("pppoe", "failed", "networkmanager", 60)


@pytest.mark.parametrize(
    "texts",
    [
        # Another connection wants a secret too: a wireless one, or 802.1X on the wire.
        [begun(OTHER), change("failed", "no-secrets")],
        [change("failed", "no-secrets", "wlan0")],
        [begun(PPPOE), change("failed", "ppp-failed"), begun(PPPOE), change("activated", "none")],
        [begun(PPPOE), change("activated", "none"), change("deactivating", "user-requested")],
        [begun(OTHER, "ttyUSB0"), change("failed", "ppp-failed", "ttyUSB0")],
        [begun(PPPOE)],
    ],
)
def test_what_networkmanager_says_of_others(texts: list[str]) -> None:
    assert dial_networkmanager.entries(manager(*texts), {PPPOE}, NOW) == []


def test_networkmanagers_saved_connections() -> None:
    text = f"{PPPOE}:pppoe:\n{OTHER}:802-3-ethernet:activated\nx:pppoe:a:b\n\n:\n"
    assert dial_networkmanager.pppoe_connections(text) == {PPPOE}


@pytest.mark.parametrize(
    ("state", "reason", "device", "found"),
    [
        ("30 (disconnected)", "14 (The PPP service failed)", "eth0", 1),
        ("120 (connection failed)", "12 (PPP failed to start)", "eth0", 1),
        ("100 (connected)", "14 (The PPP service failed)", "eth0", 0),
        ("30 (disconnected)", "40 (carrier off)", "eth0", 0),
        ("30 (disconnected)", "14 (The PPP service failed)", "cdc-wdm0", 0),
        ("", "", "", 0),
    ],
)
def test_networkmanagers_word_on_a_device(state: str, reason: str, device: str, found: int) -> None:
    block = {"GENERAL.DEVICE": device, "GENERAL.STATE": state, "GENERAL.REASON": reason}
    entries = dial_networkmanager.of_devices([block])
    assert len(entries) == found
    assert meant(entries) is None, "without an age it carries no verdict"


# ------------------------------------------------------------------ Windows


def ras(number: int, *fields: str, second: int = 0, call: str = "{A}", provider: str = "RasClient") -> str:
    data = "".join(f"<Data>{field}</Data>" for field in (call, r"HOME\Dana", "חיבור פס רחב", *fields))
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name='{provider}'/><EventID Qualifiers='0'>{number}</EventID><Level>4</Level>"
        f"<TimeCreated SystemTime='2025-11-22T02:53:{second:02}.1234567Z'/></System>"
        f"<EventData>{data}</EventData></Event>"
    )


DEVICE = "Server address/Phone Number = \nDevice = WAN Miniport (PPPOE)\nPort = PPPoE6-0\nMediaType = PPPoE"


@pytest.mark.parametrize(
    ("events", "found", "meaning"),
    [
        ([ras(20221), ras(20222, DEVICE), ras(20227, "651", second=9)], ("pppoe", 651, "discovery"), "no_answer"),
        ([ras(20221), ras(20222, DEVICE), ras(20223), ras(20224), ras(20227, "691", second=9)],
         ("pppoe", 691, "auth"), "rejected"),
        ([ras(20221), ras(20222, DEVICE), ras(20223), ras(20224), ras(20227, "718", second=9)],
         ("pppoe", 718, "lcp"), None),  # PPP or the login: the events do not tell
        ([ras(20221), ras(20222, DEVICE), ras(20223), ras(20227, "651", second=9)], ("pppoe", 651, "lcp"), "hang_up"),
        ([ras(20221), ras(20222, DEVICE), ras(20224), ras(20227, "738", second=9)], ("pppoe", 738, "ipcp"),
         "no_address"),
        ([ras(20221), ras(20227, "633", second=9)], ("vpn", 633, "local"), None),
        ([ras(20221), ras(20222, "Device = WAN Miniport (L2TP)"), ras(20227, "809", second=9)],
         ("l2tp", 809, "discovery"), "tunnel_silent"),
        ([ras(20221), ras(20227, "fehlgeschlagen", second=9)], ("vpn", None, "discovery"), None),
    ],
)  # fmt: skip
def test_windows_events(events: list[str], found: tuple[str, int | None, str], meaning: str | None) -> None:
    (entry,) = dial_ras.entries(dial_ras.read_events("".join(events).encode()), NOW)
    assert (entry.kind, entry.code, entry.stage) == found
    assert (entry.state, entry.source) == ("failed", "ras")
    assert entry.age_s == pytest.approx(NOW - 1_763_779_989.123456, abs=0.1)
    assert meant([entry]) == meaning


@pytest.mark.parametrize(
    "events",
    [
        [ras(20221), ras(20227, "691", second=5), ras(20221, second=6, call="{B}"), ras(20225, second=9, call="{B}")],
        [ras(20221, provider="Other"), ras(20227, "691", provider="Other")],
        [ras(20221), ras(20226, "829", second=5)],
        [ras(20299)],
        [],
    ],
)
def test_windows_events_that_are_no_failure(events: list[str]) -> None:
    assert dial_ras.entries(dial_ras.read_events("".join(events).encode()), NOW) == []


def test_an_event_of_last_week_says_nothing() -> None:
    events = dial_ras.read_events(ras(20227, "691").encode())
    assert dial_ras.entries(events, NOW + 7 * 86400) == []


# ------------------------------------------------------------------ macOS

LIST = """Available network connection services in the current set (*=enabled):
* (Disconnected)   F8322D9E-E617-4064-8564-0A704D04F3BD PPP --> PPPoE          "Dana [x]"            [PPP:PPPoE]
* (Connected)      11111111-1111-1111-1111-111111111111 VPN (com.x.work) "work" [VPN:com.x.work]
"""


def status(word: str, **causes: int) -> str:
    inner = "".join(f"    {name} : {value}\n" for name, value in causes.items())
    return f"{word}\nExtended Status <dictionary> {{\n  PPP : <dictionary> {{\n{inner}    Status : 0\n  }}\n}}\n"


def test_macos_services() -> None:
    assert [(one.identifier[:4], one.entry.kind, one.entry.state) for one in dial_macos.services(LIST)] == [
        ("F832", "pppoe", "idle"),
        ("1111", "vpn", "connected"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (status("Connected"), ("connected", None, "open", None)),
        (status("Connecting", LastCause=19), ("connecting", None, None, None)),
        (status("Disconnected", DeviceLastCause=0, LastCause=19), ("failed", 19, "auth", None)),
        (status("Disconnected", DeviceLastCause=1, LastCause=8), ("failed", 1, "discovery", "no_answer")),
        (status("Disconnected", DeviceLastCause=5, LastCause=8), ("failed", 5, "discovery", None)),
        (status("Disconnected", LastCause=0x0108), ("failed", 1, "discovery", "no_answer")),
        (status("Disconnected", DeviceLastCause=0, LastCause=5), ("idle", None, None, None)),
    ],
)
def test_macos_status(text: str, found: tuple[str, int | None, str | None, str | None]) -> None:
    entry = dial_macos.status(text, "pppoe")
    assert entry is not None
    assert (entry.state, entry.code, entry.stage, entry.reason) == found
    assert meant([entry]) is None, "without an age it carries no verdict"


@pytest.mark.parametrize("text", ["", "No service\n", "{", "Whatever\nLastCause : 19\n"])
def test_macos_status_of_nothing(text: str) -> None:
    assert dial_macos.status(text, "pppoe") is None


def stamped(at: float) -> str:
    return time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(at))


def test_macos_ppp_log() -> None:
    texts = ["PPPoE connecting to service '' [access concentrator '']...", "PPPoE connection established.",
             "Connect: ppp0 <--> socket[34:16]", "PAP authentication failed", "Connection terminated."]  # fmt: skip
    log = "".join(f"{stamped(NOW - 30)} : {text}\n" for text in texts)
    (entry,) = dial_macos.log_entries(log, NOW)
    assert (entry.kind, entry.stage, entry.reason, entry.age_s) == ("pppoe", "auth", "rejected", 30)
    kept = dial_macos.status(status("Disconnected", LastCause=19), "pppoe")
    assert kept is not None
    assert dial_macos.merged([kept], [entry]) == [entry]
    assert dial_macos.merged([kept._replace(state="idle")], [entry])[0].state == "idle"


# ------------------------------------------------------------------ where the lines come from


def in_journal(lines: list[LogLine]) -> str:
    return "".join(
        json.dumps(
            {
                "__REALTIME_TIMESTAMP": str(int(line.at * 1e6)),
                "SYSLOG_IDENTIFIER": line.program,
                "_PID": str(line.pid),
                "MESSAGE": line.text,
            }
        )
        + "\n"
        for line in lines
    )


def test_a_journal() -> None:
    lines = said(*SESSION, "PAP authentication failed")
    odd = '{"MESSAGE": [80, 65], "SYSLOG_IDENTIFIER": "pppd", "__REALTIME_TIMESTAMP": "1"}\n{"MESSAGE": null}\n[]\n{\n'
    assert journal(odd + in_journal(lines) + "[" * 100_000, ("pppd",)) == lines
    assert journal(in_journal(lines), ("NetworkManager",)) == []


def test_syslog_files_of_both_kinds() -> None:
    at = NOW - 30
    old = time.strftime("%b %e %H:%M:%S", time.localtime(at))
    new = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".123456+00:00"
    for stamp in (old, new):
        text = f"{stamp} home pppd[7]: PAP authentication failed\n{stamp} home kernel: pppd[7]: no\n{stamp} \n"
        assert syslog(text, ("pppd",), NOW) == [LogLine(at, "pppd", 7, "PAP authentication failed")]


def test_december_read_in_january() -> None:
    new_year = time.mktime((2026, 1, 1, 0, 1, 0, 0, 0, -1))
    (line,) = syslog("Dec 31 23:59:00 home pppd[7]: Exit.\n", ("pppd",), new_year)
    assert new_year - line.at == 120


class Machine:
    """A Linux root with a journal, and the program that reads it."""

    def __init__(self, root: Path, text: str, connections: str = "") -> None:
        self.root = root
        self.text = text
        self.connections = connections
        self.ran: list[str] = []

    def run(self, name: str, *args: str, timeout_s: float = 0.5) -> Ran | None:
        self.ran.append(name)
        if name == "nmcli":
            return Ran(0, self.connections if "connection" in args else "")
        return Ran(0, self.text) if name == "journalctl" else None

    def dial_log(self) -> tuple[list[tuple[str, str | None]], str | None]:
        found = asyncio.run(LinuxLocal(self.root, self.run).dial_log())
        return [(entry.source, entry.reason) for entry in found.entries], found.log


def fresh(lines: list[LogLine]) -> list[LogLine]:
    shift = time.time() - NOW
    return [line._replace(at=line.at + shift) for line in lines]


def test_nothing_is_asked_where_nothing_dials(tmp_path: Path) -> None:
    put(tmp_path, "run/log/journal/0/system.journal", b"")
    put(tmp_path, "run/NetworkManager/x", b"")
    machine = Machine(tmp_path, in_journal(fresh(said(*SESSION, "PAP authentication failed"))), "u:802-3-ethernet:\n")
    assert machine.dial_log() == ([], None)
    assert machine.ran == ["nmcli"]


@pytest.mark.parametrize("profile", ["etc/ppp/peers/dsl-provider", "etc/network/interfaces", "nm"])
def test_a_profile_makes_the_journal_worth_reading(tmp_path: Path, profile: str) -> None:
    put(tmp_path, "run/log/journal/0/system.journal", b"")
    put(tmp_path, "run/NetworkManager/x" if profile == "nm" else profile, b"iface dsl inet ppp\n")
    machine = Machine(tmp_path, in_journal(fresh(said(*SESSION, "PAP authentication failed"))), f"{PPPOE}:pppoe:\n")
    assert machine.dial_log() == ([("pppd", "rejected")], "read")


def test_pppd_says_more_than_the_manager_that_started_it(tmp_path: Path) -> None:
    put(tmp_path, "run/log/journal/0/system.journal", b"")
    put(tmp_path, "run/NetworkManager/x", b"")
    by_manager = manager(begun(PPPOE), EXIT_19, change("failed", "ppp-failed"))
    lines = [*by_manager, *said(*SESSION, "PAP authentication failed", at=NOW - 61)]
    assert Machine(tmp_path, in_journal(fresh(lines)), f"{PPPOE}:pppoe:\n").dial_log() == (
        [("pppd", "rejected")],
        "read",
    )
    alone = Machine(tmp_path, in_journal(fresh(by_manager)), f"{PPPOE}:pppoe:\n")
    assert alone.dial_log() == ([("networkmanager", None)], "read")


def test_a_file_where_there_is_no_journal(tmp_path: Path) -> None:
    assert asyncio.run(LinuxLocal(tmp_path, nothing).dial_log()) == ((), None, False)
    put(tmp_path, "etc/ppp/peers/isp", b"plugin pppoe.so eth0\nuser alice\n")
    assert asyncio.run(LinuxLocal(tmp_path, nothing).dial_log()) == ((), None, True)
    stamp = time.strftime("%b %e %H:%M:%S", time.localtime(time.time() - 5))
    put(tmp_path, "var/log/messages", f"{stamp} h pppd[7]: Connect: ppp0 <--> eth0\n{stamp} h pppd[7]: "
        "CHAP authentication failed\n")  # fmt: skip
    found = asyncio.run(LinuxLocal(tmp_path, nothing).dial_log())
    assert [(entry.reason, entry.kind) for entry in found.entries] == [("rejected", "pppoe")]
    assert found.log == "read"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) takes the rights away")
def test_a_log_that_this_user_may_not_read_is_denied(tmp_path: Path) -> None:
    """As an ordinary user, whom nothing may be kept from but the journal."""
    put(tmp_path, "etc/ppp/peers/isp", b"")
    put(tmp_path, "var/log/journal/0/system.journal", b"")
    (tmp_path / "var/log/journal/0/system.journal").chmod(0o600)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and "pytest-" in str(folder):
            folder.chmod(0o755)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from cpe_agent.host.linux_dial_log import look\n"
        "print(look(Path(sys.argv[2]), lambda *a, **k: 1 / 0, '', list, 0.0))\n"
    )
    as_nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    done = subprocess.run(
        [*as_nobody, sys.executable, "-c", code, str(ROOT), str(tmp_path)], capture_output=True, text=True, check=False
    )
    if "ermission" in done.stderr:
        pytest.skip(f"nobody may not run this Python: {done.stderr.splitlines()[-1]}")
    assert done.stdout.strip() == "DialLog(entries=(), log='denied', set_up=None)", done.stderr


# ------------------------------------------------------------------ anything at all

PIECES = st.sampled_from(
    [*SESSION, *END, "PAP authentication failed", "Remote message: ", "Timeout waiting for PADO packets",
     "PADS: System-Error: x", "Modem hangup", "LCP terminated by peer (", "Terminating on signal 15",
     "local  IP address 1", "No response to 4 echo-requests", "Connect: ppp0 <--> ", "Protocol-Reject for (0x8021)"]
)  # fmt: skip
LINES = st.lists(
    st.builds(
        LogLine,
        st.floats(NOW - 2000, NOW + 100),
        st.sampled_from(["pppd", "pppoe", "NetworkManager", "x"]),
        st.integers(0, 3),
        PIECES
        | st.text(max_size=40)
        | st.builds(change, st.sampled_from(["failed", "activated"]), st.just("ppp-failed")),
    ),
    max_size=40,
)


@given(LINES)
def test_any_lines(lines: list[LogLine]) -> None:
    for entry in [*dial_pppd.entries(lines, NOW), *dial_networkmanager.entries(lines, {PPPOE}, NOW)]:
        assert entry.state == "failed"
        assert entry.age_s is not None
        assert 0 <= entry.age_s <= 900
        assert entry.reason is None or entry.reason in dialling.REASONS
        assert entry.stage in (None, "discovery", "lcp", "auth", "ipcp", "open", "local")


@given(st.text() | st.lists(st.text(), max_size=5).map("\n".join))
def test_any_text(text: str) -> None:
    for found in (journal(text, ("pppd",)), syslog(text, ("pppd",), NOW), own_file(text, "pppd")):
        assert found == []
    dial_macos.status(text, "pppoe")
    assert dial_macos.services(text) == []
    assert dial_networkmanager.pppoe_connections(text) <= {line.split(":")[0].strip() for line in text.split("\n")}


@given(st.dictionaries(st.sampled_from(["MESSAGE", "SYSLOG_IDENTIFIER", "__REALTIME_TIMESTAMP", "_PID"]),
                       st.none() | st.text(max_size=20) | st.integers() | st.floats() | st.just("pppd")))  # fmt: skip
def test_any_journal_entry(entry: dict[str, object]) -> None:
    for line in journal(json.dumps(entry), ("pppd",)):
        assert line.program == "pppd"


@given(
    st.binary()
    | st.text().map(lambda text: ras(20227, text.translate(dict.fromkeys(b"<>&", ""))).encode("utf-8", "replace"))
)
def test_any_event(data: bytes) -> None:
    for event in dial_ras.read_events(data):
        assert event.code is None or 0 <= event.code <= 99_999
        assert len(event.call) <= 64


@given(st.from_regex(r"[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d home pppd\[\d{1,12}\]: x", fullmatch=True))
def test_any_stamp(line: str) -> None:
    for found in syslog(line, ("pppd",), NOW):
        assert found.at <= NOW + 86400


def test_a_log_of_megabytes_is_bounded() -> None:
    lines = said(*(["PAP authentication failed"] * 20_000), at=NOW)
    assert len(dial_pppd.entries([line._replace(pid=turn) for turn, line in enumerate(lines)], NOW)) <= 1
    text = in_journal(lines)
    assert len(journal(text, ("pppd",))) <= 2000
    assert linux_dial_log.look(Path("/nowhere"), nothing, "", list, NOW) == ((), None, None)
