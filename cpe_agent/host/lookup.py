"""The system's own name look-up, as every program on this computer gets it: cache, hosts file and settings included."""

from __future__ import annotations

import asyncio
import socket
import sys
from functools import partial
from typing import Any

from cpe_agent.early import hedged
from cpe_agent.facts import Failure, Family
from cpe_agent.host import SystemLookup
from cpe_agent.host.bounded_file import lines_with
from cpe_agent.host.endpoint import Endpoint
from cpe_agent.host.thread import in_thread

_MOST = 16
_AGAIN_S = 0.6
_EAI_NODATA = -5  # a GNU extension; netdb.h
_LONGEST_DOMAIN = 253  # RFC 1035, 2.3.4, as text
# Windows and macOS say "no such name" for a resolver that is silent too: what they say decides nothing.
_FAILURES = (
    {}
    if sys.platform in ("win32", "darwin")
    else {
        socket.EAI_NONAME: Failure.NXDOMAIN,
        _EAI_NODATA: Failure.NODATA,
        socket.EAI_FAIL: Failure.SERVFAIL,
    }
)


def _aborts() -> bool:
    """Would the system's look-up end this process? glibc (seen in 2.36) stops on an assertion in resolv_conf.c at a
    search domain of 256 characters and more, and a line of resolv.conf or a DHCP server's option can hold one."""
    import os

    lines = lines_with("/etc/resolv.conf", ("search", "domain")).splitlines()
    words = [word for line in lines if line.startswith(("search", "domain")) for word in line.split()[1:]]
    words += os.environ.get("LOCALDOMAIN", "").split()
    return any(len(word.encode("utf-8", "surrogateescape")) > _LONGEST_DOMAIN for word in words)


async def _addresses(name: str, wanted: socket.AddressFamily, timeout_s: float) -> list[Any]:
    """The first word of up to three look-ups. glibc waits five seconds before it asks again (resolv.conf(5)), so one
    packet lost on a bad line would look like a dead resolver. Where both families are wanted the second and third ask
    for one each: a router's forwarder lets a repeated question wait for the lost one, but gives at once what it has."""
    # As bytes it goes out as it is; a str makes Python load its tables of international names first.
    host = name.encode() if name.isascii() else name

    async def ask(family: socket.AddressFamily, left_s: float) -> list[Any]:
        return await in_thread(socket.getaddrinfo, host, None, family, socket.SOCK_STREAM, timeout_s=left_s)

    families = (wanted,) * 3 if wanted != socket.AF_UNSPEC else (wanted, socket.AF_INET, socket.AF_INET6)
    attempts = [partial(ask, family) for family in families]
    return await hedged(attempts, timeout_s=timeout_s, every_s=_AGAIN_S, good=bool)


async def lookup(name: str, *, family: Family | None, timeout_s: float) -> SystemLookup:
    """``getaddrinfo`` in a thread that the deadline abandons. It does not say why a resolver gave nothing usable
    (silence, a refusal and no network are one code): that failure is ``other``, for the DNS questions to explain."""
    try:
        Endpoint(name, 0)
    except ValueError:
        pass  # a name, as expected
    else:
        return SystemLookup(True, (name,), 0.0, None)
    wanted = {Family.V4: socket.AF_INET, Family.V6: socket.AF_INET6, None: socket.AF_UNSPEC}[family]
    if _aborts():
        return SystemLookup(False, (), 0.0, Failure.GARBAGE)
    loop = asyncio.get_running_loop()
    start = loop.time()
    failure: Failure | None = None
    addresses: tuple[str, ...] = ()
    try:
        found = await _addresses(name, wanted, timeout_s)
        addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))[:_MOST]
    except TimeoutError:
        failure = Failure.TIMED_OUT
    except socket.gaierror as error:
        failure = _FAILURES.get(error.errno or 0, Failure.OTHER)
    except (OSError, UnicodeError):
        failure = Failure.OTHER
    return SystemLookup(bool(addresses), addresses, round((loop.time() - start) * 1000, 3), failure)
