"""Crockford's base 32 (https://www.crockford.com/base32.html): codes that people type. No I, L, O or U is written;
read are lower case too, O as 0, I and L as 1, and U as the V that it was heard or seen for."""

from __future__ import annotations

from collections.abc import Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = {**{c: v for v, c in enumerate(ALPHABET)}, "O": 0, "I": 1, "L": 1, "U": ALPHABET.index("V")}


def values(text: str) -> list[int] | None:
    """0..31 for each character; None when one is none of them."""
    read = [_READ.get(c, -1) for c in text.upper()] if text.isascii() else [-1]
    return None if -1 in read else read


def spelled(numbers: Sequence[int]) -> str:
    return "".join(ALPHABET[v] for v in numbers)
