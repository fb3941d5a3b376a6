"""What has started on its day is revised and dropped like everything else that is at work (INF-01)."""

from __future__ import annotations

from typing import Any

import pytest

from services.audit.replay import replay
from tests.journey.worlds import play
from tests.scenarios import Sent, ask, line, place
from tests.service.test_audit_replay import read
from tests.service.test_schedules import MARCH, lines, page, standing, state, until
from tests.service.test_turns import completed
from tests.world import World

END = line("1", "disconnect", instanceId="VOICE", dueDate=MARCH)
FASTER = line("2", "change", instanceId="NET", characteristics={"speed": 200}, dueDate=MARCH)
LATER = line("3", "disconnect", instanceId="MOB", dueDate="2026-05-01T00:00:00+00:00")
SEEDS = [None, *range(5)]


def started(*asked: dict[str, Any], seed: int | None = None) -> World:
    """Its day has come, and nobody has done anything yet."""
    world = standing((place("O1", None, lines=list(asked)),), seed=seed)
    world.answer = lambda _: None
    return until(world, MARCH)


def revised(world: World, asked: Sent) -> World:
    play(world, ((asked,), (ask("approve-change", "O1"),)))
    assert page(world, "order", "O1")["declined"] is None
    return world


def ends_well(world: World) -> World:
    completed(until(completed(world), "2026-06-01T00:00:00+00:00"))
    assert page(world, "order", "O1")["state"] == "completed"
    assert world.parked() == []
    assert replay(read(world)).differences == []
    return world


@pytest.mark.rule("INF-01", "INF-04", "D-10", "D-22")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("more", [(), (LATER,)])
@pytest.mark.parametrize("by_id", [True, False])
def test_its_line_is_dropped(seed: int | None, more: tuple[dict[str, Any], ...], *, by_id: bool) -> None:
    world = started(END, FASTER, *more, seed=seed)
    drop = ask("cancel", "O1", lineIds=["1"])
    revised(world, drop if by_id else ask("revise", "O1", lines=[FASTER, *more]))
    assert lines(world, "O1")["1"] == "canceled"
    assert (state(world, "VOICE"), page(world, "instance", "VOICE")["reservedBy"]) == ("active", None)
    [seen] = page(world, "instance", "VOICE")["operations"]
    assert seen["state"] == "canceled"
    ends_well(world)
    assert page(world, "instance", "NET")["characteristics"]["speed"] == 200
    assert (state(world, "VOICE"), lines(world, "O1")["2"]) == ("active", "completed")


@pytest.mark.rule("INF-01", "INF-03", "INF-04")
@pytest.mark.parametrize("seed", SEEDS)
def test_its_values_are_revised(seed: int | None) -> None:
    world = started(FASTER, LATER, seed=seed)
    revised(world, ask("revise", "O1", lines=[{**FASTER, "characteristics": {"speed": 300}}, LATER]))
    assert lines(world, "O1") == {"2": "in_progress", "3": "scheduled"}
    ends_well(world)
    assert page(world, "instance", "NET")["characteristics"]["speed"] == 300


@pytest.mark.rule("INF-04", "D-17")
@pytest.mark.parametrize("seed", SEEDS)
def test_one_of_its_lines_is_dropped_and_the_others_go_on(seed: int | None) -> None:
    home = line("1", "add", specificationId="home", location="SITE-3", dueDate=MARCH)
    voice = line("5", "add", specificationId="voice", parentLineId="1", location="SITE-3", dueDate=MARCH)
    world = started(home, voice, LATER, seed=seed)
    assert lines(world, "O1")["5"] == "in_progress"
    revised(world, ask("cancel", "O1", lineIds=["5"]))
    ends_well(world)
    assert lines(world, "O1")["5"] == "canceled"
    [operation] = [one for one in page(world, "order", "O1")["operations"] if "1" in one["lineIds"]]
    assert (operation["state"], "5" in operation["lineIds"]) == ("completed", False)
    assert (state(world, "O1:1"), state(world, "O1:5")) == ("active", "inactive")


@pytest.mark.rule("INF-04", "ORD-17", "D-22")
@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_done_for_it_is_undone(seed: int | None) -> None:
    world = started(FASTER, LATER, seed=seed)
    [first, *_] = [data for _, data in world.messages("fulfillment.tasks") if data["orderId"] == "O1"]
    world.send("task.report", {"taskId": first["taskId"], "result": "completed"}, account="ACME")
    world.run()
    assert lines(world, "O1")["2"] == "in_progress"
    revised(world, ask("cancel", "O1", lineIds=["2"]))
    ends_well(world)
    assert page(world, "instance", "NET")["characteristics"]["speed"] == 100
    assert (state(world, "NET"), lines(world, "O1")["2"]) == ("active", "canceled")


@pytest.mark.rule("INF-04", "SUS-15", "INF-09")
def test_with_a_suspend_goes_the_resume_of_its_window() -> None:
    window = place("O1", "suspend", "HOME", start=MARCH, end="2026-04-01T00:00:00+00:00")
    world = standing((window,))
    world.answer = lambda _: None
    until(world, MARCH)
    play(world, ((ask("cancel", "O1", lineIds=["1"]),), (ask("approve-change", "O1"),)))
    completed(world)
    assert lines(world, "O1") == {"1": "canceled", "2": "canceled"}
    assert (page(world, "order", "O1")["state"], state(world, "HOME")) == ("canceled", "active")
