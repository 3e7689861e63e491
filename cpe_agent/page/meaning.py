"""What a value of the report means in words: codes stand for sentences that the page has anyway."""

from __future__ import annotations

import re
from collections.abc import Callable

from cpe_agent import words
from cpe_agent.page.speech import Speech

_NUMBER = re.compile(r" \d+")
_Words = Callable[[Speech, str], str]


def meaning(speech: Speech, path: str, value: str) -> str | None:
    """``path``: the names that lead to the value, joined by dots; a number counts the entries of a list. None for what
    has no words: an address, a name, a protocol, a code of a newer version."""
    *above, name = _NUMBER.sub("", path).split(".")
    try:
        if above[-1:] == ["given"]:
            return speech.say("value.unknown" if value == "unknown" else f"value.{name}.{value}")
        if above[-1:] == ["segments"]:
            return speech.say(f"way.{value}")
        of = _interface("failure") if name.endswith("failure") else _OF_NAME.get(name)
        return None if of is None else of(speech, value)
    except KeyError:
        return None


def _interface(kind: str) -> _Words:
    return lambda speech, value: speech.ui(f"{kind}.{value}")


def _page(kind: str) -> _Words:
    return lambda speech, value: speech.say(f"{kind}.{value}")


def _title(speech: Speech, value: str) -> str:
    return words.fault_text(value, speech.language).title


def _of_a_kind(speech: Speech, value: str) -> str:
    return words.phrase("values", value, speech.language)


def _reason(speech: Speech, value: str) -> str:
    return speech.say(f"reason.{value.replace(' ', '-')}")


def _test(speech: Speech, value: str) -> str:
    return words.deciding_test(value, speech.language).format(provider=speech.say("provider"))


def _step(speech: Speech, value: str) -> str:
    return words.phrase("steps", value, speech.language)


_OF_NAME: dict[str, _Words] = {
    "fault": _title,
    "suspects": _title,
    "because_of": _title,
    "separates": _title,
    "owner": _interface("owner"),
    "cpe_owner": _interface("acts"),
    "acts": _interface("acts"),
    "grade": _interface("grade"),
    "proven_up_to": _interface("rung"),
    "first_broken": _interface("rung"),
    "source": _interface("step"),
    "verdict": _page("verdict"),
    "standing": _page("standing"),
    "outcome": _page("outcome"),
    "complaint": _page("complaint"),
    "reason": _reason,
    "key": _test,
    "step": _step,
    **dict.fromkeys(("kind", "origin", "configured", "duplex", "dhcp_client"), _of_a_kind),
}
