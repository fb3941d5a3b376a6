"""Orders that are changed while they are worked on, in the world of the scenarios."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.journey.worlds import forked, play
from tests.scenarios import TERMS, Sent, ask
from tests.world import World

Answers = Callable[[Mapping[str, Any]], str | None]
_OPEN = ("open", "in_progress")
RESTING: tuple[Sent, ...] = (
    (
        "instance.load",
        {
            "instanceId": "OLD",
            "accountId": "ACME",
            "kind": "product",
            "specificationId": "mobile-4g",
            "state": "suspended",
            "location": "SITE-4",
            "characteristics": {"number": "4711"},
        },
    ),
    (
        "entitlement.load",
        {"entitlementId": "E-OLD", "accountId": "ACME", "instanceId": "OLD", "state": "suspended"},
    ),
)
"""Something that rests already, with what comes with it."""


def begun(*orders: Sent, answer: Answers = lambda _: None, seed: int | None = None) -> World:
    """These orders are placed over an installed base under contract; some of their tasks are answered."""
    world = forked(seed)
    world.time_passes = False
    play(world, (TERMS, RESTING[:1], RESTING[1:]))
    world.answer = answer
    return play(world, (orders,))


def send(world: World, *stages: Sent) -> World:
    """One after the other, each when all is quiet."""
    return play(world, tuple((stage,) for stage in stages))


def approved(world: World, request: Sent) -> World:
    """Asked for, and approved."""
    return send(world, request, ask("approve-change", request[1]["orderId"]))


def worked_off(world: World, *orders: str) -> World:
    """Every task that is open is answered, and all that follow from it."""
    world.answer = lambda _: "completed"
    for _ in range(20):
        waiting = [
            task["taskId"] for id in orders for task in page(world, "plan", id)["tasks"] if _waits(task)
        ]
        if not waiting:
            break
        for task in waiting:
            world.send("task.report", {"taskId": task, "result": "completed"}, account="ACME")
        world.run()
    return world


def _waits(task: Mapping[str, Any]) -> bool:
    return task["state"] in _OPEN


def page(world: World, kind: str, id: str) -> dict[str, Any]:
    found: dict[str, Any] = world.pages()[kind, id]
    return found


def owned(world: World) -> dict[str, dict[str, Any]]:
    """Every instance as people see it, with its contract lines and entitlements."""
    every = world.readers["inventory"]
    ids = {
        event.stream.partition("-")[2] for event in every.store.log(0, 10_000_000) if _is_one(event.stream)
    }
    found = {}
    for id in sorted(ids):
        [shown] = every.service.pages("instance", id, world.state("inventory", "instance", id))
        found[id] = {name: value for name, value in shown.body.items() if name != "operations"}
    return found


def _is_one(stream: str) -> bool:
    return stream.startswith("instance-")


def state(world: World, order: str = "O1") -> str:
    return str(page(world, "order", order)["state"])
