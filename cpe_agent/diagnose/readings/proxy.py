"""The proxy that this computer is set to use."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.facts import Failure, ProxyVpn


@reading("proxy.mode", ProxyVpn)
def mode(p: ProxyVpn) -> str:
    """none, manual, pac or wpad."""
    return "none" if p.proxy is None else p.proxy.mode


@reading("proxy.answers", ProxyVpn)
def answers(p: ProxyVpn) -> bool | None:
    """The proxy takes connections."""
    return None if p.proxy_connect is None else p.proxy_connect.ok


@reading("proxy.status", ProxyVpn)
def status(p: ProxyVpn) -> int | None:
    """HTTP status that the proxy gave for a plain page."""
    return p.proxy_status


@reading("proxy.direct_ok", ProxyVpn)
def direct_ok(p: ProxyVpn) -> bool | None:
    """The same page comes when the proxy is left out."""
    return p.direct_ok


@reading("proxy.pac_ok", ProxyVpn)
def pac_ok(p: ProxyVpn) -> bool | None:
    """The automatic proxy script can be fetched."""
    if p.pac_status is None and p.pac_failure is None:
        return None
    return p.pac_status is not None and p.pac_status < 400


@reading("proxy.pac_proxy_answers", ProxyVpn)
def pac_proxy_answers(p: ProxyVpn) -> bool | None:
    """The proxy that the automatic script names takes connections."""
    return None if p.pac_proxy_connect is None else p.pac_proxy_connect.ok


@reading("proxy.local_and_closed", ProxyVpn)
def local_and_closed(p: ProxyVpn) -> bool | None:
    """The proxy should run on this computer itself, and nothing listens there: what an uninstalled program leaves."""
    if p.proxy is None or p.proxy.host is None:
        return None
    here = p.proxy.host == "localhost" or p.proxy.host.startswith("127.") or p.proxy.host == "::1"
    if not here or p.proxy_connect is None:
        return None if here else False
    return p.proxy_connect.failure is Failure.REFUSED
