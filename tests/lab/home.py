"""A whole home, its provider and an internet, on one machine, in namespaces of their own.

    with Home() as home:
        home.world({"dns": {"provider": "silent"}})
        status, report, words = home.run_client(["--complaint", "no-internet"])

::

    pc, pc2 -- router (bridge, NAT, dnsmasq, IGD) -- modem -- bng -- core -- border -- transit -- internet

Every packet stays in the rooms: none of them has a way out. ``rtt_ms`` puts a delaying wire in the modem's place.
"""

from __future__ import annotations

import json
import secrets
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from tests.lab import certificates, plan
from tests.lab.computer import Computer, Ran
from tests.lab.needs import LAB_FILES, PROJECT, missing
from tests.lab.processes import PREFIX, Processes, forget, sweep, wait_for_port
from tests.lab.topology import Room, build
from tests.lab.world import HEALTHY

PLAIN_PYTHON = [sys.executable, "-S", "-m"]


def dnsmasq(where: Path, interface: str) -> list[str]:
    """A home router's DHCP server and DNS forwarder on ``interface``, its files in ``where``. Its settings file must
    be there, empty: with the null device in its place dnsmasq has been seen to replace that."""
    return [
        "dnsmasq", "--keep-in-foreground", f"--conf-file={where}/dnsmasq.conf", "--user=root", "--no-hosts",
        "--no-resolv", f"--pid-file={where}/dnsmasq.pid", f"--interface={interface}", "--bind-interfaces",
        "--cache-size=0", "--no-ping", "--dhcp-authoritative", "--no-negcache", "--log-facility=-",
        f"--dhcp-leasefile={where}/dnsmasq.leases",
        f"--dhcp-range={plan.DHCP_FIRST},{plan.DHCP_LAST},{plan.LEASE_S}",
        *(f"--server={resolver}" for resolver in plan.RESOLVERS),
    ]  # fmt: skip


