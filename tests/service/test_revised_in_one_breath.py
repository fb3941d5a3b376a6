"""A revision that is approved before anybody could refuse it, in whatever order messages arrive."""

from __future__ import annotations

import pytest

from tests.quantities import counting, lines, order
from tests.scenarios import Sent, ask, line, place
from tests.service.test_fulfillment import INTERNET
from tests.service.test_fulfillment_revisions import PLANS, ordered, revised
from tests.service.test_quantity import name
from tests.world import World

LESS = (place("Q1", "change", "OFFICE", characteristics={"seats": 1}), name("SEAT-2"))
OTHERWISE: tuple[Sent, ...] = (
    ("order.revise", {"orderId": "Q1", "lines": [line("2", "no_change", instanceId="SEAT-1")]}),
    ask("approve-change", "Q1"),
)


def began(*stages: tuple[Sent, ...], seed: int) -> World:
    """Nobody does the work."""
    world = counting(seed=seed)
    world.answer = lambda _: None
    for stage in stages:
        for what, data in stage:
            world.send(what, data, account="ACME")
        world.run()
    return world


@pytest.mark.rule("INF-01", "INF-04", "D-22")
@pytest.mark.parametrize("seed", range(40))
def test_a_line_that_has_started_and_for_which_nothing_is_done_is_dropped(seed: int) -> None:
    world = began(LESS, OTHERWISE, seed=seed)
    assert (lines(world), order(world)["declined"]) == ({"1": "canceled", "2": "completed"}, None)
    pages = world.pages()
    assert pages["instance", "OFFICE"]["characteristics"]["seats"] == 2
    assert (pages["instance", "SEAT-2"]["state"], pages["instance", "SEAT-2"]["reservedBy"]) == (
        "active",
        None,
    )


@pytest.mark.rule("DEC-09", "D-02")
def test_what_was_refused_is_not_planned_when_its_reservation_is_heard() -> None:
    world = ordered()
    revised(world, 2, specificationVersion="2")
    world.revise(3, "1")
    revised(world, 3, speed=3)
    world.publish_entry(**{**INTERNET, "version": "2", "plans": PLANS})
    world.later(seconds=5)
    assert world.answers()[-2:] == [("plan.change-refused", 3), ("plan.changed", 2)]
    assert world.plan().orders["O-1.1"].values == {"speed": 2}


@pytest.mark.rule("INF-01", "D-22")
@pytest.mark.parametrize("seed", range(60))
def test_a_line_that_is_done_while_it_is_dropped_is_either_completed_or_undone(seed: int) -> None:
    """The rest of the order waits to be told which ones end, so it is not over with that line."""
    added = line("2", "add", specificationId="office", characteristics={"seats": 0})
    both = place("Q1", "change", "OFFICE", characteristics={"seats": 1}, lines=[added])
    dropped = ("order.cancel", {"orderId": "Q1", "lineIds": ["2"]})
    done = ("task.report", {"taskId": "Q1.1.add-it", "result": "completed"})
    world = began((both,), (dropped, ask("approve-change", "Q1"), done), seed=seed)
    made = world.pages()["instance", "Q1:2"]["state"]
    assert (lines(world)["2"], made) in (("completed", "active"), ("canceled", "inactive"))
