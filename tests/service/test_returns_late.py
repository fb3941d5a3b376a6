"""What is found of a return when nobody waited for it any more counts like what is found in time (RMA-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.registry import full
from schemas.topics import TASKS
from tests.service.test_return_journeys import A, Shop, plan, task

INSPECT = "RET-1.1.inspect"


def overdue(**policy: Any) -> Shop:
    """Nobody has inspected the phone within its hour."""
    inspect = {**task("inspect", "inspect", "receive"), "duration": "PT1H", **policy}
    tasks = [task("receive", "receive"), inspect, task("credit", "credit", "inspect")]
    entry = {"specificationId": "watch", "version": "1", "name": "watch", "kind": "product"}
    shop = Shop()
    shop.does("specification.publish", {**entry, "plans": [plan("disconnect", tasks=tasks)]})
    watch = {"instanceId": "WATCH", "kind": "product", "specificationId": "watch"}
    shop.does("instance.load", {"accountId": A, "state": "active", **watch})
    shop.answer = lambda one: None if one["name"] == "inspect" else "completed"
    shop.time_passes, shop.time_ends = True, shop.clock.at + timedelta(hours=1, minutes=5)
    shop.returns("WATCH", "refund")
    return shop


def inspected(shop: Shop, outcome: str, **more: Any) -> Shop:
    report = {"taskId": INSPECT, "result": "completed", "characteristics": {"outcome": outcome}}
    shop.does("task.report", {**report, **more})
    return shop


def fallouts(shop: Shop) -> list[tuple[str, str]]:
    return [(one["rule"], one["type"]) for one in shop.page("plan", "RET-1")["fallouts"]]


def inspection(shop: Shop) -> Any:
    return next(one for one in shop.tasks() if one["taskId"] == INSPECT)


@pytest.mark.rule("RMA-05", "FAL-05")
@pytest.mark.parametrize("outcome", ["wrong_item", "not_defective"])
def test_what_is_found_late_and_not_as_promised_holds_the_credit_as_well(outcome: str) -> None:
    shop = overdue()
    assert fallouts(shop) == [("FAL-05", "provisioning")]
    inspected(shop, outcome)
    assert (inspection(shop)["state"], fallouts(shop)) == ("on_hold", [("RMA-05", "return")])
    assert (shop.line["outcome"], shop.line["state"]) == (outcome, "assessed")
    shop.does("task.skip", {"taskId": INSPECT, "reason": "goodwill"})
    assert "RET-1.1.credit" in [one["taskId"] for one in shop.tasks() if one["state"] == "closed_complete"]
    assert (shop.line["outcome"], shop.line["state"]) == (outcome, "resolved")


@pytest.mark.rule("RMA-05", "FAL-05")
def test_what_is_found_late_as_promised_goes_on() -> None:
    shop = inspected(overdue(), "as_promised")
    assert (shop.line["outcome"], shop.line["state"], fallouts(shop)) == ("as_promised", "resolved", [])


@pytest.mark.rule("RMA-05", "FAL-05")
def test_nobody_is_to_look_again_before_a_person_says_so() -> None:
    """The second attempt was asked for when the first was late, and is taken back."""
    shop = overdue(retries=1)
    assert (inspection(shop)["state"], inspection(shop)["attempt"]) == ("open", 2)
    inspected(shop, "wrong_item", attempt=1)
    taken_back = [data for message, data in shop.messages(TASKS) if message.type == full("task.withdrawn")]
    assert [(one["taskId"], one["attempt"]) for one in taken_back] == [(INSPECT, 2)]
    assert taken_back[0]["reason"] == "attempt 1 was answered, late: this one is not wanted any more"
    for attempt in (1, 2):
        inspected(shop, "as_promised", attempt=attempt)
    assert (inspection(shop)["state"], fallouts(shop)) == ("on_hold", [("RMA-05", "return")])
    shop.does("task.retry", {"taskId": INSPECT, "reason": "the right one is on its way"})
    assert (inspection(shop)["state"], inspection(shop)["attempt"]) == ("open", 3)
    inspected(shop, "wrong_item", attempt=1)
    assert inspection(shop)["state"] == "open", "that was said before"
    inspected(shop, "as_promised")
    assert (shop.line["outcome"], shop.line["state"], fallouts(shop)) == ("as_promised", "resolved", [])


@pytest.mark.rule("RMA-05", "FAL-05")
def test_what_the_first_look_says_late_does_not_outdo_what_the_second_has_found() -> None:
    shop = overdue(retries=1)
    inspected(shop, "wrong_item", attempt=2)
    inspected(shop, "as_promised", attempt=1)
    assert (inspection(shop)["state"], shop.line["outcome"]) == ("on_hold", "wrong_item")
