"""What a quantity asked for is canceled whole or one by one, and never by half without a word (CHG-09)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.in_flight import approved, begun, page, send, state, worked_off
from tests.scenarios import ask, line, place
from tests.world import World


def lines(world: World) -> dict[str, str]:
    return {one["lineId"]: one["state"] for one in page(world, "order", "O1")["lines"]}


def two(*more: dict[str, Any], quantity: int = 2) -> World:
    asked = line("4", "add", specificationId="mobile-4g", quantity=quantity)
    return begun(place("O1", None, lines=[*more, asked]))


def refused(world: World) -> list[dict[str, Any]]:
    said = [data for one, data in world.messages("order.events") if "command.refused" in one.type]
    return [reason for one in said for reason in one["reasons"]]


@pytest.mark.rule("CHG-09", "INF-04")
def test_by_the_id_that_asked_for_all_it_is_asked_which_are_meant() -> None:
    world = send(two(quantity=3), ask("cancel", "O1", lineIds=["4"]))
    [reason] = refused(world)
    assert (reason["rule"], reason["lineId"], reason["field"]) == ("CHG-09", "4", "lineIds")
    assert reason["message"] == (
        "line 4 asked for more than one, which are lines 4, 4.2, 4.3, one each: name them all to cancel all, "
        "the last ones to have fewer; or revise the order with those that should stay"
    )
    assert state(world) == "in_progress"


@pytest.mark.rule("CHG-09", "INF-04")
def test_all_of_them_are_canceled_together() -> None:
    world = approved(two(line("1", "suspend", instanceId="MOB")), ask("cancel", "O1", lineIds=["4", "4.2"]))
    assert lines(worked_off(world, "O1")) == {"1": "completed", "4": "canceled", "4.2": "canceled"}


@pytest.mark.rule("CHG-09", "INF-04")
def test_one_of_them_is_canceled_by_its_own_id() -> None:
    world = approved(two(), ask("cancel", "O1", lineIds=["4.2"]))
    assert lines(worked_off(world, "O1")) == {"4": "completed", "4.2": "canceled"}


@pytest.mark.rule("CHG-09", "INF-04")
def test_when_the_others_are_gone_the_first_is_one_line_like_any_other() -> None:
    world = worked_off(
        approved(two(line("1", "suspend", instanceId="MOB")), ask("cancel", "O1", lineIds=["4.2"]))
    )
    world = approved(world, ask("cancel", "O1", lineIds=["4"]))
    assert lines(worked_off(world, "O1"))["4"] == "canceled"


@pytest.mark.rule("CHG-09", "INF-04")
@pytest.mark.parametrize("stays", ["4", "4.2"])
def test_a_revision_says_which_one_stays(stays: str) -> None:
    world = approved(two(), ("order.revise", {"orderId": "O1", "lines": [line(stays, "add")]}))
    [gone] = {"4", "4.2"} - {stays}
    assert lines(worked_off(world, "O1")) == {stays: "completed", gone: "canceled"}


@pytest.mark.rule("CHG-09", "INF-04")
def test_a_revision_without_the_line_drops_all_that_it_asked_for() -> None:
    world = two(line("1", "suspend", instanceId="MOB"))
    approved(world, ("order.revise", {"orderId": "O1", "lines": [line("1", "suspend")]}))
    assert lines(worked_off(world, "O1")) == {"1": "completed", "4": "canceled", "4.2": "canceled"}


@pytest.mark.rule("CHG-09", "INF-04")
def test_with_what_stands_below_each_of_them() -> None:
    below = line("5", "add", specificationId="day-pass", parentLineId="4")
    world = two(below)
    assert set(lines(world)) == {"4", "4.2", "5", "5.2"}
    send(world, ask("cancel", "O1", lineIds=["5"]))
    [reason] = refused(world)
    assert (reason["rule"], "lines 5, 5.2" in reason["message"]) == ("CHG-09", True)
    approved(world, ask("cancel", "O1", lineIds=["4.2"]))
    assert {id for id, one in lines(worked_off(world, "O1")).items() if one == "canceled"} == {"4.2", "5.2"}
