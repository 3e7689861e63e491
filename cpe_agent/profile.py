"""The ISP's profile: what to probe, and what belongs to the provider. TOML; every key of it in docs/profile.md."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cpe_agent.codec import Malformed, from_plain
from cpe_agent.facts import CaptiveTarget, LiteralTarget, Plan
from cpe_agent.packed import packed

if TYPE_CHECKING:
    from cpe_agent.look import Look

BUILT_IN = Plan(
    literals=(
        LiteralTarget("1.1.1.1", "Cloudflare"),
        LiteralTarget("2606:4700:4700::1111", "Cloudflare"),
        LiteralTarget("8.8.8.8", "Google"),
        LiteralTarget("2001:4860:4860::8888", "Google"),
        LiteralTarget("9.9.9.9", "Quad9"),
        LiteralTarget("2620:fe::fe", "Quad9"),
    ),
    names=("example.com", "www.wikipedia.org"),
    captive=(
        CaptiveTarget("http://connectivitycheck.gstatic.com/generate_204", 204, ""),
        CaptiveTarget("http://detectportal.firefox.com/success.txt", 200, "success\n"),
    ),
    https=("www.cloudflare.com", "www.wikipedia.org", "www.debian.org"),
)
"""Three public anycast networks and the checks that browsers and systems use."""

_WORDS: dict[str, dict[str, str]] = {
    # table -> key in the file -> field of the plan
    "isp": {
        "name": "isp_name",
        "support_phone": "support_phone",
        "cpe_owner": "cpe_owner",
        "infrastructure": "infrastructure",
        "wan": "wan",
        "realms": "realms",
        "concentrators": "concentrators",
        "resolvers": "resolvers",
        "walled_garden": "walled_garden",
    },
    "probe": {
        "literals": "literals",
        "domestic": "domestic",
        "names": "names",
        "captive": "captive",
        "https": "https",
        "ntp": "ntp",
    },
}
_DESK = {"url", "spki_pins", "enrolment"}
# of a provider's own build
_LATER = {"text": {"languages"}, "look": {"name", "icon", "accent", "accent_dark", "contact"}}
_MOST_DESKS = 4
_MOST_PINS = 8
_CHOICES = {"cpe_owner": ("isp", "customer", "infrastructure"), "wan": ("pppoe", "ipoe", "l2tp", "pptp", "unknown")}


class Desk(NamedTuple):
    """Where reports go. ``urls``: in the order in which they are tried. ``spki_pins``: base64 SHA-256 of the keys that
    it may show; none: any that the system trusts. ``enrolment``: the upload ticket. It is no part of the plan, because
    the plan is in every report."""

    urls: tuple[str, ...]
    spki_pins: tuple[str, ...] = ()
    enrolment: str | None = None

    def __repr__(self) -> str:
        return f"Desk({', '.join(self.urls)})"


class Profile(NamedTuple):
    plan: Plan
    desk: Desk | None = None


class BadProfile(ValueError):
    """The file is no usable profile; the message names the place and what is expected there."""


def load(path: Path) -> Plan:
    """A profile file as a plan. Raises ``BadProfile``, also when the file cannot be read."""
    return read_profile(path).plan


def read_profile(path: Path) -> Profile:
    """A profile file, whole. Raises ``BadProfile``, also when the file cannot be read."""
    text = text_of(path)
    try:
        return profile_of_text(text, path.stem)
    except BadProfile as error:
        raise BadProfile(f"{path}: {error}") from None


def text_of(path: Path) -> str:
    """The text of a profile file, without the mark (BOM) that editors on Windows put before it. Raises
    ``BadProfile``."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BadProfile(f"{path}: cannot be read: it is not UTF-8; save it as UTF-8 text") from None
    except OSError as error:
        raise BadProfile(f"{path}: cannot be read: {error.strerror}") from None


def look_of(path: Path) -> Look:
    """The look of a profile file that ``read_profile`` took."""
    import tomllib

    from cpe_agent.look import parse_look

    return parse_look(tomllib.loads(text_of(path)))


def own_profile() -> Profile:
    """The one that a provider's build carries, otherwise the built-in one."""
    own = packed()
    return profile_of_text(own.profile, own.profile_name) if own.profile else Profile(BUILT_IN)


def profile_of_text(text: str, name: str) -> Profile:
    """Raises ``BadProfile``."""
    import tomllib

    from cpe_agent.look import BadLook, parse_look

    try:
        tables = tomllib.loads(text)
        if not tables:
            raise BadProfile("holds nothing; without --profile the built-in one is used")
        profile = Profile(parse(tables, name=name), parse_desk(tables.get("desk", {})))
        parse_look(tables)
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(f"not TOML: {error}") from None
    except BadLook as error:
        raise BadProfile(str(error)) from None
    return profile


