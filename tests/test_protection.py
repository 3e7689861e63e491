"""Which firewalls and protection programs are on here, and what sets the clock: read on three systems, shown beside the
evidence, and proof of nothing.

Registries and a Mac's texts are made by hand; ``systemextensionsctl list`` is laid out as people have published it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.card import card
from cpe_agent.collector import CannotMeasure, Facts, Outcome
from cpe_agent.diagnose.ask import ask
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import expressions
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.predicate import Look
from cpe_agent.diagnose.proofs import FAILS, ONE_WAY_OUT, WORKS
from cpe_agent.facts import Protection
from cpe_agent.host import linux_clock, linux_protection, macos_protection, windows_clock, windows_protection
from cpe_agent.host.linux import LinuxLocal
from cpe_agent.host.linux_services import MAX_PROCESSES, Service, Services
from cpe_agent.host.protection import MOST_NAMES, named
from cpe_agent.page.document import document
from cpe_agent.words import LANGUAGES
from tests.homes import facts_of, patch
from tests.macos.samples import SAID, stand_in
from tests.page_reports import made, state_of
from tests.test_cases import all_cases, home_of

NAMES = ("Kaspersky Security Cloud", "Windows Firewall")


def test_names_are_clean_few_and_each_once() -> None:
    found = named(["B\u202eagle \x1b[31mGuard\u200b", "B agle", "", "x" * 500, "Own"], ["Own", "Own", "\x00"])
    assert found == Protection(("Bagle [31mGuard", "B agle", "x" * 64), ("Own",))
    crowd = named((f"Program {number}" for number in range(40)), ("Own",))
    assert len(crowd.programs) == MOST_NAMES
    assert crowd.built_in == ()


# ------------------------------------------------------------------ Linux


def unit(root: Path, *names: str) -> None:
    """As systemd does it: a link for every active unit that leads to no file."""
    folder = root / "run/systemd/units"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"invocation:{name}.service").symlink_to("0af8cf5a1d1b4f0f9a1de5a9cf0a9d11")


def processes(root: Path, *names: str) -> None:
    for number, name in enumerate(names, 1):
        place = root / "proc" / str(number)
        place.mkdir(parents=True)
        (place / "comm").write_text(f"{name}\n")


def ufw(root: Path, word: str) -> None:
    (root / "etc/ufw").mkdir(parents=True, exist_ok=True)
    (root / "etc/ufw/ufw.conf").write_text(f"# /etc/ufw/ufw.conf\nENABLED={word}\nLOGLEVEL=low\n")


def on_linux(root: Path) -> Protection:
    return linux_protection.look(root, Services(root))


@pytest.mark.skipif(os.name != "posix", reason="a link's name with a colon in it")
def test_what_systemd_holds_for_active_on_linux(tmp_path: Path) -> None:
    unit(tmp_path, "ufw", "nftables", "opensnitchd", "clamav-daemon", "ssh")
    processes(tmp_path, "drweb-configd")
    ufw(tmp_path, "yes")
    assert on_linux(tmp_path) == Protection(("OpenSnitch", "ClamAV"), ("ufw", "nftables"))
    ufw(tmp_path, "no")
    assert on_linux(tmp_path).built_in == ("nftables",), "its unit is active where it is switched off too"


def test_without_systemd_the_processes_tell(tmp_path: Path) -> None:
    processes(tmp_path, "init", "portmaster-core", "firewalld", "clamd-not")
    assert on_linux(tmp_path) == Protection(("Portmaster",), ("firewalld",))


def test_a_linux_that_shows_nothing_tells_nothing(tmp_path: Path) -> None:
    assert on_linux(tmp_path) == Protection()
    (tmp_path / "etc/ufw").mkdir(parents=True)
    (tmp_path / "etc/ufw/ufw.conf").write_bytes(b"\xff\x00ENABLED\n=yes\nENABLED" * 9000)
    assert on_linux(tmp_path) == Protection()


def test_names_fit_into_what_the_kernel_keeps_of_a_processs_name() -> None:
    services = (*linux_protection.BUILT_IN, *linux_protection.OTHERS, linux_clock.DAEMONS)
    assert {name for service in services for name in service.processes if len(name) > 15} == set()


def test_a_computer_with_many_processes_is_looked_at_no_further_than_the_bound(tmp_path: Path) -> None:
    for number in range(MAX_PROCESSES + 40):
        (tmp_path / "proc" / str(number)).mkdir(parents=True)
    assert Services(tmp_path).runs(Service("none", ("none",), ("none",))) is False


@pytest.mark.skipif(sys.platform != "linux", reason="the process list of Linux")
def test_a_process_of_this_computer_is_seen(tmp_path: Path) -> None:
    sleep = shutil.which("sleep")
    assert sleep
    guard = tmp_path / "opensnitchd"
    shutil.copy(sleep, guard)  # the kernel names a process after its file
    running = subprocess.Popen([guard, "60"])
    try:
        (tmp_path / "proc").symlink_to("/proc")
        assert asyncio.run(LinuxLocal(tmp_path).protection()).programs[:1] == ("OpenSnitch",)
    finally:
        running.kill()
        running.wait()


@pytest.mark.parametrize(
    ("daemon", "contained", "kernel", "told"),
    [
        ("chronyd", False, False, True),  # it may not have heard a server yet
        ("", False, True, True),
        ("", False, False, False),
        ("", False, None, None),
        ("", True, False, None),  # the computer's own daemons are hidden from a container
        ("", True, True, True),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="a link's name with a colon in it")
def test_what_sets_the_clock_of_linux(
    tmp_path: Path, daemon: str, contained: bool, kernel: bool | None, told: bool | None
) -> None:
    unit(tmp_path, "ssh", *filter(None, [daemon]))
    if contained:
        (tmp_path / "run/systemd/container").write_text("lxc")
    assert linux_clock.from_network(Services(tmp_path), lambda: kernel) is told


@pytest.mark.parametrize(
    ("names", "told"),
    [(("init", "kthreadd", "ntpd"), True), (("init", "kthreadd"), False), (("init", "sh"), None), ((), None)],
)
def test_without_systemd_a_clock_is_unset_only_where_all_is_seen(
    tmp_path: Path, names: tuple[str, ...], told: bool | None
) -> None:
    processes(tmp_path, *names)
    assert linux_clock.from_network(Services(tmp_path), lambda: False) is told


@pytest.mark.skipif(sys.platform != "linux", reason="adjtimex(2) is Linux's")
def test_the_kernels_own_word_on_its_clock() -> None:
    """The call's result says the same as the bit of the record: 5, TIME_ERROR, where nobody disciplines the clock."""
    import ctypes

    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    told = linux_clock.kernel_synchronized()
    assert told is (None if state < 0 else state != 5)


