"""A return knows what comes back by the order that it wrote, also when that order is revised."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.registry import full
from schemas.topics import ORDER_EVENTS
from tests.service.test_return_journeys import SEEDS, A, Shop


def under_way(way: str, seed: int | None = None) -> Shop:
    """Two of five come back, and nobody has looked at them yet."""
    shop = Shop(seed)
    shop.answer = lambda task: None if task["name"] == "inspect" else "completed"
    shop.returns("MANY", way, quantity=3, approvedQuantity=2)
    return shop


def fewer(shop: Shop, left: int) -> None:
    lines = [
        {name: one[name] for name in ("lineId", "action", "instanceId", "specificationId") if one.get(name)}
        for one in shop.page("order", "RET-1")["lines"]
    ]
    lines[0]["quantity"] = left
    shop.does("order.revise", {"orderId": "RET-1", "lines": lines})


def done(shop: Shop) -> Shop:
    shop.answer = lambda _: "completed"
    for one in shop.tasks():
        if one["state"] == "open":
            shop.does("task.report", {"taskId": one["taskId"], "result": "completed"})
    return shop


def said(shop: Shop, name: str) -> list[Any]:
    """Each message once, however often it was delivered."""
    found = {message.id: data for message, data in shop.messages(ORDER_EVENTS) if message.type == full(name)}
    return list(found.values())


@pytest.mark.rule("RMA-01", "RMA-02", "INF-03")
@pytest.mark.parametrize("seed", [None, *SEEDS[:6]])
def test_a_return_of_which_the_order_was_revised_to_fewer_says_so(seed: int | None) -> None:
    shop = under_way("refund", seed)
    fewer(shop, 4)
    assert shop.line["approvedQuantity"] == 2, "nobody has approved it yet"
    shop.does("order.approve-change", {"orderId": "RET-1"})
    assert shop.line["approvedQuantity"] == 1
    assert [one["lines"][0]["approvedQuantity"] for one in said(shop, "return.assessed")] == [2, 1]
    done(shop)
    assert shop.page("instance", "MANY")["quantity"] == 4
    assert (shop.line["state"], shop.line["approvedQuantity"]) == ("resolved", 1)
    [resolved] = said(shop, "return.resolved")
    assert resolved["lines"][0]["approvedQuantity"] == 1


@pytest.mark.rule("RMA-02", "D-02")
@pytest.mark.parametrize("seed", [None, *SEEDS[:4]])
def test_a_revision_that_was_declined_leaves_it_as_it_was_assessed(seed: int | None) -> None:
    shop = under_way("refund", seed)
    fewer(shop, 4)
    shop.does("order.decline-change", {"orderId": "RET-1"})
    done(shop)
    assert (shop.line["state"], shop.line["approvedQuantity"]) == ("resolved", 2)
    assert len(said(shop, "return.assessed")) == 1


@pytest.mark.rule("RMA-01")
def test_what_does_not_come_back_any_more_may_come_back_by_another_return() -> None:
    shop = under_way("refund")
    four = {"lineId": "1", "instanceId": "MANY", "reason": "broken", "expected": "refund", "quantity": 4}
    shop.does("return.open", {"returnId": "MORE", "accountId": A, "lines": [four]})
    assert ("return", "MORE") not in shop.pages()
    fewer(shop, 4)
    shop.does("order.approve-change", {"orderId": "RET-1"})
    shop.does("return.open", {"returnId": "MORE-2", "accountId": A, "lines": [four]})
    assert shop.page("return", "MORE-2")["state"] == "open"


@pytest.mark.rule("RMA-02", "D-12")
def test_a_replacement_that_was_dropped_is_promised_no_more() -> None:
    shop = under_way("replacement")
    assert shop.line["replacementId"] == "RET-1:2"
    shop.does("order.cancel", {"orderId": "RET-1", "lineIds": ["2"]})
    shop.does("order.approve-change", {"orderId": "RET-1"})
    assert shop.page("order", "RET-1")["declined"] is None
    assert shop.line["replacementId"] is None
    done(shop)
    assert shop.line["state"] == "resolved"
