"""A report as one screen of text for the person at the computer: what is broken, what to do now, whose it is, why.

What the representative reads is ``decoded`` and ``explain``."""

from __future__ import annotations

from cpe_agent import home_network, steps
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.diagnose.fault import Fault, Owner
from cpe_agent.diagnose.ladder import ORDER, Rung
from cpe_agent.facts import SECTIONS, section_name
from cpe_agent.failed import failed, totals
from cpe_agent.layout import WIDTH, Sheet
from cpe_agent.next_step import BY_PROVIDER, again, content
from cpe_agent.report import FindingReport, Report
from cpe_agent.words import deciding_test, evidence, fault_text, listed, right_to_left, ui

MOST_EVIDENCE = 4  # the strongest first; the report holds all
MOST_HIDDEN = 3
_MINUTES_FROM_S = 120


def card(
    report: Report, *, language: str = "en", colour: bool = False, unicode: bool = True, width: int = WIDTH
) -> str:
    """The whole card."""
    d = report.diagnosis
    sheet = Sheet(language=language, colour=colour, unicode=unicode, width=width)
    when = report.started[:16].replace("T", " ")
    sheet.line(f"cpe-agent {report.client.version}   {when} UTC   {report.seconds:.1f} s")
    sheet.gap()
    root = next((f for f in d.findings if f.fault == d.fault and f.standing == "root"), None)
    target = content(report, "plan").get("target")
    if root is not None:
        _fault(sheet, report, root)
    elif d.verdict == "healthy":
        sheet.line((sheet.ui("healthy"), "ok"))
        sheet.say(sheet.ui("healthy.text"))
        _path(sheet, report, None)
    else:
        _inconclusive(sheet, report)
    if target:
        sheet.row("target", str(target))
    _others(sheet, report, root)
    sheet.row("done", *(steps.told(step, sheet.language) for step in report.steps))
    sheet.row("missing", "" if root is not None else _missing(sheet, report), _home_network(sheet, report))
    sheet.gap()
    hint = sheet.ui("code.hint")
    if right_to_left(language):  # digits beside such letters would be read from the wrong group
        sheet.line(f"{sheet.ui('label.code')} ({hint}):")
        sheet.line("  ", (report.spoken_code, "head"))
    else:
        sheet.line(f"{sheet.ui('label.code')}  ", (report.spoken_code, "head"), f"   ({hint})")
    return sheet.text()


def _fault(sheet: Sheet, report: Report, root: FindingReport) -> None:
    fault, text = BY_CODE[root.fault], fault_text(root.fault, sheet.language)
    sheet.line((sheet.ui("label.fault"), "broken"), "  ", (text.title, "head"), f"   [{root.fault}]")
    sheet.say(text.customer)
    _path(sheet, report, fault)
    step = sheet.ui("call") if root.acts in ("isp", "infrastructure", "billing") else text.next_step
    sheet.row("next", step.format(provider=_provider(sheet, report)))
    acts = "acts.you" if root.acts == "customer" else f"acts.{root.acts}"
    sheet.row("owner", sheet.ui("whose").format(owner=sheet.ui(owner_key(fault)), acts=sheet.ui(acts)))
    sheet.row("why", *_evidence(sheet, report, root))
    sheet.row("said-by", _said_by(sheet, root))
    sheet.row("proof", sheet.ui("grade.stated" if root.stated else f"grade.{root.grade}"))


def owner_key(fault: Fault) -> str:
    """The key of the words for whose it is: the home's own part may also lie beyond the router."""
    return f"owner.{fault.owner}.beyond" if beyond_router(fault) else f"owner.{fault.owner}"


def beyond_router(fault: Fault) -> bool:
    return fault.owner is Owner.HOME and ORDER.index(fault.breaks) > ORDER.index(Rung.GATEWAY)


def drawn(segments: dict[str, str], fault: Fault | None) -> dict[str, str]:
    """The segments' states where a person looks for them: a break of the home's wiring that lies beyond the router is
    drawn beyond it."""
    if fault is None or not beyond_router(fault):
        return segments
    return {**segments, "home": "ok", "access": segments.get("home", "unknown")}


def _path(sheet: Sheet, report: Report, fault: Fault | None) -> None:
    states = drawn(report.diagnosis.segments, fault)
    sheet.gap()
    sheet.path(states)
    if report.diagnosis.verdict != "healthy":
        sheet.demarcation(states)
    sheet.gap()


def _inconclusive(sheet: Sheet, report: Report) -> None:
    d = report.diagnosis
    sheet.line((sheet.ui("inconclusive"), "degraded"))
    sheet.say(sheet.ui("inconclusive.text" if d.first_broken or d.suspects else "inconclusive.unmeasured"))
    _path(sheet, report, None)
    if d.next_test is not None:
        test = d.next_test.key
        words = deciding_test(test, sheet.language).format(provider=_provider(sheet, report))
        if test in BY_PROVIDER:
            sheet.row("next", sheet.ui("call").format(provider=_provider(sheet, report)))
        sheet.row("by-provider" if test in BY_PROVIDER else "test", words)
        command = again(report, test)
        if command is not None:
            others = sheet.ui("or").format(others=listed(command[1], sheet.language))
            sheet.row("then", f"{command[0]}   {others}")
    for number, code in enumerate(d.suspects):
        fault = BY_CODE.get(code)
        words = code
        if fault is not None:
            words = f"{fault_text(code, sheet.language).title}   [{sheet.ui(owner_key(fault))}]"
        sheet.row("suspects" if number == 0 else "or-else", words)
    seen = failed(report, sheet.language)
    first = next((f for f in d.findings if f.fault in d.suspects[:1]), None)
    sheet.row("seen", *dict.fromkeys([*seen, *(_evidence(sheet, report, first) if first is not None else [])]))


