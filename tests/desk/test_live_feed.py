"""The feed: numbered, bounded, replayed; who lost something is told so and never left with a gap."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from cpe_agent.desk.live import feed as feed_module
from cpe_agent.desk.live.feed import MOST_BEHIND, MOST_OF_CASE, MOST_OF_PERSON, RELOAD, Feed, TooMany, Watcher
from cpe_agent.desk.live.runs import BadEvents, Runs, read_post
from cpe_agent.desk.live.wishes import LASTS_S, MOST_OPEN, Wishes
from tests.desk.loopback import CASE


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def in_loop(work: Callable[[Feed], Any]) -> None:
    async def run() -> None:
        await work(Feed(Clock()))

    asyncio.run(run())


async def told(watcher: Watcher) -> list[tuple[str, Any]]:
    text = await watcher.take(0.0)
    assert text is not None
    found = []
    for block in text.decode().split("\n\n")[:-1]:
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_a_watcher_is_told_its_own_case_and_tenant() -> None:
    async def work(feed: Feed) -> None:
        mine, other, theirs = (feed.watch(t, c, "p", None) for t, c in ((1, "A"), (1, "B"), (2, "A")))
        feed.publish(1, "A", "section", {"n": 1})
        assert await told(mine) == [("section", {"n": 1})]
        assert await told(other) == []
        assert await told(theirs) == []
        assert feed.watched(1, "A")
        feed.leave(1, "A", "p", mine)
        assert not feed.watched(1, "A")

    in_loop(work)


def test_who_was_away_is_told_what_he_missed_and_no_more() -> None:
    async def work(feed: Feed) -> None:
        for number in range(10):
            feed.publish(1, "AB"[number % 2], "e", {"n": number})
        last, items = feed.so_far(1, "A")
        assert [item.data["n"] for item in items] == [0, 2, 4, 6, 8]
        assert await told(feed.watch(1, "A", "p", last)) == []
        again = await told(feed.watch(1, "A", "p", f"{feed.epoch}-5"))
        assert [data["n"] for _, data in again] == [6, 8]  # numbers count from 1, over both cases
        assert await told(feed.watch(1, "A", "p", f"{feed.epoch}-0")) == [("e", {"n": n}) for n in (0, 2, 4, 6, 8)]

    in_loop(work)


@pytest.mark.parametrize(
    "last", ["ffffffff-1", "x", "-", "", "{0}-99", "{0}--1", "{0}-x", "{0}-\u0661", "{0}-" + "9" * 40]
)
def test_who_cannot_be_told_all_is_told_to_load_anew(last: str) -> None:
    async def work(feed: Feed) -> None:
        feed.publish(1, "A", "e", {})
        assert await feed.watch(1, "A", "p", last.format(feed.epoch)).take(0) == RELOAD

    in_loop(work)


def test_what_is_not_kept_any_more_is_a_gap() -> None:
    async def work(feed: Feed) -> None:
        for number in range(MOST_OF_CASE + 10):
            feed.publish(1, "A", "e", {"n": number})
        assert len(feed.so_far(1, "A")[1]) == MOST_OF_CASE
        assert await feed.watch(1, "A", "p", f"{feed.epoch}-9").take(0) == RELOAD
        late = await told(feed.watch(1, "A", "p", f"{feed.epoch}-{MOST_OF_CASE}"))
        assert [data["n"] for _, data in late] == list(range(MOST_OF_CASE, MOST_OF_CASE + 10))

    in_loop(work)


def test_all_together_is_bounded_and_the_forgotten_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MOST_OF_TENANT", 100)
    monkeypatch.setattr(feed_module, "MOST_CASES", 20)

    async def work(feed: Feed) -> None:
        feed.publish(1, "first", "e", {})
        kept = feed.watch(1, "watched", "p", None)
        for number in range(1000):
            feed.publish(1, f"case {number % 300}", "e", {})
        tenant = feed._tenants[1]
        assert tenant.kept == sum(len(case.items) for case in tenant.cases.values()) <= 100
        assert len(tenant.cases) <= 21
        assert feed.watched(1, "watched")
        assert not kept.over
        assert await feed.watch(1, "first", "q", f"{feed.epoch}-0").take(0) == RELOAD
        assert await feed.watch(1, "never was", "q", f"{feed.epoch}-1001").take(0) == b""

    in_loop(work)


def test_a_slow_reader_is_cut_off_and_comes_back_without_loss() -> None:
    async def work(feed: Feed) -> None:
        slow = feed.watch(1, "A", "p", None)
        for number in range(MOST_BEHIND + 1):
            feed.publish(1, "A", "e", {"n": number})
        assert await slow.take(0) is None
        back = await told(feed.watch(1, "A", "p", f"{feed.epoch}-100"))
        assert [data["n"] for _, data in back] == list(range(100, MOST_BEHIND + 1))

    in_loop(work)


def test_a_person_has_a_few_connections() -> None:
    async def work(feed: Feed) -> None:
        open_ = [feed.watch(1, "A", "p", None) for _ in range(MOST_OF_PERSON)]
        with pytest.raises(TooMany):
            feed.watch(1, "B", "p", None)
        feed.watch(1, "A", "q", None)
        feed.leave(1, "A", "p", open_[0])
        feed.watch(1, "B", "p", None)

    in_loop(work)


def test_another_thread_may_tell() -> None:
    async def work(feed: Feed) -> None:
        watcher = feed.watch(1, "A", "p", None)
        thread = threading.Thread(target=feed.publish, args=(1, "A", "judged", {"n": 1}))
        thread.start()
        assert await watcher.take(10) is not None
        thread.join()

    in_loop(work)


def test_a_page_without_script_counts_as_open_for_a_while() -> None:
    clock = Clock()
    feed = Feed(clock)
    feed.look(1, "A")
    assert feed.watched(1, "A")
    clock.now = feed_module.LOOKED_S
    assert not feed.watched(1, "A")


# ------------------------------------------------------------------ runs and wishes


def post(*events: dict[str, Any], case: str = CASE) -> bytes:
    return json.dumps({"case": case, "events": events}).encode()


def heard(*events: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What watchers are told of one post."""
    feed = Feed(Clock())
    Runs(feed, Wishes(feed, Clock())).heard("run", 1, read_post(post(*events)))
    return [(item.kind, dict(item.data)) for item in feed.so_far(1, CASE)[1]]


