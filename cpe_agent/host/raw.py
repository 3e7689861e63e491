"""The raw wire: whole Ethernet frames of PPPoE on one interface. Linux: AF_PACKET (packet(7)), needs CAP_NET_RAW.
Windows and macOS: ``pcap_wire``, needs an administrator (and Npcap on Windows)."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from typing import TYPE_CHECKING, Protocol, Self

from cpe_agent.collector import CannotMeasure, Outcome

if TYPE_CHECKING:
    from types import TracebackType

_ETH_P_ALL = 0x0003
_SOL_PACKET, _PACKET_AUXDATA, _PACKET_IGNORE_OUTGOING = 263, 8, 23  # linux/if_packet.h
_AUXDATA = struct.Struct("=IIIHHHH")  # struct tpacket_auxdata
_VLAN_VALID = 1 << 4  # TP_STATUS_VLAN_VALID
VLAN_TYPE = b"\x81\x00"
LONGEST_FRAME = 1514
_A_TURN = 64  # frames read before other work gets its turn: a flood must not hold the loop
MOST_FRAMES = 20_000


class Wire(Protocol):
    """One interface, PPPoE frames only (ether types 0x8863, 0x8864), in and out without their 802.1Q tag: a wire that
    was opened for a VLAN adds it, and hears nothing but that VLAN."""

    mac: bytes

    def send(self, frame: bytes) -> None:
        """Raises ``CannotMeasure`` (unsupported) when the interface takes no frames any more."""
        ...

    async def receive(self, timeout_s: float) -> bytes | None:
        """The next frame; None when ``timeout_s`` is over. Always lets other work run."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


class PacketWire:
    """``Wire`` over AF_PACKET."""

    def __init__(self, nic: str, vlan: int | None) -> None:
        from cpe_agent.host.packet import only_pppoe, open_packet

        self._nic = nic
        self._vlan = vlan
        self._left = MOST_FRAMES
        # Bound to every protocol: the kernel hands a frame of a VLAN that has no interface here to no other socket.
        self._sock, self.mac = open_packet(nic, _ETH_P_ALL, "raw frames", whole_frames=True)
        try:
            only_pppoe(self._sock)
            self._sock.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
            self._sock.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        except OSError as error:
            self._sock.close()
            raise CannotMeasure(Outcome.UNSUPPORTED, f"no filter for raw frames: {error.strerror}") from None

    def __enter__(self) -> PacketWire:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._sock.close()

    def send(self, frame: bytes) -> None:
        if self._vlan is not None:
            frame = frame[:12] + VLAN_TYPE + self._vlan.to_bytes(2, "big") + frame[12:]
        try:
            self._sock.send(frame)
        except OSError as error:
            raise CannotMeasure(Outcome.UNSUPPORTED, f"{self._nic} takes no frames: {error.strerror}") from None

    async def receive(self, timeout_s: float) -> bytes | None:
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout_s
        await asyncio.sleep(0)
        while (left := until - loop.time()) > 0:
            for _ in range(_A_TURN):
                try:
                    frame = self._take()
                except BlockingIOError:
                    break
                if frame is not None:
                    return frame
            else:
                await asyncio.sleep(0)
                continue
            arrived = asyncio.Event()
            loop.add_reader(self._sock, arrived.set)
            try:
                async with asyncio.timeout(left):
                    await arrived.wait()
            except TimeoutError:
                return None
            finally:
                loop.remove_reader(self._sock)
        return None

    def _take(self) -> bytes | None:
        """One frame, or None for one that is not ours to read. Raises ``BlockingIOError`` when there is none."""
        if self._left <= 0:
            raise BlockingIOError  # a flood: what has not arrived among so many frames never will
        try:
            frame, ancillary, _, _ = self._sock.recvmsg(LONGEST_FRAME + 1, 64)
        except BlockingIOError:
            raise
        except OSError:
            return None  # the interface went down; the next send says so
        self._left -= 1
        if len(frame) > LONGEST_FRAME or _vlan_of(ancillary) != (self._vlan or 0):
            return None
        return frame


def _vlan_of(ancillary: list[tuple[int, int, bytes]]) -> int:
    """The VLAN that the kernel took out of the frame; 0 for none, and for a tag that carries a priority alone."""
    for level, kind, data in ancillary:
        if (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA) and len(data) >= _AUXDATA.size:
            status, _, _, _, _, tci, _ = _AUXDATA.unpack_from(data)
            return tci & 0x0FFF if status & _VLAN_VALID else 0
    return 0


def open_wire(nic: str, *, vlan: int | None = None) -> Wire:
    """Open an interface for PPPoE frames. Raises ``CannotMeasure``: denied without the right, unsupported elsewhere."""
    if sys.platform.startswith("linux") and hasattr(socket, "AF_PACKET"):
        return PacketWire(nic, vlan)
    if sys.platform in ("win32", "darwin"):
        from cpe_agent.host.pcap_wire import PcapWire

        return PcapWire(nic, vlan)
    raise CannotMeasure(Outcome.UNSUPPORTED, f"no raw frames on {sys.platform} yet")
