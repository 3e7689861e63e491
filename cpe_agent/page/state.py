"""What the page knows at one moment. The session makes one after every change; everything that is shown is drawn from
it alone, live or in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_agent.report import Report

ACTIONS = ("again", "answer", "language", "case", "send", "keep-back", "save", "wish", "task", "stop")
"""What a button may ask for: the field ``do`` of a form that is posted to ``do``. ``again`` may carry ``step`` (what
the customer has just done), ``answer`` carries ``question`` and ``value``, ``language`` carries ``lang``, ``case``
carries ``code``, ``wish`` and ``task`` carry ``value`` yes | no."""


class Sending(NamedTuple):
    """How far the report has come. ``state``: off (no desk is known) | offered (waits for the customer's yes) | held
    (he said no) | kept (on this computer, goes by itself) | sending | sent | refused (by the desk, or by this
    computer's disk). ``desk`` is its host name and ``url`` its address, ``locator`` the desk's short name for the
    report, times are RFC 3339 in UTC, ``reason`` as of ``deliver.why``. ``task``: on | off | unsupported: whether a
    later login of this user sends it."""

    state: str = "off"
    desk: str | None = None
    since: str | None = None
    next_try: str | None = None
    locator: str | None = None
    reason: str | None = None
    task: str = "unsupported"
    url: str | None = None


class PageState(NamedTuple):
    """``phase``: measuring | done | again (measuring once more; ``report`` is the one before) | ended (the program
    stops). ``segments`` are judged from what is measured so far; ``trying`` and ``measured`` are sections' names.
    ``earlier``: this visit's reports before ``report``, oldest first. ``step``: what the customer said was done before
    this measuring. ``answers``: question -> value. ``case``: the code in its written form; ``case_unread``: what was
    typed last is none. ``wish``: what the representative asks for and the customer must allow (check-again |
    deep-test). ``saved``: the file that was saved, and in which folder. ``trouble``: key of a sentence about what this
    program could not do."""

    language: str
    phase: str
    segments: dict[str, str]
    trying: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    report: Report | None = None
    earlier: tuple[Report, ...] = ()
    step: str | None = None
    answers: dict[str, str] = {}  # noqa: RUF012  # never changed in place
    case: str | None = None
    case_unread: bool = False
    sending: Sending = Sending()
    watched: bool = False
    wish: str | None = None
    saved: Path | None = None
    trouble: str | None = None