def test_what_a_run_tells() -> None:
    assert heard(
        {"n": 1, "at": 0.0, "kind": "started"},
        {"n": 2, "at": 0.412, "kind": "section", "section": "interfaces", "outcome": "measured", "content": [1]},
        {"n": 3, "at": 0.413, "kind": "segments", "segments": {"device": "ok", "isp-core": "unknown"}},
        {"n": 9, "at": 2, "kind": "ended", "verdict": "healthy", "fault": None, "owner": "none"},
    ) == [
        ("started", {"run": "run", "n": 1, "at": 0.0}),
        ("section", {"run": "run", "n": 2, "at": 0.412, "section": "interfaces", "outcome": "measured"}),
        ("segments", {"run": "run", "n": 3, "at": 0.413, "segments": {"device": "ok", "isp-core": "unknown"}}),
        ("ended", {"run": "run", "n": 9, "at": 2.0, "verdict": "healthy", "fault": None, "owner": "none"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "section", "section": "<b>", "outcome": "measured"}, {"kind": "section", "section": "dns"},
        {"kind": "section", "section": "x" * 65, "outcome": "measured"}, {"kind": "new-kind", "what": 1},
        {"kind": "segments", "segments": {str(i): "ok" for i in range(17)}},
        {"kind": "segments", "segments": {"a b": "ok"}},
        {"kind": "segments", "segments": {"a": ""}}, {"kind": "wish", "wish": "never-asked", "answer": "yes"},
        {"kind": "ended", "verdict": "\u202e"}, {"kind": "ended", "verdict": "fault", "fault": "a\nb"},
        {"kind": "wish"}, {"kind": "ended"},
    ],
    ids=str,
)  # fmt: skip
def test_words_that_are_none_are_passed_over_and_counted(event: dict[str, Any]) -> None:
    feed = Feed(Clock())
    runs = Runs(feed, Wishes(feed, Clock()))
    assert runs.heard("run", 1, read_post(post({"n": 5, "at": 1e300, **event}))) == {"watched": False, "seen": 5}
    assert feed.so_far(1, CASE)[1] == ()


