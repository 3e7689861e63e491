"""The pictures: report -> QR code -> a real decoder (zbar) -> the same bytes. What is read back may be hostile."""

from __future__ import annotations

import base64
import io
import random
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent import canonical
from cpe_agent.card import card
from cpe_agent.compare import compare
from cpe_agent.deliver.cut import cut
from cpe_agent.deliver.qr import FRAME_BYTES, MOST_FRAMES, Frame, frames, modules, svg
from cpe_agent.deliver.qr_dictionary import DICTIONARY
from cpe_agent.deliver.qr_read import MOST_REPORT_BYTES, MOST_TEXTS, BadPictures, Missing, collect
from cpe_agent.deliver.receipt import receipt_code
from cpe_agent.engine import judge_again
from cpe_agent.report import BadReport, Report, from_json, to_json
from tests import zbar
from tests.reports import CASES, case_report, recorded_reports

PAGE = "https://desk.provider.example/q"
Image = pytest.importorskip("PIL.Image", reason="Pillow draws what a camera would see")
needs_zbar = pytest.mark.skipif(zbar.PROGRAM is None, reason="zbarimg (Debian: zbar-tools) reads the pictures")


def lab_like() -> list[Report]:
    """Every recorded home on every system, and a dozen of the cases."""
    names = random.Random(20261122).sample(sorted(CASES), 12)
    return [*recorded_reports().values(), *map(case_report, names)]


# ------------------------------------------------------------------ texts


def test_one_picture_is_the_normal_case_and_small_enough_for_any_camera() -> None:
    for report in lab_like():
        (frame,) = frames(to_json(report), PAGE)
        assert frame.kind == "cut"
        assert len(frame.text) <= 800, "version 22 at level M: room is left for a home with more to tell"
        assert frame.text.startswith(f"{PAGE}#2.")
        assert collect([frame.text]) == cut(to_json(report))


def test_the_whole_report_goes_as_a_few() -> None:
    for report in lab_like():
        whole = to_json(report)
        set_of = frames(whole, PAGE, full=True)
        assert [f.order for f in set_of] == list(range(1, len(set_of) + 1))
        assert {f.count for f in set_of} == {len(set_of)}
        assert len(set_of) <= 8
        assert all(len(f.text) <= FRAME_BYTES for f in set_of)
        texts = [f.text for f in set_of]
        random.Random(1).shuffle(texts)
        assert collect([*texts, texts[0]]) == whole
        assert collect([text.partition("#")[2] for text in texts]) == whole, "only what stands behind the #"


def test_a_cut_report_is_a_report_that_says_so() -> None:
    for report in lab_like():
        whole = to_json(report)
        slim = from_json(cut(whole))
        assert slim.cut_of == receipt_code(whole)
        assert cut(cut(whole)) == cut(whole)
        assert to_json(slim) == cut(whole)
        for field in ("id", "started", "case", "complaint", "steps", "spoken_code", "client"):
            assert getattr(slim, field) == getattr(report, field)
        assert slim.diagnosis._replace(findings=()) == report.diagnosis._replace(findings=())
        assert {n: s.outcome for n, s in slim.sections.items()} == {n: s.outcome for n, s in report.sections.items()}
        assert slim.sections["answers"] == report.sections["answers"]
        with pytest.raises(BadReport, match="no measurements"):
            judge_again(slim)
        # What people read of it is the same but for what the measurements would add.
        if report.diagnosis.verdict == "fault":
            assert card(slim) == card(report)
        else:
            assert card(slim).splitlines()[-1] == card(report).splitlines()[-1]
        assert compare(slim, report, everything=True)


def test_without_a_desk_the_picture_still_says_something() -> None:
    report = recorded_reports()["line-down"]
    (frame,) = frames(to_json(report), None)
    assert frame.kind == "spoken"
    assert report.spoken_code in frame.text
    assert "signal" in frame.text


def test_what_does_not_fit_goes_as_the_next_smaller_kind() -> None:
    noise = random.Random(5).randbytes(60_000).hex()
    plain: dict[str, Any] = {**_plain(recorded_reports()["healthy"]), "later": noise}
    (frame,) = frames(canonical.dumps(plain), PAGE, full=True)
    assert frame.kind == "spoken"
    plain = _plain(recorded_reports()["healthy"])
    plain["sections"]["system"]["content"]["os_name"] = noise
    (frame,) = frames(canonical.dumps(plain), PAGE, full=True)
    assert frame.kind == "cut"


