"""The collector contract: what a collector is, how its measuring went, and the facts that others may read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from cpe_agent.host import Host

T = TypeVar("T")


class Outcome(StrEnum):
    """How our own measuring went. What the network did is a ``Failure`` inside the section."""

    MEASURED = "measured"
    SKIPPED = "skipped"  # not needed: a need is missing, or the verdict was settled before
    TIMED_OUT = "timed_out"  # our own time ran out
    DENIED = "denied"  # this user may not measure it
    UNSUPPORTED = "unsupported"  # this system cannot measure it
    CRASHED = "crashed"  # a defect of ours, shown and not hidden


class NotMeasured(LookupError):
    """Raised by ``facts[Section]`` when that section holds nothing."""


class CannotMeasure(Exception):
    """Raised by a collector or by the host: this cannot be measured here. ``outcome`` says why."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


@dataclass(frozen=True)
class Section:
    """One section's envelope. ``started`` and ``seconds`` are seconds since the run began and how long it took.
    ``content`` is an instance of the section's class exactly when ``outcome`` is ``measured``."""

    outcome: Outcome
    started: float
    seconds: float
    content: object | None = None
    reason: str | None = None


class Facts:
    """What is measured so far, by section class. ``facts[Dns]`` gives the content or raises ``NotMeasured``;
    ``facts.section(Dns)`` gives the envelope; ``facts.pending`` are the sections that may still come."""

    def __init__(self, sections: Mapping[type, Section], pending: frozenset[type] = frozenset()) -> None:
        self._sections = dict(sections)
        self.pending = pending

    def __getitem__(self, section: type[T]) -> T:
        found = self._sections.get(section)
        if found is None or not isinstance(found.content, section):
            raise NotMeasured(section.__name__)
        return found.content

    def __iter__(self) -> Iterator[type]:
        return iter(self._sections)

    def __len__(self) -> int:
        return len(self._sections)

    def with_pending(self, more: frozenset[type]) -> Facts:
        """The same facts, these sections counted among those that may still come."""
        return Facts(self._sections, self.pending | more)

    def section(self, section: type) -> Section | None:
        return self._sections.get(section)

    def holes(self, wanted: Iterable[type]) -> frozenset[type]:
        """Sections that should be here and are not, by a defect or for lack of time. What this system or this user
        cannot measure, and what was not needed, is no hole: that is as much as can be known here."""
        excused = (Outcome.SKIPPED, Outcome.DENIED, Outcome.UNSUPPORTED)
        found = {s: self._sections.get(s) for s in wanted if s not in self.pending}
        return frozenset(s for s, f in found.items() if f is None or (f.content is None and f.outcome not in excused))

    def measured(self, section: type) -> bool:
        found = self._sections.get(section)
        return found is not None and found.content is not None


@dataclass(frozen=True, slots=True)
class Collector:
    """One question to the machine or the network.

    ``collect`` measures and never judges. A dead network is a measured fact; it raises only ``CannotMeasure``, and
    anything else it raises is recorded as ``crashed``. It may read the sections in ``needs`` (present when it
    starts) and those in ``after`` (finished when it starts, but perhaps not measured), and no others. ``seconds`` is
    its whole budget; every host call must fit inside.
    """

    collect: Callable[[Host, Facts], Awaitable[object]]
    makes: type
    needs: tuple[type, ...] = ()
    after: tuple[type, ...] = ()
    seconds: float = 5.0
