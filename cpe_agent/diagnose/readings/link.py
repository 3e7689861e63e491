"""The wire or radio between this computer and the router."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.facts import Interfaces, Nic, NicKind, Traffic

WAYS_OUT = (NicKind.ETHERNET, NicKind.WIFI, NicKind.CELLULAR)
"""Kinds of interface that can be the way to a router. PPP and tunnels ride on one of these."""


def carriers_of(i: Interfaces) -> set[str]:
    """Interfaces whose addresses are this computer's on the home network: its adapters, its own dialled line, and the
    uplink where that is a switch or bridge that took an adapter's address over."""
    own = {n.name for n in i.nics if n.kind in WAYS_OUT or n.kind is NicKind.PPP}
    return own if i.uplink is None else {*own, i.uplink}


def uplink_of(i: Interfaces) -> Nic | None:
    return next((n for n in i.nics if n.name == i.uplink), None)


@reading("link.hardware_seen", Interfaces)
def hardware_seen(i: Interfaces) -> bool | None:
    """The system shows at least one physical network adapter."""
    return i.hardware_seen


@reading("link.uplink_kind", Interfaces)
def uplink_kind(i: Interfaces) -> str | None:
    """Kind of the interface that leads, or should lead, to the router."""
    nic = uplink_of(i)
    return None if nic is None else nic.kind.value


@reading("link.wired", Interfaces)
def wired(i: Interfaces) -> bool | None:
    """The way to the router is a cable."""
    nic = uplink_of(i)
    return None if nic is None else nic.kind is NicKind.ETHERNET


@reading("link.admin_up", Interfaces)
def admin_up(i: Interfaces) -> bool | None:
    """The adapter on the way to the router is switched on in the system."""
    nic = uplink_of(i)
    return None if nic is None else nic.admin_up


@reading("link.carrier", Interfaces)
def carrier(i: Interfaces) -> bool | None:
    """The adapter on the way to the router sees a signal on its wire, or is joined to a Wi-Fi network."""
    nic = uplink_of(i)
    return None if nic is None else nic.carrier


@reading("link.any_carrier", Interfaces)
def any_carrier(i: Interfaces) -> bool | None:
    """Any physical adapter has a signal."""
    states = [n.carrier for n in i.nics if n.kind in WAYS_OUT]
    if any(states):
        return True
    off = [n for n in i.nics if n.kind in WAYS_OUT and n.admin_up is False]
    known_down = sum(s is False for s in states) + len([n for n in off if n.carrier is None])
    if known_down == len(states) and (states or i.hardware_seen is False):
        return False
    return None


@reading("link.any_admin_up", Interfaces)
def any_admin_up(i: Interfaces) -> bool | None:
    """At least one physical adapter is switched on in the system."""
    states = [n.admin_up for n in i.nics if n.kind in WAYS_OUT]
    if any(states):
        return True
    return False if states and all(s is False for s in states) else None


@reading("link.speed_mbps", Interfaces)
def speed_mbps(i: Interfaces) -> int | None:
    """Negotiated speed of the wire."""
    nic = uplink_of(i)
    return None if nic is None else nic.speed_mbps


@reading("link.duplex", Interfaces)
def duplex(i: Interfaces) -> str | None:
    """Negotiated duplex of the wire: full or half."""
    nic = uplink_of(i)
    return None if nic is None else nic.duplex


@reading("link.new_errors", Interfaces, Traffic)
def new_errors(i: Interfaces, t: Traffic) -> int | None:
    """Receive and checksum errors that the uplink counted during the run."""
    for delta in t.deltas:
        if delta.name == i.uplink and delta.rx_errors is not None:
            return delta.rx_errors + (delta.rx_crc_errors or 0)
    return None


@reading("link.multicast_per_s", Interfaces, Traffic)
def multicast_per_s(i: Interfaces, t: Traffic) -> float | None:
    """Broadcast and multicast packets per second that arrived on the uplink during the run."""
    for delta in t.deltas:
        if delta.name == i.uplink and delta.multicast is not None and t.seconds > 0:
            return round(delta.multicast / t.seconds, 1)
    return None


@reading("link.carrier_flaps", Interfaces, Traffic)
def carrier_flaps(i: Interfaces, t: Traffic) -> int | None:
    """Times the uplink lost or regained its signal during the run."""
    return next((d.carrier_changes for d in t.deltas if d.name == i.uplink), None)


@reading("link.carrier_changes", Interfaces)
def carrier_changes(i: Interfaces) -> int | None:
    """Times the uplink lost or regained its signal since it appeared."""
    nic = uplink_of(i)
    return None if nic is None else nic.carrier_changes


@reading("link.wifi_adapter", Interfaces)
def wifi_adapter(i: Interfaces) -> bool:
    """This computer has a Wi-Fi adapter, so a cable is not its only way."""
    return any(n.kind is NicKind.WIFI for n in i.nics)


@reading("link.wire_was_used", Interfaces)
def wire_was_used(i: Interfaces) -> bool | None:
    """A wired adapter has received something since it appeared: a cable was in use here."""
    return _was_used(i, NicKind.ETHERNET)


@reading("link.wifi_was_used", Interfaces)
def wifi_was_used(i: Interfaces) -> bool | None:
    """A Wi-Fi adapter has received something since it appeared: this computer was joined to a network."""
    return _was_used(i, NicKind.WIFI)


def _was_used(i: Interfaces, kind: NicKind) -> bool | None:
    counts = [n.rx_packets if n.rx_packets is not None else n.rx_bytes for n in i.nics if n.kind is kind]
    if any(counts):
        return True
    return None if None in counts else False


DISABLED_CODE = 22  # Windows device manager: "this device is disabled"
UNPLUGGED_CODE = 45  # "currently, this hardware device is not connected"


@reading("link.driver_failed", Interfaces)
def driver_failed(i: Interfaces) -> bool | None:
    """The system reports a problem with the driver or the hardware of a physical adapter (switched off is none)."""
    codes = [n.driver_problem for n in i.nics if n.kind in WAYS_OUT]
    if any(c not in (None, 0, DISABLED_CODE, UNPLUGGED_CODE) for c in codes):
        return True
    return None if not codes or None in codes else False
