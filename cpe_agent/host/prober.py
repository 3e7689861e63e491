"""What a single-packet probe answers, the same for every kind of packet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from cpe_agent.facts import Failure


class Reply(NamedTuple):
    """``failure`` None: the target itself answered; otherwise what the ICMP error from ``sender`` said.
    ``probe`` is its number, -1 when the error does not tell which probe it is about. ``mtu`` goes with ``too_big``."""

    probe: int
    at_ns: int
    sender: str | None
    failure: Failure | None = None
    mtu: int | None = None


class Prober(Protocol):
    """One kind of packet to one address. ``send`` returns at once; replies go to the call-back given at the start.
    ``size`` is that of the whole IP packet, 0 for the smallest."""

    method: str

    def send(self, index: int, *, ttl: int | None = None, size: int = 0) -> Failure | None: ...
    def close(self) -> None: ...


class NotAllowedError(Exception):
    """The system does not let this user send this kind of packet."""
