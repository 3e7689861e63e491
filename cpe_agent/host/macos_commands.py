"""The programs that every macOS brings, by absolute path, and what they printed: bounded, and several at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.host import program as programs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_agent.host.program import Ran

    Run = Callable[..., Ran | None]

IFCONFIG = "/sbin/ifconfig"
NETSTAT = "/usr/sbin/netstat"
ARP = "/usr/sbin/arp"
NDP = "/usr/sbin/ndp"
SCUTIL = "/usr/sbin/scutil"
IPCONFIG = "/usr/sbin/ipconfig"
NETWORKSETUP = "/usr/sbin/networksetup"
SYSTEM_PROFILER = "/usr/sbin/system_profiler"
SYSCTL = "/usr/sbin/sysctl"
IOSTAT = "/usr/sbin/iostat"
SW_VERS = "/usr/bin/sw_vers"
SOCKETFILTERFW = "/usr/libexec/ApplicationFirewall/socketfilterfw"
SYSTEMEXTENSIONSCTL = "/usr/bin/systemextensionsctl"

AT_ONCE = 12


class Commands:
    """``run`` starts a program: a parameter so that tests can put other programs in their place."""

    def __init__(self, run: Run = programs.run) -> None:
        self._run = run

    def said(self, path: str, *args: str, timeout_s: float = 1.0) -> str | None:
        """What it printed; None when there is no such program, it failed, or it was not done in time."""
        ran = self._run(path, *args, timeout_s=timeout_s)
        return ran.text if ran is not None and ran.status == 0 else None

    def must_say(self, path: str, *args: str, timeout_s: float = 1.0) -> str:
        """The same where without it nothing is known. Raises ``CannotMeasure``."""
        ran = self._run(path, *args, timeout_s=timeout_s)
        if ran is not None and ran.status == 0 and ran.text.strip():
            return ran.text
        name = path.rpartition("/")[2]
        if ran is not None and ran.status is None:
            raise CannotMeasure(Outcome.TIMED_OUT, f"{name}: no whole answer in {timeout_s:g} s")
        raise CannotMeasure(Outcome.UNSUPPORTED, f"{name} tells nothing here")

    def all_said(self, asked: Sequence[tuple[str, ...]], *, timeout_s: float = 1.0) -> list[str | None]:
        """Several at once, each within ``timeout_s``, in their order; those beyond ``AT_ONCE`` are not asked."""
        answers: list[str | None] = [None] * len(asked)

        def ask(place: int, command: tuple[str, ...]) -> None:
            answers[place] = self.said(*command, timeout_s=timeout_s)

        threads = [threading.Thread(target=ask, args=one, daemon=True) for one in list(enumerate(asked))[:AT_ONCE]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers
