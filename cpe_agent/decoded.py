"""A spoken code as a card: what the representative reads when there is no report at all."""

from __future__ import annotations

from typing import Any

from cpe_agent.card import Paint, path, row, wrap
from cpe_agent.deliver.spoken_code import Spoken
from cpe_agent.deliver.spoken_code import decode as read_digits
from cpe_agent.diagnose.catalogue import BY_NUMBER
from cpe_agent.diagnose.fault import Fault
from cpe_agent.words import deciding_test, fault_text, ui


def read(code: str) -> tuple[Spoken, Fault | None]:
    """Raises ``Unreadable``."""
    spoken = read_digits(code, frozenset(BY_NUMBER))
    return spoken, BY_NUMBER.get(spoken.fault_number)


def plain(code: str) -> dict[str, Any]:
    """The code as JSON values. ``fault`` is the first suspect when inconclusive, and ``owner`` null then: nobody is
    named. ``report_match`` finds the upload that arrives later. Raises ``Unreadable``."""
    spoken, fault = read(code)
    named = spoken.verdict == "fault" and fault is not None
    healthy = spoken.verdict == "healthy"
    return {
        "verdict": spoken.verdict,
        "fault": None if fault is None else fault.code,
        "owner": str(fault.owner) if named and fault else ("none" if healthy else None),
        "acts": str(fault.acts) if named and fault else ("nobody" if healthy else None),
        "grade": spoken.grade,
        "segments": spoken.segments,
        "age_minutes": spoken.age_minutes,
        "report_match": spoken.match,
        "corrected": spoken.corrected,
    }


def card(code: str, *, language: str = "en", colour: bool = False, unicode: bool = True) -> str:
    """One screen of text. Raises ``Unreadable``."""
    spoken, fault = read(code)
    paint = Paint(colour)
    lines = []
    if spoken.corrected:
        lines += [paint(ui("code.corrected", language), "degraded"), ""]
    if spoken.verdict == "fault" and fault is not None:
        text = fault_text(fault.code, language)
        head = f"{paint(ui('label.fault', language), 'broken')}  {paint(text.title, 'head')}"
        lines += [
            f"{head}   [{fault.code}: {ui(f'grade.{spoken.grade}', language)}]",
            *row("owner", ui(f"owner.{fault.owner}", language), language),
            *row("acts", ui(f"acts.{fault.acts}", language), language),
            *row("means", text.representative, language),
            *row("next", text.next_step, language),
        ]
    elif spoken.verdict == "healthy":
        lines.append(paint(ui("healthy", language), "ok"))
    else:
        lines += [paint(ui("inconclusive", language), "degraded"), *wrap(ui("inconclusive.text", language), 0)]
        if fault is not None:
            suspect = f"{fault_text(fault.code, language).title} [{fault.code}: {ui(f'owner.{fault.owner}', language)}]"
            lines += row("suspect", suspect, language)
            lines += row("test", deciding_test(fault.test, language), language)
    age = ui("code.age", language).format(minutes=spoken.age_minutes)
    match = ui("code.match", language).format(match=spoken.match)
    lines += ["", *path(spoken.segments, language, paint, unicode), "", f"{age}; {match}"]
    return "\n".join(lines) + "\n"
