"""The sheet for the owner of the line: a card as one page of paper that reads like a proof. No name, no text that
somebody typed, nothing that tells who the customer is."""

from __future__ import annotations

from collections.abc import Iterable

from cpe_agent.desk.card.records import Card, Done, Evidence, Sheet, SheetRow
from cpe_agent.words import SOURCE, listed, phrase

MOST_EVIDENCE, MOST_EXCLUDED, MOST_DONE, MOST_OPEN, MOST_DOUBTS = 6, 5, 7, 5, 2
_LEFT, _END = "\u2066", "\u2069"  # UAX 9: a name and its value keep their order among words from the right
NUMBERS = ("about.id", "about.receipt", "about.spoken", "about.program", "about.fault", "about.judged")


def sheets(cards: Iterable[Card]) -> tuple[Sheet, ...]:
    """The same page in the language of each card, English first; each language once."""
    once = {card.language: card for card in cards}
    return tuple(_sheet(card) for _, card in sorted(once.items(), key=lambda pair: pair[0] != SOURCE))


def _sheet(card: Card) -> Sheet:
    def say(key: str) -> str:
        return phrase("desk_card", key, card.language)

    def row(key: str, lines: Iterable[str], most: int = 4) -> SheetRow:
        return SheetRow(say(key), tuple(filter(None, lines))[:most] or (say("sheet.none"),))

    out = [rival for rival in card.counter if rival.standing == "excluded"]
    doubts = [rival for rival in card.counter if rival.standing != "excluded"]
    unproven = "sheet.proven.unsaid" if card.basis == "code" else "sheet.proven.none"
    left = [c.text for c in (*card.first, *card.dispatch.conditions) if not c.met]
    rows = [
        row("sheet.where", (card.owner_text,)),
        row("sheet.demarcation", (card.works_to or say(unproven), card.breaks_at or say("sheet.not-broken"))),
        row("sheet.proof", (card.proof,)),
        row("sheet.evidence", map(_evidence, card.evidence), MOST_EVIDENCE),
        row("sheet.excluded", (" ".join((f"{rival.title}.", *rival.seen)) for rival in out), MOST_EXCLUDED),
        row(
            "sheet.done",
            (_done(d, say("sheet.by.desk"), card.language) for d in card.ledger if not d.own_words),
            MOST_DONE,
        ),
        row("sheet.open", (*left, *(f"{d.title}? {d.test.text}" for d in doubts[:MOST_DOUBTS])), MOST_OPEN),
        row("sheet.times", card.times or (card.age,)),
    ]
    numbers = {say(key) for key in NUMBERS}
    warnings = (
        ("sheet.unproven", card.verdict != "fault"),
        ("sheet.unverified", card.trust == "unverified"),
        ("sheet.claimed", card.basis != "own"),
    )
    return Sheet(
        language=card.language,
        direction=card.direction,
        title=say("sheet"),
        statement=say("sheet.statement"),
        headline=card.headline,
        warnings=tuple(say(key) for key, holds in warnings if holds),
        path=card.path,
        rows=tuple(rows),
        numbers=tuple(SheetRow(a.label, (a.value,), a.kind) for a in card.about if a.label in numbers),
    )


def _evidence(line: Evidence) -> str:
    return f"{line.text} {_LEFT}[{line.fact}: {line.value}]{_END}" if line.fact else line.text


def _done(line: Done, desk: str, language: str) -> str:
    who = desk if line.source == "entered" else line.who
    return listed(filter(None, (line.what, who, line.when, line.came)), language)
