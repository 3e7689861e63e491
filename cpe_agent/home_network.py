"""A Mac that has not yet let this program into the home network (docs/platforms.md): nothing is broken, and the
router's state stays unknown until its user agrees."""

from __future__ import annotations

from cpe_agent.diagnose.readings.gateway import look_alive
from cpe_agent.diagnose.readings.out import LOCAL
from cpe_agent.facts import Failure, Gateway, GatewayLook, Reach, System
from cpe_agent.failed import section
from cpe_agent.packed import packed
from cpe_agent.report import Report

_FIRST = 15  # the macOS that asks for it


def is_closed(report: Report) -> bool:
    """This computer kept our packets to a router to itself, of none is it known how it is, and nothing else shows it.
    Where those to the outside are kept too, it is no such question (a VPN that holds everything back)."""
    if report.diagnosis.segments.get("cpe") != "unknown":
        return False
    system, gateway, reach = section(report, System), section(report, Gateway), section(report, Reach)
    if system is None or gateway is None or reach is None or system.os_family != "macos":
        return False
    if not any(probe.failure not in LOCAL for probe in (*reach.probes, *reach.bound)):
        return False
    major = (system.os_version or "").partition(".")[0]
    if not (major.isdecimal() and len(major) < 4 and int(major) >= _FIRST):
        return False
    return any(map(_kept_back, gateway.gateways)) and all(look_alive(look) is None for look in gateway.gateways)


def _kept_back(look: GatewayLook) -> bool:
    probes = [look.echo, look.dns, *look.tcp]
    return any(probe is not None and probe.failure is Failure.NOT_PERMITTED for probe in probes)


def program_name() -> str:
    """What the list of the system's settings calls this program."""
    return packed().name or "cpe-agent"