class Home:
    """Context manager. ``rooms[NAME].shell(...)`` and ``.nft(...)`` break things; ``run`` and ``run_client`` look.

    ``lease=False`` leaves the computer without an address (the DHCP client is not started). ``wan`` is what the
    provider's profile says about its lines: ipoe | pppoe.
    """

    def __init__(
        self, *, ipv6: bool = True, rtt_ms: float | None = None, lease: bool = True, wan: str = "ipoe"
    ) -> None:
        self.ipv6 = ipv6
        self.rtt_ms = rtt_ms
        self.tag = f"cpe{secrets.token_hex(2)}"
        self.directory = Path()
        self.rooms: dict[str, Room] = {}
        self.client_environment: dict[str, str] = {}
        self.profile = Path()
        self._wan = wan
        self._lease = lease
        self._state: dict[str, Any] = json.loads(json.dumps(HEALTHY))
        self._undo_signal: Any = None

    # -------------------------------------------------------------- up and down

    def __enter__(self) -> Self:
        problem = missing()
        if problem:
            raise RuntimeError(problem)
        sweep()
        self._catch_term()
        self.directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{self.tag}-"))
        self.directory.chmod(0o755)
        self.processes = Processes(self.directory, self.tag)
        try:
            self._up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends every process, then removes every namespace and file."""
        self.processes.stop()
        forget(self.directory, self.tag)
        if self._undo_signal is not None:
            signal.signal(signal.SIGTERM, self._undo_signal)
            self._undo_signal = None

    def _catch_term(self) -> None:
        """TERM must unwind this context manager; the default would leave everything standing."""
        if threading.current_thread() is not threading.main_thread():
            return

        def leave(number: int, frame: FrameType | None) -> None:
            raise SystemExit(128 + number)

        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            self._undo_signal = signal.signal(signal.SIGTERM, leave)

    def _up(self) -> None:
        certificate_files = certificates.directory()
        self.rooms = build(self.tag, ipv6=self.ipv6)
        rooms = {name: self.rooms[name].netns for name in self._served()}
        note = {**rooms, "ipv6": self.ipv6, "certificates": str(certificate_files)}
        (self.directory / "rooms.json").write_text(json.dumps(note), encoding="utf-8")
        self._write_state()
        text = (LAB_FILES / "profile.toml").read_text(encoding="utf-8")
        self.profile = self.directory / "profile.toml"
        self.profile.write_text(text.replace('wan = "ipoe"', f'wan = "{self._wan}"'), encoding="utf-8")
        self.processes.start("world", [*PLAIN_PYTHON, "tests.lab.world", str(self.directory)], cwd=PROJECT)
        self.computer = Computer(self.rooms["pc"], self.processes, self.directory, certificate_files / "ca.pem")
        self.computer.begin()
        self._start_router()
        if self.rtt_ms is not None:
            self._delay(self.rtt_ms)
        self.computer.wait()
        self._wait_for_router()
        self.rooms["pc"].wait_for_carrier("eth0")
        self.rooms["router"].wait_for_carrier("lan1")  # the bridge drops what comes before
        if self.ipv6:  # asks for a router once more: its first question came before there was one
            self.rooms["pc"].shell("cd /proc/sys/net/ipv6/conf/eth0; echo 1 > disable_ipv6; echo 0 > disable_ipv6")
        if self._lease:
            self.computer.start_dhcp()
            self.computer.wait_for_lease()
        self._wait_for_world()
        if self.ipv6:
            self._wait_for_v6()
        if self._lease:
            self._use_it_once()

    def _served(self) -> tuple[str, ...]:
        """The rooms that the process of servers answers in."""
        return "core", "internet", "router"

    def _start_router(self) -> None:
        self._dnsmasq = self.start_dnsmasq()

    def _wait_for_router(self) -> None:
        wait_for_port(self._dnsmasq, 67)

    def _use_it_once(self) -> None:
        """Neighbours know each other in a home that was in use; a first ARP that is lost costs a second, and a lossy
        line would look like a slow one."""
        for address in ("9.9.9.9", *((plan.LITERALS["9.9.9.9"],) if self.ipv6 else ())):
            if self.run(["ping", "-n", "-q", "-c1", "-W2", address]).status:
                raise RuntimeError(f"the lab came up broken: no answer from {address}")

    def _wait_for_world(self) -> None:
        deadline = time.monotonic() + 5
        while not (self.directory / "ready").exists():
            if not self.processes.running("world") or time.monotonic() > deadline:
                raise RuntimeError(f"the servers did not start: {self.processes.log('world')}")
            time.sleep(0.005)

    def _wait_for_v6(self) -> None:
        deadline = time.monotonic() + 5
        while "default via" not in self.rooms["pc"].shell("ip -6 route show default"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"no router advertisement came: {self.processes.log('dnsmasq')}")
            time.sleep(0.02)

    def _delay(self, rtt_ms: float) -> None:
        self.rooms["modem"].shell(
            f"ip link del br0\nip addr add {plan.MODEM}/24 dev lan\nip link set lan up\nip link set line up\n"
            "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore\n"  # only the modem's own address is its business
            "ethtool -K lan tso off gso off gro off tx off >/dev/null\n"
            "ethtool -K line tso off gso off gro off tx off >/dev/null\n"
        )
        self.rooms["router"].shell("ethtool -K wan tso off gso off gro off tx off >/dev/null")
        self.rooms["bng"].shell("ethtool -K cust tso off gso off gro off tx off >/dev/null")
        command = [*PLAIN_PYTHON, "tests.lab.relay", "--delay-ms", str(rtt_ms / 2), "lan", "line"]
        self.processes.start("relay", [*self.rooms["modem"].enter(), *command], cwd=PROJECT)

    # -------------------------------------------------------------- the router's services

    def start_dnsmasq(self, *options: str) -> int:
        """The router's DHCP server, DNS forwarder and router advertisements; ``options`` are added to its own.
        Gives its pid."""
        (self.directory / "dnsmasq.conf").touch()
        command = [*dnsmasq(self.directory, "br0"), *options]
        if self.ipv6:
            command += ["--enable-ra", "--dhcp-range=::,constructor:br0,ra-only"]
        return self.processes.start("dnsmasq", [*self.rooms["router"].enter(), *command])

    def restart_dnsmasq(self, *options: str) -> None:
        self.processes.stop("dnsmasq")
        wait_for_port(self.start_dnsmasq(*options), 67)

    def renew_lease(self) -> None:
        """The computer forgets its lease and asks again."""
        self.computer.stop("dhclient")
        for lease in self.computer.leases.glob("*"):
            lease.unlink()
        self.computer.resolv_conf("")
        self.rooms["pc"].shell("ip -4 addr flush dev eth0")
        self.computer.start_dhcp()
        self.computer.wait_for_lease()

    def start_miniupnpd(self, *, system_uptime: bool = True) -> None:
        """The real miniupnpd in place of the scripted gateway device (which then keeps quiet). ``system_uptime`` False:
        it gives its own age as the connection's, as on a router where both begin at its start."""
        self.igd(answers=False)
        settings = self.directory / "miniupnpd.conf"
        settings.write_text(
            "ext_ifname=wan\nlistening_ip=br0\nport=49200\nenable_natpmp=yes\nenable_upnp=yes\nsecure_mode=yes\n"
            f"system_uptime={'yes' if system_uptime else 'no'}\nuuid=00000000-0000-0000-0000-00000000{self.tag[3:]}\n"
            f"lease_file={self.directory}/upnp.leases\n",
            encoding="ascii",
        )
        self.rooms["router"].nft(
            "table inet filter {\nchain miniupnpd {\n}\nchain forward {\ntype filter hook forward priority 0;\n}\n}\n"
            "table ip nat {\nchain prerouting_miniupnpd {\n}\nchain postrouting_miniupnpd {\n}\n}"
        )
        self.restart_miniupnpd()

    def restart_miniupnpd(self) -> None:
        """Its epoch (RFC 6886 3.6) begins at zero, as after a restart of the router."""
        self.processes.stop("miniupnpd")
        settings, pid_file = self.directory / "miniupnpd.conf", self.directory / "miniupnpd.pid"
        command = ["miniupnpd", "-d", "-f", str(settings), "-P", str(pid_file)]
        pid = self.processes.start("miniupnpd", [*self.rooms["router"].enter(), *command])
        wait_for_port(pid, 49200, "tcp6")

    # -------------------------------------------------------------- how the servers behave

    def world(self, change: Mapping[str, Any]) -> None:
        """Lays ``change`` over the servers' behaviour (tables are merged); see ``tests.lab.world``."""
        for key, value in change.items():
            if isinstance(value, dict):
                self._state[key].update(value)
            else:
                self._state[key] = value
        self._write_state()

    def igd(self, **change: object) -> None:
        """Lays ``change`` over what the router's gateway device says; see ``tests.lab.world_igd``."""
        self.world({"igd": change})

    def _write_state(self) -> None:
        fresh = self.directory / "world.json.new"
        fresh.write_text(json.dumps(self._state), encoding="utf-8")
        fresh.replace(self.directory / "world.json")

    # -------------------------------------------------------------- looking

    def run(
        self, command: Sequence[str], user: str = "root", env: Mapping[str, str] | None = None, timeout_s: float = 30
    ) -> Ran:
        """Runs a command on the computer, in a clean environment. ``user`` is root or nobody (no rights at all)."""
        return self.computer.run(command, user, {**self.client_environment, **(env or {})}, timeout_s)

    def client_command(self, arguments: Sequence[str] = ()) -> list[str]:
        """The client's command line on this computer; a report as JSON, nothing sent anywhere."""
        profile = [] if "--profile" in arguments else ["--profile", str(self.profile)]
        run = ["-m", "cpe_agent", "run", "--json", "--no-upload"]
        return [self.computer.python(), *run, *profile, *arguments]

    def run_client(
        self, arguments: Sequence[str] = (), user: str = "root", command: Sequence[str] | None = None
    ) -> tuple[int, dict[str, Any] | None, str]:
        """(exit status, the report or None when stdout was not one JSON object, stderr)."""
        ran = self.run(command or self.client_command(arguments), user)
        try:
            report = json.loads(ran.stdout)
        except ValueError:
            report = None
        return ran.status, report if isinstance(report, dict) else None, ran.stderr

    def shells(self) -> str:
        """How a person enters the rooms."""
        lines = [f"  ip netns exec {room.netns} bash    # {name}" for name, room in self.rooms.items()]
        inside = " ".join(self.computer.enter())
        settings = {**self.computer.environment("root"), **self.client_environment}
        clean = "env -i " + " ".join(f"{name}='{value}'" for name, value in settings.items())
        return "\n".join([*lines, f"  {inside} {clean} bash    # the computer, its own processes and mounts"])
