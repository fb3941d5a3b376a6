"""ORC-02: field work is mirrored as notes on its domain order, and a change under way reaches it."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.personal import TOKEN, unseal_all
from tests.service.test_fulfillment_holds import Ordered

VISITS = [
    {
        "actions": ["change"],
        "tasks": [
            {"name": "dig", "kind": "field"},
            {"name": "light", "kind": "provision", "after": ["dig"]},
        ],
    }
]
DIG = "O-1.1.dig"
ASKED = (DIG, "ready_for_dispatch", None)


def ordered() -> Ordered:
    world = Ordered(plans=VISITS)
    world.accept(characteristics={"speed": 1})
    return world


def say(world: Ordered, result: str, state: str, note: str | None = None, task: str = DIG) -> None:
    order = {"state": state} if note is None else {"state": state, "note": note}
    world.tell("task.report", taskId=task, result=result, workOrder=order)


def notes(world: Ordered) -> list[tuple[Any, ...]]:
    """What stands on the domain order, in plain words."""
    (order,) = world.shown()["domainOrders"]
    return [
        (note["taskId"], note["workOrder"], note["note"])
        for note in unseal_all(world.keys.get(("A",))["A"], order.get("notes", []))
    ]


def work_order(world: Ordered) -> Any:
    return world.shown()["tasks"][0]["workOrder"]["state"]


@pytest.mark.rule("ORC-02")
def test_what_changes_about_field_work_is_noted_on_its_domain_order() -> None:
    world = ordered()
    say(world, "in_progress", "assigned", "Kim comes on Monday")
    say(world, "in_progress", "assigned")
    say(world, "in_progress", "work_in_progress")
    assert notes(world) == [
        ASKED,
        (DIG, "assigned", "Kim comes on Monday"),
        (DIG, "work_in_progress", None),
    ]
    assert work_order(world) == "work_in_progress"
    assert world.shown()["domainOrders"][0]["state"] == "in_progress"

    say(world, "completed", "closed_complete", "two metres deep")
    assert notes(world)[-1] == (DIG, "closed_complete", "two metres deep")
    assert "O-1.1.light" in world.asked()


@pytest.mark.rule("ORC-02")
def test_every_change_is_told_with_its_note_sealed() -> None:
    world = ordered()
    say(world, "in_progress", "accepted", "Kim comes on Monday")
    told = world.last("task.state-changed")
    assert (told["taskId"], told["state"], told["workOrder"]["state"]) == (DIG, "in_progress", "accepted")
    assert told["workOrder"]["note"].startswith(TOKEN.decode())
    before = len(world.said())
    say(world, "in_progress", "accepted")
    assert len(world.said()) == before


@pytest.mark.rule("ORC-02")
def test_a_visit_that_came_to_nothing_is_held_and_noted() -> None:
    world = ordered()
    say(world, "failed", "canceled", "nobody was at home")
    assert notes(world) == [ASKED, (DIG, "canceled", "nobody was at home")]
    world.tell("task.retry", taskId=DIG)
    assert work_order(world) == "ready_for_dispatch"
    world.tell("task.report", taskId=DIG, result="failed", message="rain")
    world.tell("task.skip", taskId=DIG, reason="the old duct will do")
    assert notes(world)[-2:] == [
        (DIG, "closed_incomplete", "rain"),
        (DIG, "closed_incomplete", "the old duct will do"),
    ]


@pytest.mark.rule("ORC-02")
def test_a_revision_updates_the_work_order() -> None:
    world = ordered()
    say(world, "in_progress", "assigned")
    world.revise(2, "1")
    world.accept(version=2, characteristics={"speed": 2})
    why = "redo: speed changed in version 2"
    assert notes(world)[2:] == [(DIG, "draft", why), (DIG, "ready_for_dispatch", why)]
    (asked,) = [data for _, data in world.messages("fulfillment.tasks") if data["attempt"] == 2]
    assert asked["characteristics"] == {"speed": 2}


@pytest.mark.rule("ORC-02")
def test_a_cancellation_cancels_the_work_order() -> None:
    world = ordered()
    say(world, "in_progress", "assigned")
    world.ordered("cancellation-requested", 2)
    world.ordered("cancellation-approved", 2)
    assert work_order(world) == "canceled"
    assert notes(world)[-1][1] == "canceled"
    say(world, "completed", "closed_complete", "it was done already")
    assert notes(world)[-1] == (DIG, "closed_complete", "it was done already")


def test_a_work_order_that_contradicts_its_report_is_refused() -> None:
    world = ordered()
    say(world, "completed", "assigned")
    assert (world.refusal()["rule"], world.refusal()["field"]) == ("DOM-03", "workOrder.state")
    assert "report a work order that is assigned with the result in_progress" in world.refusal()["message"]
    assert notes(world) == [ASKED]


def test_a_domain_order_without_field_work_has_no_notes() -> None:
    world = Ordered()
    world.accept(action="disconnect")
    assert all("notes" not in order for order in world.shown()["domainOrders"])
