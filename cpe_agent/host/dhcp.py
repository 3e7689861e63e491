"""A DHCP DISCOVER of our own and the offers it draws (RFC 2131, RFC 2132). Nothing is requested, so no lease is
taken: a server holds an offered address for some seconds and forgets it."""

from __future__ import annotations

import asyncio
import os
import socket
import struct

from cpe_agent.facts import DhcpOffer
from cpe_agent.host import DhcpAsk
from cpe_agent.host.packet import BROADCAST, ETH_P_IP, only_dhcp, open_packet

_RESEND_S = (0.0, 0.5, 1.0)
_MOST_OFFERS = 8
_MOST_ADDRESSES = 8
_MOST_PACKETS = 256
_COOKIE = b"\x63\x82\x53\x63"
_DISCOVER, _OFFER, _NAK = 1, 2, 6
_OPTION = struct.Struct("!BB")


def discover(mac: bytes, transaction: bytes, seconds: int) -> bytes:
    """A whole IP packet. The broadcast flag is set: an answer to an address that nobody has would never arrive."""
    bootp = struct.pack("!BBBB4sHH16x", 1, 1, 6, 0, transaction, seconds, 0x8000) + mac.ljust(16, b"\0") + bytes(192)
    options = _option(53, bytes([_DISCOVER])) + _option(61, b"\x01" + mac) + _option(55, bytes([1, 3, 6, 51, 54]))
    payload = (bootp + _COOKIE + options + b"\xff").ljust(300, b"\0")
    udp = struct.pack("!HHHH", 68, 67, 8 + len(payload), 0)  # no checksum: RFC 768 allows it
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, bytes(4), b"\xff" * 4)
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    check = struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF)
    return header[:10] + check + header[12:] + udp + payload


def _option(code: int, value: bytes) -> bytes:
    return _OPTION.pack(code, len(value)) + value


def read_offer(packet: bytes, transaction: bytes, mac: bytes) -> DhcpOffer | None:
    """An OFFER or NAK to that very question out of a whole IP packet; None for anything else, and for an offer of no
    address. A value that cannot be meant (a mask with holes, a router 0.0.0.0) counts as not said."""
    if len(packet) < 20 or packet[0] >> 4 != 4:
        return None
    source = packet[12:16]
    bootp = packet[(packet[0] & 15) * 4 + 8 :]
    if len(bootp) < 240 or bootp[0] != 2 or bootp[4:8] != transaction or bootp[28:34] != mac:
        return None
    if bootp[236:240] != _COOKIE:
        return None
    options = _options(bootp[240:])
    kind = options.get(53, b"")
    if kind not in (bytes([_OFFER]), bytes([_NAK])):
        return None
    nak = kind == bytes([_NAK])
    if not nak and not any(bootp[16:20]):
        return None
    return DhcpOffer(
        server=next(iter(_addresses(options.get(54, b"")[:4])), socket.inet_ntoa(source)),
        address=socket.inet_ntoa(bootp[16:20]),
        prefix_len=_prefix_len(options.get(1, b"")),
        router=next(iter(_addresses(options.get(3, b""))), None),
        resolvers=_addresses(options.get(6, b"")),
        nak=nak,
    )


def _addresses(value: bytes) -> tuple[str, ...]:
    fours = [value[i : i + 4] for i in range(0, len(value) - 3, 4)][:_MOST_ADDRESSES]
    return tuple(socket.inet_ntoa(four) for four in fours if any(four))


def _prefix_len(mask: bytes) -> int | None:
    holes = ~int.from_bytes(mask, "big") & 0xFFFFFFFF
    return 32 - holes.bit_length() if len(mask) == 4 and any(mask) and not holes & (holes + 1) else None


def _options(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        if at + 2 > len(data):
            break
        code, length = _OPTION.unpack_from(data, at)
        if at + 2 + length > len(data):
            break  # cut short: the value is not what was sent
        found.setdefault(code, data[at + 2 : at + 2 + length])
        at += 2 + length
    return found


async def dhcp_discover(nic: str, *, timeout_s: float) -> DhcpAsk:
    """See ``Net.dhcp_discover``. Listens until ``timeout_s``: a second, rogue server is a fact worth the wait."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    transaction = os.urandom(4)
    offers: dict[tuple[str, str], DhcpOffer] = {}
    sent = 0
    sock, mac = open_packet(nic, ETH_P_IP, "DHCP questions")
    with sock:
        only_dhcp(sock)
        left = _MOST_PACKETS

        def read() -> None:
            nonlocal left
            try:
                packet = sock.recv(2048)
            except OSError:
                return
            left -= 1
            if left <= 0:
                loop.remove_reader(sock)
            offer = read_offer(packet, transaction, mac)
            if offer is not None and len(offers) < _MOST_OFFERS:
                offers.setdefault((offer.server, offer.address), offer)

        loop.add_reader(sock, read)
        try:
            for after in _RESEND_S:
                if after >= timeout_s or offers:
                    break
                try:
                    sock.sendto(discover(mac, transaction, int(after)), (nic, ETH_P_IP, 0, 0, BROADCAST))
                    sent += 1
                except OSError:
                    # The interface went down under us: nothing was sent, and the count says so.
                    await asyncio.sleep(0)
                following = min([s for s in _RESEND_S if s > after] + [timeout_s])
                await asyncio.sleep(max(0.0, min(following, timeout_s) - (loop.time() - start)))
            await asyncio.sleep(max(0.0, timeout_s - (loop.time() - start)))
        finally:
            loop.remove_reader(sock)
    return DhcpAsk(sent, tuple(offers.values()))
