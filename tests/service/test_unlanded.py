"""What an order has ended may come back with its cancel: until it lands it is there to every other order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.topics import ORDER_EVENTS
from tests.in_flight import approved, page, send, state, worked_off
from tests.journey.worlds import play
from tests.quantities import counting, standing
from tests.scenarios import Sent, ask, line, place
from tests.world import World

SHELF: tuple[Sent, ...] = (
    (
        "specification.publish",
        {
            "specificationId": "shelf",
            "version": "1",
            "name": "shelf",
            "kind": "product",
            "relationships": [{"type": "bundles", "target": "seat", "max": 2}],
        },
    ),
)
ON_IT: tuple[Sent, ...] = tuple(
    (
        "instance.load",
        {"instanceId": id, "accountId": "ACME", "kind": "product", "state": "active", **more},
    )
    for id, more in {
        "SHELF": {"specificationId": "shelf"},
        "ON-1": {"specificationId": "seat", "parentId": "SHELF"},
        "ON-2": {"specificationId": "seat", "parentId": "SHELF"},
    }.items()
)
ADD = line("1", "add", specificationId="seat", parentInstanceId="SHELF")


def ended(id: str, *more: Any, seed: int | None = None) -> World:
    """O1 has ended it, and has other work that nobody has answered."""
    world = play(counting(seed=seed), (SHELF, ON_IT))
    world.answer = lambda task: "completed" if task["instanceId"] == id else None
    send(
        world,
        place(
            "O1",
            None,
            lines=[
                line("1", "disconnect", instanceId=id),
                line("2", "add", specificationId="seat"),
                *more,
            ],
        ),
    )
    assert page(world, "instance", id)["state"] == "inactive"
    assert state(world) == "in_progress"
    return world


ORDERS: dict[str, tuple[str, Sent, str]] = {
    "as many as are left": ("SEAT-1", place("Q", "change", "OFFICE", characteristics={"seats": 1}), "CHG-08"),
    "as many as there were": (
        "SEAT-1",
        place("Q", "change", "OFFICE", characteristics={"seats": 2}),
        "CHG-08",
    ),
    "one more": ("SEAT-1", place("Q", "change", "OFFICE", characteristics={"seats": 3}), "CHG-08"),
    "one in its place": ("ON-1", place("Q", None, lines=[ADD]), "LIN-01"),
    "the end of all": ("SEAT-1", place("Q", "disconnect", "OFFICE"), "CHG-16"),
    "rest for all": ("SEAT-1", place("Q", "suspend", "OFFICE"), "CHG-16"),
    "a move": ("SEAT-1", place("Q", "move", "OFFICE", location="SITE-2"), "CHG-16"),
}


@pytest.mark.rule("D-15", "CHG-08", "CHG-16", "LIN-01", "D-22")
@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("asked", ORDERS)
def test_what_can_still_come_back_counts(asked: str, seed: int | None) -> None:
    id, order, rule = ORDERS[asked]
    world = send(ended(id, seed=seed), order)
    [reason] = page(world, "order", "Q")["reasons"]
    assert (page(world, "order", "Q")["state"], reason["rule"]) == ("rejected", rule)
    assert "'O1'" in reason["message"]
    assert f"'{id}'" in reason["message"]
    assert "place this order again when it is completed" in reason["message"]
    approved(world, ask("cancel", "O1"))
    worked_off(world, "O1")
    assert state(world) == "canceled"
    assert standing(world, "OFFICE", "SEAT", "SHELF", "ON", "O1", "Q") == dict.fromkeys(
        ("OFFICE", "SEAT-1", "SEAT-2", "SHELF", "ON-1", "ON-2"), "active"
    )


@pytest.mark.rule("D-15", "CHG-08", "CHG-16", "LIN-01")
@pytest.mark.parametrize("asked", ORDERS)
def test_what_has_landed_does_not(asked: str) -> None:
    id, order, _ = ORDERS[asked]
    world = worked_off(ended(id), "O1")
    assert state(world) == "completed"
    send(world, order)
    assert state(worked_off(world, "Q"), "Q") == "completed"


@pytest.mark.rule("D-10", "D-17", "LIN-01")
def test_a_dated_line_waits_for_what_its_own_order_ends() -> None:
    """On its day it would be one too many, if the earlier part did not land."""
    due = "2026-01-10T00:00:00Z"
    world = ended("ON-1", {**ADD, "lineId": "3", "dueDate": due})
    world.time_passes, world.time_ends = True, world.clock.at + timedelta(days=7)
    world.run()
    assert {one["lineId"]: one["state"] for one in page(world, "order", "O1")["lines"]}["3"] == "scheduled"
    assert state(worked_off(world, "O1")) == "completed"
    assert standing(world, "ON", "O1:3") == {"ON-2": "active", "O1:3": "active"}


@pytest.mark.rule("D-15", "CHG-08")
def test_a_line_that_waits_for_a_choice_goes_on_when_others_have_ended_as_many() -> None:
    world = play(counting(), (SHELF, ON_IT))
    end = [line("1", "disconnect", instanceId="SEAT-1"), line("2", "add", specificationId="seat")]
    world.answer = lambda task: "completed" if task["instanceId"] == "SEAT-1" else None
    send(
        world,
        place("Q", "change", "OFFICE", characteristics={"seats": 1}),
        place("O1", None, lines=end),
        ("order.choose-instances", {"orderId": "Q", "lineId": "1", "instanceIds": ["SEAT-2"]}),
    )
    [refused] = [data for message, data in world.messages(ORDER_EVENTS) if "refused" in message.type]
    assert "no seat is to end by it any more" in refused["reasons"][0]["message"]
    assert state(world, "Q") == "awaiting_information"
    assert state(worked_off(world, "O1")) == "completed"
    assert state(worked_off(world, "Q"), "Q") == "completed"
    assert standing(world, "SEAT") == {"SEAT-2": "active"}
