"""The Windows host at work. ``packaging/wincheck.py`` starts these tests with a Windows Python under wine, inside a
home that it made: this computer is 192.168.7.10, the router 192.168.7.1, behind it three public addresses answer.

What wine cannot do is not asked here: see docs/platforms.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from typing import Any

import pytest

from cpe_agent.facts import Connect, Echo, Failure, NicKind, PathMtu, Protection
from cpe_agent.host import Host, loop, this_host

HOME = "CPE_AGENT_WINCHECK_HOME"
pytestmark = [
    pytest.mark.skipif(sys.platform != "win32", reason=f"only a Windows Python can run it; this is {sys.platform}"),
    pytest.mark.skipif(HOME not in os.environ, reason="sends packets, so only into the home of make wincheck"),
]
ROUTER, FAR, OWN = "192.168.7.1", "1.1.1.1", "192.168.7.10"
NOBODY = "192.0.2.77"  # no way leads there: the router says nothing


@pytest.fixture(scope="module")
def host() -> Host:
    return this_host()


def test_adapters_addresses_ways_and_neighbours_are_those_of_this_home(host: Host) -> None:
    nics = loop.run(host.local.nics())
    wire = next(nic for nic in nics.nics if nic.name == "eth0")
    assert (wire.kind, wire.admin_up, wire.carrier, wire.mtu) == (NicKind.ETHERNET, True, True, 1500)
    assert nics.hardware_seen is True
    assert OWN in {address.address for address in loop.run(host.local.addresses())}
    (way,) = [route for route in loop.run(host.local.routes()) if route.destination == "0.0.0.0/0"]
    assert (way.nic, way.gateway) == ("eth0", ROUTER)
    assert ROUTER in {one.address for one in loop.run(host.local.resolvers()).resolvers}
    assert loop.run(host.net.echo(ROUTER)).received == 1
    known = {one.address: one for one in loop.run(host.local.neighbours()).entries}
    assert known[ROUTER].state == "reachable"
    assert known[ROUTER].mac is not None


def test_echoes_come_back_with_believable_times(host: Host) -> None:
    found = loop.run(host.net.echo(FAR, count=20, interval_s=0.01))
    assert (found.sent, found.received, found.denied) == (20, 20, False)
    assert found.rtt_min_ms is not None
    assert 0 < found.rtt_min_ms < 1000


def test_an_echo_goes_out_of_the_wire_that_is_asked_for(host: Host) -> None:
    assert loop.run(host.net.echo(FAR, nic="eth0")).received == 1


def test_silence_is_silence(host: Host) -> None:
    found = loop.run(host.net.echo(NOBODY, count=2, interval_s=0.05, timeout_s=0.5))
    assert (found.received, found.failure) == (0, Failure.TIMED_OUT)


def test_an_echo_with_a_small_ttl_names_the_router(host: Host) -> None:
    found = loop.run(host.net.hop_echo(FAR, 1, count=2, interval_s=1.1, timeout_s=2.5))
    assert (found.address, found.denied) == (ROUTER, False)
    assert found.received


def test_the_path_ends_at_the_far_end(host: Host) -> None:
    hops = loop.run(host.net.trace(FAR, max_ttl=6))
    assert (hops[-1].address, hops[-1].reached, len(hops)) == (FAR, True, 2)


def test_whole_packets_of_the_usual_size_pass(host: Host) -> None:
    found = loop.run(host.net.path_mtu(FAR, sizes=(1280, 1500)))
    assert isinstance(found, PathMtu)
    assert found.largest_ok == 1500


def test_connections_are_made_and_refused(host: Host) -> None:
    refused = loop.run(host.net.connect(ROUTER, 9, timeout_s=3.0))
    assert refused.failure is Failure.REFUSED
    soon = loop.run(host.net.connect(ROUTER, 9, timeout_s=0.8))
    assert soon.failure is Failure.REFUSED, "a short wait sets an option of the socket"
    bound = loop.run(host.net.connect(ROUTER, 9, timeout_s=3.0, nic="eth0"))
    assert bound.failure is Failure.REFUSED
    own = loop.run(host.net.loopback_tcp(timeout_s=3.0))
    assert isinstance(own, Connect)
    assert own.ok


def test_a_family_that_wine_has_no_echoes_for_is_denied_and_not_dead(host: Host) -> None:
    found = loop.run(host.net.echo("fd07::1"))
    assert isinstance(found, Echo)
    assert found.denied or found.received == 1


KEYS: dict[str, dict[str, Any]] = {
    r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile": {"EnableFirewall": 1},
    r"SOFTWARE\Microsoft\Security Center\Provider\Av\{00000000-0000-0000-0000-000000000001}": {
        "DISPLAYNAME": "Example Guard",
        "STATE": 0x41000,
    },
    r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters": {"Type": "NoSync"},
}


def test_firewalls_protection_programs_and_the_clocks_setting_are_those_of_the_registry(host: Host) -> None:
    """Wine has none of these keys: the test writes them, and takes them away again."""
    winreg: Any = import_module("winreg")  # on Windows alone, and so are its types
    for path, values in KEYS.items():
        with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
            for name, value in values.items():
                kind = winreg.REG_DWORD if isinstance(value, int) else winreg.REG_SZ
                winreg.SetValueEx(key, name, 0, kind, value)
    try:
        assert loop.run(host.local.protection()) == Protection(("Example Guard",), ("Windows Firewall",))
        assert loop.run(host.local.clock_from_network()) is False
    finally:
        for path in KEYS:
            winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, path)


def run(*arguments: str) -> tuple[int, Any]:
    program = os.environ.get("CPE_AGENT_WINCHECK_PROGRAM")
    start = [program] if program else [sys.executable, "-m", "cpe_agent"]
    # Into files: what wine itself starts beside a program keeps the other ends of pipes open after its end.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
        ran = subprocess.run(
            [*start, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=told, timeout=120, check=False
        )
        out.seek(0)
        told.seek(0)
        said = told.read()
        assert b"Traceback" not in said, said
        return ran.returncode, json.loads(out.read())


def test_the_verdict_is_sane() -> None:
    """The far addresses answer and nothing gives names here: whatever is said, it is not the customer's."""
    status, report = run("run", "--json", "--no-upload", "--no-history")
    diagnosis = report["diagnosis"]
    assert status in (1, 3)
    assert diagnosis["verdict"] in ("fault", "inconclusive")
    assert diagnosis["owner"] not in ("device", "home", "account")
    assert diagnosis["segments"]["home"] == "ok"
    assert report["client"]["platform"].startswith("win32")
    crashed = {
        name: section["reason"] for name, section in report["sections"].items() if section["outcome"] == "crashed"
    }
    assert crashed == {}
