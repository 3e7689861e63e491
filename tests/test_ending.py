"""Real processes that are interrupted, or whose stdout is gone: never a traceback, never the status of a fault."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from cpe_agent.ending import CANNOT_RUN, SENTENCE
from tests.lab.needs import PROJECT, missing

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX signals and pipes")

CLIENT = (sys.executable, "-X", "importtime", "-m", "cpe_agent")
ALONE = ("unshare", "--net")  # what measures here reaches nobody


def interrupted_at(module: str, number: int, *arguments: str, alone: bool = False) -> tuple[int, str, str]:
    """Status, stdout and what stderr held of our own, when the signal comes as ``module`` has just been imported."""
    client = subprocess.Popen(
        [*(ALONE if alone else ()), *CLIENT, *arguments],
        cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert client.stderr is not None
    said = ""
    with client:
        for line in client.stderr:
            if not line.startswith("import time:"):
                said += line
            elif line.rpartition("|")[2].strip() == module:
                client.send_signal(number)
        assert client.stdout is not None
        answer = client.stdout.read()
    return client.returncode, answer, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["click.types", "click.core", "cpe_agent.cli"])
def test_while_it_is_loaded(module: str, number: int) -> None:
    status, answer, said = interrupted_at(module, number, "replay", os.devnull)
    assert (status, answer, said) == (CANNOT_RUN, "", f"cpe-agent: {SENTENCE}\n")


@pytest.mark.lab
@pytest.mark.skipif(missing() is not None, reason=str(missing()))
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["cpe_agent.engine", "collectors"])
def test_at_the_start_of_the_run(module: str, number: int) -> None:
    status, answer, said = interrupted_at(module, number, "run", "--json", "--deep", alone=True)
    assert (status, answer, said) == (CANNOT_RUN, "", f"cpe-agent: {SENTENCE}\n")


def shell(script: str) -> tuple[int, str, str]:
    """A shell line in which ``"$@"`` is the client."""
    ran = subprocess.run(
        ["bash", "-c", script, "bash", sys.executable, "-m", "cpe_agent"],
        check=False, cwd=PROJECT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return ran.returncode, ran.stdout, ran.stderr


GONE = '{ sleep 0.2; "$@"; echo $? >&2; } | true'  # nobody reads any more


@pytest.mark.parametrize("command", ["--version", "--help", "faults", "faults --json", "explain access-no-pado"])
def test_whoever_reads_has_gone(command: str) -> None:
    assert shell(GONE.replace('"$@"', f'"$@" {command}')) == (0, "", f"{CANNOT_RUN}\n")


@pytest.mark.parametrize("command", ["--version", "faults"])
def test_stdout_is_closed(command: str) -> None:
    assert shell(f'"$@" {command} >&-') == (0, "", "")


def test_stdout_is_full() -> None:
    status, _, said = shell('"$@" faults >/dev/full')
    assert (status, said) == (CANNOT_RUN, "cpe-agent: the answer could not be printed: No space left on device\n")


def test_stderr_is_closed() -> None:
    assert shell('"$@" explain nothing 2>&-') == (2, "", "")
    assert shell('"$@" faults --json 2>&-')[0] == 0
