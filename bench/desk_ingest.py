"""The way in, measured: the whole path against the sum of its parts (T3), overload (T12), hostile bodies (T13).

    python -m bench.desk_ingest [--quick]

The server has one core and the load generator the other. Ratios are of interleaved rounds of one run: rates alone tell
more of the machine and of the minute than of the program. Figures of one day; not a test.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import pickle
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.quiet import quietly

SERVER, LOAD = 0, 1  # cores
CONNECTIONS = 128
WARMING = 300
ANSWER = b'{"id":"0193a5c2-7b1e-7c44-9d0e-3f1f6f0a2b77","code":"4F7K-2Q9X-5","watched":false}'
TICKETS = ("cpet_" + "a" * 43, "cpet_" + "b" * 43)


# ------------------------------------------------------------------ what is sent


@cache
def largest() -> bytes:
    """The largest of the recorded homes' reports, without its id."""
    from cpe_agent.report import to_json
    from tests.reports import recorded_reports

    report = max(recorded_reports().values(), key=lambda r: len(to_json(r)))
    return to_json(report).replace(report.id.encode(), b"00000000-0000-0000-0000-000000000000")


def reports(number: int) -> list[bytes]:
    """Canonical reports of a real run, each with an id of its own."""
    from cpe_agent.report import uuid7

    report = largest()
    return [report.replace(b"00000000-0000-0000-0000-000000000000", uuid7().encode()) for _ in range(number)]


def request(raw: bytes, ticket: str) -> bytes:
    at = raw.index(b'"id":"') + 6
    body = gzip.compress(raw, 6, mtime=0)
    digest = base64.b64encode(sha256(body).digest())
    return b"".join(
        (
            b"POST /v1/reports HTTP/1.1\r\nHost: desk.isp.example\r\nAuthorization: Bearer ", ticket.encode(),
            b"\r\nIdempotency-Key: ", raw[at : at + 36],
            b"\r\nContent-Type: application/vnd.cpe-agent.report+json; version=1\r\nContent-Encoding: gzip",
            b"\r\nContent-Digest: sha-256=:", digest, b":\r\nContent-Length: %d\r\n\r\n" % len(body), body,
        )
    )  # fmt: skip


# ------------------------------------------------------------------ the server


