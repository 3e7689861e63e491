"""A host or URL as a person types it: is it one that can be asked for?"""

from __future__ import annotations


class BadTarget(ValueError):
    """It is not; the message says what would be right."""


def check_target(text: str) -> str:
    """The host or http(s) URL, spaces around it removed. What follows a ``?`` or ``#`` is left out: whether a site
    opens does not hang on it, and it may hold what is nobody's business. Raises ``BadTarget``."""
    from urllib.parse import urlsplit

    text = text.strip()
    if not text:
        raise BadTarget("give a host or a URL, for example example.com or https://example.com/")
    scheme, separator, _ = text.partition("://")
    if separator and scheme.lower() not in ("http", "https"):
        raise BadTarget(f"{scheme}:// cannot be asked for; give a host, or a URL with http:// or https://")
    try:
        parts = urlsplit(text if separator else f"https://{text}")
        host, port = parts.hostname or "", parts.port
        named = parts.username is not None or parts.password is not None
    except ValueError:
        raise BadTarget(f"{text!r} is no host and no URL: a port is 1 to 65535, IPv6 stands in [ ]") from None
    if named:
        raise BadTarget("leave out the name and password before the @; a site is asked for without them")
    if port == 0:
        raise BadTarget(f"{text!r}: a port is 1 to 65535")
    _check_name(host, text)
    return text.partition("#")[0].partition("?")[0]


def check_host(text: str) -> str:
    """A bare host name or address. Raises ``BadTarget``."""
    text = text.strip()
    if "://" in text or "/" in text:
        raise BadTarget(f"{text!r}: give a host, not a URL")
    if ":" not in text:  # an IPv6 address has colons, and its own reader
        _check_name(text, text)
    return text


def _check_name(host: str, text: str) -> None:
    """RFC 1035 2.3.4: a name has at most 253 characters, a label 63; and none is empty but the last."""
    labels = host.removesuffix(".").split(".")
    good = 0 < len(host) <= 253 and all(0 < len(label) <= 63 for label in labels)
    if ":" in host:  # IPv6, out of its brackets
        return
    if not good or not host.isprintable() or any(c in " \t/\\@'\"<>|" for c in host):
        raise BadTarget(f"{text!r} is no name of a host")
