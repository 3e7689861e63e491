"""What was seen failing, in words with the numbers: for a verdict that names nobody."""

from __future__ import annotations

from typing import TypeVar

from cpe_agent.codec import Malformed, from_plain
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.readings import dns
from cpe_agent.facts import Dns, Reach, Web, section_name
from cpe_agent.report import Report
from cpe_agent.words import evidence, listed, ui

T = TypeVar("T")
MOST_NAMES = 2  # of the sites that failed the same way


def totals(report: Report) -> dict[str, object]:
    """How many were asked, by kind, for sentences that say so; a kind of which none was asked is left out."""
    reach = section(report, Reach)
    networks = set() if reach is None else {p.network for p in (*reach.probes, *reach.bound)}
    return {"networks": len(networks)} if networks else {}


def failed(report: Report, language: str = "en") -> list[str]:
    """Sentences about the lowest rung that was measured failing; none when no rung was."""
    rung = report.diagnosis.first_broken
    if rung is None or rung not in list(Rung):  # a stranger's or a newer program's word
        return []
    web, names = section(report, Web), section(report, Dns)
    told: list[str] = []
    if rung == "dns" and names is not None:
        state = dns.configured_state.read(names)
        told.append("" if state in (None, "ok") else evidence("dns.configured", state, language))
    if rung in ("dns", "tls") and web is not None:
        told.append(_secure(web, language))
    if rung == "web" and web is not None and web.system is not None:
        how = web.system.status if web.system.failure is None else ui(f"failure.{web.system.failure}", language)
        told.append(ui("failed.page", language).format(how=how))
    if rung == "internet" and not totals(report):
        told.append(evidence("reach.networks", 0, language))
    told = [sentence for sentence in told if sentence]
    return told or [ui(f"failed.{rung}", language).format_map(totals(report))]


def _secure(web: Web, language: str) -> str:
    """How many of the secure test sites did not open, how, and some of their names."""
    good = {t.answer.host for t in web.tls if t.answer.ok}
    ways: dict[str, dict[str, None]] = {}
    for answer in (t.answer for t in web.tls if t.answer.host not in good):
        key = "name" if answer.address is None and answer.failure in (None, "timed_out") else answer.failure
        ways.setdefault(ui(f"failure.{key}", language), {})[answer.host] = None
    if not ways:
        return ""
    hosts = {t.answer.host for t in web.tls}
    told = (
        f"{way} ({listed([*list(names)[:MOST_NAMES], *(['...'] if len(names) > MOST_NAMES else [])], language)})"
        for way, names in ways.items()
    )
    how = listed(told, language)
    return ui("failed.secure", language).format(failed=len(hosts - good), sites=len(hosts), how=how)


def section(report: Report, kind: type[T]) -> T | None:
    """What was measured; None where nothing was, or where it has another form."""
    found = report.sections.get(section_name(kind))
    try:
        return None if found is None or found.content is None else from_plain(kind, found.content)
    except Malformed:  # a report from elsewhere
        return None
