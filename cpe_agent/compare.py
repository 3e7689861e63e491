"""What changed between two reports: words first, then the facts."""

from __future__ import annotations

from typing import Any

from cpe_agent.report import Report
from cpe_agent.words import fault_text, ui

MOST = 40  # differences shown; the rest are counted
# Differ between any two runs and mean nothing by themselves.
NOISE = ("_ms", "_s", "_bytes", "_packets", "_percent", "seconds", "rtt", "multicast", "age", "percent")


def compare(before: Report, after: Report) -> str:
    """Text for a person. The reports may come from different versions."""
    was, now = before.diagnosis, after.diagnosis
    lines = [
        f"before  {before.started[:16].replace('T', ' ')} UTC  {_verdict(before)}",
        f"after   {after.started[:16].replace('T', ' ')} UTC  {_verdict(after)}",
        "",
    ]
    if (was.verdict, was.fault) == (now.verdict, now.fault):
        lines.append("The verdict is the same.")
    elif now.verdict == "healthy":
        lines.append("It works now.")
    elif was.verdict == "healthy":
        lines.append("It worked then; it does not now.")
    else:
        lines.append("The trouble is another one now.")
    for segment, state in now.segments.items():
        old = was.segments.get(segment)
        if old != state:
            lines.append(f"  {ui(f'segment.{segment}')}: was {_state(old)}, is {_state(state)}")
    gone = {f.fault for f in was.findings} - {f.fault for f in now.findings}
    come = {f.fault for f in now.findings} - {f.fault for f in was.findings}
    lines += [f"  no longer found: {code}" for code in sorted(gone)]
    lines += [f"  newly found: {code}" for code in sorted(come)]
    changes = _changes(before, after)
    if changes:
        lines += ["", "Facts that changed:", *(f"  {c}" for c in changes[:MOST])]
        if len(changes) > MOST:
            lines.append(f"  and {len(changes) - MOST} more")
    return "\n".join(lines) + "\n"


def _verdict(report: Report) -> str:
    d = report.diagnosis
    if d.fault is None:
        return d.verdict
    try:
        return f"{d.verdict}: {fault_text(d.fault).title} [{d.fault}, {d.owner}]"
    except KeyError:  # a fault of a newer version
        return f"{d.verdict}: {d.fault}, {d.owner}"


def _state(state: str | None) -> str:
    return "not known" if state in (None, "unknown") else str(state)


def _changes(before: Report, after: Report) -> list[str]:
    found: list[str] = []
    for name in {**before.sections, **after.sections}:
        old, new = (r.sections.get(name) for r in (before, after))
        if old is None or new is None or old.outcome != new.outcome:
            found.append(f"{name}: {old and old.outcome} -> {new and new.outcome}")
        else:
            _differences(name, old.content, new.content, found)
    return found


def _differences(path: str, old: Any, new: Any, found: list[str]) -> None:
    if old == new or path.endswith(NOISE):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            _differences(f"{path}.{key}", old.get(key), new.get(key), found)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new, strict=True)):
            _differences(f"{path}[{_label(a, i)}]", a, b, found)
    else:
        found.append(f"{path}: {_short(old)} -> {_short(new)}")


def _label(record: Any, i: int) -> str:
    if isinstance(record, dict):
        first = next(iter(record.values()), None)
        if isinstance(first, str):
            return first
    return str(i)


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} entries"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
