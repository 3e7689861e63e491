"""Rooms and cables: one namespace a room, brought up by one ``ip -batch`` for all and one shell script a room."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence

from tests.lab import plan
from tests.lab.needs import clean_environment

_QUIET = """\
cd /proc/sys/net
for f in ipv6/conf/*/accept_dad ipv6/conf/*/router_solicitation_delay ipv4/conf/*/rp_filter ipv4/icmp_ratelimit \
ipv6/icmp/ratelimit ipv4/conf/*/send_redirects ipv4/icmp_msgs_per_sec; do
  case $f in *msgs_per_sec) v=100000;; *) v=0;; esac
  { echo $v > $f; } 2>/dev/null
done
"""
"""Duplicate address detection and solicitation delay cost 2.6 s; ICMP rationing would starve parallel probers (one
scenario turns it on again)."""

_FORWARD = """\
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
"""
_NO_V6 = "for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > $f; done\n"
_FORWARDING = ("router", "bng", "core", "border", "transit")

ROUTER_FILTER = """
table ip nat {
  chain post {
    type nat hook postrouting priority srcnat;
    oifname "wan" masquerade;
  }
}
"""


class Room:
    """One namespace. ``shell`` runs a script in its network (the file system is the machine's own)."""

    def __init__(self, tag: str, name: str) -> None:
        self.name = name
        self.netns = f"{tag}-{name}"
        self.path = f"/run/netns/{self.netns}"
        self._tables = 0

    def enter(self) -> list[str]:
        return ["nsenter", f"--net={self.path}"]

    def begin(self, script: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*self.enter(), "sh", "-eu"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean_environment(),
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(script)
        process.stdin.close()
        process.stdin = None
        return process

    def finish(self, process: subprocess.Popen[str]) -> str:
        try:
            said, _ = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            raise RuntimeError(f"{self.netns}: a set-up script hung: {said.strip()}") from None
        if process.returncode:
            raise RuntimeError(f"{self.netns}: {said.strip()}")
        return said

    def shell(self, script: str) -> str:
        """Runs a ``sh -eu`` script here and gives what it printed; RuntimeError with its words when it fails."""
        return self.finish(self.begin(script))

    def wait_for_carrier(self, device: str) -> None:
        """Until the kernel has taken note that the cable is in (up to a second and more on a busy machine)."""
        seen = f"ip -o link show {device} | grep -q 'state UP'"
        self.shell(f"for i in $(seq 400); do {seen} && exit 0; sleep 0.02; done; echo no carrier on {device}; exit 1")

    def nft(self, rules: str) -> None:
        self.shell(f"nft -f - <<'RULES'\n{rules}\nRULES\n")

    def rule(
        self, hook: str, *rules: str, family: str = "inet", kind: str = "filter", priority: int = 0, device: str = ""
    ) -> None:
        """One chain with these rules at this hook, in a table of its own (nft(8))."""
        at = f'device "{device}" ' if device else ""
        lines = [f"type {kind} hook {hook} {at}priority {priority};", *(f"{rule};" for rule in rules)]
        self._tables += 1
        inside = "\n".join(lines)
        self.nft(f"table {family} fault{self._tables} {{\nchain rules {{\n{inside}\n}}\n}}")


def cable(rooms: Iterable[Room], links: Sequence[tuple[str, str, str, str]]) -> None:
    """Makes these rooms and these cables (as in ``plan.LINKS``) between them."""
    named = {room.name: room for room in rooms}
    lines = [f"netns add {room.netns}" for room in named.values()]
    for at, (a, dev_a, b, dev_b) in enumerate(links):
        # Ends with the same index look like one device to the kernel, which then tells of carrier once a second.
        index_a, index_b = 10 + 2 * at, 11 + 2 * at
        peer = f"name {dev_b} netns {named[b].netns} index {index_b}"
        lines.append(f"link add {dev_a} netns {named[a].netns} index {index_a} type veth peer {peer}")
    done = subprocess.run(
        ["ip", "-batch", "-"], input="\n".join(lines) + "\n", check=False, capture_output=True, text=True,
        env=clean_environment(),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"ip -batch: {done.stderr.strip()}")


def build(tag: str, *, ipv6: bool) -> dict[str, Room]:
    """Makes every room and cable and gives the rooms by name. Nothing is running in them yet."""
    rooms = {name: Room(tag, name) for name in plan.ROOMS}
    cable(rooms.values(), plan.LINKS)
    started = [(room, room.begin(_script(name, ipv6=ipv6))) for name, room in rooms.items()]
    for room, process in started:
        room.finish(process)
    return rooms


def _script(name: str, *, ipv6: bool) -> str:
    batch = _batch(name, ipv6=ipv6)
    script = _QUIET + (_FORWARD if name in _FORWARDING else "") + ("" if ipv6 else _NO_V6)
    script += "ip -batch - <<'BATCH'\n" + "\n".join(batch) + "\nBATCH\n"
    if name == "pc":
        script += "echo '1 0' > /proc/sys/net/ipv4/ping_group_range\n"
    if name == "router":
        script += "echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null || true\n"
        script += f"nft -f - <<'RULES'\n{ROUTER_FILTER}\nRULES\n"
    return script


def _batch(name: str, *, ipv6: bool) -> list[str]:
    lines = ["link set lo up"]
    if name == "router":
        lines += ["link add br0 type bridge stp_state 0 forward_delay 0"]
        lines += [f"link set {port} master br0 up" for port in ("lan1", "lan2")]
        lines += [f"addr add {plan.LAN_ROUTER}/24 dev br0", "link set br0 up", "link set wan up"]
        lines += [f"addr add {plan.WAN_ROUTER}/24 dev wan", f"route add default via {plan.WAN_BNG}"]
        lines += ["addr add 192.168.100.2/24 dev wan"]
        if ipv6:
            lines += [f"addr add {plan.LAN_ROUTER_V6}/64 dev br0 nodad"]
            lines += [f"addr add {plan.WAN_ROUTER_V6}/64 dev wan nodad"]
            lines += [f"route add ::/0 via {plan.WAN_BNG_V6} dev wan"]
    if name == "modem":
        lines += ["link add br0 type bridge stp_state 0 forward_delay 0"]
        lines += [f"link set {port} master br0 up" for port in ("lan", "line")]
        lines += [f"addr add {plan.MODEM}/24 dev br0", "link set br0 up"]
    if name == "bng":
        lines += [f"addr add {plan.WAN_BNG}/24 dev cust", "link set cust up"]
        if ipv6:
            lines += [f"addr add {plan.WAN_BNG_V6}/64 dev cust nodad"]
            lines += [f"route add {plan.LAN_PREFIX_V6} via {plan.WAN_ROUTER_V6} dev cust"]
    if name == "pc":
        lines += ["link set eth0 up"]  # its address comes from the DHCP client
    if name == "pc2":
        lines += ["link set eth0 up", f"addr add {plan.LAN_PC2}/24 dev eth0"]
        lines += [f"route add default via {plan.LAN_ROUTER}"]
    for room, device, v4, v6 in plan.BACKBONE:
        if room == name:
            lines += [f"addr add {v4}/30 dev {device}", f"link set {device} up"]
            lines += [f"addr add {v6}/64 dev {device} nodad"] if ipv6 else []
    if name == "core":
        lines += [f"addr add {address}/32 dev lo" for address in plan.CORE_ADDRESSES]
    if name == "internet":
        lines += [f"addr add {address}/32 dev lo" for address in plan.INTERNET_V4]
        lines += [f"addr add {address}/128 dev lo nodad" for address in plan.INTERNET_V6] if ipv6 else []
    lines += _routes(name, ipv6=ipv6)
    return lines


def _routes(name: str, *, ipv6: bool) -> list[str]:
    lines = []
    if name in plan.UP:
        v4, v6 = plan.UP[name]
        lines += [f"route add default via {v4}"] + ([f"route add ::/0 via {v6}"] if ipv6 else [])
    if name in plan.DOWN:
        v4, v6 = plan.DOWN[name]
        prefixes = [plan.PROVIDER_V4] if name != "internet" else ["default"]
        lines += [f"route add {prefix} via {v4}" for prefix in prefixes]
        if ipv6:
            prefixes = [plan.PROVIDER_V6] if name != "internet" else ["::/0"]
            lines += [f"route add {prefix} via {v6}" for prefix in prefixes]
    if name == "border":  # the way back to the transit's own links
        lines += ["route add 4.68.20.4/30 via 4.68.20.2"]
    return lines
