"""The verdict in a few sentences, for a window that shows no more: what is broken, the next step, the code."""

from __future__ import annotations

from cpe_agent import home_network
from cpe_agent.card import provider
from cpe_agent.page.remedies import BY_FAULT, RESTART
from cpe_agent.report import Report
from cpe_agent.words import deciding_test, fault_text, phrase, ui


def brief(report: Report, language: str) -> str:
    d = report.diagnosis
    who = provider(report, language)
    if d.verdict == "healthy":
        said = [ui("healthy.text", language)]
    elif d.verdict == "fault" and d.fault is not None:
        text = fault_text(d.fault, language)
        calls = d.acts in ("isp", "infrastructure", "billing")
        said = [text.customer]
        if calls and RESTART in BY_FAULT.get(d.fault, ()) and not any(s.step == RESTART for s in report.steps):
            said.append(phrase("page", f"do.{RESTART}", language))
        said.append((ui("call", language) if calls else text.next_step).format(provider=who))
    else:
        said = [ui("inconclusive.text" if d.first_broken or d.suspects else "inconclusive.unmeasured", language)]
        if d.next_test is not None:
            said.append(deciding_test(d.next_test.key, language).format(provider=who))
    if home_network.is_closed(report):
        how = ui("home-network.how", language).format(name=home_network.program_name())
        said.append(f"{ui('home-network', language)}. {how}")
    return "\n\n".join([*said, f"{ui('label.code', language)} {report.spoken_code}"])