async def bare(_scope: Any, receive: Any, send: Any) -> None:
    """HTTP alone: the same request read, the same answer written."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    length = (b"content-length", b"%d" % len(ANSWER))
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), length]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


def serve(what: str, folder: Path) -> None:
    import socket

    import uvicorn
    from sqlalchemy import insert

    from cpe_agent.desk.desk import open_desk
    from cpe_agent.desk.ingest import reports as limits
    from cpe_agent.desk.ingest.limits import Rate
    from cpe_agent.desk.ingest.opening import open_ingest
    from cpe_agent.desk.records import tables
    from cpe_agent.desk.serve import doors
    from cpe_agent.desk.settings import Settings

    os.sched_setaffinity(0, {SERVER})
    app: Any = bare
    if what != "bare":
        limits.SHARED = limits.OWN = Rate(1e9, 1_000_000_000)  # all of it comes from one address
        desk = open_desk(Settings(folder))
        with desk.records.write() as db:
            for name, ticket in zip(("one", "two"), TICKETS, strict=True):
                tenant = db.execute(
                    insert(tables.tenant).values(name=name, region="IL", created=0.0).returning(tables.tenant.c.id)
                ).scalar_one()
                known = sha256(ticket.encode()).digest()
                db.execute(insert(tables.ticket).values(tenant=tenant, hash=known, created=0.0, expires=4e9))
        app = open_ingest(desk)
        if what == "judging":
            desk.start()
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(
        app, interface="asgi3", http="httptools", loop="uvloop", lifespan="off", log_config=None, access_log=False,
        server_header=False, proxy_headers=False, backlog=4096,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=doors(listening))


class Server:
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.pid, self.port = process.pid, port

    def spent_s(self) -> float:
        """Processor time, of all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def mib(self, key: str) -> float:
        """``VmHWM``: the most it ever had; ``VmRSS``: now."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))


@contextmanager
def serving(what: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "bench.desk_ingest", "--serve", what, folder]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield Server(process, int(process.stdout.readline()))
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


def load(port: int, seconds: float, *groups: dict[str, Any]) -> list[dict[str, Any]]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as plan:
        json.dump({"port": port, "core": LOAD, "seconds": seconds, "groups": groups}, plan)
        plan.flush()
        done = subprocess.run(
            [sys.executable, "-m", "bench.load", plan.name], check=True, capture_output=True, text=True
        )
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


# ------------------------------------------------------------------ T3


def each_us(work: Callable[[Any], object], things: list[Any]) -> float:
    """Processor time: others use the machine too."""
    began = time.process_time()
    for thing in things:
        work(thing)
    return (time.process_time() - began) / len(things) * 1e6


def parts_us(raws: list[bytes]) -> dict[str, float]:
    """What each step costs by itself, in microseconds a report, on the server's core."""
    from cpe_agent.desk.archive import Encoding, Incoming
    from cpe_agent.desk.desk import open_desk
    from cpe_agent.desk.ingest.body import unpack
    from cpe_agent.desk.ingest.envelope import check
    from cpe_agent.desk.settings import Settings

    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {SERVER})
    try:
        packed = [gzip.compress(raw, 6, mtime=0) for raw in raws]
        found = {
            "unpack": each_us(lambda b: unpack(b, Encoding.GZIP, 1 << 20), packed),
            "hashes": each_us(
                lambda p: (sha256(p[0]).digest(), sha256(p[1]).digest()), list(zip(raws, packed, strict=True))
            ),
            "check": each_us(check, raws),
        }
        with tempfile.TemporaryDirectory() as folder:
            desk = open_desk(Settings(Path(folder)))
            now = time.time()
            desk.vault.seal_report(1, None, bytes(16), now, b"")
            ids = [check(raw).id for raw in raws]
            sealed: list[bytes] = []
            found["seal"] = each_us(
                lambda p: sealed.append(desk.vault.seal_report(1, None, p[0], now, p[1])),
                list(zip(ids, packed, strict=True)),
            )
            rows = [
                Incoming(i, sha256(r).digest(), False, s, Encoding.GZIP, len(r), 1, now, 1, None, None, None)
                for i, r, s in zip(ids, raws, sealed, strict=True)
            ]
            batches = [rows[at : at + CONNECTIONS] for at in range(0, len(rows), CONNECTIONS)]
            found["store"] = each_us(desk.archive.commit, batches) * len(batches) / len(rows)
            desk.archive.close()
            desk.vault.close()
            desk.records.close()
    finally:
        os.sched_setaffinity(0, before)
    return found


def served(what: str, seconds: float, group: dict[str, Any]) -> dict[str, Any]:
    """One round with a server of its own. ``us``: its processor time for one report."""
    with serving(what) as server:
        load(server.port, 5, group | {"last": WARMING})  # what is imported and compiled at the first of them
        before = server.spent_s()
        (found,) = load(server.port, seconds, group | {"first": WARMING})
        taken = found["statuses"].get("201", 0)
        found["us"] = (server.spent_s() - before) / taken * 1e6
    assert set(found["statuses"]) == {"201"}, found
    return found


def whole_path(rounds: int, number: int, seconds: float) -> None:
    print(
        f"T3: the whole path on one core against the sum of its parts ({rounds} interleaved rounds, {number} reports)"
    )
    print("    microseconds of processor time a report; rates by the clock")
    kept: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requests"
        for _ in range(rounds):
            raws = reports(number)
            file.write_bytes(pickle.dumps([request(raw, TICKETS[0]) for raw in raws]))
            group = {"connections": CONNECTIONS, "requests": str(file)}

            def one(group: dict[str, Any] = group, raws: list[bytes] = raws) -> tuple[Any, ...]:
                http = served("bare", seconds, group)
                return http, parts_us(raws[: min(2000, number)]), served("full", seconds, group)

            http, parts, full = quietly(one)
            row = {"http": http["us"], **parts}
            judging = served("judging", seconds, group)
            whole = sum(row.values())
            row |= {
                "sum": whole, "whole": full["us"], "ratio": whole / full["us"], "rate": full["rate"],
                "of_bound": full["rate"] / (1e6 / whole), "p50_ms": full["p50"] * 1e3, "p99_ms": full["p99"] * 1e3,
                "judging_rate": judging["rate"],
            }  # fmt: skip
            kept.append(row)
            print("   " + "  ".join(f"{name} {value:.3g}" for name, value in row.items()), flush=True)
    median = {name: statistics.median(row[name] for row in kept) for name in kept[0]}
    print("   median: " + "  ".join(f"{name} {value:.3g}" for name, value in median.items()))
    print(f"   ratio {median['ratio']:.2f} (promised 0.60)")


