"""The customer's computer: a room with its own processes, mounts, settings files and a real DHCP client.

It has its own pid, mount and host-name namespaces, so that nothing of the machine shows: no foreign DHCP client in
the process list, no /run of the real system, its own resolv.conf, hosts, network/interfaces and lease file. Those
files lie in /etc/netns/NAME as well, so ``ip netns exec NAME`` shows the same.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.lab.needs import LAB_FILES, PROJECT, clean_environment
from tests.lab.processes import NETNS_FILES

if TYPE_CHECKING:
    from tests.lab.processes import Processes
    from tests.lab.topology import Room

_PROJECT_SEEN_AT = "/mnt"  # the project may lie where an ordinary user may not look
_LEASES = Path("/var/lib/dhcp")

_INIT = """\
read -r pid rest < /proc/self/stat
mount --make-rprivate /
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
for file in {files}/*; do mount --bind "$file" "/etc/${{file##*/}}"; done
mount --bind {project} {seen}
mount --bind {leases} {lease_place}
hostname pc
echo "$pid" > {ready}.new
mv {ready}.new {ready}
while :; do sleep 3600 & wait; done
"""
"""The shell stays as the first process: one that waits for its children buries orphans too."""

_DHCLIENT_SCRIPT = """\
#!/bin/sh
# What Debian's dhclient-script does for an address, a default route and resolvers; no more.
case "$reason" in
  PREINIT) ip link set dev "$interface" up ;;
  BOUND|RENEW|REBIND|REBOOT)
    ip -4 addr replace "$new_ip_address/$new_subnet_mask" broadcast "$new_broadcast_address" dev "$interface" \\
      valid_lft "$new_dhcp_lease_time" preferred_lft "$new_dhcp_lease_time"
    for router in $new_routers; do ip -4 route replace default via "$router" dev "$interface"; break; done
    for server in $new_domain_name_servers; do echo "nameserver $server"; done > /etc/resolv.conf ;;
  EXPIRE|FAIL|RELEASE|STOP) ip -4 addr flush dev "$interface" ;;
