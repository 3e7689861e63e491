"""A home that is broken, a router that restarts, a home that works: what the runs of one computer make of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from cpe_agent.host.replay import replay_host
from tests.lab.home import Home
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME
from tests.test_replay import run_on

pytestmark = [pytest.mark.lab, pytest.mark.skipif(missing() is not None, reason=str(missing()))]
STATE = "home-root/.local/state/cpe-agent"


@pytest.fixture
def home() -> Iterator[Home]:
    with Home() as made:
        made.start_miniupnpd(system_uptime=False)
        yield made


def run(home: Home, *arguments: str) -> dict[str, Any]:
    status, report, words = home.run_client(arguments)
    assert report is not None, (status, words)
    return report


def restarts(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for step in report["steps"] if step["step"] == "router-restarted"]


def test_a_restart_between_two_runs_and_what_came_of_it(home: Home) -> None:
    assert run(home)["sections"]["past"]["content"] == {"runs": []}

    home.world({"dns": {"provider": "silent"}})
    broken = run(home)
    assert broken["diagnosis"]["fault"] == "isp-dns-down"
    time.sleep(4)  # epochs are whole seconds, and the restart must lie between the runs beyond doubt
    home.restart_miniupnpd()
    still = run(home)
    assert still["diagnosis"]["fault"] == "isp-dns-down"
    (step,) = restarts(still)
    assert (step["outcome"], step["source"], step["fact"]) == ("stayed", "observed", "router.uptime_s")

    home.world({"dns": {"provider": "ok"}})
    well = run(home)
    assert well["diagnosis"]["verdict"] == "healthy"
    (step,) = restarts(well)
    assert (step["outcome"], step["fault"], step["checks"]) == ("gone", "isp-dns-down", 1)

    file = home.directory / "recording.json"
    command = [home.computer.python(), "-m", "cpe_agent", "record", str(file), "--json"]
    again = json.loads(home.run([*command, "--profile", str(home.profile)]).stdout)
    (step,) = restarts(again)
    assert (step["outcome"], step["checks"]) == ("cured", 2)
    kept = (home.directory / STATE / "history.json").read_bytes()
    replayed = run_on(replay_host(file.read_bytes()), "healthy")
    assert [s.outcome for s in replayed.steps if s.step == "router-restarted"] == ["cured"]
    assert (home.directory / STATE / "history.json").read_bytes() == kept, "a replay is no run of this computer"

    unkept = run(home, "--no-history")
    assert unkept["sections"]["past"]["outcome"] == "skipped"
    assert all(step["outcome"] is None for step in restarts(unkept))
    assert (home.directory / STATE / "history.json").read_bytes() == kept
    assert [p.name for p in (home.directory / STATE).iterdir()] == ["history.json"]


def test_no_state_folder_is_a_reason_and_no_more(home: Home) -> None:
    place = home.directory / "home-root" / ".local"
    place.write_text("no folder can be made here")
    report = run(home)
    assert report["diagnosis"]["verdict"] == "healthy"
    assert report["sections"]["past"]["outcome"] in ("unsupported", "denied")
    assert report["sections"]["past"]["reason"]
    place.unlink()


def test_a_damaged_record_is_a_reason_and_is_begun_anew(home: Home) -> None:
    folder = home.directory / STATE
    folder.mkdir(parents=True)
    (folder / "history.json").write_bytes(b'{"format": 1, "salt"')
    report = run(home)
    assert report["diagnosis"]["verdict"] == "healthy"
    assert (report["sections"]["past"]["outcome"], report["sections"]["past"]["reason"]) == (
        "unsupported",
        "the record of earlier runs is damaged",
    )
    assert len(run(home)["sections"]["past"]["content"]["runs"]) == 1


def test_a_router_that_fell_silent_is_still_the_same_home(home: Home) -> None:
    assert run(home)["diagnosis"]["verdict"] == "healthy"
    BY_NAME["router-hung"].inject(home)
    assert run(home)["diagnosis"]["owner"] == "cpe"
    kept = json.loads((home.directory / STATE / "history.json").read_bytes())["entries"]
    assert [entry["run"]["owner"] for entry in kept] == ["none", "cpe"]
    assert len({entry["home"] for entry in kept}) == 1
