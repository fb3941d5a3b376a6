"""What other orders do to what is to be named: it is counted again, and there is always a way on (D-15)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.audit.replay import replay
from tests.in_flight import approved, page, send, state, worked_off
from tests.quantities import counting
from tests.scenarios import Sent, ask, line, place
from tests.service.test_audit_replay import read
from tests.service.test_choice_void import DUE, names, seats, sims, there
from tests.world import World

SEEDS = [None, 1, 2]
DATES: list[dict[str, Any]] = [{}, {"dueDate": DUE}]


def first(world: World) -> dict[str, Any]:
    found: dict[str, Any] = page(world, "order", "Q")["lines"][0]
    return found


def ends(order: str, *ids: str, category: str = "service") -> Sent:
    asked = [line(str(at), "disconnect", instanceId=id) for at, id in enumerate(ids, 1)]
    return place(order, None, category=category, lines=asked)


def fewer_sims(**more: Any) -> Sent:
    return place(
        "Q", None, lines=[line("1", "change", instanceId="POOL", characteristics={"sims": 1}, **more)]
    )


def until_the_day(world: World) -> World:
    world.time_passes, world.time_ends = True, world.clock.at + timedelta(days=12)
    world.run()
    return world


def which(count: int, specification: str = "sim") -> str:
    return f"order.choose-instances: which {count} of {specification} end"


# ------------------------------------------------------------------------------------------- counted


@pytest.mark.rule("D-15", "CHG-08")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("more", DATES)
def test_how_many_are_to_be_named_follows_what_others_end_and_add(
    more: dict[str, Any], seed: int | None
) -> None:
    world = counting(seed=seed)
    world.time_passes = False
    said = [first(send(world, order))["attention"] for order in (fewer_sims(**more), ends("O1", "SIM-1"))]
    said.append(first(send(world, sims("O2", 4)))["attention"])
    assert said == [which(2), which(1), which(3)]
    told = [data for one, data in world.messages("order.events") if one.type.endswith("line-changed.v1")]
    last = [one for one in told if one["orderId"] == "Q"][-1]
    assert (last["state"], last["lines"][0]["attention"]) == ("awaiting_information", which(3))


@pytest.mark.rule("D-15", "CHG-08")
def test_after_what_was_named_has_ended_only_the_rest_is_asked_for() -> None:
    world = counting()
    world.time_passes = False
    send(world, fewer_sims(dueDate=DUE), names("SIM-1", "SIM-2"), ends("O1", "SIM-1"))
    asked = first(until_the_day(world))["attention"]
    assert asked == f"'SIM-1' is not below 'POOL' any more: name others to end; {which(1)}"
    send(world, names("SIM-3"))
    assert (state(world, "Q"), there(world, "sim")) == ("completed", ["SIM-2"])


def test_what_was_counted_again_is_made_again_from_the_logs() -> None:
    world = counting()
    send(world, fewer_sims(), ends("O1", "SIM-1"))
    assert replay(read(world)).differences == []


# ------------------------------------------------------------------------------------------ too few


def too_few(**more: Any) -> World:
    """Two are there; another order would have made it five, and then it did not; four are asked for."""
    world = counting()
    world.time_passes, world.answer = False, lambda _: None
    send(world, seats("O1", 5), seats("Q", 4, **more), ask("cancel", "O1"), ask("approve-change", "O1"))
    worked_off(world, "O1")
    return world


@pytest.mark.rule("D-15", "CHG-07", "CHG-08")
def test_where_fewer_are_left_than_asked_for_it_says_what_leads_out() -> None:
    assert first(too_few())["attention"] == (
        "'OFFICE' would be left with 2 of seat where 4 are asked for: revise the order with its lines as "
        "they are (order.revise), which adds what is missing, or let the line ask for no more than there are"
    )


@pytest.mark.rule("D-15", "CHG-07", "CHG-08", "INF-04")
@pytest.mark.parametrize("asked", [2, 3, 4])
@pytest.mark.parametrize("more", DATES)
def test_and_that_leads_out(more: dict[str, Any], asked: int) -> None:
    world = too_few(**more)
    again = line("1", "change", characteristics={"seats": asked})
    approved(world, ("order.revise", {"orderId": "Q", "lines": [again]}))
    assert first(world)["state"] != "needs_attention"
    until_the_day(worked_off(world, "Q"))
    assert (state(world, "Q"), len(there(world, "seat"))) == ("completed", asked)


@pytest.mark.rule("D-15", "CHG-07")
def test_what_is_added_on_its_day_counts_before_the_line_is_looked_at() -> None:
    world = too_few(dueDate=DUE)
    again = line("1", "change", characteristics={"seats": 4})
    approved(world, ("order.revise", {"orderId": "Q", "lines": [again]}))
    world.answer = lambda _: None
    lines = page(until_the_day(world), "order", "Q")["lines"]
    assert [one["state"] for one in lines] == ["scheduled", "in_progress", "scheduled"]


# ---------------------------------------------------------------------------------- others hold it


@pytest.mark.rule("D-15", "CHG-16")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("canceled", [False, True])
def test_with_nothing_left_to_name_it_waits_for_who_holds_the_parent(
    canceled: bool, seed: int | None
) -> None:
    world = counting(seed=seed)
    world.answer = lambda task: "completed" if task["orderId"] == "O1" else None
    change = line("1", "change", instanceId="OFFICE", characteristics={"seats": 2})
    send(world, seats("Q", 1), place("O2", None, lines=[change]))
    send(world, ends("O1", "SEAT-1", category="product"))
    assert first(world)["attention"] == (
        "order 'O2' holds 'OFFICE': the line goes on by itself when that is done"
    )
    if canceled:
        send(world, ask("cancel", "O2"), ask("approve-change", "O2"))
    worked_off(world, "O2")
    assert state(worked_off(world, "Q"), "Q") == "completed"
    assert there(world, "seat") == ["SEAT-2"]


@pytest.mark.rule("D-15", "D-07")
def test_what_is_named_while_another_order_rests_the_parent_is_asked_for_again() -> None:
    world = counting()
    world.answer = lambda _: None
    rests = [line("1", "suspend", instanceId="OFFICE"), line("2", "change", instanceId="POOL", quantity=3)]
    send(world, seats("Q", 1), place("O2", None, lines=rests))
    assert page(world, "instance", "OFFICE")["state"] == "suspended"
    send(world, names("SEAT-1"))
    assert first(world)["state"] == "needs_attention"
    assert "order 'O2' holds 'OFFICE', 'SEAT-1': name the instances again" in first(world)["attention"]


@pytest.mark.rule("D-15", "CHG-08")
@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_line_would_have_ended_can_be_named_when_that_was_canceled(seed: int | None) -> None:
    world = counting(seed=seed)
    world.time_passes, world.answer = False, lambda _: None
    ending = line("2", "disconnect", instanceId="SEAT-2")
    none = line("1", "change", instanceId="OFFICE", characteristics={"seats": 0})
    send(world, place("Q", None, lines=[none, ending]), ask("cancel", "Q", lineIds=["2"]))
    worked_off(send(world, ask("approve-change", "Q")), "Q")
    assert first(world)["attention"] == which(2, "seat")
    worked_off(send(world, names("SEAT-1", "SEAT-2")), "Q")
    assert (state(world, "Q"), there(world, "seat")) == ("completed", [])
