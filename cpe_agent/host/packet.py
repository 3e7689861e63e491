"""A socket for whole link-layer payloads on one interface (packet(7)); needs CAP_NET_RAW."""

from __future__ import annotations

import socket
import struct
import sys

from cpe_agent.collector import CannotMeasure, Outcome

ETH_P_IP = 0x0800
ETH_P_ARP = 0x0806
BROADCAST = b"\xff" * 6

_SO_ATTACH_FILTER = 26
# Classic BPF over an IP packet: UDP, no fragment, destination port 68. A busy interface must not wake us for the rest.
_TO_DHCP_CLIENT = (
    (0x30, 0, 0, 9),  # ldb [9]
    (0x15, 0, 6, 17),  # jeq udp
    (0x28, 0, 0, 6),  # ldh [6]
    (0x45, 4, 0, 0x1FFF),  # jset fragment offset
    (0xB1, 0, 0, 0),  # ldxb 4 * header length
    (0x48, 0, 0, 2),  # ldh [x + 2]
    (0x15, 0, 1, 68),  # jeq bootpc
    (0x06, 0, 0, 0x40000),  # take it
    (0x06, 0, 0, 0),  # drop it
)
# The same over a whole Ethernet frame: PPPoE discovery and session (RFC 2516, 4). The kernel has taken a VLAN tag out.
_PPPOE = (
    (0x28, 0, 0, 12),  # ldh [12]
    (0x15, 1, 0, 0x8863),  # jeq discovery
    (0x15, 0, 1, 0x8864),  # jeq session
    (0x06, 0, 0, 0x40000),  # take it
    (0x06, 0, 0, 0),  # drop it
)


def open_packet(nic: str, protocol: int, what: str, *, whole_frames: bool = False) -> tuple[socket.socket, bytes]:
    """The socket and the interface's own hardware address. ``whole_frames``: with their Ethernet header. Raises
    ``CannotMeasure``: denied without the right, unsupported for an interface that is absent or no Ethernet."""
    if sys.platform in ("win32", "darwin"):
        raise CannotMeasure(Outcome.UNSUPPORTED, "this system has no packet sockets")
    kind = socket.SOCK_RAW if whole_frames else socket.SOCK_DGRAM
    try:
        # Of no protocol it hears nothing before it is bound: every interface's frames would come in, and the kernel
        # would wait for all its processors, some milliseconds, to take that back.
        sock = socket.socket(socket.AF_PACKET, kind | socket.SOCK_NONBLOCK, 0)
    except PermissionError:
        raise CannotMeasure(Outcome.DENIED, f"this user may not send {what}") from None
    except OSError as error:
        raise CannotMeasure(Outcome.UNSUPPORTED, f"no packet sockets: {error.strerror}") from None
    try:
        sock.bind((nic, protocol))
        own: bytes = sock.getsockname()[4]
    except OSError:
        sock.close()
        raise CannotMeasure(Outcome.UNSUPPORTED, f"cannot open interface {nic}") from None
    if len(own) != 6:
        sock.close()
        raise CannotMeasure(Outcome.UNSUPPORTED, f"{nic} is no Ethernet")
    return sock, own


def close_aside(sock: socket.socket) -> None:
    """Close it in a thread: the kernel waits for all its processors, some milliseconds, and nobody needs to."""
    import threading

    threading.Thread(target=sock.close, daemon=True, name="close").start()


def only_dhcp(sock: socket.socket) -> None:
    """Let only packets to the DHCP client port in."""
    _attach(sock, _TO_DHCP_CLIENT)


def only_pppoe(sock: socket.socket) -> None:
    """Let only PPPoE frames in, on a socket for whole frames."""
    _attach(sock, _PPPOE)


def _attach(sock: socket.socket, steps: tuple[tuple[int, int, int, int], ...]) -> None:
    import ctypes

    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    memory = ctypes.create_string_buffer(program)
    header = struct.pack("@HP", len(steps), ctypes.addressof(memory))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, header)
