"""What changed between two reports, in words; with ``everything`` every fact that differs as well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.fault import expressions
from cpe_agent.diagnose.predicate import Look
from cpe_agent.layout import WIDTH, Sheet
from cpe_agent.report import BadReport, Diagnosis, Report, facts_of
from cpe_agent.words import counted, evidence, fault_text

MOST = 8  # facts shown; the rest are counted
# Differ between any two runs and mean nothing by themselves; and what they mean, a verdict says.
_NOISE = ("_ms", "_s", "_percent", "_mbps", "_packets", "_per_s", "_changes", "_line", "_flaps", "_dbm", "_db")


def compare(
    before: Report, after: Report, *, language: str = "en", everything: bool = False, width: int = WIDTH
) -> str:
    """Text for a person. The reports may come from different versions."""
    was, now = before.diagnosis, after.diagnosis
    sheet = Sheet(language=language, width=width)
    for label, report in (("before", before), ("after", after)):
        sheet.row(label, f"{report.started[:16].replace('T', ' ')} UTC  {_verdict(sheet, report.diagnosis)}")
    sheet.gap()
    sheet.say(sheet.ui(change(was, now)))
    for segment, state in now.segments.items():
        old = was.segments.get(segment, "unknown")
        if old != state:
            words = sheet.ui("compare.segment")
            states = [sheet.ui("not-known" if s == "unknown" else f"state.{s}") for s in (old, state)]
            sheet.say(words.format(segment=sheet.ui(f"segment.{segment}"), old=states[0], new=states[1]), indent=2)
    for key, old_codes, new_codes in (
        ("suspected", set(was.suspects), set(now.suspects)),
        ("found", found(was), found(now)),
    ):
        _codes(sheet, f"compare.not-{key}", old_codes - new_codes)
        _codes(sheet, f"compare.{key}", new_codes - old_codes)
    for name in {**before.sections, **after.sections}:
        outcomes = [s.outcome if (s := r.sections.get(name)) else "-" for r in (before, after)]
        if outcomes[0] != outcomes[1] and "skipped" not in outcomes:
            sheet.say(f"{name}: {outcomes[0]} -> {outcomes[1]}", indent=2)
    facts = _facts(before, after, language)
    if facts:
        sheet.gap()
        sheet.say(sheet.ui("compare.facts"))
        for words in facts if everything else facts[:MOST]:
            sheet.say(words, indent=2)
        if len(facts) > MOST and not everything:
            more = len(facts) - MOST
            sheet.say(counted("interface", "compare.more", more, sheet.language).format(n=more), indent=2)
    if everything:
        sheet.gap()
        for words in values_changed(before, after):
            sheet.say(words, indent=2)
    return sheet.text()


def change(was: Diagnosis, now: Diagnosis) -> str:
    if (was.verdict, was.fault) == (now.verdict, now.fault):
        return "compare.same"
    if now.verdict == "healthy":
        return "compare.works"
    if was.verdict == "healthy":
        return "compare.broke"
    if "inconclusive" in (was.verdict, now.verdict):
        return "compare.known" if now.verdict == "fault" else "compare.unknown"
    return "compare.another"


def _verdict(sheet: Sheet, d: Diagnosis) -> str:
    if d.fault is None:
        return sheet.ui("healthy" if d.verdict == "healthy" else "inconclusive")
    return f"{_title(d.fault, sheet.language)} ({sheet.ui(f'owner.{d.owner}')})"


def _title(code: str, language: str) -> str:
    try:
        return f"{fault_text(code, language).title} [{code}]"
    except KeyError:  # a fault of a newer version
        return code


def found(d: Diagnosis) -> set[str]:
    """What stands and is no mere suspect."""
    return {f.fault for f in d.findings if f.standing in ("root", "advisory")} - set(d.suspects)


def _codes(sheet: Sheet, key: str, codes: Iterable[str]) -> None:
    for code in sorted(codes):
        sheet.say(sheet.ui(key).format(fault=_title(code, sheet.language)), indent=2)


def _facts(before: Report, after: Report, language: str) -> list[str]:
    told = []
    for name, old, new in facts_changed(before, after):
        was, now = (evidence(name, value, language) for value in (old, new))
        if was and now and was != now:
            told.append(f"{was} -> {now}")
    return list(dict.fromkeys(told))


def facts_changed(before: Report, after: Report) -> list[tuple[str, Any, Any]]:
    """Readings that a fault asks and that both runs could answer, differently: name, value then, value now."""
    try:
        looks = [Look(facts_of(report)) for report in (before, after)]
    except BadReport:
        return []
    changed = []
    for reading in {r.name: r for f in ALL for e in expressions(f) for r in e.readings()}.values():
        old, new = (look.take(reading)[1] for look in looks)
        if old is not None and new is not None and old != new and not reading.name.endswith(_NOISE):
            changed.append((reading.name, old, new))
    return changed


def values_changed(before: Report, after: Report) -> list[str]:
    """Every field of the sections that differs, by its path."""
    differing: list[str] = []
    for name in {**before.sections, **after.sections}:
        old, new = (r.sections.get(name) for r in (before, after))
        _differences(name, old and old.content, new and new.content, differing)
    return differing


def _differences(path: str, old: Any, new: Any, found: list[str]) -> None:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            _differences(f"{path}.{key}", old.get(key), new.get(key), found)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new, strict=True)):
            _differences(f"{path}[{i}]", a, b, found)
    else:
        found.append(f"{path}: {_short(old)} -> {_short(new)}")


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} entries"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
