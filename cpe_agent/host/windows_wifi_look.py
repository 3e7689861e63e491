"""Wi-Fi on Windows: the questions in their order. The calls are in ``windows_services``, what is read is pure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host import (
    WifiLook,
    windows_api,
    windows_registry,
    windows_services,
    windows_wifi,
    windows_wifi_log,
)
from cpe_agent.host.thread import asked, in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cpe_agent.facts import WifiLink, WifiNetwork
    from cpe_agent.host.windows_nics import Interface

_LOCATION = r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore\location"
_LOG_S = 1.2


class _Seen(NamedTuple):
    own: Interface
    adapter: windows_wifi.Adapter
    said: windows_wifi.Said


async def look(interfaces: Callable[[], Iterable[Interface]]) -> WifiLook:
    seen = await asked(_wifi, interfaces, timeout_s=2.2)
    failed: dict[str, windows_wifi_log.Failed] | None = {}
    if any(not one.adapter.associated for one in seen):
        try:
            failed = await in_thread(_failures, timeout_s=_LOG_S)
        except (OSError, ValueError):  # TimeoutError is an OSError: the log is closed, broken or slow
            failed = None
    links: list[WifiLink] = []
    scan: tuple[WifiNetwork, ...] = ()
    for own, adapter, said in seen:
        why = None if failed is None else failed.get(adapter.guid)
        links.append(windows_wifi.link(own.nic.name, adapter, said, own.rate_mbps, why))
        scan = scan or windows_wifi.networks(said.listed, said.stations)
    # Where the log is closed nobody knows whether joining failed; "it did not, and the network is there" would be said.
    known = bool(scan) and failed is not None
    return WifiLook(tuple(links), scan if known else (), known)


def _wifi(interfaces: Callable[[], Iterable[Interface]]) -> list[_Seen]:
    by_guid = {one.guid: one for one in interfaces()}
    may_see = windows_wifi.may_see_networks(windows_api.version(), _consents())
    listed, answers = windows_services.wlan(windows_wifi.queries(may_see), networks=may_see)
    return [
        _Seen(by_guid[one.guid], one, windows_wifi.Said(**answers.get(one.key, {})))
        for one in windows_wifi.read_adapters(listed)
        if one.guid in by_guid
    ]


def _failures() -> dict[str, windows_wifi_log.Failed]:
    if windows_registry.number(windows_registry.values(windows_wifi_log.SETTINGS), "Enabled") == 0:
        raise OSError("the log is switched off")
    text = windows_services.events(windows_wifi_log.CHANNEL, windows_wifi_log.QUERY, windows_wifi_log.MOST_EVENTS)
    return windows_wifi_log.read_log(text, time.time())


def _consents() -> list[str]:
    """Of the computer, of its user, and of the user for programs that are no apps."""
    places = ((_LOCATION, False), (_LOCATION, True), (rf"{_LOCATION}\NonPackaged", True))
    return [windows_registry.text(windows_registry.values(path, user=user), "Value") for path, user in places]
