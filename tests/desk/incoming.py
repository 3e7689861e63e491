"""Reports on their way to the archive. Their bodies stand for themselves: neither packed nor sealed."""

from __future__ import annotations

import hashlib
import itertools
import os
from typing import Any

from cpe_agent.desk.archive import Encoding, Incoming

NOVEMBER = 1_793_491_200.0
"""2026-11-01 00:00 UTC."""
DAY = 86_400.0
_numbers = itertools.count(1)


def uuid7_at(seconds: float) -> bytes:
    """The id that a client whose clock says so makes (RFC 9562, 5.7)."""
    value = int(seconds * 1000) << 80 | 7 << 76 | 2 << 62 | int.from_bytes(os.urandom(10)) & ~(15 << 76 | 3 << 62)
    return value.to_bytes(16)


def report(content: bytes | str | None = None, *, received: float | None = None, **more: Any) -> Incoming:
    """``content``: two reports of the same content and id are the same. Without one it is like no other."""
    number = next(_numbers)
    raw = content.encode() if isinstance(content, str) else content or f"report {number}".encode()
    at = NOVEMBER + number / 1000 if received is None else received
    return Incoming(
        **{
            "id": uuid7_at(at), "sha": hashlib.sha256(raw).digest(), "cut": False, "body": raw, "size": len(raw),
            "encoding": Encoding.GZIP, "tenant": 1, "received": at, **more,
        }
    )  # fmt: skip
