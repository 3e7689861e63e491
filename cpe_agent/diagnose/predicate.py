"""Questions to the facts with four answers: yes, no, unknown (measured as far as it goes, and it does not say) and
pending (a section that may still come could say it).

A *reading* takes one named value out of the sections. Expressions are built from readings with ``&``, ``|`` and ``~``
and follow Kleene's logic (S. C. Kleene, *Introduction to Metamathematics*, 1952, section 64), so a missing section
never turns into a "no".
Because sections never change once measured, a yes or a no is final; only *pending* can move.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, cast

from cpe_agent.collector import Facts, NotMeasured

T = TypeVar("T")
Value = Any  # what a reading gives: bool, number, text, tuple of text; None is unknown


class Truth(Enum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    PENDING = "pending"

    @property
    def open(self) -> bool:
        return self is Truth.UNKNOWN or self is Truth.PENDING


YES, NO, UNKNOWN, PENDING = Truth.YES, Truth.NO, Truth.UNKNOWN, Truth.PENDING
Evidence = dict[str, Value]  # reading's name -> the value it gave
Taken = tuple[Truth | None, Value]


class Look:
    """A way to look at facts that remembers every reading it took, and what was answered. One for a whole run and one
    catalogue: ``update`` as facts grow."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._taken: dict[str, Taken] = {}
        self._missing: dict[str, Taken] = {}  # as long as no further section has come
        self._answered: dict[str, tuple[frozenset[type], Any]] = {}

    def update(self, facts: Facts) -> None:
        """The same run, more sections. What was read from complete sections stays valid."""
        self.facts = facts
        self._missing.clear()

    def recall(self, key: str, sections: frozenset[type], answer: Callable[[], T]) -> T:
        """What was answered under ``key``, as long as none of the ``sections`` it hangs on has arrived since; a run
        asks again after each section, and most questions are about others."""
        kept = self._answered.get(key)
        awaited = sections & self.facts.pending
        if kept is None or kept[0] != awaited:
            kept = self._answered[key] = (awaited, answer())
        return cast("T", kept[1])

    def take(self, reading: Reading) -> Taken:
        """(None, value) when the reading has one; otherwise (UNKNOWN or PENDING, None)."""
        name = reading.name
        kept = self._taken.get(name) or self._missing.get(name)
        if kept is not None:
            return kept
        contents: list[object | None] = []
        missing: Truth | None = None
        for section in reading.sections:
            try:
                contents.append(self.facts[section])
            except NotMeasured:
                pending = section in self.facts.pending
                if section not in reading.optional:
                    missing = PENDING if pending else UNKNOWN
                    break
                if pending:
                    missing = PENDING
                contents.append(None)
        if missing is not None:
            kept = self._missing[name] = missing, None
            return kept
        value = reading.read(*contents)
        kept = self._taken[name] = (UNKNOWN if value is None else None), value
        return kept


class Expr:
    """A question. ``ask`` answers it and puts what decided the answer into ``evidence``."""

    def ask(self, look: Look, evidence: Evidence) -> Truth:
        raise NotImplementedError

    def readings(self) -> tuple[Reading, ...]:
        """Every reading in it, in the order they stand, each once."""
        return tuple(dict.fromkeys(self._readings()))

    def _readings(self) -> list[Reading]:
        raise NotImplementedError

    def __and__(self, other: Expr) -> Expr:
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))

    def __or__(self, other: Expr) -> Expr:
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    def __invert__(self) -> Expr:
        return Not(self)


def _parts(expr: Expr, kind: type[AllOf] | type[AnyOf]) -> tuple[Expr, ...]:
    return expr.parts if isinstance(expr, kind) else (expr,)


class Reading(Expr):
    """A named value out of one section (or a few that belong together). Used as a question it must be a bool.

    ``read`` gets the sections' contents in order; those also in ``optional`` may come as None. It returns None for
    unknown and never raises.
    """

    def __init__(
        self,
        name: str,
        sections: tuple[type, ...],
        read: Callable[..., Value],
        optional: tuple[type, ...] = (),
    ) -> None:
        self.name = name
        self.sections = sections
        self.optional = optional
        self.read = read
        self.doc = " ".join((read.__doc__ or "").split())
        self._holds = Test(self, lambda value: value is True, "is true", (True,))

    def ask(self, look: Look, evidence: Evidence) -> Truth:
        return self._holds.ask(look, evidence)

    def is_(self, wanted: Value) -> Expr:
        return Test(self, lambda value: bool(value == wanted), f"is {_words(wanted)}", (wanted,))

    def one_of(self, *wanted: Value) -> Expr:
        return Test(self, lambda value: value in wanted, "is one of " + ", ".join(map(_words, wanted)), wanted)

    def above(self, limit: float) -> Expr:
        return Test(self, lambda value: bool(value > limit), f"> {limit:g}", (limit,))

    def at_least(self, limit: float) -> Expr:
        return Test(self, lambda value: bool(value >= limit), f">= {limit:g}", (limit,))

    def below(self, limit: float) -> Expr:
        return Test(self, lambda value: bool(value < limit), f"< {limit:g}", (limit,))

    def _readings(self) -> list[Reading]:
        return [self]

    def __str__(self) -> str:
        return self.name


