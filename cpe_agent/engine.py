"""The engine in one call: measure, judge, report. What the command line, the page and the tests all use."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from cpe_agent.collector import Facts, Section
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.judge import judge
from cpe_agent.diagnose.judgement import Judgement
from cpe_agent.diagnose.predicate import Look
from cpe_agent.facts import Answers, PastRun, Plan
from cpe_agent.host import Host
from cpe_agent.report import Report, facts_of, make
from cpe_agent.run import BUDGET_S, DEEP_BUDGET_S, run
from cpe_agent.steps import Stated, by_answer

Watcher = Callable[[type, Section], None]
SoFar = Callable[[Judgement, Facts], None]


async def diagnose(
    host: Host,
    plan: Plan,
    answers: Answers,
    *,
    budget_s: float | None = None,
    case: str | None = None,
    watch: Watcher | None = None,
    report_id: str | None = None,
    so_far: SoFar | None = None,
    kept: Mapping[type, Section] | None = None,
    stated: Iterable[Stated] = (),
    visit: Iterable[PastRun] = (),
) -> Report:
    """One run on ``host``, whole. ``plan.deep`` measures everything to its end. ``report_id``: the id that the report
    is to have, for who speaks of the run before it ends. ``so_far`` is given what is judged from each new state of the
    facts, the last one too. ``kept`` are sections of an earlier run that still hold, ``stated`` is what the customer
    says was done, ``visit`` are the runs of this visit for where no history is kept."""
    from collectors import ALL as COLLECTORS

    look = Look(Facts({}))  # one for the whole run: what it has read, and what was answered, stays
    budget = budget_s if budget_s is not None else (DEEP_BUDGET_S if plan.deep else BUDGET_S)

    def settled(facts: Facts) -> bool:
        look.update(facts)
        if plan.deep and so_far is None:
            return False
        judgement = judge(look, ALL)
        if so_far is not None:
            so_far(judgement, facts)
        return judgement.settled and not plan.deep

    started = time.time()
    finished = await run(host, COLLECTORS, plan, answers, budget_s=budget, settled=settled, watch=watch, kept=kept)
    look.update(finished.facts)
    judgement = judge(look, ALL)
    if so_far is not None:
        so_far(judgement, finished.facts)
    return make(
        finished.facts,
        judgement,
        started=started,
        seconds=finished.seconds,
        platform=_platform(),
        case=case,
        report_id=report_id,
        stated=stated,
        visit=visit,
    )


def judged(report: Report, facts: Facts, *, case: str | None = None) -> Report:
    """The same run with other facts, such as another answer, or the case that it turned out to belong to: a report of
    its own, measured when that one was. What an answer before had stated is told anew by today's answers, or not any
    more."""
    new = make(
        facts,
        judge(Look(facts), ALL),
        started=0.0,
        seconds=report.seconds,
        platform=report.client.platform,
        case=case or report.case,
    )
    kept = tuple(step for step in report.steps if not by_answer(step))
    known = {step.step for step in kept}
    more = (step._replace(when=report.started) for step in new.steps if by_answer(step) and step.step not in known)
    return replace(new, started=report.started, steps=(*kept, *more))


def judge_again(report: Report) -> Judgement:
    """The facts of a report, judged by this version's catalogue. Raises ``BadReport``."""
    return judge(Look(facts_of(report)), ALL)


def _platform() -> str:
    return f"{sys.platform} {os.uname().machine if hasattr(os, 'uname') else ''}".strip()