# ------------------------------------------------------------------ T12, T13


def overload(number: int, seconds: float) -> None:
    """Many more clients than are served, none of which heeds Retry-After; then one provider's flood beside another's
    ordinary day."""
    print("T12: overload")
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, ticket in zip(("one", "two"), TICKETS, strict=True):
            files.append(Path(folder) / name)
            files[-1].write_bytes(pickle.dumps([request(raw, ticket) for raw in reports(number)]))
        crowd = {"connections": CONNECTIONS, "requests": str(files[0]), "first": WARMING}
        few = {"connections": 8, "requests": str(files[1]), "pause_s": 0.02, "first": WARMING}
        warming = [group | {"first": 0, "last": WARMING} for group in (crowd, few)]
        kept: list[dict[str, float]] = []
        flood = crowd | {"connections": 5 * 512}

        def fresh(*groups: dict[str, Any]) -> tuple[list[dict[str, Any]], float]:
            with serving("full") as server:
                load(server.port, 5, *warming)
                return load(server.port, seconds, *groups), server.mib("VmHWM")

        for _ in range(3):
            ((peak,), _), ((much,), most) = quietly(lambda: (fresh(crowd), fresh(flood)))
            ((alone,), _), ((_, beside), _) = quietly(lambda: (fresh(few), fresh(flood, few)))
            assert not much["without_time"], "a refusal without Retry-After"
            kept.append({
                "peak": peak["rate"], "goodput": much["rate"] / peak["rate"], "refused": much["statuses"].get("503", 0),
                "p99_s": much["p99"], "MiB": most, "other_p99_s": alone["p99"], "beside_p99_s": beside["p99"],
                "pushed": beside["p99"] / alone["p99"],
            })  # fmt: skip
            print("   " + "  ".join(f"{name} {value:.3g}" for name, value in kept[-1].items()), flush=True)
    median = {name: statistics.median(row[name] for row in kept) for name in kept[0]}
    print(f"   goodput {median['goodput']:.2f} of the peak (promised 0.90), p99 {median['p99_s']:.2f} s (1), ", end="")
    print(f"{median['MiB']:.0f} MiB (400), the other provider's p99 times {median['pushed']:.1f} (2)")


def hostile() -> None:
    import resource

    from cpe_agent.desk.ingest.body import unpack
    from cpe_agent.desk.ingest.envelope import check
    from cpe_agent.desk.ingest.refusal import Refused
    from tests.desk.test_ingest_envelope import BOMBS, hostile_raws

    print("T13: what is hostile")
    works: dict[str, Callable[[], object]] = {
        name: lambda body=body, encoding=encoding: check(unpack(body, encoding, 1 << 20))  # type: ignore[misc]
        for name, (body, encoding, _) in BOMBS.items()
    }
    for number, raw in enumerate(hostile_raws()):
        works[f"{number}: {bytes(raw[:24])!r}"] = lambda raw=raw[: 1 << 20]: check(raw)  # type: ignore[misc]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slowest: list[tuple[float, str, str]] = []
    for name, work in works.items():
        best, said = 9.0, "taken"
        for _ in range(5):
            began = time.process_time()
            try:
                work()
            except Refused as refused:
                said = str(refused.status)
            best = min(best, time.process_time() - began)
        slowest.append((best * 1e3, said, name))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    for took, said, name in sorted(slowest, reverse=True)[:5]:
        print(f"   {took:6.2f} ms  {said}  {name}")
    worst = max(took for took, said, _ in slowest if said != "taken")
    print(f"   {len(works)} bodies: refused within {worst:.1f} ms (promised 5), memory grew by {grown:.1f} MiB (8)")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--serve", nargs=2)
    asked.add_argument("--only")
    told = asked.parse_args()
    if told.serve:
        serve(told.serve[0], Path(told.serve[1]))
        return
    print(f"load average {os.getloadavg()[0]:.1f}")
    if told.only in (None, "t3"):
        whole_path(2 if told.quick else 5, 3000 if told.quick else 12_000, 4 if told.quick else 10)
    if told.only in (None, "t12"):
        overload(4000 if told.quick else 20_000, 5 if told.quick else 10)
    if told.only in (None, "t13"):
        hostile()


if __name__ == "__main__":
    main()
