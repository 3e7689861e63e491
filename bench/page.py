"""The page's benchmark: from process start to its address, to the document's first byte, to the verdict; and memory.

    python -m bench.page [--runs N]

Median of N turns in a lab home at 20 ms round-trip time, and the share that a bare interpreter takes. Memory is what
the kernel counts: the peak while probing (VmHWM), and what is left five seconds after the verdict (VmRSS). What a
browser needs to paint is another measurement. Figures of one machine on one day; not a test.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys

from bench.run import RTT_MS
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME

READY_MS, IDLE_MIB, PROBING_MIB = 150, 35, 80
SCENARIOS = ("healthy", "cable-out", "line-down", "line-down-silent")

WATCH = """\
import json, os, signal, socket, sys, time
began = time.monotonic()
read, write = os.pipe()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ,
    file_actions=[(os.POSIX_SPAWN_DUP2, write, 1), (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
os.close(write)
address = os.read(read, 512).decode().strip()
found = {"ready": time.monotonic() - began}
host, _, path = address.removeprefix("http://").partition("/")
def ask(what):
    s = socket.create_connection(("127.0.0.1", int(host.partition(":")[2])))
    s.sendall(f"GET /{path}{what} HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n".encode())
    return s
def status(key):
    return next(int(line.split()[1]) / 1024 for line in open(f"/proc/{pid}/status") if line.startswith(key))
document = ask("")
document.recv(1)
found["first_byte"] = time.monotonic() - began
events = ask("events")
data = b""
while b'"phase": "done"' not in data:
    piece = events.recv(65536)
    if not piece:
        break
    data = data[-32:] + piece
found["verdict"] = time.monotonic() - began
found["probing"] = status("VmHWM")
time.sleep(5)
found["idle"] = status("VmRSS")
os.kill(pid, signal.SIGTERM)
os.waitpid(pid, 0)
began = time.monotonic()
os.waitpid(os.posix_spawnp(sys.argv[1], [sys.argv[1], "-c", "pass"], os.environ), 0)
found["bare"] = time.monotonic() - began
print(json.dumps(found))
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.page", description="How soon the page is there.")
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    problem = missing()
    if problem:
        print(problem, file=sys.stderr)
        return 4
    print(f"median of {runs}, round-trip time {RTT_MS:g} ms, as root; goals: ready {READY_MS} ms, "
          f"memory {PROBING_MIB} MiB probing, {IDLE_MIB} MiB idle")  # fmt: skip
    print("case               bare ms  ready ms  first byte ms  verdict s  MiB probing   idle")
    over = 0
    for name in SCENARIOS:
        scenario = BY_NAME[name]
        with scenario.home(RTT_MS) as home:
            scenario.inject(home)
            python = home.computer.python()
            page = [python, "-m", "cpe_agent", "page", "--no-browser", "--no-history", "--profile", str(home.profile)]
            watch = [python, "-S", "-I", "-c", WATCH, *page]
            home.run(watch, timeout_s=60)  # byte code and disk cache are warm
            turns = [json.loads(home.run(watch, timeout_s=60).stdout) for _ in range(runs)]
        m = {key: statistics.median(turn[key] for turn in turns) for key in turns[0]}
        over += m["ready"] * 1000 > READY_MS or m["probing"] > PROBING_MIB or m["idle"] > IDLE_MIB
        print(f"{name:<18}{m['bare'] * 1000:>9.0f}{m['ready'] * 1000:>10.0f}{m['first_byte'] * 1000:>15.0f}"
              f"{m['verdict']:>11.2f}{m['probing']:>13.1f}{m['idle']:>7.1f}", flush=True)  # fmt: skip
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
