"""How soon a watcher sees a step of a run (T9): thousands of open pages on one core, and every one of them cut off and
back in between.

    python -m bench.desk_live [--watchers N] [--seconds S]

The server has one core, the watchers and the runs the other. A step's time is from before its POST to its arrival at
a watcher. Figures of one day; not a test.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CASES = 100
SERVER, WATCHERS = 0, 1  # cores


def more_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def codes() -> list[str]:
    from cpe_agent.case_code import with_check
    from cpe_agent.crockford import ALPHABET

    return [with_check(f"00000{ALPHABET[n // 32]}{ALPHABET[n % 32]}") for n in range(CASES)]


def serve(folder: Path) -> None:
    import socket

    import uvicorn
    from sqlalchemy import insert

    from cpe_agent.desk.ingest import asgi
    from cpe_agent.desk.ingest.limits import Rate
    from cpe_agent.desk.records import tables
    from tests.desk.loopback import TICKET, Parts

    os.sched_setaffinity(0, {SERVER})
    more_files()
    asgi.POSTS = Rate(1e9, 1_000_000_000)
    parts = Parts(folder)
    tenant = parts.add_tenant("Example", TICKET)
    with parts.records.write() as db:
        db.execute(insert(tables.case_), [{"tenant": tenant, "code": code, "opened": 0.0} for code in codes()])
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(
        parts.app, interface="asgi3", http="httptools", loop="uvloop", lifespan="off", log_config=None,
        access_log=False, server_header=False, backlog=4096, timeout_graceful_shutdown=1,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])


class Watcher(asyncio.Protocol):
    """One page. ``seen``: the numbers of its case's run, in the order in which they came."""

    def __init__(self, name: str, case: str, took: list[float]) -> None:
        self.name, self.case, self.took = name, case, took
        self.seen: list[int] = []
        self.last = ""
        self.rest = b""
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport, self.rest = transport, b""
        last = f"Last-Event-ID: {self.last}\r\n" if self.last else ""
        transport.write(
            f"GET /cases/{self.case}/events HTTP/1.1\r\nHost: x\r\nCookie: 1/{self.name}\r\n{last}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"id: "):
                self.last = line[4:].decode().strip()
            elif line.startswith(b"event: reload"):
                raise AssertionError("told to load anew")
            elif line.startswith(b'data: {"run"'):
                step = json.loads(line[6:])
                self.seen.append(step["n"])
                self.took.append(now - step["at"])


async def post(port: int, runs: list[tuple[str, str]], seconds: float, numbers: list[int]) -> None:
    """Each run posts a step a second, spread over the second, over one connection for them all."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        second = time.monotonic()
        numbers[0] += 1
        for order, (run, case) in enumerate(runs):
            await asyncio.sleep(max(0.0, second + order / len(runs) - time.monotonic()))
            event = {
                "n": numbers[0],
                "at": time.monotonic(),
                "kind": "section",
                "section": "dns",
                "outcome": "measured",
            }
            body = json.dumps({"case": case, "events": [event]}).encode()
            head = f"POST /v1/runs/{run}/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200"), answer
            await reader.readexactly(int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
    writer.close()


async def measure(port: int, number: int, seconds: float) -> None:
    from cpe_agent.report import uuid7

    loop = asyncio.get_running_loop()
    took: list[float] = []
    cases = codes()
    watchers = [Watcher(f"p{n}", cases[n % CASES], took) for n in range(number)]

    async def connect(watcher: Watcher) -> None:
        await loop.create_connection(lambda: watcher, "127.0.0.1", port)

    for at in range(0, number, 100):
        await asyncio.gather(*map(connect, watchers[at : at + 100]))
    await asyncio.sleep(2)
    runs = [(uuid7(), case) for case in cases]
    numbers = [0]
    await post(port, runs, 3, numbers)
    took.clear()
    await post(port, runs, seconds, numbers)
    await asyncio.sleep(1)
    steady = sorted(took)
    telling = asyncio.create_task(post(port, runs, seconds, numbers))
    await asyncio.sleep(1)
    for at in range(0, number, 100):  # all of them, a hundred at a time
        for watcher in watchers[at : at + 100]:
            watcher.transport.abort()
        await asyncio.gather(*map(connect, watchers[at : at + 100]))
    await telling
    await asyncio.sleep(3)
    whole = list(range(1, numbers[0] + 1))
    lost = sum(len(set(whole) - set(w.seen)) for w in watchers)
    twice = sum(len(w.seen) - len(set(w.seen)) for w in watchers)
    p50, p99 = (steady[int(len(steady) * share)] * 1e3 for share in (0.5, 0.99))
    print(f"   {number} watchers of {CASES} cases, a step a second each: {len(steady)} steps seen")
    print(f"   p50 {p50:.0f} ms, p99 {p99:.0f} ms (promised 300)")
    print(f"   all cut off and back: {lost} lost, {twice} seen twice (promised 0)")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--watchers", type=int, default=3000)
    asked.add_argument("--seconds", type=float, default=20)
    asked.add_argument("--quick", action="store_true", help="for eight seconds")
    asked.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.quick:
        told.seconds = 8.0
    if told.serve:
        serve(told.serve)
        return
    import uvloop

    print(f"T9: live (load average {os.getloadavg()[0]:.1f})")
    more_files()
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "bench.desk_live", "--serve", folder]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                port = int(process.stdout.readline())
                os.sched_setaffinity(0, {WATCHERS})
                uvloop.run(measure(port, told.watchers, told.seconds))
                lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
                most = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
                fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
                spent = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                print(f"   the server: {most:.0f} MiB at most, {spent:.1f} s of processor time")
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


if __name__ == "__main__":
    main()
