"""A small internet in network namespaces: pc - home router - provider - core, and nothing leaves it.

    PC 192.168.77.2 -- R1 192.168.77.1 | 100.64.7.2 -- R2 100.64.7.1 | 10.77.0.1 -- R3 10.77.0.2, lo 1.1.1.1 ...

Everything runs in this process: a thread enters a namespace (setns(2)) and whatever it opens lives there.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

PC, R1, R2, R3 = NAMES = tuple(f"{room}-{os.getpid()}" for room in ("nxpc", "nxr1", "nxr2", "nxr3"))
FAR = ("1.1.1.1", "8.8.8.8", "9.9.9.9")
FAR_V6 = "2001:db8:ff::1"
_CLONE_NEWNET, _CLONE_NEWNS = 0x40000000, 0x20000  # linux/sched.h
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000  # linux/mount.h


def missing() -> str | None:
    """Why this machine cannot hold the lab; None when it can."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    tools = [tool for tool in ("ip", "nft") if shutil.which(tool) is None]
    return f"not installed: {', '.join(tools)}" if tools else None


def ip(*commands: str, netns: str | None = None) -> None:
    where = ["-n", netns] if netns else []
    subprocess.run(["ip", *where, "-batch", "-"], input="\n".join(commands), text=True, check=True)


def sh(netns: str, *command: str, text: str | None = None) -> str:
    done = subprocess.run(
        ["ip", "netns", "exec", netns, *command], input=text, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def rule(netns: str, hook: str, what: str, family: str = "ip") -> None:
    """Add one filter rule in a table of its own; ``nft flush ruleset`` takes all away."""
    nft = f"table {family} t {{\nchain c_{hook} {{\ntype filter hook {hook} priority 0\n{what}\n}}\n}}\n"
    sh(netns, "nft", "-f", "-", text=nft)


def enter(netns: str, resolv_conf: Path | None = None) -> None:
    """Move the calling thread, and the threads it starts later, into a namespace; with a resolv.conf of its own."""
    libc = ctypes.CDLL(None, use_errno=True)

    def check(result: int) -> None:
        assert result == 0, os.strerror(ctypes.get_errno())

    with open(f"/run/netns/{netns}") as handle:
        check(libc.setns(handle.fileno(), _CLONE_NEWNET))
    if resolv_conf is not None:
        check(libc.unshare(_CLONE_NEWNS))
        check(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))
        check(libc.mount(bytes(resolv_conf), b"/etc/resolv.conf", None, _MS_BIND, None))


def inside(netns: str, call: Callable[[], T], resolv_conf: Path | None = None) -> T:
    """``call()`` in a thread of that namespace; what it raises is raised here."""
    result: list[T] = []
    error: list[BaseException] = []

    def work() -> None:
        try:
            enter(netns, resolv_conf)
            result.append(call())
        except BaseException as raised:
            error.append(raised)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    assert not thread.is_alive(), "stuck"
    if error:
        raise error[0]
    return result[0]


def probe(measure: Callable[[], Coroutine[Any, Any, T]], netns: str = PC, resolv_conf: Path | None = None) -> T:
    """Run a coroutine on a loop of its own inside a namespace."""
    return inside(netns, lambda: asyncio.run(measure()), resolv_conf)


@contextmanager
def serving(netns: str, start: Callable[[], Callable[[], None]]) -> Iterator[None]:
    """``start()`` inside the namespace opens a server and returns how to stop it."""
    stop = inside(netns, start)
    try:
        yield
    finally:
        stop()


@contextmanager
def program(netns: str, *command: str, ready: Callable[[], bool]) -> Iterator[None]:
    """A foreign server in a session of its own, stopped by its process id."""
    running = subprocess.Popen(
        ["ip", "netns", "exec", netns, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 5
        while not ready():
            assert running.poll() is None, f"{command[0]} ended with {running.returncode}"
            assert time.monotonic() < deadline, f"{command[0]} is not ready"
            time.sleep(0.02)
        yield
    finally:
        running.terminate()
        running.wait(5)


def listening(netns: str, protocol: str, port: int) -> bool:
    """Is something bound to that port? Read as the namespace sees it; what is left of earlier connections (TIME_WAIT)
    is nothing that listens."""
    table = sh(netns, "cat", f"/proc/net/{protocol}", f"/proc/net/{protocol}6")
    rows = (line.split() for line in table.splitlines())
    return any(row[1].endswith(f":{port:04X}") and row[3] in ("0A", "07") for row in rows)


def _remove() -> None:
    """This process's rooms, and what runs left behind that were killed; two suites at once do not meet."""
    for room in Path("/run/netns").glob("nx[pr][c0-9]-[0-9]*"):
        owner = int(room.name.partition("-")[2])
        if owner == os.getpid() or not Path(f"/proc/{owner}").exists():
            subprocess.run(["ip", "netns", "del", room.name], check=False)


@contextmanager
def lab() -> Iterator[None]:
    _remove()
    try:
        ip(*(f"netns add {name}" for name in NAMES))
        ip(
            f"link add eth0 netns {PC} type veth peer name lan netns {R1}",
            f"link add wan netns {R1} type veth peer name line netns {R2}",
            f"link add north netns {R2} type veth peer name south netns {R3}",
        )
        for name in NAMES:
            settings = ("ipv4.ip_forward=1", "ipv6.conf.all.forwarding=1", "ipv4.conf.all.rp_filter=0")
            sh(name, "sysctl", "-q", "-w", *(f"net.{setting}" for setting in settings))
        _address(PC, "eth0", "192.168.77.2/24", "2001:db8:77::2/64")
        _address(R1, "lan", "192.168.77.1/24", "2001:db8:77::1/64")
        _address(R1, "wan", "100.64.7.2/24", "2001:db8:64::2/64")
        _address(R2, "line", "100.64.7.1/24", "2001:db8:64::1/64")
        _address(R2, "north", "10.77.0.1/24", "2001:db8:a::1/64")
        _address(R3, "south", "10.77.0.2/24", "2001:db8:a::2/64")
        ip("link set lo up", *(f"addr add {far}/32 dev lo" for far in FAR), f"addr add {FAR_V6}/128 dev lo", netns=R3)
        ip("link set lo up", "route add default via 192.168.77.1", "route add default via 2001:db8:77::1", netns=PC)
        ip("link set lo up", "route add default via 100.64.7.1", "route add default via 2001:db8:64::1", netns=R1)
        ip(
            "link set lo up",
            "route add default via 10.77.0.2",
            "route add default via 2001:db8:a::2",
            "route add 192.168.77.0/24 via 100.64.7.2",
            "route add 2001:db8:77::/64 via 2001:db8:64::2",
            netns=R2,
        )
        ip("route add default via 10.77.0.1", "route add default via 2001:db8:a::1", netns=R3)
        yield
    finally:
        _remove()


def _address(netns: str, nic: str, v4: str, v6: str) -> None:
    sh(netns, "sysctl", "-q", "-w", f"net.ipv6.conf.{nic}.accept_dad=0")
    ip(f"link set {nic} up", f"addr add {v4} dev {nic}", f"addr add {v6} dev {nic} nodad", netns=netns)
