"""Which kernel carries real PPP in the lab: this machine's own, user-mode Linux, or none.

A concentrator or a home router that dials needs ppp_generic and pppoe. Many machines (containers, small virtual
machines) have neither modules nor /dev/ppp; Debian's user-mode Linux brings a kernel that has them and runs as an
ordinary process.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.lab.needs import LAB_FILES, clean_environment, missing, search_path

OWN, USER_MODE = "own", "user-mode"
_TOOLS = ("pppd", "pppoe-server", "pppoe-discovery", "freeradius", "iptables-legacy")
_USER_MODE_TOOLS = ("linux.uml", "modprobe", "gcc")
_OPENS = "import socket; open('/dev/ppp', 'rb+', 0).close(); socket.socket(24, socket.SOCK_STREAM, 0).close()"
"""Both doors of PPPoE in the kernel: /dev/ppp and a socket of AF_PPPOX (24), PX_PROTO_OE (0)."""


class Carrier(NamedTuple):
    kind: str | None  # own | user-mode | None: no kernel here carries PPP
    reason: str  # in one sentence, for the log of a run

    def __str__(self) -> str:
        return f"PPP is carried by: {self.kind or 'nothing'} ({self.reason})"


@functools.cache
def carrier() -> Carrier:
    """The kernel that every real PPPoE machine of this run uses."""
    problem = missing()
    if problem:
        return Carrier(None, problem)
    lacking = _lacking(_TOOLS)
    if lacking:
        return Carrier(None, f"missing tools: {lacking} (Debian packages in tests/lab/packages.txt)")
    why_not = _own_refuses()
    if why_not is None:
        return Carrier(OWN, "/dev/ppp and PPPoE sockets open in a namespace of this machine")
    lacking = _lacking(_USER_MODE_TOOLS)
    if lacking:
        return Carrier(None, f"this machine's kernel: {why_not}; user-mode Linux: missing tools: {lacking}")
    if not Path("/dev/net/tun").exists():
        return Carrier(None, f"this machine's kernel: {why_not}; user-mode Linux: no /dev/net/tun")
    return Carrier(USER_MODE, f"this machine's kernel: {why_not}")


def _lacking(tools: tuple[str, ...]) -> str:
    return " ".join(tool for tool in tools if shutil.which(tool, path=search_path()) is None)


def _own_refuses() -> str | None:
    """Why this machine's kernel carries no PPP in a namespace, or None when it does."""
    if shutil.which("modprobe", path=search_path()):
        subprocess.run(["modprobe", "-q", "pppoe"], check=False, capture_output=True, env=clean_environment())
    tried = subprocess.run(
        ["unshare", "--net", sys.executable, "-S", "-c", _OPENS], check=False, capture_output=True, text=True,
        env=clean_environment(),
    )  # fmt: skip
    return tried.stderr.strip().rpartition("\n")[2] if tried.returncode else None


def compile_shim(directory: Path) -> Path:
    """Builds ``xstate.c`` (see there) into ``directory`` and gives the library."""
    library = directory / "xstate.so"
    command = ["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(library), str(LAB_FILES / "xstate.c")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=clean_environment())
    if done.returncode:
        raise RuntimeError(f"gcc: {done.stderr.strip()}")
    return library
