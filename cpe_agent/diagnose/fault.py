"""What a fault is: one literal, read like a row of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.predicate import Expr, Reading
from cpe_agent.facts import Family


class Owner(StrEnum):
    """The segment a fault sits in, in order along the path. ``none`` is nobody's."""

    DEVICE = "device"
    HOME = "home"
    CPE = "cpe"
    ACCESS = "access"
    ACCOUNT = "account"
    ISP_CORE = "isp-core"
    REMOTE = "remote"
    NONE = "none"


class Acts(StrEnum):
    """Who has to do something about it."""

    CUSTOMER = "customer"
    ISP = "isp"
    INFRASTRUCTURE = "infrastructure"
    BILLING = "billing"
    SITE = "site"
    NOBODY = "nobody"


class Effect(StrEnum):
    STOPS = "stops"
    DEGRADES = "degrades"
    ADVISES = "advises"


class Dispatch(StrEnum):
    """May a technician be sent? ``after``: once every entry of ``before_action`` is answered."""

    NO = "no"
    AFTER = "after"
    YES = "yes"


class Grade(StrEnum):
    DIRECT = "direct"
    CONTRAST = "contrast"
    CIRCUMSTANTIAL = "circumstantial"


NO_DEEPER = "read-the-code"  # the test that is left when nothing more can be found out from here


class Stated(NamedTuple):
    """What a person tells who has no program at all. ``picture``: what he sees when it is this fault; it makes a
    suspect, never a name. ``test``: what to do next; ``then``: what to do when ``done`` says that it was done."""

    picture: Expr
    test: str
    done: Expr | None = None
    then: str = NO_DEEPER


@dataclass(frozen=True)
class Fault:
    """One fault of the catalogue.

    ``number`` is stable for ever (the spoken code carries it). ``breaks`` is the rung where the symptom first
    appears, not where the owner sits. The evidence, strongest first; each may be absent:

    * ``direct``: the component itself said so, or a protocol message from it;
    * ``contrast``: the same test succeeds when only that segment is bypassed;
    * ``symptom``: what it would look like; it makes a suspect, never a name;
    * ``stated``: the same for a person's answers alone, where nothing is measured (``catalogue/stated.py``);
    * ``rules_out``: seen, the fault is not there;
    * ``veto``: facts of this run; yes or unknown forbids the name (the fault stays a suspect). Write ``known(...)``
      around a part that counts only when it was seen.

    ``loses_packets``: what degrades this way makes single questions above it fail by chance, so that such a failure
    needs no other cause.

    ``beside`` decides nothing: what is worth reading with the evidence where the fault is found (which program to
    pause). It stands last, and the verdict does not wait for it.

    ``test`` is the key (in ``words``) of the one test that would decide it when it is only suspected;
    ``separate_from`` names a better one against a particular rival. ``seen_with`` is the foreign software that was
    seen to produce the evidence ("dnsmasq 2.90 (lab)"); ``source`` says what a real device sends, and where that is
    written.
    """

    code: str
    number: int
    breaks: Rung
    owner: Owner
    acts: Acts
    effect: Effect
    test: str
    source: str
    direct: Expr | None = None
    contrast: Expr | None = None
    symptom: Expr | None = None
    stated: Stated | None = None
    rules_out: Expr | None = None
    veto: Expr | None = None
    beside: tuple[Reading, ...] = ()
    family: Family | None = None
    loses_packets: bool = False
    refines: tuple[str, ...] = ()
    separate_from: dict[str, str] = field(default_factory=dict)
    before_action: tuple[str, ...] = ()
    dispatch: Dispatch = Dispatch.NO
    seen_with: str | None = None


def expressions(fault: Fault, *, stated: bool = True) -> tuple[Expr, ...]:
    """The fault's questions to the facts, strongest evidence first. Not ``stated``: those of a run that measures."""
    evidence = evidence_for(fault) if stated else evidence_for(fault)[:-1]
    found = (*evidence, fault.rules_out, fault.veto, *fault.beside)
    return tuple(e for e in found if e is not None)


def evidence_for(fault: Fault) -> tuple[Expr | None, ...]:
    """Direct, contrast, symptom, and what a person would tell: strongest first, None where there is none."""
    return fault.direct, fault.contrast, fault.symptom, None if fault.stated is None else fault.stated.picture
