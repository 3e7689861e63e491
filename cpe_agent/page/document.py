"""The page as HTML."""

from __future__ import annotations

from html import escape

from cpe_agent.card import card
from cpe_agent.page.state import PageState
from cpe_agent.words import ui


def title(state: PageState) -> str:
    report = state.report
    return "cpe-agent" if report is None else f"cpe-agent: {report.diagnosis.verdict}"


def main(state: PageState, *, live: bool) -> str:
    shown = ui("progress", "en") if state.report is None else card(state.report)
    tries = ", ".join(ui(f"section.{name}") for name in state.trying)
    button = '<form method="post" action="do"><button name="do" value="again">again</button></form>' if live else ""
    segments = " ".join(f"{name}:{value}" for name, value in state.segments.items())
    return f"<p>{escape(state.phase)} {escape(tries)}</p><p>{escape(segments)}</p><pre>{escape(shown)}</pre>{button}"


def document(state: PageState, *, live: bool, nonce: str) -> str:
    script = (
        f'<script nonce="{nonce}">const s = new EventSource("events"); s.addEventListener("main", e => {{'
        "const d = JSON.parse(e.data); document.querySelector('main').innerHTML = d.html; document.title = d.title;"
        "if (d.phase === 'ended') s.close(); });</script>"
    )
    return (
        f'<!DOCTYPE html><html lang="{escape(state.language)}"><meta charset="utf-8"><title>{escape(title(state))}'
        f"</title><main>{main(state, live=live)}</main>{script if live else ''}</html>"
    )
