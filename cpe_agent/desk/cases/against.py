"""A representative's conclusion held against the evidence of the newest report. What speaks against it is said, and it
is taken with a reason only. Nothing is forbidden: he may know what no program can measure."""

from __future__ import annotations

from typing import NamedTuple

from cpe_agent.deliver.receipt import CUSTOMERS_SIDE, cleared
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.diagnose.fault import Acts, Owner
from cpe_agent.report import FindingReport, Report

NOT_US = "not-us"
OWNERS = tuple(owner.value for owner in Owner if owner is not Owner.NONE)
_OWNER = "owner:"
_ACTS = tuple(acts.value for acts in Acts)
_PROVIDERS = ("isp", "infrastructure", "billing")
PROVEN = ("direct", "contrast")


class Conclusion(NamedTuple):
    """``what``: a fault's code, ``owner:<segment>``, or NOT_US: neither the provider nor the line's owner has anything
    to do. ``technician``: one is sent."""

    what: str
    technician: bool = False


class Objection(NamedTuple):
    """``kind``: other-owner (the evidence names ``fault``) | cleared (so does the customer's receipt) | dispatch-no |
    dispatch-open (``open``: what is not answered yet, in words). ``owner``, ``acts`` and ``grade`` as in the report."""

    kind: str
    fault: str = ""
    owner: str = ""
    acts: str = ""
    grade: str = ""
    open: tuple[str, ...] = ()


class Sending(NamedTuple):
    """What the card says about a technician: ``answer`` is yes, after or no; ``open``: what is not answered yet."""

    answer: str
    open: tuple[str, ...] = ()


class BadConclusion(ValueError):
    """Neither a fault, nor an owner, nor NOT_US."""


def conclusion(what: str, technician: bool = False) -> Conclusion:
    """As it was entered, checked. Raises ``BadConclusion``."""
    if what != NOT_US and what not in BY_CODE and what.removeprefix(_OWNER) not in (OWNERS if _OWNER in what else ()):
        raise BadConclusion(what)
    return Conclusion(what, technician)


def owner_of(what: str) -> str | None:
    """The segment that a conclusion names; None for NOT_US and for a fault of another version."""
    if what.startswith(_OWNER):
        return what.removeprefix(_OWNER)
    return BY_CODE[what].owner.value if what in BY_CODE else None


def objections(concluded: Conclusion, report: Report | None, sending: Sending | None) -> tuple[Objection, ...]:
    """``report``: the case's newest, with the desk's own diagnosis; None when there is none, and then nothing speaks
    against anything but a technician."""
    found: list[Objection] = []
    root = None if report is None else named(report)
    if root is not None and _other(concluded.what, root):
        found.append(Objection("other-owner", root.fault, root.owner, root.acts, root.grade))
    if report is not None and owner_of(concluded.what) in CUSTOMERS_SIDE and cleared(report):
        found.append(Objection("cleared"))
    if concluded.technician and sending is not None and sending.answer != "yes":
        found.append(Objection("dispatch-open" if sending.answer == "after" else "dispatch-no", open=sending.open))
    return tuple(found)


def named(report: Report) -> FindingReport | None:
    """The fault that the report names with proof. What rests on the customer's own word is no evidence against a
    representative, who heard it too."""
    d = report.diagnosis
    if d.verdict != "fault":
        return None
    root = next((f for f in d.findings if f.standing == "root" and f.fault == d.fault), None)
    if root is None or root.grade not in PROVEN or root.stated:
        return None
    # A cut report's word is not ours: it may be of another version, or no version's.
    return root if root.fault in BY_CODE and root.owner in OWNERS and root.acts in _ACTS else None


def _other(what: str, root: FindingReport) -> bool:
    if what == NOT_US:
        return root.acts in _PROVIDERS
    return owner_of(what) != root.owner
