"""``cpe-agent login-test`` as a person starts it, against a scripted concentrator on a real wire (a veth pair)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.login.cases import CASES, Case
from tests.login.place import SECRET, Place, place
from tests.probe_lab import missing

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
]
KEYS = ["outcome", "method", "message", "concentrators", "stages", "fault", "owner", "acts", "suspects", "notes"]


@pytest.fixture(scope="module")
def wire() -> Iterator[Place]:
    with place() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def status_of(case: Case) -> int:
    if case.fault is not None:
        return 1
    return 0 if case.outcome == "accepted" else 3


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_verdict(wire: Place, home: Path, case: Case) -> None:
    arguments = list(case.arguments)
    if case.profile is not None:
        (home / "isp.toml").write_text(case.profile)
        arguments += ["--profile", str(home / "isp.toml")]
    wire.behave(**case.behaviour)
    ran = wire.login(home, *arguments, secret=SECRET if case.right else "wrong horse")
    seen = wire.behave()
    said = ran.said
    assert (said["outcome"], said["fault"], said["owner"]) == (case.outcome, case.fault, case.owner), said
    assert ran.status == status_of(case)
    assert list(said) == KEYS
    assert said["method"] == case.method
    assert tuple(said["suspects"]) == case.suspects
    assert case.note is None or case.note in said["notes"]
    assert case.message is None or said["message"] == case.message
    assert len(seen["pap"]) == case.paps
    assert seen["answers"] <= 1, "one answer, ever"
    if any(stage["stage"] == "link" for stage in said["stages"]):
        assert "padt" in seen["frames"] or case.behaviour.get("order") == "padt"
