"""What the customer said and complains of, as plain yes or no: whoever was not asked did not say it.

Unlike ``asked`` these are never unknown while their section is there. So they can stand in a veto without ``known``:
a veto forbids the name when the whole section is missing, and not just because a question was never asked.
"""

from __future__ import annotations

from cpe_agent.diagnose.predicate import Expr, Reading
from cpe_agent.facts import Answers, Plan


def said(key: str, value: str) -> Reading:
    """The customer gave this answer to this question of ``cpe_agent.answers``."""

    def read(a: Answers) -> bool:
        return a.given.get(key) == value

    read.__doc__ = f"The customer answered {key} with {value}."
    return Reading(f"said.{key}={value}", (Answers,), read)


def complains(word: str) -> Reading:
    """The run was started with this complaint."""

    def read(p: Plan) -> bool:
        return p.complaint == word

    read.__doc__ = f"The complaint is {word}."
    return Reading(f"complaint.{word}", (Plan,), read)


LAMPS_OFF = said("router-lamps", "off")
LAMPS_ON = said("router-lamps", "on")
SECOND_WORKS = said("second-device", "works")
ONE_FAILS = said("devices-failing", "one")
BROWSER_FAILS = said("browser", "fails")
SWAPPED_IN_VAIN = said("cable-swap", "fails")

OTHERS_FAIL: Expr = said("second-device", "fails") | said("devices-failing", "all") | said("phones", "fail")
"""Other devices or telephones of the home are dead as well: nothing that sits in this one computer explains that."""

OTHERS_WORK: Expr = SECOND_WORKS | ONE_FAILS
"""Another device on the same home network gets through."""

SLOW = complains("slow")
DROPS = complains("drops")
