"""The desk's short code of a report: ``4F7K-2Q9X-5``, a name for people who are logged in, no credential.

Eight characters of Crockford's base 32 hold forty bits: the report's place in the order of arrival, carried through a
keyed permutation, so that codes are never the same, need no index of their own, and tell nothing to who counts on from
one. The permutation is a Feistel network of ten rounds over two halves of twenty bits with BLAKE2b as the round's
function (the construction of NIST SP 800-38G). The ninth character is a check: a slip
is told from another report's code.
"""

from __future__ import annotations

import hashlib

from cpe_agent.crockford import check_of, complete, spelled, values

CHARACTERS = 8
_HALF = 20
_MASK = (1 << _HALF) - 1
_ROUNDS = 10
MOST = (1 << 2 * _HALF) - 1


class Locator:
    def __init__(self, key: bytes) -> None:
        self._turns = [
            hashlib.blake2b(key=key[:64], digest_size=4, person=b"locator%d" % turn) for turn in range(_ROUNDS)
        ]

    def code(self, seq: int) -> str:
        """Raises ValueError for what is no place in the order."""
        if not 0 < seq <= MOST:
            raise ValueError(f"{seq} is not within 1..{MOST}")
        left, right = seq >> _HALF, seq & _MASK
        for turn in range(_ROUNDS):
            left, right = right, left ^ self._round(turn, right)
        value = left << _HALF | right
        digits = [value >> shift & 31 for shift in range(35, -1, -5)]
        text = spelled([*digits, check_of(digits)])
        return f"{text[:4]}-{text[4:8]}-{text[8]}"

    def seq(self, text: str) -> int | None:
        """The place of the report that a code, as a person typed it, names; None for what can be none."""
        read = values("".join(c for c in text if not c.isspace() and c not in "-."))
        if read is None or len(read) != CHARACTERS + 1 or not complete(read):
            return None
        value = 0
        for digit in read[:-1]:
            value = value << 5 | digit
        left, right = value >> _HALF, value & _MASK
        for turn in reversed(range(_ROUNDS)):
            left, right = right ^ self._round(turn, left), left
        return (left << _HALF | right) or None

    def _round(self, turn: int, half: int) -> int:
        digest = self._turns[turn].copy()  # the key is already in it
        digest.update(half.to_bytes(3, "big"))
        return int.from_bytes(digest.digest(), "big") & _MASK
