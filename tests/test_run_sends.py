"""A real run in a network of its own (loopback and nothing else), with a desk in it: the answer comes first and is the
same with and without one, and what is printed is what the desk gets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lab.needs import missing

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")

_INSIDE = """
import json, subprocess, sys
from pathlib import Path
from tests.desk_stand_in import Desk
folder, moods, more = Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
with Desk() as desk:
    desk.watched = True
    desk.moods.extend(moods)
    (folder / "isp.toml").write_text(f'[desk]\\nurl = "{desk.url}"\\nenrolment = "A-TICKET"\\n')
    ran = subprocess.run(
        [sys.executable, "-m", "cpe_agent", "run", "--json", "--profile", str(folder / "isp.toml"), *more],
        capture_output=True, text=True, env={"XDG_STATE_HOME": str(folder / "state"), "PATH": "/usr/sbin:/usr/bin"})
    print(json.dumps({
        "status": ran.returncode, "stdout": ran.stdout, "stderr": ran.stderr, "events": desk.events,
        "bodies": {name: body.decode() for name, body in desk.bodies.items()},
        "paths": [request.path for request in desk.requests]}))
"""


def run(folder: Path, *more: str, moods: tuple[str, ...] = ()) -> dict[str, Any]:
    ran = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", _INSIDE, str(folder), json.dumps(moods), json.dumps(more)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_what_is_printed_is_what_the_desk_gets(tmp_path: Path) -> None:
    seen = run(tmp_path)
    report = json.loads(seen["stdout"])
    assert seen["status"] == 1
    assert seen["bodies"] == {report["id"]: seen["stdout"].rstrip("\n")}
    assert "is with the provider's desk" in seen["stderr"]
    assert "A-TICKET" not in seen["stdout"] + seen["stderr"]
    assert seen["paths"] == ["/v1/reports"], "without a case nobody is told of the run itself"


def test_with_a_case_its_progress_is_told_under_the_report_s_id(tmp_path: Path) -> None:
    seen = run(tmp_path, "--case", "4F7K2Q9X", "--deep", "--budget", "5")  # long enough for a word in between
    report = json.loads(seen["stdout"])
    assert report["case"] == "4F7K2Q9X"
    (told,) = seen["events"].values()
    assert list(seen["events"]) == [report["id"]]
    assert told[0]["kind"] == "started"


def test_a_desk_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    seen = run(tmp_path, moods=("die", "die"))
    report = json.loads(seen["stdout"])
    assert seen["status"] == 1
    assert "kept on this computer" in seen["stderr"]
    (kept,) = (tmp_path / "state" / "cpe-agent" / "outbox").glob("*.entry")
    assert kept.stem == report["id"]
    assert kept.read_bytes().partition(b"\n")[2] == seen["stdout"].rstrip("\n").encode()


def test_no_upload_means_none(tmp_path: Path) -> None:
    seen = run(tmp_path, "--no-upload", "--case", "4F7K2Q9X")
    assert (seen["status"], seen["paths"], seen["stderr"]) == (1, [], "")
    assert not (tmp_path / "state" / "cpe-agent" / "outbox").exists()
