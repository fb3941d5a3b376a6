"""The order of a return that waits for its day: a replacement keeps everything all the same (D-09, D-12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.test_return_journeys import SEEDS, Shop
from tests.service.test_returns_dropped import _has_another_phone, worked_off
from tests.service.test_returns_moved import moves, refusals
from tests.service.test_schedules import until

DAY = "2027-02-01T00:00:00+00:00"
BACK = {"lineId": "1", "action": "disconnect", "instanceId": "OWN"}
NEW = {"lineId": "2", "action": "add", "specificationId": "phone"}


def reworked(seed: int | None = None) -> Shop:
    """A phone under contract is to be replaced; the order of the return was rejected, and is a draft."""
    shop = Shop(seed)
    _has_another_phone(shop)
    shop.answer = lambda _: None
    held = {
        "orderId": "X",
        "accountId": "ACC-1",
        "action": "disconnect",
        "selection": ["OWN"],
        "approve": True,
    }
    shop.does("order.place", held)
    shop.returns("OWN", "replacement")
    shop.does("order.cancel", {"orderId": "X"})
    shop.does("order.approve-change", {"orderId": "X"})
    shop.does("order.rework", {"orderId": "RET-1"})
    return shop


def revises(shop: Shop, back: dict[str, Any], new: dict[str, Any]) -> None:
    shop.does("order.revise", {"orderId": "RET-1", "lines": [{**BACK, **back}, {**NEW, **new}]})


@pytest.mark.rule("D-12", "D-09", "CON-08")
@pytest.mark.parametrize("seed", [None, *SEEDS[:4]])
@pytest.mark.parametrize("moved", [False, True])
def test_a_dated_replacement_takes_over_all_that_hung_on_the_old_one(
    seed: int | None, *, moved: bool
) -> None:
    shop = reworked(seed)
    revises(shop, {"dueDate": DAY}, {"dueDate": DAY})
    shop.does("order.submit", {"orderId": "RET-1"})
    shop.does("order.approve", {"orderId": "RET-1"})
    shop.answer = lambda _: "completed"
    if moved:
        moves(shop, "OWN")
    until(shop, DAY)
    worked_off(shop)
    new = shop.line["replacementId"]
    assert (shop.line["state"], shop.terms(new)) == ("resolved", {("L-O", "active"), ("E-O", "active")})
    found = shop.page("instance", new)
    assert (found["externalId"], found["characteristics"]["model"]) == ("EXT-O", "X1")
    assert found["location"] == ("SITE-2" if moved else "SITE-1")


@pytest.mark.rule("RMA-02", "D-09")
@pytest.mark.parametrize(("back", "new"), [({"dueDate": DAY}, {}), ({}, {"dueDate": DAY})])
def test_it_comes_on_the_day_on_which_the_old_one_ends(back: dict[str, Any], new: dict[str, Any]) -> None:
    shop = reworked()
    revises(shop, back, new)
    assert (
        "line 2 takes the place of OWN, which line 1 ends: give both the same dueDate" in refusals(shop)[-1]
    )


@pytest.mark.rule("RMA-02", "CON-09")
@pytest.mark.parametrize(
    ("field", "value"),
    [("location", "SITE-9"), ("contractLine", {"type": "upsell", "start": DAY, "term": 24})],
)
def test_its_place_and_its_terms_are_those_of_the_old_one(field: str, value: Any) -> None:
    shop = reworked()
    shop.does("order.submit", {"orderId": "RET-1"})
    shop.does("order.approve", {"orderId": "RET-1"})
    revises(shop, {}, {field: value})
    assert f"'{field}' of line 2 stays, as it takes the place of OWN" in refusals(shop)[-1]
