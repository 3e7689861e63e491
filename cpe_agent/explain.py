"""What a fault is, in text: for ``explain`` and ``faults``."""

from __future__ import annotations

import difflib
import json
import textwrap

from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.words import deciding_test, fault_text, ui


def explain(code: str, language: str = "en") -> str | None:
    """Everything about one fault; None when there is none of that name."""
    fault = BY_CODE.get(code)
    if fault is None:
        return None
    text = fault_text(code, language)
    rows = [
        ("owner", ui(f"owner.{fault.owner}", language)),
        ("who acts", ui(f"acts.{fault.acts}", language)),
        ("effect", f"{fault.effect}; shows first at {ui(f'rung.{fault.breaks}', language)}"),
        ("customer", text.customer),
        ("representative", text.representative),
        ("next step", text.next_step),
        ("proven by", _expr(fault.direct, "direct") + _expr(fault.contrast, "contrast")),
        ("suspected when", "" if fault.symptom is None else str(fault.symptom)),
        ("ruled out by", "" if fault.rules_out is None else str(fault.rules_out)),
        ("not named while", "" if fault.veto is None else str(fault.veto)),
        ("deciding test", deciding_test(fault.test, language)),
        ("refines", ", ".join(fault.refines)),
        ("technician", str(fault.dispatch)),
        ("source", fault.source),
        ("seen with", fault.seen_with or "not yet seen from software that was not written here"),
    ]
    lines = [f"{text.title}   [{code}, number {fault.number}]", ""]
    for label, words in rows:
        if words:
            lines += textwrap.wrap(f"{label:<16}{words}", 100, subsequent_indent=" " * 16)
    for rival, test in fault.separate_from.items():
        words = f"{'or is it':<16}{rival}? {deciding_test(test, language)}"
        lines += textwrap.wrap(words, 100, subsequent_indent=" " * 16)
    return "\n".join(lines)


def _expr(expr: object, grade: str) -> str:
    return "" if expr is None else f"({grade}) {expr}  "


def nearest(code: str) -> list[str]:
    """Codes that look like what was typed."""
    return difflib.get_close_matches(code, BY_CODE, n=3, cutoff=0.5)


def table(language: str = "en") -> str:
    lines = [f"{'no.':>4} {'code':<32}{'owner':<10}{'acts':<15}{'effect':<10}title"]
    for fault in sorted(ALL, key=lambda f: f.number):
        title = fault_text(fault.code, language).title
        lines.append(f"{fault.number:>4} {fault.code:<32}{fault.owner:<10}{fault.acts:<15}{fault.effect:<10}{title}")
    return "\n".join(lines)


def table_json() -> str:
    rows = [
        {
            "code": f.code,
            "number": f.number,
            "owner": f.owner.value,
            "acts": f.acts.value,
            "effect": f.effect.value,
            "breaks": f.breaks.value,
        }
        for f in sorted(ALL, key=lambda f: f.number)
    ]
    return json.dumps(rows, indent=1)