def parse(tables: dict[str, Any], name: str) -> Plan:
    """TOML tables as a plan, everything not said taken from the built-in one. Raises ``BadProfile``."""
    said: dict[str, Any] = {}
    for table, content in tables.items():
        known = {**dict.fromkeys({"desk": _DESK, **_LATER}.get(table, ())), **_WORDS.get(table, {})}
        if not known:
            raise BadProfile(f"[{table}] is unknown; tables are {', '.join([*_WORDS, 'desk', *_LATER])}")
        if not isinstance(content, dict):
            raise BadProfile(f"{table} must be a table: [{table}]")
        for key, value in content.items():
            if key not in known:
                raise BadProfile(f"{table}.{key} is unknown; known are {', '.join(sorted(known))}")
            if table in _WORDS:
                said[_WORDS[table][key]] = value
    for key, choices in _CHOICES.items():
        if key in said and said[key] not in choices:
            raise BadProfile(f"isp.{key}: {said[key]!r} is none of {', '.join(choices)}")
    try:
        plan = from_plain(Plan, {**_plain_built_in(), **said, "profile": name})
    except Malformed as error:
        raise BadProfile(_in_plain_words(error)) from None
    _check(plan)
    return plan


def parse_desk(table: dict[str, Any]) -> Desk | None:
    """The table [desk]; None when it names no desk. Raises ``BadProfile``."""
    import re
    from base64 import b64decode

    said = table.get("url", "")
    urls = [said] if isinstance(said, str) else said
    if not isinstance(urls, list) or len(urls) > _MOST_DESKS or not all(isinstance(u, str) for u in urls):
        raise BadProfile(f"desk.url: expected text, or a list of at most {_MOST_DESKS}")
    urls = [url.rstrip("/") for url in urls if url]
    for url in urls:
        from cpe_agent.host.desk_link import may_be_asked  # only a profile with a desk needs the network's modules

        if not may_be_asked(url):
            raise BadProfile(f"desk.url: {url!r} must be an https:// address without query")
    pins = table.get("spki_pins", [])
    if not isinstance(pins, list) or len(pins) > _MOST_PINS:
        raise BadProfile(f"desk.spki_pins: expected a list of at most {_MOST_PINS}")
    for pin in pins:
        try:
            good = isinstance(pin, str) and len(b64decode(pin, validate=True)) == 32  # SHA-256
        except ValueError:
            good = False
        if not good:
            raise BadProfile("desk.spki_pins: each is the SHA-256 of a public key (SPKI) in base64")
    ticket = table.get("enrolment") or None
    if ticket is not None and not (isinstance(ticket, str) and re.fullmatch(r"[A-Za-z0-9._~+/-]{1,512}=*", ticket)):
        raise BadProfile("desk.enrolment: no upload ticket (letters, digits and ._~+/-)")  # never quoted: a secret
    return Desk(tuple(urls), tuple(pins), ticket) if urls else None


_TYPES = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false"}


def _in_plain_words(error: Malformed) -> str:
    """Where in the file, by the file's own words, and what belongs there."""
    import re

    field, *deeper = re.split(r"(?=[.\[])", error.path, maxsplit=1)
    places = {name: f"{table}.{key}" for table, keys in _WORDS.items() for key, name in keys.items()}
    reason = re.sub(r"\b(str|int|float|bool)\b", lambda found: _TYPES[found[0]], error.reason)
    return f"{places.get(field, field)}{''.join(deeper)}: {reason}"


def _plain_built_in() -> dict[str, Any]:
    from cpe_agent.codec import to_plain

    plain: dict[str, Any] = to_plain(BUILT_IN)
    return plain


def _check(plan: Plan) -> None:
    from urllib.parse import urlsplit

    for place, addresses in (
        ("isp.resolvers", plan.resolvers),
        ("probe.literals", [t.address for t in plan.literals]),
        ("probe.domestic", [t.address for t in plan.domestic]),
    ):
        for address in addresses:
            try:
                ip_address(address)
            except ValueError:
                raise BadProfile(f"{place}: {address!r} is no address (names would make DNS a judge)") from None
    if len({t.network for t in plan.literals}) < 3:
        raise BadProfile("probe.literals: at least three different networks are needed to judge the Internet")
    if not plan.names or not plan.captive:
        raise BadProfile("probe.names and probe.captive need at least one entry each")
    for check in plan.captive:
        parts = urlsplit(check.url)
        if parts.scheme != "http" or not parts.hostname:
            raise BadProfile(f"probe.captive: {check.url!r} must be an http:// address (a portal cannot answer https)")
