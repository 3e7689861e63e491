"""A host that answers from a recording, and one that writes a recording.

A recording is one JSON object; every question is a line of its own::

    {"format": 1, "origin": "where the answers come from",
     "answers": {"<door>.<question> <what was asked, as JSON>": [{"answer": ...}, {"cannot": ["denied", "why"]}, ...]}}

Only what makes it another question names it: arguments at their defaults, waits and bounds are left out, so that a
later version that waits differently still finds its answers. Answers stand in the order of asking; a question asked
more often than recorded gets the last one again. One that was never asked, or whose answer the recorded run did not
await, is ``skipped``: a replay does not wait, so it may come further than the run did before its verdict was settled.
Nothing outside is touched.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, cast, get_type_hints

from cpe_agent.codec import Malformed, from_plain, to_plain
from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.host import Host, Local, Net

FORMAT = 1
MOST_BYTES = 16 * 2**20  # a run of a home is tens of kilobytes
DOORS: dict[str, type] = {"local": Local, "net": Net}
# How long, how far and how much: they bound the answer and do not make it the answer to something else.
_BOUNDS = ("timeout_s", "resend_s", "interval_s", "seconds", "max_ttl", "max_bytes", "sizes")
ENDED = "the recorded run ended before"
# How many packets. Two echoes that look for a sign of life and forty that look for loss are both kept.
_COUNTS = ("count", "rounds")


class BadRecording(ValueError):
    """The text is no recording; the message says why."""


class Question(NamedTuple):
    """One question as a recording names it. ``packets``: how many, or rounds; None where it has no such word."""

    key: str
    packets: int | None


class Kept(NamedTuple):
    """One recorded answer, read. ``cannot`` stands in the answer's place when there was none."""

    answer: Any
    cannot: tuple[Outcome, str] | None
    packets: int | None


@cache
def questions(door: str) -> dict[str, tuple[inspect.Signature, Any]]:
    """Name -> (signature, type of the answer) of every question of one door."""
    import collections.abc

    from cpe_agent import facts, host

    names = {**vars(facts), **vars(host), "Sequence": collections.abc.Sequence}
    found = {}
    for name, method in vars(DOORS[door]).items():
        if inspect.iscoroutinefunction(method):
            found[name] = (inspect.signature(method), get_type_hints(method, names)["return"])
    return found


def ask_as(door: str, name: str, args: tuple[Any, ...], more: dict[str, Any]) -> Question:
    """How a recording names this question."""
    signature = questions(door)[name][0]
    bound = signature.bind(None, *args, **more)
    bound.apply_defaults()
    said, packets = {}, None
    for word, value in bound.arguments.items():
        if word in _COUNTS:
            packets = int(value)
        elif word != "self" and word not in _BOUNDS and value != signature.parameters[word].default:
            said[word] = to_plain(value)
    if said.get("kind") == "absent":
        said["name"] = f"*.{str(said['name']).partition('.')[2]}"  # the first label is random
    return Question(f"{door}.{name} {json.dumps(said, sort_keys=True)}", packets)


class _Door:
    """Turns every question of a protocol into one call of ``ask(door, name, args, more)``."""

    def __init__(self, door: str, ask: Callable[..., Any]) -> None:
        for name in questions(door):
            setattr(self, name, self._question(ask, door, name))

    @staticmethod
    def _question(ask: Callable[..., Any], door: str, name: str) -> Any:
        async def question(*args: Any, **more: Any) -> Any:
            return await ask(door, name, args, more)

        return question


def _host(ask: Callable[..., Any]) -> Host:
    return Host(cast(Local, _Door("local", ask)), cast(Net, _Door("net", ask)))


# ------------------------------------------------------------------ writing


class RecordingHost:
    """Asks ``real`` and remembers. ``host`` is what collectors get."""

    def __init__(self, real: Host) -> None:
        self._real = real
        self._answers: dict[str, list[dict[str, Any]]] = {}
        self._extents: dict[str, dict[str, int]] = {}
        self.host = _host(self._ask)

    async def _ask(self, door: str, name: str, args: tuple[Any, ...], more: dict[str, Any]) -> Any:
        asked = ask_as(door, name, args, more)
        kept: dict[str, Any] = {}  # its place is taken at the asking: answers overtake each other
        self._answers.setdefault(asked.key, []).append(kept)
        extent = {} if asked.packets is None else {"count": asked.packets}
        self._extents[asked.key] = extent
        try:
            answer = await getattr(getattr(self._real, door), name)(*args, **more)
        except CannotMeasure as error:
            kept.update(extent, cannot=[error.outcome.value, error.reason])
            raise
        kept.update(extent, answer=to_plain(answer))
        return answer

    @property
    def answers(self) -> dict[str, list[dict[str, Any]]]:
        """Question -> its answers in the order of asking. What was given up before an answer came is left out; a
        question that was never answered says so."""
        found = {key: [kept for kept in answers if kept] for key, answers in self._answers.items()}
        given_up = [Outcome.SKIPPED.value, f"{ENDED} this was answered"]
        return {key: answers or [{**self._extents[key], "cannot": given_up}] for key, answers in found.items()}

    @property
    def count(self) -> int:
        return sum(map(len, self.answers.values()))

    def to_json(self, origin: str = "recorded") -> bytes:
        return recording_bytes(self.answers, origin)