def _evidence(sheet: Sheet, report: Report, finding: FindingReport) -> list[str]:
    return sentences(report, finding, sheet.language)


def sentences(report: Report, finding: FindingReport, language: str) -> list[str]:
    """The strongest evidence, and whatever is worth reading beside it."""
    asked = totals(report)
    fault = BY_CODE.get(finding.fault)
    beside = {reading.name for reading in fault.beside} if fault is not None else set()
    told: dict[bool, dict[str, None]] = {False: {}, True: {}}
    for e in finding.evidence:
        if sentence := evidence(e.fact, e.value, language, **asked):
            told[e.fact in beside][sentence] = None
    return [*list(told[False])[:MOST_EVIDENCE], *told[True]]


def _said_by(sheet: Sheet, finding: FindingReport) -> str:
    """Whose word it rests on: "the router (UPnP), once"; nothing where it rests on no word."""
    facts = {e.fact: e.value for e in finding.evidence}
    voice = facts.get("login.said_by")
    if not isinstance(voice, str):
        return sheet.ui("voice.wire") if facts.get("pppoe.answer") is not None else ""
    age = facts.get("login.age_s")
    when = sheet.ui("word.in-this-run")  # since when a router says so it does not tell
    if isinstance(age, int | float):
        key = "word.seconds-ago" if age < _MINUTES_FROM_S else "word.minutes-ago"
        when = sheet.ui(key).format(seconds=round(age), minutes=round(age / 60))
    return listed((sheet.ui(f"voice.{voice}"), sheet.ui(f"word.{facts.get('login.grade')}"), when), sheet.language)


def _provider(sheet: Sheet, report: Report) -> str:
    return provider(report, sheet.language)


def provider(report: Report, language: str) -> str:
    """The provider's name and number, as the profile gives them."""
    plan = content(report, "plan")
    name = str(plan.get("isp_name") or ui("provider", language))
    phone = plan.get("support_phone")
    return f"{name} ({phone})" if phone else name


def _others(sheet: Sheet, report: Report, root: FindingReport | None) -> None:
    d = report.diagnosis
    also = [f for f in d.findings if f.standing == "root" and f is not root and f.fault not in d.suspects]
    sheet.row("also", listed((_title(sheet, f) for f in also), sheet.language, apart=True))
    told = () if root is None else (*BY_CODE[root.fault].refines, root.fault, *d.suspects)
    hidden = [f for f in d.findings if f.standing == "explained" and f.fault not in told]
    proven = [f for f in hidden if f.grade != "circumstantial" and f.fault not in d.suspects]
    sheet.row("hidden", listed((_title(sheet, f) for f in proven[:MOST_HIDDEN]), sheet.language, apart=True))
    sheet.row("note", *(_note(sheet, report, f) for f in d.findings if f.standing == "advisory"))


def _title(sheet: Sheet, finding: FindingReport) -> str:
    return fault_text(finding.fault, sheet.language).title if finding.fault in BY_CODE else finding.fault


def _note(sheet: Sheet, report: Report, finding: FindingReport) -> str:
    if finding.fault not in BY_CODE:
        return finding.fault
    text = fault_text(finding.fault, sheet.language)
    mine = finding.acts in ("customer", "nobody", "site")
    said = [text.title + ".", *_evidence(sheet, report, finding)[:1], text.next_step if mine else ""]
    return " ".join(s for s in said if s)


def _home_network(sheet: Sheet, report: Report) -> str:
    if not home_network.is_closed(report):
        return ""
    how = sheet.ui("home-network.how").format(name=home_network.program_name())
    return f"{sheet.ui('home-network')}. {how}"


_NAMES = frozenset(map(section_name, SECTIONS))
_WANTING = ("timed_out", "denied", "unsupported", "crashed")
"""Outcomes that leave something open. What was skipped, nothing asked for, or it needs one of these."""


def _missing(sheet: Sheet, report: Report) -> str:
    by_outcome: dict[str, list[str]] = {}
    for name, section in report.sections.items():
        if section.outcome in _WANTING:
            by_outcome.setdefault(section.outcome, []).append(sheet.ui(f"section.{name}") if name in _NAMES else name)
    told = [f"{', '.join(names)} ({sheet.ui(f'outcome.{o}')})" for o, names in by_outcome.items()]
    igds = content(report, "router").get("igds")
    if isinstance(igds, list) and any(isinstance(igd, dict) and igd.get("login_wanted") is True for igd in igds):
        told.append(sheet.ui("router-login"))
    return listed(told, sheet.language, apart=True)
