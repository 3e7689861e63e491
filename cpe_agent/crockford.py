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


_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1
_SUM = 25  # not 0: zeros alone are no code


def check_of(read: Sequence[int]) -> int:
    """The character that completes a code. With the characters as elements of GF(32) the sum of a^i * c_i is a
    constant, where a generates the field: any one wrong character and any two that changed places are found, always, in
    codes of up to 31 characters."""
    return _weighed([*read, 0]) ^ _SUM


def complete(read: Sequence[int]) -> bool:
    """Does the last character fit the others?"""
    return _weighed(read) == _SUM


def _weighed(read: Sequence[int]) -> int:
    total = 0
    for value in read:  # Horner's way: the first character weighs most
        total = _times_a(total) ^ value
    return total


def _times_a(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value