# ------------------------------------------------------------------ Windows

_POLICY = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
_ORDERS = r"SOFTWARE\Policies\Microsoft\WindowsFirewall"
_CENTER = r"SOFTWARE\Microsoft\Security Center\Provider"
_TIME = r"SYSTEM\CurrentControlSet\Services\W32Time"
DEFENDER = "{D68DDC3A-831F-4fae-9E44-DA132C1ACF46}"
GOOD: dict[str, dict[str, object]] = {
    rf"{_POLICY}\DomainProfile": {"EnableFirewall": 1},
    rf"{_POLICY}\StandardProfile": {"EnableFirewall": 0},
    rf"{_POLICY}\PublicProfile": {"EnableFirewall": 1, "DisableNotifications": 0},
    rf"{_CENTER}\Av\{DEFENDER}": {"DISPLAYNAME": "Windows Defender", "STATE": 0x61100},
    rf"{_CENTER}\Av\{{4F76F112}}": {
        "DISPLAYNAME": "Kaspersky Security Cloud", "STATE": 0x41000, "PRODUCTEXE": r"C:\Program Files\k.exe",
    },
    rf"{_CENTER}\Av\{{00000001}}": {"DISPLAYNAME": "Switched off", "STATE": 0x40000},
    rf"{_CENTER}\Av\{{00000002}}": {"DISPLAYNAME": "Paused", "STATE": 0x42000},
    rf"{_CENTER}\Av\{{00000003}}": {"DISPLAYNAME": "Run out", "STATE": 0x43010},
    rf"{_CENTER}\Fw\{{4F76F112}}": {"DISPLAYNAME": "Kaspersky Security Cloud", "STATE": 0x41010},
    rf"{_TIME}": {"Start": 3},
    rf"{_TIME}\Parameters": {"Type": "NTP", "NtpServer": "time.windows.com,0x9"},
}  # fmt: skip


