"""How often somebody may try to log in. Counted in this process: with several, each counts for itself."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter


class Throttle:
    """A name from one network is tried ten times in ten minutes; from all networks a hundred times an hour, so that
    guessing from many machines is slow too; one network sends at most 300 tries in ten minutes, because an office, or
    everybody behind one provider's address translation, shares it."""

    def allows(self, name: str, address: str) -> bool:
        """Counts this try. What is refused is not looked at at all."""
        # Every one is asked only while the ones before it agree: who is refused for his network fills no other counter.
        return all(
            self._limiter.hit(limit, *key) for limit, key in zip(self._limits, _keys(name, address), strict=True)
        )

    def forget(self, name: str, address: str) -> None:
        """This was the person: the earlier tries were slips."""
        for limit, key in list(zip(self._limits, _keys(name, address), strict=True))[1:]:
            self._limiter.clear(limit, *key)

    @cached_property
    def _limiter(self) -> FixedWindowRateLimiter:
        # Not the moving window: its store in memory keeps the key of every counter that ever was.
        from limits.storage import MemoryStorage
        from limits.strategies import FixedWindowRateLimiter

        return FixedWindowRateLimiter(MemoryStorage())

    @cached_property
    def _limits(self) -> tuple[RateLimitItem, RateLimitItem, RateLimitItem]:
        from limits import RateLimitItemPerHour, RateLimitItemPerMinute

        return RateLimitItemPerMinute(300, 10), RateLimitItemPerMinute(10, 10), RateLimitItemPerHour(100)


def prefix(address: str) -> str:
    """The network that one household or one machine has: a /64 of IPv6, a /24 of IPv4."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(read, IPv6Address) and read.ipv4_mapped:
        read = read.ipv4_mapped
    return read.packed[: 8 if read.version == 6 else 3].hex()


def _keys(name: str, address: str) -> tuple[tuple[str, ...], ...]:
    network = prefix(address)
    return ("network", network), ("pair", _short(name), network), ("name", _short(name))


def _short(name: str) -> str:
    """A key of fixed size, whatever was typed."""
    return blake2b(name.encode("utf-8", "replace"), digest_size=12).hexdigest()
