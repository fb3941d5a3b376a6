"""Promise 6: what cannot be handled waits with its queue, in order, until a person has decided."""

from __future__ import annotations

from services.chassis.parking import BLOCKED, DISCARD, OPEN, QUEUE, RETRY
from services.chassis.ports import Commit, Row
from tests.service.test_chassis_inbox import Side, one_by_one
from tests.toy import Trouble, add, counters, recorded


def stuck(*bad: int) -> tuple[Side, Trouble]:
    """A service that cannot take some amounts, and has parked what follows for the same order."""
    trouble = Trouble(set(bad))
    side = Side(counters(trouble))
    others = [add(f"c-{amount}", amount) for amount in (1, 2, 3, 4)]
    one_by_one(side, recorded([*others, add("d-1", 1, counter="C-2")]))
    return side, trouble


def head(side: Side) -> str:
    """The parked message that blocks its order."""
    (row,) = side.store.rows_of(BLOCKED)
    return row.member


def ask(side: Side, verb: str = "") -> str:
    """What the command does: a wish, written by another process behind the service's back."""
    id = head(side)
    row = next(row for row in side.store.rows_of(OPEN) if row.member == id)
    side.store.commit(Commit(put_rows=[Row(RETRY, row.key, id + verb)]))
    return id


def follow(side: Side) -> None:
    """What the host does with the wishes it finds."""
    for row in side.store.rows_of(RETRY):
        id, _, verb = row.member.partition(":")
        (side.inbox.discard if verb == DISCARD else side.inbox.retry)(id, ())


def waiting(side: Side) -> int:
    return sum(len(side.store.rows_of(kind)) for kind in (OPEN, QUEUE, BLOCKED, RETRY))


def test_what_follows_for_the_same_order_queues_and_other_orders_flow() -> None:
    side, _ = stuck(2)
    assert (side.amounts("C-1"), side.amounts("C-2")) == ([1], [1])
    assert [message.behind for message in side.parked()].count(head(side)) == 2


def test_a_retry_handles_the_message_and_its_queue_in_order_and_nothing_waits_any_more() -> None:
    side, trouble = stuck(2)
    trouble.amounts.clear()
    ask(side)
    follow(side)
    assert side.amounts("C-1") == [1, 2, 3, 4]
    assert waiting(side) == 0
    one_by_one(side, recorded([add("c-5", 5)], first=9))
    assert side.amounts("C-1") == [1, 2, 3, 4, 5]


def test_a_retry_in_vain_changes_nothing_and_is_not_tried_again_by_itself() -> None:
    side, _ = stuck(2)
    for _ in range(2):
        ask(side)
        follow(side)
        assert side.store.rows_of(RETRY) == []
    assert side.amounts("C-1") == [1]
    assert len(side.store.rows_of(OPEN)) == 3


def test_a_queue_is_handled_as_a_whole_or_not_at_all() -> None:
    side, trouble = stuck(2)
    trouble.amounts = {4}
    ask(side)
    follow(side)
    assert side.amounts("C-1") == [1]


def test_a_discarded_message_is_given_up_and_what_waits_behind_it_is_handled() -> None:
    side, _ = stuck(2)
    ask(side, f":{DISCARD}")
    follow(side)
    follow(side)
    assert side.amounts("C-1") == [1, 3, 4]
    assert waiting(side) == 0


def test_a_message_can_be_discarded_whatever_waits_behind_it() -> None:
    side, trouble = stuck(2)
    trouble.amounts = {2, 3}
    first = ask(side, f":{DISCARD}")
    follow(side)
    follow(side)
    assert head(side) != first
    assert side.amounts("C-1") == [1]
    one_by_one(side, recorded([add("c-5", 5)], first=9))
    ask(side, f":{DISCARD}")
    follow(side)
    follow(side)
    assert side.amounts("C-1") == [1, 4, 5]
    assert waiting(side) == 0


def test_a_message_of_a_forgotten_account_can_only_be_discarded() -> None:
    side, trouble = stuck(4)
    trouble.amounts.clear()
    side.keys.forget("A-1")
    ask(side)
    follow(side)
    assert "discard it" in side.state("parked", head(side)).reason
    ask(side, f":{DISCARD}")
    follow(side)
    assert waiting(side) == 0


def test_a_wish_for_what_was_decided_before_is_taken_back() -> None:
    side, trouble = stuck(4)
    trouble.amounts.clear()
    (parked,) = side.store.rows_of(OPEN)
    ask(side)
    follow(side)
    for verb in ("", f":{DISCARD}"):
        side.store.commit(Commit(put_rows=[Row(RETRY, parked.key, parked.member + verb)]))
    follow(side)
    assert waiting(side) == 0
    assert side.amounts("C-1") == [1, 2, 3, 4]
