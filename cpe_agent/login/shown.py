"""A login test's verdict, for a person."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from cpe_agent.login.ending import Outcome
from cpe_agent.words import fault_text, login_text, shape_question, ui

if TYPE_CHECKING:
    from cpe_agent.login.outcome import Verdict

_WIDTH = 100
_INDENT = 20


def shown(verdict: Verdict, language: str = "en") -> str:
    """One screen: headline, who acts and what next, what was said, what remains open."""
    rows = list(_rows(verdict, language))
    lines = [login_text(f"outcome.{verdict.outcome}", language), ""]
    for label, text in rows:
        lines += textwrap.wrap(f"{label:<{_INDENT}}{text}", _WIDTH, subsequent_indent=" " * _INDENT)
    return "\n".join(lines) + "\n"


def _rows(verdict: Verdict, language: str) -> list[tuple[str, str]]:
    seen, rows = verdict.seen, []
    if verdict.fault is not None:
        text = fault_text(verdict.fault, language)
        rows += [
            (ui("label.fault", language), f"{text.title}   [{verdict.fault}]"),
            (ui("label.owner", language), ui(f"owner.{verdict.owner}", language)),
            (ui("label.acts", language), ui(f"acts.{verdict.acts}", language)),
            (ui("label.means", language), text.customer),
            (ui("label.next", language), text.next_step),
        ]
    elif verdict.outcome in (Outcome.NOT_PERMITTED, Outcome.REFUSED_BY_RULES):
        rows.append((ui("label.means", language), login_text("unnamed.not-run", language)))
    elif verdict.outcome is Outcome.ACCEPTED and not verdict.suspects:
        rows.append((ui("label.means", language), login_text("unnamed.accepted", language)))
    else:
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
        rows.append((login_text("label.login", language), seen.method))
    for concentrator in seen.concentrators:
        known = login_text("known" if concentrator.known else "stranger", language)
        rows.append(
            (login_text("label.by", language), f"{concentrator.name or '-'} {concentrator.mac.hex(':')} ({known})")
        )
    rows += [(login_text("label.ask", language), shape_question(hint, language)) for hint in verdict.hints]
    rows += [(ui("label.note", language), note_text(verdict, key, language)) for key in verdict.notes]
    return rows


def note_text(verdict: Verdict, key: str, language: str = "en") -> str:
    text = login_text(key, language).replace("{wait}", str(verdict.seen.wait_s))
    return " ".join((text, login_text("rules.override", language))) if key.startswith("rules.") else text
