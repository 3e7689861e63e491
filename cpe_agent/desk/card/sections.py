"""Everything a report holds, as rows: below the card's first screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cpe_agent import home_network
from cpe_agent.desk.card.records import Field, Missing, SectionShown
from cpe_agent.desk.card.visible import figure, tame, visible
from cpe_agent.desk.card.voice import Voice
from cpe_agent.report import Report

WANTING = ("timed_out", "denied", "unsupported", "crashed")
"""Outcomes that leave something open; what was skipped, nothing asked for."""
MOST_FIELDS = 300  # of a section; the raw report has all
MOST_SECTIONS = 60
MOST_TEXT = 400
MOST_RAW = 200_000
_DEEPEST = 12


def missing(report: Report, voice: Voice) -> tuple[Missing, ...]:
    """What was tried and not measured, and why."""
    gaps = tuple(
        Missing(visible(name, 40), voice.section(name), s.outcome, voice.outcome(s.outcome), visible(s.reason or ""))
        for name, s in list(report.sections.items())[:MOST_SECTIONS]
        if s.outcome in WANTING
    )
    if not home_network.is_closed(report):
        return gaps
    return (Missing("gateway", voice.section("gateway"), "denied", voice.ui("home-network"), ""), *gaps)


def shown(report: Report, voice: Voice) -> tuple[SectionShown, ...]:
    return tuple(_section(name, report, voice) for name in list(report.sections)[:MOST_SECTIONS])


def _section(name: str, report: Report, voice: Voice) -> SectionShown:
    section = report.sections[name]
    rows: list[Field] = []
    left_out = 0
    for path, value in _leaves("", section.content, 0):
        if value in (None, "", [], {}):
            continue
        if len(rows) < MOST_FIELDS:
            rows.append(_field(path, value, voice))
        else:
            left_out += 1
    took = voice.say("section.took", started=figure(section.started), seconds=figure(section.seconds))
    return SectionShown(
        section=visible(name, 40),
        title=voice.section(name),
        outcome=section.outcome,
        outcome_text=voice.outcome(section.outcome),
        took=took,
        reason=visible(section.reason or ""),
        fields=tuple(rows),
        how_many=voice.count("rows", len(rows)) if rows else "",
        left_out=voice.count("rows.left-out", left_out) if left_out else "",
    )


def _field(path: str, value: Any, voice: Voice) -> Field:
    if isinstance(value, bool):
        return Field(visible(path), voice.say("yes" if value else "no"), "truth")
    if isinstance(value, int | float):
        return Field(visible(path), str(tame(value)), "number")
    text = voice.listed(map(str, value)) if isinstance(value, list) else str(value)
    return Field(visible(path), visible(text, MOST_TEXT), "text")


def _leaves(path: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Every value with the names that lead to it; a list of plain values is one."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), inner, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST and any(isinstance(inner, dict | list) for inner in value):
        for number, inner in enumerate(value, 1):
            yield from _leaves(f"{path} {number}", inner, depth + 1)
    else:
        yield path, value


def raw(data: bytes) -> tuple[str, bool]:
    """The stored bytes as indented JSON with nothing invisible in it, and whether it is only the beginning."""
    import msgspec

    try:
        text = msgspec.json.format(data, indent=1).decode("utf-8", "replace")
    except (msgspec.DecodeError, RecursionError):
        text = data[: MOST_RAW + 1].decode("utf-8", "replace")
    lines = (line if line.isascii() and line.isprintable() else visible(line, len(line))
             for line in text[:MOST_RAW].split("\n"))  # fmt: skip
    return "\n".join(lines), len(text) > MOST_RAW
