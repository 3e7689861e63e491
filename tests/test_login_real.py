"""``cpe-agent login-test`` against concentrators not written here: pppoe-server and pppd, FreeRADIUS behind them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.lab import login_server as accounts
from tests.lab.login_server import ALICE
from tests.lab.pppoe_kernel import carrier
from tests.lab.pppoe_line import PppoeLine
from tests.login.place import Ran, command, environment

pytestmark = [pytest.mark.lab, pytest.mark.skipif(carrier().kind is None, reason=str(carrier()))]


def login(line: PppoeLine, home: Path, *arguments: str, user: str = ALICE, secret: str | None = None) -> Ran:
    ran = subprocess.run(
        ["ip", "netns", "exec", line.namespace, *command("--json", *arguments, interface=line.interface, user=user)],
        input=(accounts.ACCOUNTS[user] if secret is None else secret) + "\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env=environment(home),
        timeout=30,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


class Case(NamedTuple):
    arguments: Sequence[str]
    user: str
    secret: str | None
    outcome: str
    method: str
    fault: str | None
    owner: str | None
    says: str | None = None


WITH_RADIUS = {
    "right": Case((), ALICE, None, "accepted", "chap", None, "none"),
    "right by pap": Case(("--method", "pap", "--yes"), ALICE, None, "accepted", "pap", None, "none"),
    "right by mschapv2": Case(("--method", "mschapv2"), ALICE, None, "accepted", "mschapv2", None, "none"),
    "wrong": Case((), ALICE, "not this one", "rejected", "chap", "credentials-rejected", "account"),
    "wrong by pap": Case(
        ("--method", "pap", "--yes"), ALICE, "not this one", "rejected", "pap", "credentials-rejected", "account"
    ),
    "wrong by mschapv2": Case(
        ("--method", "mschapv2"), ALICE, "not this one", "rejected", "mschapv2", "credentials-rejected", "account"
    ),
    "unknown realm": Case(
        (), "alice@elsewhere.example", "red sofa 7", "rejected", "chap", "credentials-wrong-realm", "account",
        accounts.REALM_TEXT,
    ),
    "suspended": Case(
        (), accounts.SUSPENDED, None, "rejected", "chap", "account-suspended", "account", accounts.SUSPENDED_TEXT
    ),
    "no session left": Case(
        (), accounts.NO_SESSION_LEFT, None, "rejected", "chap", "account-session-limit", "account",
        accounts.SESSION_TEXT,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def radius() -> Iterator[PppoeLine]:
    with PppoeLine(backend="radius") as line:
        yield line


@pytest.mark.parametrize("case", WITH_RADIUS.values(), ids=WITH_RADIUS)
def test_the_login_server_decides(radius: PppoeLine, tmp_path: Path, case: Case) -> None:
    ran = login(radius, tmp_path, *case.arguments, user=case.user, secret=case.secret)
    said = ran.said
    assert (said["outcome"], said["method"]) == (case.outcome, case.method), ran
    assert (said["fault"], said["owner"], ran.status) == (case.fault, case.owner, 1 if case.fault else 0), ran
    assert case.says is None or case.says in said["message"]
    assert [c["name"] for c in said["concentrators"]] == ["lab-bras"]


def test_a_refused_login_is_asked_about(radius: PppoeLine, tmp_path: Path) -> None:
    """The red sofa, typed with the keyboard set to Hebrew: a question, and the fault stays the refusal."""
    said = login(radius, tmp_path, secret="רקג דםכש 7").said
    assert (said["outcome"], said["fault"]) == ("rejected", "credentials-rejected")
    assert said["hints"] == ["secret-typed-on-hebrew-layout"]
    (tmp_path / "another-user").mkdir()
    accepted = login(radius, tmp_path / "another-user").said
    assert (accepted["outcome"], accepted["hints"]) == ("accepted", []), "what was accepted is not asked about"


def test_only_pap(tmp_path: Path) -> None:
    """PAP tells the password to whoever answers: only to a concentrator that is known, or with --yes."""
    with PppoeLine(auth="pap", ac_name="edge-7") as line:
        refused = login(line, tmp_path)
        assert (refused.said["outcome"], refused.said["fault"], refused.status) == ("auth-method-refused", None, 3)
        assert login(line, tmp_path, "--yes").said["method"] == "pap"


def test_only_chap(tmp_path: Path) -> None:
    with PppoeLine(auth="chap") as line:
        assert login(line, tmp_path).said["outcome"] == "accepted"
        other = login(line, tmp_path, "--method", "pap", "--yes")
        assert (other.said["outcome"], other.said["fault"], other.status) == ("auth-method-refused", None, 3)
