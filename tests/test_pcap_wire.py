"""The wire over libpcap, apart from the driver below it: what is taken off a frame, and why one does not open."""

from __future__ import annotations

import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.collector import Outcome
from cpe_agent.host.pcap_wire import refusal, untagged
from tests.login.place import PC, environment, place
from tests.probe_lab import missing

OWN, PEER = b"\x02\0\0\0\0\x01", b"\x02\0\0\0\0\x02"
PADO = b"\x88\x63\x11\x07" + bytes(42)


def frame(tag: str = "", source: bytes = PEER, rest: bytes = PADO) -> bytes:
    return OWN + source + bytes.fromhex(tag) + rest


@pytest.mark.parametrize(
    ("data", "vlan", "ours"),
    [
        (frame(), None, True),
        (frame("81000000"), None, True),  # a priority alone
        (frame("8100a000"), None, True),
        (frame("81000023"), None, False),
        (frame("81000023"), 35, True),
        (frame("8100e023"), 35, True),
        (frame("81000024"), 35, False),
        (frame(), 35, False),
        (frame("8100002381000023"), 35, False),  # one tag, not two
        (frame(source=OWN), None, False),
        (frame(rest=b"\x08\x00" + bytes(50)), None, False),
        (frame(rest=PADO + bytes(1500)), None, False),
        (frame()[:13], None, False),
        (b"", None, False),
    ],
)
def test_only_frames_of_ours_without_their_tag(data: bytes, vlan: int | None, ours: bool) -> None:
    assert untagged(data, vlan, OWN) == (frame() if ours else None)


@given(st.binary(max_size=1600), st.one_of(st.none(), st.integers(1, 4094)))
def test_any_bytes_are_read(data: bytes, vlan: int | None) -> None:
    untagged(data, vlan, OWN)
    untagged(OWN + PEER + b"\x81\x00" + data, vlan, OWN)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        # libpcap 1.10 on Linux; scapy 2.8 over BPF; Npcap's "restrict to administrators"
        ("eth0: You don't have permission to perform this capture on that device", Outcome.DENIED),
        ("Permission denied: could not open /dev/bpf0. Make sure to be running Scapy as root !", Outcome.DENIED),
        ("Error opening adapter: Access is denied.  (5)", Outcome.DENIED),
        ("Interface 'nope' not found !", Outcome.UNSUPPORTED),
        ("", Outcome.UNSUPPORTED),
    ],
)
def test_a_missing_right_is_told_from_a_missing_interface(said: str, outcome: Outcome) -> None:
    assert refusal("eth0", said).outcome is outcome


@pytest.mark.lab
@pytest.mark.skipif(missing() is not None, reason=missing() or "")
@pytest.mark.skipif(find_library("pcap") is None, reason="libpcap is not installed")
@pytest.mark.parametrize(
    ("before", "nic", "said"),
    [
        (["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"], "eth0", "needs administrator rights"),
        ([], "nope", "cannot open interface nope"),
        ([], "lo", "lo is no Ethernet"),
    ],
)
def test_what_libpcap_does_not_open(tmp_path: Path, before: list[str], nic: str, said: str) -> None:
    code = "import sys; from cpe_agent.host.pcap_wire import PcapWire; PcapWire(sys.argv[1], None)"
    with place():
        ran = subprocess.run(
            ["ip", "netns", "exec", PC, *before, sys.executable, "-c", code, nic],
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            cwd=tmp_path,
            check=False,
        )
    assert ran.returncode != 0
    assert said in ran.stderr