def _plain(report: Report) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(to_json(report))
    return found


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"schema":1}', b"\xff", b"[" * 100_000, b'{"sections":[]}'])
def test_what_is_no_report_is_refused(data: bytes) -> None:
    for page in (PAGE, None):
        with pytest.raises(ValueError):
            frames(data, page)


def test_a_cut_report_is_all_there_is_of_it() -> None:
    slim = cut(to_json(recorded_reports()["line-down"]))
    assert frames(slim, PAGE, full=True) == frames(slim, PAGE)


def test_the_dictionary_is_frozen() -> None:
    assert len(DICTIONARY) < 32_768, "what is farther back than a window is never found"
    assert zlib.adler32(DICTIONARY) == 2656712443, (
        "who reads needs these very bytes: make another one, with another number"
    )


# ------------------------------------------------------------------ the reading side


def test_parts_are_waited_for() -> None:
    texts = [f.text for f in frames(to_json(recorded_reports()["core-down"]), PAGE, full=True)]
    assert len(texts) >= 3
    found = collect([texts[2], texts[0]])
    assert found == Missing((1, 3), len(texts))
    assert isinstance(found, Missing)
    assert found.still[0] == 2


def refusal(*texts: str) -> str:
    with pytest.raises(BadPictures) as refused:
        collect(texts)
    assert str(refused.value)
    return refused.value.reason


def test_what_does_not_belong_together_is_refused() -> None:
    one, other = (frames(to_json(recorded_reports()[n]), PAGE, full=True) for n in ("core-down", "line-down"))
    single = frames(to_json(recorded_reports()["core-down"]), PAGE)
    assert refusal(one[0].text, other[1].text) == "other-report"
    assert refusal(one[0].text, single[0].text) == "other-report"
    changed = one[0].text[:-1] + ("A" if one[0].text[-1] != "A" else "B")
    assert refusal(one[0].text, changed) == "contradiction"
    assert refusal(changed, *(f.text for f in one[1:])) == "damaged"


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-ours"),
        ("https://somewhere.example/", "not-ours"),
        ("WIFI:S:home;T:WPA;P:secret;;", "not-ours"),
        ("#1.", "not-ours"),
        ("#1.abcdef.0of3.01234567.AAAA", "not-ours"),
        ("#1.abcdef.4of3.01234567.AAAA", "not-ours"),
        ("#1.abcdef.1of100.01234567.AAAA", "not-ours"),
        ("#1.abcdef.١of3.01234567.AAAA", "not-ours"),
        ("#3.AAAA", "newer"),
        ("#1.AAAA", "damaged"),
        ("#1.A", "damaged"),
        ("#1.abcdef.1of1.01234567.AAAA", "damaged"),
        ("#1." + _packed(b"x" * 500)[:-8], "damaged"),
        ("#1." + _packed(bytes(MOST_REPORT_BYTES + 1)), "too-large"),
        ("#1." + "A" * 5000, "too-large"),
    ],
)
def test_damage_and_hostile_texts_are_refused_with_a_reason(text: str, reason: str) -> None:
    assert refusal(text) == reason


def test_plain_deflate_is_read_too() -> None:
    assert collect(["#1." + _packed(b'{"schema":1}')]) == b'{"schema":1}'


