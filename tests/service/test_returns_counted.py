"""What a return has counted is still so when its order is reserved, and what was found when it is done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.test_return_journeys import SEEDS, A, Shop, plan, task
from tests.service.test_returns_dropped import worked_off
from tests.service.test_returns_not_received import refusals, reports

BOX = [
    plan("change", tasks=[task("alter", "manual")]),
    plan("change", tasks=[task("receive", "receive")], **{"return": "refund"}),
    plan("disconnect", tasks=[task("receive", "receive")], **{"return": "refund"}),
]


def boxes(seed: int | None = None) -> Shop:
    """Five boxes on one instance, and nobody who works."""
    shop = Shop(seed)
    shop.answer = lambda _: None
    shop.does("specification.publish", {"version": "1", "name": "box", "specificationId": "box", **KIND})
    record = {"instanceId": "BOX", "specificationId": "box", "quantity": 5, "kind": "product"}
    shop.does("instance.load", {"accountId": A, "state": "active", "location": "SITE-1", **record})
    return shop


KIND: dict[str, Any] = {"kind": "product", "plans": BOX}


def brings(shop: Shop, way: str, quantity: int, id: str = "RET") -> None:
    shop.returns("BOX", way, id, quantity=quantity)


def others(shop: Shop, count: int) -> None:
    line = {"lineId": "1", "action": "change", "instanceId": "BOX", "quantity": count}
    shop.does("order.place", {"orderId": "O1", "accountId": A, "lines": [line], "approve": True})


def placed_again(shop: Shop, order: str = "RET-1") -> None:
    for command in ("rework", "submit", "approve"):
        shop.does(f"order.{command}", {"orderId": order})


def written_again(shop: Shop, order: str, quantity: int) -> None:
    line = {
        "lineId": "1",
        "action": "change",
        "instanceId": "BOX",
        "quantity": quantity,
        "reason": "as before",
    }
    shop.does("order.rework", {"orderId": order})
    shop.does("order.revise", {"orderId": order, "lines": [line]})
    placed_again(shop, order)


def left(shop: Shop) -> tuple[str, int]:
    page = shop.page("instance", "BOX")
    return page["state"], page["quantity"]


@pytest.mark.rule("RMA-01", "D-12")
@pytest.mark.parametrize("way", ["refund", "replacement"])
@pytest.mark.parametrize("count", [8, 3, 1])
@pytest.mark.parametrize("seed", [None, *SEEDS[:2]])
def test_an_order_is_not_placed_again_by_a_number_that_is_past(
    seed: int | None, count: int, way: str
) -> None:
    shop = boxes(seed)
    others(shop, count)
    brings(shop, way, 2)
    worked_off(shop)
    assert (shop.line["state"], left(shop)) == ("needs_attention", ("active", count))
    placed_again(shop)
    worked_off(shop)
    [why] = shop.page("order", "RET-1")["reasons"]
    assert (why["rule"], why["lineId"]) == ("RMA-01", "1")
    message = f"'BOX' stands for {count} now, and for 5 when the return was assessed"
    assert why["message"] == f"{message}: assess the line of the return anew"
    assert (shop.line["state"], left(shop)) == ("needs_attention", ("active", count))


@pytest.mark.rule("RMA-01", "RMA-02")
def test_of_two_returns_the_second_takes_what_it_says_and_no_other_number() -> None:
    shop = boxes()
    for id, quantity in (("A", 2), ("B", 3)):
        brings(shop, "refund", quantity, id)
    worked_off(shop)
    assert left(shop) == ("active", 3)
    written_again(shop, "B-1", 2)
    assert left(shop) == ("active", 3)
    shop.does("return.assess", {"returnId": "B", "lines": [{"lineId": "1", "proposed": "refund"}]})
    worked_off(shop)
    assert (left(shop)[0], shop.page("return", "B")["state"]) == ("inactive", "resolved")


@pytest.mark.rule("RMA-01")
def test_all_that_was_counted_is_not_all_that_is_there_since() -> None:
    shop = boxes()
    others(shop, 8)
    brings(shop, "refund", 5)
    worked_off(shop)
    placed_again(shop)
    assert left(shop) == ("active", 8)
    shop.does("return.assess", {"returnId": "RET", "lines": [{"lineId": "1", "proposed": "refund"}]})
    worked_off(shop)
    assert (left(shop), shop.line["state"]) == (("active", 3), "resolved")


@pytest.mark.rule("RMA-01")
def test_a_number_that_was_approved_is_one_that_was_counted() -> None:
    shop = boxes()
    others(shop, 8)
    shop.returns("BOX", "refund", approvedQuantity=2)
    worked_off(shop)
    assert shop.page("order", "RET-1")["lines"][0]["quantityBefore"] == 5
    placed_again(shop)
    assert left(shop) == ("active", 8)


def test_what_nobody_counted_comes_back_however_many_it_is() -> None:
    shop = boxes()
    others(shop, 8)
    shop.returns("BOX", "refund")
    worked_off(shop)
    placed_again(shop)
    worked_off(shop)
    assert (left(shop)[0], refusals(shop)) == ("inactive", [])


@pytest.mark.rule("RMA-01", "INF-03")
def test_while_it_is_under_way_the_number_is_that_of_the_order() -> None:
    shop = boxes()
    brings(shop, "refund", 3)
    line = {"lineId": "1", "action": "change", "instanceId": "BOX", "quantity": 4}
    shop.does("order.revise", {"orderId": "RET-1", "lines": [line]})
    shop.does("order.approve-change", {"orderId": "RET-1"})
    worked_off(shop)
    assert (left(shop), shop.line["approvedQuantity"], refusals(shop)) == (("active", 4), 1, [])


# ------------------------------------------------------------------------------------- asked a second time


@pytest.mark.rule("RMA-05", "FAL-07")
@pytest.mark.parametrize("result", ["completed", "failed"])
def test_what_is_received_after_all_is_as_promised_where_nobody_says_otherwise(result: str) -> None:
    shop = boxes()
    brings(shop, "refund", 2)
    [id] = (one["taskId"] for one in shop.tasks() if one["name"] == "receive")
    found = {"outcome": "not_received"}
    shop.does("task.report", {"taskId": id, "result": result, "characteristics": found})
    assert (shop.line["outcome"], shop.line["state"]) == ("not_received", "assessed")
    shop.does("task.retry", {"taskId": id, "reason": "it is on its way"})
    reports(shop, "receive")
    assert (shop.line["outcome"], shop.line["state"]) == ("as_promised", "resolved")


@pytest.mark.rule("RMA-05")
def test_what_is_gone_on_with_all_the_same_stays_as_it_was_found() -> None:
    shop = boxes()
    brings(shop, "refund", 2)
    reports(shop, "receive", outcome="damaged")
    [id] = (one["taskId"] for one in shop.tasks() if one["name"] == "receive")
    shop.does("task.skip", {"taskId": id, "reason": "goodwill"})
    assert (shop.line["outcome"], shop.line["state"]) == ("damaged", "resolved")
