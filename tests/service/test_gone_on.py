"""A dated line goes along when what it is about moves or is replaced, and is seen there at once (D-10)."""

from __future__ import annotations

from typing import Any

import pytest

from services.audit.replay import replay
from tests.history import lived
from tests.in_flight import approved, page, send, state
from tests.scenarios import Sent, ask, assess, brings_back, line, place
from tests.service.test_audit_replay import read
from tests.service.test_schedules import FEBRUARY, MARCH, lines, operations, standing, until
from tests.world import World

SEEDS = [None, 1, 2]
MOVES = (
    place("M1", "move", "HOME", location="SITE-2"),
    place("M2", "move", "M1~1", location="SITE-3"),
)
NOW = "M2~1"
"""What HOME is after both."""


def dated(*asked: dict[str, Any]) -> Sent:
    return place("O1", None, lines=[{**one, "dueDate": MARCH} for one in asked])


def moved(order: Sent, seed: int | None = None) -> World:
    """The order is placed, and then the house moves twice."""
    return send(standing(seed=seed), order, *MOVES)


def below(world: World, parent: str, specification: str) -> dict[str, Any]:
    every = (page for (kind, _), page in world.pages().items() if kind == "instance")
    wanted = (parent, specification)
    found: dict[str, Any]
    [found] = [one for one in every if (one["parentId"], one["specificationId"]) == wanted]
    return found


def refused(world: World) -> list[dict[str, Any]]:
    said = [data for one, data in world.messages("order.events") if "command.refused" in one.type]
    return list(said[-1]["reasons"]) if said else []


# --------------------------------------------------------------------------------------- what it does


@pytest.mark.rule("D-10", "MOV-09", "SUS-15")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_window_of_rest_goes_along_to_the_new_place(seed: int | None) -> None:
    world = moved(place("O1", "suspend", "HOME", start=FEBRUARY, end=MARCH), seed)
    assert page(world, "instance", NOW)["state"] == "active"
    assert page(until(world, FEBRUARY), "instance", NOW)["state"] == "suspended"
    assert below(world, NOW, "voice")["state"] == "suspended"
    assert page(until(world, MARCH), "instance", NOW)["state"] == "active"
    assert state(world) == "completed"


@pytest.mark.rule("D-10", "MOV-09")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_change_a_disconnect_and_an_add_below_it_go_along(seed: int | None) -> None:
    asked = (
        line("1", "change", instanceId="NET", characteristics={"speed": 1000}),
        line("2", "disconnect", instanceId="VOICE"),
        line("3", "add", specificationId="tv", parentInstanceId="HOME"),
    )
    world = until(moved(dated(*asked), seed), MARCH)
    assert lines(world) == dict.fromkeys("123", "completed")
    net = below(world, NOW, "internet")
    assert (net["characteristics"]["speed"], net["location"]) == (1000, "SITE-3")
    assert [below(world, NOW, one)["state"] for one in ("voice", "tv")] == ["inactive", "active"]


@pytest.mark.rule("D-10", "MOV-09", "MOV-01")
def test_a_change_that_named_the_place_it_had_does_not_take_it_back_there() -> None:
    asked = line("1", "change", instanceId="NET", characteristics={"speed": 50}, location="SITE-1")
    net = below(until(moved(dated(asked)), MARCH), NOW, "internet")
    assert (net["characteristics"]["speed"], net["location"]) == (50, "SITE-3")


@pytest.mark.rule("D-10", "MOV-09")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("named", "goes"), [("SITE-1", "SITE-3"), ("SITE-7", "SITE-7"), (None, None)])
def test_an_add_where_its_parent_was_is_made_where_that_is_now(
    named: str | None, goes: str | None, seed: int | None
) -> None:
    """Any other place was meant."""
    where = {"location": named} if named else {}
    add = line("1", "add", specificationId="tv", parentInstanceId="HOME", **where)
    world = moved(dated(add), seed)
    assert page(world, "order", "O1")["lines"][0]["location"] == goes
    assert below(until(world, MARCH), NOW, "tv")["location"] == goes


