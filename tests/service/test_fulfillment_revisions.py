"""Fulfillment hears that a revision or cancellation was approved: judged again, planned, undone."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.topics import TASKS
from services.fulfillment.domain.state import Plan
from tests.service.test_fulfillment import INTERNET
from tests.service.test_fulfillment_holds import Ordered

PLANS = [
    {
        "actions": ["change"],
        "tasks": [
            {"name": "dig", "kind": "field", "ponr": "hard", "respondsTo": []},
            {
                "name": "light",
                "kind": "provision",
                "after": ["dig"],
                "undo": {"name": "darken", "kind": "provision"},
            },
        ],
    }
]
SOFT = [
    {
        "actions": ["change"],
        "tasks": [
            {"name": "cut", "kind": "field", "ponr": "soft", "charge": "callout fee"},
            {"name": "close", "kind": "provision", "after": ["cut"]},
        ],
    }
]


def ordered(plans: Any = PLANS) -> Ordered:
    world = Ordered(plans=plans)
    world.accept(characteristics={"speed": 1})
    return world


def revised(world: Ordered, version: int = 2, speed: int = 2, **line: Any) -> None:
    """Inventory says that the line as it should be now is reserved."""
    world.accept(version=version, characteristics={"speed": speed}, **line)


def tasks(world: Ordered) -> list[tuple[str, str, str, int]]:
    """What was asked of provisioning, and taken back: (what, task, attempt, why)."""
    return [
        (message.type[15:-3], data["taskId"], data.get("reason", ""), data["attempt"])
        for message, data in world.messages(TASKS)
    ]


def test_an_approved_revision_changes_the_plan_and_releases_it() -> None:
    world = ordered(SOFT)
    world.revise(2, "1")
    revised(world)
    assert world.answers() == [("plan.created", 1), ("plan.held", 2), ("plan.changed", 2)]
    changed = world.last("plan.changed")
    assert (changed["lineIds"], changed["droppedLineIds"], changed["domainOrders"]) == (["1"], [], [])
    why = "redo: speed changed in version 2"
    assert tasks(world) == [
        ("requested", "O-1.1.cut", "", 1),
        ("withdrawn", "O-1.1.cut", why, 1),
        ("requested", "O-1.1.cut", why, 2),
    ]
    assert world.shown()["held"] == []


def test_a_charge_is_named_when_a_line_past_its_soft_point_is_revised() -> None:
    world = ordered(SOFT)
    world.done("cut")
    revised(world)
    charged = [{"lineId": "1", "taskId": "O-1.1.cut", "charge": "callout fee"}]
    assert world.last("plan.changed")["charges"] == charged


def test_a_reservation_that_is_heard_before_its_revision_is_taken_as_approved() -> None:
    world = ordered()
    revised(world)
    world.revise(2, "1")
    world.ordered("change-declined", 1)
    assert world.answers() == [("plan.created", 1), ("plan.changed", 2)]


@pytest.mark.rule("D-11", "D-02")
def test_a_point_of_no_return_that_passes_before_the_approval_refuses_it_after_all() -> None:
    world = ordered()
    world.revise(2, "1")
    world.done("dig")
    revised(world)
    assert world.answers()[-1] == ("plan.change-refused", 2)
    assert world.last("plan.change-refused")["reasons"][0]["rule"] == "D-11"
    assert (world.shown()["state"], world.asked()) == ("in_progress", ["O-1.1.dig", "O-1.1.light"])
    world.ordered("change-declined", 2)
    assert world.answers()[-1] == ("plan.change-refused", 2)


@pytest.mark.rule("D-19", "D-02")
def test_a_point_of_no_return_that_passes_before_the_approval_refuses_a_cancel_after_all() -> None:
    world = ordered()
    world.ordered("cancellation-requested", 2)
    world.done("dig")
    world.ordered("cancellation-approved", 2)
    assert world.answers()[-1] == ("plan.change-refused", 2)
    assert world.asked() == ["O-1.1.dig", "O-1.1.light"]


def test_a_cancel_is_over_when_all_is_undone_and_named_with_its_charge() -> None:
    plans = [
        {
            "actions": ["change"],
            "tasks": [
                {
                    "name": "cut",
                    "kind": "field",
                    "ponr": "soft",
                    "charge": "fee",
                    "undo": {"name": "mend", "kind": "field"},
                },
                {"name": "close", "kind": "provision", "after": ["cut"]},
            ],
        }
    ]
    world = ordered(plans)
    world.done("cut")
    world.ordered("cancellation-requested", 2)
    world.ordered("cancellation-approved", 2)
    assert world.shown()["state"] == "cancellation_in_progress"
    assert world.last("domain-order.state-changed")["state"] == "cancellation_in_progress"
    asked = world.last("task.requested", TASKS)
    why = "undo: the order was canceled in version 2"
    assert (asked["taskId"], asked["undo"], asked["reason"]) == ("O-1.1.mend", True, why)
    world.ordered("held", 2)
    world.done("mend")
    assert world.answers()[-1] == ("plan.canceled", 2)
    assert world.last("plan.canceled")["charges"][0]["charge"] == "fee"
    assert world.last("domain-order.state-changed")["state"] == "canceled"
    world.later(days=1)
    assert world.answers()[-1] == ("plan.canceled", 2)


def test_a_reservation_under_a_later_request_is_planned_when_that_is_declined() -> None:
    world = ordered()
    world.revise(2, "1")
    world.ordered("cancellation-requested", 3)
    revised(world, 2)
    assert world.answers()[-1] == ("plan.held", 3)
    world.ordered("change-declined", 3)
    assert world.answers()[-2:] == [("plan.released", 3), ("plan.changed", 2)]
    assert world.plan().orders["O-1.1"].values == {"speed": 2}


def test_a_reservation_under_a_later_request_is_forgotten_when_that_is_approved() -> None:
    world = ordered()
    world.ordered("cancellation-requested", 3)
    revised(world, 2)
    world.ordered("cancellation-approved", 3)
    assert world.answers()[-1] == ("plan.canceled", 3)


@pytest.mark.rule("DEC-09", "DEC-01")
def test_a_revision_waits_for_the_catalog_and_another_is_refused_meanwhile() -> None:
    world = ordered()
    revised(world, 2, specificationVersion="2")
    world.revise(3, "1")
    assert world.last("plan.change-refused")["reasons"][0]["rule"] == "DEC-09"
    world.publish_entry(**{**INTERNET, "version": "2", "plans": PLANS})
    world.later(seconds=5)
    assert world.answers()[-1] == ("plan.changed", 2)
    assert world.plan().orders["O-1.1"].details.specification_version == "2"


def test_a_revision_that_waits_in_vain_is_refused_and_the_plan_goes_on() -> None:
    world = ordered()
    revised(world, 2, specificationVersion="7")
    for _ in range(40):
        world.later(seconds=2)
    assert world.answers()[-1] == ("plan.change-refused", 2)
    assert "internet@7" in world.last("plan.change-refused")["reasons"][0]["message"]
    world.done("dig")
    world.done("light")
    assert world.answers()[-1][0] == "plan.completed"


def test_a_retry_of_a_withdrawn_task_is_nothing_and_says_so() -> None:
    plans = [
        {"actions": ["change"], "tasks": [{"name": "do", "kind": "manual", "retries": 1, "backoff": "PT1M"}]}
    ]
    world = ordered(plans)
    world.tell("task.report", taskId="O-1.1.do", result="failed")
    world.ordered("cancellation-approved", 2)
    world.later(minutes=5)
    assert world.asked() == ["O-1.1.do"]
    world.tell("task.retry", taskId="O-1.1.do")
    message = world.last("command.refused")["reasons"][0]["message"]
    assert "taken out of the plan" in message


@pytest.mark.rule("ORD-17", "FAL-04")
def test_what_a_canceled_order_left_done_is_seen_to_by_a_person() -> None:
    world = ordered()
    world.ordered("cancellation-approved", 2)
    world.done("dig")
    fallout = world.last("fallout.opened")
    assert (fallout["rule"], fallout["taskId"]) == ("ORD-17", "O-1.1.dig")
    world.tell("fallout.resolve", falloutId=fallout["falloutId"], resolution="filled in again")
    assert world.last("fallout.closed")["falloutId"] == fallout["falloutId"]
    assert world.shown()["fallouts"] == []
    assert [what for what, *_ in tasks(world)] == ["requested", "withdrawn"]


@pytest.mark.rule("INF-07")
def test_a_completed_part_stays_as_it_is_and_the_rest_of_the_order_can_still_be_asked_about() -> None:
    world = Ordered(plans=SOFT)
    rests = {"operationId": "O-1~op.1", "action": "change", "at": "2027-01-01T00:00:00Z", "lineIds": ["9"]}
    line = {
        "lineId": "1",
        "action": "change",
        "kind": "product",
        "instanceId": "I",
        "specificationId": "internet",
    }
    touched = {**line, "specificationVersion": "1", "state": "change_pending"}
    said = {"category": "product", "lines": [line], "tree": [touched], "operations": [rests]}
    world.say({"orderId": "O-1", "accountId": "A", "version": 1, **said})
    world.done("cut")
    world.done("close")
    assert world.answers()[-1] == ("plan.part-completed", 1)
    world.revise(2, "1")
    (reason,) = world.last("plan.change-refused")["reasons"]
    assert (reason["rule"], reason["lineId"], "is completed" in reason["message"]) == ("INF-01", "1", True)
    world.revise(3, "9")
    assert world.answers()[-1] == ("plan.held", 3)
    assert isinstance(world.plan(), Plan)
