"""What a card is made of. Every text is a finished sentence in the card's language; names of states and kinds are
words of this file, for templates and programs. Texts that others chose went through ``visible``."""

from __future__ import annotations

from typing import NamedTuple


class Provider(NamedTuple):
    """The provider as its own profile gives it; a verified report's word on it is only taken where there is none."""

    name: str | None = None
    phone: str | None = None
    infrastructure: str | None = None  # name of the line's owner
    cpe_owner: str | None = None  # "isp" | "customer" | "infrastructure"


class Arrival(NamedTuple):
    """How a report came in. ``received``: seconds since the epoch by the desk's clock. ``verified``: with a good
    ticket, or attached to a case by a person. ``locator``: the desk's short code. ``kept``: the ``Cpe-Agent-Kept``
    header."""

    received: float
    verified: bool
    locator: str | None = None
    kept: str | None = None


class Notice(NamedTuple):
    """Something to know before the card is believed. ``kind``: the key below ``notice.`` of its words, or
    unverified | old."""

    kind: str
    text: str


class Station(NamedTuple):
    """One segment of the path. ``state``: ok | degraded | broken | unknown."""

    segment: str
    name: str
    state: str
    words: str


class Evidence(NamedTuple):
    """One thing that was seen. ``fact`` and ``value`` are the reading as measured; ``fact`` is empty for what is no
    reading."""

    text: str
    fact: str = ""
    value: str = ""


class Deciding(NamedTuple):
    """A test that decides. ``by``: customer | provider | senior. ``answered``: what was already said to it."""

    key: str
    text: str
    by: str
    by_text: str
    answered: str = ""


class Rival(NamedTuple):
    """A fault of another owner that looks like this one. ``standing``: fits | open | unsaid | excluded. ``needs``: what
    would have to be true; ``seen``: what was seen against it."""

    fault: str
    title: str
    owner: str
    owner_text: str
    standing: str
    standing_text: str
    needs: tuple[str, ...]
    seen: tuple[str, ...]
    test: Deciding


class Suspect(NamedTuple):
    """``needs``: what would prove it."""

    fault: str
    title: str
    owner_text: str
    needs: tuple[str, ...]


class Done(NamedTuple):
    """A line of the ledger. ``source``: observed (by the program) | stated (by the customer, to the program) | entered
    (by a person; ``who`` has his name). ``came``: what came of it, empty when unknown."""

    what: str
    who: str
    when: str
    came: str
    source: str
    own_words: bool = False  # somebody's own words, which may hold anything


class Condition(NamedTuple):
    """Something that must be answered before an action."""

    key: str
    text: str
    met: bool
    by: str  # who or what answered it


class Dispatch(NamedTuple):
    """May a technician be sent? ``answer``: no | after | yes."""

    answer: str
    text: str
    why: str
    conditions: tuple[Condition, ...] = ()


class Say(NamedTuple):
    """What to say, in the customer's language."""

    language: str
    direction: str
    sentences: tuple[str, ...]


class Other(NamedTuple):
    """A finding beside the headline. ``kind``: root | advisory | explained | refuted."""

    kind: str
    fault: str
    title: str
    owner_text: str
    text: str
    evidence: tuple[str, ...]


class Missing(NamedTuple):
    """A section that was not measured. ``outcome``: a word of ``Outcome``."""

    section: str
    title: str
    outcome: str
    why: str
    reason: str


class Field(NamedTuple):
    path: str
    value: str
    kind: str  # text | number | truth


class SectionShown(NamedTuple):
    """``left_out``: how many fields were too many to show."""

    section: str
    title: str
    outcome: str
    outcome_text: str
    took: str
    reason: str
    fields: tuple[Field, ...]
    how_many: str
    left_out: str


class About(NamedTuple):
    """``kind``: text | code (read from the left in every language)."""

    label: str
    value: str
    kind: str


class Card(NamedTuple):
    """``verdict``: healthy | fault | inconclusive. ``owner`` is None unless a fault is named or all is well.
    ``demarcation`` speaks of the segments, ``works_to`` and ``breaks_at`` of the rungs.
    ``trust``: verified | unverified | code | unknown. ``basis``: own (judged by this desk) | cut | unjudged (both: the
    report's word) | code. ``test`` is the deciding one of an inconclusive verdict. ``counter`` begins with what is
    least ruled out. ``raw`` is the report as indented JSON."""

    language: str
    direction: str
    verdict: str
    basis: str
    fault: str | None
    number: int | None
    headline: str
    means: str
    owner: str | None
    owner_text: str
    acts: str | None
    acts_text: str
    grade: str | None
    proof: str
    said_by: str
    trust: str
    trust_text: str
    age: str
    old: bool
    times: tuple[str, ...]
    notices: tuple[Notice, ...]
    path: tuple[Station, ...]
    demarcation: str
    works_to: str
    breaks_at: str
    evidence: tuple[Evidence, ...]
    counter: tuple[Rival, ...]
    counter_text: str
    overturn: tuple[str, ...]
    suspects: tuple[Suspect, ...]
    test: Deciding | None
    ledger: tuple[Done, ...]
    say: Say
    first: tuple[Condition, ...]
    next: tuple[str, ...]
    dispatch: Dispatch
    others: tuple[Other, ...]
    missing: tuple[Missing, ...]
    own: str
    about: tuple[About, ...]
    sections: tuple[SectionShown, ...]
    raw: str
    raw_cut: bool


class SheetRow(NamedTuple):
    label: str
    lines: tuple[str, ...]
    kind: str = "text"  # text | code


class Sheet(NamedTuple):
    """One page of paper for the owner of the line, in one language."""

    language: str
    direction: str
    title: str
    statement: str
    headline: str
    warnings: tuple[str, ...]
    path: tuple[Station, ...]
    rows: tuple[SheetRow, ...]
    numbers: tuple[SheetRow, ...]


class Side(NamedTuple):
    """One of two reports. ``verdict`` as of a card."""

    id: str
    when: str
    verdict: str
    headline: str
    owner_text: str
    path: tuple[Station, ...]


class Comparison(NamedTuple):
    """Two reports. ``lead`` and ``words`` say what changed, ``facts`` what was seen then and now, ``values`` every
    field that differs."""

    language: str
    direction: str
    lead: str
    before: Side
    after: Side
    words: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    facts_more: str
    values: tuple[str, ...]
    values_more: str
