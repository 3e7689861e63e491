"""A load generator for the desk's way in: many connections of loopback kept open, each sending the next report as soon
as its last one is answered. A process of its own, so that it may be pinned to another core than the server.

    python -m bench.load FILE   (what to do: one JSON object; what came of it: one on stdout)
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import sys
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any


class Tally:
    """What came of one group of connections."""

    def __init__(self, requests: list[bytes]) -> None:
        self.waiting = deque(requests)
        self.statuses: Counter[int] = Counter()
        self.took: list[float] = []  # seconds, of what was accepted
        self.without_time = 0  # refusals that do not say when to come back
        self.done_at = 0.0


class Client(asyncio.Protocol):
    def __init__(self, tally: Tally, until: float, pause_s: float, over: asyncio.Future[None]) -> None:
        self.tally, self.until, self.pause_s, self.over = tally, until, pause_s, over
        self.buffer = b""
        self.request = b""
        self.began = 0.0
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.next()

    def next(self) -> None:
        if time.perf_counter() >= self.until or not self.tally.waiting:
            self.transport.close()
            return
        self.request = self.tally.waiting.popleft()
        self.began = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().index(b"content-length:") + 15
        length = int(head[at : (head + b"\r").index(b"\r", at)])
        if len(body) < length:
            return
        self.buffer = b""
        status = int(head[9:12])
        now = time.perf_counter()
        self.tally.statuses[status] += 1
        if status == 201:
            self.tally.took.append(now - self.began)
            self.tally.done_at = now
        else:
            self.tally.waiting.append(self.request)
            self.tally.without_time += status in (429, 503) and b"retry-after" not in head.lower()
        if self.pause_s and status == 201:
            asyncio.get_running_loop().call_later(self.pause_s, self.next)
        else:
            self.next()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)


async def group(port: int, connections: int, requests: list[bytes], seconds: float, pause_s: float) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    tally = Tally(requests)
    began = time.perf_counter()
    ends = []
    for _ in range(connections):
        over: asyncio.Future[None] = loop.create_future()
        ends.append(over)
        made = Client(tally, began + seconds, pause_s, over)
        await loop.create_connection(lambda made=made: made, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.wait(ends, timeout=seconds + 30)
    took = sorted(tally.took)
    spent = max(tally.done_at - began, 1e-9)
    return {
        "rate": len(took) / spent,
        "p50": took[len(took) // 2] if took else None,
        "p99": took[int(len(took) * 0.99)] if took else None,
        "statuses": dict(tally.statuses),
        "without_time": tally.without_time,
        "exhausted": not tally.waiting,
    }


async def work(plan: dict[str, Any]) -> list[dict[str, Any]]:
    groups = []
    for each in plan["groups"]:
        requests = pickle.loads(Path(each["requests"]).read_bytes())[each.get("first", 0) : each.get("last")]
        groups.append(group(plan["port"], each["connections"], requests, plan["seconds"], each.get("pause_s", 0.0)))
    return list(await asyncio.gather(*groups))


if __name__ == "__main__":
    import uvloop

    told = json.loads(Path(sys.argv[1]).read_text())
    os.sched_setaffinity(0, {told["core"]})
    print(json.dumps(uvloop.run(work(told))))
