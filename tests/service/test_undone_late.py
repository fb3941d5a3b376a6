"""What was dropped and done all the same is undone before its order is over, whatever has ended by then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios import line
from tests.walks import prepared
from tests.world import World

LATER = line("3", "add", specificationId="tv", parentInstanceId="HOME", dueDate="2026-02-01T00:00:00Z")
LINES = [
    line("1", "change", instanceId="MOB", characteristics={"number": "7"}),
    line("2", "suspend", instanceId="VOICE"),
    LATER,
]


def said(world: World, name: str, **data: Any) -> None:
    world.send(name, data, account="ACME")
    world.run()


def tasks(world: World, *states: str) -> list[str]:
    return [task["taskId"] for task in world.pages()["plan", "O1"]["tasks"] if task["state"] in states]


def dropped_and_done(seed: int | None) -> World:
    """Line 2 was dropped; line 1 is done, and then line 2 as well; line 3 has a day to come."""
    world = prepared().forked(seed)
    world.answer = lambda _: None
    said(world, "order.place", orderId="O1", accountId="ACME", lines=LINES, approve=True)
    asked = tasks(world, "open")
    cancel(world, lineIds=["2"])
    wanted = tasks(world, "open")
    for task in [*wanted, *(id for id in asked if id not in wanted)]:
        said(world, "task.report", taskId=task, attempt=1, result="completed")
    return world


def cancel(world: World, **which: Any) -> None:
    said(world, "order.cancel", orderId="O1", **which)
    said(world, "order.approve-change", orderId="O1")


@pytest.mark.rule("INF-04", "ORD-19")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_an_order_is_not_over_while_something_of_it_is_being_undone(seed: int | None) -> None:
    world = dropped_and_done(seed)
    cancel(world, lineIds=["3"])
    [undo] = tasks(world, "open")
    assert world.pages()["order", "O1"]["state"] == "in_progress"
    said(world, "task.report", taskId=undo, attempt=1, result="completed")
    assert world.pages()["order", "O1"]["state"] == "completed"
    assert world.pages()["plan", "O1"]["state"] == "completed"
