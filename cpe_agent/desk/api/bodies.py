"""Everything that goes in and out, as types; /schema is made of them. Times are seconds since the epoch, in UTC."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Language = Literal["he", "ar", "en", "ru"]
Short = Annotated[str, Meta(max_length=200)]
CaseCode = Annotated[str, Meta(description="Eight characters, as the case is read out.", examples=["4F7K2Q9X"])]


class _In(msgspec.Struct, forbid_unknown_fields=True):
    """What is sent in: a name that nobody knows is a mistake, and said to be."""


class _Out(msgspec.Struct):
    pass


# -------------------------------------------------------------------- reports


class ReportLine(_Out, kw_only=True):
    """``code``: the desk's short code. ``id``: the report's own. ``verified``: somebody vouches for whose it is.
    ``verdict`` to ``suspect`` are empty until the desk has read it."""

    code: str
    id: str
    received: float
    verified: bool
    case: str | None = None
    customer: int | None = None
    verdict: str = ""
    fault: str = ""
    owner: str = ""
    acts: str = ""
    grade: str = ""
    suspect: str = ""


class Reports(_Out, kw_only=True):
    """Newest first. ``older``: what to send as ``before`` for the next ones; null at the end."""

    reports: list[ReportLine]
    older: str | None = None


# -------------------------------------------------------------------- finding


class Find(_In, kw_only=True):
    """What a person has in hand: a spoken code, a case code, a telephone or customer number, a report's code."""

    text: Short


class CaseLine(_Out, kw_only=True):
    code: CaseCode
    name: str = ""
    customer: int | None = None
    opened: float
    closed: float | None = None


class SpokenSays(_Out, kw_only=True):
    """What the fifteen digits say by themselves. ``age_minutes``: how old the run was, at least."""

    verdict: str
    fault: str | None
    grade: str | None
    segments: dict[str, str]
    age_minutes: int


class HitFound(_Out, kw_only=True):
    """``what``: how it was found. ``corrected``: it is what was meant, not what was typed. ``may_be``: reports that a
    spoken code may be of."""

    what: str
    read: str = ""
    corrected: bool = False
    report: ReportLine | None = None
    case: CaseLine | None = None
    customer: int | None = None
    spoken: SpokenSays | None = None
    may_be: list[ReportLine] = []


class Finds(_Out, kw_only=True):
    """``near``: "did you mean", only where nothing was hit. ``withheld``: this token may not search by what was
    sent."""

    hits: list[HitFound]
    near: list[HitFound] = []
    withheld: bool = False


# ---------------------------------------------------------------------- cases


class NewCase(_In, kw_only=True):
    """``number`` or ``telephone`` tie it to the customer, who is made when there is none. ``customer_name`` is sealed
    with him; ``name`` is the desk's own for the case and should hold nothing personal."""

    number: Short | None = None
    telephone: Short | None = None
    customer_name: Annotated[str, Meta(max_length=80)] | None = None
    name: Annotated[str, Meta(max_length=80)] = ""
    language: Language | None = None


class OpenedCase(_Out, kw_only=True):
    """``spelled``: the code as it is read out, a word a character. ``link`` and ``file``: where the customer sees the
    code, and the program's file name that carries it."""

    code: CaseCode
    spelled: list[str]
    link: str
    file: str
    customer: int | None = None


class EntryLine(_Out, kw_only=True):
    """``by``: empty for a program."""

    at: float
    by: str
    kind: str
    key: str = ""
    text: str = ""
    source: str = ""


class CaseFull(_Out, kw_only=True):
    code: CaseCode
    name: str
    customer: int | None
    language: str | None
    opened: float
    closed: float | None
    held: bool
    entries: list[EntryLine]


class NewEntry(_In, kw_only=True):
    """``kind``: asked and said need a question's ``key``, said its answer as ``value``; done a step's or a check's
    ``key``; told one of its keys; note needs ``text``."""

    kind: Literal["asked", "said", "done", "told", "note"]
    key: Short = ""
    value: Short = ""
    text: Annotated[str, Meta(max_length=500)] = ""
    source: Literal["observed", "stated"] = "stated"


class NewConclusion(_In, kw_only=True):
    """``what``: a fault's code, ``owner:<segment>``, or ``not-us``. ``technician``: one is sent. ``reason``: needed
    where the evidence speaks against it."""

    what: Short
    technician: bool = False
    reason: Annotated[str, Meta(max_length=500)] = ""


class Against(_Out, kw_only=True):
    """``kind``: other-owner | cleared | dispatch-no | dispatch-open."""

    kind: str
    fault: str = ""
    owner: str = ""
    grade: str = ""
    open: list[str] = []


class Concluded(_Out, kw_only=True):
    """``against``: what spoke against it, and stands in the ledger with the reason."""

    against: list[Against]


class NewOutcome(_In, kw_only=True):
    """``found``: was the program right? With ``another``, ``what`` is the fault's code or ``owner:<segment>``."""

    found: Literal["right", "another", "nothing", "unclear"]
    what: Short = ""


# -------------------------------------------------------------------- tickets


class NewTicket(_In, kw_only=True):
    """Without a customer and a case it is a general enrolment. ``note`` should hold nothing personal."""

    customer: Annotated[int, Meta(ge=1, lt=2**53)] | None = None
    case: Short | None = None
    days: Annotated[int, Meta(ge=1, le=3650)] = 7
    note: Annotated[str, Meta(max_length=80)] = ""


class MadeTicket(_Out, kw_only=True):
    """``ticket`` is given once and kept nowhere."""

    id: int
    ticket: str
    expires: float


# ------------------------------------------------------------- telephone menu


class Keyed(_In, kw_only=True):
    """What was keyed (digits, ``*``, ``#``), or the answers of the questionnaire, ``{"what-fails": "everything"}``.
    ``tries``: how often this call was asked already."""

    keyed: Annotated[str, Meta(max_length=100)] = ""
    answers: dict[Annotated[str, Meta(max_length=40)], Annotated[str, Meta(max_length=40)]] | None = None
    language: Language = "en"
    tries: Annotated[int, Meta(ge=0, le=100)] = 0


class MenuChoice(_Out, kw_only=True):
    key: str
    value: str
    say: str


class MenuQuestion(_Out, kw_only=True):
    """``ask``: its key in ``answers``."""

    ask: str
    say: str
    choices: list[MenuChoice]


Queue = Literal["self-help", "repair", "provider-network", "billing", "line-owner", "human"]


class MenuAnswer(_Out, kw_only=True):
    """``queue``: where the call goes when ``ask_again`` is false. ``say``: sentences in the language that was asked
    for. ``question``: the next one of the questionnaire."""

    queue: Queue
    say: list[str]
    ask_again: bool
    verdict: str | None = None
    fault: str | None = None
    corrected: bool = False
    question: MenuQuestion | None = None


# ------------------------------------------------------------------ operation


class Health(_Out, kw_only=True):
    """Each part is ``ok`` or says in a word what is wrong with it."""

    status: Literal["ok", "failing"]
    records: str
    archive: str
    disk: str


class Version(_Out, kw_only=True):
    name: str
    version: str
    schema: int
