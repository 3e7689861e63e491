"""The parts of packing that need no build: look, icon, signing that refuses, the name of a build."""

from __future__ import annotations

import io
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from cpe_agent import __version__, packed
from cpe_agent.look import BadLook, Look, contrast, parse_look
from cpe_agent.profile import BUILT_IN, BadProfile, own_profile, profile_of_text, read_profile
from tests.pack.conftest import PROFILE, ROOT

import pack_archives  # isort: skip  # conftest says where it lies
import pack_icon  # isort: skip
import pack_man  # isort: skip
import pack_plan  # isort: skip
import pack_sign  # isort: skip

# ------------------------------------------------------------------ look


def test_from_its_sources_the_program_carries_nothing() -> None:
    assert packed.packed() == packed.Packed()
    assert packed.version() == f"cpe-agent {__version__}"
    assert packed.case_in_path() is None
    assert own_profile().plan == BUILT_IN


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#0b57a4", "#0b57a4") == 1


@pytest.mark.parametrize(
    ("tables", "complaint"),
    [
        ({"look": {"accent": "#0b57a4"}}, "belong together"),
        ({"look": {"accent": "#cccccc", "accent_dark": "#8ec2ff"}}, "contrast of"),
        ({"look": {"accent": "#0b57a4", "accent_dark": "#333333"}}, "look.accent_dark: #333333 has a contrast of"),
        ({"look": {"accent": "red", "accent_dark": "#8ec2ff"}}, "a colour like"),
        ({"look": {"accent": "#0b57a4}*{", "accent_dark": "#8ec2ff"}}, "a colour like"),
        ({"look": {"name": "a" * 41}}, "at most 40"),
        ({"look": {"name": "a\nExec=rm"}}, "visible characters"),
        ({"look": {"name": "../x"}}, "none of"),
        ({"look": {"icon": "logo.png"}}, ".svg"),
        ({"text": {"languages": ["de"]}}, "'de' is none of he, en, ar, ru"),
        ({"text": {"languages": ["he", "he"]}}, "each language once"),
        ({"text": {"languages": "he"}}, "a list"),
    ],
)
def test_a_look_that_cannot_be_used_is_refused(tables: dict[str, dict[str, object]], complaint: str) -> None:
    with pytest.raises(BadLook, match=complaint.replace(".", r"\.")):
        parse_look(tables)


def test_a_profile_check_sees_the_look_too(tmp_path: Path) -> None:
    assert parse_look({}) == Look()
    assert read_profile(PROFILE).desk is not None
    bad = tmp_path / "bad.toml"
    bad.write_text('[look]\naccent = "#0b57a4"\n')
    with pytest.raises(BadProfile, match=r"bad\.toml: look\.accent"):
        read_profile(bad)


# ------------------------------------------------------------------ icon


def test_the_icon_is_drawn_in_every_size_a_system_wants() -> None:
    drawing = pack_icon.read(ROOT / "packaging" / "icon.svg")
    with Image.open(io.BytesIO(pack_icon.ico(drawing))) as icon:
        assert icon.info["sizes"] == {(side, side) for side in pack_icon.ICO_SIZES}
    with Image.open(io.BytesIO(pack_icon.icns(drawing))) as icon:
        assert {size[0] * size[2] for size in icon.info["sizes"]} == set(pack_icon.ICNS_KINDS.values())
    with Image.open(io.BytesIO(pack_icon.png(drawing, 64))) as image:
        assert image.mode == "RGBA"
        assert image.getpixel((0, 0)) == (0, 0, 0, 0), "outside the rounded corner nothing is drawn"
        assert image.getpixel((32, 8)) == (0x0B, 0x57, 0xA4, 255)
        assert image.getpixel((50, 32)) == (0xFD, 0xC8, 0x64, 255)


def svg(tmp_path: Path, inside: str, box: str = "0 0 10 10") -> Path:
    file = tmp_path / "icon.svg"
    file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{inside}</svg>')
    return file


