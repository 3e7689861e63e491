"""Names of firewalls and protection programs, as they come into a report: clean, few, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.facts import Protection
from cpe_agent.host.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_NAMES = 16


def named(programs: Iterable[str], built_in: Iterable[str]) -> Protection:
    """Other makers' programs come first where there are too many."""
    own = dict.fromkeys(name for text in built_in if (name := clean(text)))
    others = [name for name in dict.fromkeys(map(clean, programs)) if name and name not in own][:MOST_NAMES]
    return Protection(tuple(others), tuple(own)[: MOST_NAMES - len(others)])
