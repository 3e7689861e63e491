"""Secrets that people and programs hold: random, shown once, kept as a hash.

A prefix says what a found one is, so that scanners of code and logs can name it: ``cpea_`` an API token, ``cpet_`` an
upload ticket, ``cpei_`` an invitation.
"""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from hashlib import sha256

TOKEN, TICKET, INVITE, SESSION = "cpea_", "cpet_", "cpei_", ""
_RANDOM = re.compile(r"[a-z2-7]{52}", re.ASCII)


def new(prefix: str) -> str:
    """256 random bits in base 32 (RFC 4648, small letters): one word, whole under a double click."""
    return prefix + b32encode(secrets.token_bytes(32)).decode().rstrip("=").lower()


def hash_of(text: str, prefix: str) -> bytes | None:
    """What is kept of it; None for what ``new`` never wrote, so that no garbage reaches the database."""
    if not text.startswith(prefix) or not _RANDOM.fullmatch(text, len(prefix)):
        return None
    return sha256(text.encode()).digest()
