"""What others end and add before the day of a hierarchy is as it is when its day comes (D-10, MOV-V3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from services.audit.replay import replay
from services.chassis.stored import micros
from tests.journey.worlds import play
from tests.reader import PARTITIONS
from tests.scenarios import ask, line, place
from tests.service.test_audit_replay import read
from tests.service.test_schedules import FEBRUARY, MARCH, lines, page, standing, state, until
from tests.service.test_turns import completed

MOVE = place("O1", "move", "HOME", location="SITE-2", start=MARCH)
END = place("O1", "disconnect", "HOME", start=MARCH)
VOICE = place("V", "disconnect", "VOICE")
TV = place("T", None, lines=[line("1", "add", specificationId="tv", parentInstanceId="HOME")])
SEEDS = [None, 0, 1, 2]


def why(world: Any) -> list[tuple[str, str | None]]:
    return [(one["rule"], one.get("lineId")) for one in page(world, "order", "O1")["reasons"]]


@pytest.mark.rule("D-10", "CHG-17")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("order", [END, MOVE], ids=["an end", "a move"])
def test_a_part_that_ended_early_is_left_out_and_the_rest_runs(order: Any, seed: int | None) -> None:
    world = until(standing((order,), (VOICE,), seed=seed), MARCH)
    assert page(world, "order", "O1")["state"] == "completed"
    assert lines(world, "O1") == {"1": "completed", "2": "completed", "3": "canceled"}
    assert why(world) == [("CHG-17", "3")]
    assert {id: state(world, id) for id in ("HOME", "NET", "VOICE")} == dict.fromkeys(
        ("HOME", "NET", "VOICE"), "inactive"
    )
    assert {one["orderId"]: one["state"] for one in page(world, "instance", "VOICE")["operations"]} == {
        "O1": "canceled"
    }
    assert page(world, "plan", "O1")["fallouts"] == []
    assert world.parked() == []
    assert replay(read(world)).differences == []


@pytest.mark.rule("D-10", "CHG-17")
def test_one_whose_part_is_being_ended_on_its_day_waits_for_that_and_goes_on_without_it() -> None:
    world = standing((END,))
    world.answer = lambda _: None
    play(world, ((VOICE,),))
    until(world, MARCH)
    assert set(lines(world, "O1").values()) == {"scheduled"}
    completed(world)
    assert lines(world, "O1") == {"1": "completed", "2": "completed", "3": "canceled"}


@pytest.mark.rule("D-10", "CHG-17")
def test_where_all_of_it_has_ended_nothing_is_left_to_do() -> None:
    world = until(standing((END,), (place("V", "disconnect", "HOME"),)), MARCH)
    assert page(world, "order", "O1")["state"] == "canceled"
    assert why(world) == [("CHG-17", id) for id in "123"]


@pytest.mark.rule("D-10", "MOV-V3", "MOV-V7")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_part_that_was_added_goes_along_with_the_move(seed: int | None) -> None:
    world = until(standing((MOVE,), (TV,), seed=seed), MARCH)
    assert lines(world, "O1") == dict.fromkeys(("1", "2", "3", "1.more1"), "completed")
    *_, along = page(world, "order", "O1")["lines"]
    assert (along["instanceId"], along["parentLineId"], along["location"]) == ("T:1", "1", "SITE-2")
    assert (state(world, "HOME"), state(world, "T:1")) == ("inactive", "inactive")
    found = [
        one for (kind, _), one in world.pages().items() if kind == "instance" and one["state"] == "active"
    ]
    [home] = [one for one in found if one["specificationId"] == "home"]
    [tv] = [one for one in found if one["specificationId"] == "tv"]
    assert (tv["parentId"], tv["location"]) == (home["instanceId"], home["location"])
    assert home["location"] == "SITE-2"
    assert replay(read(world)).differences == []


@pytest.mark.rule("D-10", "D-07", "MOV-V8")
def test_a_part_that_was_added_and_rests_is_a_reason_to_act_on() -> None:
    world = until(standing((MOVE,), (TV,), (place("S", "suspend", "T:1"),)), MARCH)
    [reason] = page(world, "order", "O1")["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("D-07", "1")
    assert "resume it first" in reason["message"]


@pytest.mark.rule("MOV-V3", "MOV-V4")
def test_a_move_of_a_later_day_names_its_whole_hierarchy_when_it_is_approved() -> None:
    part = line("1", "change", instanceId="HOME", location="SITE-2", move=True, dueDate=MARCH)
    world = standing((place("O1", None, lines=[part]),))
    assert page(world, "order", "O1")["state"] == "rejected"
    [reason] = page(world, "order", "O1")["reasons"]
    assert reason["rule"] == "MOV-V3"
    assert "'NET', 'VOICE'" in reason["message"]


@pytest.mark.rule("SUS-12", "INF-04")
def test_what_was_left_out_stays_out_when_the_order_is_revised() -> None:
    later = line("4", "suspend", instanceId="MOB", dueDate="2026-05-01T00:00:00Z")
    order = place("O1", None, lines=[line(n, "disconnect", instanceId=id, dueDate=MARCH) for n, id in TREE])
    order[1]["lines"].append(later | {"action": "disconnect"})
    world = standing((order,), (VOICE,))
    until(world, MARCH)
    assert lines(world, "O1")["3"] == "canceled"
    again = ask("cancel", "O1", lineIds=["4"])
    play(world, ((again,), (ask("approve-change", "O1"),)))
    assert lines(world, "O1") == {"1": "completed", "2": "completed", "3": "canceled", "4": "canceled"}
    assert page(world, "order", "O1")["state"] == "completed"


TREE = (("1", "HOME"), ("2", "NET"), ("3", "VOICE"))


@pytest.mark.rule("D-10", "SUS-12")
def test_a_date_is_changed_after_a_part_has_ended() -> None:
    world = standing((END,), (VOICE,))
    wanted = [line(n, "disconnect", instanceId=id, dueDate=FEBRUARY) for n, id in TREE]
    play(world, ((ask("revise", "O1", lines=wanted),), (ask("approve-change", "O1"),)))
    until(world, FEBRUARY)
    assert lines(world, "O1") == {"1": "completed", "2": "completed", "3": "canceled"}


MAY, JUNE = (f"2026-0{month}-01T00:00:00+00:00" for month in (5, 6))


def revised(seed: int | None) -> Any:
    """Another line of a move that waits is asked to come later, as parts of what moves come and go."""
    wanted = [line(n, "change", instanceId=id, location="SITE-2", move=True, dueDate=MARCH) for n, id in TREE]
    other = line("4", "change", instanceId="MOB", characteristics={"number": "1"}, dueDate=MAY)
    world = standing((place("O1", None, lines=[*wanted, other]),), (VOICE,), (TV,), seed=seed)
    world.answer = lambda _: None
    play(world, ((ask("revise", "O1", lines=[*wanted, {**other, "dueDate": JUNE}]),),))
    return world


def goes_on(world: Any, day: str) -> None:
    assert lines(world, "O1") == {
        **dict.fromkeys(("1", "2", "1.more1"), "completed"),
        "3": "canceled",
        "4": "scheduled",
    }
    at = {one["lineId"]: one["dueDate"] for one in page(world, "order", "O1")["lines"]}
    assert at["4"] == day
    completed(until(world, JUNE))
    assert page(world, "order", "O1")["state"] == "completed"
    assert world.parked() == []


@pytest.mark.rule("D-10", "INF-04", "D-02")
@pytest.mark.parametrize(("verb", "day"), [("approve-change", JUNE), ("decline-change", MAY)])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_revision_asked_for_before_the_day_leaves_what_came_of_it(
    seed: int | None, verb: str, day: str
) -> None:
    world = until(revised(seed), MARCH)
    play(world, ((ask(verb, "O1"),),))
    goes_on(completed(world), day)


@pytest.mark.rule("D-10", "INF-04")
@pytest.mark.parametrize("seed", range(12))
def test_a_revision_approved_as_the_day_comes_leaves_what_comes_of_it(seed: int) -> None:
    world = revised(seed)
    world.clock.at = datetime.fromisoformat(MARCH)
    reader = world.readers["inventory"]
    reader.inbox.fire(reader.store.due(range(PARTITIONS), micros(world.clock.at), 100), ())
    play(world, ((ask("approve-change", "O1"),),))
    goes_on(completed(world), JUNE)