@pytest.mark.rule("D-10", "MOV-09", "D-06")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_move_to_come_goes_on_from_the_new_place(seed: int | None) -> None:
    world = moved(place("O1", "move", "HOME", location="SITE-9", start=MARCH), seed)
    assert state(until(world, MARCH)) == "completed"
    at = {id: one for (kind, id), one in world.pages().items() if kind == "instance"}
    up = {id for id, one in at.items() if one["specificationId"] == "home" and one["state"] == "active"}
    [home] = up
    assert at[home]["location"] == "SITE-9"
    assert below(world, home, "internet")["state"] == "active"


@pytest.mark.rule("D-10", "MOV-V5")
def test_a_move_to_where_it_has_moved_already_is_canceled_on_its_day() -> None:
    world = until(moved(place("O1", "move", "HOME", location="SITE-3", start=MARCH)), MARCH)
    [reason] = page(world, "order", "O1")["reasons"]
    assert (state(world), reason["rule"]) == ("canceled", "MOV-V5")
    assert reason["message"] == (
        "'M2~1' is at SITE-3 already: leave the move out, or order one to another location"
    )


@pytest.mark.rule("D-10", "D-12")
def test_what_waits_for_what_is_replaced_waits_for_the_replacement() -> None:
    order = dated(line("1", "change", instanceId="MOB", characteristics={"number": "1"}))
    world = send(standing(), order, brings_back("R", MOB="replacement"), assess("R", MOB="replacement"))
    assert (operations(world, "MOB"), operations(world, "R-1:1")) == ([], [("change", "scheduled")])
    assert page(until(world, MARCH), "instance", "R-1:1")["characteristics"]["number"] == "1"


@pytest.mark.rule("D-10", "MOV-V6", "CHG-17")
def test_what_was_not_taken_along_has_ended() -> None:
    left = [
        line("1", "change", instanceId="HOME", location="SITE-2", move=True),
        line("2", "change", instanceId="NET", parentLineId="1", location="SITE-2", move=True),
        line("3", "disconnect", instanceId="VOICE", parentLineId="1", location="SITE-2", move=True),
    ]
    world = send(standing(), dated(line("1", "suspend", instanceId="VOICE")), place("M1", None, lines=left))
    [reason] = page(until(world, MARCH), "order", "O1")["reasons"]
    assert (reason["rule"], state(world)) == ("CHG-17", "canceled")
    assert "'VOICE' has ended (inactive)" in reason["message"]


@pytest.mark.rule("D-10", "MOV-09")
@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_ordered_while_it_moves_goes_along_when_that_is_done(seed: int | None) -> None:
    world = standing(seed=seed)
    world.answer = lambda _: None
    send(world, MOVES[0], place("O1", "suspend", "HOME", start=MARCH))
    assert operations(world, "HOME") == [("suspend", "scheduled")]
    for _ in range(3):
        for task in page(world, "plan", "M1")["tasks"]:
            if task["state"] == "open":
                report = {"taskId": task["taskId"], "result": "completed"}
                world.send("task.report", report, account="ACME")
        world.run()
    assert (state(world, "M1"), operations(world, "M1~1")) == ("completed", [("suspend", "scheduled")])
    world.answer = lambda _: "completed"
    assert page(until(world, MARCH), "instance", "M1~1")["state"] == "suspended"


# ------------------------------------------------------------------------------------ where it is seen


