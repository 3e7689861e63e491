"""What Windows writes down about the connections it dials: events 20221 to 20227 of the source RasClient in the
Application log. Their texts are in the system's language, so only ids, numbers and the names of protocols are read.

An event is one stage reached (Microsoft, RAS Connection Establishment Issues): 20221 dialling, 20222 device found,
20223 device connected (a PPPoE link or a tunnel stands), 20224 PPP and the login follow, 20225 connected, 20226
ended, 20227 failed with a code of raserror.h.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.facts import DialEntry
from cpe_agent.host.dial_pppd import WINDOW_S

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_agent.host.xml_tree import Element

_MOST_EVENTS = 256
_FIELDS = 16
_DIALLING, _DEVICE, _LINK, _READY, _CONNECTED, _ENDED, _FAILED = range(20221, 20228)
_KINDS = ("pppoe", "l2tp", "pptp")
_OF_THE_CODE = {  # these say themselves where it stopped
    **dict.fromkeys((602, 608, 633, 711, 769, 797, 813, 814), "local"),
    **dict.fromkeys((646, 647, 648, 649, 691), "auth"),
    **dict.fromkeys((720, 733, 736, 738), "ipcp"),
    737: "lcp",
    668: "open",
}


class RasEvent(NamedTuple):
    """``at``: Unix seconds. ``call``: what events of one attempt have in common. ``code``: of 20226 and 20227.
    ``kind``: pppoe | l2tp | pptp where a field names the protocol."""

    event_id: int
    at: float
    call: str
    code: int | None = None
    kind: str | None = None


def read_events(text: bytes) -> list[RasEvent]:
    """``wevtutil qe ... /f:xml``: one ``Event`` element after another, no element around them."""
    from cpe_agent.host.xml_tree import read_xml

    try:
        root = read_xml(b"<Events>" + text + b"</Events>")
    except ValueError:
        return []
    found = (_event(element) for element in root.children[:_MOST_EVENTS])
    return [event for event in found if event is not None]


def _event(element: Element) -> RasEvent | None:
    system, data = element.child("System"), element.child("EventData")
    if system is None or data is None:
        return None
    provider, created = system.child("Provider"), system.child("TimeCreated")
    at = unix_s(created.attributes.get("SystemTime", "") if created else "")
    number = system.child_text("EventID")
    if provider is None or provider.attributes.get("Name") != "RasClient" or at is None:
        return None
    if not (number.isascii() and number.isdigit() and len(number) == 5 and _DIALLING <= int(number) <= _FAILED):
        return None
    fields = [field.text.strip() for field in data.children[:_FIELDS] if field.name == "Data"]
    if not fields:
        return None
    last = fields[-1]
    code = int(last) if last.isascii() and last.isdigit() and len(last) <= 5 else None
    # The first three are the call, the user's and the connection's names, which may say anything.
    words = " ".join(fields[3:]).lower()
    return RasEvent(int(number), at, fields[0][:64], code, next((kind for kind in _KINDS if kind in words), None))


def unix_s(text: str) -> float | None:
    """ "2026-11-22T02:54:47.1234567Z": Windows writes seven digits."""
    from datetime import UTC, datetime

    try:
        return datetime.fromisoformat(text[:26].rstrip("Z")).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def entries(events: Iterable[RasEvent], now: float) -> list[DialEntry]:
    """How the last attempt of the last quarter of an hour failed; nothing when it came up or was ended here. Without a
    word about its protocol it is a ``vpn``, which accuses nobody."""
    reached: dict[str, int] = {}
    kinds: dict[str, str] = {}
    failed: DialEntry | None = None
    for event in sorted(events, key=lambda event: (event.at, event.event_id))[-_MOST_EVENTS:]:
        if not now - WINDOW_S <= event.at <= now:
            continue
        kind = kinds[event.call] = event.kind or kinds.get(event.call, "vpn")
        if event.event_id in (_CONNECTED, _ENDED):
            failed = None
        elif event.event_id == _FAILED:
            stage = _stage(event.code, reached.get(event.call))
            failed = DialEntry(kind, "failed", "ras", event.code, stage, None, round(now - event.at, 1))
        reached[event.call] = max(event.event_id, reached.get(event.call, 0))
    return [] if failed is None else [failed]


def stage_of_code(code: int | None) -> str | None:
    """The stage that a code of raserror.h names by itself; None for one that may come in several."""
    return None if code is None else _OF_THE_CODE.get(code)


def _stage(code: int | None, reached: int | None) -> str | None:
    """The stage first, then the code: the same number means different things before and after the link stands. PPP
    and the login are one stage here, so a time-out in it is not called the login's."""
    return stage_of_code(code) or {_DIALLING: "discovery", _DEVICE: "discovery", _LINK: "lcp", _READY: "lcp"}.get(
        reached or 0
    )