def test_what_was_seen_is_ignored() -> None:
    feed = Feed(Clock())
    runs = Runs(feed, Wishes(feed, Clock()))
    started = {"n": 1, "kind": "started"}
    assert runs.heard("run", 1, read_post(post(started, {"n": 7, "kind": "started"})))["seen"] == 7
    assert (
        runs.heard("run", 1, read_post(post(started, {"n": 6, "kind": "started"}, {"n": 7, "kind": "started"})))["seen"]
        == 7
    )
    assert runs.heard("run", 1, read_post(post()))["seen"] == 7
    assert runs.heard("other", 1, read_post(post(started)))["seen"] == 1
    assert len(feed.so_far(1, CASE)[1]) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", post(case="4F7K2Q9A"), post(case="x" * 100_000), post({"kind": "x"}),
        post({"n": "1", "kind": "started"}),
        post(*({"n": n, "kind": "started"} for n in range(1, 66))), b"[" * 16_000, post({"n": 1, "kind": 7}),
        post({"n": 1, "at": None, "kind": "x"}), b"\xff", post({"n": 1, "kind": "section", "section": {}}),
    ],
    ids=lambda b: str(b[:40]),
)  # fmt: skip
def test_what_is_no_post(body: bytes) -> None:
    with pytest.raises(BadEvents):
        read_post(body)


def test_a_wish_waits_for_its_answer_and_grows_old() -> None:
    clock = Clock()
    feed = Feed(clock)
    wishes = Wishes(feed, clock)
    runs = Runs(feed, wishes)
    assert runs.wanted("run") is None
    runs.heard("run", 1, read_post(post()))
    assert runs.wanted("run") == {"requests": []}
    again = wishes.ask(1, CASE, "check-again", "Dana")
    assert wishes.ask(1, CASE, "check-again", "Avi") is again
    deep = wishes.ask(1, CASE, "deep-test", "Dana")
    wishes.ask(2, CASE, "deep-test", "Eve")
    wanted = runs.wanted("run")
    assert wanted == {"requests": [{"id": again.id, "wish": "check-again"}, {"id": deep.id, "wish": "deep-test"}]}
    answer = {"n": 1, "kind": "wish", "wish": again.id, "answer": "yes"}
    runs.heard("run", 1, read_post(post(answer)))
    runs.heard("run", 1, read_post(post(answer | {"n": 2})))
    kinds = [(item.kind, item.data.get("answer")) for item in feed.so_far(1, CASE)[1]]
    assert kinds == [("wish", None), ("wish", None), ("wish", "yes")]
    assert [w.id for w in wishes.waiting(1, CASE)] == [deep.id]
    clock.now = LASTS_S
    assert wishes.waiting(1, CASE) == []


@pytest.mark.parametrize("wish", ["format-the-disk", "", "Check-Again"])
def test_the_desk_can_ask_for_nothing_else(wish: str) -> None:
    with pytest.raises(ValueError, match="none of"):
        Wishes(Feed(Clock()), Clock()).ask(1, CASE, wish, "Eve")


def test_no_more_is_open_than_the_client_reads() -> None:
    from cpe_agent.deliver.live import MOST_WISHES, WISHES
    from cpe_agent.desk.live import wishes

    assert MOST_OPEN == MOST_WISHES
    assert wishes.WISHES == WISHES
