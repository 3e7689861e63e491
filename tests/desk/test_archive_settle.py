"""Whatever the batches, the outcome is that of one report after the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.desk.archive import Accepted, Incoming, Taken
from cpe_agent.desk.archive.settle import Held, settle
from tests.desk.incoming import report

_IDS = [report().id for _ in range(3)]

_incoming = st.builds(
    lambda which, content, cut, tenant, ticket, customer: report(
        f"{cut} {content}", id=_IDS[which], cut=cut, tenant=tenant, ticket=ticket,
        customer=customer if ticket else None, received=1e9,
    ),
    st.integers(0, 2), st.integers(0, 1), st.booleans(), st.integers(1, 2), st.sampled_from([None, 3]),
    st.sampled_from([None, 5]),
)  # fmt: skip


class Model:
    """An archive in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[bytes, Held] = {}
        self.bodies: dict[int, bytes] = {}
        self.last = 0

    def commit(self, batch: list[Incoming]) -> list[Accepted]:
        settled = settle(batch, {one.id: self.rows[one.id] for one in batch if one.id in self.rows}, self.last)
        for seq, one in settled.new.items():
            assert seq == self.last + 1, "without gaps"
            self.last = seq
            self.rows[one.id] = Held(seq, *(one.sha, one.cut, one.tenant, one.ticket, one.customer, one.case))
            self.bodies[seq] = one.body
        for seq, change in settled.changed.items():
            assert change.held.seq == seq
            self.rows[change.incoming.id] = change.held
            self.bodies[seq] = change.incoming.body
        return settled.accepted


@given(st.lists(_incoming, max_size=12), st.lists(st.integers(1, 5), max_size=12))
def test_batches_make_no_difference(reports: list[Incoming], sizes: list[int]) -> None:
    one_by_one, batched = Model(), Model()
    alone = [answer for one in reports for answer in one_by_one.commit([one])]
    together: list[Accepted] = []
    left = reports
    for size in [*sizes, len(reports)]:
        together += batched.commit(left[:size])
        left = left[size:]
    assert together == alone
    assert batched.rows == one_by_one.rows
    assert batched.bodies == one_by_one.bodies


@given(st.lists(_incoming, max_size=12))
def test_a_row_is_what_was_sent_and_never_goes_back(reports: list[Incoming]) -> None:
    model = Model()
    for one in reports:
        before = model.rows.get(one.id)
        [answer] = model.commit([one])
        now = model.rows[one.id]
        assert now.seq == answer.seq == (before.seq if before else answer.seq)
        assert any((now.sha, now.cut, now.tenant) == (r.sha, r.cut, r.tenant) for r in reports)
        assert now.ticket is None or any(r.ticket and (r.sha, r.tenant) == (now.sha, now.tenant) for r in reports)
        if answer.taken is Taken.CONFLICT:
            assert now == before
            assert one.sha != now.sha
        elif not one.cut:
            assert now.sha == one.sha, "a whole report that was accepted is the one that is there"
        if before and not before.cut:
            assert (now.sha, now.cut) == (before.sha, False)
        if before and before.ticket and now.sha == before.sha:
            assert now == before


def test_an_erased_one_takes_no_bytes_back_unless_they_are_the_whole_ones() -> None:
    cut = report("cut", cut=True)
    held = Held(4, cut.sha, True, 1, None, None, None, erased=True)
    assert not settle([cut._replace(ticket=3)], {cut.id: held}, 9).changed
    whole = cut._replace(sha=report("whole").sha, cut=False)
    assert not settle([whole], {cut.id: held}, 9).changed[4].held.erased


def test_another_tenants_numbers_are_not_taken_over() -> None:
    one = report("one", tenant=2, ticket=3, customer=None)
    attached = Held(4, one.sha, False, 1, None, 7, "4F7K2Q9X", attached=True)
    assert not settle([one], {one.id: attached}, 9).changed, "tenant 1 has said that it is his"
    held = settle([one._replace(tenant=1)], {one.id: attached}, 9).changed[4].held
    assert (held.tenant, held.ticket, held.customer, held.case) == (1, 3, 7, "4F7K2Q9X")
    loose = attached._replace(attached=False)
    held = settle([one], {one.id: loose}, 9).changed[4].held
    assert (held.tenant, held.ticket, held.customer, held.case) == (2, 3, None, None)
