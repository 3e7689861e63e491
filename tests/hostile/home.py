"""A lab home whose router is hostile, and the client's whole run in it."""

from __future__ import annotations

import json
import secrets
import subprocess
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.hostile import router
from tests.hostile.bodies import BIDI
from tests.hostile.moods import Moods
from tests.lab.home import Home
from tests.lab.needs import PROJECT, clean_environment

if TYPE_CHECKING:
    from tests.hostile.cases import Case

DEADLINE_S = 8.0
START_S = 20.0  # what hangs is noticed by it; how fast the program is, is the bench's affair
ROOM_KIB = 8 * 1024
LONGEST_TEXT = 512


class Looked(NamedTuple):
    status: int
    report: dict[str, Any]
    peak_kib: int
    seconds: float

    def section(self, name: str) -> dict[str, Any]:
        content = self.report["sections"][name]["content"]
        assert isinstance(content, dict), self.report["sections"][name]
        return content

    @property
    def diagnosis(self) -> dict[str, Any]:
        found: dict[str, Any] = self.report["diagnosis"]
        return found


def texts(value: object) -> Iterator[str]:
    """Every string in a report, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


class HostileHome:
    """Context manager around ``Home``. ``moods.write`` says how its servers behave."""

    def __init__(self, *, lease: bool = True) -> None:
        self.home = Home(ipv6=False, lease=lease)
        self.home.tag = f"hz{secrets.token_hex(2)}"
        self._healthy_kib = 0

    def __enter__(self) -> HostileHome:
        self.home.__enter__()
        try:
            self._up()
        except BaseException:
            self.home.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.home.close()

    def _up(self) -> None:
        directory = self.home.directory
        self.moods = Moods(directory / "hostile.json")
        self.moods.write({})
        _certificate(directory / "hostile.pem")
        room = self.home.rooms["router"]
        room.shell("\n".join(f"ip addr add {other}/24 dev br0" for other in router.OTHERS))
        self.home.igd(answers=False)  # the lab's own description keeps quiet
        command = ["/usr/bin/env", "python3", "-S", "-m", "tests.hostile.router", str(directory)]
        self.home.processes.start("hostile", [*room.enter(), *command], cwd=PROJECT)
        deadline = time.monotonic() + 5
        while not (directory / "hostile-ready").exists():
            if not self.home.processes.running("hostile") or time.monotonic() > deadline:
                raise RuntimeError(f"the hostile servers did not start: {self.home.processes.log('hostile')}")
            time.sleep(0.01)

    # -------------------------------------------------------------- what is turned to the hostile servers

    def turn(self, *services: str) -> None:
        """From now on these, and only these, lead to the hostile servers: page | web | tls | dns | dns-udp (where TCP
        is refused)."""
        at = router.ADDRESS
        rules = {
            "page": [f"ip daddr {at} tcp dport 80 redirect to :{router.PAGE}"],
            "web": [f"ip daddr != {at} tcp dport 80 dnat to {at}:{router.WEB}"],
            "tls": [f"ip daddr != {at} tcp dport 443 dnat to {at}:{router.TLS}"],
            "dns": [f"ip daddr {at} {kind} dport 53 redirect to :{router.DNS}" for kind in ("udp", "tcp")],
            "dns-udp": [
                f"ip daddr {at} udp dport 53 redirect to :{router.DNS}",
                f"ip daddr {at} tcp dport 53 redirect to :{router.NOBODY}",
            ],
        }
        lines = "\n".join(rule for service in services for rule in rules[service])
        chain = "type nat hook prerouting priority dstnat - 5;"
        self.home.rooms["router"].nft(
            f"table ip hostile\ndelete table ip hostile\ntable ip hostile {{\nchain turn {{\n{chain}\n{lines}\n}}\n}}"
        )

    def line(self, state: str) -> None:
        """``up``, ``dead`` (the router forwards nothing, without a word) or ``reset`` (it answers every connection
        with a reset, also those to itself)."""
        rules = {
            "up": "",
            "dead": 'chain f {\ntype filter hook forward priority -5;\niifname "br0" drop;\n}',
            "reset": 'chain f {\ntype filter hook forward priority -5;\niifname "br0" meta l4proto tcp '
            "reject with tcp reset;\n}\nchain i {\ntype filter hook input priority -5;\n"
            'iifname "br0" meta l4proto tcp reject with tcp reset;\n}',
        }[state]
        self.home.rooms["router"].nft(f"table ip line\ndelete table ip line\ntable ip line {{\n{rules}\n}}")

    # -------------------------------------------------------------- looking

    def command(self, *arguments: str, before: Sequence[str] = ()) -> tuple[list[str], Path]:
        """The watched client's command line, and the file where its peak memory will be."""
        peak = self.home.directory / "home-nobody" / f"peak-{secrets.token_hex(4)}"
        plain = self.home.client_command(arguments)
        watched = self.home.computer.seen_here(PROJECT / "tests" / "hostile" / "watched.py")
        return [*before, plain[0], watched, str(peak), *plain[3:]], peak

    def healthy_kib(self) -> int:
        """Peak memory of a plain run in this home while nothing is hostile: every section to its end."""
        if not self._healthy_kib:
            self.line("up")
            self.turn()
            self.moods.write({})
            self._healthy_kib = self._run((), "nobody", {}, ()).peak_kib
        return self._healthy_kib

    def look(self, case: Case) -> Looked:
        """The whole run of a case, held against everything that must hold whatever the router does."""
        self.line(case.line)
        self.turn(*case.turn)
        self.moods.write(case.moods)
        return self.run(env=case.env)

    def run(
        self,
        *arguments: str,
        user: str = "nobody",
        env: Mapping[str, str] | None = None,
    ) -> Looked:
        """The same in the home as it stands."""
        looked = self._run(arguments, user, env or {}, ())
        assert looked.status in (0, 1, 3), looked.status
        healthy = self.healthy_kib() if self._healthy_kib else looked.peak_kib
        assert looked.peak_kib <= healthy + ROOM_KIB, f"{looked.peak_kib} KiB, healthy {healthy}"
        return looked

    def _run(self, arguments: Sequence[str], user: str, env: Mapping[str, str], before: Sequence[str]) -> Looked:
        command, peak = self.command(*arguments, before=before)
        ran = self.home.run(command, user, env, timeout_s=40)
        assert "Traceback" not in ran.stderr, ran.stderr
        assert ran.stdout.count("\n") == 1, (ran.stdout[:500], ran.stderr[:2000])
        report = json.loads(ran.stdout)
        assert report["schema"] == 1
        took = {name: (s["outcome"], s["started"], s["seconds"]) for name, s in report["sections"].items()}
        assert report["seconds"] <= DEADLINE_S + 0.5, (report["seconds"], took)
        assert ran.seconds <= DEADLINE_S + START_S, (ran.seconds, report["seconds"], took)
        foreign = {name: section for name, section in report["sections"].items() if name != "plan"}  # the profile's
        for text in texts({**report, "sections": foreign}):
            assert len(text) <= LONGEST_TEXT, (len(text), text[:80])
            bad = [hex(ord(c)) for c in text if unicodedata.category(c)[0] == "C"]
            assert not bad, (bad, text[:200])
        assert not set(BIDI) & set(ran.stdout)
        assert not set(BIDI) & set(ran.stderr)
        peak_kib = int(peak.read_text(encoding="ascii"))
        peak.unlink()
        return Looked(ran.status, report, peak_kib, ran.seconds)


def _certificate(file: Path) -> None:
    """A certificate whose issuer's name holds control and direction characters and does not end."""
    name = "\x1b[2J\u202eytiruceS\x07 " + "Wall" * 12  # a name holds 64 characters at most (RFC 5280, A.1)
    config = file.with_suffix(".cnf")
    config.write_text(
        f"[req]\nprompt=no\nutf8=yes\nstring_mask=utf8only\ndistinguished_name=dn\n[dn]\nO={name}\nCN={name}\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-utf8", "-config", str(config), "-keyout", str(file), "-out", str(file.with_suffix(".crt"))],
        check=False, capture_output=True, text=True, env=clean_environment(),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"openssl: {done.stderr}")
    with file.open("a", encoding="ascii") as both:
        both.write(file.with_suffix(".crt").read_text(encoding="ascii"))


def customer_blamed(diagnosis: Mapping[str, Any]) -> bool:
    """Is the fault put on the customer's computer or home? Nothing here is theirs."""
    return diagnosis["owner"] in ("device", "home")
