"""One block of DES (FIPS 46-3), encryption only: MS-CHAP's answer is three of them. Worthless for hiding anything."""

from __future__ import annotations

# Bit numbers as in the standard: 1 is the most significant.
_INITIAL = tuple(start - 8 * step for start in (58, 60, 62, 64, 57, 59, 61, 63) for step in range(8))
_FINAL = tuple(_INITIAL.index(bit) + 1 for bit in range(1, 65))
_EXPAND = tuple((4 * group + offset - 1) % 32 + 1 for group in range(8) for offset in range(6))
_PERMUTE = (
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
    2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
)  # fmt: skip
_CHOICE_1 = (
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
    63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
)  # fmt: skip
_CHOICE_2 = (
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
    41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
)  # fmt: skip
_SHIFTS = (1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1)
_BOXES = tuple(
    bytes.fromhex(digits)
    for digits in (
        # A line a box: its four rows of sixteen, a hexadecimal digit an entry.
        "e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d",
        "f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9",
        "a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c",
        "7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e",
        "2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453",
        "c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d",
        "4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c",
        "d2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b",
    )
)


def _pick(value: int, width: int, table: tuple[int, ...]) -> int:
    picked = 0
    for bit in table:
        picked = picked << 1 | value >> (width - bit) & 1
    return picked


def _box(number: int, six: int) -> int:
    row, column = six >> 4 & 2 | six & 1, six >> 1 & 15
    pair = _BOXES[number][8 * row + column // 2]
    return pair & 15 if column & 1 else pair >> 4


def _mixed(half: int, key: int) -> int:
    wide = _pick(half, 32, _EXPAND) ^ key
    out = 0
    for number in range(8):
        out = out << 4 | _box(number, wide >> (42 - 6 * number) & 63)
    return _pick(out, 32, _PERMUTE)


def encrypt(block: bytes, key: bytes) -> bytes:
    """Eight bytes under a key of seven (56 bits; the parity bits that the standard puts between are made here)."""
    bits = int.from_bytes(key, "big")
    with_parity = 0
    for group in range(8):
        with_parity = with_parity << 8 | (bits >> (49 - 7 * group) & 127) << 1
    chosen = _pick(with_parity, 64, _CHOICE_1)
    c, d = chosen >> 28, chosen & 0xFFFFFFF
    start = _pick(int.from_bytes(block, "big"), 64, _INITIAL)
    left, right = start >> 32, start & 0xFFFFFFFF
    for shift in _SHIFTS:
        c, d = ((half << shift | half >> (28 - shift)) & 0xFFFFFFF for half in (c, d))
        left, right = right, left ^ _mixed(right, _pick(c << 28 | d, 56, _CHOICE_2))
    return _pick(right << 32 | left, 64, _FINAL).to_bytes(8, "big")
