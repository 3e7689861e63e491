"""What becomes of each report of a batch: new, the same again, the whole one of a cut one, or a conflict. No engine.

A report is its unpacked bytes; docs/protocol.md says when two of them are the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cpe_agent.desk.archive import Accepted, Incoming, Taken


class Held(NamedTuple):
    """What the archive has under an id. ``erased``: its body was taken away, and no repeat brings it back."""

    seq: int
    sha: bytes
    cut: bool
    tenant: int
    ticket: int | None
    customer: int | None
    case: str | None
    attached: bool = False
    erased: bool = False

    @property
    def vouched(self) -> bool:
        return self.ticket is not None or self.attached


class Change(NamedTuple):
    """``held`` as it shall be. ``content``: the bytes are other ones too, so what was judged is void."""

    held: Held
    incoming: Incoming
    content: bool


class Settled(NamedTuple):
    accepted: list[Accepted]
    new: dict[int, Incoming]  # by seq
    changed: dict[int, Change]  # by seq


def settle(batch: Iterable[Incoming], held: dict[bytes, Held], last: int) -> Settled:
    """``held``: what is there of these ids. ``last``: the newest place in the order of arrival."""
    known = dict(held)
    accepted: list[Accepted] = []
    new: dict[int, Incoming] = {}
    changed: dict[int, Change] = {}
    for incoming in batch:
        there = known.get(incoming.id)
        if there is None:
            last += 1
            known[incoming.id] = _held(last, incoming)
            new[last] = incoming
            accepted.append(Accepted(Taken.NEW, last))
            continue
        taken = _taken(there, incoming)
        accepted.append(Accepted(taken, there.seq))
        if taken is not Taken.COMPLETED and not (taken is Taken.SAME and _vouches(there, incoming)):
            continue
        now = _with(there, incoming)
        known[incoming.id] = now
        if there.seq in new:
            first = new[there.seq]
            new[there.seq] = incoming._replace(
                customer=now.customer, case=now.case, received=first.received, kept=first.kept
            )
        else:
            before = changed.get(there.seq)
            content = taken is Taken.COMPLETED or (before is not None and before.content)
            changed[there.seq] = Change(now, incoming, content)
    return Settled(accepted, new, changed)


def _held(seq: int, incoming: Incoming) -> Held:
    return Held(
        seq, incoming.sha, incoming.cut, incoming.tenant, incoming.ticket, incoming.customer, incoming.case
    )  # fmt: skip


def _taken(there: Held, incoming: Incoming) -> Taken:
    if incoming.sha == there.sha or (incoming.cut and not there.cut):
        return Taken.SAME
    if incoming.cut or not there.cut:
        return Taken.CONFLICT
    # Only the tenant whose report it is known to be may complete it.
    return Taken.CONFLICT if there.vouched and incoming.tenant != there.tenant else Taken.COMPLETED


def _vouches(there: Held, incoming: Incoming) -> bool:
    """Does this repeat say with a ticket what nobody had said before?"""
    if incoming.ticket is None or there.ticket is not None or incoming.sha != there.sha or there.erased:
        return False
    return incoming.tenant == there.tenant or not there.attached


def _with(there: Held, incoming: Incoming) -> Held:
    """The owner follows the bytes: without a ticket a whole report is unverified, whatever its cut form was."""
    same = incoming.tenant == there.tenant  # another tenant's numbers mean nothing here
    return there._replace(
        sha=incoming.sha,
        cut=incoming.cut,
        tenant=incoming.tenant,
        ticket=incoming.ticket,
        customer=there.customer if same and incoming.customer is None else incoming.customer,
        case=there.case if same and incoming.case is None else incoming.case,
        erased=False,
    )
