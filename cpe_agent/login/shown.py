"""A login test's verdict, for a person."""

from __future__ import annotations

import textwrap
import time
from typing import TYPE_CHECKING

from cpe_agent.layout import printable
from cpe_agent.login.ending import Outcome
from cpe_agent.words import fault_text, login_text, shape_question, ui

if TYPE_CHECKING:
    from cpe_agent.facts import Plan
    from cpe_agent.login.outcome import Verdict

_WIDTH = 100
_INDENT = 20


_CALLS = ("isp", "infrastructure", "billing")
_METHODS = {"chap": "CHAP", "pap": "PAP", "mschapv2": "MS-CHAPv2"}


def shown(verdict: Verdict, plan: Plan, at: float, language: str = "en") -> str:
    """One screen: headline, who acts and what next, what was said, what remains open. ``at``: when the test ended,
    seconds since 1970, by which the provider finds it in its log."""
    rows = _rows(verdict, plan, at, language)
    lines = [login_text(f"outcome.{verdict.outcome}", language), ""]
    for label, text in rows:
        lines += textwrap.wrap(printable(f"{label:<{_INDENT}}{text}"), _WIDTH, subsequent_indent=" " * _INDENT)
    return "\n".join(lines) + "\n"


def _rows(verdict: Verdict, plan: Plan, at: float, language: str) -> list[tuple[str, str]]:
    seen, rows = verdict.seen, []
    hints = [(login_text("label.ask", language), shape_question(hint, language)) for hint in verdict.hints]
    if verdict.fault is not None:
        text = fault_text(verdict.fault, language)
        rows += [
            (ui("label.fault", language), f"{text.title}   [{verdict.fault}]"),
            (ui("label.owner", language), ui(f"owner.{verdict.owner}", language)),
            (ui("label.acts", language), ui(f"acts.{verdict.acts}", language)),
            (ui("label.means", language), text.customer),
            *hints,
        ]
        if verdict.acts in _CALLS:
            when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at))
            provider = plan.isp_name or ui("provider", language)
            if plan.support_phone:
                provider += f" ({plan.support_phone})"
            call = login_text("next.call", language).format(provider=provider, time=when)
            rows += [
                (ui("label.next", language), call),
                (login_text("label.provider", language), text.next_step),
            ]
        else:
            rows.append((ui("label.next", language), text.next_step))
    elif verdict.outcome in (Outcome.NOT_PERMITTED, Outcome.REFUSED_BY_RULES):
        rows.append((ui("label.means", language), login_text("unnamed.not-run", language)))
        if verdict.outcome is Outcome.NOT_PERMITTED:
            rows.append((ui("label.next", language), login_text("next.not-permitted", language)))
    elif verdict.outcome is Outcome.ACCEPTED and not verdict.suspects:
        rows.append((ui("label.means", language), login_text("unnamed.accepted", language)))
    elif verdict.outcome is not Outcome.NO_AUTH_REQUIRED:  # its remark says it all
        rows.append((ui("label.means", language), login_text("unnamed.other", language)))
    if verdict.suspects:
        rows.append(
            (
                ui("label.suspects", language),
                "; ".join(f"{fault_text(code, language).title} [{code}]" for code in verdict.suspects),
            )
        )
    if verdict.message is not None:
        rows.append((login_text("label.said", language), f"“{verdict.message}”"))
    if seen.method is not None:
        rows.append((login_text("label.login", language), _METHODS.get(seen.method, seen.method)))
    for concentrator in seen.concentrators:
        who = f"{concentrator.name or '-'} {concentrator.mac.hex(':')}"
        if seen.listed:  # without a list there is nothing that it could be missing from
            listed = login_text("known" if concentrator.known else "stranger", language)
            who = f"{who} ({listed})"
        rows.append((login_text("label.by", language), who))
    if verdict.fault is None:
        rows += hints
    rows += [(ui("label.note", language), note_text(verdict, key, language)) for key in verdict.notes]
    return rows


def note_text(verdict: Verdict, key: str, language: str = "en") -> str:
    wait = verdict.seen.wait_s or 0
    text = login_text(key, language).replace("{wait}", str(wait)).replace("{clock}", f"{wait // 60}:{wait % 60:02}")
    return " ".join((text, login_text("rules.override", language))) if key.startswith("rules.") else text
