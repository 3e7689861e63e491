"""The engine in one call: measure, judge, report. What the command line, the page and the tests all use."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from cpe_agent.collector import Facts, Section
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.judgement import Judgement
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import Answers, Plan
from cpe_agent.host import Host
from cpe_agent.report import Report, facts_of, make
from cpe_agent.run import BUDGET_S, DEEP_BUDGET_S, run

Watcher = Callable[[type, Section], None]


async def diagnose(
    host: Host,
    plan: Plan,
    answers: Answers,
    *,
    budget_s: float | None = None,
    case: str | None = None,
    watch: Watcher | None = None,
    report_id: str | None = None,
) -> Report:
    """One run on ``host``, whole. ``plan.deep`` measures everything to its end. ``report_id``: the id that the report
    is to have, for who speaks of the run before it ends."""
    from collectors import ALL as COLLECTORS

    look = Look(Facts({}))  # one for the whole run: what it has read, and what was answered, stays
    budget = budget_s if budget_s is not None else (DEEP_BUDGET_S if plan.deep else BUDGET_S)

    def settled(facts: Facts) -> bool:
        look.update(facts)
        return not plan.deep and judge(look, ALL).settled

    started = time.time()
    finished = await run(host, COLLECTORS, plan, answers, budget_s=budget, settled=settled, watch=watch)
    look.update(finished.facts)
    judgement = judge(look, ALL)
    return make(
        finished.facts, judgement, started=started, seconds=finished.seconds, platform=_platform(), case=case,
        report_id=report_id,
    )  # fmt: skip


def judge_again(report: Report) -> Judgement:
    """The facts of a report, judged by this version's catalogue. Raises ``BadReport``."""
    return judge(Look(facts_of(report)), ALL)


def _platform() -> str:
    return f"{sys.platform} {os.uname().machine if hasattr(os, 'uname') else ''}".strip()
