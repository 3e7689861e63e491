"""The prober of ICMP echoes for the system that this is."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from cpe_agent.host.windows_icmp import WindowsIcmpProber as IcmpProber
else:
    from cpe_agent.host.icmp import IcmpProber

__all__ = ["IcmpProber"]