def reading(name: str, *sections: type, optional: tuple[type, ...] = ()) -> Callable[[Callable[..., Value]], Reading]:
    """Decorator: ``@reading("link.carrier", Interfaces)`` over a function of that section's content."""

    def make(read: Callable[..., Value]) -> Reading:
        return Reading(name, sections, read, optional)

    return make


def _words(value: Value) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


class Test(Expr):
    """A reading held against a limit, or against the values that are wanted."""

    __test__ = False  # not a test class for pytest

    def __init__(self, of: Reading, holds: Callable[[Value], bool], words: str, wanted: tuple[Value, ...]) -> None:
        self.of = of
        self.wanted = wanted
        self.holds = holds
        self.words = words

    def ask(self, look: Look, evidence: Evidence) -> Truth:
        missing, value = look.take(self.of)
        if missing is not None:
            return missing
        evidence[self.of.name] = value
        return YES if self.holds(value) else NO

    def _readings(self) -> list[Reading]:
        return [self.of]

    def __str__(self) -> str:
        return f"{self.of.name} {self.words}"


class AllOf(Expr):
    def __init__(self, parts: tuple[Expr, ...]) -> None:
        self.parts = parts

    def ask(self, look: Look, evidence: Evidence) -> Truth:
        worst = YES
        gathered: Evidence = {}
        for part in self.parts:
            own: Evidence = {}
            truth = part.ask(look, own)
            if truth is NO:
                evidence.update(own)  # this part alone decides
                return NO
            gathered.update(own)
            if truth is PENDING or (truth is UNKNOWN and worst is YES):
                worst = truth
        evidence.update(gathered)
        return worst

    def _readings(self) -> list[Reading]:
        return [found for part in self.parts for found in part._readings()]

    def __str__(self) -> str:
        return " and ".join(f"({p})" if isinstance(p, AnyOf) else str(p) for p in self.parts)


class AnyOf(Expr):
    def __init__(self, parts: tuple[Expr, ...]) -> None:
        self.parts = parts

    def ask(self, look: Look, evidence: Evidence) -> Truth:
        best = NO
        gathered: Evidence = {}
        for part in self.parts:
            own: Evidence = {}
            truth = part.ask(look, own)
            if truth is YES:
                evidence.update(own)
                return YES
            gathered.update(own)
            if truth is PENDING or (truth is UNKNOWN and best is NO):
                best = truth
        evidence.update(gathered)
        return best

    def _readings(self) -> list[Reading]:
        return [found for part in self.parts for found in part._readings()]

    def __str__(self) -> str:
        return " or ".join(f"({p})" if isinstance(p, AllOf) else str(p) for p in self.parts)


class Not(Expr):
    def __init__(self, part: Expr) -> None:
        self.part = part

    def ask(self, look: Look, evidence: Evidence) -> Truth:
        truth = self.part.ask(look, evidence)
        return {YES: NO, NO: YES}.get(truth, truth)

    def _readings(self) -> list[Reading]:
        return self.part._readings()

    def __str__(self) -> str:
        return f"not ({self.part})"


class Known(Expr):
    """Yes only when the part is a yes that was seen; an unknown counts as no. For vetoes that must be *known* to
    hold ("the router is known to be up for less than three minutes"). Pending stays pending."""

    def __init__(self, part: Expr) -> None:
        self.part = part

    def ask(self, look: Look, evidence: Evidence) -> Truth:
        truth = self.part.ask(look, evidence)
        return NO if truth is UNKNOWN else truth

    def _readings(self) -> list[Reading]:
        return self.part._readings()

    def __str__(self) -> str:
        return f"known: {self.part}" if isinstance(self.part, (Reading, Test)) else f"known: ({self.part})"


def known(part: Expr) -> Expr:
    return Known(part)
