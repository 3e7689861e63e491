"""A report as one screen of text: what is broken, whose it is, why, the path with the break, the next step."""

from __future__ import annotations

import textwrap

from cpe_agent.diagnose.catalogue import ALL, BY_CODE
from cpe_agent.diagnose.fault import Dispatch, Fault
from cpe_agent.diagnose.predicate import Expr
from cpe_agent.report import Diagnosis, FindingReport, Report
from cpe_agent.words import deciding_test, fault_text, ui

WIDTH = 96
_INDENT = 20
_MINUTES_FROM_S = 120
MOST_EVIDENCE = 4  # the strongest first; the report holds all
SEGMENTS = ("device", "home", "cpe", "access", "account", "isp-core", "remote")
_COLOURS = {"broken": "31;1", "degraded": "33", "ok": "32", "unknown": "2", "head": "1"}


class Paint:
    """Colour, or not: only a terminal gets escape sequences."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, colour: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.on else text


def card(report: Report, *, language: str = "en", colour: bool = False, unicode: bool = True) -> str:
    """The whole card. ``unicode`` False keeps to ASCII, for terminals that cannot draw more."""
    paint = Paint(colour)
    d = report.diagnosis
    root = _headline(d)
    lines = [
        f"cpe-agent {report.client.version}   {report.started[:16].replace('T', ' ')} UTC   {report.seconds:.1f} s",
        "",
    ]
    if root is not None:
        lines += _fault_head(root, d, language, paint)
    elif d.verdict == "healthy":
        lines += [paint(ui("healthy", language), "ok"), *wrap(ui("healthy.text", language), 0)]
    else:
        lines += _inconclusive_head(d, language, paint)
    lines += ["", *path(d.segments, language, paint, unicode), ""]
    lines += _evidence(d, root, language)
    lines += row("said-by", _said_by(d, root, language), language)
    if root is not None:
        text = fault_text(root.fault, language)
        lines += row("means", text.representative if root.acts != "customer" else text.customer, language)
        lines += row("next", text.next_step, language)
        lines += row("dispatch", _dispatch(BY_CODE[root.fault], language), language)
    lines += _others(d, root, language)
    lines += row("done", _steps(report, language), language)
    lines += row("missing", _missing(report), language)
    if d.verdict != "healthy":
        lines += ["", *wrap(_demarcation(d, language), 0)]
    lines += ["", f"{ui('label.code', language)}  {paint(report.spoken_code, 'head')}   ({ui('code.hint', language)})"]
    return "\n".join(lines) + "\n"


def _headline(d: Diagnosis) -> FindingReport | None:
    return next((f for f in d.findings if f.fault == d.fault and f.standing == "root"), None)


def _fault_head(root: FindingReport, d: Diagnosis, language: str, paint: Paint) -> list[str]:
    title = fault_text(root.fault, language).title
    grade = ui(f"grade.{d.grade}", language)
    return [
        f"{paint(ui('label.fault', language), 'broken')}  {paint(title, 'head')}   [{root.fault}: {grade}]",
        *row("owner", ui(f"owner.{root.owner}", language), language),
        *row("acts", ui(f"acts.{root.acts}", language), language),
    ]


def _inconclusive_head(d: Diagnosis, language: str, paint: Paint) -> list[str]:
    text = "inconclusive.text" if d.first_broken or d.suspects else "inconclusive.unmeasured"
    lines = [paint(ui("inconclusive", language), "degraded"), *wrap(ui(text, language), 0)]
    for i, code in enumerate(d.suspects):
        fault = BY_CODE.get(code)
        words = (
            code
            if fault is None
            else f"{fault_text(code, language).title}  [{code}: {ui(f'owner.{fault.owner}', language)}]"
        )
        lines += row("suspects" if i == 0 else None, words, language)
    if d.next_test is not None:
        lines += row("test", deciding_test(d.next_test.key, language), language)
    return lines


def path(segments: dict[str, str], language: str, paint: Paint, unicode: bool) -> list[str]:
    """The way from the computer to the Internet, with the break drawn in."""
    wire, cut = ("──", "─╳") if unicode else ("--", "-X")
    top, below = "  ", "  "
    for i, segment in enumerate(SEGMENTS):
        state = segments.get(segment, "unknown")
        name, word = ui(f"segment.{segment}", language), ui(f"state.{state}", language)
        width = max(len(name), len(word))
        if i:
            top += f" {paint(cut, 'broken') if state == 'broken' else wire} "
            below += " " * 4
        top += paint(name.center(width), state)
        below += paint(word.center(width), state)
    return [top, below]


def _evidence(d: Diagnosis, root: FindingReport | None, language: str) -> list[str]:
    known = _reading_docs()
    lines: list[str] = []
    for finding in _told(d, root):
        # What was never asked is in the report, because a predicate read it; it explains nothing to a person.
        told = [e for e in finding.evidence if e.value is not False or not e.fact.startswith("said.")]
        told = [e for e in told if not e.fact.startswith("login.")]  # ``_said_by`` has words for them
        for evidence in sorted(told, key=lambda e: e.value is False)[:MOST_EVIDENCE]:
            text = f"{evidence.fact} = {_value(evidence.value)}"
            if evidence.fact in known:
                text += f"  ({known[evidence.fact]})"
            lines += row(None if lines else "why", textwrap.shorten(text, WIDTH * 2), language)
    return lines


def _told(d: Diagnosis, root: FindingReport | None) -> list[FindingReport]:
    return [root] if root is not None else [f for f in d.findings if f.fault in d.suspects][:1]


def _said_by(d: Diagnosis, root: FindingReport | None, language: str) -> str:
    """Whose word it rests on: "the router (UPnP), once"; nothing where it rests on no word."""
    evidence = {e.fact: e.value for finding in _told(d, root) for e in finding.evidence}
    voice = evidence.get("login.said_by")
    if not isinstance(voice, str):
        return ui("voice.wire", language) if evidence.get("pppoe.answer") is not None else ""
    parts = [ui(f"voice.{voice}", language), ui(f"word.{evidence.get('login.grade')}", language)]
    age = evidence.get("login.age_s")
    if isinstance(age, int | float):
        key = "word.seconds-ago" if age < _MINUTES_FROM_S else "word.minutes-ago"
        parts.append(ui(key, language).format(seconds=round(age), minutes=round(age / 60)))
    else:
        parts.append(ui("word.in-this-run", language))  # since when a router says so it does not tell
    return ", ".join(parts)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _reading_docs() -> dict[str, str]:
    return {r.name: r.doc for f in ALL for e in expressions(f) for r in e.readings()}


def expressions(fault: Fault) -> tuple[Expr, ...]:
    """The fault's questions to the facts, strongest evidence first."""
    return tuple(e for e in (fault.direct, fault.contrast, fault.symptom, fault.rules_out, fault.veto) if e is not None)


