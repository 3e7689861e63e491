"""The raw wire where there is no AF_PACKET: libpcap, which is Npcap on Windows and stands on BPF on macOS, through
scapy's layer-2 socket for it.

It runs on Linux as well, which is where its tests run; only the driver below libpcap is another one there.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.host.ppp_frames import DISCOVERY_TYPE, SESSION_TYPE, load
from cpe_agent.host.raw import LONGEST_FRAME, MOST_FRAMES, VLAN_TYPE

if TYPE_CHECKING:
    from types import TracebackType

_OURS = f"ether proto {DISCOVERY_TYPE} or ether proto {SESSION_TYPE}"
FILTER = f"{_OURS} or (vlan and ({_OURS}))"
"""pcap-filter(7). libpcap leaves the VLAN tag in the frame, and ``vlan`` moves what stands behind it."""
POLL_S = 0.05  # how long closing waits for the reader at most
_MOST_WAITING = 512  # what nobody fetches in time is lost, as in a driver's own buffer
_KINDS = (DISCOVERY_TYPE.to_bytes(2, "big"), SESSION_TYPE.to_bytes(2, "big"))
_REFUSED = ("permission", "not permitted", "access is denied", "access denied", "administrator")


class PcapWire:
    """``raw.Wire`` over libpcap. A thread reads: what Npcap gives to wait for is no socket of an event loop."""

    def __init__(self, nic: str, vlan: int | None) -> None:
        self._nic = nic
        self._vlan = vlan
        self._heard: deque[bytes] = deque(maxlen=_MOST_WAITING)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrived = asyncio.Event()
        self._stop = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True, name="pcap")
        self._socket, self.mac = _open(nic)

    def __enter__(self) -> PcapWire:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._stop.set()
        if self._reader.ident is not None:
            self._reader.join(20 * POLL_S)
        if not self._reader.is_alive():  # a handle that is still being read is not closed: libpcap would crash
            self._socket.close()

    def send(self, frame: bytes) -> None:
        if self._vlan is not None:
            frame = frame[:12] + VLAN_TYPE + self._vlan.to_bytes(2, "big") + frame[12:]
        try:
            sent = self._socket.send(frame)
        except Exception as error:  # by whichever exception scapy stumbles
            raise CannotMeasure(Outcome.UNSUPPORTED, f"{self._nic} takes no frames: {error}") from None
        if sent < 0:  # pcap_inject(3PCAP)
            raise CannotMeasure(Outcome.UNSUPPORTED, f"{self._nic} takes no frames")

    async def receive(self, timeout_s: float) -> bytes | None:
        self._loop = loop = asyncio.get_running_loop()
        until = loop.time() + timeout_s
        if self._reader.ident is None:
            self._reader.start()
        await asyncio.sleep(0)
        while not self._heard:
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(until):
                    await self._arrived.wait()
            except TimeoutError:
                return None
        return self._heard.popleft()

    def _read(self) -> None:
        """The thread. Ends with the wire, with the interface, and after a flood: what has not arrived among so many
        frames never will."""
        left = MOST_FRAMES
        while left > 0 and not self._stop.is_set():
            try:
                if not self._socket.select([self._socket], POLL_S):
                    continue
                data = self._socket.recv_raw()[1]
            except Exception:  # by whichever exception scapy stumbles; the next send says that the interface is gone
                return
            if data is None:
                time.sleep(0.001)  # some drivers call for nothing
                continue
            left -= 1
            frame = untagged(data, self._vlan, self.mac)
            if frame is not None:
                self._heard.append(frame)
                with suppress(RuntimeError):  # the loop ended meanwhile
                    self._wake()

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._arrived.set)


def untagged(data: bytes, vlan: int | None, own: bytes) -> bytes | None:
    """A PPPoE frame of that VLAN without its 802.1Q tag; None for any other, and for one that we sent ourselves."""
    number = 0
    if data[12:14] == VLAN_TYPE and len(data) >= 18:
        number = int.from_bytes(data[14:16], "big") & 0x0FFF  # 0: a priority alone
        data = data[:12] + data[16:]
    foreign = number != (vlan or 0) or data[12:14] not in _KINDS or data[6:12] == own
    return None if foreign or len(data) > LONGEST_FRAME else data


def _open(nic: str) -> tuple[Any, bytes]:
    """scapy's socket and the interface's own hardware address. Raises ``CannotMeasure``."""
    load()
    from scapy.config import conf

    try:
        conf.use_pcap = True
        if not conf.use_pcap:
            raise CannotMeasure(Outcome.UNSUPPORTED, "raw frames need Npcap, which is not installed (npcap.com)")
        from scapy.interfaces import resolve_iface

        interface = resolve_iface(nic)
        mac = bytes.fromhex((interface.mac or "").replace(":", ""))
        opened: Any = conf.L2socket(iface=interface, filter=FILTER, promisc=False)
    except CannotMeasure:
        raise
    except Exception as error:  # by whichever exception scapy stumbles; libpcap says in words what it is
        raise refusal(nic, str(error)) from None
    opened.pcap_fd.setnonblock(True)
    if len(mac) != 6 or not any(mac):
        opened.close()
        raise CannotMeasure(Outcome.UNSUPPORTED, f"{nic} is no Ethernet")
    return opened, mac


def refusal(nic: str, said: str) -> CannotMeasure:
    """What it means that libpcap does not open an interface, by its own words."""
    if any(word in said.lower() for word in _REFUSED):
        return CannotMeasure(Outcome.DENIED, "this user may not send raw frames: that needs administrator rights")
    return CannotMeasure(Outcome.UNSUPPORTED, f"cannot open interface {nic}")
