"""DOM-04 of what is new: all that it requires is there when it closes, and nothing that it excludes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.worlds import effects, play
from tests.scenarios import Sent, line, place
from tests.service.test_compatibility import owned
from tests.service.test_stopped import done, resolve, state, stops, waiting, world_of
from tests.world import World

SEEDS = 12
JUDGED = pytest.mark.rule("DOM-04")
BARE = (owned("BARE", "house"),)
"""A house with nothing in it."""
WIRED = (*BARE, owned("WIRE3", "wire", "BARE"))


def into(order: str, *specifications: str, parent: str = "BARE") -> Sent:
    lines = [
        line(str(number), "add", specificationId=id, parentInstanceId=parent)
        for number, id in enumerate(specifications, 1)
    ]
    return place(order, None, lines=lines)


# ---------------------------------------------------------------------------- what is not there


@JUDGED
def test_adding_what_requires_something_that_is_not_there_stops() -> None:
    world = world_of(BARE, (into("C1", "phone"),))
    [stop] = stops(world)
    assert stop["message"] == (
        "C1.1 (add of C1:1, phone) does not close: C1:1 (phone) requires wire, and none would be there. "
        "What would be right: add wire, or take C1:1 back"
    )
    assert state(world, "instance", "C1:1") == "installation_pending"
    play(world, ((into("C2", "wire"),),))
    assert (state(world, "order", "C1"), state(world, "order", "C2")) == ("completed", "completed")


@JUDGED
@pytest.mark.parametrize("both", [("phone", "wire"), ("wire", "phone")])
def test_what_comes_with_what_it_requires_does_not_stop(both: tuple[str, str]) -> None:
    world = world_of(BARE, (into("C1", *both),))
    assert (state(world, "order", "C1"), stops(world)) == ("completed", [])


@JUDGED
def test_turning_it_into_what_requires_something_that_is_not_there_stops() -> None:
    lamp = (*BARE, owned("LAMP", "lamp", "BARE"))
    turned = place("C1", None, lines=[line("1", "change", instanceId="LAMP", specificationId="phone")])
    [stop] = stops(world_of(lamp, (turned,)))
    assert "LAMP (phone) requires wire, and none would be there" in stop["message"]


@JUDGED
def test_what_stood_without_it_before_stops_nobody() -> None:
    world = world_of((*BARE, owned("PHONE2", "phone", "BARE")), (into("C1", "lamp"),))
    assert state(world, "order", "C1") == "completed"


# ------------------------------------------------------------------------ what another order ends


def raced(first: str, seed: int | None = None) -> World:
    """One adds a phone while another ends the wire it requires."""
    world = waiting(WIRED, (into("C1", "phone"), place("C2", "disconnect", "WIRE3")), seed=seed)
    second = "C1" if first == "C2" else "C2"
    return play(world, (done(f"{first}.1.do"), done(f"{second}.1.do")))


@JUDGED
@pytest.mark.parametrize("first", ["C1", "C2"])
def test_whichever_closes_first_stops_the_other(first: str) -> None:
    for seed in (None, *range(SEEDS)):
        world = raced(first, seed)
        second = "C1" if first == "C2" else "C2"
        assert (state(world, "order", first), state(world, "order", second)) == ("completed", "in_progress")
        assert len(stops(world, second)) == 1, f"seed {seed}"


@JUDGED
def test_all_at_once_one_of_them_is_stopped() -> None:
    for seed in range(2 * SEEDS):
        world = world_of(WIRED, (into("C1", "phone"), place("C2", "disconnect", "WIRE3")), seed=seed)
        ended = sorted(state(world, "order", id) for id in ("C1", "C2"))
        assert ended == ["completed", "in_progress"], f"seed {seed}"


@JUDGED
def test_the_one_that_lost_goes_on_in_whatever_order_its_messages_arrive() -> None:
    def played(seed: int | None) -> World:
        world = play(raced("C2", seed), ((resolve(), into("C3", "wire")),))
        return play(world, (done("C3.1.do"),))

    wanted = played(None)
    assert [state(wanted, "order", id) for id in ("C1", "C2", "C3")] == ["completed"] * 3
    for seed in range(SEEDS):
        world = played(seed)
        assert world.pages() == wanted.pages(), f"seed {seed}"
        assert effects(world) == effects(wanted), f"seed {seed}"


# ------------------------------------------------------------------- what the order itself builds


def built(order: str, *specifications: str) -> Sent:
    """A new house with these in it."""
    house = line("0", "add", specificationId="house")
    parts = (
        line(str(number), "add", specificationId=id, parentLineId="0")
        for number, id in enumerate(specifications, 1)
    )
    return place(order, None, lines=[house, *parts])


def warned(world: World, order: str = "C1") -> list[str]:
    return [one["rule"] for one in world.pages()["order", order]["warnings"]]


@JUDGED
@pytest.mark.rule("CHG-13")
@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("key", "lock"), "C1:2 (lock) does not go with key, and 1 would be there"),
        (("lamp", "phone"), "C1:2 (phone) requires wire, and none would be there"),
    ],
)
def test_what_does_not_go_together_in_what_the_order_makes_is_warned_of_and_stops(
    parts: tuple[str, ...], message: str
) -> None:
    world = world_of((built("C1", *parts),))
    assert warned(world) == ["CHG-13"]
    assert message in stops(world)[0]["message"]
    assert state(world, "order", "C1") == "in_progress"


@JUDGED
def test_what_goes_together_in_it_completes_without_a_word() -> None:
    world = world_of((built("C1", "phone", "wire", "lock", "lamp"),))
    assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])
    world = world_of((built("C1", "lamp"),))
    assert not world.state("fulfillment", "plan", "C1").made


@JUDGED
def test_what_a_new_root_requires_may_stand_in_another_hierarchy() -> None:
    world = world_of((place("C1", None, lines=[line("1", "add", specificationId="phone")]),))
    assert (state(world, "order", "C1"), warned(world)) == ("completed", [])


@JUDGED
def test_a_revision_is_judged_with_what_the_order_makes_already() -> None:
    world = waiting((built("C1", "lock"),))
    _, asked = built("C1", "lock", "key")
    revised = ("order.revise", {"orderId": "C1", "lines": asked["lines"]})
    play(world, ((revised,), (("order.approve-change", {"orderId": "C1"}),)))
    play(world, (done("C1.2.do", "C1.3.do"),))
    assert state(world, "order", "C1") == "in_progress"
    assert len(stops(world)) == 2


# ---------------------------------------------------------------------------------- what is moved


def moving(*lines: dict[str, Any]) -> Sent:
    """The house goes to another place, with all that is in it and these."""
    house = line("1", "change", instanceId="HOUSE", move=True, location="NEW")
    along = (
        line(id, "change", instanceId=id, parentLineId="1", move=True, location="NEW")
        for id in ("WIRE", "PHONE", "LOCK")
        if id not in {one.get("instanceId") for one in lines}
    )
    return place("C1", None, lines=[house, *along, *lines])


def brought(specification: str) -> dict[str, Any]:
    return line("9", "add", specificationId=specification, parentLineId="1", move=True, location="NEW")


@JUDGED
@pytest.mark.rule("CHG-13")
def test_what_is_added_at_the_new_place_is_judged_with_what_comes_along() -> None:
    for seed in (None, *range(4)):
        world = world_of((moving(brought("key")),), seed=seed)
        assert warned(world) == ["CHG-13"]
        [stop] = stops(world)
        assert "(lock) does not go with key, and 1 would be there" in stop["message"]
        assert state(world, "order", "C1") == "in_progress"


@JUDGED
def test_what_goes_with_all_that_comes_along_does_not_stop() -> None:
    world = world_of((moving(brought("phone")),))
    assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])


@JUDGED
def test_what_is_left_behind_in_a_move_is_missed() -> None:
    world = world_of((moving(line("WIRE", "disconnect", instanceId="WIRE", parentLineId="1", move=True)),))
    assert "(phone) requires wire, and none would be there" in stops(world)[0]["message"]
