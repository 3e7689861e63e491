"""One login test from the first call to the last good-bye: PADI, PADO, PADR, PADS, LCP, login, IPCP, TermReq, PADT."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.collector import CannotMeasure
from cpe_agent.host.ppp_frames import load
from cpe_agent.host.thread import in_thread
from cpe_agent.login.address_control import Address, take_address
from cpe_agent.login.authentication import Login
from cpe_agent.login.close import close
from cpe_agent.login.discovery import Concentrator, choose, find, request
from cpe_agent.login.ending import Outcome, Over
from cpe_agent.login.link_control import LinkControl
from cpe_agent.login.outcome import Seen, Stage, Verdict, verdict_of
from cpe_agent.login.rules import objection, rejected_lately
from cpe_agent.login.session import Session
from cpe_agent.login.surroundings import Surroundings, look

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType, TracebackType

    from cpe_agent.host import Host
    from cpe_agent.host.raw import Wire
    from cpe_agent.login.memory import Memory
    from cpe_agent.login.secret import Secret


LOAD_S = 60.0  # a slow disk; the call does not wait for scapy, only its answer does


class Order(NamedTuple):
    """What is to be tested. ``listed``: the provider's concentrators. ``yes``: the rules are overridden."""

    interface: str
    user: str
    service: str = ""
    method: str = "auto"
    listed: tuple[str, ...] = ()
    yes: bool = False


def refused_by_rules(order: Order, memory: Memory) -> Verdict | None:
    """Asked before anything is sent."""
    if order.yes:
        return None
    found = objection(memory.attempts, memory.who(order.interface, order.user), time.time())
    return None if found is None else verdict_of(Seen(Outcome.REFUSED_BY_RULES, why=found.key, wait_s=found.wait_s))


async def attempt(
    order: Order, secret: Secret, host: Host, wire: Wire, memory: Memory, watch: Callable[[Stage], None]
) -> Verdict:
    """Raises ``CannotMeasure`` when the interface takes no frames any more."""
    seen = Seen(listed=bool(order.listed), service=order.service)
    seen.rejected_before = rejected_lately(memory.attempts, time.time()) or (False if memory.complete else None)
    loading = asyncio.ensure_future(in_thread(load, timeout_s=LOAD_S))
    around = asyncio.ensure_future(_around(host, order.interface, loading))
    try:
        with _Clock("discovery", seen, watch):
            seen.concentrators, seen.unmatched = await find(wire, order.service, order.listed, loading)
            if not seen.concentrators:
                seen.surroundings = await around
                raise Over(Outcome.NO_PADO)
        seen.surroundings = await around
        await _log_in(order, secret, wire, memory, seen, watch)
    except Over as over:
        seen.outcome, seen.text, seen.why = over.outcome, over.text, over.why
    finally:
        for task in (around, loading):
            task.cancel()
        await asyncio.gather(around, loading, return_exceptions=True)
    return verdict_of(seen)


async def _around(host: Host, interface: str, loading: asyncio.Future[ModuleType]) -> Surroundings:
    """Looked at when scapy is there: a processor that is busy with it must not make a router look silent, and a session
    of this home that is up look down."""
    await asyncio.shield(loading)
    return await look(host, interface)


def _methods(order: Order, concentrator: Concentrator) -> tuple[str, ...]:
    """What we agree to, the one to ask for first. PAP shows the password to whoever answered: only to a concentrator
    that is known, or when the user takes that on. Raises ``Over`` when that leaves nothing."""
    open_hearted = concentrator.known or order.yes
    if order.method == "pap" and not open_hearted:
        raise Over(Outcome.AUTH_METHOD_REFUSED, why="pap.stranger")
    if order.method != "auto":
        return (order.method,)
    return ("chap", "mschapv2", "pap") if open_hearted else ("chap", "mschapv2")


async def _log_in(
    order: Order, secret: Secret, wire: Wire, memory: Memory, seen: Seen, watch: Callable[[Stage], None]
) -> None:
    assert seen.surroundings is not None
    if seen.surroundings.session_up and not order.yes:
        raise Over(Outcome.REFUSED_BY_RULES, why="rules.session-up")
    seen.chosen = chosen = choose(seen.concentrators)
    methods = _methods(order, chosen)
    with _Clock("session", seen, watch):
        if chosen.error is not None:
            seen.pads_error = chosen.error[0]
            raise Over(Outcome.PADS_ERROR, text=chosen.error[1])
        granted = await request(wire, chosen, order.service)
        if granted.error is not None:
            seen.pads_error = granted.error
            raise Over(Outcome.PADS_ERROR, text=granted.text)
    session = Session(wire, chosen.mac, granted.number)
    try:
        await _authenticate(order, secret, session, methods, memory, seen, watch)
        with _Clock("address", seen, watch):
            seen.address = await take_address(session)
            if seen.address is Address.HUNG_UP:
                seen.text = session.ended
            if seen.address is not Address.GIVEN:
                raise Over(Outcome.ACCEPTED, text=seen.text)
    finally:
        with _Clock("close", seen, watch) as clock:
            clock.ok = await close(session)


async def _authenticate(
    order: Order,
    secret: Secret,
    session: Session,
    methods: tuple[str, ...],
    memory: Memory,
    seen: Seen,
    watch: Callable[[Stage], None],
) -> None:
    link = LinkControl(session, methods)
    try:
        with _Clock("link", seen, watch):
            await link.open()
    except Over as over:
        seen.asked_for = tuple(sorted(link.turned_down))
        if over.outcome is Outcome.AUTH_METHOD_REFUSED:
            why = "pap.stranger" if "pap" in seen.asked_for and order.method == "auto" else "method.other"
            raise Over(over.outcome, text=over.text, why=why) from None
        raise
    if link.method is None:
        raise Over(Outcome.NO_AUTH_REQUIRED, why="no-auth")
    seen.method = link.method

    def about_to_send() -> None:
        memory.look()
        who = memory.who(order.interface, order.user)
        found = None if order.yes else objection(memory.attempts, who, time.time())
        if found is not None:  # by another test that ran meanwhile
            seen.wait_s = found.wait_s
            raise Over(Outcome.REFUSED_BY_RULES, why=found.key)
        seen.sent = True
        memory.record(who, time.time())

    login = Login(session, order.user.encode("utf-8", "surrogateescape"), secret, about_to_send)
    with _Clock("login", seen, watch):
        word = await login.run(link.method)
        seen.text, seen.error = word.text, word.error
        if not word.accepted:
            memory.reject()
            raise Over(Outcome.REJECTED, text=word.text)
    seen.outcome = Outcome.ACCEPTED


class _Clock:
    """Notes how a stage went and how long it took, also when it is left by an exception."""

    def __init__(self, stage: str, seen: Seen, watch: Callable[[Stage], None]) -> None:
        self.ok = True
        self._stage = stage
        self._seen = seen
        self._watch = watch

    def __enter__(self) -> _Clock:
        self._began = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        ms = round((time.monotonic() - self._began) * 1000, 1)
        stage = Stage(self._stage, self.ok and error is None, ms)
        self._seen.stages.append(stage)
        if kind is None or issubclass(kind, (Over, CannotMeasure)):
            self._watch(stage)
