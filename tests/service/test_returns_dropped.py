"""What becomes of what comes back where a line that the return has written is dropped or to be otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.registry import full
from schemas.topics import ORDER_EVENTS
from tests.service.test_return_journeys import SEEDS, A, Shop
from tests.service.test_returns_revised import done, under_way


def worked_off(shop: Shop) -> Shop:
    while any(task["state"] == "open" for task in shop.tasks()):
        done(shop)
    return shop


def dropped(shop: Shop, line: str) -> None:
    shop.does("order.cancel", {"orderId": "RET-1", "lineIds": [line]})
    shop.does("order.approve-change", {"orderId": "RET-1"})


@pytest.mark.rule("CON-07", "CON-08", "D-12")
@pytest.mark.parametrize("late", [False, True], ids=["at once", "once it was shipped"])
@pytest.mark.parametrize("seed", [None, *SEEDS[:4]])
def test_what_hangs_on_an_instance_ends_with_it_where_its_replacement_was_dropped(
    late: bool, seed: int | None
) -> None:
    shop = Shop(seed)
    _has_another_phone(shop)
    shop.answer = lambda _: None
    shop.returns("OWN", "replacement")
    new = shop.line["replacementId"]
    if late:
        [ship] = (task["taskId"] for task in shop.tasks() if task["name"] == "ship-replacement")
        shop.does("task.report", {"taskId": ship, "result": "completed"})
    dropped(shop, new.rpartition(":")[2])
    worked_off(shop)
    assert shop.page("order", "RET-1")["state"] == "completed"
    assert {shop.page("instance", id)["state"] for id in ("OWN", new)} == {"inactive"}
    assert shop.terms("OWN") == {("L-O", "canceled"), ("E-O", "canceled")}
    assert shop.terms("OWN-SIM") == {("E-S", "canceled")}
    assert (shop.terms(new), shop.page("instance", "OWN")["externalId"]) == (set(), "EXT-O")
    assert shop.parked() == []


def _has_another_phone(shop: Shop) -> None:
    """One that stands alone, so that its replacement may be dropped."""
    own = {"instanceId": "OWN", "kind": "product", "specificationId": "phone", "externalId": "EXT-O"}
    sim = {"instanceId": "OWN-SIM", "kind": "resource", "specificationId": "sim", "parentId": "OWN"}
    for record in ({**own, "characteristics": {"model": "X1"}}, sim):
        shop.does("instance.load", {"accountId": A, "state": "active", "location": "SITE-1", **record})
    line = {"contractLineId": "L-O", "instanceId": "OWN", "state": "active"}
    shop.does("contract.load", {"contractId": "C-O", "accountId": A, "state": "active", "lines": [line]})
    for id, on in (("E-O", "OWN"), ("E-S", "OWN-SIM")):
        there = {"entitlementId": id, "accountId": A, "instanceId": on, "state": "active"}
        shop.does("entitlement.load", there)


# ------------------------------------------------------------------------------- nothing comes back


def _written(shop: Shop, **more: Any) -> list[dict[str, Any]]:
    """The lines that the order has, the first of them with more said of it."""
    names = ("lineId", "action", "instanceId", "specificationId", "quantity")
    lines = [
        {name: one[name] for name in names if one.get(name)} for one in shop.page("order", "RET-1")["lines"]
    ]
    return [{**lines[0], **more}, *lines[1:]]


def _revised(shop: Shop, lines: list[dict[str, Any]]) -> None:
    shop.does("order.revise", {"orderId": "RET-1", "lines": lines})


def _refusals(shop: Shop) -> list[tuple[str, str]]:
    """The rule and the line of each reason, once however often it was delivered."""
    all_ = {m.id: data for m, data in shop.messages(ORDER_EVENTS) if m.type == full("command.refused")}
    return [(one["rule"], one["lineId"]) for data in all_.values() for one in data["reasons"]]


def _opened(way: str, instance: str, seed: int | None = None) -> Shop:
    shop = Shop(seed)
    shop.answer = lambda _: None
    shop.returns(instance, way)
    return shop


@pytest.mark.rule("RMA-02")
@pytest.mark.parametrize("seed", [None, *SEEDS[:4]])
def test_a_return_is_not_resolved_by_what_its_order_does_beside_it(seed: int | None) -> None:
    shop = _opened("refund", "MANY", seed)
    _revised(shop, [*_written(shop), {"lineId": "9", "action": "disconnect", "instanceId": "LOOSE"}])
    shop.does("order.approve-change", {"orderId": "RET-1"})
    shop.does("order.cancel", {"orderId": "RET-1", "lineIds": ["1"]})
    assert shop.line["state"] == "assessed", "nobody has approved it yet"
    dropped(shop, "1")
    assert shop.line["state"] == "needs_attention"
    assert [(why["rule"], why["lineId"]) for why in shop.line["reasons"]] == [("RMA-02", "1")]
    worked_off(shop)
    assert shop.page("order", "RET-1")["state"] == "completed"
    assert (shop.line["state"], shop.page("return", "RET")["state"]) == ("needs_attention", "assessed")
    shop.does("return.assess", {"returnId": "RET", "lines": [{"lineId": "1", "proposed": "refund"}]})
    worked_off(shop)
    assert (shop.line["state"], shop.line["orderId"]) == ("resolved", "RET-2")
    assert shop.page("instance", "MANY")["state"] == "inactive"


@pytest.mark.rule("RMA-02", "D-02")
def test_a_line_that_was_to_be_dropped_and_is_not_is_on_its_way_as_before() -> None:
    shop = _opened("refund", "MANY")
    _revised(shop, [*_written(shop), {"lineId": "9", "action": "disconnect", "instanceId": "LOOSE"}])
    shop.does("order.approve-change", {"orderId": "RET-1"})
    shop.does("order.cancel", {"orderId": "RET-1", "lineIds": ["1"]})
    shop.does("order.decline-change", {"orderId": "RET-1"})
    assert shop.line["state"] == "assessed"
    assert worked_off(shop).line["state"] == "resolved"


@pytest.mark.rule("RMA-02", "D-12")
@pytest.mark.parametrize("some", [False, True], ids=["all", "some"])
def test_a_replacement_is_not_left_behind_alone(some: bool) -> None:
    shop = under_way("replacement") if some else _opened("replacement", "LOOSE")
    shop.does("order.cancel", {"orderId": "RET-1", "lineIds": ["1"]})
    assert _refusals(shop) == [("RMA-02", "1")]
    assert worked_off(shop).line["state"] == "resolved"


@pytest.mark.rule("RMA-01", "RMA-02")
@pytest.mark.parametrize("left", [1, 2, 5, 9])
def test_no_more_come_back_than_were_approved_and_at_least_one(left: int) -> None:
    shop = under_way("refund")
    _revised(shop, _written(shop, quantity=left))
    assert _refusals(shop) == [("RMA-02", "1")]
    done(shop)
    assert (shop.line["state"], shop.line["approvedQuantity"]) == ("resolved", 2)
    assert shop.page("instance", "MANY")["quantity"] == 3


@pytest.mark.rule("RMA-02")
@pytest.mark.parametrize("action", ["suspend", "no_change"])
def test_a_draft_of_a_return_takes_back_what_was_assessed(action: str) -> None:
    shop = Shop()
    shop.answer = lambda _: None
    ends = {"orderId": "END", "accountId": A, "action": "disconnect", "selection": ["LOOSE"]}
    shop.does("order.place", {**ends, "approve": True})
    shop.returns("LOOSE", "refund")
    shop.does("order.cancel", {"orderId": "END"})
    shop.does("order.approve-change", {"orderId": "END"})
    shop.does("order.rework", {"orderId": "RET-1"})
    assert shop.line["state"] == "assessed"
    _revised(shop, _written(shop, action=action))
    assert _refusals(shop) == [("RMA-02", "1")]
    assert shop.page("order", "RET-1")["lines"][0]["action"] == "disconnect"
    _revised(shop, [{"lineId": "7", "action": "no_change", "instanceId": "MANY"}])
    assert shop.line["state"] == "needs_attention"
    shop.does("order.submit", {"orderId": "RET-1"})
    shop.does("order.approve", {"orderId": "RET-1"})
    assert worked_off(shop).line["state"] == "needs_attention"
