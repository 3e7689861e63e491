"""``cpe-agent desk serve`` as its keeper starts it: a process of its own on a port of loopback."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

FORM = re.compile(r'name="form" value="([^"]*)"')


class Serving:
    """``told``: what it said on stderr when it started. ``link``: that makes the first administrator. ``inside``: the
    words that put a command into another network."""

    def __init__(
        self,
        data: Path,
        *more: str,
        database: str | None = None,
        inside: Sequence[str] = (),
        listen: str = "127.0.0.1:0",
    ) -> None:
        words = [*inside, sys.executable, "-m", "cpe_agent", "desk", "serve", "--data", str(data)]
        words += ["--listen", listen, *(["--database", database] if database else []), *more]
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        self.told = self.rest = ""
        self.address = ""
        self.link: str | None = None
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.told += line
            if found := re.search(r"answers at (https?://\S+)/", line):
                self.address = found[1]
            elif found := re.search(r"administrator, once: (\S+)", line):
                self.link = found[1]
            if "Ready" in line:
                break
        else:
            raise AssertionError(f"the desk did not start:\n{self.told}")

    def __enter__(self) -> Serving:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> str:
        """Ends it as a service manager does, and gives what it said after its start."""
        assert self.process.stderr is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        if not self.process.stderr.closed:
            self.rest = self.process.stderr.read()
            self.process.wait(30)
            self.process.stderr.close()
        return self.rest

    @contextmanager
    def signed_in(self, name: str = "dana", password: str = "a long enough pass phrase") -> Iterator[httpx.Client]:
        """A browser of the first administrator's, made by the link."""
        assert self.link is not None
        about = {"Origin": self.address, "Accept": "text/html"}
        with httpx.Client(base_url=self.address, headers=about, timeout=60) as client:
            client.get(self.link).raise_for_status()
            answer = client.post(self.link, data={"name": name, "password": password, "language": "en"})
            assert answer.status_code == 303, answer.text
            yield client


def post(client: httpx.Client, path: str, at: str = "/", **form: str) -> httpx.Response:
    """Send a form of the page ``at``."""
    found = FORM.search(client.get(at).text)
    assert found is not None
    return client.post(path, data={"form": found[1], **form})
