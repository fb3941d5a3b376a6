"""Dated lines from the order to the instance: seen at once, re-dated, judged again on their day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.chassis.stored import micros
from tests.journey.worlds import effects, forked, play
from tests.reader import PARTITIONS
from tests.scenarios import TREE, ask, line, place
from tests.world import World

FEBRUARY, MARCH, APRIL = "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"


def standing(*stages: tuple[Any, ...], seed: int | None = None) -> World:
    """A world in which these stages were played and no time has passed."""
    world = forked(seed)
    world.time_passes = False
    return play(world, stages)


def passed(world: World, *stage: Any) -> World:
    """What is sent, and then all the time that anything waits for."""
    world.time_passes = True
    return play(world, (stage,))


def until(world: World, at: str) -> World:
    """Every timer that is due by then has run, and all that follows."""
    world.clock.at = datetime.fromisoformat(at).astimezone(UTC)
    now = micros(world.clock.at)
    while waiting := [one for one in world.readers.values() if one.store.due(range(PARTITIONS), now, 1)]:
        for reader in waiting:
            reader.inbox.fire(reader.store.due(range(PARTITIONS), now, 100), ())
        world.run()
    return world


def page(world: World, kind: str, id: str) -> dict[str, Any]:
    found: dict[str, Any] = world.pages()[kind, id]
    return found


def lines(world: World, order: str = "O1") -> dict[str, str]:
    return {one["lineId"]: one["state"] for one in page(world, "order", order)["lines"]}


def state(world: World, instance: str) -> str:
    held = world.state("inventory", "instance", instance)
    return str(held.record.state)


def operations(world: World, instance: str) -> list[tuple[str, str]]:
    return [(one["action"], one["state"]) for one in page(world, "instance", instance)["operations"]]


WINDOW = place("O1", "suspend", "HOME", start=FEBRUARY, end=MARCH)


@pytest.mark.rule("SUS-01", "SUS-15", "D-09", "D-17")
def test_a_window_is_seen_at_once_and_holds_nothing_before_its_day() -> None:
    world = standing((WINDOW,))
    assert page(world, "order", "O1")["state"] == "in_progress"
    assert lines(world) == {"1": "scheduled", "2": "scheduled"}
    assert operations(world, "HOME") == [("suspend", "scheduled"), ("resume", "scheduled")]
    assert state(world, "HOME") == "active"
    assert page(world, "instance", "HOME")["reservedBy"] is None
    assert page(world, "plan", "O1")["tasks"] == []


@pytest.mark.rule("SUS-01", "SUS-08", "SUS-15", "SUS-20", "D-17")
def test_a_window_rests_the_whole_hierarchy_on_its_day_and_wakes_it_at_its_end() -> None:
    world = standing((WINDOW,))
    until(world, FEBRUARY)
    assert {id: state(world, id) for id in TREE} == dict.fromkeys(TREE, "suspended")
    assert lines(world) == {"1": "completed", "2": "scheduled"}
    assert page(world, "order", "O1")["state"] == "in_progress"
    until(world, MARCH)
    assert {id: state(world, id) for id in TREE} == dict.fromkeys(TREE, "active")
    assert page(world, "order", "O1")["state"] == "completed"
    assert operations(world, "HOME") == [("suspend", "completed"), ("resume", "completed")]


@pytest.mark.rule("ACT-11", "SUS-15")
def test_a_suspend_without_a_start_begins_at_once_and_ends_on_its_day() -> None:
    world = standing((place("O1", "suspend", "HOME", end=MARCH),))
    assert lines(world) == {"1": "completed", "2": "scheduled"}
    assert state(world, "HOME") == "suspended"
    until(world, MARCH)
    assert state(world, "HOME") == "active"
    assert page(world, "order", "O1")["state"] == "completed"


DATED = {
    "change": (
        place("O1", "change", "NET", characteristics={"speed": 200}, start=MARCH),
        {"NET": "active"},
    ),
    "change that needs a modem": (
        place("O1", "change", "NET", characteristics={"speed": 1000}, start=MARCH),
        {"NET": "active"},
    ),
    "disconnect": (place("O1", "disconnect", "HOME", start=MARCH), dict.fromkeys(TREE, "inactive")),
    "disconnect of a part": (place("O1", "disconnect", "VOICE", start=MARCH), {"VOICE": "inactive"}),
    "move": (
        place("O1", "move", "HOME", location="SITE-2", start=MARCH),
        {**dict.fromkeys(TREE, "inactive"), **{f"O1~{n}": "active" for n in range(1, 7)}},
    ),
    "add": (
        place(
            "O1", "add", lines=[line("1", "add", specificationId="tv", parentInstanceId="HOME")], start=MARCH
        ),
        {"O1:1": "active"},
    ),
    "suspend": (place("O1", "suspend", "HOME", start=MARCH), dict.fromkeys(TREE, "suspended")),
    "no change": (place("O1", "no_change", "HOME", start=MARCH), {"HOME": "active"}),
}


@pytest.mark.rule("D-09", "DIS-05", "D-17", "SUS-20")
@pytest.mark.parametrize("action", DATED)
def test_every_action_can_have_a_date_to_come(action: str) -> None:
    asked, ends = DATED[action]
    world = standing((asked,))
    assert set(lines(world).values()) == {"scheduled"}
    assert {id: state(world, id) for id in TREE} == dict.fromkeys(TREE, "active")
    until(world, MARCH)
    assert page(world, "order", "O1")["state"] == "completed"
    assert {id: state(world, id) for id in ends} == ends
    assert world.parked() == []


@pytest.mark.rule("D-09", "D-17", "SUS-20")
@pytest.mark.parametrize("action", DATED)
def test_dated_lines_end_alike_in_whatever_order_messages_arrive(action: str) -> None:
    calm = passed(standing((DATED[action][0],)))
    wanted, pages = effects(calm), calm.pages()
    for seed in range(20):
        world = passed(standing((DATED[action][0],), seed=seed))
        assert (world.pages(), effects(world), world.parked()) == (pages, wanted, []), f"seed {seed}"


@pytest.mark.rule("D-17", "SUS-20")
def test_what_happens_at_once_is_free_while_the_rest_waits() -> None:
    both = [
        line("1", "change", instanceId="NET", characteristics={"speed": 200}),
        line("2", "disconnect", instanceId="MOB", dueDate=MARCH),
    ]
    world = standing((place("O1", None, lines=both),))
    assert lines(world) == {"1": "completed", "2": "scheduled"}
    play(world, ((place("O2", "change", "NET", characteristics={"speed": 300}),),))
    assert page(world, "order", "O2")["state"] == "completed"
    until(world, MARCH)
    assert page(world, "order", "O1")["state"] == "completed"
    assert state(world, "MOB") == "inactive"


@pytest.mark.rule("SUS-07")
def test_a_parent_that_happens_at_once_takes_its_dated_children_along() -> None:
    resting = [
        line("1", "suspend", instanceId="HOME"),
        line("2", "suspend", instanceId="VOICE", dueDate=MARCH),
    ]
    world = standing((place("O1", None, lines=resting),))
    assert page(world, "order", "O1")["state"] == "completed"
    assert state(world, "VOICE") == "suspended"


@pytest.mark.rule("SUS-08")
def test_everything_below_a_dated_parent_has_its_date() -> None:
    resting = [
        line("1", "suspend", instanceId="HOME", dueDate=MARCH),
        line("2", "suspend", instanceId="VOICE"),
    ]
    world = standing((place("O1", None, lines=resting),))
    assert {one["dueDate"] for one in page(world, "order", "O1")["lines"]} == {"2026-03-01T00:00:00+00:00"}
    assert state(world, "VOICE") == "active"
    until(world, MARCH)
    assert state(world, "VOICE") == "suspended"


@pytest.mark.rule("SUS-04", "ACT-11")
def test_a_resume_of_what_is_not_suspended_yet_is_taken_and_judged_on_its_day() -> None:
    world = standing((place("O1", "resume", "HOME", start=MARCH),), (place("O2", "suspend", "HOME"),))
    assert lines(world) == {"1": "scheduled"}
    until(world, MARCH)
    assert page(world, "order", "O1")["state"] == "completed"
    assert state(world, "HOME") == "active"


@pytest.mark.rule("D-10", "SUS-04", "SUS-19")
def test_what_cannot_run_on_its_day_is_canceled_and_a_fallout_says_why() -> None:
    world = standing((place("O1", "suspend", "HOME", start=MARCH),), (place("O2", "disconnect", "HOME"),))
    until(world, MARCH)
    seen = page(world, "order", "O1")
    assert (seen["state"], lines(world)) == ("canceled", {"1": "canceled"})
    assert [one["rule"] for one in seen["reasons"]] == ["CHG-17"]
    assert operations(world, "HOME") == [("suspend", "canceled")]
    [fallout] = page(world, "plan", "O1")["fallouts"]
    assert fallout["falloutId"] == "O1~op.1.f1"
    [(_, opened)] = [one for one in world.messages("fulfillment.events") if "fallout.opened" in one[0].type]
    assert opened["rule"] == "SUS-19"
    assert opened["message"].startswith("O1~op.1 was canceled on its day: CHG-17"), (
        "nothing in it is personal"
    )
    world.send("fallout.resolve", {"falloutId": fallout["falloutId"], "resolution": "seen"}, account="ACME")
    world.run()
    assert page(world, "plan", "O1")["fallouts"] == []


@pytest.mark.rule("SUS-19", "D-10")
def test_other_lines_of_the_order_run_though_one_could_not() -> None:
    both = [
        line("1", "disconnect", instanceId="VOICE", dueDate=MARCH),
        line("2", "disconnect", instanceId="MOB", dueDate=MARCH),
    ]
    world = standing((place("O1", None, lines=both),), (place("O2", "disconnect", "VOICE"),))
    until(world, MARCH)
    assert page(world, "order", "O1")["state"] == "completed"
    assert lines(world) == {"1": "canceled", "2": "completed"}
    assert state(world, "MOB") == "inactive"


@pytest.mark.rule("D-10", "SUS-12", "SUS-10")
def test_what_waits_is_redated_until_it_runs() -> None:
    later = ask("revise", "O1", lines=[line("1", "suspend", instanceId="HOME", dueDate=APRIL)])
    world = standing((place("O1", "suspend", "HOME", start=MARCH),), (later,), (ask("approve-change", "O1"),))
    assert page(world, "order", "O1")["lines"][0]["dueDate"] == "2026-04-01T00:00:00+00:00"
    until(world, MARCH)
    assert state(world, "HOME") == "active"
    until(world, APRIL)
    assert state(world, "HOME") == "suspended"
    assert page(world, "order", "O1")["state"] == "completed"


@pytest.mark.rule("D-10", "D-08")
def test_a_date_gone_by_brings_what_waits_forward_to_now() -> None:
    now = ask("revise", "O1", lines=[line("1", "suspend", instanceId="HOME", dueDate="2026-01-01T00:00:00Z")])
    world = passed(
        standing((place("O1", "suspend", "HOME", start=MARCH),), (now,)), ask("approve-change", "O1")
    )
    assert world.clock.at < datetime.fromisoformat(FEBRUARY)
    assert state(world, "HOME") == "suspended"


@pytest.mark.rule("D-10", "SUS-11")
def test_what_waits_is_canceled_and_its_instance_left_alone() -> None:
    world = passed(standing((WINDOW,), (ask("cancel", "O1", lineIds=["1"]),)), ask("approve-change", "O1"))
    assert page(world, "order", "O1")["state"] == "canceled"
    assert lines(world) == {"1": "canceled", "2": "canceled"}
    assert operations(world, "HOME") == [("suspend", "canceled"), ("resume", "canceled")]
    assert page(world, "plan", "O1")["fallouts"] == []
    assert state(world, "HOME") == "active"


@pytest.mark.rule("D-10", "SUS-11")
def test_an_order_that_only_waits_is_canceled_as_a_whole() -> None:
    world = passed(standing((WINDOW,), (ask("cancel", "O1"),)), ask("approve-change", "O1"))
    assert page(world, "order", "O1")["state"] == "canceled"
    assert state(world, "HOME") == "active"


REFUSED = {
    "another action": ([line("1", "disconnect", instanceId="HOME", dueDate=APRIL)], "SUS-10"),
    "another line": (
        [line("1", "suspend", instanceId="HOME"), line("9", "suspend", instanceId="MOB")],
        "INF-09",
    ),
    "an end before its start": (
        [
            line("1", "suspend", instanceId="HOME", dueDate=APRIL),
            line("2", "resume", instanceId="HOME", dueDate=MARCH),
        ],
        "ACT-11",
    ),
}


@pytest.mark.rule("SUS-10", "SUS-12", "D-10")
@pytest.mark.parametrize("asked", REFUSED)
def test_of_what_waits_only_the_date_can_change(asked: str) -> None:
    revised, rule = REFUSED[asked]
    world = standing((WINDOW,), (ask("revise", "O1", lines=revised),))
    [refused] = [data for one, data in world.messages("order.events") if "refused" in one.type]
    assert [reason["rule"] for reason in refused["reasons"]] == [rule]
    assert lines(world) == {"1": "scheduled", "2": "scheduled"}


@pytest.mark.rule("D-10")
def test_what_has_run_is_neither_redated_nor_canceled() -> None:
    world = until(standing((WINDOW,)), FEBRUARY)
    late = line("1", "suspend", instanceId="HOME", dueDate=APRIL), line("2", "resume", instanceId="HOME")
    play(world, ((ask("revise", "O1", lines=list(late)), ask("cancel", "O1", lineIds=["1"])),))
    found = [data for one, data in world.messages("order.events") if "refused" in one.type]
    assert [one["reasons"][0]["rule"] for one in found] == ["SUS-12", "INF-01"]


@pytest.mark.rule("D-17")
def test_a_part_waits_for_the_one_before_it_and_then_goes_on() -> None:
    world = standing((WINDOW,))
    world.answer = lambda _: None
    until(world, FEBRUARY)
    until(world, MARCH)
    assert lines(world) == {"1": "in_progress", "2": "scheduled"}
    for _, task in world.messages("fulfillment.tasks"):
        report = {"taskId": task["taskId"], "result": "completed"}
        world.send("task.report", report, account="ACME")
    world.answer = lambda _: "completed"
    world.run()
    assert page(world, "order", "O1")["state"] == "completed"
    assert state(world, "HOME") == "active"


@pytest.mark.rule("D-17")
def test_a_timer_that_fires_again_does_nothing() -> None:
    world = standing((WINDOW,))
    inventory = world.readers["inventory"]
    [timer, *_] = inventory.store.due(range(PARTITIONS), 1 << 62, 5)
    until(world, FEBRUARY)
    before = inventory.store.head()
    inventory.inbox.fire([timer], ())
    inventory.inbox.forget()
    inventory.inbox.fire([timer], ())
    assert inventory.store.head() == before


@pytest.mark.rule("D-10", "SUS-19")
def test_what_cannot_be_planned_on_its_day_leaves_everything_as_it_was() -> None:
    asked = place("O1", "change", "NET", characteristics={"speed": 1000}, start=MARCH)
    world = standing((asked,), (("specification.retire", {"specificationId": "modem"}),))
    until(world, MARCH)
    assert lines(world) == {"1": "canceled"}
    assert page(world, "order", "O1")["state"] == "canceled"
    assert {id: state(world, id) for id in TREE} == dict.fromkeys(TREE, "active")
    assert page(world, "instance", "NET")["reservedBy"] is None
    assert [one["falloutId"] for one in page(world, "plan", "O1")["fallouts"]] == ["O1~op.1.f1"]


@pytest.mark.rule("D-10", "SUS-12")
def test_one_line_is_redated_after_another() -> None:
    both = [
        line("1", "disconnect", instanceId="VOICE", dueDate=FEBRUARY),
        line("2", "disconnect", instanceId="MOB", dueDate=FEBRUARY),
    ]
    first, second = {**both[0], "dueDate": MARCH}, {**both[1], "dueDate": APRIL}
    world = standing(
        (place("O1", None, lines=both),),
        (ask("revise", "O1", lines=[first, both[1]]),),
        (ask("approve-change", "O1"),),
        (ask("revise", "O1", lines=[first, second]),),
        (ask("approve-change", "O1"),),
    )
    assert [one["dueDate"][:7] for one in page(world, "order", "O1")["lines"]] == ["2026-03", "2026-04"]
    until(world, MARCH)
    assert lines(world) == {"1": "completed", "2": "scheduled"}
