"""MS-CHAPv2 (RFC 2759): the answer to a challenge, and the server's proof that it knows the password too."""

from __future__ import annotations

import hashlib
import re

from cpe_agent.login.des import encrypt
from cpe_agent.login.md4 import md4

_MAGIC_1 = b"Magic server to client signing constant"
_MAGIC_2 = b"Pad to make it do more than one iteration"
_PROOF = re.compile(rb"S=([0-9A-Fa-f]{40})")
_ERROR = re.compile(rb"E=([0-9]{1,10})")
_TEXT = re.compile(rb"M=(.*)", re.DOTALL)


def password_hash(password: bytes) -> bytes:
    """Section 8.3, over the password in UTF-16 (256 characters at most)."""
    try:
        text = password.decode("utf-8")
    except UnicodeDecodeError:
        text = password.decode("latin-1")
    return md4(text[:256].encode("utf-16-le"))


def challenge_hash(peer_challenge: bytes, challenge: bytes, user: bytes) -> bytes:
    """Section 8.2. A Windows domain before the name does not count (section 4)."""
    return hashlib.sha1(peer_challenge + challenge + user.rpartition(b"\\")[2], usedforsecurity=False).digest()[:8]


def nt_response(challenge: bytes, peer_challenge: bytes, user: bytes, password: bytes) -> bytes:
    """Section 8.1: 24 bytes."""
    block = challenge_hash(peer_challenge, challenge, user)
    keys = password_hash(password).ljust(21, b"\0")
    return b"".join(encrypt(block, keys[at : at + 7]) for at in (0, 7, 14))


def response_value(peer_challenge: bytes, answer: bytes) -> bytes:
    """Section 4: the value of a Response packet, 49 bytes."""
    return peer_challenge + bytes(8) + answer + b"\0"


def authenticator_response(
    password: bytes, answer: bytes, peer_challenge: bytes, challenge: bytes, user: bytes
) -> bytes:
    """Section 8.7: the 20 bytes that only one who knows the password (its hash) can give."""
    of_hash = md4(password_hash(password))
    digest = hashlib.sha1(of_hash + answer + _MAGIC_1, usedforsecurity=False).digest()
    block = challenge_hash(peer_challenge, challenge, user)
    return hashlib.sha1(digest + block + _MAGIC_2, usedforsecurity=False).digest()


def proof_of(message: bytes) -> bytes | None:
    """The 20 bytes after ``S=`` in a Success (section 5)."""
    found = _PROOF.search(message)
    return None if found is None else bytes.fromhex(found[1].decode("ascii"))


def text_of(message: bytes) -> bytes:
    """What follows ``M=`` in a Success or Failure."""
    found = _TEXT.search(message)
    return b"" if found is None else found[1]


def failure_of(message: bytes) -> tuple[int | None, bytes]:
    """The error number and the text of a Failure, ``E=691 R=0 C=... V=3 M=text`` (section 6). A text of another shape
    is handed back whole."""
    number = _ERROR.search(message)
    return (None, message) if number is None else (int(number[1]), text_of(message))