def test_half_a_pixel_is_half_covered(tmp_path: Path) -> None:
    drawing = pack_icon.read(svg(tmp_path, '<rect x="0" y="0" width="5.5" height="10" fill="#ff0000"/>'))
    row = pack_icon.pixels(drawing, 10)[: 4 * 10]
    assert [row[at] for at in range(3, 40, 4)] == [255] * 5 + [128] + [0] * 4
    triangle = pack_icon.read(svg(tmp_path, '<polygon points="0,0 10,0 0,10" fill="#00ff00"/>'))
    flat = pack_icon.pixels(triangle, 10)
    assert sum(flat[3::4]) / 255 == pytest.approx(50, abs=0.5)


@pytest.mark.parametrize(
    ("inside", "box"),
    [
        ("<text>a</text>", "0 0 10 10"),
        ('<path d="M0 0z" fill="#000000"/>', "0 0 10 10"),
        ('<circle cx="1" cy="1" r="1"/>', "0 0 10 10"),
        ('<circle cx="1" cy="1" fill="#000000"/>', "0 0 10 10"),
        ('<circle cx="1" cy="1" r="1" fill="#000000" onclick="x"/>', "0 0 10 10"),
        ('<polygon points="1,2,3" fill="#000000"/>', "0 0 10 10"),
        ("<unclosed>", "0 0 10 10"),
        ("", "0 0 10 20"),
        ("", "nonsense"),
    ],
)
def test_what_is_not_drawn_is_refused(inside: str, box: str, tmp_path: Path) -> None:
    with pytest.raises(pack_icon.BadIcon):
        pack_icon.read(svg(tmp_path, inside, box))


def test_a_drawing_that_grows_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "icon.svg"
    file.write_text(
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">&a;</svg>'
    )
    with pytest.raises(pack_icon.BadIcon):
        pack_icon.read(file)


# ------------------------------------------------------------------ the build's hash


def test_a_build_is_named_by_what_goes_into_it(tmp_path: Path) -> None:
    plain, own = pack_plan.plan_of(None), pack_plan.plan_of(PROFILE)
    assert plain.build == pack_plan.plan_of(None).build
    assert len(plain.build) == 16
    assert plain.build != own.build
    other = tmp_path / "isp.toml"
    other.write_text(PROFILE.read_text().replace("*1234", "*1235"))
    (tmp_path / "isp.svg").write_text(PROFILE.with_name("isp.svg").read_text())
    assert pack_plan.plan_of(other).build != own.build
    (tmp_path / "isp.svg").write_text(PROFILE.with_name("isp.svg").read_text().replace("7a1f5c", "7a1f5d"))
    third = pack_plan.plan_of(other).build
    other.write_text(PROFILE.read_text())
    assert len({third, own.build, pack_plan.plan_of(other).build}) == 3


# ------------------------------------------------------------------ signing


