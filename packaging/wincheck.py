"""``make wincheck``: the Windows part of the suite with a Windows Python under wine, in a home of network namespaces.

    python packaging/wincheck.py [--program PROGRAM.exe] [TESTS ...]     (root)

``--program``: a packed program, which then makes the whole run in the place of the sources. Not a part of ``make
test``: it needs wine and a gigabyte. Where something is missing it says so and ends with 0, because nothing was found
wrong.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import wine_python

ROOT = Path(__file__).resolve().parent.parent
TESTS: tuple[str, ...] = (
    "tests/windows", "tests/test_host_windows.py", "tests/test_windows_wifi.py", "tests/test_host_contract.py",
    "tests/test_judge.py", "tests/test_spoken_code.py", "tests/test_case_code.py", "tests/test_thread.py",
    "tests/test_dialogue.py",
)  # fmt: skip
# Wine loads a module in the time that Windows takes for ten: no clock of ours means anything there.
TESTS += ("--deselect=tests/test_host_contract.py::test_no_call_outlives_its_time",)
PACKAGES = (
    "click", "colorama", "segno", "iniconfig", "packaging", "pluggy", "pygments", "pytest", "hypothesis",
    "sortedcontainers",
)  # fmt: skip
PC, GATEWAY, FAR = (f"wincheck-{os.getpid()}-{end}" for end in ("pc", "gw", "far"))
PUBLIC = ("1.1.1.1", "8.8.8.8", "9.9.9.9")
_DEADLINE_S = 900
# Names, files and ways as in tests/windows/test_live.py. No packet leaves these three namespaces.
_HOME = f"""
link add eth0 netns {PC} type veth peer name lan netns {GATEWAY}
link add wan netns {GATEWAY} type veth peer name access netns {FAR}
-n {PC} addr add 192.168.7.10/24 dev eth0
-n {PC} addr add fd07::10/64 dev eth0 nodad
-n {GATEWAY} addr add 192.168.7.1/24 dev lan
-n {GATEWAY} addr add fd07::1/64 dev lan nodad
-n {GATEWAY} addr add 198.51.100.2/24 dev wan
-n {FAR} addr add 198.51.100.1/24 dev access
-n {PC} link set eth0 up
-n {GATEWAY} link set lan up
-n {GATEWAY} link set wan up
-n {FAR} link set access up
-n {PC} route add default via 192.168.7.1
-n {GATEWAY} route add default via 198.51.100.1
-n {FAR} route add 192.168.7.0/24 via 198.51.100.2
"""


@contextlib.contextmanager
def home() -> Iterator[None]:
    resolver = Path("/etc/netns", PC, "resolv.conf")  # ip-netns(8) puts it in the place of the machine's own
    try:
        for name in (PC, GATEWAY, FAR):
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        for line in _HOME.strip().splitlines():
            _ip(*line.split())
        for address in PUBLIC:
            _ip("-n", FAR, "addr", "add", f"{address}/32", "dev", "lo")
        forward = ["ip", "netns", "exec", GATEWAY, "sysctl", "-qw", "net.ipv4.ip_forward=1"]
        subprocess.run(forward, check=True)
        resolver.parent.mkdir(parents=True, exist_ok=True)
        resolver.write_text("nameserver 192.168.7.1\n", "ascii")
        yield
    finally:
        resolver.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            resolver.parent.rmdir()
        for name in (PC, GATEWAY, FAR):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def certificates(folder: Path) -> None:
    """An authority that nobody knows, and what it says of good.test: ``authority.pem``, ``good.pem``, ``good.key``."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    (folder / "names").write_text("subjectAltName=DNS:good.test\n", "ascii")
    for line in (
        ("req", "-x509", *key, "-keyout", "authority.key", "-out", "authority.pem", "-subj", "/O=Wincheck Stranger"),
        ("req", *key, "-keyout", "good.key", "-out", "good.csr", "-subj", "/CN=good.test"),
        ("x509", "-req", "-in", "good.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-days", "9",
         "-out", "good.pem", "-extfile", "names"),
    ):  # fmt: skip
        subprocess.run(["openssl", *line], cwd=folder, capture_output=True, check=True)


def suite(python: wine_python.WinePython, tests: Sequence[str], program: Path | None = None) -> int:
    """pytest's exit status, its output as it comes. ``program``: what a whole run is made with, else the sources."""
    environment = python.environment(ROOT) | {"CPE_AGENT_WINCHECK_HOME": "1"}
    if program is not None:
        environment["CPE_AGENT_WINCHECK_PROGRAM"] = wine_python.windows_path(program)
    with python.alone(), home(), tempfile.TemporaryDirectory() as folder:
        if shutil.which("openssl") is None:
            print("openssl is not installed: the tests of certificates are left out", file=sys.stderr)
        else:
            certificates(Path(folder))
            environment["CPE_AGENT_WINCHECK_CERTIFICATES"] = wine_python.windows_path(Path(folder))
        running = subprocess.Popen(
            python.command("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, namespace=PC),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=ROOT,
        )
        watch = threading.Timer(_DEADLINE_S, running.kill)
        watch.start()
        assert running.stdout is not None
        for line in running.stdout:  # wine wants a pipe there, never a terminal
            sys.stdout.write(line.decode("utf-8", "replace").replace("\r", ""))
            sys.stdout.flush()
        watch.cancel()
        return running.wait()


def lab() -> int:
    """Homes of the lab with the Windows Python in them; these tests themselves run on this system."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_wine_lab.py"]
    environment = {**os.environ, "CPE_AGENT_WINCHECK_LAB": "1"}
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


def main() -> int:
    if os.geteuid() != 0:
        print("skipped: network namespaces with a router between them need root", file=sys.stderr)
        return 0
    arguments, program = sys.argv[1:], None
    if arguments[:1] == ["--program"]:
        program, arguments = Path(arguments[1]), arguments[2:]
    try:
        python = wine_python.prepare()
        wine_python.install(python, *PACKAGES, requirements=ROOT / "requirements-dev.txt")
        status = suite(python, arguments or TESTS, program)
        return status or (0 if arguments else lab())
    except wine_python.CannotPrepareError as why:
        print(f"skipped: {why}", file=sys.stderr)
        return 0


if __name__ == "__main__":
    sys.exit(main())
