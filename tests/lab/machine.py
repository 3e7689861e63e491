"""One box with a kernel that carries PPP: its ports in a room, its first program, its console in a log.

With user-mode Linux it is a kernel of its own, run as a process in the room, its ports tap devices; with this
machine's own kernel a namespace, its ports veth pairs. Inside both look the same: ports ``vec0``, ``vec1`` ..., the
machine's files read-only, an empty /etc/ppp and /run, the script as first program.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.pppoe_kernel import USER_MODE, carrier, compile_shim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.processes import Processes
    from tests.lab.topology import Room

BOOT_S = 20.0
"""A boot takes one second; what takes this long on a busy machine has died or hangs."""

_BEGIN = """\
#!/bin/sh
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sysfs /sys
for place in /etc/ppp /run; do mount -t tmpfs -o mode=755 tmpfs $place; done
mkdir /run/lock
hostname {name}
echo "127.0.0.1 localhost {name}" > /run/hosts
mount --bind /run/hosts /etc/hosts
ip link set lo up
"""
_USER_MODE_MODULES = """\
mkdir -p /run/kernel/lib
ln -s /usr/lib/uml/modules /run/kernel/lib/modules
modprobe -d /run/kernel -a ppp_async pppoe iptable_nat xt_MASQUERADE xt_tcpudp xt_TCPMSS iptable_mangle
"""
_SLOW_START = "initcall_blacklist=raid6_select_algo"  # measures RAID for a second; there is no disk


class Machine:
    """``ports``: the devices of ``room`` that stand for its ports, in order. ``plug``, then ``start``."""

    def __init__(self, name: str, room: Room, processes: Processes, directory: Path, ports: Sequence[str]) -> None:
        self.name = name
        self._room = room
        self._processes = processes
        self._directory = directory
        self._ports = ports

    def plug(self) -> None:
        """Makes the devices in the room, up. What else happens to them (a bridge, an address) is the room's."""
        lines = []
        if carrier().kind == USER_MODE:
            lines += [f"ip tuntap add {port} mode tap" for port in self._ports]
        else:
            inner = f"{self._room.netns}-{self.name}"
            lines += [f"ip netns add {inner}"]
            lines += [
                f"ip link add {port} type veth peer name vec{at} netns {inner}" for at, port in enumerate(self._ports)
            ]
        # Segments that the far end's kernel should still cut crawl through a tap at 40 kB/s.
        lines += [f"ethtool -K {port} tso off gso off gro off tx off >/dev/null" for port in self._ports]
        lines += [f"ip link set {port} up" for port in self._ports]
        self._room.shell("\n".join(lines) + "\n")

    def start(self, script: str) -> None:
        """Boots it with ``script`` (sh -eu) as the first program, which must not end."""
        user_mode = carrier().kind == USER_MODE
        begin = _BEGIN.format(name=self.name) + (_USER_MODE_MODULES if user_mode else "")
        first = self._directory / f"{self.name}.sh"
        first.write_text(begin + script, encoding="utf-8")
        first.chmod(0o755)
        log = self._directory / f"{self.name}.log"
        log.unlink(missing_ok=True)
        self._processes.start(self.name, self._user_mode(first) if user_mode else self._own(first))

    def _user_mode(self, first: Path) -> list[str]:
        shim = self._directory / "xstate.so"
        if not shim.exists():
            compile_shim(self._directory)
        home = str(self._directory)  # its socket of control and its memory lie there
        surroundings = ["env", f"LD_PRELOAD={shim}", f"HOME={home}", f"TMPDIR={home}"]
        ports = [f"vec{at}:transport=tap,ifname={port}" for at, port in enumerate(self._ports)]
        console = ["con=null", "con0=null,fd:1", "ssl=null"]
        root = ["rootfstype=hostfs", "root=/dev/root", "hostfs=/", "ro", f"init={first}"]
        return [*self._room.enter(), *surroundings, "linux.uml", "mem=192M", *root, *console, _SLOW_START, *ports]

    def _own(self, first: Path) -> list[str]:
        inner = f"--net=/run/netns/{self._room.netns}-{self.name}"
        return ["nsenter", inner, "unshare", "--mount", "--pid", "--uts", "--fork", "--kill-child", "sh", str(first)]

    def stop(self) -> None:
        self._processes.stop(self.name)

    def running(self) -> bool:
        return self._processes.running(self.name)

    def log(self) -> str:
        """What its programs said so far; while it boots, what its kernel says."""
        said = self._processes.log(self.name)
        return said.partition(" as init process")[2] or said

    def wait_for(self, words: str, after: int = 0, timeout_s: float = BOOT_S) -> int:
        """Until the console says ``words`` behind position ``after``; gives the position behind them."""
        deadline = time.monotonic() + timeout_s
        while True:
            running = self.running()  # looked at first: its last words count
            at = self.log().find(words, after)
            if at >= 0:
                return at + len(words)
            if not running or time.monotonic() > deadline:
                state = "hangs" if running else "died"
                raise RuntimeError(f"{self.name} {state} before {words!r}; its console: {self.log()[-4000:]}")
            time.sleep(0.005)
