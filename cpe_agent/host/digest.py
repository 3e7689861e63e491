"""HTTP Digest access authentication, the client's side (RFC 7616; RFC 2069 where a server knows no qop): the password
itself is never sent."""

from __future__ import annotations

import re
from typing import NamedTuple

_MOST = 2048
_ALGORITHMS = {"sha-256": "sha256", "md5": "md5"}  # the better one first
_ITEM = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64})(?:[ \t]*=[ \t]*(?:\"([^\"\\]*)\"|([^\s,\"]*)))?")


class Challenge(NamedTuple):
    """One offer of a server. ``algorithm``: SHA-256 | MD5. ``qop``: it knows ``auth``."""

    realm: str
    nonce: str
    algorithm: str
    opaque: str | None = None
    qop: bool = True
    userhash: bool = False


def challenge(header: str) -> Challenge | None:
    """The best offer in a WWW-Authenticate header (RFC 7616, 3.3) that can be answered. None for other schemes, for
    unknown algorithms, and for what could not go back into a header."""
    offers: list[dict[str, str]] = []
    digest = False
    for name, quoted, plain in ((m[1].lower(), m[2], m[3]) for m in _ITEM.finditer(header[:_MOST])):
        if quoted is None and plain is None:  # a word alone is the name of a scheme
            digest = name == "digest"
            if digest:
                offers.append({})
        elif digest:
            offers[-1].setdefault(name, quoted if quoted is not None else plain)
    usable = [found for offer in offers if (found := _usable(offer)) is not None]
    return min(usable, key=lambda found: list(_ALGORITHMS).index(found.algorithm.lower()), default=None)


def _usable(offer: dict[str, str]) -> Challenge | None:
    algorithm = offer.get("algorithm", "MD5")
    words = (offer.get("realm", ""), offer.get("nonce", ""), offer.get("opaque", ""))
    if algorithm.lower() not in _ALGORITHMS or not offer.get("nonce"):
        return None
    if not all(word.isascii() and word.isprintable() for word in words):
        return None
    qops = [word.strip().lower() for word in offer.get("qop", "").split(",")]
    if "qop" in offer and "auth" not in qops:
        return None  # auth-int alone
    return Challenge(
        offer.get("realm", ""),
        offer["nonce"],
        algorithm.upper(),
        offer.get("opaque"),
        "qop" in offer,
        offer.get("userhash", "").lower() == "true",
    )


def authorization(asked: Challenge, login: tuple[str, str], method: str, uri: str, client_nonce: str) -> str:
    """The Authorization header's value for the first request with this nonce. ``login``: name and password."""
    import hashlib
    from urllib.parse import quote

    def digest(text: str) -> str:
        name = _ALGORITHMS[asked.algorithm.lower()]
        return hashlib.new(name, text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()

    user, password = login
    first, second = digest(f"{user}:{asked.realm}:{password}"), digest(f"{method}:{uri}")
    between = f"{asked.nonce}:00000001:{client_nonce}:auth" if asked.qop else asked.nonce
    plain = user.isascii() and user.isprintable() and not set(user) & {'"', "\\"}
    if asked.userhash:
        name = f'username="{digest(f"{user}:{asked.realm}")}"'
    elif plain:
        name = f'username="{user}"'
    else:
        name = f"username*=UTF-8''{quote(user, safe='', errors='replace')}"
    parts = [
        name,
        f'realm="{asked.realm}"',
        f'nonce="{asked.nonce}"',
        f'uri="{uri}"',
        f'response="{digest(f"{first}:{between}:{second}")}"',
        f"algorithm={asked.algorithm}",
    ]
    if asked.qop:
        parts += ["qop=auth", "nc=00000001", f'cnonce="{client_nonce}"']
    if asked.opaque is not None:
        parts.append(f'opaque="{asked.opaque}"')
    if asked.userhash:
        parts.append("userhash=true")
    return "Digest " + ", ".join(parts)
