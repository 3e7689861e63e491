"""Who answers for an IPv4 address on this link (RFC 826)? More than one station is a duplicate address or a rogue."""

from __future__ import annotations

import asyncio
import socket
import struct

from cpe_agent.host.hardware_address import station
from cpe_agent.host.packet import BROADCAST, ETH_P_ARP, close_aside, open_packet

_SENDS_S = (0.0, 0.1)
_MOST_STATIONS = 8
_MOST_PACKETS = 256
_ARP = struct.Struct("!HHBBH6s4s6s4s")
_REQUEST, _REPLY = 1, 2


def _own_address(nic: str, towards: str) -> bytes:
    """Our source address on the way there; all zeros (a probe, RFC 5227) when there is none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, nic.encode() + b"\0")
            sock.connect((towards, 9))
            own = str(sock.getsockname()[0])
            # Asked in its own name nobody answers for it: such a question has no sender (RFC 5227, 2.1.1).
            return bytes(4) if own == towards else socket.inet_aton(own)
        except OSError:
            return bytes(4)


async def arp_macs(nic: str, address: str, *, timeout_s: float) -> tuple[str, ...]:
    """See ``Net.arp_macs``: each distinct station that answered, as a pseudonym, in order of arrival. Listens to the
    end, because the second answer is the one that matters."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        wanted = socket.inet_aton(address)
    except OSError:
        return ()
    found: dict[bytes, None] = {}
    sock, mac = open_packet(nic, ETH_P_ARP, "ARP questions")
    question = _ARP.pack(1, 0x0800, 6, 4, _REQUEST, mac, _own_address(nic, address), bytes(6), wanted)
    left = _MOST_PACKETS

    def read() -> None:
        nonlocal left
        try:
            packet = sock.recv(256)
        except OSError:
            return
        left -= 1
        if left <= 0:
            loop.remove_reader(sock)
        if len(packet) < _ARP.size:
            return
        _, _, _, _, operation, sender, sender_address, _, _ = _ARP.unpack_from(packet)
        if operation == _REPLY and sender_address == wanted and sender != mac and len(found) < _MOST_STATIONS:
            found.setdefault(sender)

    loop.add_reader(sock, read)
    try:
        for after in _SENDS_S:
            await asyncio.sleep(max(0.0, min(after, timeout_s) - (loop.time() - start)))
            try:
                sock.sendto(question, (nic, ETH_P_ARP, 0, 0, BROADCAST))
            except OSError:
                break  # the interface went down: nobody can answer
        await asyncio.sleep(max(0.0, timeout_s - (loop.time() - start)))
    finally:
        loop.remove_reader(sock)
        close_aside(sock)
    return tuple(name for each in found if (name := station(each)) is not None)
