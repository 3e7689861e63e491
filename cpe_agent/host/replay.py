"""A host that answers from a recording, and one that writes a recording.

A recording is JSON: every question with its arguments and the answers it got, in order. Replaying asks the recording
instead of the system; a question asked more often than recorded gets the last answer again, and one that was never
asked is ``unsupported``. Nothing waits: a replayed run takes as long as judging does.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from functools import cache
from typing import Any, cast, get_type_hints

from cpe_agent.codec import Malformed, from_plain, to_plain
from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.host import Host, Local, Net

FORMAT = 1
DOORS: dict[str, type] = {"local": Local, "net": Net}
# Chosen afresh at every run, so they cannot be part of what names a question.
_VARYING = ("timeout_s", "resend_s", "interval_s")


class BadRecording(ValueError):
    """The text is no recording; the message says why."""


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


def _key(door: str, name: str, signature: inspect.Signature, args: tuple[Any, ...], more: dict[str, Any]) -> str:
    bound = signature.bind(None, *args, **more)
    said = {k: to_plain(v) for k, v in bound.arguments.items() if k != "self" and k not in _VARYING}
    if said.get("kind") == "absent":
        said["name"] = "*"  # a random name
    return f"{door}.{name} {json.dumps(said, sort_keys=True)}"


class _Door:
    """Turns every question of a protocol into one call of ``ask(name, signature, answer type, args, more)``."""

    def __init__(self, door: str, ask: Callable[..., Any]) -> None:
        for name, (signature, kind) in questions(door).items():
            setattr(self, name, self._question(ask, door, name, signature, kind))

    @staticmethod
    def _question(ask: Callable[..., Any], door: str, name: str, signature: inspect.Signature, kind: Any) -> Any:
        async def question(*args: Any, **more: Any) -> Any:
            return await ask(door, name, kind, _key(door, name, signature, args, more), args, more)

        return question


class RecordingHost:
    """Asks ``real`` and remembers. ``host`` is what collectors get."""

    def __init__(self, real: Host) -> None:
        self._real = real
        self._answers: dict[str, list[Any]] = {}
        self.host = Host(cast(Local, _Door("local", self._ask)), cast(Net, _Door("net", self._ask)))

    async def _ask(
        self, door: str, name: str, _kind: Any, key: str, args: tuple[Any, ...], more: dict[str, Any]
    ) -> Any:
        try:
            answer = await getattr(getattr(self._real, door), name)(*args, **more)
        except CannotMeasure as error:
            self._keep(key, {"cannot": [error.outcome.value, error.reason]})
            raise
        self._keep(key, {"answer": to_plain(answer)})
        return answer

    def _keep(self, key: str, answer: dict[str, Any]) -> None:
        self._answers.setdefault(key, []).append(answer)

    @property
    def count(self) -> int:
        return sum(map(len, self._answers.values()))

    def to_json(self, origin: str = "recorded") -> bytes:
        """``origin`` says where the answers come from: a real machine, or the systems' documentation."""
        recording = {"format": FORMAT, "origin": origin, "answers": self._answers}
        return json.dumps(recording, indent=1, sort_keys=True).encode()


def replay_host(data: bytes) -> Host:
    """A host that answers from a recording. Raises ``BadRecording``."""
    try:
        recording = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRecording(f"not JSON: {error}") from None
    if not isinstance(recording, dict) or recording.get("format") != FORMAT:
        raise BadRecording(f"not a recording of format {FORMAT}")
    answers = recording.get("answers")
    if not isinstance(answers, dict) or not all(isinstance(a, list) and a for a in answers.values()):
        raise BadRecording("answers must be an object of non-empty lists")
    taken: dict[str, int] = {}

    async def ask(_door: str, name: str, kind: Any, key: str, _args: tuple[Any, ...], _more: dict[str, Any]) -> Any:
        found = answers.get(key)
        if found is None:
            raise CannotMeasure(Outcome.UNSUPPORTED, f"the recording holds no answer to {name}")
        turn = min(taken.get(key, 0), len(found) - 1)
        taken[key] = turn + 1
        answer = found[turn]
        if not isinstance(answer, dict):
            raise BadRecording(f"{key}: an answer must be an object")
        if "cannot" in answer:
            outcome, reason = answer["cannot"]
            raise CannotMeasure(Outcome(outcome), str(reason))
        try:
            return from_plain(kind, answer.get("answer"), name)
        except Malformed as error:
            raise CannotMeasure(Outcome.UNSUPPORTED, f"the recording's answer is malformed: {error}") from None

    return Host(cast(Local, _Door("local", ask)), cast(Net, _Door("net", ask)))
