"""What ``cpe-agent login-test`` does around the attempt: interface, secret, rules, and a safe way to fail."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure
from cpe_agent.collector import Outcome as Measuring
from cpe_agent.facts import NicKind
from cpe_agent.host import loop
from cpe_agent.host.core_dump import no_core_dump
from cpe_agent.host.login_record import LoginEnd
from cpe_agent.host.raw import open_wire
from cpe_agent.host.user_state import user_state
from cpe_agent.login.attempt import Order, attempt, refused_by_rules
from cpe_agent.login.ending import Outcome
from cpe_agent.login.memory import Memory
from cpe_agent.login.outcome import Seen, Stage, Verdict, verdict_of
from cpe_agent.login.remembered import shape_of, word_of
from cpe_agent.login.secret import BadSecret, Secret, read_secret
from cpe_agent.login.surroundings import wired_up
from cpe_agent.words import login_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.host import Host


_NO_ETHERNET = (NicKind.LOOPBACK, NicKind.PPP, NicKind.TUNNEL, NicKind.CELLULAR)


class WrongUse(ValueError):
    """The command line lacks something; the message says what."""


class CannotStart(Exception):
    """The test could not run here; the message says why."""


def run_login_test(
    host: Host,
    listed: tuple[str, ...],
    realms: tuple[str, ...],
    *,
    interface: str | None,
    user: str,
    password_stdin: bool,
    service: str,
    vlan: int | None,
    method: str,
    yes: bool,
    say: Callable[[str], None],
) -> Verdict:
    """Raises ``WrongUse`` or ``CannotStart``. ``say`` prints one line of progress."""
    if not 0 < len(user.encode("utf-8", "surrogateescape")) <= 255:
        raise WrongUse("--user: a user name has 1 to 255 octets")
    no_core_dump()
    order = Order(interface or "", user, service, method, listed, yes)
    secret: Secret | None = None
    try:
        order = order._replace(interface=loop.run(_interface(host, interface)))
        state = user_state()
        memory = Memory(state.folder, state.rights)
        verdict = refused_by_rules(order, memory)
        if verdict is None:
            with open_wire(order.interface, vlan=vlan) as wire:
                secret = read_secret(from_stdin=password_stdin)
                verdict = loop.run(attempt(order, secret, host, wire, memory, lambda stage: say(_line(stage))))
                word = word_of(verdict, any_method=method == "auto")
                if word is not None:
                    verdict = verdict._replace(hints=shape_of(word, user, secret, realms))
                    memory.end(LoginEnd(time.time(), word, verdict.hints))
        if memory.problem is not None:
            say(login_text(memory.problem))
            verdict = verdict._replace(notes=(*verdict.notes, memory.problem))
    except BadSecret as error:
        raise WrongUse(str(error)) from None
    except CannotMeasure as error:
        if error.outcome is Measuring.DENIED:
            say(error.reason)
            return verdict_of(Seen(Outcome.NOT_PERMITTED))
        raise CannotStart(error.reason) from None
    except (WrongUse, CannotStart):
        raise
    except Exception as error:
        # A message may quote what it stumbled over: only the kind of the error and its place are told.
        at = traceback.extract_tb(error.__traceback__)[-1]
        raise CannotStart(
            f"a defect of this program stopped the login test: {type(error).__name__} in {at.name}, "
            f"line {at.lineno} of {at.filename.rpartition('/')[2]}"
        ) from None
    finally:
        if secret is not None:
            secret.forget()
    return verdict


async def _interface(host: Host, named: str | None) -> str:
    """The interface to use, if it can carry anything. A cable that is out is not the line's silence."""
    try:
        nics = (await host.local.nics()).nics
    except CannotMeasure:
        nics = ()
    if named is not None:
        found = next((n for n in nics if n.name == named), None)
        if nics and found is None:
            raise WrongUse(f"--interface: there is no {named} here; there are {', '.join(n.name for n in nics)}")
        if found is not None and found.kind in _NO_ETHERNET:
            raise WrongUse(f"--interface: {named} has no cable to a modem; name the wired interface at the modem")
        if found is not None and (found.admin_up is False or found.carrier is False):
            state = "is switched off" if found.admin_up is False else "has no signal on its cable"
            raise CannotStart(f"{named} {state}: nothing can be sent")
        return named
    wired = wired_up(nics)
    if not wired:
        raise CannotStart("no wired interface with a signal: name the one at the modem with --interface")
    if len(wired) > 1:
        raise WrongUse(f"several wired interfaces are up, name the one at the modem: --interface {'|'.join(wired)}")
    return wired[0]


def _line(stage: Stage) -> str:
    end = login_text("stage.ok" if stage.ok else "stage.failed")
    return f"{login_text(f'stage.{stage.stage}')}: {end} ({stage.ms:.0f} ms)"
