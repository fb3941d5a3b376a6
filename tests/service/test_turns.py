"""Dated changes of one tree run in the order of their dates, each after the one before it (D-10)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.worlds import play
from tests.scenarios import TREE, ask, line, place
from tests.service.test_schedules import APRIL, FEBRUARY, MARCH, lines, page, standing, state, until
from tests.world import World

REST = place("S", "suspend", "HOME", start=FEBRUARY)
WAKE = place("R", "resume", "HOME", start=MARCH)


def ends(world: World) -> dict[str, str]:
    return {id: page(world, "order", id)["state"] for kind, id in world.pages() if kind == "order"}


def completed(world: World) -> World:
    """All work that is out comes back done."""
    world.answer = lambda _: "completed"
    for _, task in world.messages("fulfillment.tasks"):
        world.send("task.report", {"taskId": task["taskId"], "result": "completed"}, account="ACME")
    world.run()
    return world


@pytest.mark.rule("D-10", "SUS-19", "SUS-04")
@pytest.mark.parametrize("seed", [None, *range(6)])
def test_a_clock_that_jumps_over_two_dates_ends_as_the_days_one_by_one(seed: int | None) -> None:
    change = place("C", "change", "NET", characteristics={"speed": 200}, start="2026-03-15T00:00:00Z")
    slow, fast = (standing((REST,), (WAKE,), (change,), seed=seed) for _ in range(2))
    for day in (FEBRUARY, MARCH, APRIL):
        until(slow, day)
    until(fast, APRIL)
    assert ends(fast) == ends(slow) == dict.fromkeys("SRC", "completed")
    assert {id: state(fast, id) for id in TREE} == {id: state(slow, id) for id in TREE}
    assert state(fast, "HOME") == "active"
    assert fast.parked() == []


SAME_DAY: dict[str, tuple[Any, Any]] = {
    "an end below what is to rest": (
        place("A", "disconnect", "VOICE", start=MARCH),
        place("B", "suspend", "HOME", start=MARCH),
    ),
    "a change of what is to rest": (
        place("A", "change", "MOB", characteristics={"number": "1"}, start=MARCH),
        place("B", "suspend", "MOB", start=MARCH),
    ),
    "two changes": (
        place("A", "change", "NET", characteristics={"speed": 200}, start=MARCH),
        place("B", "change", "NET", characteristics={"speed": 300}, start=MARCH),
    ),
    "a move, and a change of what has moved": (
        place("A", "move", "HOME", location="SITE-2", start=MARCH),
        place("B", "change", "NET", characteristics={"speed": 200}, start=MARCH),
    ),
}


@pytest.mark.rule("D-10", "SUS-19")
@pytest.mark.parametrize("pair", SAME_DAY)
def test_orders_of_one_midnight_run_one_after_the_other(pair: str) -> None:
    world = until(standing(*((one,) for one in SAME_DAY[pair])), MARCH)
    assert ends(world) == {"A": "completed", "B": "completed"}
    assert world.parked() == []


@pytest.mark.rule("D-10", "SUS-04")
def test_one_that_waits_says_for_whom_and_is_judged_when_it_goes_on() -> None:
    world = standing((place("E", "disconnect", "HOME", start=FEBRUARY),), (WAKE,))
    world.answer = lambda _: None
    until(world, MARCH)
    assert lines(world, "R") == {"1": "scheduled"}
    [seen] = page(world, "order", "R")["lines"]
    assert seen["attention"].startswith("its day has come, and it waits for order 'E', which holds ")
    completed(world)
    assert (ends(world), lines(world, "R")) == ({"E": "completed", "R": "canceled"}, {"1": "canceled"})
    assert [one["rule"] for one in page(world, "order", "R")["reasons"]] == ["CHG-17"]
    assert "attention" not in page(world, "order", "R")["lines"][0]


@pytest.mark.rule("D-10")
def test_it_waits_for_work_that_was_ordered_without_a_date() -> None:
    world = standing((WAKE,))
    world.answer = lambda _: None
    play(world, ((place("S", "suspend", "HOME"),),))
    until(world, MARCH)
    assert lines(world, "R") == {"1": "scheduled"}
    completed(world)
    assert (ends(world), state(world, "HOME")) == (dict.fromkeys("SR", "completed"), "active")


@pytest.mark.rule("D-10")
def test_it_goes_on_when_the_order_before_it_is_canceled() -> None:
    world = standing((REST,), (place("C", "change", "NET", characteristics={"speed": 200}, start=MARCH),))
    world.answer = lambda _: None
    until(world, MARCH)
    world.answer = lambda _: "completed"
    play(world, ((ask("cancel", "S"),), (ask("approve-change", "S"),)))
    assert ends(world) == {"S": "canceled", "C": "completed"}
    assert state(world, "NET") == "active"


@pytest.mark.rule("D-10", "SUS-12")
def test_one_that_waits_is_redated_or_canceled() -> None:
    for asked in (
        ask("revise", "R", lines=[line("1", "resume", instanceId="HOME", dueDate=APRIL)]),
        ask("cancel", "R"),
    ):
        world = standing((REST,), (WAKE,))
        world.answer = lambda _: None
        until(world, MARCH)
        play(world, ((asked,), (ask("approve-change", "R"),)))
        completed(world)
        assert state(world, "HOME") == "suspended"
        if ends(world)["R"] != "canceled":
            until(world, APRIL)
            assert ends(world) == dict.fromkeys("SR", "completed")


@pytest.mark.rule("D-10")
def test_three_of_one_day_wait_in_no_circle() -> None:
    turns = [
        place("A", "change", "NET", characteristics={"speed": 200}, start=FEBRUARY),
        place("B", "suspend", "HOME", start=FEBRUARY),
        place("C", "resume", "HOME", start=MARCH),
        place("D", "disconnect", "VOICE", start=MARCH),
    ]
    world = standing(*((one,) for one in turns))
    world.answer = lambda _: None
    until(world, APRIL)
    world.answer = lambda _: "completed"
    for _ in turns:
        completed(world)
    assert ends(world) == dict.fromkeys("ABCD", "completed")
    assert (state(world, "HOME"), state(world, "VOICE")) == ("active", "inactive")
