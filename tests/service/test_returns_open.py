"""What is coming back already does not come back again: several open returns of one instance (RMA-01)."""

from __future__ import annotations

import pytest

from services.audit.replay import replay
from tests.service.test_audit_replay import read
from tests.service.test_returns import Desk, brings, says


@pytest.fixture
def desk() -> Desk:
    """TV comes back in return RET-1, and 6 of the 10 of P."""
    return Desk().opens(brings("1", "TV"), brings("2", "P", quantity=6))


@pytest.mark.rule("RMA-01")
def test_an_instance_comes_back_in_one_open_return(desk: Desk) -> None:
    desk.opens(brings("7", "TV"), id="RET-2")
    [(rule, line, message)] = desk.why()
    assert (rule, line) == ("RMA-01", "7")
    assert message.startswith("TV comes back in line 1 of return RET-1 already: assess it there")
    assert desk.page("return", "RET-2") is None


@pytest.mark.rule("RMA-01")
def test_of_many_other_returns_take_what_is_left_and_no_more(desk: Desk) -> None:
    desk.opens(brings("1", "P", quantity=5), id="RET-2")
    assert [message for *_, message in desk.why()] == [
        "6 of the 10 of P come back in line 2 of return RET-1 already: give a 'quantity' of at most 4"
    ]
    desk.opens(brings("1", "P", quantity=3), id="RET-2").opens(brings("1", "P", quantity=1), id="RET-3")
    assert desk.page("return", "RET-3")["state"] == "open"
    desk.opens(brings("1", "P", quantity=1), id="RET-4")
    named = "line 2 of return RET-1, line 1 of return RET-2, line 1 of return RET-3"
    assert desk.why()[0][2].startswith(f"P comes back in {named} already")


@pytest.mark.rule("RMA-01")
def test_the_whole_of_many_does_not_come_back_while_some_of_it_does(desk: Desk) -> None:
    desk.opens(brings("1", "P"), id="RET-2")
    assert desk.why()[0][2].endswith("give a 'quantity' of at most 4")


@pytest.mark.rule("RMA-01")
def test_approving_fewer_leaves_more_for_others(desk: Desk) -> None:
    desk.assesses(says("2", "refund", approvedQuantity=1))
    desk.opens(brings("1", "P", quantity=9), id="RET-2")
    assert desk.page("return", "RET-2")["state"] == "open"


@pytest.mark.rule("RMA-01")
def test_a_line_that_was_rejected_takes_nothing_any_more(desk: Desk) -> None:
    desk.assesses(says("1", "reject")).opens(brings("7", "TV"), id="RET-2")
    assert desk.page("return", "RET-2")["state"] == "open"


@pytest.mark.rule("RMA-01")
def test_what_was_repaired_may_come_back_again() -> None:
    desk = Desk().opens(brings("1", "R", "repair")).assesses(says("1", "repair")).done("RET-1-1")
    desk.opens(brings("1", "R", "repair"), id="RET-2")
    assert desk.page("return", "RET-2")["state"] == "open"


@pytest.mark.rule("RMA-01")
def test_a_line_whose_order_could_not_be_done_still_takes_its_instance(desk: Desk) -> None:
    desk.assesses(says("1", "refund"))
    desk.order_is("reservation.refused", "RET-1-1", reasons=[{"rule": "CHG-16", "message": "held"}])
    desk.opens(brings("7", "TV"), id="RET-2")
    assert [rule for rule, *_ in desk.why()] == ["RMA-01"]


def test_a_return_opened_twice_by_the_same_message_is_one(desk: Desk) -> None:
    data = {"returnId": "RET-2", "accountId": "ACC-1", "lines": [brings("1", "R")]}
    desk.asks("return.open", data, id="m-1", source="/crm").asks("return.open", data, id="m-1", source="/crm")
    assert "command.refused" not in desk.said()


def test_the_rows_of_what_comes_back_follow_from_the_log(desk: Desk) -> None:
    desk.assesses(says("1", "reject")).opens(brings("1", "P", quantity=1), id="RET-2")
    replayed = replay(read(desk.world))
    assert (replayed.rows > 0, replayed.differences) == (True, [])
