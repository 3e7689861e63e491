"""A customer's run as it goes on, out of the feed's items: what a page without script shows, and one with script begins
with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from cpe_agent.layout import SEGMENTS

STATES = ("ok", "degraded", "broken", "unknown", "trying")


class Item(Protocol):
    """As ``live.feed`` keeps it."""

    @property
    def kind(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


class Step(NamedTuple):
    """A section came in: its name and how the measuring went, as words of the report. ``at``: seconds since the run
    began."""

    at: float
    section: str
    outcome: str


class Asked(NamedTuple):
    """``id`` as the feed names it. ``wish``: check-again or deep-test. ``answer``: yes, no, or empty while the customer
    has not said."""

    id: str
    wish: str
    by: str
    answer: str


class Running(NamedTuple):
    """``phase``: none | running | ended. ``segments``: each of the path with one of ``STATES``. ``verdict`` to
    ``owner``: what the program said at its end."""

    phase: str
    segments: dict[str, str]
    steps: tuple[Step, ...]
    wishes: tuple[Asked, ...]
    verdict: str = ""
    fault: str = ""
    owner: str = ""


def running(items: Iterable[Item]) -> Running:
    """``items``: of one case, oldest first. The run that was heard last counts."""
    phase, run = "none", ""
    segments = dict.fromkeys(SEGMENTS, "unknown")
    steps: list[Step] = []
    asked: dict[str, Asked] = {}
    ended: Mapping[str, Any] = {}
    for item in items:
        data = item.data
        if item.kind == "wish":
            before = asked.get(data["id"])
            by = data.get("by", before.by if before else "")
            asked[data["id"]] = Asked(data["id"], data["wish"], by, data.get("answer", ""))
            continue
        if item.kind not in ("started", "section", "segments", "ended"):
            continue
        if item.kind == "started" or data["run"] != run:
            run, steps, ended = data["run"], [], {}
            segments = dict.fromkeys(SEGMENTS, "unknown")
        phase = "ended" if item.kind == "ended" else "running"
        if item.kind == "section":
            steps.append(Step(data["at"], data["section"], data["outcome"]))
        elif item.kind == "segments":
            segments |= {s: state for s, state in data["segments"].items() if s in segments and state in STATES}
        elif item.kind == "ended":
            ended = data
    return Running(
        phase,
        _trying(segments) if phase == "running" else segments,
        tuple(steps),
        tuple(asked.values()),
        *(str(ended.get(key) or "") for key in ("verdict", "fault", "owner")),
    )


def _trying(segments: dict[str, str]) -> dict[str, str]:
    """The first one that is not known yet is being looked at."""
    first = next((s for s, state in segments.items() if state == "unknown"), None)
    return segments if first is None else {**segments, first: "trying"}
