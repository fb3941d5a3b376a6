"""A replacement that was sent first, and what it replaces comes back in part or never (RMA-05, D-12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.test_return_journeys import SEEDS, A, Shop, plan, task
from tests.service.test_returns_dropped import worked_off
from tests.service.test_returns_revised import said

ROUTER = [
    plan("add", tasks=[task("hand-over", "manual")]),
    plan("disconnect", tasks=[task("switch-off", "provision")]),
    plan("add", tasks=[{**task("ship", "ship"), "ponr": "hard"}], **{"return": "replace"}),
    plan(
        "disconnect",
        tasks=[{**task("receive", "receive"), "undo": {"name": "send-back", "kind": "ship"}}],
        **{"return": "replace"},
    ),
]


def sent_first(seed: int | None = None, ship: bool = True, quantity: int | None = None) -> Shop:
    """A router under contract, or so many of ten, is to be replaced; nobody has received anything yet."""
    shop = Shop(seed)
    router = {"specificationId": "router", "kind": "product", "plans": ROUTER}
    shop.does("specification.publish", {"version": "1", "name": "router", **router})
    record = {"instanceId": "ROUTER", "kind": "product", "specificationId": "router", "externalId": "EXT-R"}
    counted = {"quantity": 10} if quantity else {}
    shop.does("instance.load", {"accountId": A, "state": "active", "location": "SITE-1", **record, **counted})
    line = {"contractLineId": "L-R", "instanceId": "ROUTER", "state": "active"}
    shop.does("contract.load", {"contractId": "C-R", "accountId": A, "state": "active", "lines": [line]})
    shop.answer = lambda _: None
    more: dict[str, Any] = {"quantity": quantity} if quantity else {}
    shop.returns("ROUTER", "replacement", **more)
    if ship:
        reports(shop, "ship")
    return shop


def reports(shop: Shop, name: str, **values: str) -> None:
    [id] = (one["taskId"] for one in shop.tasks() if one["name"] == name and one["state"] == "open")
    shop.does("task.report", {"taskId": id, "result": "completed", "characteristics": values})


def dropped(shop: Shop) -> None:
    shop.does("order.cancel", {"orderId": "RET-1", "lineIds": ["1"]})
    shop.does("order.approve-change", {"orderId": "RET-1"})


def left(shop: Shop, count: int, **of_the_add: Any) -> None:
    lines = [
        {"lineId": "1", "action": "change", "instanceId": "ROUTER", "quantity": count},
        {"lineId": "2", "action": "add", "specificationId": "router", **of_the_add},
    ]
    shop.does("order.revise", {"orderId": "RET-1", "lines": lines})


def refusals(shop: Shop) -> list[tuple[str, str]]:
    return [
        (one["rule"], one["message"]) for data in said(shop, "command.refused") for one in data["reasons"]
    ]


def quantities(shop: Shop) -> tuple[int, int]:
    return tuple(shop.page("instance", id)["quantity"] for id in ("ROUTER", "RET-1:2"))


# ------------------------------------------------------------------------------------- nothing came back


@pytest.mark.rule("RMA-05", "D-12", "D-11")
@pytest.mark.parametrize("seed", [None, *SEEDS[:6]])
def test_what_never_comes_back_stays_beside_what_was_sent_for_it(seed: int | None) -> None:
    shop = sent_first(seed)
    reports(shop, "receive", outcome="not_received")
    [why] = shop.line["reasons"]
    assert (why["rule"], "nothing came back" in why["message"]) == ("RMA-05", True)
    assert "cancel line 1 of the order alone" in why["message"]
    dropped(shop)
    worked_off(shop)
    assert shop.page("order", "RET-1")["state"] == "completed"
    old, new = (shop.page("instance", id) for id in ("ROUTER", "RET-1:2"))
    assert (old["state"], old["externalId"], shop.terms("ROUTER")) == ("active", "EXT-R", {("L-R", "active")})
    assert (new["state"], new["externalId"]) == ("active", None)
    assert (new["location"], shop.terms("RET-1:2")) == ("SITE-1", {("RET-1~contract.2", "active")})
    assert "send-back" not in [one["name"] for one in shop.tasks()], "there is nothing to send back"
    assert shop.parked() == []


@pytest.mark.rule("D-12")
def test_what_stays_keeps_its_external_id_also_while_another_order_holds_it() -> None:
    shop = sent_first(ship=False)
    reports(shop, "receive", outcome="not_received")
    dropped(shop)
    line = {"lineId": "9", "action": "disconnect", "instanceId": "ROUTER"}
    shop.does("order.place", {"orderId": "O1", "accountId": A, "lines": [line], "approve": True})
    reports(shop, "ship")
    assert (shop.page("order", "RET-1")["state"], shop.line["state"]) == ("completed", "resolved")
    old, new = (shop.page("instance", id) for id in ("ROUTER", "RET-1:2"))
    assert (old["state"], old["externalId"]) == ("inactivation_pending", "EXT-R")
    assert (new["state"], new["externalId"]) == ("active", None)


@pytest.mark.rule("RMA-05", "INF-04")
def test_what_never_came_needs_no_undo_where_it_is_not_wanted_any_more() -> None:
    shop = sent_first(ship=False)
    [id] = (one["taskId"] for one in shop.tasks() if one["name"] == "receive")
    shop.does("order.cancel", {"orderId": "RET-1"})
    shop.does("order.approve-change", {"orderId": "RET-1"})
    found = {"outcome": "not_received"}
    shop.does("task.report", {"taskId": id, "result": "completed", "characteristics": found})
    assert shop.page("plan", "RET-1")["fallouts"] == []
    assert (shop.page("order", "RET-1")["state"], shop.line["state"]) == ("canceled", "needs_attention")


@pytest.mark.rule("RMA-02", "RMA-05")
def test_the_return_is_resolved_then_and_says_what_stays_with_the_customer() -> None:
    shop = sent_first()
    reports(shop, "receive", outcome="not_received")
    dropped(shop)
    worked_off(shop)
    line = shop.line
    assert (line["state"], line["outcome"], line["replacementId"]) == ("resolved", "not_received", "RET-1:2")
    assert (line["approvedQuantity"], line["replacedBy"]) == (0, 1)
    assert line["reasons"][0]["message"].startswith("nothing of ROUTER comes back, and 1 in its place")
    [resolved] = said(shop, "return.resolved")
    assert resolved["lines"][0]["replacedBy"] == 1
    again = {"lineId": "1", "instanceId": "ROUTER", "reason": "found it", "expected": "refund"}
    shop.does("return.open", {"returnId": "AGAIN", "accountId": A, "lines": [again]})
    assert shop.page("return", "AGAIN")["state"] == "open"


@pytest.mark.rule("RMA-05", "D-19")
def test_a_replacement_that_is_past_its_point_of_no_return_leaves_no_other_way_than_to_say_so() -> None:
    shop = sent_first()
    shop.does("order.cancel", {"orderId": "RET-1"})
    assert shop.page("order", "RET-1")["declined"]["reasons"][0]["rule"] == "D-19"
    dropped(shop)
    rule, message = refusals(shop)[0]
    assert (rule, "let the task that receives it report 'not_received' first" in message) == ("RMA-02", True)


@pytest.mark.rule("RMA-05")
def test_what_never_comes_may_end_all_the_same_for_a_reason() -> None:
    shop = sent_first()
    reports(shop, "receive", outcome="not_received")
    [fallout] = shop.page("plan", "RET-1")["fallouts"]
    assert (fallout["rule"], fallout["message"]) == ("RMA-05", "nothing of what was promised came back")
    shop.does("task.skip", {"taskId": fallout["taskId"], "reason": "it is charged"})
    worked_off(shop)
    assert (shop.line["state"], shop.line["outcome"]) == ("resolved", "not_received")
    assert shop.page("instance", "ROUTER")["state"] == "inactive"
    assert shop.terms("RET-1:2") == {("L-R", "active")}


@pytest.mark.rule("RMA-05", "D-22")
def test_a_refund_of_what_never_comes_is_canceled_and_rejected() -> None:
    shop = Shop(receive="not_received")
    before = shop.page("instance", "LOOSE")
    shop.returns("LOOSE", "refund")
    shop.does("order.cancel", {"orderId": "RET-1"})
    shop.does("order.approve-change", {"orderId": "RET-1"})
    assert shop.page("instance", "LOOSE") == before
    shop.does("return.assess", {"returnId": "RET", "lines": [{"lineId": "1", "proposed": "reject"}]})
    assert (shop.page("return", "RET")["state"], shop.line["outcome"]) == ("closed", "not_received")


# ------------------------------------------------------------------------------------- some came back


@pytest.mark.rule("D-12", "RMA-02", "INF-03")
@pytest.mark.parametrize("seed", [None, *SEEDS[:4]])
def test_as_fewer_come_back_fewer_are_sent(seed: int | None) -> None:
    shop = sent_first(seed, ship=False, quantity=3)
    left(shop, 9)
    shop.does("order.approve-change", {"orderId": "RET-1"})
    worked_off(shop)
    assert (shop.page("order", "RET-1")["state"], quantities(shop)) == ("completed", (9, 1))
    assert (shop.line["approvedQuantity"], shop.line["replacedBy"]) == (1, None)


@pytest.mark.rule("D-12", "RMA-02")
def test_fewer_may_be_sent_than_come_back_and_not_more() -> None:
    shop = sent_first(ship=False, quantity=3)
    left(shop, 8, quantity=3)
    [(rule, message)] = refusals(shop)
    assert rule == "RMA-02"
    assert "replaces what comes back, which is 2, by 3: write at most 2" in message
    assert "report 'incomplete' or 'not_received' first" in message
    left(shop, 8, quantity=1)
    shop.does("order.approve-change", {"orderId": "RET-1"})
    worked_off(shop)
    assert (quantities(shop), shop.line["replacedBy"]) == ((8, 1), None)


@pytest.mark.rule("D-12", "D-11", "RMA-05")
@pytest.mark.parametrize("seed", [None, *SEEDS[:4]])
def test_what_was_sent_for_more_than_come_back_stays_with_the_customer(seed: int | None) -> None:
    shop = sent_first(seed, quantity=3)
    reports(shop, "receive", outcome="incomplete")
    left(shop, 9)
    shop.does("order.approve-change", {"orderId": "RET-1"})
    assert shop.page("order", "RET-1")["declined"]["reasons"][0]["rule"] == "D-11"
    before = shop.line
    assert before["approvedQuantity"] is None, "as it was assessed"
    left(shop, 9, quantity=3)
    shop.does("order.approve-change", {"orderId": "RET-1"})
    worked_off(shop)
    assert (shop.page("order", "RET-1")["state"], quantities(shop)) == ("completed", (9, 3))
    assert (shop.line["state"], shop.line["approvedQuantity"], shop.line["replacedBy"]) == ("resolved", 1, 3)
    assert "1 of ROUTER comes back, and 3 in its place" in shop.line["reasons"][0]["message"]


# ------------------------------------------------------------------------------------- a draft written again


def rejected_and_reworked(instance: str, **more: Any) -> Shop:
    """Another order held the instance; it is gone, and the order of the return is a draft."""
    shop = Shop()
    shop.answer = lambda _: None
    ends = {
        "orderId": "END",
        "accountId": A,
        "action": "disconnect",
        "selection": [instance],
        "cascade": True,
    }
    shop.does("order.place", {**ends, "approve": True})
    shop.returns(instance, "replacement", **more)
    shop.does("order.cancel", {"orderId": "END"})
    shop.does("order.approve-change", {"orderId": "END"})
    shop.does("order.rework", {"orderId": "RET-1"})
    return shop


@pytest.mark.rule("RMA-02", "ACT-13", "D-03")
@pytest.mark.parametrize("instance", ["PHONE", "MANY"])
def test_a_draft_of_a_return_keeps_what_it_does_not_say(instance: str) -> None:
    shop = rejected_and_reworked(instance, **({"quantity": 2} if instance == "MANY" else {}))
    own = {"lineId": "1", "action": "disconnect" if instance == "PHONE" else "change", "instanceId": instance}
    add = {"lineId": "2", "action": "add", "specificationId": "phone", "characteristics": {"model": "X9"}}
    shop.does("order.revise", {"orderId": "RET-1", "lines": [own, add]})
    shop.does("order.submit", {"orderId": "RET-1"})
    shop.does("order.approve", {"orderId": "RET-1"})
    assert shop.page("order", "RET-1")["lines"][1]["location"] == "SITE-1"
    worked_off(shop)
    old, new = (shop.page("instance", id) for id in (instance, shop.line["replacementId"]))
    assert (shop.line["state"], new["characteristics"]["model"]) == ("resolved", "X9")
    assert (new["parentId"], new["location"]) == (old["parentId"], "SITE-1")
    assert (old["quantity"], new["quantity"]) == ((3, 2) if instance == "MANY" else (None, None))
