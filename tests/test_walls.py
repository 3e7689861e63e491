"""The import arrows point one way, and nothing heavy is loaded where it is not used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def imports_of(file: Path) -> set[str]:
    """Modules a file imports anywhere but under TYPE_CHECKING."""
    tree = ast.parse(file.read_text("utf-8"))
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def inside(modules: set[str], *packages: str) -> set[str]:
    return {m for m in modules for p in packages if m == p or m.startswith(p + ".")}


OUTSIDE = ("socket", "subprocess", "psutil", "ctypes", "urllib.request", "http.client", "requests", "scapy", "fcntl")


@pytest.mark.parametrize("file", files("collectors"), ids=lambda f: f.name)
def test_collectors_never_judge_and_never_touch_the_outside(file: Path) -> None:
    found = imports_of(file)
    assert not inside(found, "cpe_agent.diagnose", "cpe_agent.report", "cpe_agent.words", "cpe_agent.deliver")
    assert not inside(found, *OUTSIDE, "os", "pathlib")
    if file.name != "__init__.py":
        assert not inside(found, "collectors"), "collectors do not know each other"


@pytest.mark.parametrize("file", files("cpe_agent/diagnose"), ids=lambda f: f.name)
def test_diagnosis_is_pure(file: Path) -> None:
    found = imports_of(file)
    assert not inside(found, "collectors", "cpe_agent.host", "cpe_agent.report", "cpe_agent.words", "cpe_agent.deliver")
    assert not inside(found, *OUTSIDE, "os", "pathlib", "time", "asyncio", "random", "datetime")


@pytest.mark.parametrize("file", files("cpe_agent/host"), ids=lambda f: f.name)
def test_the_host_knows_only_the_facts(file: Path) -> None:
    found = inside(imports_of(file), "cpe_agent", "collectors")
    allowed = ("cpe_agent.host", "cpe_agent.facts", "cpe_agent.collector", "cpe_agent.codec", "cpe_agent.early")
    assert not found - inside(found, *allowed) - {"cpe_agent"}


@pytest.mark.parametrize(
    "file", [f for f in files("cpe_agent") if "host" not in f.parts], ids=lambda f: str(f.relative_to(ROOT))
)
def test_only_the_host_touches_the_outside(file: Path) -> None:
    # The desk's door for programs, and its way to the hosts that its keeper listed.
    own = [ROOT / "cpe_agent/desk/serve.py", ROOT / "cpe_agent/desk/webhooks/sending.py"]
    assert not inside(imports_of(file), *OUTSIDE) - ({"socket"} if file in own else set())


@pytest.mark.parametrize("file", files("cpe_agent/login"), ids=lambda f: f.name)
def test_the_login_test_never_judges_a_run(file: Path) -> None:
    found = inside(imports_of(file), "cpe_agent", "collectors")
    allowed = ("cpe_agent.login", "cpe_agent.host", "cpe_agent.facts", "cpe_agent.collector", "cpe_agent.words")
    assert not found - inside(found, *allowed, "cpe_agent.layout") - {"cpe_agent"}


def test_only_the_command_line_imports_the_login_test() -> None:
    for file in [*files("cpe_agent"), *files("collectors")]:
        if "login" not in file.parts and "commands" not in file.parts:
            assert not inside(imports_of(file), "cpe_agent.login"), file


def test_scapy_stays_with_the_raw_frames() -> None:
    own = [ROOT / "cpe_agent" / "host" / name for name in ("ppp_frames.py", "pcap_wire.py")]
    for file in [*files("cpe_agent"), *files("collectors")]:
        assert file in own or not inside(imports_of(file), "scapy"), file


def test_the_client_never_imports_the_desk() -> None:
    for file in [*files("cpe_agent"), *files("collectors")]:
        if "desk" not in file.parts:
            assert not inside(imports_of(file), "cpe_agent.desk"), file


@pytest.mark.parametrize(
    ("folder", "unknown"),
    [
        ("archive", ("ingest", "records", "people", "vault", "card", "cases", "finding", "pages", "live", "api")),
        ("card", ("archive", "ingest", "records", "people", "vault", "finding", "pages", "live", "api")),
        ("ingest", ("card", "cases", "finding", "pages", "api")),
        ("records", ("archive", "ingest", "people", "vault", "card", "cases", "finding", "pages", "live", "api")),
        ("vault", ("archive", "ingest", "card", "cases", "finding", "pages", "live", "api")),
        ("live", ("archive", "records", "vault", "card", "cases", "finding", "pages", "api")),
    ],
)
def test_the_desks_arrows_point_one_way(folder: str, unknown: tuple[str, ...]) -> None:
    for file in files(f"cpe_agent/desk/{folder}"):
        assert not inside(imports_of(file), *(f"cpe_agent.desk.{name}" for name in unknown)), file
    if folder == "card":
        for file in files("cpe_agent/desk/card"):
            assert not inside(imports_of(file), "sqlite3", "sqlalchemy", "litestar", "jinja2", "os", "pathlib"), file


def loaded_after(code: str) -> set[str]:
    shown = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(shown.stdout.split())


def test_version_loads_nothing_heavy() -> None:
    code = "sys.argv = ['cpe-agent', '--version']\nfrom cpe_agent.__main__ import run\nrun()"
    heavy = {"asyncio", "click", "dns", "psutil", "scapy", "ssl", "requests", "dataclasses", "cpe_agent.cli"}
    assert not loaded_after(code) & heavy


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import cpe_agent.cli", {"cpe_agent.commands.measure", "cpe_agent.language"}),
        (
            "import cpe_agent.commands.measure",
            {"asyncio", "dns", "psutil", "scapy", "ssl", "requests", "cpe_agent.facts"},
        ),
        ("import cpe_agent.engine, collectors", {"dns", "psutil", "scapy", "requests", "rfc8785", "xml.parsers.expat"}),
        ("import cpe_agent.deliver.qr_command, cpe_agent.deliver.qr_read", {"segno", "asyncio", "cpe_agent.diagnose"}),
        ("import cpe_agent.decoded", {"asyncio", "dns", "psutil", "scapy", "ssl"}),
        ("import cpe_agent.host.net, cpe_agent.host.linux", {"dns", "psutil", "scapy", "requests"}),
        ("import cpe_agent.login.command", {"scapy", "cpe_agent.diagnose", "xml.parsers.expat"}),
        (
            "import cpe_agent.desk.app, cpe_agent.desk.desk, cpe_agent.desk.pages.routes",
            {"alembic", "argon2", "authlib", "httpx2", "joserfc", "limits", "phonenumbers", "webauthn"},
        ),
    ],
    ids=["command line", "a run's command", "engine", "picture", "decode", "host", "login test", "desk"],
)
def test_heavy_imports_are_absent_where_unused(code: str, heavy: set[str]) -> None:
    assert not loaded_after(code) & heavy
