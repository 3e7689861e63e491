"""Every home of the selection, broken for real and judged twice: with all rights and as an ordinary user.

With rights each is named right, or as its scenario says; without them it is right or inconclusive with the truth among
the suspects. Never a wrong owner.
"""

from __future__ import annotations

import pytest

from tests.lab.judge import Mark, as_expected, mark
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME, CORE, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.skipif(missing() is not None, reason=str(missing()))]


ONCE_WRONG = ("international-down", "duplicate-address", "hosts-override")
"""Not among the twenty, but each was seen to name, or to come near naming, an owner who had nothing to do with it."""


@pytest.mark.parametrize("user", ["root", "nobody"])
@pytest.mark.parametrize("scenario", [*CORE, *(BY_NAME[name] for name in ONCE_WRONG)], ids=lambda s: s.name)
def test_the_truth_is_found(scenario: Scenario, user: str) -> None:
    with scenario.home() as home:
        scenario.inject(home)
        _, report, words = home.run_client(scenario.arguments(), user)
        random = scenario.name.startswith("loss-")
        assert mark(scenario, report) not in (Mark.WRONG, Mark.WRONG_BLAME, Mark.FALSE_ALARM, Mark.NO_REPORT), words
        if random and as_expected(scenario, user, report) is not None:
            # In one burst of forty in twenty-five, one half of it loses nothing at all, and the run abstains.
            _, report, words = home.run_client(scenario.arguments(), user)
        why = as_expected(scenario, user, report)
        assert why is None, f"{why} {words}"
        assert report is not None
        assert report["diagnosis"]["next_test"] is not None or report["diagnosis"]["verdict"] != "inconclusive"
