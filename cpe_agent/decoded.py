"""A spoken code as a card: what the representative reads when there is no report at all."""

from __future__ import annotations

from typing import Any

from cpe_agent.card import drawn, owner_key
from cpe_agent.deliver.spoken_code import AGES_MIN, NOT_HEARD, Spoken
from cpe_agent.deliver.spoken_code import decode as read_digits
from cpe_agent.diagnose.catalogue import BY_NUMBER
from cpe_agent.diagnose.fault import Fault
from cpe_agent.layout import WIDTH, Sheet
from cpe_agent.words import deciding_test, fault_text, listed


def read(code: str) -> tuple[Spoken, Fault | None]:
    """Raises ``Unreadable``."""
    spoken = read_digits(code, frozenset(BY_NUMBER))
    return spoken, BY_NUMBER.get(spoken.fault_number)


def plain(code: str) -> dict[str, Any]:
    """The code as JSON values. ``fault`` is the first suspect when inconclusive, and ``owner`` null then: nobody is
    named. ``report_match`` finds the upload that arrives later. Raises ``Unreadable``."""
    spoken, fault = read(code)
    named = spoken.verdict == "fault" and fault is not None
    healthy = spoken.verdict == "healthy"
    return {
        "verdict": spoken.verdict,
        "fault": None if fault is None else fault.code,
        "owner": str(fault.owner) if named and fault else ("none" if healthy else None),
        "acts": str(fault.acts) if named and fault else ("nobody" if healthy else None),
        "grade": spoken.grade,
        "segments": spoken.segments,
        "age_minutes": spoken.age_minutes,
        "report_match": spoken.match,
        "corrected": spoken.corrected,
    }


def card(code: str, *, language: str = "en", colour: bool = False, unicode: bool = True, width: int = WIDTH) -> str:
    """One screen of text. Raises ``Unreadable``."""
    spoken, fault = read(code)
    sheet = Sheet(language=language, colour=colour, unicode=unicode, width=width)
    if spoken.corrected:
        sheet.line((sheet.ui("code.filled" if NOT_HEARD in code else "code.corrected"), "degraded"))
        sheet.gap()
    if spoken.verdict == "fault" and fault is not None:
        text = fault_text(fault.code, language)
        sheet.line((sheet.ui("label.fault"), "broken"), "  ", (text.title, "head"), f"   [{fault.code}]")
        sheet.row(
            "owner", sheet.ui("whose").format(owner=sheet.ui(owner_key(fault)), acts=sheet.ui(f"acts.{fault.acts}"))
        )
        sheet.row("proof", sheet.ui(f"spoken.{spoken.grade}"))
        sheet.row("means", text.representative)
        sheet.row("step", text.next_step)
        sheet.row("dispatch", _dispatch(sheet, fault))
    elif spoken.verdict == "healthy":
        sheet.line((sheet.ui("healthy"), "ok"))
    else:
        sheet.line((sheet.ui("inconclusive"), "degraded"))
        sheet.say(sheet.ui("inconclusive.text"))
        if fault is not None:
            owner = sheet.ui(owner_key(fault))
            sheet.row("suspect", f"{fault_text(fault.code, language).title}   [{fault.code}: {owner}]")
        test = "ask-what-is-missing" if fault is None else fault.test
        sheet.row("test", deciding_test(test, language))
    sheet.gap()
    sheet.path(drawn(spoken.segments, fault))
    sheet.gap()
    sheet.say(sheet.ui("code.age").format(ago=_ago(sheet, spoken.age_minutes)))
    sheet.say(sheet.ui("code.match").format(match=spoken.match))
    return sheet.text()


def _ago(sheet: Sheet, least: int) -> str:
    """The code carries steps of time: from this one up to the next."""
    if least == 0:
        return sheet.ui("code.now")
    later = [m for m in AGES_MIN if m > least]
    return sheet.ui("code.later" if later else "code.longer").format(least=least, most=min(later, default=0))


def _dispatch(sheet: Sheet, fault: Fault) -> str:
    conditions = listed((sheet.ui(f"before.{key}") for key in fault.before_action), sheet.language)
    return sheet.ui(f"dispatch.{fault.dispatch}").format(conditions=conditions)
