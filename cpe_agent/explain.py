"""What a fault is, in text: for ``explain`` and ``faults``; and what ``--answer`` takes."""

from __future__ import annotations

import json

from cpe_agent.answers import QUESTIONS
from cpe_agent.card import owner_key
from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Fault
from cpe_agent.diagnose.predicate import AllOf, AnyOf, Expr, Known, Not, Reading, Test
from cpe_agent.layout import WIDTH, Sheet
from cpe_agent.words import amount, asked, deciding_test, evidence, fault_text, listed, phrase, ui


def explain(code: str, language: str = "en", *, rules: bool = False, width: int = WIDTH) -> str | None:
    """Everything about one fault, whatever the letter case; None when there is none of that name. ``rules``: also the
    expressions of the catalogue."""
    fault = BY_CODE.get(code.strip().lower())
    if fault is None:
        return None
    text = fault_text(fault.code, language)
    sheet = Sheet(language=language, width=width)
    sheet.line(f"{text.title}   [{fault.code}, {sheet.ui('fault.number').format(number=fault.number)}]")
    sheet.gap()
    sheet.row("owner", sheet.ui("whose").format(owner=sheet.ui(owner_key(fault)), acts=sheet.ui(f"acts.{fault.acts}")))
    shows = sheet.ui(f"rung.{fault.breaks}")
    sheet.row("effect", sheet.ui(f"effect.{fault.effect}").format(rung=shows))
    sheet.row("customer", text.customer)
    sheet.row("representative", text.representative)
    sheet.row("step", text.next_step)
    for label, expr in (("direct", fault.direct), ("contrast", fault.contrast), ("symptom", fault.symptom)):
        alternatives = expr.parts if isinstance(expr, AnyOf) else (expr,) if expr is not None else ()
        told = dict.fromkeys(filter(None, (_seen(part, language) for part in alternatives)))
        sheet.row(label, *(f"{sheet.ui('or-else')} {words}" if i else words for i, words in enumerate(told)))
    sheet.row("test", deciding_test(fault.test, language))
    for rival, test in fault.separate_from.items():
        title = fault_text(rival, language).title if rival in BY_CODE else rival
        sheet.row("or-is-it", f"{title}? {deciding_test(test, language)}")
    sheet.row("dispatch", sheet.ui("dispatch.after").format(conditions=_conditions(sheet, fault))
              if fault.before_action else sheet.ui(f"dispatch.{fault.dispatch}"))  # fmt: skip
    sheet.row("source", fault.source)
    sheet.row("seen-with", fault.seen_with or sheet.ui("not-seen"))
    if rules:
        sheet.gap()
        for name in ("direct", "contrast", "symptom", "rules_out", "veto"):
            expr = getattr(fault, name)
            sheet.row(f"rule.{name}", "" if expr is None else str(expr))
        sheet.row("rule.refines", ", ".join(fault.refines))
    return sheet.text().rstrip("\n")


def _seen(expr: Expr, language: str) -> str:
    """What must be seen, as the sentences of the evidence. What must not be seen is left to the rules."""
    if isinstance(expr, AllOf):
        return " ".join(dict.fromkeys(filter(None, (_seen(part, language) for part in expr.parts))))
    if isinstance(expr, AnyOf):
        told = list(dict.fromkeys(filter(None, (_seen(part, language) for part in expr.parts))))
        return told[0] if len(told) == 1 else f"[{' | '.join(told)}]" if told else ""
    if isinstance(expr, Known):
        return _seen(expr.part, language)
    if isinstance(expr, Not):
        return evidence(expr.part.name, False, language) if isinstance(expr.part, Reading) else ""
    if isinstance(expr, Reading):
        return evidence(expr.name, True, language)
    return _held(expr, language) if isinstance(expr, Test) else ""


def _held(test: Test, language: str) -> str:
    """A reading against its limit, or against one value or the other."""
    bound = {">": "more-than", ">=": "at-least", "<": "less-than"}.get(test.words.partition(" ")[0])
    if bound is None:
        told = dict.fromkeys(evidence(test.of.name, value, language) for value in test.wanted)
        return " / ".join(filter(None, told))
    limit = amount(test.of.name, test.wanted[0], language)
    return evidence(test.of.name, phrase("values", bound, language).format(n=limit), language)


def _conditions(sheet: Sheet, fault: Fault) -> str:
    return listed((sheet.ui(f"before.{key}") for key in fault.before_action), sheet.language)


def nearest(code: str) -> list[str]:
    """Codes that look like what was typed, or whose title holds its words."""
    import difflib

    typed = code.strip().lower()
    near = difflib.get_close_matches(typed.replace("_", "-").replace(" ", "-"), BY_CODE, n=3, cutoff=0.5)
    named = [c for c in BY_CODE if typed and (typed in c or typed in fault_text(c).title.lower())]
    return list(dict.fromkeys((*near, *named)))[:3]


def questions(language: str = "en") -> str:
    """What ``--answer`` takes: keys, values, and what is asked."""
    rows = [(f"{key}={'|'.join(values)}", asked(key, language)) for key, values in QUESTIONS.items()]
    lines = [f"--answer {given}\n      {words}" for given, words in rows]
    return "\n".join([*lines, ui("answers.unknown", language)])


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
