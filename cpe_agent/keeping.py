"""Leaves a run for the next ones on this computer, once its answer is out."""

from __future__ import annotations

import threading
from contextlib import suppress

from cpe_agent.codec import from_plain
from cpe_agent.collector import CannotMeasure
from cpe_agent.diagnose.readings import router
from cpe_agent.facts import Router, section_name
from cpe_agent.host import KeptRun, keep_run
from cpe_agent.report import Report

PATIENCE_S = 0.5  # a disk that hangs must not hold a program whose answer is out


def kept_of(report: Report) -> KeptRun | None:
    """What is kept of a run; None of one that measured too little to say anything."""
    d = report.diagnosis
    if d.verdict == "inconclusive" and d.first_broken is None and not d.suspects:
        return None
    section = report.sections.get(section_name(Router))
    told = Router() if section is None or section.content is None else from_plain(Router, section.content)
    epoch: int | None = router.uptime_s.read(told)
    uptime: int | None = router.wan_uptime_s.read(told) if router.session.read(told) == "connected" else None
    return KeptRun(d.verdict, d.fault, d.owner, epoch, uptime)


def keep_report(report: Report) -> None:
    """Never fails and never says anything: the answer stands without it."""
    run = kept_of(report)
    if run is None:
        return

    def work() -> None:
        with suppress(OSError, CannotMeasure):
            keep_run(run)

    writer = threading.Thread(target=work, daemon=True, name="keep_run")
    with suppress(KeyboardInterrupt):
        writer.start()
        writer.join(PATIENCE_S)
