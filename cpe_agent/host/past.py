"""What this user's earlier runs and login tests left on this computer, and what a run leaves; on every system alike."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpe_agent.facts import DialEntry, PastRun
    from cpe_agent.host import KeptRun
    from cpe_agent.host.history import Here


def login_tests() -> tuple[DialEntry, ...]:
    from cpe_agent.host import login_record
    from cpe_agent.host.user_state import user_state

    state = user_state()
    with state.rights():
        return login_record.login_tests(state.folder, time.time())


def past_runs(here: Here | None) -> tuple[PastRun, ...]:
    """``here``: this home and this start of the computer; None where nothing tells them from others."""
    from cpe_agent.host import history
    from cpe_agent.host.user_state import user_state

    state = user_state()
    with state.rights():
        kept = history.load(state.folder)
    return () if kept is None or here is None else history.past_runs(kept, here)


def keep(here: Here | None, run: KeptRun) -> None:
    """Raises OSError."""
    if here is None:
        return
    from cpe_agent.host import history
    from cpe_agent.host.user_state import user_state

    state = user_state()
    with state.rights():
        history.keep(state.folder, here, run)
