"""Everything that answers in a lab except the computer: one process, sockets in three rooms.

    python -S -m tests.lab.world DIRECTORY

DIRECTORY holds ``world.json`` (how the servers behave; read again whenever it changes) and ``rooms.json`` (which
namespace is which room; what is not there is not served, and an empty name is where this process is). ``ready``
appears there once every socket is open. A socket belongs to the namespace that its maker was in (setns(2)), so one
process can stand in many.

``world.json``::

    {"dns":   {"*": "ok", "provider": "silent", "8.8.8.8": "refused"},   ok | nxdomain | servfail | refused | slow |
                                                                         silent | hijack | wrong | no-aaaa
     "http":  {"*": "ok", "93.184.215.14": "hang"},                      ok | portal | walled | error | hang
     "https": {"*": "good"},                                             a leaf of ``certificates``
     "slow_s": 0.9, "page": "ok" | "off", "clock_skew_s": 0,
     "igd":   {"answers": true, "service": "WANIPConnection", ...}}      see ``world_igd``

A key is an address, or ``provider`` / ``internet`` for all of that room's, or ``*``; the nearest one counts.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.lab import plan
from tests.lab.world_dns import DnsServer, serve_tcp
from tests.lab.world_http import context, serve_pages
from tests.lab.world_igd import HTTP_PORT, SsdpServer, serve_description

_CLONE_NEWNET = 0x40000000

HEALTHY: dict[str, Any] = {
    "dns": {"*": "ok"},
    "http": {"*": "ok"},
    "https": {"*": "good"},
    "slow_s": 0.9,
    "clock_skew_s": 0,
    "igd": {
        "answers": True,
        "service": "WANIPConnection",
        "status": "Connected",
        "last_error": "ERROR_NONE",
        "uptime": 86400,
        "external": plan.WAN_ROUTER,
        "phys": "Up",
        "access": "Ethernet",
        "down_bps": 100000000,
        "up_bps": 20000000,
    },
}


class Behaviour:
    """``world.json`` as it is now."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = 0
        self._now: dict[str, Any] = HEALTHY

    @property
    def now(self) -> dict[str, Any]:
        changed = self._file.stat().st_mtime_ns
        if changed != self._seen:
            self._now, self._seen = json.loads(self._file.read_text(encoding="utf-8")), changed
        return self._now

    def of(self, service: str, address: str) -> str:
        """How this service behaves at this address."""
        table: dict[str, str] = self.now[service]
        room = "provider" if address in plan.CORE_ADDRESSES else "internet"
        return table.get(address) or table.get(room) or table["*"]


def _enter(netns: str) -> None:
    if not netns:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(f"/run/netns/{netns}", os.O_RDONLY)
    try:
        if libc.setns(handle, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {netns}")
    finally:
        os.close(handle)


async def _serve(directory: Path) -> None:
    loop = asyncio.get_running_loop()
    rooms = json.loads((directory / "rooms.json").read_text(encoding="utf-8"))
    behaviour = Behaviour(directory / "world.json")
    internet = [*plan.INTERNET_V4, *(plan.INTERNET_V6 if rooms["ipv6"] else ())]
    for room, addresses in (("core", plan.CORE_ADDRESSES), ("internet", internet)):
        if room not in rooms:
            continue
        _enter(rooms[room])
        for address in addresses:
            if address in plan.RESOLVERS or address in plan.LITERALS or address in plan.LITERALS.values() or (
                address in (plan.LIAR, plan.PORTAL)
            ):  # fmt: skip
                await loop.create_datagram_endpoint(
                    lambda address=address: DnsServer(behaviour, address),  # type: ignore[misc]
                    local_addr=(address, 53),
                )
                await serve_tcp(behaviour, address)
            if address in plan.LITERALS or address in plan.LITERALS.values():
                await serve_tcp(behaviour, address, context("good", Path(rooms["certificates"])))
            await serve_pages(behaviour, address, Path(rooms["certificates"]))
    if "router" in rooms:
        _enter(rooms["router"])
        ssdp = SsdpServer(behaviour)
        await loop.create_datagram_endpoint(lambda: ssdp, sock=ssdp.open())
        await serve_description(behaviour, HTTP_PORT)
    (directory / "ready").touch()
    await asyncio.Event().wait()


def main() -> None:
    asyncio.run(_serve(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
