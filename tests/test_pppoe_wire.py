"""Our own PPPoE call on a real wire (a veth pair), against a concentrator that misbehaves on command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.host import PppoeAsk
from cpe_agent.host.net import Probes
from tests.login.place import PC, Place, place
from tests.probe_lab import missing, probe

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
]


@pytest.fixture(scope="module")
def wire() -> Iterator[Place]:
    with place() as made:
        yield made


def ask(*listed: str) -> PppoeAsk:
    return probe(lambda: Probes().pppoe_discover("eth0", listed=listed, timeout_s=1.5), PC)


@pytest.mark.parametrize(
    ("behaviour", "names", "calls"),
    [
        ({}, ["BRAS-1"], 1),
        ({"mute": "padi"}, [], 3),
        ({"pado_delay": 0.6}, ["BRAS-1"], 2),
        ({"pado_twice": True}, ["BRAS-1"], 1),
        ({"pado_tags": "0102ffff"}, [], 3),  # a tag that leads out of the frame
        ({"flood": 300}, ["BRAS-1"], 1),
    ],
)
def test_who_answers(wire: Place, behaviour: dict[str, Any], names: list[str], calls: int) -> None:
    wire.behave(**behaviour)
    asked = ask()
    assert [one.name for one in asked.concentrators] == names
    assert asked.sent == calls
    assert set(wire.behave()["frames"]) <= {"padi"}, "no session is asked for"


def test_an_offer_without_our_mark_is_said_to_be_one(wire: Place) -> None:
    wire.behave(pado_host_uniq=False)
    assert ask() == PppoeAsk(3, (), unmatched=True)


def test_a_rogue_beside_the_providers_own(wire: Place) -> None:
    wire.behave(rogue={"name": "evil", "mac": "02:ac:00:00:00:66", "tags": ""})
    assert {one.name: one.known for one in ask("BRAS-1").concentrators} == {"BRAS-1": True, "evil": False}


def test_an_error_in_the_offers_place(wire: Place) -> None:
    wire.behave(pado_error=[0x0202, "no resources"])
    assert [one.error for one in ask().concentrators] == ["ac-system-error"]


def test_without_the_right_it_is_denied_and_never_silence(wire: Place, tmp_path: Path) -> None:
    import subprocess
    import sys

    from tests.login.place import PROJECT, environment

    code = (
        "import asyncio\n"
        "from cpe_agent.host.net import Probes\n"
        "asyncio.run(Probes().pppoe_discover('eth0', listed=(), timeout_s=0.2))\n"
    )
    ran = subprocess.run(
        [
            "ip",
            "netns",
            "exec",
            PC,
            "setpriv",
            "--bounding-set",
            "-all",
            "--inh-caps",
            "-all",
            sys.executable,
            "-c",
            code,
        ],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment(tmp_path),
        check=False,
    )
    assert "may not send raw frames" in ran.stderr
