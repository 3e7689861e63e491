"""What is checked of a report before it is stored: all that is honest passes, whatever is hostile is a 4xx, soon."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import resource
import time
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_agent import canonical
from cpe_agent.deliver.cut import cut
from cpe_agent.desk.archive import Encoding
from cpe_agent.desk.ingest.body import unpack
from cpe_agent.desk.ingest.envelope import MOST_DEPTH, check
from cpe_agent.desk.ingest.refusal import Refused
from cpe_agent.report import to_json
from tests.reports import CASES, case_report, recorded_reports

MEBI = 1024 * 1024
ID = "0193a5c2-7b1e-7c44-9d0e-3f1f6f0a2b77"
SMALL: dict[str, Any] = {
    "schema": 1, "id": ID, "case": None, "cut_of": None, "diagnosis": {"verdict": "healthy"}, "sections": {},
}  # fmt: skip


def small(**more: object) -> bytes:
    return canonical.dumps(SMALL | more)


def nested(depth: int) -> bytes:
    """A report whose deepest list or object is that deep."""
    inner = b"[" * (depth - 2) + b"]" * (depth - 2)
    return small(sections={"x": None}).replace(b'"x":null', b'"x":' + inner)


def refusal(raw: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        check(raw)
    return caught.value


def test_every_report_that_the_program_makes_passes_whole_and_cut() -> None:
    names = random.Random(7).sample(sorted(CASES), 20)
    for report in [*recorded_reports().values(), *map(case_report, names)]:
        raw = to_json(report)
        found = check(raw)
        assert (found.name, found.id.hex(), found.cut) == (report.id, report.id.replace("-", ""), False)
        assert check(cut(raw))._replace(cut=False) == found
        assert check(cut(raw)).cut


def test_a_case_is_read_and_what_is_no_code_is_none() -> None:
    assert check(small(case="4f7k2q9")).case is None
    from cpe_agent.case_code import with_check

    code = with_check("4F7K2Q9")
    assert check(small(case=code.lower())).case == code


def test_a_newer_report_is_taken_as_it_is() -> None:
    assert check(canonical.dumps({"schema": 7, "id": ID, "something": {"quite": ["else"]}})).name == ID


@pytest.mark.parametrize(
    ("raw", "path", "reason"),
    [
        (small(id=ID.upper()), "id", "UUIDv7"),
        (small(id="0193a5c2-7b1e-4c44-9d0e-3f1f6f0a2b77"), "id", "UUIDv7"),
        (small(id=7), "id", "Expected `str`, got `int`"),
        (small(schema="1"), "schema", "Expected `int`"),
        (small(schema=True), "schema", "Expected `int`"),
        (small(schema=0), "schema", "no schema number"),
        (small(diagnosis={"verdict": None}), "diagnosis.verdict", "Expected `str`"),
        (small(diagnosis={}), "diagnosis", "missing required field `verdict`"),
        (small(case=["4F7K2Q9X"]), "case", "Expected `str`"),
        (small(cut_of="what"), "cut_of", "no receipt code"),
        (canonical.dumps({k: v for k, v in SMALL.items() if k != "id"}), "id", "is missing"),
        (canonical.dumps({k: v for k, v in SMALL.items() if k != "schema"}), "schema", "is missing"),
        (canonical.dumps({k: v for k, v in SMALL.items() if k != "diagnosis"}), "diagnosis", "is missing"),
        (b"[]", "", "Expected `object`"),
        (b"7", "", "Expected `object`"),
        (small() + b"\n", "", "canonical"),
        (json.dumps(SMALL).encode(), "", "canonical"),
        (small().replace(b'"case":null', b'"case":null,"case":null'), "", "a name twice"),
        (small().replace(b'"case":null', b'"case":null,"\\u0063ase":null'), "", "a name twice"),
    ],
)
def test_where_and_why(raw: bytes, path: str, reason: str) -> None:
    found = refusal(raw)
    assert (found.status, found.path) == (422, path)
    assert reason in found.reason


# ------------------------------------------------------------------ depth


@pytest.mark.parametrize("depth", [3, MOST_DEPTH - 1, MOST_DEPTH])
def test_depth_within_the_bound(depth: int) -> None:
    check(nested(depth))


@pytest.mark.parametrize("depth", [MOST_DEPTH + 1, MOST_DEPTH + 2, 500, 100_000, 300_000])
def test_depth_beyond_the_bound(depth: int) -> None:
    assert "deep" in refusal(nested(depth)).reason or "too many" in refusal(nested(depth)).reason


@pytest.mark.parametrize(
    "text", ["[", "]", "[[[[", "}{", "a]b", '"', '"]', '\\"[', "\\", "\\\\", '\\\\"[', "[" * 100, "]" * 100, '["]']
)
def test_brackets_in_strings_are_no_depth(text: str) -> None:
    check(small(complaint=text, steps=[text, {text: text}]))


def test_brackets_in_strings_hide_no_depth() -> None:
    """Each level beside a string that closes it."""
    inner: Any = None
    for _ in range(MOST_DEPTH + 10):
        inner = ["]", inner, "["]
    assert "deep" in refusal(small(sections={"x": inner})).reason
    for escaped in ('"]', '\\"]', "\\", '\\\\"]', '"'):
        inner = None
        for _ in range(MOST_DEPTH + 10):
            inner = [escaped, inner, escaped.replace("]", "[")]
        assert "deep" in refusal(small(sections={"x": inner})).reason


Plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.sampled_from('[]{}"\\ab,:é\U0001f600\x01'), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('[]{}"\\a', max_size=3), inner, max_size=3),
    max_leaves=40,
)  # fmt: skip


def depth_of(plain: Any) -> int:
    if isinstance(plain, dict):
        return 1 + max(map(depth_of, plain.values()), default=0)
    return 1 + max(map(depth_of, plain), default=0) if isinstance(plain, list) else 0


@settings(max_examples=60, deadline=None)
@given(Plain, st.integers(0, 40))
def test_depth_is_counted_as_a_parser_counts_it(plain: Any, more: int) -> None:
    for _ in range(more):
        plain = ["]", plain, '["']
    whole = SMALL | {"sections": {"x": plain}}
    raw = canonical.dumps(whole)
    if depth_of(whole) <= MOST_DEPTH:
        check(raw)
    else:
        assert "deep" in refusal(raw).reason


# ------------------------------------------------------------------ what other parsers let through

BROKEN_JSON = [
    b"", b" ", b"\xef\xbb\xbf" + small(), b"{", b"}", b"[1", b"{]", b'{"a"}', b'{"a":}', b"{,}", b'{"a":1,}',
    b"{'a':1}",
    b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-Infinity}', b'{"a":+1}', b'{"a":01}', b'{"a":1.}', b'{"a":.5}',
    b'{"a":1e}',
    b'{"a":0x1}', b'{"a":-}', b'{"a":tru}', b'{"a":"\x01"}', b'{"a":"\\x41"}', b'{"a":"\\u12"}', b'{"a":"b}',
    b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\xc0\xaf"}', b'{"a":"\xf4\x90\x80\x80"}', b'{"a":1}//',
    b'{"a":1}{}',
    b'{"a":1}\x00', b'{"a":/**/1}', b"\x00", b"\xff\xfe{\x00}\x00", b"nul", b'"', b"{" * 5000, b"[" * 1_000_000,
    b'{"a":' * 200_000, b"]" * 1000, b'"\\', b'{"a":[}]}', b'{"a":["}]',
]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN_JSON, ids=range(len(BROKEN_JSON)))
def test_what_is_no_json_is_told_so(text: bytes) -> None:
    assert refusal(text).status == 422
    if text.startswith(b'{"a":') and len(text) < 40:  # the same inside of a report, where it is only skipped
        inner = text[5:].removesuffix(b"}")
        assert refusal(small(sections={"x": None}).replace(b'"x":null', b'"x":' + inner)).status == 422


@pytest.mark.parametrize(
    "value",
    [
        b"1" * 1000, b"1" * 1_000_000, b"-" + b"9" * 5000, b"1." + b"1" * 3000, b"1e" + b"9" * 200,
        b'"\\ud800"', b'"\\uDFFF\\ud800"', b'"\\\\\\ud834"',
    ],
    ids=lambda v: str(v[:12]),
)  # fmt: skip
def test_what_a_parser_may_stumble_over(value: bytes) -> None:
    raw = small(sections={"x": None}).replace(b'"x":null', b'"x":' + value)
    assert refusal(raw).status == 422


def test_an_escaped_backslash_is_no_escape() -> None:
    check(small(complaint="C:\\udad\\ud800", steps=["\\\\ud900"]))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_an_answer(raw: bytes) -> None:
    with contextlib.suppress(Refused):
        check(raw)
    for encoding in (Encoding.GZIP, Encoding.ZSTD):
        with contextlib.suppress(Refused):
            unpack(raw, encoding, MEBI)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_report_is_an_answer(data: st.DataObject) -> None:
    raw = bytearray(small(sections={"x": {"outcome": "measured", "content": [1, 2.5, "é", None]}}))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        check(bytes(raw))
    except Refused:
        return
    json.loads(raw)  # what was taken is JSON for every other reader


# ------------------------------------------------------------------ unpacking


def gz(raw: bytes) -> bytes:
    return gzip.compress(raw, 6)


def zs(raw: bytes, *, sized: bool = True) -> bytes:
    packer = zstandard.ZstdCompressor(level=3, write_content_size=sized)
    if sized:
        return packer.compress(raw)
    stream = packer.compressobj()
    return stream.compress(raw) + stream.flush()


def stated(size: int, raw: bytes) -> bytes:
    """A zstd frame that states that size (RFC 8878, 3.1.1.1) and holds ``raw`` in one plain block."""
    head = zstandard.FRAME_HEADER + bytes([0b11100000]) + size.to_bytes(8, "little")
    return head + ((len(raw) << 3) | 1).to_bytes(3, "little") + raw


def test_both_encodings_give_the_bytes_back() -> None:
    raw = max(map(to_json, recorded_reports().values()), key=len)
    assert unpack(gz(raw), Encoding.GZIP, MEBI) == raw
    assert unpack(zs(raw), Encoding.ZSTD, MEBI) == raw
    assert unpack(zs(raw, sized=False), Encoding.ZSTD, MEBI) == raw
    assert unpack(stated(len(raw), raw), Encoding.ZSTD, MEBI) == raw


def test_the_bound_itself() -> None:
    exact = random.Random(1).randbytes(MEBI)
    for packed, encoding in ((gz(exact), Encoding.GZIP), (zs(exact), Encoding.ZSTD)):
        assert unpack(packed, encoding, MEBI) == exact
        with pytest.raises(Refused) as caught:
            unpack(packed, encoding, MEBI - 1)
        assert caught.value.status == 413
    with pytest.raises(Refused) as caught:
        unpack(zs(exact, sized=False), Encoding.ZSTD, MEBI - 1)
    assert caught.value.status == 413


def _gigabyte() -> bytes:
    deflated = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(deflated.compress(bytes(MEBI)) for _ in range(256)) + deflated.flush()


def _unsized() -> bytes:
    unsized = zstandard.ZstdCompressor(level=3, write_content_size=False).compressobj()
    return b"".join(unsized.compress(bytes(MEBI)) for _ in range(1024)) + unsized.flush()


def _wide() -> bytes:
    far = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    wide = zstandard.ZstdCompressor(compression_params=far).compressobj()
    return wide.compress(random.Random(2).randbytes(5000)) + wide.flush()


BOMBS: dict[str, tuple[Callable[[], bytes], Encoding, int]] = {
    "gzip, 256 MiB": (lambda: _gigabyte()[: MEBI // 4], Encoding.GZIP, 413),
    "gzip, two members": (lambda: gz(small()) + gz(small()), Encoding.GZIP, 422),
    "gzip, something after": (lambda: gz(small()) + b"x", Encoding.GZIP, 422),
    "gzip, cut off": (lambda: gz(small())[:-9], Encoding.GZIP, 422),
    "gzip, no checksum": (lambda: gz(small())[:-8], Encoding.GZIP, 422),
    "gzip, wrong checksum": (lambda: gz(small())[:-8] + bytes(8), Encoding.GZIP, 422),
    "gzip in gzip": (lambda: gz(gz(small())), Encoding.GZIP, 422),
    "gzip, nothing in it": (lambda: gz(b""), Encoding.GZIP, 422),
    "gzip, small and a hundredfold": (lambda: gz(b" " * 600_000), Encoding.GZIP, 413),
    "zlib, no gzip": (lambda: zlib.compress(small()), Encoding.GZIP, 422),
    "zstd, a gigabyte and says so": (lambda: zs(bytes(1 << 30)), Encoding.ZSTD, 413),
    "zstd, a gigabyte and says nothing": (_unsized, Encoding.ZSTD, 413),
    "zstd, says 2^63": (lambda: stated(1 << 63, b"x" * 100), Encoding.ZSTD, 413),
    "zstd, says more than it has": (lambda: stated(5000, small()), Encoding.ZSTD, 422),
    "zstd, says less than it has": (lambda: stated(5, small()), Encoding.ZSTD, 422),
    "zstd, window of 128 MiB": (_wide, Encoding.ZSTD, 422),
    "zstd, two frames": (lambda: zs(small()) * 2, Encoding.ZSTD, 422),
    "zstd, cut off": (lambda: zs(small())[:-3], Encoding.ZSTD, 422),
    "zstd, a skippable frame": (lambda: b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd" + zs(small()), Encoding.ZSTD, 422),
    "zstd, only its head": (lambda: zstandard.FRAME_HEADER, Encoding.ZSTD, 422),
    "zstd, nothing": (lambda: b"", Encoding.ZSTD, 422),
}


@cache
def bomb(name: str) -> bytes:
    return BOMBS[name][0]()


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_4xx(name: str) -> None:
    _, encoding, status = BOMBS[name]
    with pytest.raises(Refused) as caught:
        check(unpack(bomb(name), encoding, MEBI))
    assert caught.value.status == status


def hostile_raws() -> list[bytes]:
    """A megabyte each of what costs a checker most."""

    def filled(value: bytes) -> bytes:
        return small(sections={"x": None}).replace(b'"x":null', b'"x":' + value)

    return [
        b"[" * MEBI, b"[]" * (MEBI // 2), b'"' * MEBI, b'""' * (MEBI // 2), b"\\" * MEBI, b'\\"' * (MEBI // 2),
        b"," * MEBI,
        filled(b"[" + b"0," * 500_000 + b"0]"), filled(b"[" + b'"",' * 300_000 + b'""]'),
        filled(b"[" + b'"[",' * 200_000 + b'"["]'), filled(b'"' + b"\\\\" * 500_000 + b'"'),
        filled(b'"' + b"\\u0001" * 170_000 + b'"'), filled(b'"' + b"\\ud83d" * 170_000 + b'"'),
        filled(b"9" * 1_000_000),
        filled(b'"' + "é".encode() * 500_000 + b'"'), filled(b"[" * 400_000 + b"]" * 400_000),
        filled(b"{" + b",".join(b'"%d":0' % i for i in range(100_000)) + b"}"),
        b"{" + b",".join(b'"%d":0' % i for i in range(100_000)) + b"}",
        b"{" + b",".join(b'"":0' for _ in range(200_000)) + b"}",
        filled(b'"[' + b'","['.join([b"x" * 20] * 40_000) + b'"'),
    ]  # fmt: skip


def test_what_is_hostile_costs_little() -> None:
    """Memory: the process does not grow by more than 8 MiB over the whole corpus. Time is the bench's affair."""
    raws = [raw[:MEBI] for raw in hostile_raws()]
    for name, (_, encoding, _) in BOMBS.items():  # once, so that every library has what it keeps
        with contextlib.suppress(Refused):
            unpack(bomb(name), encoding, MEBI)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for raw in raws:
        with contextlib.suppress(Refused):
            check(raw)
    for name, (_, encoding, _) in BOMBS.items():
        with contextlib.suppress(Refused):
            unpack(bomb(name), encoding, MEBI)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= 8 * 1024


if __name__ == "__main__":  # how long each of them takes, in ms
    for number, raw in enumerate(hostile_raws()):
        best = 9.0
        for _ in range(5):
            began = time.perf_counter()
            with contextlib.suppress(Refused):
                check(raw[:MEBI])
            best = min(best, time.perf_counter() - began)
        try:
            check(raw[:MEBI])
            why = "taken"
        except Refused as refused:
            why = refused.reason
        print(f"{number:3} {best * 1000:8.2f} {why}")
    for name, bombed in BOMBS.items():
        body = bomb(name)
        began = time.perf_counter()
        with contextlib.suppress(Refused):
            check(unpack(body, bombed[1], MEBI))
        print(f"{name:40} {(time.perf_counter() - began) * 1000:8.2f}")
