"""A password, for as long as a login test or a look at the router needs it, and where it is asked for."""

from __future__ import annotations

import sys

from cpe_agent.words import login_text

_LONGEST = 255  # octets: PAP's length field (RFC 1334, 2.2.1)


class BadSecret(ValueError):
    """No usable password was given. The message never holds it."""


class Secret:
    """A password in memory. Nothing shows, compares, copies or stores it; ``reveal`` is for the one packet."""

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes | bytearray) -> None:
        if not octets:
            raise BadSecret("no password was given")
        if len(octets) > _LONGEST:
            raise BadSecret(f"the password is longer than {_LONGEST} octets")
        self._octets = bytearray(octets)

    def __repr__(self) -> str:
        return "Secret()"

    def __reduce__(self) -> str:
        raise TypeError("a secret is never stored")

    def reveal(self) -> bytes:
        return bytes(self._octets)

    def forget(self) -> None:
        self._octets[:] = bytes(len(self._octets))


def read_secret(*, from_stdin: bool, prompt: str = "prompt", option: str = "--password-stdin") -> Secret:
    """The first line of stdin, or what is typed at the terminal without echo. ``option`` is what asks for stdin.
    Raises ``BadSecret``."""
    if from_stdin:
        line = bytearray(sys.stdin.buffer.readline(_LONGEST + 3)) if sys.stdin is not None else bytearray()
        return Secret(line.rstrip(b"\r\n"))
    if sys.stdin is None or not sys.stdin.isatty():
        raise BadSecret(f"no terminal to ask for the password: use {option}")
    from getpass import getpass

    try:
        typed = getpass(login_text(prompt), sys.stderr)
    except EOFError:
        typed = ""
    return Secret(typed.encode("utf-8", "surrogateescape"))
