"""Canonical JSON against the reference library, byte for byte."""

from __future__ import annotations

import math
import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent import canonical

texts = st.text(st.characters(exclude_categories=["Cs"]))
integers = st.integers(-(2**53) + 1, 2**53 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | integers | floats | texts
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=30)


@given(values)
def test_the_same_bytes_as_the_reference(value: object) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # hypothesis gives objects


@given(st.integers(0, 2**64 - 1))
def test_every_number_like_the_reference(bits: int) -> None:
    value: float = struct.unpack("!d", bits.to_bytes(8))[0]
    if math.isfinite(value):
        assert canonical.dumps(value) == rfc8785.dumps(value)


# RFC 8785, appendix B
@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (0x0000000000000000, "0"),
        (0x8000000000000000, "0"),
        (0x0000000000000001, "5e-324"),
        (0x7FEFFFFFFFFFFFFF, "1.7976931348623157e+308"),
        (0x4340000000000000, "9007199254740992"),
        (0x4430000000000000, "295147905179352830000"),
        (0x44B52D02C7E14AF5, "9.999999999999997e+22"),
        (0x3EB0C6F7A0B5ED8D, "0.000001"),
        (0x3EB0C6F7A0B5ED8C, "9.999999999999997e-7"),
        (0x41B3DE4355555553, "333333333.3333332"),
        (0xBECBF647612F3696, "-0.0000033333333333333333"),
    ],
)
def test_the_standards_own_numbers(bits: int, text: str) -> None:
    assert canonical.number(struct.unpack("!d", bits.to_bytes(8))[0]) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2**53, [-(2**53)]])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"no JSON form|no safe integer"):
        canonical.dumps(value)
