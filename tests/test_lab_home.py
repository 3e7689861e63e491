"""The lab itself: it comes up whole, keeps to itself, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab import plan
from tests.lab.home import Home
from tests.lab.needs import PROJECT, missing
from tests.lab.processes import NETNS_FILES, start_time, sweep

_WHY_NOT = missing()
pytestmark = [pytest.mark.lab, pytest.mark.skipif(_WHY_NOT is not None, reason=_WHY_NOT or "")]


def _left_of(tag: str) -> list[str]:
    spaces = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    found = [line for line in spaces.splitlines() if line.startswith(f"{tag}-")]
    found += [str(path) for path in NETNS_FILES.glob(f"{tag}-*")]
    return found + [str(path) for path in Path("/tmp").glob(f"cpe-lab-{tag}-*")]


def test_leaves_nothing_behind() -> None:
    with Home() as home:
        tag, notes = home.tag, (home.directory / "lab.json").read_text(encoding="utf-8")
        assert _left_of(tag)
    assert not _left_of(tag)
    import json

    pids = [pid for pid, born in json.loads(notes)["processes"] if start_time(pid) == born]
    assert not pids


def test_leaves_nothing_behind_after_a_failure() -> None:
    tag = ""

    def fail() -> None:
        nonlocal tag
        with Home(ipv6=False) as home:
            tag = home.tag
            home.rooms["pc"].shell("exit 7")

    with pytest.raises(RuntimeError, match="-pc"):
        fail()
    assert tag
    assert not _left_of(tag)


def _separate_lab() -> tuple[subprocess.Popen[str], str]:
    """A lab in a process of its own, up; with its tag."""
    lab = subprocess.Popen(
        [sys.executable, "-m", "tests.lab", "up", "healthy-v4"],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert lab.stdout is not None
    tag = ""
    for line in lab.stdout:
        if "ip netns exec" in line:
            tag = line.split()[3].partition("-")[0]
        if line.startswith("Enter"):
            break
    return lab, tag


def _end(lab: subprocess.Popen[str]) -> None:
    assert lab.stdin is not None
    assert lab.stdout is not None
    lab.stdin.close()
    lab.stdout.close()
    lab.wait(timeout=5)


def test_term_takes_it_down() -> None:
    lab, tag = _separate_lab()
    assert _left_of(tag)
    lab.send_signal(signal.SIGTERM)
    _end(lab)
    assert not _left_of(tag)


def test_the_next_lab_sweeps_up_after_a_killed_one() -> None:
    lab, tag = _separate_lab()
    lab.kill()
    _end(lab)
    assert _left_of(tag)
    assert tag in sweep()
    assert not _left_of(tag)


def test_two_side_by_side() -> None:
    with Home(ipv6=False) as one, Home(ipv6=False) as other:
        one.world({"dns": {"*": "servfail"}})
        asked = ["dig", "+tries=1", "+time=2", "example.com"]
        assert "status: SERVFAIL" in one.run(asked).stdout
        assert "status: NOERROR" in other.run(asked).stdout


def test_nothing_of_the_machine_shows_on_the_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://leak.example:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/leak.pem")
    with Home() as home:
        settings = home.run(["env"]).stdout
        assert "leak" not in settings
        assert "SSL_CERT_FILE=" in settings
        assert home.run(["ps", "-e", "-o", "comm="]).stdout.split() == ["sh", "sleep", "dhclient", "ps"]
        assert home.run(["ls", "/sys/class/net"]).stdout.split() == ["eth0", "lo"]
        assert home.run(["cat", "/etc/resolv.conf"]).stdout == f"nameserver {plan.LAN_ROUTER}\n"
        assert "iface eth0 inet dhcp" in home.run(["cat", "/etc/network/interfaces"]).stdout
        assert "lease {" in home.run(["cat", "/var/lib/dhcp/dhclient.eth0.leases"]).stdout
        address = home.run(["ip", "-4", "addr", "show", "eth0"]).stdout
        assert "dynamic" in address
        assert "forever" not in address
        assert home.run(["hostname"]).stdout == "pc\n"
        assert os.uname().nodename != "pc"


def test_no_way_out() -> None:
    """Every room's interfaces are the lab's own cables; an address that the lab does not have stops inside it."""
    with Home() as home:
        for name, room in home.rooms.items():
            devices = {line.split(":")[1].strip().partition("@")[0] for line in room.shell("ip -o link").splitlines()}
            cables = {dev for a, dev_a, b, dev_b in plan.LINKS for at, dev in ((a, dev_a), (b, dev_b)) if at == name}
            assert devices <= cables | {"lo", "br0"}
        assert home.run(["ping", "-n", "-c1", "-W0.3", "203.0.113.9"]).status != 0


def test_nobody_has_no_rights() -> None:
    with Home(ipv6=False) as home:
        status = home.run(["cat", "/proc/self/status"], user="nobody").stdout
        assert "CapEff:\t0000000000000000" in status
        assert "CapBnd:\t0000000000000000" in status
        assert home.run(["id", "-u"], user="nobody").stdout == "65534\n"
        icmp = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)"
        refused = home.run([home.computer.python(), "-c", icmp], user="nobody")
        assert "PermissionError" in refused.stderr
        readable = home.run([home.computer.python(), "-c", "import cpe_agent.facts, os; print(os.getuid())"], "nobody")
        assert readable.stdout == "65534\n"


def test_run_client_tells_reports_from_garbage() -> None:
    with Home(ipv6=False) as home:
        python = home.computer.python()
        stand_in = "import sys; print('{\"schema\": 1}'); print('progress', file=sys.stderr); sys.exit(3)"
        assert home.run_client(command=[python, "-c", stand_in]) == (3, {"schema": 1}, "progress\n")
        assert home.run_client(command=[python, "-c", "print('[1]')"])[1] is None
        assert home.run_client(command=[python, "-c", "print('{')"])[1] is None
        words = home.client_command(["--complaint", "slow"])
        assert words[1:5] == ["-m", "cpe_agent", "run", "--json"]
        assert words[-2:] == ["--complaint", "slow"]
        assert home.run(["cat", words[words.index("--profile") + 1]]).stdout.startswith("# The lab's provider")


def test_a_command_that_hangs_is_killed_with_its_children() -> None:
    with Home(ipv6=False) as home:
        began = time.monotonic()
        assert home.run(["sh", "-c", "sleep 60 & sleep 60"], timeout_s=0.3).status != 0
        assert time.monotonic() - began < 20  # each sleeps for a minute
        assert home.run(["sh", "-c", "ps -e -o comm= | grep -c sleep"]).stdout == "1\n"  # the computer's own


def test_delay() -> None:
    with Home(rtt_ms=20) as home:
        home.run(["ping", "-n", "-c1", "-W2", "9.9.9.9"])
        said = home.run(["ping", "-n", "-q", "-c10", "-i0.02", "9.9.9.9"]).stdout
        assert " 0% packet loss" in said
        assert 20 <= float(said.rpartition("= ")[2].split("/")[1]) < 30
        gateway = home.run(["ping", "-n", "-q", "-c10", "-i0.02", plan.LAN_ROUTER]).stdout
        assert float(gateway.rpartition("= ")[2].split("/")[1]) < 5
        assert home.run(["curl", "-sS", "-m3", "https://example.com/"]).status == 0
        assert home.run(["curl", "-sS", "-m3", f"http://{plan.MODEM}/"]).status == 7  # the modem is there, no page


def test_the_profile_says_what_was_asked() -> None:
    with Home(ipv6=False, wan="pppoe") as home:
        import tomllib

        profile = tomllib.loads(home.profile.read_text(encoding="utf-8"))
        assert profile["isp"]["wan"] == "pppoe"
        assert profile["isp"]["resolvers"] == list(plan.RESOLVERS)
        assert {entry["address"] for entry in profile["probe"]["literals"]} <= set(plan.INTERNET_ADDRESSES)
        assert set(profile["probe"]["names"]) <= set(plan.HOSTS)
