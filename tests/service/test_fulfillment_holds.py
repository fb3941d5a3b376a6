"""Fulfillment hears that an order is held, released, asked to change: what it answers, and when it plans."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.envelope import Envelope
from schemas.registry import full
from schemas.topics import ORDER_EVENTS, TASKS
from services.fulfillment.domain.state import Awaited, Canceled, Plan, Waiting
from tests.service.test_fulfillment import INTERNET, Fulfillment

TWO = [
    {
        "actions": ["change"],
        "tasks": [
            {"name": "dig", "kind": "field", "ponr": "hard"},
            {"name": "light", "kind": "provision", "after": ["dig"], "retries": 1, "backoff": "PT1M"},
        ],
    }
]


class Ordered(Fulfillment):
    """The test speaks for order as well."""

    def __init__(self, *, published: bool = True, plans: Any = TWO) -> None:
        super().__init__()
        self._orders_said = 0
        if published:
            self.publish_entry(**{**INTERNET, "plans": plans})

    def ordered(self, name: str, version: int = 2, **data: Any) -> None:
        """Order says that this happened to O-1."""
        self._orders_said += 1
        message = Envelope(
            id=f"o-{self._orders_said}",
            source="/aftersale/order",
            type=full(f"order.{name}"),
            account="A",
            sequence=self._orders_said,
            previous=self._orders_said - 1,
            logid="order",
        )
        body = {"orderId": "O-1", "accountId": "A", "version": version, "state": "in_progress", **data}
        self.publish(ORDER_EVENTS, "A", json.dumps(body).encode(), message)
        self.run()

    def revise(self, version: int = 2, *changed: str) -> None:
        changes = [{"lineId": line, "operation": "change"} for line in changed or ("1",)]
        self.ordered("revision-requested", version, lines=[], changes=changes)

    def answers(self) -> list[tuple[str, int]]:
        """What was said of the plan as a whole, with the version."""
        return [
            (message.type[10:-3], data["version"])
            for message, data in self.messages("fulfillment.events")
            if message.type[10:].startswith("plan.")
        ]

    def asked(self) -> list[str]:
        return [data["taskId"] for _, data in self.messages(TASKS)]

    def done(self, task: str, **more: Any) -> None:
        self.tell("task.report", taskId=f"O-1.1.{task}", result="completed", **more)

    def shown(self) -> Any:
        return self.pages()["plan", "O-1"]


@pytest.mark.rule("D-02")
def test_what_a_held_task_reports_counts_and_releases_no_successor() -> None:
    world = Ordered()
    world.accept()
    world.ordered("held", 1)
    assert world.last("plan.held") == {"orderId": "O-1", "accountId": "A", "version": 1, "because": "hold"}
    world.done("dig")
    assert world.plan().tasks["O-1.1.dig"].state == "closed_complete"
    assert "ponr.passed" in world.said()
    assert world.asked() == ["O-1.1.dig"]
    assert [(task["taskId"], task["state"]) for task in world.shown()["tasks"]] == [
        ("O-1.1.dig", "closed_complete"),
        ("O-1.1.light", "on_hold"),
    ]
    world.ordered("released", 1)
    assert world.asked() == ["O-1.1.dig", "O-1.1.light"]


@pytest.mark.rule("D-02")
def test_a_declined_request_leaves_the_exact_state_before() -> None:
    world = Ordered()
    world.accept()
    before = world.shown()
    world.ordered("cancellation-requested")
    assert (world.shown()["state"], world.shown()["held"]) == (
        "on_hold",
        [{"because": "cancel", "version": 2}],
    )
    assert {order["state"] for order in world.shown()["domainOrders"]} == {"on_hold"}
    world.ordered("change-declined")
    assert world.shown() == {**before, "version": 2}
    assert world.answers() == [("plan.created", 1), ("plan.held", 2), ("plan.released", 2)]


def test_a_hold_and_a_request_are_released_each_by_itself() -> None:
    world = Ordered()
    world.accept()
    world.done("dig")
    world.ordered("held", 1)
    world.revise(2, "2")
    world.ordered("released", 2)
    assert world.shown()["held"] == [{"because": "revise", "version": 2}]
    world.ordered("change-declined")
    assert world.shown()["held"] == []


def test_held_twice_is_once() -> None:
    world = Ordered()
    world.accept()
    for _ in range(2):
        world.ordered("held", 1)
    for _ in range(2):
        world.ordered("released", 1)
    world.ordered("change-declined", 1)
    assert world.answers() == [("plan.created", 1), ("plan.held", 1), ("plan.released", 1)]


@pytest.mark.rule("D-20")
def test_a_back_off_that_ends_under_a_hold_is_over_when_the_order_is_released() -> None:
    world = Ordered()
    world.accept()
    world.done("dig")
    world.tell("task.report", taskId="O-1.1.light", result="failed")
    world.ordered("held", 1)
    world.later(minutes=5)
    assert world.asked() == ["O-1.1.dig", "O-1.1.light"]
    world.ordered("released", 1)
    world.later(seconds=1)
    assert world.asked() == ["O-1.1.dig", "O-1.1.light", "O-1.1.light"]


@pytest.mark.rule("D-11", "INF-07", "INF-08")
def test_a_revision_of_a_line_past_its_point_of_no_return_is_refused_by_name() -> None:
    world = Ordered()
    world.accept()
    world.done("dig")
    world.revise(2, "1")
    (reason,) = world.last("plan.change-refused")["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("D-11", "1")
    assert world.shown()["held"] == []
    world.revise(3, "7")
    assert world.answers()[-1] == ("plan.held", 3)


@pytest.mark.rule("D-19")
def test_a_cancel_is_refused_when_a_line_is_past_its_point_of_no_return() -> None:
    world = Ordered()
    world.accept()
    world.done("dig")
    world.ordered("cancellation-requested")
    (reason,) = world.last("plan.change-refused")["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("D-19", "1")
    assert "lineIds" in reason["message"]


@pytest.mark.rule("D-11")
def test_past_a_soft_point_of_no_return_the_answer_names_the_charge() -> None:
    soft = [
        {
            "actions": ["change"],
            "tasks": [
                {"name": "dig", "kind": "field", "ponr": "soft", "charge": "callout fee"},
                {"name": "light", "kind": "provision", "after": ["dig"]},
            ],
        }
    ]
    world = Ordered(plans=soft)
    world.accept()
    world.done("dig")
    world.ordered("cancellation-requested")
    charged = [{"lineId": "1", "taskId": "O-1.1.dig", "charge": "callout fee"}]
    assert world.last("plan.held")["charges"] == charged


def test_a_completed_plan_beats_a_request() -> None:
    world = Ordered()
    world.accept()
    world.done("dig")
    world.revise(2, "2")
    world.done("light")
    assert world.shown()["state"] == "completed"
    world.ordered("change-declined")
    assert world.answers()[-1] == ("plan.completed", 2)
    world.ordered("cancellation-requested", 3)
    world.ordered("held", 3)
    assert world.answers()[-1] == ("plan.completed", 2)


@pytest.mark.rule("DEC-09")
def test_a_revision_is_refused_while_the_order_is_being_broken_down() -> None:
    world = Ordered(published=False)
    world.accept()
    world.revise()
    (reason,) = world.last("plan.change-refused")["reasons"]
    assert (reason["rule"], "internet@1" in reason["message"]) == ("DEC-09", True)
    world.publish_entry(plans=TWO)
    world.later(seconds=5)
    assert isinstance(world.plan(), Plan)


def test_an_order_that_waits_for_the_catalog_waits_longer_when_it_is_held() -> None:
    world = Ordered(published=False)
    world.accept()
    world.ordered("cancellation-requested")
    world.publish_entry(plans=TWO)
    world.later(seconds=5)
    assert isinstance(world.plan(), Waiting)
    assert (world.shown()["state"], world.shown()["held"]) == (
        "waiting",
        [{"because": "cancel", "version": 2}],
    )
    world.ordered("change-declined")
    assert isinstance(world.plan(), Plan)


def test_an_order_that_waits_for_the_catalog_is_canceled_at_once() -> None:
    world = Ordered(published=False)
    world.accept()
    world.later(minutes=2)
    world.ordered("cancellation-requested")
    world.ordered("cancellation-approved")
    assert isinstance(world.plan(), Canceled)
    assert world.answers() == [("plan.held", 2), ("plan.canceled", 2)]
    assert world.said()[-2:] == ["fallout.closed", "plan.canceled"]
    world.later(minutes=2)
    assert world.answers()[-1] == ("plan.canceled", 2)


def test_a_request_that_overtakes_the_reservation_is_answered_and_nothing_planned_until_told() -> None:
    world = Ordered()
    world.ordered("cancellation-requested")
    world.accept()
    assert isinstance(world.plan(), Awaited)
    assert (world.answers(), world.asked()) == ([("plan.held", 2)], [])
    world.ordered("change-declined")
    assert world.answers() == [("plan.held", 2), ("plan.released", 2), ("plan.created", 1)]
    assert (world.asked(), world.shown()["version"]) == (["O-1.1.dig"], 2)


def test_a_reservation_that_comes_after_the_decline_is_planned_at_once() -> None:
    world = Ordered()
    world.ordered("cancellation-requested")
    world.ordered("change-declined")
    world.accept()
    assert world.asked() == ["O-1.1.dig"]


@pytest.mark.parametrize("accepted", ["before", "after"])
def test_a_cancel_that_overtakes_its_own_reservation(accepted: str) -> None:
    world = Ordered()
    world.ordered("cancellation-requested")
    if accepted == "before":
        world.accept()
    world.ordered("cancellation-approved")
    if accepted == "after":
        world.accept()
    assert world.answers() == [("plan.held", 2), ("plan.canceled", 2)]
    assert (world.asked(), world.shown()["state"]) == ([], "canceled")


def test_a_revision_approved_before_anything_was_planned_is_planned_alone() -> None:
    world = Ordered()
    world.revise()
    world.accept(version=1)
    world.accept(version=2, characteristics={"speed": 5})
    assert world.answers() == [("plan.held", 2), ("plan.created", 2)]
    assert world.plan().orders["O-1.1"].values == {"speed": 5}


def test_an_order_reworked_meanwhile_is_planned_in_spite_of_the_old_request() -> None:
    world = Ordered()
    world.accept(specificationId="gone", specificationVersion=None)
    world.later(minutes=2)
    world.ordered("cancellation-requested", 2)
    world.accept(version=3)
    assert isinstance(world.plan(), Plan | Waiting)


def test_an_answer_of_the_past_is_given_once() -> None:
    world = Ordered()
    world.revise()
    world.revise()
    assert world.answers() == [("plan.held", 2)]


def test_a_person_does_not_ask_for_a_task_again_under_a_hold() -> None:
    world = Ordered()
    world.accept()
    world.tell("task.report", taskId="O-1.1.dig", result="failed")
    world.ordered("held", 1)
    world.tell("task.retry", taskId="O-1.1.dig")
    (reason,) = world.last("command.refused")["reasons"]
    assert (reason["rule"], "release the order first" in reason["message"]) == ("INF-01", True)
    world.ordered("released", 1)
    world.tell("task.retry", taskId="O-1.1.dig")
    assert world.asked() == ["O-1.1.dig", "O-1.1.dig"]
