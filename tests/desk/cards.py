"""Cards of the lab's scenarios and of the cases, and their pages, without a desk around them."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from cpe_agent.deliver.cut import cut
from cpe_agent.desk.card.code import card_of_code
from cpe_agent.desk.card.content import card_of_report
from cpe_agent.desk.card.ledger import LedgerEntry
from cpe_agent.desk.card.records import Arrival, Card, Provider
from cpe_agent.desk.card.trust import epoch
from cpe_agent.desk.pages.templating import HERE, rendered
from cpe_agent.report import Report, from_json, to_json
from tests.page_reports import SCENARIOS, report_of

PROVIDER = Provider("Lab Telecom", "*1234", "Lab Infrastructure", "isp")
CODE = "4F7K-2Q9X-5"
CSS = (HERE / "assets" / "desk.css").read_text("utf-8")
SAID = ("first-socket", "fails")


class Visitor(NamedTuple):
    name: str = "Dana Levi"

    def may(self, _permission: str) -> bool:
        return True


def page_of(card: Card) -> str:
    return shown("card.html", card.language, card=card)


def shown(template: str, language: str, **context: Any) -> str:
    """A template inside the desk's frame, as somebody who is signed in sees it."""
    links = [(n, f"/{n}") for n in ("reports", "cases", "compare", "people", "audit", "outcomes")]
    return rendered(
        template, language, person=Visitor(), links=links, here=f"/reports/{CODE}", hidden=lambda: "", **context
    )


def came(report: Report, *, verified: bool = True, kept: str | None = None) -> Arrival:
    return Arrival((epoch(report.started) or 0.0) + report.seconds + 2, verified, CODE, kept)


def card_of(report: Report, language: str = "en", *, after_s: float = 240, **more: Any) -> Card:
    """Four minutes after it came in with a good ticket."""
    arrived = more.pop("arrived", None) or came(report)
    return card_of_report(
        report,
        language,
        arrived=arrived,
        provider=PROVIDER,
        now=arrived.received + after_s,
        **{"say_in": language} | more,
    )


def entry(kind: str, key: str = "", value: str = "", text: str = "", *, at: float = 1_800_000_000.0) -> LedgerEntry:
    return LedgerEntry(at, "Dana Levi", kind, key, value, text)


@cache
def cut_report(name: str) -> Report:
    return from_json(cut(to_json(report_of(name))))


BUSY = (
    entry("said", *SAID), entry("done", "router-restarted"), entry("asked", "line-lamp"),
    entry("said", "phones", "none"), entry("done", "area-outage-feed"),
    entry("done", text="looked at the cables behind the cupboard"),
)  # fmt: skip


@cache
def gallery(language: str) -> dict[str, Card]:
    """Every scenario of the lab, and the ways a card can come about besides."""
    found = {name: card_of(report_of(name), language) for name in SCENARIOS}
    line = report_of("line-down")
    stranger = came(line, verified=False, kept="age=3720, tries=4, last-try=310, last-reason=no-route")
    stale = LedgerEntry(1_800_000_000.0, "Dana Levi", "said", *SAID)
    return found | {
        "line-down, much on record": card_of(line, language, entries=BUSY),
        "line-down, one answer": card_of(line, language, entries=(stale,)),
        "unverified and old": card_of(line, language, arrived=stranger, after_s=90_000),
        "short form": card_of(cut_report("login-rejected"), language, arrived=came(line, verified=False)),
        "code": card_of_code(line.spoken_code, language, say_in=language, provider=PROVIDER),
        "code, a digit wrong": card_of_code(one_wrong(line.spoken_code), language, provider=PROVIDER),
        "code, open": card_of_code(report_of("line-down-silent").spoken_code, language, provider=PROVIDER),
    }


def one_wrong(code: str) -> str:
    return f"{code[:-1]}{(int(code[-1]) + 1) % 10}"
