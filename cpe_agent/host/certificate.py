"""Who issued a certificate and whose key it is, read from its DER bytes (X.690, RFC 5280): also from one that nobody
should trust."""

from __future__ import annotations

from cpe_agent.host.clean import clean

_ORGANISATION = b"\x55\x04\x0a"  # 2.5.4.10
_COMMON_NAME = b"\x55\x04\x03"  # 2.5.4.3
_OID, _VERSION = 0x06, 0xA0
_UTF_16 = 0x1E  # BMPString
_MOST_NAMES = 32


def issuer(der: bytes) -> str | None:
    """The issuer's organisation, else its common name; cleaned, at most 64 characters. None when it has neither or
    the bytes are no certificate."""
    try:
        body, at = _issuer_at(der)
        _, name, _ = _element(body, at)
        found = _names(name)
    except ValueError:
        return None
    return found.get(_ORGANISATION) or found.get(_COMMON_NAME)


def key_pin(der: bytes) -> str | None:
    """SHA-256 of the SubjectPublicKeyInfo in base64: what RFC 7469 pins (2.4). None when the bytes are no
    certificate."""
    from base64 import b64encode
    from hashlib import sha256

    try:
        body, at = _issuer_at(der)
        for _ in ("issuer", "validity", "subject"):
            _, _, at = _element(body, at)
        _, _, after = _element(body, at)
    except ValueError:
        return None
    return b64encode(sha256(body[at:after]).digest()).decode()


def _issuer_at(der: bytes) -> tuple[bytes, int]:
    """The part that is signed, and where in it the issuer's name begins."""
    _, certificate, _ = _element(der, 0)
    _, body, _ = _element(certificate, 0)
    at = 0
    tag, _, after = _element(body, at)
    if tag == _VERSION:  # explicit, and absent in version 1
        at = after
    for _ in ("serial number", "signature algorithm"):
        _, _, at = _element(body, at)
    return body, at


def _names(name: bytes) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    at = 0
    for _ in range(_MOST_NAMES):
        if at >= len(name):
            break
        _, group, at = _element(name, at)  # SET OF
        _, pair, _ = _element(group, 0)  # SEQUENCE of type and value
        tag, kind, after = _element(pair, 0)
        if tag != _OID:
            raise ValueError("no attribute type")
        text_tag, value, _ = _element(pair, after)
        text = clean(value.decode("utf-16-be", "ignore") if text_tag == _UTF_16 else value)
        if text is not None:
            found.setdefault(kind, text)
    return found


def _element(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag, content and where the next one begins. Definite lengths only, as DER has them."""
    if at + 2 > len(data):
        raise ValueError("cut short")
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > len(data):
            raise ValueError("no length")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > len(data):
        raise ValueError("cut short")
    return tag, data[start : start + length], start + length