def test_a_bomb_in_parts_is_stopped_and_so_is_a_flood() -> None:
    packed = zlib.compress(bytes(80_000_000), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    size = -(-len(text) // 99)
    chunks = [text[i : i + size] for i in range(0, len(text), size)]
    check = f"{zlib.crc32(packed):08x}"
    parts = [f"#1.abcdef.{i}of{len(chunks)}.{check}.{chunk}" for i, chunk in enumerate(chunks, 1)]
    assert refusal(*parts) == "too-large"
    assert refusal(*(f"#1.abcdef.1of2.{check}.AAAA" for _ in range(MOST_TEXTS + 1))) == "too-many"


@given(st.lists(st.text(alphabet="#12.of39abcdefAZ_-=%/\n é", max_size=60), max_size=5))
def test_anything_is_read_or_refused(texts: list[str]) -> None:
    try:
        assert isinstance(collect(texts), bytes | Missing)
    except BadPictures:
        return


@given(st.data())
def test_a_damaged_picture_never_gives_another_report(data: st.DataObject) -> None:
    whole = to_json(recorded_reports()["line-down"])
    texts = [f.text for f in frames(whole, PAGE, full=data.draw(st.booleans()))]
    expected = collect(texts)
    which = data.draw(st.integers(0, len(texts) - 1))
    place = data.draw(st.integers(len(PAGE), len(texts[which]) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_.#"))
    texts[which] = texts[which][:place] + letter + texts[which][place + 1 :]
    try:
        assert collect(texts) == expected
    except BadPictures:
        return


# ------------------------------------------------------------------ drawn, and read by a decoder


def drawn(frame: Frame, module_px: int = 4) -> Any:
    """The SVG as a bitmap: its own rectangles, so that what is read is what is shown."""
    text = svg(frame, "what was found", module_px=module_px)
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', text)
    assert box is not None
    side = int(box[1])
    bitmap = Image.new("L", (side, side), 255)
    dark = text.rpartition('fill="#000" d="')[2]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", dark):
        bitmap.paste(0, (int(x), int(y), int(x) + int(length), int(y) + 1))
    return bitmap.resize((side * module_px, side * module_px), Image.Resampling.NEAREST)


def on_a_screen(picture: Any) -> Any:
    """A page with dark letters around it, as a screenshot has."""
    page = Image.new("L", (picture.width + 300, picture.height + 200), 238)
    rng = random.Random(3)
    for _ in range(150):
        x, y = rng.randrange(page.width), rng.randrange(page.height)
        page.paste(30, (x, y, x + rng.randrange(4, 30), y + 2))
    page.paste(picture, (150, 100))
    return page


def as_shot(picture: Any) -> Any:
    return picture


def smaller(picture: Any) -> Any:
    return picture.resize((picture.width * 7 // 10, picture.height * 7 // 10), Image.Resampling.BICUBIC)


def turned(picture: Any) -> Any:
    return picture.rotate(4, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=238)


def blurred(picture: Any) -> Any:
    from PIL import ImageFilter

    return picture.filter(ImageFilter.GaussianBlur(1.2))


def photographed(picture: Any) -> Any:
    """Turned, softened, grey instead of black and white, and saved the way a telephone saves."""
    grey = blurred(turned(picture)).point(lambda level: 40 + level * 170 // 255)
    kept = io.BytesIO()
    grey.save(kept, "JPEG", quality=60)
    return Image.open(kept)


WAYS = (as_shot, smaller, turned, blurred, photographed)


def read_by_zbar(pictures: list[Any], folder: Path) -> list[str]:
    """What each picture says; empty where nothing is read."""
    return [zbar.read(picture, folder) for picture in pictures]


@needs_zbar
def test_every_report_comes_back_through_a_decoder(tmp_path: Path) -> None:
    reports = lab_like()
    shown = [frames(to_json(report), PAGE)[0] for report in reports]
    pictures = [WAYS[i % len(WAYS)](on_a_screen(drawn(frame))) for i, frame in enumerate(shown)]
    for report, text in zip(reports, read_by_zbar(pictures, tmp_path), strict=True):
        assert collect([text]) == cut(to_json(report)), report.diagnosis


@needs_zbar
def test_a_whole_report_comes_back_through_a_decoder_whatever_happens_to_its_pictures(tmp_path: Path) -> None:
    whole = to_json(recorded_reports()["core-down"])
    set_of = frames(whole, PAGE, full=True)
    bitmaps = [on_a_screen(drawn(frame)) for frame in set_of]
    for way in WAYS:
        texts = read_by_zbar([way(bitmap) for bitmap in bitmaps], tmp_path)
        assert collect(reversed(texts)) == whole, way.__name__


@needs_zbar
@pytest.mark.parametrize("language", ["en", "he", "ar", "ru"])
def test_the_spoken_picture_is_read_in_every_script(language: str, tmp_path: Path) -> None:
    report = recorded_reports()["line-down"]
    (frame,) = frames(to_json(report), None, language=language)
    assert read_by_zbar([drawn(frame)], tmp_path) == [frame.text]


def test_the_picture_stands_alone() -> None:
    (frame,) = frames(to_json(recorded_reports()["line-down"]), PAGE)
    text = svg(frame, 'a <b> & "c"')
    assert "<title>a &lt;b&gt; &amp; &quot;c&quot;</title>" in text
    assert 'role="img" aria-label="a &lt;b&gt; &amp; &quot;c&quot;"' in text
    assert not re.findall(r"(?:href|src|url\(|style|script|class)", text)
    side = len(modules(frame)) + 8
    assert f'viewBox="0 0 {side} {side}"' in text, "a margin of four modules on every side"
    assert len(modules(frame)) <= 117, "version 25"


def test_a_set_has_an_end() -> None:
    assert MOST_FRAMES <= 99, "two digits in the fragment"
