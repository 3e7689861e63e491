"""A real browser before the page, and another site on this computer that can neither read nor drive it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.needs import missing

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parent.parent


def lacking() -> str | None:
    if not CHROMIUM.exists() or importlib.util.find_spec("playwright") is None:
        return "needs Debian's chromium and playwright"
    return missing()


@pytest.mark.skipif(lacking() is not None, reason=str(lacking()))
def test_its_own_page_works_behind_any_proxy_and_another_site_learns_and_does_nothing(tmp_path: Path) -> None:
    inside = 'ip link set lo up && exec "$@"'
    command = ["unshare", "--net", "sh", "-c", inside, "sh", sys.executable, "-m", "tests.page_in_chromium"]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment, timeout=120)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    for way in ("with script", "without"):
        (posted,) = found[way]["posted"]
        assert posted["do"], way
        assert found[way]["console"] == [], "nothing that the policy forbids"
    well, by_file = {"page": True, "file": True}, {"page": False, "file": True}
    assert found["behind"] == {"dead proxy": well, "dead script": well, "even for loopback": by_file}
    assert found["with script"]["streamed"]
    assert found["stranger"] == {
        "read": False,
        "report": False,
        "posted": False,
        "events": False,
        "framed": False,
        "form": 404,
        "rebound": 421,
        "done": [],
    }
