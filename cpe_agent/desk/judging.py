"""What a stored report says, and whether this version's catalogue says the same: after the commit, never on the way to
it.

One thread first reads what the report itself says (a fraction of a millisecond) of everything that came in, so that
lists and look-ups are current even while thousands arrive; then, when nothing waits, it judges the facts anew
(milliseconds) and notes where the two differ. A card that is opened earlier is judged at once. What cannot be read
keeps its reason and its bytes: a newer version may read it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from cpe_agent.crockford import values
from cpe_agent.deliver.receipt import receipt_code
from cpe_agent.deliver.spoken_code import match_of
from cpe_agent.desk.archive import Archive, Judged, Row
from cpe_agent.engine import judge_again
from cpe_agent.facts import Plan
from cpe_agent.report import BadReport, Diagnosis, Report, diagnosis_of, facts_of, from_json

log = logging.getLogger("cpe_agent.desk")
AT_ONCE = 64
PAUSE_S = 0.5
MOST_TROUBLE = 200
MOST_CODE = 80  # of a fault or a suspect that a stranger made up
GONE = "its content is gone"
DEFECT = "this desk fails on it"


class _Diagnosis(msgspec.Struct):
    verdict: Literal["healthy", "fault", "inconclusive"]
    fault: str | None = None
    owner: str | None = None
    acts: str | None = None
    grade: str | None = None
    suspects: list[str] = []


class _Report(msgspec.Struct):
    id: str
    started: str
    diagnosis: _Diagnosis


_READER = msgspec.json.Decoder(_Report)


def read_body(seq: int, raw: bytes) -> Judged:
    """What a report says of itself. ``raw``: its canonical bytes. Never raises for what a client sent."""
    try:
        report = _READER.decode(raw)
        match = match_of(report.id)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        return Judged(seq, trouble=str(error)[:MOST_TROUBLE] or "no report", receipt=receipt_number(raw))
    said = report.diagnosis
    return Judged(
        seq,
        verdict=said.verdict,
        fault=said.fault or "",
        owner=said.owner or "",
        acts=said.acts or "",
        grade=said.grade or "",
        suspect=next(iter(said.suspects), ""),
        claimed=said.fault or "",
        match=match,
        receipt=receipt_number(raw),
        started=epoch(report.started),
    )


def judge_body(seq: int, raw: bytes) -> Judged:
    """The same with the desk's own judgement over the report's facts. Never raises for what a client sent."""
    claim = read_body(seq, raw)
    try:
        report = from_json(raw)
        found = judged(report)
    except BadReport as error:
        return claim._replace(trouble=str(error)[:MOST_TROUBLE], agrees=False)
    return claim._replace(
        verdict=found.verdict,
        fault=found.fault or "",
        owner=found.owner or "",
        acts=found.acts or "",
        grade=found.grade or "",
        suspect=next(iter(found.suspects), ""),
        agrees=(found.verdict, found.fault) == (report.diagnosis.verdict, report.diagnosis.fault),
    )


def judged(report: Report) -> Diagnosis:
    """The desk's own diagnosis; a cut report holds no facts, so its own stands. Raises ``BadReport``."""
    if report.cut_of is not None:
        return report.diagnosis
    facts = facts_of(report)
    return diagnosis_of(judge_again(report), facts[Plan])


def receipt_number(raw: bytes) -> int:
    """The sixty bits of a report's receipt code."""
    return number_of(receipt_code(raw))


def number_of(code: str) -> int:
    """Of a receipt code in its written form."""
    number = 0
    for value in values(code.replace("-", "")) or ():
        number = number << 5 | value
    return number


def epoch(moment: str) -> float:
    """Seconds since the epoch of an RFC 3339 time; 0 for what is none."""
    try:
        return datetime.fromisoformat(moment).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _storable(found: Judged) -> Judged:
    """Its texts as both databases take them, and no longer than a code is: PostgreSQL takes no NUL, neither takes half
    a surrogate pair."""

    def plain(text: str, most: int = MOST_CODE) -> str:
        return text[:most].encode("utf-8", "replace").decode().replace("\0", "\ufffd")

    return found._replace(
        fault=plain(found.fault),
        owner=plain(found.owner),
        acts=plain(found.acts),
        grade=plain(found.grade),
        suspect=plain(found.suspect),
        claimed=plain(found.claimed),
        trouble=plain(found.trouble, MOST_TROUBLE),
    )


class Judging:
    """The thread. ``opened`` gives a row's unpacked, unsealed bytes, or None when they are gone."""

    def __init__(self, archive: Archive, opened: Callable[[Row], bytes | None]) -> None:
        self._archive = archive
        self._opened = opened
        self._wake = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._work, name="judging", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something new is stored."""
        self._wake.set()

    def now(self, row: Row) -> Judged:
        """This row's, at once."""
        if row.judged is not None and row.judged.agrees is not None:
            return row.judged
        found = self._with_content(row, judge_body)
        self._archive.put_judged([found])
        return found

    def round(self) -> int:
        """Read what waits, at most ``AT_ONCE``; when nothing does, judge a few. Returns how many it was."""
        rows, work = self._archive.unread(AT_ONCE), read_body
        if not rows:
            rows, work = self._archive.unjudged(AT_ONCE // 16), judge_body
        if rows:
            self._archive.put_judged([self._with_content(row, work) for row in rows])
        return len(rows)

    def close(self) -> None:
        self._ended = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _with_content(self, row: Row, work: Callable[[int, bytes], Judged]) -> Judged:
        raw = self._opened(row)
        if raw is None:
            return Judged(row.seq, trouble=GONE, agrees=False, sha=row.sha)
        try:
            found = work(row.seq, raw)
        except Exception:  # one report that nobody thought of must not hold up all that come after it
            log.exception("a report cannot be judged", extra={"seq": row.seq})
            found = Judged(row.seq, trouble=DEFECT, agrees=False)
        return _storable(found)._replace(sha=row.sha)

    def _work(self) -> None:
        while not self._ended:
            self._wake.clear()
            done = 0
            try:
                done = self.round()
            except OSError:  # a full disk: the reports stay as they are and wait
                pass
            except Exception:
                log.exception("reports cannot be judged now")
            if not done and not self._ended:
                self._wake.wait(PAUSE_S)
