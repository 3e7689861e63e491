"""What runs tell while they are on (docs/protocol.md): numbered events in, the representative's wishes out."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

import msgspec

from cpe_agent.case_code import read_case_code
from cpe_agent.desk.live.feed import Feed
from cpe_agent.desk.live.wishes import Wishes

MOST_BYTES = 16 * 1024
MOST_EVENTS = 64
MOST_RUNS = 16_384
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_MOST_SEGMENTS = 16


class BadEvents(ValueError):
    """No events. ``path`` says where, ``reason`` why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class Event(msgspec.Struct):
    n: int
    kind: str
    at: float = 0.0
    section: str | None = None
    outcome: str | None = None
    segments: dict[str, str] | None = None
    wish: str | None = None
    answer: str | None = None
    verdict: str | None = None
    fault: str | None = None
    owner: str | None = None


class Post(msgspec.Struct):
    """What a client posted, within bounds. ``case`` in its written form."""

    case: str
    events: list[Event]


class _Run:
    def __init__(self, tenant: int, case: str) -> None:
        self.tenant, self.case, self.seen = tenant, case, 0


_posts = msgspec.json.Decoder(Post)


def read_post(body: bytes) -> Post:
    """Raises ``BadEvents``."""
    try:
        post = _posts.decode(body)
    except msgspec.ValidationError as error:
        raise BadEvents("", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadEvents("", "no JSON") from None
    if len(post.events) > MOST_EVENTS:
        raise BadEvents("events", f"at most {MOST_EVENTS}")
    case = read_case_code(post.case[:64])
    if case is None:
        raise BadEvents("case", "is no case code")
    post.case = case
    return post


class Runs:
    """Which run belongs to which case, and how far each was heard."""

    def __init__(self, feed: Feed, wishes: Wishes) -> None:
        self._feed, self._wishes = feed, wishes
        self._runs: OrderedDict[str, _Run] = OrderedDict()

    def heard(self, run_id: str, tenant: int, post: Post) -> dict[str, Any]:
        """The answer to a client that posted; the case is known to be open and of this tenant."""
        run = self._runs.get(run_id)
        if run is None or (run.tenant, run.case) != (tenant, post.case):
            run = self._runs[run_id] = _Run(tenant, post.case)
            if len(self._runs) > MOST_RUNS:
                self._runs.popitem(last=False)
        self._runs.move_to_end(run_id)
        for event in post.events:
            if event.n <= run.seen or event.n > 1 << 53:
                continue
            run.seen = event.n
            told = self._told(run, event)
            if told is not None:
                told = {"run": run_id, "n": event.n, "at": _time(event.at), **told}
                self._feed.publish(tenant, post.case, event.kind, told)
        return {"watched": self._feed.watched(tenant, post.case), "seen": run.seen}

    def wanted(self, run_id: str) -> dict[str, Any] | None:
        """The answer to a client that asks; None for a run that was never heard of."""
        run = self._runs.get(run_id)
        if run is None:
            return None
        waiting = self._wishes.waiting(run.tenant, run.case)
        return {"requests": [{"id": wish.id, "wish": wish.wish} for wish in waiting]}

    def _told(self, run: _Run, event: Event) -> dict[str, Any] | None:
        """What watchers are told; None for a kind that this desk does not know, and for words that are none."""
        match event.kind:
            case "started":
                return {}
            case "section" if _words(event.section, event.outcome):
                return {"section": event.section, "outcome": event.outcome}
            case "segments" if event.segments is not None and len(event.segments) <= _MOST_SEGMENTS:
                if _words(*event.segments, *event.segments.values()):
                    return {"segments": event.segments}
            case "wish" if event.wish is not None and event.answer in ("yes", "no"):
                wish = self._wishes.answered(run.tenant, run.case, event.wish, event.answer)
                return None if wish is None else {"wish": wish, "id": event.wish, "answer": event.answer}
            case "ended" if _words(event.verdict, *filter(None, (event.fault, event.owner))):
                return {"verdict": event.verdict, "fault": event.fault, "owner": event.owner}
        return None


def _words(*values: str | None) -> bool:
    return all(value is not None and _WORD.fullmatch(value) for value in values)


def _time(at: float) -> float:
    return round(at, 3) if 0 <= at < 1e6 else 0.0
