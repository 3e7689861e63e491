"""What a packed program holds, how large it is, and that two builds of it are the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pack.conftest import PROFILE, ROOT, Packed, build

import pack_check  # isort: skip  # conftest says where it lies
import pack_sbom  # isort: skip

MOST_ONE_FILE, MOST_FOLDER = 15_000_000, 30_000_000
NOT_FOR_CUSTOMERS = (
    "tests",
    "scapy",
    "cpe_agent.desk",
    "cpe_agent.words.en.desk_pages",
    "litestar",
    "PyInstaller",
    "docs",
)


def test_it_holds_the_program_and_nothing_else(packed: Packed) -> None:
    for program in packed.forms():
        inside = pack_check.opened(program)
        for module in ("cpe_agent.engine", "collectors.gateway", "cpe_agent.words.en.access", "click.core", "segno"):
            assert module in inside.modules
        for module in NOT_FOR_CUSTOMERS:
            assert not any(name == module or name.startswith(f"{module}.") for name in inside.modules), module
        for file in ("page/page.css", "page/page.js", "words/translations/he.mo"):
            assert f"cpe_agent/{file}" in inside.files
        assert not pack_check.wrong(inside, [str(ROOT), str(packed.out.parent), sys.prefix, socket.gethostname()])


def test_every_module_of_the_customers_program_is_in_it(packed: Packed) -> None:
    inside = pack_check.opened(packed.one_file).modules
    for file in [*(ROOT / "cpe_agent").rglob("*.py"), *(ROOT / "collectors").rglob("*.py")]:
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if "cpe_agent.desk" not in name and ".desk_" not in name:
            assert name in inside


@pytest.mark.parametrize(
    ("modules", "files", "complaint"),
    [
        ({"scapy.all": b""}, {}, "scapy.all, which is not the customer's"),
        ({"tests.conftest": b""}, {}, "tests.conftest"),
        ({"cpe_agent.desk.app": b""}, {}, "cpe_agent.desk.app"),
        ({"requests": b""}, {}, "neither ours nor Python's"),
        ({}, {"cpe_agent/words/translations/desk-he.mo": b""}, "not the customer's"),
        ({"click": b"...co_filename=/home/alice/tree/x.py"}, {}, "/home/alice/tree of the building machine in click"),
        ({}, {"a.txt": b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B"}, "a secret key in a.txt"),
    ],
)
def test_the_check_sees_what_must_not_be_in_it(
    modules: dict[str, bytes], files: dict[str, bytes], complaint: str
) -> None:
    found = pack_check.wrong(pack_check.Inside(modules, files), ["/home/alice/tree"])
    assert any(complaint in line for line in found), found


def test_what_reads_a_mac_s_wifi_is_in_no_other_system_s_program() -> None:
    inside = pack_check.Inside({"CoreWLAN._metadata": b"", "objc": b""}, {})
    assert pack_check.wrong(inside, [], "darwin") == []
    assert len(pack_check.wrong(inside, [], "linux")) == len(pack_check.wrong(inside, [], "win32")) == 2
    tests_of_pyobjc = pack_check.Inside({"PyObjCTest.test_bridges": b""}, {})
    assert pack_check.wrong(tests_of_pyobjc, [], "darwin")


def test_the_lock_file_knows_a_package_by_its_makers_spelling() -> None:
    assert len(pack_sbom.locked("pyobjc-framework-CoreWLAN")) > 1
    assert pack_sbom.locked("pyobjc-framework") == []


def test_it_is_small(packed: Packed) -> None:
    folder = packed.in_folder.parent
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    print(f"one file {packed.one_file.stat().st_size / 1e6:.2f} MB, one folder {size / 1e6:.2f} MB")
    assert packed.one_file.stat().st_size <= MOST_ONE_FILE
    assert size <= MOST_FOLDER


def test_two_builds_in_two_places_are_the_same_bytes(packed: Packed, tmp_path: Path) -> None:
    tree = tmp_path / "another place" / "tree"
    for name in ("cpe_agent", "collectors", "packaging"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements-pack.txt", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    out = tmp_path / "another place" / "dist"
    build(tree, out)
    assert sorted(f.name for f in out.iterdir()) == sorted(f.name for f in packed.out.iterdir())
    for file in out.iterdir():
        assert file.read_bytes() == (packed.out / file.name).read_bytes(), file.name


def test_the_sums_are_right(packed: Packed) -> None:
    lines = (packed.out / "SHA256SUMS").read_text().splitlines()
    told = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert set(told) == {file.name for file in packed.out.iterdir()} - {"SHA256SUMS"}
    for name, digest in told.items():
        assert hashlib.sha256((packed.out / name).read_bytes()).hexdigest() == digest
    assert json.loads((packed.out / "build.json").read_text())["signed"] is False


def test_the_bill_of_materials_names_what_is_inside(packed: Packed) -> None:
    bill = json.loads((packed.out / "cpe-agent.cdx.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    parts = {part["name"]: part for part in bill["components"]}
    assert set(parts) >= {"click", "segno", "pyinstaller", "CPython", "libssl.so.3"}
    assert not set(parts) & {"scapy", "litestar", "cpe-agent"}
    for name in ("click", "segno"):
        assert parts[name]["version"] in (ROOT / "requirements-pack.txt").read_text().split(f"{name}==")[1].split()[0]
        assert len(parts[name]["externalReferences"]) == len(pack_sbom.locked(name)) > 0
    references = {part["bom-ref"] for part in bill["components"]}
    assert len(references) == len(bill["components"])
    assert set(bill["dependencies"][0]["dependsOn"]) == references
    for name, data in pack_check.opened(packed.one_file).files.items():
        if name.endswith(".so.3"):
            assert parts[name]["hashes"][0]["content"] == hashlib.sha256(data).hexdigest()


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no dpkg-deb here")
def test_the_debian_package(packed: Packed, tmp_path: Path) -> None:
    file = next(packed.out.glob("*.deb"))
    listed = subprocess.run(["dpkg-deb", "--contents", file], check=True, capture_output=True, text=True).stdout
    assert " root/root " in listed
    assert str(os.getuid()) not in listed or os.getuid() == 0
    subprocess.run(["dpkg-deb", "--extract", file, tmp_path], check=True)
    ran = subprocess.run([tmp_path / "usr/bin/cpe-agent", "--version"], check=True, capture_output=True, text=True)
    assert ran.stdout.startswith("cpe-agent ")
    assert "Name=Example Check\n" in (tmp_path / "usr/share/applications/cpe-agent.desktop").read_text()
    page = tmp_path / "usr/share/man/man1/cpe-agent.1.gz"
    shown = subprocess.run(["zcat", page], check=True, capture_output=True, text=True).stdout
    assert ".SH EXIT STATUS" in shown
    assert "\n.B login\\-test\n" in shown
    fields = subprocess.run(["dpkg-deb", "--field", file], check=True, capture_output=True, text=True).stdout
    assert "\nDepends: libc6 (>= " in fields
    assert "\nMaintainer: Example Check <support@isp.example>\n" in fields


def test_nothing_is_signed_without_a_key(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    command = [
        sys.executable,
        str(ROOT / "packaging" / "build.py"),
        "--profile",
        str(PROFILE),
        "--sign",
        "--out",
        str(out),
    ]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CPE_AGENT_")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean)
    assert done.returncode == 4
    assert "nothing is signed: no key is given" in done.stderr
    assert not out.exists()