esac
exit 0
"""

_DHCLIENT_CONF = """\
timeout 10;
retry 5;
initial-interval 1;
backoff-cutoff 2;
request subnet-mask, broadcast-address, routers, domain-name-servers, dhcp-lease-time;
"""


class Ran(NamedTuple):
    status: int
    stdout: str
    stderr: str
    seconds: float


class Computer:
    """The room ``pc`` with a system in it. ``files`` is what its /etc shows in place of the machine's."""

    def __init__(self, room: Room, processes: Processes, directory: Path, certificate_file: Path) -> None:
        self.room = room
        self.files = NETNS_FILES / room.netns
        self.leases = directory / "dhcp"
        self._processes = processes
        self._directory = directory
        self._certificate_file = certificate_file
        self._pid = 0

    def begin(self) -> None:
        """Starts its first process and lays its settings files; ``wait`` when it is needed."""
        network = self.files / "network"
        network.mkdir(parents=True)
        self.leases.mkdir()
        self.interfaces("auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n")
        self.resolv_conf("")
        self.hosts("")
        for name in ("home-root", "home-nobody"):
            (self._directory / name).mkdir(mode=0o700)
        os.chown(self._directory / "home-nobody", 65534, 65534)
        for place in (Path("/etc/network"), _LEASES):  # a mount needs something to cover
            place.mkdir(parents=True, exist_ok=True)
        for name in ("hosts", "resolv.conf"):
            Path("/etc", name).touch(exist_ok=True)
        script = _INIT.format(
            files=self.files, project=PROJECT, seen=_PROJECT_SEEN_AT, leases=self.leases, lease_place=_LEASES,
            ready=self._directory / "pc.pid",
        )  # fmt: skip
        (self._directory / "dhclient-script").write_text(_DHCLIENT_SCRIPT, encoding="ascii")
        (self._directory / "dhclient-script").chmod(0o755)
        (self._directory / "dhclient.conf").write_text(_DHCLIENT_CONF, encoding="ascii")
        unshare = ["unshare", "--mount", "--pid", "--uts", "--fork", "--kill-child"]
        self._processes.start("pc", [*self.room.enter(), *unshare, "sh", "-eu", "-c", script])

    def wait(self) -> None:
        ready = self._directory / "pc.pid"
        deadline = time.monotonic() + 5
        while not ready.exists():
            if not self._processes.running("pc") or time.monotonic() > deadline:
                raise RuntimeError(f"the computer did not start: {self._processes.log('pc')}")
            time.sleep(0.003)
        self._pid = int(ready.read_text(encoding="ascii"))

    def _write(self, name: str, text: str) -> None:
        (self.files / name).write_text(text, encoding="utf-8")  # in place: a bind mount follows the file, not the name

    def resolv_conf(self, text: str) -> None:
        self._write("resolv.conf", text)

    def hosts(self, lines: str) -> None:
        """The hosts file: the two loopback lines and these."""
        self._write("hosts", f"127.0.0.1 localhost pc\n::1 localhost ip6-localhost\n{lines}")

    def interfaces(self, text: str) -> None:
        """/etc/network/interfaces, interfaces(5): what the system's own settings ask for."""
        self._write("network/interfaces", text)

    def enter(self, user: str = "root") -> list[str]:
        """The words in front of a command that runs here. ``nobody`` has no right but an ordinary user's."""
        inside = ["nsenter", "--target", str(self._pid), "--net", "--mount", "--pid", "--uts", "--"]
        if user == "root":
            return inside
        drop = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
        return [*inside, "setpriv", *drop, "--no-new-privs", "--"]

    def environment(self, user: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        return {
            **clean_environment(),
            "HOME": str(self._directory / f"home-{user}"),
            "USER": user,
            "SSL_CERT_FILE": str(self._certificate_file),
            "PYTHONPATH": _PROJECT_SEEN_AT,
            **(extra or {}),
        }

    def run(
        self, command: Sequence[str], user: str = "root", env: Mapping[str, str] | None = None, timeout_s: float = 30
    ) -> Ran:
        """Runs it here; after ``timeout_s`` it is killed with everything it started (status -9)."""
        began = time.monotonic()
        process = subprocess.Popen(
            [*self.enter(user), *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
            cwd="/", env=self.environment(user, env), start_new_session=True,
        )  # fmt: skip
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
        return Ran(process.returncode, out, err, time.monotonic() - began)

    def start(self, name: str, command: Sequence[str]) -> None:
        """A long-running program on this computer, ended with the lab."""
        self._processes.start(name, [*self.enter(), *command])

    def stop(self, name: str) -> None:
        self._processes.stop(name)

    def python(self) -> str:
        """The interpreter, by the path that it has on this computer."""
        own = Path(sys.executable)
        return f"{_PROJECT_SEEN_AT}/{own.relative_to(PROJECT)}" if own.is_relative_to(PROJECT) else str(own)

    def seen_here(self, path: Path) -> str:
        """A file of the project by the path that it has on this computer."""
        return f"{_PROJECT_SEEN_AT}/{path.resolve().relative_to(PROJECT)}"

    # -------------------------------------------------------------- its address

    def start_dhcp(self) -> None:
        """Starts ISC dhclient; it stays, as it does on a real computer."""
        where = self._directory
        self.start(
            "dhclient",
            ["dhclient", "-4", "-d", "-cf", f"{where}/dhclient.conf", "-sf", f"{where}/dhclient-script",
             "-lf", f"{_LEASES}/dhclient.eth0.leases", "-pf", "/run/dhclient.eth0.pid", "eth0"],
        )  # fmt: skip

    def wait_for_lease(self, timeout_s: float = 15) -> None:
        resolv = self.files / "resolv.conf"
        deadline = time.monotonic() + timeout_s
        while not resolv.stat().st_size:  # the script writes it last
            if time.monotonic() > deadline:
                raise RuntimeError(f"no lease: {self._processes.log('dhclient')}")
            time.sleep(0.005)

    def set_static(self, address: str, gateway: str, resolver: str, *, onlink: bool = False) -> None:
        """A person typed these: no DHCP client, settings file ``static``, an address for ever."""
        self.stop("dhclient")
        for lease in self.leases.glob("*"):
            lease.unlink()
        self.interfaces(
            f"auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet static\n    address {address}/24\n"
            f"    gateway {gateway}\n    dns-nameservers {resolver}\n"
        )
        self.resolv_conf(f"nameserver {resolver}\n")
        self.room.shell(
            "ip -4 addr flush dev eth0\n"
            f"ip addr add {address}/24 dev eth0\n"
            f"ip route replace default via {gateway} dev eth0{' onlink' if onlink else ''}\n"
        )

    def set_resolver(self, resolver: str) -> None:
        """A person typed a resolver over the one that DHCP offers; the rest stays automatic."""
        self.interfaces(
            f"auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n    dns-nameservers {resolver}\n"
        )
        self.resolv_conf(f"nameserver {resolver}\n")

    def set_resolver_over_tls(self, resolver: str) -> None:
        """A person set this resolver and ``DNSOverTLS=yes``: a local forwarder asks it encrypted or not at all."""
        self.set_resolver("127.0.0.53")
        self.room.shell("ip link set lo up")
        settings = f"printf '[Resolve]\\nDNS={resolver}\\nDNSOverTLS=yes\\n' > /run/systemd/resolved.conf.d/tls.conf"
        behind = f"echo nameserver {resolver} > /run/systemd/resolve/resolv.conf"
        stub = f"exec python3 -S {self.seen_here(LAB_FILES / 'stub.py')} {resolver}"
        folders = "mkdir -p /run/systemd/resolve /run/systemd/resolved.conf.d"
        self.start("stub", ["sh", "-eu", "-c", "\n".join((folders, settings, behind, stub))])
        while not self.room.shell("ss -Hlun src 127.0.0.53"):
            if not self._processes.running("stub"):
                raise RuntimeError(f"the forwarder did not start: {self._processes.log('stub')}")
            time.sleep(0.02)

    def lan_address(self) -> str:
        """Its IPv4 address now, or an empty string."""
        words = self.room.shell("ip -4 -o addr show dev eth0").split()
        return words[words.index("inet") + 1].partition("/")[0] if "inet" in words else ""