class Registry:
    """``windows_registry`` over what a test lays down."""

    def __init__(self, *laid: dict[str, dict[str, object]]) -> None:
        self.found = {path: values for part in laid for path, values in part.items()}

    def values(self, path: str) -> dict[str, object]:
        return self.found.get(path, {})

    def keys(self, path: str) -> list[str]:
        inside = (name.removeprefix(f"{path}\\") for name in self.found if name.startswith(f"{path}\\"))
        return list(dict.fromkeys(name.partition("\\")[0] for name in inside))

    def protection(self) -> Protection:
        return windows_protection.read(self.values, self.keys)

    def clock(self) -> bool | None:
        return windows_clock.read(self.values)


def test_what_windows_has_switched_on() -> None:
    found = Registry(GOOD).protection()
    assert found == Protection(("Kaspersky Security Cloud",), ("Windows Firewall", "Microsoft Defender Antivirus"))


@pytest.mark.parametrize(
    ("changed", "on"),
    [
        ({rf"{_POLICY}\DomainProfile": {"EnableFirewall": 0}}, True),
        ({rf"{_POLICY}\{name}": {"EnableFirewall": 0} for name in ("DomainProfile", "PublicProfile")}, False),
        ({rf"{_ORDERS}\{name}": {"EnableFirewall": 0} for name in ("DomainProfile", "PublicProfile")}, False),
        ({rf"{_POLICY}\{name}": {} for name in ("DomainProfile", "PublicProfile")}, False),
        ({rf"{_POLICY}\{name}": {} for name in ("DomainProfile", "PublicProfile")}
         | {rf"{_ORDERS}\PrivateProfile": {"EnableFirewall": 1}}, True),
    ],
)  # fmt: skip
def test_windows_own_firewall_by_its_profiles_and_policies(changed: dict[str, dict[str, object]], on: bool) -> None:
    assert ("Windows Firewall" in Registry(GOOD, changed).protection().built_in) is on


def test_a_windows_that_tells_nothing_tells_nothing() -> None:
    assert Registry().protection() == Protection()
    assert Registry().clock() is None


@pytest.mark.parametrize(
    "product",
    [
        {"DISPLAYNAME": "No state"},
        {"DISPLAYNAME": "State as text", "STATE": "0x41000"},
        {"DISPLAYNAME": "State as bytes", "STATE": b"\x00\x10\x04\x00"},
        {"DISPLAYNAME": b"Kaspersky", "STATE": 0x41000},
        {"DISPLAYNAME": r"@C:\Program Files\guard\res.dll,-103", "STATE": 0x41000},
        {"DISPLAYNAME": "\u202e\u200b\x07", "STATE": 0x41000},
        {"STATE": 0x41000},
        {},
    ],
)
def test_what_is_cut_or_strange_in_the_security_center_is_left_out(product: dict[str, object]) -> None:
    assert Registry({rf"{_CENTER}\Av\{{1}}": product}).protection() == Protection()