@pytest.mark.rule("D-09", "MOV-09")
@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_seen_there_at_once_and_in_its_order(seed: int | None) -> None:
    add = line("2", "add", specificationId="tv", parentInstanceId="HOME")
    world = moved(dated(line("1", "suspend", instanceId="NET"), add), seed)
    net = below(world, NOW, "internet")
    assert [operations(world, id) for id in ("NET", net["instanceId"])] == [[], [("suspend", "scheduled")]]
    assert [operations(world, id) for id in ("HOME", NOW)] == [[], [("add", "scheduled")]]
    first, second = page(world, "order", "O1")["lines"]
    assert (first["instanceId"], second["parentInstanceId"]) == (net["instanceId"], NOW)
    said = [data for one, data in world.messages("order.events") if one.type.endswith("line-changed.v1")]
    assert {"HOME": "M1~1"} in [data.get("goesOnAs") for data in said]


@pytest.mark.rule("D-10", "MOV-09")
@pytest.mark.parametrize("instance", ["HOME", "M1~1", NOW])
def test_it_is_redated_by_any_of_its_ids(instance: str) -> None:
    world = moved(place("O1", "suspend", "HOME", start=MARCH))
    again = line("1", "suspend", instanceId=instance, dueDate=FEBRUARY)
    approved(world, ("order.revise", {"orderId": "O1", "lines": [again]}))
    assert page(until(world, FEBRUARY), "instance", NOW)["state"] == "suspended"


@pytest.mark.rule("D-10", "MOV-09")
def test_it_is_canceled_there_too() -> None:
    world = moved(dated(line("1", "suspend", instanceId="HOME"), line("2", "suspend", instanceId="MOB")))
    approved(world, ask("cancel", "O1", lineIds=["1"]))
    assert operations(world, NOW) == [("suspend", "canceled")]
    assert page(until(world, MARCH), "instance", NOW)["state"] == "active"
    assert lines(world) == {"1": "canceled", "2": "completed"}


@pytest.mark.rule("INF-02", "MOV-09")
@pytest.mark.parametrize("verb", ["approve-change", "decline-change"])
def test_a_request_that_waits_for_its_answer_goes_along(verb: str) -> None:
    world = send(standing(), place("O1", "suspend", "HOME", start=MARCH))
    again = line("1", "suspend", instanceId="HOME", dueDate=FEBRUARY)
    send(world, ("order.revise", {"orderId": "O1", "lines": [again]}), *MOVES, ask(verb, "O1"))
    assert page(world, "order", "O1")["lines"][0]["instanceId"] == NOW
    rests = page(until(world, FEBRUARY), "instance", NOW)["state"] == "suspended"
    assert rests == (verb == "approve-change")
    assert page(until(world, MARCH), "instance", NOW)["state"] == "suspended"


@pytest.mark.rule("CHG-17", "D-23", "MOV-09")
def test_an_order_for_what_has_moved_is_told_the_last_id() -> None:
    world = send(standing(), *MOVES, place("O1", "suspend", "HOME"))
    [reason] = page(world, "order", "O1")["reasons"]
    assert reason["message"] == "HOME has moved, and goes on as M2~1: order it for that one"
    add = line("1", "add", specificationId="tv", parentInstanceId="M1~1")
    [below_it] = page(send(world, place("O2", None, lines=[add])), "order", "O2")["reasons"]
    assert below_it["rule"] == "D-23"
    assert "M1~1 has moved, and goes on as M2~1" in below_it["message"]


def test_what_has_followed_is_made_again_from_the_logs() -> None:
    order = place("O1", "suspend", "HOME", start=FEBRUARY, end=MARCH)
    world = lived((order,), *((move,) for move in MOVES))
    assert page(world, "instance", NOW)["operations"] != []
    assert replay(read(world)).differences == []


@pytest.mark.rule("MOV-V3")
def test_one_line_of_a_move_is_not_dropped_alone_by_the_rule_of_moves() -> None:
    world = standing()
    world.answer = lambda _: None
    send(world, place("O1", "move", "HOME", location="SITE-2"), ask("cancel", "O1", lineIds=["2"]))
    assert [reason["rule"] for reason in refused(world)] == ["MOV-V3"]
