"""The ladder stands: no circle, the order of the enumeration is a topological one, the closure is complete."""

from __future__ import annotations

from graphlib import TopologicalSorter

from cpe_agent.diagnose.ladder import ORDER, STANDS_ON, Rung, above, below
from cpe_agent.diagnose.proofs import FAILS, WORKS


def test_every_rung_stands_on_earlier_ones() -> None:
    assert set(STANDS_ON) == set(Rung)
    TopologicalSorter(STANDS_ON).prepare()
    for rung, near in STANDS_ON.items():
        assert all(ORDER.index(r) < ORDER.index(rung) for r in near)


def test_the_closure_reaches_through() -> None:
    assert below(Rung.DEVICE_OK) == frozenset()
    assert below(Rung.SITE) == frozenset(Rung) - {Rung.SITE}
    assert Rung.CLOCK not in below(Rung.WEB) - below(Rung.TLS), "the clock carries TLS and through it the web"
    assert Rung.DNS not in below(Rung.TLS)
    for rung in Rung:
        assert all(rung in above(lower) for lower in below(rung))


def test_every_rung_can_be_seen_failing_or_working() -> None:
    assert {r for r, _ in WORKS} == set(Rung)
    assert {r for r, _ in FAILS} == set(Rung)
