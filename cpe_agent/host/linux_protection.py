"""Firewalls and protection programs that are switched on, on Linux. What the kernel filters only root may read; what is
looked for is who would have told it to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.host.bounded_file import read_text
from cpe_agent.host.linux_services import Service
from cpe_agent.host.parse_linux import assignments
from cpe_agent.host.protection import named

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_agent.facts import Protection
    from cpe_agent.host.linux_services import Services

BUILT_IN = (
    Service("firewalld", ("firewalld",), ("firewalld",)),
    Service("nftables", ("nftables",)),
    Service("iptables", ("iptables", "ip6tables", "netfilter-persistent")),
)
OTHERS = (
    Service("OpenSnitch", ("opensnitch", "opensnitchd"), ("opensnitchd",)),
    Service("Portmaster", ("portmaster",), ("portmaster-core",)),
    Service("ClamAV", ("clamav-daemon", "clamav-clamonacc", "clamd@scan"), ("clamd", "clamonacc")),
    Service("CrowdStrike Falcon", ("falcon-sensor",), ("falcon-sensor",)),
    Service("Dr.Web", ("drweb-configd",), ("drweb-configd",)),
    Service("ESET", ("eea", "efs")),
    Service("Kaspersky", ("kesl", "kesl-supervisor"), ("kesl",)),
    Service("Microsoft Defender", ("mdatp",), ("wdavdaemon",)),
    Service("SentinelOne", ("sentinelone",)),
    Service("Sophos", ("sophos-spl", "sav-protect"), ("savd",)),
)


def look(root: Path, services: Services) -> Protection:
    built_in = [service.name for service in BUILT_IN if services.runs(service)]
    # Its unit is active even where it is switched off: the file says whether it is on.
    if assignments(read_text(root / "etc/ufw/ufw.conf") or "").get("ENABLED", "").lower() == "yes":
        built_in.insert(0, "ufw")
    return named((service.name for service in OTHERS if services.runs(service)), built_in)
