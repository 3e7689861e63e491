"""How the finding is known, for who wants to look; and the receipt, when the evidence clears the customer's side."""

from __future__ import annotations

from cpe_agent.card import sentences
from cpe_agent.deliver.receipt import cleared, receipt_code
from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.failed import failed
from cpe_agent.home_network import is_closed, program_name
from cpe_agent.next_step import content
from cpe_agent.page.drawings import drawing
from cpe_agent.page.finding import heading
from cpe_agent.page.handing import pictures
from cpe_agent.page.markup import Markup, tag
from cpe_agent.page.parts import View, bullets, button, provider, rows, section
from cpe_agent.page.speech import filled, left_to_right, moment
from cpe_agent.page.way import states, works
from cpe_agent.report import FindingReport, Report
from cpe_agent.words import listed


def receipt(view: View) -> Markup | None:
    """ "This is not your fault", with a page to print; nothing when that is not proven."""
    report, speech = view.state.report, view.speech
    if report is None or not cleared(report):
        return None
    well = listed(works(view, states(view)), view.speech.language)
    code = left_to_right(receipt_code(view.data), "strong", **{"class": "receipt-code"})
    printed = rows(
        [
            (speech.say("receipt.found"), heading(view)),
            (speech.say("receipt.works"), well),
            (speech.say("receipt.when"), moment(report.started)),
            (speech.say("receipt.spoken"), left_to_right(report.spoken_code, "strong")),
            (speech.say("receipt.program"), left_to_right(f"{report.client.name} {report.client.version}")),
        ],
        "receipt-rows",
    )
    by_script = tag(
        "button",
        {"type": "button", "class": "plain by-script", "id": "b-receipt", "data-print": True},
        speech.say("clear.print"),
    )
    qr = pictures(view.data, view.state.sending.desk, speech.language, speech.say("qr.name"))[0][0]
    return section(
        "receipt",
        (drawing("ok", "mark"), speech.say("clear")),
        tag("p", {"class": "on-paper paper-title"}, speech.say("receipt")),
        tag("p", {"class": "on-paper"}, speech.say("receipt.statement")),
        tag("p", {"class": "on-screen"}, speech.fill("clear.text", segments=well)) if well else None,
        tag("div", {"class": "on-paper"}, printed),
        tag(
            "div",
            {"class": "receipt-line"},
            tag("p", None, speech.say("receipt.code"), " ", code),
            by_script if view.live else None,
        ),
        tag("p", {"class": "hint"}, speech.fill("clear.how", provider=provider(view, phone=False))),
        tag("div", {"class": "on-paper paper-qr"}, qr),
    )


def why(view: View) -> Markup | None:
    """The evidence in sentences, what else was found, and what it could be."""
    report, speech = view.state.report, view.speech
    if report is None:
        return None
    d = report.diagnosis
    root = next((f for f in d.findings if f.fault == d.fault and f.standing == "root"), None)
    target = content(report, "plan").get("target")
    pairs: list[tuple[object, object]] = []
    if target:
        pairs.append((speech.say("why.target"), left_to_right(str(target))))
    if root is not None:
        grade = "grade.stated" if root.stated else f"grade.{root.grade}"
        pairs.append((speech.say("why.proof"), speech.ui(grade)))
    seen = _seen(view, report, root)
    suspects = [text.title for code in d.suspects if (text := speech.fault(code)) is not None]
    if d.verdict == "inconclusive" and suspects:
        pairs.append((speech.say("why.suspects"), bullets(*suspects)))
    others = [f.fault for f in d.findings if f.standing == "root" and f is not root and f.fault not in d.suspects]
    also = [text.title for code in others if (text := speech.fault(code)) is not None]
    if also:
        pairs.append((speech.say("why.also"), bullets(*also)))
    if not pairs and not seen:
        return None
    return tag(
        "details",
        {"class": "card why", "id": "d-why"},
        tag("summary", None, speech.say("why")),
        bullets(*seen),
        rows(pairs),
    )


def _seen(view: View, report: Report, root: FindingReport | None) -> list[str]:
    first = root or next((f for f in report.diagnosis.findings if f.fault in report.diagnosis.suspects[:1]), None)
    told = [] if root is not None else failed(report, view.speech.language)
    if first is not None:
        told += sentences(report, first, view.speech.language)
    return list(dict.fromkeys(told))


def home_network(view: View) -> Markup | None:
    """How to let this program look at the home network, where a Mac keeps it out."""
    report, speech = view.state.report, view.speech
    if report is None or not is_closed(report):
        return None
    how = filled(speech.ui("home-network.how"), {"name": program_name()})
    again = button("again", speech.say("again"), kind="go", at="allowed") if view.live else None
    return section("allow", speech.ui("home-network"), tag("p", None, how), again)


def notes(view: View) -> Markup | None:
    """What is worth knowing and breaks nothing."""
    report, speech = view.state.report, view.speech
    if report is None:
        return None
    told = []
    for finding in report.diagnosis.findings:
        text = speech.fault(finding.fault) if finding.standing == "advisory" and finding.fault in BY_CODE else None
        if text is not None:
            advice = text.next_step if finding.acts in ("customer", "nobody", "site") else text.customer
            told.append(tag("li", None, tag("strong", None, text.title), ". ", advice))
    return section("notes", speech.say("steps.note"), tag("ul", None, *told)) if told else None
