"""Kills the client (SIGKILL) while it keeps and sends reports, over and over, and counts at the desk.

``python -m tests.outbox_kill [RUNS] [--seed N] [--outbox KIND]`` prints one JSON line. A run is one outbox folder and a
few lives of the client in it: each puts reports and tries to send them to a desk in some mood. Most are killed before,
after or in the middle of a step (a write, fsync, rename, unlink, or a piece to or from the network), or at a random
moment. The last life is let be. Then every report whose ``put`` had returned must be at the desk, byte for byte, once.

A life is a fork of this warm process, so a thousand runs take a minute. What a kill cannot show is a missing fsync: the
page cache outlives the process. ``tests/test_outbox_power.py`` looks at that.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import http.client
import json
import os
import random
import signal
import sys
import tempfile
import time
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from cpe_agent import profile
from cpe_agent.deliver import outbox as outbox_module
from cpe_agent.deliver import upload
from cpe_agent.deliver.outbox import Kept, Outbox
from cpe_agent.report import uuid7
from tests import desk_stand_in

STEPS = 24  # about what a life has
MOODS = [m for m in desk_stand_in.MOODS if m not in ("well", "stall")]
TRY_S, LAST_TRY_S = 0.3, 30.0
PLACES = ("before", "middle", "after")
_real_write = os.write


# ------------------------------------------------------------------ where a life ends


def kill_at(step: int, place: str, count: list[int]) -> None:
    """From now on this process kills itself at its ``step``-th step. ``count`` counts them."""

    def die() -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    def wrapped(call: Callable[..., Any], half: Callable[..., None] | None) -> Callable[..., Any]:
        def now(*args: Any, **more: Any) -> Any:
            count[0] += 1
            mine = count[0] == step
            if mine and place == "before":
                die()
            if mine and place == "middle" and half is not None:
                half(*args)
                die()
            result = call(*args, **more)
            if mine:
                die()
            return result

        return now

    write = os.write

    def half_written(handle: int, data: Any) -> None:
        write(handle, bytes(data)[: len(data) // 2])

    os.write = wrapped(os.write, half_written)
    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, wrapped(getattr(os, name), None))
    for name in ("sock_sendall", "sock_recv"):
        setattr(BaseSelectorEventLoop, name, _awaited(getattr(BaseSelectorEventLoop, name), step, place, count, die))


def _awaited(
    call: Callable[..., Any], step: int, place: str, count: list[int], die: Callable[[], NoReturn]
) -> Callable[..., Any]:
    async def now(*args: Any) -> Any:
        count[0] += 1
        mine = count[0] == step
        if mine and place != "after":
            die()
        result = await call(*args)
        if mine:
            die()
        return result

    return now


# ------------------------------------------------------------------ outboxes that are wrong


class TakesOutFirst(Outbox):
    """Takes a report out to send it, and puts it back when that failed."""

    def read(self, report_id: str) -> bytes:
        body = super().read(report_id)
        self._held = (self.find(report_id), body)
        os.unlink(self._file(report_id))
        return body

    def update(self, entry: Kept) -> None:
        self._store(entry, b"" if entry.state == "sent" else self._held[1])


class PromisesFirst(Outbox):
    """Says that it keeps a report, and writes it a moment later."""

    def put(self, report: bytes, report_id: str, made: str, *, desk: str | None = None) -> Kept:
        self._make_folder()
        self._late = [*getattr(self, "_late", []), (report, report_id, made)]
        return Kept(report_id, made, "kept")

    def tidy(self) -> tuple[Kept, ...]:
        for report, report_id, made in getattr(self, "_late", []):
            super().put(report, report_id, made)
        return super().tidy()


class WritesInPlace(Outbox):
    """Writes over what is there."""

    def _store(self, entry: Kept, body: bytes) -> None:
        line = json.dumps({"format": 1, "entry": entry._asdict()}).encode()
        handle = os.open(self._file(entry.id), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(handle, line + b"\n" + body)
        os.fsync(handle)
        os.close(handle)


class SaysSentFirst(Outbox):
    """Writes down that a report is sent before the desk has said so."""

    def read(self, report_id: str) -> bytes:
        body = super().read(report_id)
        super().update(self.find(report_id)._replace(state="sent", sent="now", locator="X"))
        self._body = body
        return body

    def update(self, entry: Kept) -> None:
        self._store(entry, b"" if entry.state == "sent" else self._body)


class SealsAnew(Outbox):
    """Writes the report anew for each try."""

    def read(self, report_id: str) -> bytes:
        return json.dumps({**json.loads(super().read(report_id)), "tried": os.urandom(4).hex()}).encode()


OUTBOXES: dict[str, type[Outbox]] = {
    "real": Outbox,
    "takes-out-first": TakesOutFirst,
    "promises-first": PromisesFirst,
    "writes-in-place": WritesInPlace,
    "says-sent-first": SaysSentFirst,
    "seals-anew": SealsAnew,
}


# ------------------------------------------------------------------ lives and runs


def report(report_id: str, size: int) -> bytes:
    return json.dumps({"id": report_id, "fill": "x" * size}).encode()


def fork(work: Callable[[], None], *, alive_s: float | None = None) -> bool:
    """``work`` in a fork of this process, killed after ``alive_s`` seconds. Was it killed?"""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException as error:  # a defect of the client, not a kill
            os.write(2, f"life: {type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)
    if alive_s is not None:
        time.sleep(alive_s)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, ended = os.waitpid(child, 0)
    if not os.WIFSIGNALED(ended) and os.WEXITSTATUS(ended):
        raise RuntimeError("a life ended with an error")
    return os.WIFSIGNALED(ended)


def live(box: Outbox, reports: Iterable[bytes], url: str, promises: int, try_s: float) -> None:
    """One life: keep these, tell the harness of each that is kept, and send what is there."""
    for data in reports:
        report_id = json.loads(data)["id"]
        box.put(data, report_id, "2026-11-22T20:02:11.120Z")
        _real_write(promises, f"{report_id}\n".encode())  # no step of the client's
    upload.TRY_S = try_s
    asyncio.run(upload.send_due(box, profile.Desk((url,)), everything=True))


class Harness:
    def __init__(self, kind: str) -> None:
        self.box = OUTBOXES[kind]
        self.lives = self.killed = 0
        self.expected: dict[str, str] = {}  # every report that was ever made: id -> SHA-256
        self.promised: set[str] = set()
        self.claimed: set[str] = set()  # what an outbox says is sent
        self.stuck: dict[str, str | None] = {}  # what a last life could not send, and why
        self._desk()

    def _desk(self) -> None:
        """The desk in a process of its own, before this one ever has a thread."""
        up, report_up = os.pipe()
        self._hold, hold = os.pipe()
        self.desk = os.fork()
        if self.desk == 0:
            os.close(hold)
            desk = desk_stand_in.Desk(remembers=False).start()
            os.write(report_up, str(desk.port).encode())
            os.read(self._hold, 1)  # until the harness ends
            os._exit(0)
        os.close(report_up)
        self.port = int(os.read(up, 16))
        os.close(up)
        self._hold = hold

    def close(self) -> None:
        os.close(self._hold)
        os.waitpid(self.desk, 0)

    def ask(self, method: str, path: str, plain: object = None) -> Any:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request(method, path, json.dumps(plain))
            return json.loads(line.getresponse().read())
        finally:
            line.close()

    def life(self, folder: Path, reports: list[bytes], end: tuple[int, str] | float | None) -> None:
        """``end``: at which step and where in it, after how many seconds, or never."""
        promises, tell = os.pipe()

        def work() -> None:
            if isinstance(end, tuple):
                kill_at(*end, [0])
            # A life that is let be has all the time that a busy machine may take.
            patience = LAST_TRY_S if end is None else TRY_S
            live(self.box(folder), reports, f"http://127.0.0.1:{self.port}", tell, patience)

        self.expected |= {json.loads(data)["id"]: hashlib.sha256(data).hexdigest() for data in reports}
        self.killed += fork(work, alive_s=end if isinstance(end, float) else None)
        self.lives += 1
        os.close(tell)
        with open(promises, "rb") as told:
            self.promised |= set(told.read().decode().split())

    def run(self, rng: random.Random, folder: Path) -> None:
        """A few lives that mostly end early, and one that ends well."""
        for _ in range(rng.randint(1, 3)):
            self.ask("POST", "/stand-in/moods", rng.choices(MOODS, k=rng.randint(0, 2)))
            reports = [report(uuid7(), rng.choice((10, 3_000, 40_000))) for _ in range(rng.randint(0, 2))]
            ends = ((rng.randint(1, STEPS), rng.choice(PLACES)), rng.uniform(0.0, 0.02), None)
            self.life(folder, reports, rng.choices(ends, (6, 3, 1))[0])
        self.end(folder)

    def end(self, folder: Path) -> None:
        """The desk is well and nobody kills: what is kept must go now."""
        self.ask("POST", "/stand-in/moods", [])
        self.life(folder, [], None)
        for entry in Outbox(folder).all():
            if entry.state == "sent":
                self.claimed.add(entry.id)
            else:
                self.stuck[entry.id] = entry.reason

    def result(self) -> dict[str, Any]:
        state = self.ask("GET", "/stand-in/state")
        rows: dict[str, list[str]] = state["rows"]
        lost = [
            i
            for i in (self.promised | self.claimed) - set(self.stuck)
            if i not in rows or rows[i][0] != self.expected[i]
        ]
        foreign = [i for i, (sha, _) in rows.items() if self.expected.get(i) != sha]
        twice = state["stored"] - len(rows) + state["conflicts"]
        return {
            "lives": self.lives, "killed": self.killed, "promised": len(self.promised), "at the desk": len(rows),
            "lost": len(lost), "stuck": list(self.stuck.values()), "twice": twice, "foreign": len(foreign),
        }  # fmt: skip


def every_step(harness: Harness, folder: Path) -> int:
    """A life with one report and a desk that is well, or busy, ended before, in the middle of and after each of its
    steps. How many steps there are."""
    step = 0
    while True:
        step += 1
        before = harness.killed
        for place in PLACES:
            for moods in ([], ["busy"]):
                own = folder / f"{step}-{place}-{len(moods)}"
                harness.ask("POST", "/stand-in/moods", moods)
                harness.life(own, [report(uuid7(), 3_000)], (step, place))
                harness.end(own)
        if harness.killed == before:
            return step - 1


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("runs", type=int, nargs="?", default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--outbox", choices=list(OUTBOXES), default="real")
    options.add_argument("--every-step", action="store_true")
    chosen = options.parse_args()
    rng = random.Random(chosen.seed)
    outbox_module._LOCK_S = 0.5
    harness = Harness(chosen.outbox)
    steps = 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            if chosen.every_step:
                steps = every_step(harness, Path(folder))
            for number in range(chosen.runs):
                harness.run(rng, Path(folder) / str(number))
        print(json.dumps({**harness.result(), "steps": steps}))
    finally:
        harness.close()
    sys.exit(0)


if __name__ == "__main__":
    main()
