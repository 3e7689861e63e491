"""Does anything set a Linux computer's clock from the network?"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from cpe_agent.host.linux_services import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.host.linux_services import Services

DAEMONS = Service(
    "a time daemon",
    ("systemd-timesyncd", "chrony", "chronyd", "ntp", "ntpd", "ntpsec", "openntpd", "connman"),
    ("systemd-timesyn", "chronyd", "ntpd", "connmand"),
)
_STA_UNSYNC = 0x40  # linux/timex.h


def kernel_synchronized() -> bool | None:
    """adjtimex(2), asked only: somebody disciplines the kernel's clock, and did so in the last hours."""
    import ctypes

    # struct timex: a word, four longs (aligned), then the status; 208 bytes on 64-bit systems.
    timex, status_at = ctypes.create_string_buffer(512), 5 * ctypes.sizeof(ctypes.c_long)
    try:
        if ctypes.CDLL(None).adjtimex(timex) < 0:
            return None
    except (OSError, AttributeError):
        return None
    (status,) = struct.unpack_from("=i", timex, status_at)
    return not status & _STA_UNSYNC


def from_network(services: Services, synchronized: Callable[[], bool | None] = kernel_synchronized) -> bool | None:
    """A daemon that has not heard any server yet sets the clock too. A "no" needs both: no daemon in sight where all
    can be seen, and a kernel that says so."""
    if services.runs(DAEMONS):
        return True
    told = synchronized()
    return told if told or services.all_seen else None
