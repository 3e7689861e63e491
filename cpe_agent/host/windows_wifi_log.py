"""Why this computer last failed to join a Wi-Fi network: events of the channel Microsoft-Windows-WLAN-AutoConfig/
Operational. Pure.

8001 joined, 8002 failed to join, 11006 the security failed (the same attempt's 8002 follows). Their texts are in the
system's language and hold names of networks and hardware addresses: only ids, numbers and the adapter's GUID are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.host.dial_ras import unix_s

if TYPE_CHECKING:
    from cpe_agent.host.xml_tree import Element

CHANNEL = "Microsoft-Windows-WLAN-AutoConfig/Operational"
# What is not written says nothing: the channel is on in every Windows, and somebody may have switched it off.
SETTINGS = rf"SOFTWARE\Microsoft\Windows\CurrentVersion\WINEVT\Channels\{CHANNEL}"
# The last hour: an older failure says nothing about now (see wifi-wrong-key in the catalogue).
WINDOW_S = 3600
_LATELY = f"TimeCreated[timediff(@SystemTime) <= {WINDOW_S * 1000}]"
QUERY = f"*[System[(EventID=8001 or EventID=8002 or EventID=11006) and {_LATELY}]]"
MOST_EVENTS = 96
_PROVIDER = CHANNEL.partition("/")[0]
_JOINED, _FAILED, _SECURITY = "8001", "8002", "11006"
_FIELDS = 24
_OTHER = "other"
# WLAN_REASON_CODE (wlanapi.h, learn.microsoft.com/windows/win32/nativewifi/wlan-reason-code). What is not named here is
# "other": 163851 ("not available") also means that profile and network do not fit each other.
_WORDS = {
    163853: "wrong_key",  # the profile's key is not the network's
    294932: "wrong_key",  # the pre-shared keys differ: the four-way handshake stopped at its second message
    163842: "ssid_absent",  # not visible
    229396: "ssid_absent",  # no visible access point
    229378: "rejected",  # the association failed
    229382: "rejected",  # security after the association failed
    229379: "timed_out",  # association
    229383: "timed_out",  # security
    294916: "timed_out",  # the exchange of keys did not start
    294917: "timed_out",  # or did not end
}


class Failed(NamedTuple):
    """``word``: as in ``WifiLink.failure``. ``rssi_dbm``: the signal at that moment."""

    word: str
    code: int | None
    age_s: float
    rssi_dbm: int | None


class _Event(NamedTuple):
    number: str
    at: float
    guid: str
    call: str
    code: int | None
    rssi_dbm: int | None


def read_log(text: bytes, now: float) -> dict[str, Failed]:
    """By the adapter's GUID ("{...}", upper case); nothing for one that joined after it failed. ``text``: one ``Event``
    element after another. Raises ValueError for what is no XML: then nothing is known."""
    from cpe_agent.host.xml_tree import read_xml

    root = read_xml(b"<Events>" + text + b"</Events>")
    found: dict[str, tuple[str, Failed]] = {}
    events = [event for element in root.children[:MOST_EVENTS] if (event := _event(element)) is not None]
    for event in sorted(events, key=lambda event: event.at):
        if not now - WINDOW_S <= event.at <= now:
            continue
        call, before = found.pop(event.guid, ("", None))
        if event.number == _JOINED:
            continue
        word = _WORDS.get(event.code or 0, _OTHER)
        failed = Failed(word, event.code, round(now - event.at, 1), event.rssi_dbm)
        if before is not None and call == event.call and word == _OTHER:  # the attempt's end; its cause was said before
            failed = before._replace(rssi_dbm=event.rssi_dbm)
        found[event.guid] = event.call, failed
    return {guid: failed for guid, (_, failed) in found.items()}


def _event(element: Element) -> _Event | None:
    system, data = element.child("System"), element.child("EventData")
    if system is None or data is None:
        return None
    provider, created = system.child("Provider"), system.child("TimeCreated")
    number, at = system.child_text("EventID"), unix_s(created.attributes.get("SystemTime", "") if created else "")
    if provider is None or provider.attributes.get("Name") != _PROVIDER or at is None:
        return None
    if number not in (_JOINED, _FAILED, _SECURITY):
        return None
    fields = {field.attributes.get("Name", ""): field.text.strip() for field in data.children[:_FIELDS]}
    guid = (fields.get("InterfaceGuid") or fields.get("DeviceGuid") or "").upper()[:40]
    rssi = _number(fields.get("RSSI", ""))
    rssi = rssi if rssi is not None and -120 <= rssi < 0 else None
    return _Event(number, at, guid, fields.get("ConnectionId", "")[:32], _number(fields.get("ReasonCode", "")), rssi)


def _number(text: str) -> int | None:
    """As Windows renders it, "294932" or "0x48014"; 32 bits at most."""
    try:
        value = int(text, 16 if text.startswith("0x") else 10) if text.isascii() and len(text) <= 11 else None
    except ValueError:
        return None
    return value if value is not None and abs(value) < 2**32 else None
