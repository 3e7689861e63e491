"""The password is in memory for one login and nowhere else: every byte that the program leaves is searched for it."""

from __future__ import annotations

import base64
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cpe_agent.login.memory import Memory
from cpe_agent.login.secret import BadSecret, Secret
from tests.login.place import PC, PROJECT, Place, command, environment, place, start, wait_for
from tests.probe_lab import missing

SECRET = "Zq7-Kaktus!Grn%4711"
LAB = [pytest.mark.lab, pytest.mark.skipif(missing() is not None, reason=missing() or "")]


def forms(secret: str) -> dict[str, bytes]:
    raw = secret.encode()
    bases = {"as it is": raw, "reversed": raw[::-1], "UTF-16": raw.decode().encode("utf-16-le")}
    # Base64 of text in the middle of other text has three alignments; the ends depend on what is around.
    bases |= {f"base64 {n}": base64.b64encode(bytes(n) + raw)[4 if n else 0 : -4] for n in range(3)}
    return bases | {"hex": raw.hex().encode(), "HEX": raw.hex().upper().encode(), "escaped": repr(raw)[2:-1].encode()}


def found_in(data: bytes) -> list[str]:
    return [name for name, form in forms(SECRET).items() if form in data]


def bytes_left(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def test_the_search_finds() -> None:
    raw = SECRET.encode()
    for n in range(3):
        assert found_in(b"x" + base64.b64encode(bytes(n) + raw + b"behind"))
    assert found_in(f"password={SECRET!r}".encode()) == ["as it is", "escaped"]
    assert found_in(raw.hex().encode()) == ["hex"]
    assert found_in(b"nothing") == []


@pytest.fixture(scope="module")
def wire() -> Iterator[Place]:
    with place() as made:
        yield made


def traces(pid: int) -> bytes:
    """What others may read of a running process: its command line and environment, and its children's."""
    return b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ", "status"))


class TestOnTheWire:
    pytestmark = LAB

    @pytest.mark.parametrize(
        "behaviour",
        [
            {"users": {"alice@isp.example": SECRET}},
            {"users": {"alice@isp.example": SECRET}, "methods": ["pap"]},
            {"methods": ["pap"], "no_text": f"wrong password {SECRET}"[:15]},
            {"methods": ["mschapv2"], "users": {"alice@isp.example": SECRET}},
            {"mute": "auth"},
            {"order": "term"},
        ],
        ids=["chap", "pap", "rejected", "mschapv2", "silent", "hung up"],
    )
    @pytest.mark.parametrize("form", ["--json", "--yes"])
    def test_nothing_is_left_behind(self, wire: Place, tmp_path: Path, behaviour: dict[str, Any], form: str) -> None:
        wire.behave(**behaviour)
        running = start(tmp_path, "--yes", form, secret=SECRET)
        seen = traces(running.pid)
        out, err = running.communicate()
        assert running.returncode in (0, 1, 3), err
        assert found_in(out.encode() + err.encode() + seen + bytes_left(tmp_path)) == []
        left = {file.name for file in tmp_path.rglob("*") if file.is_file()}
        assert left == {"login-attempts.json"}, "nothing else is written, no cache of scapy's either"
        assert Memory(tmp_path / "state" / "cpe-agent").attempts, "the test came as far as the login"

    @pytest.mark.parametrize("deadly", [signal.SIGABRT, signal.SIGSEGV, signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
    def test_nothing_is_left_after_a_death_in_the_login(self, wire: Place, tmp_path: Path, deadly: int) -> None:
        wire.behave(mute="auth")
        program = ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *command("--json"), "--yes"]
        running = start(tmp_path, secret=SECRET, program=program)
        wait_for(lambda: bool(Memory(tmp_path / "state" / "cpe-agent").attempts))
        seen = traces(running.pid)
        running.send_signal(deadly)
        out, err = running.communicate()
        assert running.returncode != 0
        assert "Traceback" not in err
        assert found_in(out.encode() + err.encode() + seen + bytes_left(tmp_path)) == []
        assert not list(tmp_path.rglob("core*"))
        if deadly == signal.SIGINT:
            assert "stopped before a verdict" in err
            assert "padt" in wire.behave()["frames"], "the session is closed behind it"

    @pytest.mark.parametrize("debug", ["", "1"], ids=["quiet", "debug"])
    @pytest.mark.parametrize(
        ("place_of_it", "method"),
        [
            ("cpe_agent.login.authentication.hashlib.md5", "chap"),
            ("cpe_agent.login.authentication._sized", "pap"),
            ("cpe_agent.login.authentication.nt_response", "mschapv2"),
            ("cpe_agent.login.session.session_frame", "chap"),
            ("cpe_agent.login.attempt.take_address", "pap"),
        ],
    )
    def test_nothing_is_left_after_a_defect(
        self, wire: Place, tmp_path: Path, place_of_it: str, method: str, debug: str
    ) -> None:
        """Defects put in from outside, whose message is what they were given."""
        wire.behave(users={"alice@isp.example": SECRET}, methods=[method])
        module, _, name = place_of_it.rpartition(".")
        code = (
            "import sys, importlib, pkgutil, faulthandler\n"
            "faulthandler.enable()\n"
            f"owner = pkgutil.resolve_name({module!r})\n"
            "class Broken(Exception): pass\n"
            "def broken(*given, **named): raise Broken(repr(given), given, named, SECRET[0])\n"
            "SECRET = []\n"
            "import cpe_agent.login.secret as s\n"
            "reveal = s.Secret.reveal\n"
            "s.Secret.reveal = lambda self: SECRET.append(reveal(self)) or reveal(self)\n"
            "before = s.read_secret\n"
            "import cpe_agent.login.command as c\n"
            "def reading(**kw):\n"
            "    found = before(**kw)\n"
            "    SECRET.append(reveal(found))\n"
            f"    setattr(owner, {name!r}, broken)\n"
            "    return found\n"
            "c.read_secret = reading\n"
            "sys.argv = ['cpe-agent', *sys.argv[1:]]\n"
            "from cpe_agent.__main__ import main\n"
            "main()\n"
        )
        arguments = command("--json", "--yes")[3:]
        done = subprocess.run(
            ["ip", "netns", "exec", PC, sys.executable, "-c", code, *arguments],
            input=SECRET + "\n",
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(tmp_path, **({"CPE_AGENT_DEBUG": debug} if debug else {})),
            check=False,
        )
        assert done.returncode == 4, done.stderr
        assert "a defect of this program stopped the login test: Broken in broken" in done.stderr
        assert found_in(done.stdout.encode() + done.stderr.encode() + bytes_left(tmp_path)) == []

    def test_the_prompt_shows_nothing(self, wire: Place, tmp_path: Path) -> None:
        wire.behave(users={"alice@isp.example": SECRET})
        arguments = [part for part in command("--json") if part != "--password-stdin"]
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(tmp_path)
            os.execvpe("ip", ["ip", "netns", "exec", PC, *arguments], environment(tmp_path))
        shown = b""
        try:
            while b"Password" not in shown:
                shown += os.read(terminal, 1024)
            os.write(terminal, SECRET.encode() + b"\n")
            while True:
                shown += os.read(terminal, 1024)
        except OSError:
            pass  # the terminal is closed when its program ends
        finally:
            os.close(terminal)
            _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0, shown
        assert b'"outcome": "accepted"' in shown
        assert found_in(shown + bytes_left(tmp_path)) == []


def test_without_a_terminal_it_does_not_ask(tmp_path: Path) -> None:
    code = "from cpe_agent.login.secret import read_secret\nread_secret(from_stdin=False)"
    done = subprocess.run(
        [sys.executable, "-c", code], input=SECRET, capture_output=True, text=True, cwd=PROJECT, check=False
    )
    assert "use --password-stdin" in done.stderr


def test_a_secret_does_not_show() -> None:
    import copy
    import pickle

    secret = Secret(SECRET.encode())
    assert found_in(f"{secret} {secret!r} {vars(type(secret))}".encode()) == []
    for store in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            store(secret)
    secret.forget()
    assert secret.reveal() == bytes(len(SECRET))
    with pytest.raises(BadSecret) as too_long:
        Secret(SECRET.encode() * 99)
    assert found_in(str(too_long.value).encode()) == []
