"""A line that waits to be told which instances end goes on when there is nothing to end any more (D-15)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.in_flight import page, send, state, worked_off
from tests.quantities import counting
from tests.scenarios import Sent, ask, line, place
from tests.world import World

DUE = "2026-01-10T00:00:00Z"


def seats(order: str, count: int, **more: Any) -> Sent:
    change = line("1", "change", instanceId="OFFICE", characteristics={"seats": count}, **more)
    return place(order, None, lines=[change])


def sims(order: str, count: int) -> Sent:
    return place(order, "change", "POOL", characteristics={"sims": count})


def names(*ids: str) -> Sent:
    return "order.choose-instances", {"orderId": "Q", "lineId": "1", "instanceIds": list(ids)}


def there(world: World, specification: str) -> list[str]:
    every = (page for (kind, _), page in sorted(world.pages().items()) if kind == "instance")
    up = (one for one in every if one["specificationId"] == specification and one["state"] == "active")
    return [one["instanceId"] for one in up]


@pytest.mark.rule("D-15", "CHG-08")
@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("asked", [3, 4])
def test_it_goes_on_when_the_order_that_made_them_is_canceled(asked: int, seed: int | None) -> None:
    """Three are there; another order made it five, and then it did not."""
    world = counting(seed=seed)
    world.answer = lambda _: None
    send(world, sims("O1", 5))
    send(world, sims("Q", asked))
    assert page(world, "order", "Q")["lines"][0]["state"] == "needs_attention"
    send(world, ask("cancel", "O1"), ask("approve-change", "O1"))
    assert state(worked_off(world, "O1")) == "canceled"
    assert state(worked_off(world, "Q"), "Q") == "completed"
    assert len(there(world, "sim")) == asked


@pytest.mark.rule("D-15", "CHG-08")
def test_as_long_as_there_is_something_to_end_it_waits() -> None:
    world = counting()
    world.answer = lambda _: None
    send(world, sims("O1", 5), sims("Q", 2), ask("cancel", "O1"), ask("approve-change", "O1"))
    assert state(worked_off(world, "O1")) == "canceled"
    assert page(world, "order", "Q")["lines"][0]["state"] == "needs_attention"
    send(world, names("SIM-1"))
    assert (state(world, "Q"), there(world, "sim")) == ("completed", ["SIM-2", "SIM-3"])


@pytest.mark.rule("D-15", "D-10")
@pytest.mark.parametrize("ended", ["SEAT-1", "SEAT-2"])
def test_on_its_day_a_choice_is_void_when_others_have_ended_as_many(ended: str) -> None:
    """Whether another order has ended the one that was named, or the one that was not."""
    world = counting()
    world.time_passes = False
    send(world, seats("Q", 1, dueDate=DUE), names("SEAT-1"))
    send(world, place("O1", None, lines=[line("1", "disconnect", instanceId=ended)]))
    assert (state(world), state(world, "Q")) == ("completed", "in_progress")
    world.time_passes, world.time_ends = True, world.clock.at + timedelta(days=12)
    world.run()
    assert state(world, "Q") == "completed"
    assert len(there(world, "seat")) == 1
