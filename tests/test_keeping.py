"""What a run leaves for the next ones, and that leaving it never spoils an answer that is out."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from cpe_agent import keeping
from cpe_agent.host import KeptRun
from cpe_agent.keeping import keep_report, kept_of
from tests.test_steps import refused, report_of, router_up


def test_the_verdict_and_the_router_s_counters_are_kept() -> None:
    assert kept_of(report_of()) == KeptRun("healthy", None, "none", 864_000, 86_400)
    assert kept_of(report_of("nothing-beyond-router", "session-lost", **refused())) == KeptRun(
        "fault", "credentials-rejected", "account", 864_000, None
    ), "the age of a connection that does not stand is none"


def test_a_count_from_1970_is_not_kept() -> None:
    assert kept_of(report_of(**router_up(1_800_000_000, 1_800_000_000))) == KeptRun("healthy", None, "none")


def test_a_run_that_could_not_measure_anything_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from cpe_agent.diagnose.catalogue import ALL
    from cpe_agent.diagnose.judge import judge
    from cpe_agent.diagnose.predicate import Look
    from cpe_agent.facts import Plan
    from cpe_agent.report import make
    from tests.homes import facts_of

    facts = facts_of({"plan": {}})
    assert facts.measured(Plan)
    empty = make(facts, judge(Look(facts), ALL), started=0.0, seconds=0.1, platform="linux", case=None)
    assert empty.diagnosis.verdict == "inconclusive"
    assert kept_of(empty) is None
    kept: list[KeptRun] = []
    monkeypatch.setattr(keeping, "keep_run", kept.append)
    keep_report(empty)
    keep_report(report_of())
    assert [run.verdict for run in kept] == ["healthy"]


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(28, "No space left on device")])
def test_a_file_that_cannot_be_written_is_no_matter(
    monkeypatch: pytest.MonkeyPatch, error: OSError, capsys: Any
) -> None:
    def refuse(_run: KeptRun) -> None:
        raise error

    monkeypatch.setattr(keeping, "keep_run", refuse)
    keep_report(report_of())
    assert capsys.readouterr() == ("", "")


def test_a_disk_that_hangs_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    ended = threading.Event()

    def hang(_run: KeptRun) -> None:
        released.wait(30)
        ended.set()

    monkeypatch.setattr(keeping, "keep_run", hang)
    monkeypatch.setattr(keeping, "PATIENCE_S", 0.01)
    keep_report(report_of())
    assert not ended.is_set(), "it came back while the disk still hung"
    released.set()
    assert ended.wait(10)
