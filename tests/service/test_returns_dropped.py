"""What becomes of what comes back where a line that the return has written is dropped or to be otherwise."""

from __future__ import annotations

import pytest

from tests.service.test_return_journeys import SEEDS, A, Shop
from tests.service.test_returns_revised import done


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
