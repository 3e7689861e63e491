"""An everyday Windows laptop, whole: its bytes through ``WindowsLocal`` and the judge, in the lab's recorded homes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cpe_agent.facts import NicKind, Origin
from cpe_agent.host import Host
from cpe_agent.host import loop as event_loop
from cpe_agent.host.replay import replay_host
from cpe_agent.host.windows import WindowsLocal
from cpe_agent.report import Report
from tests.recordings.compose import composed
from tests.recordings.places import RECORDED
from tests.test_replay import WIRED_ONLY, crashed, plain, run_file, run_on, verdict
from tests.windows_laptop import DIALLED, ROUTER, Laptop, install

IN_THE_HOME = {"dhcp-dead": Laptop(leased=False, v6=False), "captive-portal": Laptop(v6=False)}


@pytest.fixture(autouse=True)
def no_earlier_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def judged(name: str, laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> Report:
    install(laptop, monkeypatch)
    net = replay_host(composed("windows-11", name, wifi=True, ordinary=True)).net
    report = run_on(Host(local=WindowsLocal(), net=net), name)
    assert not crashed(report)
    return report


def test_the_laptop_is_read_for_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    install(Laptop(), monkeypatch)
    host = WindowsLocal()
    kinds = {nic.name: nic.kind for nic in event_loop.run(host.nics()).nics}
    assert {name for name, kind in kinds.items() if kind in (NicKind.ETHERNET, NicKind.WIFI)} == {"Ethernet", "Wi-Fi"}
    assert ("Wi-Fi", ROUTER) in {(one.nic, one.gateway) for one in event_loop.run(host.routes())}
    assert {one.nic for one in event_loop.run(host.routes())} == {"Wi-Fi"}
    assert [one.address for one in event_loop.run(host.resolvers()).resolvers] == [ROUTER]
    assert [lease.nic for lease in event_loop.run(host.leases())] == ["Wi-Fi"]
    assert not {"Ethernet", "Teredo Tunneling Pseudo-Interface"} & {one.nic for one in event_loop.run(host.addresses())}


@pytest.mark.parametrize("name", [name for name in RECORDED if name not in WIRED_ONLY])
def test_the_laptop_in_a_home_is_judged_by_the_homes_truth(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report = judged(name, IN_THE_HOME.get(name, Laptop()), monkeypatch)
    assert plain(report)["sections"]["interfaces"]["content"]["uplink"] == "Wi-Fi"
    expected = verdict(replayed(name))
    assert verdict(report) == expected, json.dumps(plain(report)["diagnosis"], indent=1)


def replayed(name: str) -> Report:
    """The same home as an ordinary user of a Windows computer sees it that has nothing odd about it."""
    return run_on(replay_host(composed("windows-11", name, wifi=True, ordinary=True)), name)


def test_the_healthy_laptop_is_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(judged("healthy", Laptop(), monkeypatch)) == verdict(run_file("healthy"))


@pytest.mark.parametrize("docked", [True, False])
def test_a_laptop_that_lost_its_wifi_accuses_nobody(docked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here can scan, so it may be the Wi-Fi, the router's power, or a cable that it had at the office."""
    report = judged("cable-out", Laptop(joined=False, docked=docked), monkeypatch)
    assert verdict(report) == ("inconclusive", None, None), json.dumps(plain(report)["diagnosis"], indent=1)
    content = plain(report)["sections"]["interfaces"]["content"]
    assert content["uplink"] in ("Wi-Fi", "Ethernet")
    assert "static-ip-wrong" not in report.diagnosis.suspects


@pytest.mark.parametrize(
    ("protocol", "leased", "kind", "origin"),
    [
        ("PPPOE", True, NicKind.PPP, Origin.PPP),
        ("L2TP", False, NicKind.PPP, Origin.PPP),  # no router carries this home: it may be the provider's way in
        ("L2TP", True, NicKind.TUNNEL, Origin.TUNNEL),
        ("IKEv2", True, NicKind.TUNNEL, Origin.TUNNEL),
        ("SSTP", False, NicKind.TUNNEL, Origin.TUNNEL),
    ],
)
def test_a_way_to_somebodys_work_is_no_line_of_the_providers(
    protocol: str, leased: bool, kind: NicKind, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(Laptop(leased=leased, dialled=protocol), monkeypatch)
    host = WindowsLocal()
    assert {nic.kind for nic in event_loop.run(host.nics()).nics if nic.name == DIALLED} == {kind}
    assert {one.origin for one in event_loop.run(host.addresses()) if one.nic == DIALLED} == {origin}
    assert {one.origin for one in event_loop.run(host.routes()) if one.nic == DIALLED} == {origin}
    assert {one.origin for one in event_loop.run(host.resolvers()).resolvers if one.nic == DIALLED} == {origin}