def recording_bytes(answers: dict[str, list[dict[str, Any]]], origin: str) -> bytes:
    """``origin`` says where the answers come from: a real machine, or the systems' documentation."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(answers[key], sort_keys=True, separators=(',', ':'))}"
        for key in sorted(answers)
    ]
    inside = ",\n".join(lines)
    return f'{{"format": {FORMAT}, "origin": {json.dumps(origin)}, "answers": {{\n{inside}\n}}}}'.encode()


# ------------------------------------------------------------------ replaying


def replay_host(data: bytes) -> Host:
    """A host that answers from a recording. Raises ``BadRecording``: a damaged answer is no reason to judge without
    it. Questions that this version does not know are passed over."""
    answers = {key: _read(key, found) for key, found in _answers_of(data).items()}
    taken: dict[Question, int] = {}

    async def ask(door: str, name: str, args: tuple[Any, ...], more: dict[str, Any]) -> Any:
        asked = ask_as(door, name, args, more)
        found = _of_length(answers.get(asked.key, []), asked.packets)
        if not found:
            raise CannotMeasure(Outcome.SKIPPED, f"{ENDED} it asked ({name})")
        turn = min(taken.get(asked, 0), len(found) - 1)
        taken[asked] = turn + 1
        kept = found[turn]
        if kept.cannot is not None:
            raise CannotMeasure(*kept.cannot)
        return kept.answer

    return _host(ask)


def _answers_of(data: bytes) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        raise BadRecording(f"larger than {MOST_BYTES // 2**20} MiB")
    try:
        recording = _shown(json.loads(data, parse_constant=_finite, parse_float=_finite))
    except RecursionError:
        raise BadRecording("nested too deeply") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        after = error.pos if isinstance(error, json.JSONDecodeError) else error.start
        raise BadRecording(f"damaged or cut off (after {after} characters), or no recording") from None
    except ValueError as error:
        raise BadRecording(f"not JSON: {error}") from None
    if isinstance(recording, dict) and "schema" in recording and "diagnosis" in recording:
        raise BadRecording("this is a report; use 'cpe-agent judge'")
    if not isinstance(recording, dict) or recording.get("format") != FORMAT:
        raise BadRecording(f"not a recording of format {FORMAT}")
    answers = recording.get("answers")
    if not isinstance(answers, dict) or not all(isinstance(a, list) and a for a in answers.values()):
        raise BadRecording("answers must be an object of non-empty lists")
    return answers


def _shown(value: Any) -> Any:
    """The same with nothing in it that could steer a terminal or cannot be written: a recording comes by mail."""
    if isinstance(value, str):
        return value if value.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in value)
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return {_shown(key): _shown(item) for key, item in value.items()} if isinstance(value, dict) else value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


def _read(key: str, found: list[Any]) -> list[Kept]:
    door, _, name = key.partition(" ")[0].partition(".")
    if door not in DOORS or name not in questions(door):
        return []
    return [_kept(f"{door}.{name}[{turn}]", questions(door)[name][1], plain) for turn, plain in enumerate(found)]


def _kept(where: str, kind: Any, plain: Any) -> Kept:
    if not isinstance(plain, dict) or ("answer" in plain) is ("cannot" in plain):
        raise BadRecording(f"{where}: expected an object with either answer or cannot")
    count = plain.get("count")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool)):
        raise BadRecording(f"{where}: count must be a whole number")
    try:
        if "cannot" in plain:
            outcome, reason = from_plain(tuple[Outcome, str], plain["cannot"], where)
            if outcome in (Outcome.MEASURED, Outcome.CRASHED):
                raise Malformed(where, f"{outcome} is no reason for having no answer")
            return Kept(None, (outcome, reason), count)
        return Kept(from_plain(kind, plain["answer"], where), None, count)
    except Malformed as error:
        raise BadRecording(str(error)) from None


def _of_length(found: list[Kept], packets: int | None) -> list[Kept]:
    """The answers to this many packets; else to the next larger number that was asked, else to the largest. A plain
    run on the recording of a deep one gets the deep one's longer trains."""
    if packets is None:
        return found
    known = sorted({kept.packets for kept in found if kept.packets is not None})
    chosen = next((n for n in known if n >= packets), known[-1] if known else None)
    return [kept for kept in found if kept.packets == chosen]