def test_a_crowd_in_the_security_center_is_bounded() -> None:
    crowd: dict[str, dict[str, object]] = {
        rf"{_CENTER}\Av\{{{number}}}": {"DISPLAYNAME": f"P{number}" * 200, "STATE": 0x41000} for number in range(200)
    }
    found = Registry(GOOD, crowd).protection()
    assert len(found.programs) + len(found.built_in) == MOST_NAMES
    assert max(map(len, found.programs)) <= 64


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.dictionaries(
    st.sampled_from(["EnableFirewall", "DISPLAYNAME", "STATE", "Type", "Start"]),
    st.text() | st.integers() | st.lists(st.text()) | st.binary(),
)))  # fmt: skip
def test_no_registry_upsets_a_reader(laid: dict[str, dict[str, Any]]) -> None:
    registry = Registry(laid)
    assert len(registry.protection().programs) <= MOST_NAMES
    assert registry.clock() in (True, False, None)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, True),
        ({rf"{_TIME}\Parameters": {"Type": "NT5DS"}}, True),
        ({rf"{_TIME}\Parameters": {"Type": "NoSync"}}, False),
        ({rf"{_TIME}\Parameters": {"Type": "ntp"}, _TIME: {"Start": 4}}, False),
        ({r"SOFTWARE\Policies\Microsoft\W32Time\Parameters": {"Type": "NoSync"}}, False),
        ({rf"{_TIME}\Parameters": {"Type": "Sundial"}}, None),
        ({rf"{_TIME}\Parameters": {"Type": 7}}, None),
    ],
)
def test_what_sets_the_clock_of_windows(changed: dict[str, dict[str, object]], told: bool | None) -> None:
    assert Registry(GOOD, changed).clock() is told


# ------------------------------------------------------------------ macOS

EXTENSIONS = """\
3 extension(s)
--- com.apple.system_extension.network_extension (Go to 'System Settings > General' to modify these system extension(s))
enabled\tactive\tteamID\tbundleID (version)\tname\t[state]
*\t*\tMLZF7K7B5R\tat.obdev.littlesnitch.networkextension (6.1/6420)\tLittle Snitch\t[activated enabled]
\t\tXSJ59WMJBM\tcom.avg.Antivirus.SystemExtension (16.2/16.2)\tAVG Antivirus\t[terminated waiting to uninstall]
*\t\tABCDE12345\tcom.example.filter (1/1)\tNot yet allowed\t[activated waiting for user]
--- com.apple.system_extension.endpoint_security (Go to 'System Settings > General' to modify these system extension(s))
enabled\tactive\tteamID\tbundleID (version)\tname\t[state]
*\t*\tGVZRY6KDKR\tcom.malwarebytes.mbam.engine (5.27.1/5)\tMalwarebytes Engine\t[activated enabled]
"""
FIREWALL_ON, FIREWALL_OFF = "Firewall is enabled. (State = 1)\n", "Firewall is disabled. (State = 0)\n"


def test_what_a_mac_has_switched_on(tmp_path: Path) -> None:
    filters = {
        "/usr/libexec/ApplicationFirewall/socketfilterfw": {"--getglobalstate": FIREWALL_ON},
        "/usr/bin/systemextensionsctl": {"list": EXTENSIONS},
    }
    mac = stand_in(tmp_path, {**SAID, **filters})
    assert asyncio.run(mac.protection()) == Protection(("Little Snitch",), ("macOS Firewall",))


def test_a_mac_that_tells_nothing_cannot_tell(tmp_path: Path) -> None:
    mac = stand_in(tmp_path)
    for question in (mac.protection, mac.clock_from_network):
        with pytest.raises(CannotMeasure) as cannot:
            asyncio.run(question())
        assert cannot.value.outcome is Outcome.UNSUPPORTED


@pytest.mark.parametrize("text", [FIREWALL_OFF, "", "Firewall is enabled.", "(State = x)", "x" * 10**6 + "(State = 1)"])
def test_a_macs_own_firewall_is_on_only_where_it_says_so(text: str) -> None:
    assert macos_protection.read(text, None) == Protection()


def test_a_cut_list_of_extensions() -> None:
    for end in range(len(EXTENSIONS)):
        assert macos_protection.read(None, EXTENSIONS[:end]).programs in ((), ("Little Snitch",))


