"""A wire with a delay, in user space: what comes in at one interface leaves the other after so many milliseconds.

    python -S -m tests.lab.relay --delay-ms 10 LAN LINE

Takes the place of the modem's bridge where a real round-trip time is wanted (this lab asks no netem of the kernel).
Frames keep their order; a frame that cannot be sent is lost, as on a wire. Offloads must be off on both cables, since
a frame read here has no checksum otherwise (packet(7), PACKET_IGNORE_OUTGOING).
"""

from __future__ import annotations

import argparse
import contextlib
import select
import socket
import time
from collections import deque

_SOL_PACKET, _PACKET_IGNORE_OUTGOING, _ETH_P_ALL = 263, 23, 3
_SO_RCVBUFFORCE, _SO_SNDBUFFORCE = 33, 32
_LONGEST_QUEUE = 20000  # frames on the way: a second of 1500-byte frames at 240 Mbit/s


def _open(interface: str) -> socket.socket:
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
    wire.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 8 << 20)
    wire.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, 8 << 20)
    wire.bind((interface, _ETH_P_ALL))
    wire.setblocking(False)
    return wire


def relay(left: str, right: str, delay_s: float) -> None:
    """Runs until it is told to stop."""
    ends = {wire.fileno(): wire for wire in (_open(left), _open(right))}
    first, second = ends
    other = {first: ends[second], second: ends[first]}
    waiting: deque[tuple[float, socket.socket, bytes]] = deque()  # one delay for all: due times are in order
    poller = select.epoll()
    for number in ends:
        poller.register(number, select.EPOLLIN)
    while True:
        patience = max(0.0, waiting[0][0] - time.monotonic()) if waiting else -1.0
        for number, _ in poller.poll(patience):
            with contextlib.suppress(OSError):  # nothing more to read, or the interface is down just now
                for _ in range(64):
                    frame = ends[number].recv(65536)
                    if len(waiting) < _LONGEST_QUEUE:
                        waiting.append((time.monotonic() + delay_s, other[number], frame))
        now = time.monotonic() + 0.0002  # epoll counts in milliseconds; a hair early beats a millisecond late
        while waiting and waiting[0][0] <= now:
            _, out, frame = waiting.popleft()
            with contextlib.suppress(OSError):  # a full or broken wire loses the frame
                out.send(frame)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay-ms", type=float, default=10.0)
    parser.add_argument("left")
    parser.add_argument("right")
    wanted = parser.parse_args()
    relay(wanted.left, wanted.right, wanted.delay_ms / 1000)


if __name__ == "__main__":
    main()
