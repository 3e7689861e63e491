"""The packed program in broken homes, as an ordinary user: one home a part of the way; `make pack-check` has twenty."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from cpe_agent.words import fault_text
from tests.lab.home import Home
from tests.lab.judge import Mark, as_expected, mark
from tests.lab.needs import missing
from tests.lab.scenarios import BY_NAME, CORE, Scenario
from tests.pack.conftest import ALL, Packed

pytestmark = [pytest.mark.lab, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

FOUR = ("nic-down", "cable-out", "line-down", "forwarder-dead")  # computer, home, line, names
HOMES = CORE if ALL else [BY_NAME[name] for name in FOUR]
MOST_PAGE_S = 20

_FETCH = """\
import sys, time, urllib.request
ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
while sys.argv[2] not in (page := ask(sys.argv[1], timeout=10).read().decode()):
    time.sleep(0.2)
print(page)
"""


def put(packed: Packed, home: Home) -> Path:
    """Where an ordinary user may start it."""
    program = home.directory / "cpe-agent"
    shutil.copy2(packed.one_file, program)
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("scenario", HOMES, ids=lambda s: s.name)
def test_the_packed_program_finds_the_truth(scenario: Scenario, packed: Packed) -> None:
    with scenario.home() as home:
        scenario.inject(home)
        # What follows the interpreter's name and -m cpe_agent is the packed program's own.
        command = [str(put(packed, home)), *home.client_command(scenario.arguments())[3:]]
        _, report, words = home.run_client(user="nobody", command=command)
        assert mark(scenario, report) not in (Mark.WRONG, Mark.WRONG_BLAME, Mark.FALSE_ALARM, Mark.NO_REPORT), words
        if scenario.name.startswith("loss-") and as_expected(scenario, "nobody", report) is not None:
            _, report, words = home.run_client(user="nobody", command=command)  # half a burst may lose nothing at all
        why = as_expected(scenario, "nobody", report)
        assert why is None, f"{why} {words}"


def test_its_page_shows_the_provider_and_the_fault(packed: Packed) -> None:
    """A second start says the address of the first; nothing of either is left behind."""
    with Home() as home:
        BY_NAME["cable-out"].inject(home)
        computer, program = home.computer, put(packed, home)
        words = [str(program), "page", "--no-browser", "--no-history", "--no-upload", "--lang", "en"]
        private = home.directory / "unpacked"
        private.mkdir()
        os.chown(private, 65534, 65534)
        environment = computer.environment("nobody", {**home.client_environment, "TMPDIR": str(private)})
        with subprocess.Popen(
            [*computer.enter("nobody"), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd="/", env=environment, start_new_session=True,
        ) as shown:  # fmt: skip
            assert shown.stdout is not None
            address = shown.stdout.readline().strip()
            try:
                assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]+/", address), shown.communicate(timeout=20)
                title = fault_text("lan-cable-unplugged", "en").title
                seen = home.run([computer.python(), "-c", _FETCH, address, title], timeout_s=MOST_PAGE_S)
                assert seen.status == 0, seen.stderr[-2000:]
                assert "<bdi>Example Check</bdi>" in seen.stdout
                assert ":root{--act:#7a1f5c}" in seen.stdout
                assert 'id="b-language-ru"' in seen.stdout
                assert 'id="b-language-he"' not in seen.stdout
                second = home.run(words, "nobody", {"TMPDIR": str(private)})
                assert second.stdout.strip() == address
            finally:
                os.killpg(shown.pid, signal.SIGTERM)
                shown.communicate(timeout=20)
        assert not list(private.iterdir())