@given(st.text())
def test_no_text_upsets_a_reader(noise: str) -> None:
    head = EXTENSIONS.partition("\nenabled")[0]
    found = macos_protection.read(noise, f"{head}\n*\t*\tT\tb (1)\t{noise}\t[activated enabled]\n" * 40)
    assert len(found.programs) <= MOST_NAMES
    assert all(name.isprintable() and len(name) <= 64 for name in found.programs)


# ------------------------------------------------------------------ what becomes of it

FORBIDDEN = ("gateway.toml", "this computer's own filter forbids everything")
SIGNED = ("tls.toml", "a protection program signs every page")
YEARS_OFF = ("device.toml", "the clock is years off and every certificate looks expired")


def home(case: tuple[str, str], **values: object) -> dict[str, Any]:
    file, name = case
    wanted = next(c for c in all_cases() if c["name"] == name and c["file"] in (file, file.partition(".")[0]))
    changed = home_of(wanted)
    patch(changed, {key.replace("__", "."): value for key, value in values.items()})
    return changed


def test_no_rule_reads_it() -> None:
    """Nothing that proves, suspects, excuses or forbids asks for a program or for the clock's setting."""
    rules = [e for f in ALL for e in expressions(f) if e not in f.beside]
    rules += [*WORKS.values(), *FAILS.values(), ONE_WAY_OUT]
    read = {r.name for rule in rules for r in rule.readings()}
    assert "clock.skew_s" in read
    assert not read & {"device.protection", "clock.from_network"}
    assert not {s for rule in rules for r in rule.readings() for s in r.sections} & {Protection}


@pytest.mark.parametrize("case", [FORBIDDEN, SIGNED, YEARS_OFF])
def test_it_never_says_what_the_verdict_is(case: tuple[str, str]) -> None:
    told = set()
    for programs, clock in (([], None), ([*NAMES], False)):
        found = judge(Look(facts_of(home(case, protection__programs=programs, clock__from_network=clock))), ALL)
        suspects = tuple(one.fault.code for one in found.suspects)
        told.add((found.verdict, found.headline and found.headline.fault.code, suspects, found.settled))
    assert len(told) == 1


@pytest.mark.parametrize("case", [FORBIDDEN, SIGNED])
def test_the_program_stands_beside_the_evidence_and_on_the_page(case: tuple[str, str]) -> None:
    report = made(home(case, protection__programs=[NAMES[0]]))
    assert NAMES[0] in card(report)
    for language in LANGUAGES:
        assert f"<bdi>{NAMES[0]}</bdi>" in document(state_of(report, language), live=True, nonce="n")
    facts = {e.fact: e.value for f in report.diagnosis.findings for e in f.evidence}
    assert facts["device.protection"] == [NAMES[0], "ufw"]


@pytest.mark.parametrize("programs", [[], [*NAMES]])
def test_with_none_or_several_the_page_guesses_at_none(programs: list[str]) -> None:
    page = document(state_of(made(home(FORBIDDEN, protection__programs=programs))), live=True, nonce="n")
    assert "On this computer that may be" not in page


def test_a_wrong_clock_shows_whether_anything_sets_it() -> None:
    for setting, words in ((True, "is set to take the time"), (False, "Nothing on this computer takes the time")):
        assert words in card(made(home(YEARS_OFF, clock__from_network=setting)))


def test_what_stands_beside_comes_last_and_is_not_awaited() -> None:
    facts = facts_of(home(FORBIDDEN))
    fault = BY_CODE["host-firewall-blocking"]
    there = ask(fault, Look(facts))
    assert list(there.evidence)[-1] == "device.protection"
    sections = {s: found for s in facts if s is not Protection and (found := facts.section(s)) is not None}
    awaited = Facts(sections, frozenset({Protection}))
    without = ask(fault, Look(awaited))
    assert (without.present, without.grade, without.provable) == (there.present, there.grade, there.provable)
    assert judge(Look(awaited), ALL).settled
