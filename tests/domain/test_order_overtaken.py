"""Requests that what is done has overtaken, as older logs have them: nothing declined them then."""

from __future__ import annotations

import pytest

from services.order.domain.change import CancellationRequested, LineChange, RevisionRequested
from services.order.domain.events import LinesCompleted, OrderApproved, OrderEvent, OrderPlaced, OrderStarted
from services.order.domain.lifecycle import decide
from services.order.domain.line import Line
from services.order.domain.order import Order, evolve
from services.order.domain.underway import ApproveChange, DeclineChange
from services.order.domain.words import Reason

LINES = (
    Line(line_id="1", action="disconnect", instance_id="P-1"),
    Line(line_id="2", action="disconnect", instance_id="P-2"),
)
REQUESTS: tuple[OrderEvent, ...] = (
    CancellationRequested(version=2),
    RevisionRequested(version=2, lines=LINES[1:], changes=(LineChange(line_id="1", operation="drop"),)),
)


def after(*events: OrderEvent) -> Order:
    order: Order | None = None
    for event in events:
        order = evolve(order, event)
    assert order is not None
    return order


@pytest.mark.rule("INF-01", "D-02")
@pytest.mark.parametrize("asked", REQUESTS, ids=["cancel", "revise"])
def test_such_a_request_is_not_approved_and_says_that_declining_is_what_is_left(asked: OrderEvent) -> None:
    order = after(
        OrderPlaced(account_id="A", status="new", category="product", lines=LINES),
        OrderApproved(version=1, category="product", lines=LINES),
        OrderStarted(version=1),
        asked,
        LinesCompleted(version=2, line_ids=("1",), status="in_progress"),
    )
    refused = decide(order, ApproveChange())
    assert isinstance(refused, Reason)
    assert (refused.rule, refused.line_id) == ("INF-01", "1")
    assert refused.message.startswith("decline the request (order.decline-change): line 1 is completed")
    assert not isinstance(decide(order, DeclineChange()), Reason)
