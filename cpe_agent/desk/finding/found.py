"""What a search found, as records: the pages, the API and the tests read the same."""

from __future__ import annotations

from typing import NamedTuple

from cpe_agent.deliver.spoken_code import Spoken
from cpe_agent.desk.archive import Row
from cpe_agent.desk.customers import Customer
from cpe_agent.desk.finding.readings import What


class CaseFound(NamedTuple):
    id: int
    code: str
    name: str | None
    customer: int | None
    opened: float
    closed: float | None


class Hit(NamedTuple):
    """One thing that the text leads to: a report (``row``), a case, a customer, or what a spoken code says by itself.

    ``what``: how it was found. ``read``: the code in its written form, where it is one; ``typed``: the digits of a
    spoken one as they came, ``?`` among them. ``corrected``: it is not what was typed, but what was meant: to be said.
    ``may_be``: reports that a spoken code may be of, the likeliest first; a code carries too little of a report's id to
    be sure.
    """

    what: What
    read: str = ""
    typed: str = ""
    corrected: bool = False
    row: Row | None = None
    case: CaseFound | None = None
    customer: Customer | None = None
    spoken: Spoken | None = None
    may_be: tuple[Row, ...] = ()


class Found(NamedTuple):
    """``text``: what was looked for. ``hits``: none, the one, or those to choose from. ``near``: "did you mean", only
    where nothing was hit. ``problem``: the key of the sentence (``words/en/desk_finding.py``) that says why a spoken
    code cannot be read; ``digits``: how many it has. ``withheld``: this person may not search by what was typed.
    ``wait``: too many misses; nothing was looked up."""

    text: str
    hits: tuple[Hit, ...] = ()
    near: tuple[Hit, ...] = ()
    problem: str | None = None
    digits: int = 0
    withheld: bool = False
    wait: bool = False

    @property
    def one(self) -> Hit | None:
        return self.hits[0] if len(self.hits) == 1 else None
