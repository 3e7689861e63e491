"""The proxy setting of this user, as WinHttpGetIEProxyConfigForCurrentUser tells it. Pure."""

from __future__ import annotations

import re

from cpe_agent.facts import Proxy
from cpe_agent.host.parse_linux import proxy_of_url, script_url

_FOR_PAGES = ("https", "http", "", "socks")  # in the order in which a secure page would use them


def read_proxies(by_itself: bool, script: str, proxies: str) -> tuple[Proxy, ...]:
    """What somebody wrote down first. "Find it by itself" is on in every new Windows and mostly finds nothing, so it
    comes last; a browser goes by what it finds."""
    found: list[Proxy | None] = []
    if url := script_url(script):
        found.append(Proxy("pac", "system", pac_url=url))
    found.append(_manual(proxies))
    if by_itself:
        found.append(Proxy("wpad", "system"))
    return tuple(proxy for proxy in found if proxy is not None)


def _manual(text: str) -> Proxy | None:
    """``host:port``, or ``http=host:port;https=host:port`` with semicolons or blanks between."""
    by_scheme: dict[str, str] = {}
    for word in re.split(r"[;\s]+", text[:2048])[:32]:
        scheme, equals, place = word.rpartition("=")
        if place:
            by_scheme.setdefault(scheme.lower() if equals else "", place)
    for scheme in _FOR_PAGES:
        place = by_scheme.get(scheme)
        url = place if place is None or "://" in place or scheme != "socks" else f"socks://{place}"
        if url and (proxy := proxy_of_url(url, "system")):
            return proxy
    return None
