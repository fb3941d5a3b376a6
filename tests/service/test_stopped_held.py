"""DOM-04 of an order that is held: what others put right, or a person accepts, closes when it is released."""

from __future__ import annotations

import pytest

from tests.journey.worlds import play
from tests.scenarios import Sent, ask, place
from tests.service.test_stopped import END, adding, done, resolve, state, stops, waiting
from tests.world import World

JUDGED = pytest.mark.rule("DOM-04")
OTHER = (adding("C2", "wire"),)
SEEDS = (None, 1, 2, 3)


def stopped(*then: Sent, seed: int | None = None) -> World:
    world = waiting((END,), done("C1.1.do"), seed=seed)
    return play(world, (then,))


def put_right(world: World) -> World:
    return play(world, (OTHER, done("C2.1.do")))


@JUDGED
@pytest.mark.rule("ORD-12")
def test_a_hold_holds_what_another_order_has_put_right() -> None:
    for seed in SEEDS:
        world = put_right(stopped(ask("hold", "C1"), seed=seed))
        assert (state(world, "order", "C2"), state(world, "order", "C1")) == ("completed", "on_hold")
        assert len(stops(world)) == 1
        play(world, ((ask("release", "C1"),),))
        assert (state(world, "order", "C1"), stops(world)) == ("completed", [])


@JUDGED
@pytest.mark.rule("ORD-12")
def test_what_is_accepted_under_a_hold_closes_when_it_is_released() -> None:
    world = play(stopped(ask("hold", "C1")), ((resolve("as a spare", accept=True),),))
    assert (state(world, "order", "C1"), state(world, "instance", "WIRE")) == (
        "on_hold",
        "inactivation_pending",
    )
    play(world, ((ask("release", "C1"),),))
    assert (state(world, "order", "C1"), state(world, "instance", "WIRE")) == ("completed", "inactive")


@JUDGED
@pytest.mark.rule("D-02")
def test_so_does_a_request_until_it_is_answered() -> None:
    world = put_right(stopped(ask("cancel", "C1")))
    assert (state(world, "order", "C1"), state(world, "instance", "WIRE")) == (
        "assessing_cancellation",
        "inactivation_pending",
    )
    declined = play(world, ((ask("decline-change", "C1"),),))
    assert state(declined, "order", "C1") == "completed"


@JUDGED
@pytest.mark.rule("D-22")
def test_an_order_that_is_held_and_stopped_is_canceled_as_any_other() -> None:
    world = put_right(stopped(ask("hold", "C1")))
    play(world, ((ask("cancel", "C1"),), (ask("approve-change", "C1"),)))
    assert (state(world, "order", "C1"), state(world, "instance", "WIRE")) == ("canceled", "active")
    assert stops(world) == []


@JUDGED
def test_what_is_wrong_again_when_it_is_released_stops_it_again() -> None:
    world = put_right(stopped(ask("hold", "C1")))
    play(world, ((place("C3", "disconnect", "C2:1"),), done("C3.1.do"), (ask("release", "C1"),)))
    assert (state(world, "order", "C1"), len(stops(world))) == ("in_progress", 1)
