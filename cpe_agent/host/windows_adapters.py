"""Adapters, addresses and resolvers out of GetAdaptersAddresses (iptypes.h, ifdef.h, nldef.h). Pure.

The answer is one buffer in which records point at each other by address. A pointer that leads out of the buffer ends
its list, and so does the bound: what comes may be cut short or point in circles.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from cpe_agent.facts import Address, Family, Origin
from cpe_agent.host.clean import clean
from cpe_agent.host.windows_address import read_address
from cpe_agent.host.windows_nics import DOWN, TRANSITION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_agent.host.windows_api import Memory

MAX_ADAPTERS, MAX_EACH = 512, 64
_NAME = 256  # IF_MAX_STRING_SIZE
_FOR_EVER = 0xFFFFFFFF
_PPP, _TUNNEL = 23, 131  # ipifcons.h, IF_TYPE_*
_TENTATIVE, _DUPLICATE, _DEPRECATED, _PREFERRED = 1, 2, 3, 4  # nldef.h, NL_DAD_STATE
_U8, _U32, _U64 = ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint64


class SocketAddress(ctypes.Structure):
    """SOCKET_ADDRESS: where a SOCKADDR stands, and how long it is."""

    _fields_ = (("at", _U64), ("length", _U32))


class AdapterRecord(ctypes.Structure):
    """IP_ADAPTER_ADDRESSES_LH of 64-bit programs; pointers are plain numbers here."""

    _fields_ = (
        ("length", _U32), ("if_index", _U32), ("next", _U64), ("guid_at", _U64),
        ("unicast_at", _U64), ("anycast_at", _U64), ("multicast_at", _U64), ("dns_at", _U64),
        ("suffix_at", _U64), ("description_at", _U64), ("name_at", _U64),
        ("station", _U8 * 8), ("station_length", _U32), ("flags", _U32), ("mtu", _U32), ("if_type", _U32),
        ("oper_status", _U32), ("if_index6", _U32), ("zones", _U32 * 16), ("prefix_at", _U64),
        ("transmit_speed", _U64), ("receive_speed", _U64), ("wins_at", _U64), ("gateway_at", _U64),
        ("metric4", _U32), ("metric6", _U32), ("luid", _U64), ("dhcp4_server", SocketAddress),
        ("compartment", _U32), ("network", _U8 * 16), ("connection_type", _U32), ("tunnel_type", _U32),
        ("dhcp6_server", SocketAddress), ("dhcp6_duid", _U8 * 130), ("dhcp6_duid_length", _U32), ("dhcp6_iaid", _U32),
        ("dns_suffixes_at", _U64),
    )  # fmt: skip


class UnicastRecord(ctypes.Structure):
    """IP_ADAPTER_UNICAST_ADDRESS_LH."""

    _fields_ = (
        ("length", _U32), ("flags", _U32), ("next", _U64), ("address", SocketAddress), ("prefix_origin", _U32),
        ("suffix_origin", _U32), ("dad_state", _U32), ("valid_s", _U32), ("preferred_s", _U32), ("lease_s", _U32),
        ("prefix_len", _U8),
    )  # fmt: skip


class ServerRecord(ctypes.Structure):
    """IP_ADAPTER_DNS_SERVER_ADDRESS_XP."""

    _fields_ = (("length", _U32), ("reserved", _U32), ("next", _U64), ("address", SocketAddress))


R = TypeVar("R", AdapterRecord, UnicastRecord, ServerRecord)


class Adapter(NamedTuple):
    """``name`` is the one that people see; ``guid`` the one that the registry knows. ``addresses`` have the origin that
    Windows names, ``resolvers`` their order; an adapter that is down has neither, whatever Windows still lists for it,
    and no more has a tunnel that Windows makes by itself. ``metrics``: of IPv4 and IPv6, added to that of every
    route."""

    if_index: int
    if_index6: int
    guid: str
    name: str
    addresses: tuple[Address, ...]
    resolvers: tuple[str, ...]
    metrics: tuple[int, int]


def read_adapters(memory: Memory) -> list[Adapter]:
    return [_adapter(record, memory) for record in _chain(AdapterRecord, memory, memory.base, MAX_ADAPTERS)]


def _chain(kind: type[R], memory: Memory, at: int, most: int) -> Iterator[R]:
    """One record after another from the address ``at`` on."""
    seen: set[int] = set()
    while len(seen) < most and at not in seen:
        start = at - memory.base
        if at == 0 or not 0 <= start <= len(memory.data) - ctypes.sizeof(kind):
            return
        seen.add(at)
        record = kind.from_buffer_copy(memory.data, start)
        yield record
        at = record.next


def _adapter(record: AdapterRecord, memory: Memory) -> Adapter:
    name = _wide(memory, record.name_at) or f"interface {record.if_index or record.if_index6}"
    idle = record.oper_status in DOWN or record.tunnel_type in TRANSITION
    unicast = _chain(UnicastRecord, memory, 0 if idle else record.unicast_at, MAX_EACH)
    listed = _chain(ServerRecord, memory, 0 if idle else record.dns_at, MAX_EACH)
    servers = [_socket_address(one.address, memory) for one in listed]
    return Adapter(
        if_index=record.if_index,
        if_index6=record.if_index6,
        guid=_narrow(memory, record.guid_at),
        name=name,
        addresses=tuple(found for one in unicast if (found := _address(one, name, record.if_type, memory))),
        resolvers=tuple(dict.fromkeys(address for address in servers if address and not _placeholder(address))),
        metrics=(record.metric4, record.metric6),
    )


def _address(record: UnicastRecord, nic: str, if_type: int, memory: Memory) -> Address | None:
    address = _socket_address(record.address, memory)
    if address is None or record.prefix_len > (128 if ":" in address else 32):
        return None
    own = address == "::1" or address.startswith("127.")
    link = address.startswith(("fe80:", "169.254."))
    return Address(
        nic=nic,
        family=Family.V6 if ":" in address else Family.V4,
        address=address,
        prefix_len=record.prefix_len,
        origin=Origin.LINK_LOCAL if link else Origin.UNKNOWN if own else _origin(record, if_type),
        scope="host" if own else "link" if link and ":" in address else "global",
        valid_s=None if record.valid_s == _FOR_EVER else record.valid_s,
        tentative=record.dad_state == _TENTATIVE,
        duplicate={_DUPLICATE: True, _PREFERRED: False, _DEPRECATED: False}.get(record.dad_state),
    )


def _origin(record: UnicastRecord, if_type: int) -> Origin:
    if if_type == _PPP:
        return Origin.PPP
    if if_type == _TUNNEL:
        return Origin.TUNNEL
    # NL_PREFIX_ORIGIN. "Manual" is what a program may set too: only the settings' word makes it static (``windows``).
    return {3: Origin.DHCP, 4: Origin.RA}.get(record.prefix_origin, Origin.UNKNOWN)


def _placeholder(address: str) -> bool:
    """The site-local resolvers that Windows lists where it has none (RFC 3879 took these addresses away)."""
    return address.startswith("fec0:0:0:ffff:")


def _socket_address(pointer: SocketAddress, memory: Memory) -> str | None:
    start = pointer.at - memory.base
    if pointer.at == 0 or not 0 <= start < len(memory.data):
        return None
    return read_address(memory.data[start : start + min(pointer.length, 128)])


def _wide(memory: Memory, at: int) -> str:
    """UTF-16 up to its end, cleaned; empty where the pointer leads nowhere."""
    start = at - memory.base
    if at == 0 or not 0 <= start < len(memory.data):
        return ""
    text = memory.data[start : start + 2 * _NAME].decode("utf-16-le", "replace").partition("\0")[0]
    return clean(text, _NAME) or ""


def _narrow(memory: Memory, at: int) -> str:
    start = at - memory.base
    if at == 0 or not 0 <= start < len(memory.data):
        return ""
    return clean(memory.data[start : start + 64].partition(b"\0")[0].decode("ascii", "replace")) or ""
