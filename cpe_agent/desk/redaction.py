"""Looks over a whole report once more for what tells who the customer is, before anybody sees it.

The client leaves all of it out (``cpe_agent.privacy``, and no field has room for it); but a changed client, a router
that puts its owner's number into its name, or a hole in an allow-list may bring it all the same. So every text, number
and key is searched, wherever it stands. What is found is masked in what is shown, and its place is told, as a fault of
the program that sent it. The stored bytes stay as they are: they are sealed, they are what was accepted (their hash
is), and a report that is refused for a canary would be a lost report.

What is searched for:

- the customer's own telephone number in any spelling, and his customer number where it has six characters or more (a
  shorter one is any port or length);
- addresses that are known to be his (the one that the upload came from, his line's in the provider's record);
- hardware addresses in full (the client sends the maker's half);
- of the addresses that the report itself calls the home's own: public ones that were not shortened (IPv4: the last 8
  bits; IPv6: what stands behind the first 48).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any, NamedTuple

from cpe_agent.desk.customers import Personal
from cpe_agent.desk.finding.readings import customer_number
from cpe_agent.privacy import own_addresses

if TYPE_CHECKING:
    from cpe_agent.desk.archive import Row
    from cpe_agent.desk.desk import Desk

MASK = "•••"
MOST_PLACES = 50
SHORTEST_NUMBER = 6
_BETWEEN = r"[\W_]{0,3}"
_ADDRESS = re.compile(r"(?<![0-9A-Fa-f:.])[0-9A-Fa-f:.]{7,45}(?![0-9A-Fa-f:])")
_HARDWARE = re.compile(
    r"(?<![0-9A-Fa-f:-])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])|"
    r"(?<![0-9A-Fa-f:-])(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])"
)
_HARDWARE_HINT = re.compile(r"[:-][0-9a-f]{2}[:-][0-9a-f]{2}[:-][0-9a-f]{2}[:-]")
_NO_WORD = re.compile(r"[\W_]+")
_SHARED = IPv4Network("100.64.0.0/10")  # RFC 6598
_LOCAL_V6 = tuple(map(IPv6Network, ("fe80::/10", "fc00::/7")))
_DEEPEST = 64


class Shown(NamedTuple):
    """``places``: where something was masked (``sections.dns.content.servers[0]``), the first fifty."""

    report: Any
    places: tuple[str, ...]


def masked_report(report: Any, personal: Personal, addresses: Iterable[str] = ()) -> Shown:
    """``report``: plain JSON values. ``personal``: what the desk knows of the customer; ``addresses``: those known to
    be his. The same values come back where nothing was found."""
    search = _Search(personal, {*_parsed(addresses), *_not_shortened(report)})
    if not search.may_find("\n".join(_texts(report))):  # nearly always
        return Shown(report, ())
    return Shown(search.value(report, "", 0), tuple(search.places))


def _texts(report: Any) -> Iterator[str]:
    """Every text, key and number in it, in any order."""
    left = [report]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value
            left += value.values()
        elif isinstance(value, list):
            left += value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield repr(value)


def shown_content(desk: Desk, row: Row) -> tuple[bytes | None, tuple[str, ...]]:
    """A stored report's bytes for people to see, and where something in them was masked; None when they are gone.
    Where nothing was, they are the sealed ones. (The provider's own programs get those always.)"""
    data = desk.content(row)
    if data is None:
        return None, ()
    try:
        report = json.loads(data)
    except (ValueError, RecursionError):  # a newer version's, perhaps; there is no card of it
        return data, ()
    personal = Personal() if row.customer is None else desk.customers.reveal(row.tenant, row.customer)
    shown = masked_report(report, personal)
    return (json.dumps(shown.report).encode() if shown.places else data), shown.places


class _Search:
    def __init__(self, personal: Personal, addresses: set[IPv4Address | IPv6Address]) -> None:
        self.places: list[str] = []
        self._addresses = addresses
        found = (_telephone(personal.telephone), _number(personal.number))
        self._bare = [one.bare for one in found if one is not None]
        self._patterns = [one.pattern for one in found if one is not None]

    def may_find(self, texts: str) -> bool:
        """A quick look at all of them: False is sure."""
        shown = _digits(texts)
        low = shown.lower()
        bare = _NO_WORD.sub("", low)
        return (
            any(one in bare for one in self._bare)
            or any(_hint(address) in low for address in self._addresses)
            or _HARDWARE_HINT.search(low) is not None
        )

    def value(self, value: Any, place: str, depth: int) -> Any:
        if depth > _DEEPEST:
            return self._found(MASK, place)  # nothing honest is that deep
        if isinstance(value, str):
            return self._text(value, place)
        if isinstance(value, dict):
            return {
                self._text(key, f"{place}.{key}"): self.value(inner, f"{place}.{key}" if place else key, depth + 1)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self.value(inner, f"{place}[{i}]", depth + 1) for i, inner in enumerate(value)]
        if isinstance(value, int | float) and not isinstance(value, bool):
            text = repr(value)
            return value if self._text(text, place) == text else MASK
        return value

    def _text(self, text: str, place: str) -> str:
        shown = _digits(text)
        for pattern in self._patterns:
            shown = pattern.sub(MASK, shown)
        shown = _HARDWARE.sub(MASK, shown) if ":" in shown or "-" in shown else shown
        if self._addresses:
            shown = _ADDRESS.sub(self._address, shown)
        return text if shown == _digits(text) else self._found(shown, place)

    def _address(self, found: re.Match[str]) -> str:
        return MASK if self._addresses.intersection(_parsed([found[0].strip(".")])) else found[0]

    def _found(self, shown: str, place: str) -> str:
        if len(self.places) < MOST_PLACES:
            self.places.append(place[:200])
        return shown


def _digits(text: str) -> str:
    """Digits of every script as ASCII, each in its place."""
    return text if text.isascii() else "".join(str(int(c)) if c.isdecimal() else c for c in text)


class _Wanted(NamedTuple):
    """``bare``: without anything between its digits and letters, to look for quickly."""

    bare: str
    pattern: re.Pattern[str]


def _telephone(e164: str | None) -> _Wanted | None:
    """The number as it is written at home, and what of a country code and a trunk prefix stands before it."""
    if e164 is None:
        return None
    import phonenumbers  # 11 MiB

    number = phonenumbers.parse(e164)
    country, own = str(number.country_code), phonenumbers.national_significant_number(number)
    before = rf"(?:(?:\+|00)?{_BETWEEN}{_BETWEEN.join(country)}{_BETWEEN})?(?:0{_BETWEEN})?"
    return _Wanted(own, re.compile(before + _BETWEEN.join(own)))


def _number(number: str | None) -> _Wanted | None:
    bare = customer_number(number or "")
    if bare is None or len(bare) < SHORTEST_NUMBER:
        return None
    spelled = _BETWEEN.join(map(re.escape, bare))
    return _Wanted(bare, re.compile(rf"(?<![^\W_]){spelled}(?![^\W_])", re.IGNORECASE))


def _hint(address: IPv4Address | IPv6Address) -> str:
    """What stands in every spelling of it."""
    return str(address) if isinstance(address, IPv4Address) else f"{int(address) >> 112:x}:"


def _parsed(texts: Iterable[str]) -> set[IPv4Address | IPv6Address]:
    found = set()
    for text in texts:
        try:
            found.add(ip_address(text.partition("%")[0]))
        except ValueError:
            continue
    return found


def _not_shortened(report: Any) -> set[IPv4Address | IPv6Address]:
    """The home's own public addresses that the client should have shortened and did not."""
    sections = report.get("sections") if isinstance(report, dict) else None
    if not isinstance(sections, dict):
        return set()
    contents = {name: s.get("content") for name, s in sections.items() if isinstance(s, dict)}
    try:
        own = _parsed(own_addresses({name: c for name, c in contents.items() if isinstance(c, dict)}))
    except (AttributeError, TypeError):  # no shape that any client makes: nothing is known to be the home's own
        return set()
    return {address for address in own if _told_in_full(address)}


def _told_in_full(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return (address.is_global or address in _SHARED) and address.packed[3] != 0
    public = not any(address in net for net in _LOCAL_V6) and address.is_global
    # A shortened one is the first 48 bits and a hash of 64: nothing stands between.
    return public and (address.packed[6:8] != b"\0\0" or address.packed[11:13] == b"\xff\xfe")
