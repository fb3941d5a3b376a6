"""CHG-13, DOM-04: whether products go together is judged by the version that each is of after the order."""

from __future__ import annotations

import pytest

from tests.journey.worlds import play
from tests.scenarios import Sent, line, place
from tests.service.test_compatibility import entry, owned, related
from tests.service.test_stopped import WORK, adding, done, state, stops, waiting, world_of
from tests.world import World

JUDGED = pytest.mark.rule("DOM-04")
WARNED = pytest.mark.rule("CHG-13")
UPGRADE = place("C1", "change", "WIRE2", upgrade=True)


def of_seven(id: str, specification: str, parent: str) -> Sent:
    name, data = owned(id, specification, parent)
    return name, {**data, "specificationVersion": "7"}


WIRE2 = of_seven("WIRE2", "wire", "HOUSE")


def newer(specification: str, *rules: tuple[str, str]) -> tuple[Sent, ...]:
    """A version 8 of it that relates to these."""
    compatibility = [rule for type_, target in rules for rule in related(type_, target)["compatibility"]]
    name, data = entry(specification, **WORK, compatibility=compatibility)
    return (entry("sauna", **WORK), (name, {**data, "version": "8"}))


def warned(world: World) -> list[str]:
    return [one["message"] for one in world.pages()["order", "C1"]["warnings"]]


@JUDGED
@WARNED
def test_what_a_newer_version_requires_and_excludes_is_judged_when_it_is_taken() -> None:
    for seed in (None, 1, 2, 3):
        rules = newer("wire", ("requires", "sauna"), ("excludes", "lock"))
        world = world_of((WIRE2,), rules, (UPGRADE,), seed=seed)
        assert len(warned(world)) == 2
        [stop] = stops(world)
        assert "WIRE2 (wire) requires sauna, and none would be there" in stop["message"]
        assert "WIRE2 (wire) does not go with lock, and 1 would be there" in stop["message"]
        assert state(world, "order", "C1") == "in_progress"


@JUDGED
@WARNED
def test_what_holds_by_the_newer_version_is_none() -> None:
    world = world_of((WIRE2,), newer("wire", ("requires", "lock"), ("excludes", "sauna")), (UPGRADE,))
    assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])


@JUDGED
@WARNED
def test_what_the_version_before_said_and_was_broken_then_is_nobody_s_fault() -> None:
    alone = (owned("HOUSE2", "house"), of_seven("PHONE2", "phone", "HOUSE2"))
    rules = newer("phone", ("requires", "wire"), ("excludes", "sauna"))
    world = world_of(rules, alone, (place("C1", "change", "PHONE2", upgrade=True),))
    assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])


@JUDGED
@WARNED
def test_what_stays_is_judged_by_the_version_that_it_is_of() -> None:
    of_version = (of_seven("PHONE2", "phone", "HOUSE2"),)
    base = (owned("HOUSE2", "house"), owned("WIRE2", "wire", "HOUSE2"))
    ended = world_of(base, of_version, newer("phone"), (place("C1", "disconnect", "WIRE2"),))
    assert (len(warned(ended)), len(stops(ended))) == (1, 1)
    lamp = place("C1", None, lines=[line("1", "add", specificationId="lamp", parentInstanceId="HOUSE2")])
    added = world_of(base, of_version, newer("phone", ("excludes", "lamp")), (lamp,))
    assert (state(added, "order", "C1"), warned(added)) == ("completed", [])


@JUDGED
@WARNED
def test_what_is_new_is_judged_by_the_version_that_is_ordered() -> None:
    world = world_of(newer("lamp", ("excludes", "lock")), (adding("C1", "lamp"),))
    assert (len(warned(world)), len(stops(world))) == (1, 1)


# ------------------------------------------------------------------------------------------- roots

CABIN = (owned("SHED", "shed"), of_seven("CABIN", "cabin", ""))
UP = place("C1", "change", "CABIN", upgrade=True)


def cabin(*rules: tuple[str, str]) -> tuple[Sent, ...]:
    """A root of version 7, and a version 8 that relates to these."""
    return (entry("shed", **WORK), entry("cabin", **WORK), *newer("cabin", *rules))


def owning_a_cabin(*rules: tuple[str, str], seed: int | None = None) -> World:
    root = {name: value for name, value in CABIN[1][1].items() if name != "parentId"}
    return world_of(cabin(*rules), (CABIN[0], ("instance.load", root)), seed=seed)


@JUDGED
@WARNED
@pytest.mark.rule("CHG-05")
def test_what_a_newer_version_of_a_root_requires_may_stand_anywhere_in_the_account_and_has_to() -> None:
    for seed in (None, 1, 2, 3):
        world = play(owning_a_cabin(("requires", "sauna"), seed=seed), ((UP,),))
        assert [one.split(",")[0] for one in warned(world)] == ["CABIN (cabin) requires sauna"]
        [stop] = stops(world)
        assert "CABIN (cabin) requires sauna, and none would be there" in stop["message"]
        play(world, ((place("C2", None, lines=[line("1", "add", specificationId="sauna")]),),))
        assert (state(world, "order", "C1"), stops(world)) == ("completed", [])


@JUDGED
@WARNED
@pytest.mark.parametrize(
    "rules", [[("requires", "shed")], [("excludes", "shed")]], ids=["there", "elsewhere"]
)
def test_a_root_that_has_elsewhere_what_its_newer_version_requires_is_taken_there(
    rules: list[tuple[str, str]],
) -> None:
    world = play(owning_a_cabin(*rules), ((UP,),))
    assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])
    assert world.pages()["instance", "CABIN"]["specificationVersion"] == "8"


@JUDGED
@WARNED
def test_what_the_version_of_a_root_before_required_as_well_is_nobody_s_fault() -> None:
    world = world_of((entry("sauna", **WORK), entry("cabin", **WORK, **related("requires", "sauna"))))
    load = {name: value for name, value in CABIN[1][1].items() if name != "parentId"}
    name, data = entry("cabin", **WORK, **related("requires", "sauna"), description="warmer")
    play(world, ((("instance.load", load),), ((name, {**data, "version": "8"}),), (UP,)))
    assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])


@JUDGED
@WARNED
def test_one_of_no_version_is_of_the_one_on_offer() -> None:
    world = world_of(newer("wire", ("requires", "sauna")), (place("C1", "change", "WIRE", upgrade=True),))
    assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])


# ------------------------------------------------------------------------------------- other orders


@JUDGED
def test_whoever_else_is_at_work_judges_by_the_version_that_has_closed_and_not_landed() -> None:
    lines = [
        line("1", "change", instanceId="WIRE2"),
        line("2", "add", specificationId="phone", parentInstanceId="HOUSE"),
    ]
    for seed in (None, 1, 2, 3):
        world = waiting((WIRE2,), newer("wire", ("excludes", "lamp")), seed=seed)
        play(
            world,
            (
                (place("C2", None, lines=lines),),
                done("C2.1.do"),
                (adding("C3", "phone"),),
                (adding("C1", "lamp"),),
            ),
        )
        assert world.pages()["instance", "WIRE2"]["specificationVersion"] == "7"
        play(world, (done("C1.1.do"),))
        [stop] = stops(world)
        assert "WIRE2 (wire) does not go with lamp" in stop["message"]
