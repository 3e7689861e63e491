"""One request to the provider's desk: over TLS against the system's store and the profile's pins, straight first and
then through the system's proxy. Nothing is followed: an answer counts only from the host that was asked.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from ipaddress import ip_address
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.collector import CannotMeasure
from cpe_agent.early import together
from cpe_agent.facts import Failure
from cpe_agent.host import this_host
from cpe_agent.host.certificate import key_pin
from cpe_agent.host.http import Exchange, Where, exchange, where
from cpe_agent.host.lookup import lookup
from cpe_agent.host.tcp import connect

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Collection, Mapping

    from cpe_agent.facts import Connect

CONNECT_S = 4.0
MOST_ADDRESSES = 4
MOST_PROXIES = 2


class DeskAnswer(NamedTuple):
    """``status`` is None when the desk did not answer; then ``failure`` says why. A body that ends early, or is longer
    than was asked for, is what came of it."""

    status: int | None
    headers: dict[str, str]
    body: bytes
    failure: Failure | None


def may_be_asked(url: str) -> bool:
    """Is this an address that a report may go to: https, or http on this computer's own loopback?"""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        target = where(url)
        plain = parts.query or parts.fragment or parts.username is not None or "?" in url or "#" in url
    except ValueError:
        return False
    if plain or not target.host:
        return False
    if target.scheme == "https":
        return True
    try:
        return ip_address(target.host).is_loopback
    except ValueError:
        return False


async def system_proxies() -> tuple[str, ...]:
    """ "host:port" of the proxies that this system's settings name."""
    try:
        found = await this_host().local.proxies()
    except CannotMeasure:
        return ()
    named = [(p.host, p.port) for p in found if p.mode == "manual" and p.host is not None and p.port is not None]
    return tuple(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in named)[:MOST_PROXIES]


async def ask(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    pins: Collection[str] = (),
    timeout_s: float,
    max_bytes: int = 16_384,
) -> DeskAnswer:
    """``pins``: base64 SHA-256 of the keys that the desk may show (``key_pin``); none: any that the store trusts.
    ``timeout_s`` for each way that is tried. Raises ValueError for a URL that may not be asked."""
    if not may_be_asked(url):
        raise ValueError("no address of a desk")
    target = where(url)
    secured = target.scheme == "http"

    def known(session: ssl.SSLObject) -> bool:
        nonlocal secured
        secured = not pins or key_pin(session.getpeercert(binary_form=True) or b"") in pins
        return secured

    one = partial(exchange, url, method=method, headers=headers, body=body, max_bytes=max_bytes, accept=known)
    try:
        got = await _straight(target, url, one, timeout_s)
    except CannotMeasure:  # whether it is the desk's certificate cannot be judged here
        return DeskAnswer(None, {}, b"", Failure.OTHER)
    if got.message.status is None and target.scheme == "https":
        for proxy in await system_proxies():
            through: Exchange = await one(proxy=proxy, timeout_s=timeout_s)
            if not secured:  # what a proxy itself answers is no word of the desk
                continue
            got = through
            if got.message.status is not None:
                break
    return DeskAnswer(got.message.status, got.message.headers, bytes(got.message.body), got.failure)


async def _straight(target: Where, url: str, one: Callable[..., Awaitable[Exchange]], timeout_s: float) -> Exchange:
    """To the host's address, of both families, that answers first: a family that is broken here holds nobody."""
    found = await lookup(target.host, family=None, timeout_s=min(CONNECT_S, timeout_s))
    six = [a for a in found.addresses if ":" in a]
    four = [a for a in found.addresses if ":" not in a]
    addresses = [a for a in chain.from_iterable(zip_longest(six, four)) if a is not None][:MOST_ADDRESSES]
    if not addresses:
        return replace(Exchange(url), failure=found.failure or Failure.OTHER)

    # One address: the request's own connection tells. Of several, the one that takes a connection first.
    best = addresses[0]
    if len(addresses) > 1:
        tried = {address: connect(address, target.port, timeout_s=CONNECT_S) for address in addresses}
        seen = await together(tried, timeout_s=CONNECT_S, enough=lambda by: 0.0 if _first(by) else None)
        best = _first(seen) or best
    return await one(address=best, timeout_s=timeout_s)


def _first(seen: Mapping[str, Connect]) -> str | None:
    return next((address for address, answer in seen.items() if answer.ok), None)