@pytest.mark.parametrize("system", ["win32", "darwin", "linux"])
def test_without_a_key_nothing_is_signed(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tool, keys = pack_sign.NEEDED[system]
    for name in keys:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(pack_sign.NotSigned, match="no key is given"):
        pack_sign.ready(system)
    for name in keys:
        monkeypatch.setenv(name, "a key")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(pack_sign.NotSigned, match=f"{tool} is not on this computer"):
        pack_sign.ready(system)


def tool(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
@pytest.mark.parametrize("fails", ["sign", "verify"])
def test_a_signature_that_fails_leaves_the_program_as_it_was(
    fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in writes into the file as signtool does, and then says that it failed."""
    tools, place = tmp_path / "tools", tmp_path / "place"
    tools.mkdir()
    place.mkdir()
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("CPE_AGENT_SIGN_THUMBPRINT", "00")
    monkeypatch.setenv("CPE_AGENT_COSIGN_KEY", "k")
    write = 'for last in "$@"; do :; done; '
    tool(tools, "signtool", f'{write}echo signed >> "$last"; [ "$1" != {fails} ]')
    program = place / "cpe-agent.exe"
    program.write_bytes(b"MZ")
    with pytest.raises(pack_sign.NotSigned, match=f"signtool {fails} failed"):
        pack_sign.sign_windows(program)
    assert program.read_bytes() == b"MZ"

    bundle = 'while [ $# -gt 1 ]; do [ "$1" = --bundle ] && echo signed > "$2"; shift; done'
    tool(tools, "cosign", f"kind=$1; {bundle}; [ $kind != {fails}-blob ]")
    sums = place / "SHA256SUMS"
    sums.write_text("")
    with pytest.raises(pack_sign.NotSigned, match=f"cosign {fails}-blob failed"):
        pack_sign.sign_sums(sums)
    assert sorted(file.name for file in place.iterdir()) == ["SHA256SUMS", "cpe-agent.exe"]


def test_the_entitlements_are_what_the_systems_reader_takes() -> None:
    text = pack_sign.ENTITLEMENTS.read_text("ascii")
    assert "<!--" not in text
    assert plistlib.loads(text.encode()) == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


# ------------------------------------------------------------------ a profile as it comes


def test_a_missing_icon_is_said_to_be_missing(tmp_path: Path) -> None:
    profile = tmp_path / "isp.toml"
    profile.write_text('[look]\nicon = "none.svg"\n')
    with pytest.raises(pack_icon.BadIcon, match=r"the icon .*none\.svg cannot be read: No such file"):
        pack_plan.plan_of(profile)


def test_a_profile_with_the_mark_of_windows_editor_is_carried_without_it(tmp_path: Path) -> None:
    profile, work = tmp_path / "isp.toml", tmp_path / "work"
    work.mkdir()
    profile.write_bytes(b'\xef\xbb\xbf[isp]\r\nname = "Example Telecom"\r\n')
    pack_plan.lay_out(pack_plan.plan_of(profile), work, pack_plan.FORMS)
    carried: dict[str, dict[str, str]] = {}
    exec((work / "cpe_agent_packed.py").read_text("utf-8"), carried)
    assert profile_of_text(carried["PACKED"]["profile"], "isp").plan.isp_name == "Example Telecom"


# ------------------------------------------------------------------ a Debian package's texts


def test_the_menu_entry_speaks_the_languages_that_are_offered() -> None:
    plain = pack_archives.desktop_entry(pack_plan.plan_of(None)).splitlines()
    own = pack_archives.desktop_entry(pack_plan.plan_of(PROFILE)).splitlines()
    assert {"Name=Connection check", "Name[he]=בדיקת החיבור", "Comment[ar]=يعرف لماذا لا يعمل الإنترنت"} <= {*plain}
    assert [line for line in own if line.startswith(("Name", "Comment"))] == [
        "Name=Example Check",
        "Comment=Finds out why the Internet does not work",
        "Name[ru]=Example Check",
        "Comment[ru]=Выясняет, почему не работает интернет",
    ]


def test_the_manual_page_tells_the_options_of_what_people_use() -> None:
    page = pack_man.man_page(pack_plan.plan_of(None))
    for command in pack_man.IN_FULL:
        section = page.split(f'.SS "cpe\\-agent {command} ')[1].split(".SS")[0]
        assert "\n.B \\-\\-lang [he|en|ar|ru]\n" in section
    assert "\n.B \\-\\-answer KEY=VALUE\n" in page
    assert "desk" not in page.split(".SH COMMANDS")[1].split(".SH OPTIONS")[0].split("\n.B ")
    assert ".BR ping (8),\n.BR ip (8),\n" in page


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_page_is_set_without_a_complaint() -> None:
    page = pack_man.man_page(pack_plan.plan_of(None))
    command = ["groff", "-man", "-ww", "-Tutf8", "-P-cbou", "-rLL=100n"]
    done = subprocess.run(command, input=page, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    text = " ".join(done.stdout.split())
    assert "ping(8), ip(8), resolvectl(1)" in text
    assert "'--answer help' lists them" in text
    assert "~/.local/state/cpe-agent/history.json" in text