def _others(d: Diagnosis, root: FindingReport | None, language: str) -> list[str]:
    also = [f for f in d.findings if f.standing == "root" and f is not root and f.fault not in d.suspects]
    hidden = [f for f in d.findings if f.standing == "explained"]
    notes = [f for f in d.findings if f.standing == "advisory"]
    lines: list[str] = []
    for label, group in (("also", also), ("hidden", hidden), ("note", notes)):
        lines += row(label, "; ".join(_title(f.fault, language) for f in group), language)
    return lines


def _title(code: str, language: str) -> str:
    return f"{fault_text(code, language).title} [{code}]" if code in BY_CODE else code


def _dispatch(fault: Fault, language: str) -> str:
    if fault.dispatch is Dispatch.AFTER:
        conditions = ", ".join(ui(f"before.{key}", language) for key in fault.before_action)
        return ui("dispatch.after", language).format(conditions=conditions)
    return ui(f"dispatch.{fault.dispatch}", language)


def _steps(report: Report, language: str) -> str:
    return "; ".join(
        f"{ui(f'step.{s.step}', language)} {s.when[11:16]} UTC ({ui(f'step.{s.source}', language)})"
        for s in report.steps
    )


def _missing(report: Report) -> str:
    quiet = {"the verdict was settled before", "an address is there", "a router is there"}
    told = []
    for name, section in report.sections.items():
        if section.outcome != "measured" and section.reason not in quiet:
            told.append(f"{name} ({section.outcome}{': ' + section.reason if section.reason else ''})")
    return "; ".join(told)


def _demarcation(d: Diagnosis, language: str) -> str:
    proven = None if d.proven_up_to is None else ui(f"rung.{d.proven_up_to}", language)
    broken = None if d.first_broken is None else ui(f"rung.{d.first_broken}", language)
    if broken is None:
        return ui("demarcation.unbroken", language).format(proven=proven or "-")
    if proven is None:
        return ui("demarcation.nothing", language).format(broken=broken)
    return ui("demarcation", language).format(proven=proven, broken=broken)


def row(label: str | None, text: str, language: str) -> list[str]:
    """A labelled paragraph; nothing at all for an empty text."""
    if not text:
        return []
    head = "" if label is None else ui(f"label.{label}", language)
    wrapped = wrap(text, _INDENT)
    if len(head) >= _INDENT:
        return [head, *wrapped]
    return [f"{head:<{_INDENT}}{wrapped[0].lstrip()}", *wrapped[1:]]


def wrap(text: str, indent: int) -> list[str]:
    pad = " " * indent
    return textwrap.wrap(text, WIDTH, initial_indent=pad, subsequent_indent=pad) or [pad]
