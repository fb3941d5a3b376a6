"""What a value counts stands as often as it says, whatever came between the order and its end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.in_flight import page, send, state, worked_off
from tests.quantities import counting
from tests.scenarios import Sent, ask, line, place
from tests.service.test_choice_recounted import ends, until_the_day
from tests.service.test_choice_void import DUE, names, seats, sims, there
from tests.world import World

FEWER: dict[str, Any] = {"instanceId": "POOL", "characteristics": {"sims": 2}, "dueDate": DUE}
ENDED: tuple[Sent, ...] = (ends("O1", "SIM-1"),)


def fewer() -> Sent:
    return place("Q", None, lines=[line("1", "change", **FEWER)])


def world_of(*orders: Sent, seed: int | None = None) -> World:
    world = counting(seed=seed)
    world.time_passes = False
    for one in orders:
        send(world, one)
    return world


@pytest.mark.rule("D-15", "CHG-08", "INF-04")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_what_was_named_counts_when_the_line_is_revised_otherwise(seed: int | None) -> None:
    world = world_of(fewer(), names("SIM-3"), seed=seed)
    revised = {"orderId": "Q", "lines": [line("1", "change", characteristics={"sims": 2, "grade": 4})]}
    send(world, ("order.revise", revised), ask("approve-change", "Q"))
    assert page(world, "order", "Q")["lines"][0]["state"] == "scheduled"
    until_the_day(world)
    assert (state(world, "Q"), there(world, "sim")) == ("completed", ["SIM-1", "SIM-2"])
    assert page(world, "instance", "POOL")["characteristics"] == {"sims": 2, "grade": 4}


@pytest.mark.rule("CHG-07")
@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("asked", [2, 3, 4])
def test_as_many_stand_as_are_asked_for_when_others_have_ended_some(asked: int, seed: int | None) -> None:
    world = world_of(*ENDED, sims("Q", asked), seed=seed)
    assert (state(world, "Q"), len(there(world, "sim"))) == ("completed", asked)


@pytest.mark.rule("CHG-07", "CHG-08")
@pytest.mark.parametrize("named", [(), (names("SIM-1"),)])
def test_on_its_day_what_others_have_ended_beyond_it_is_added(named: tuple[Sent, ...]) -> None:
    world = world_of(fewer(), *named, ends("O1", "SIM-2"), ends("O2", "SIM-3"))
    until_the_day(world)
    assert (state(world, "Q"), len(there(world, "sim"))) == ("completed", 2)


@pytest.mark.rule("CHG-07")
def test_a_change_that_does_not_say_how_many_leaves_them_as_they_are() -> None:
    change = place("Q", "change", "POOL", characteristics={"grade": 3})
    world = world_of(*ENDED, change)
    assert (state(world, "Q"), there(world, "sim")) == ("completed", ["SIM-2", "SIM-3"])


# ------------------------------------------------------------------------------------ lines that were written


def office(seats: int, count: int) -> list[dict[str, Any]]:
    top = line("1", "add", specificationId="office", characteristics={"seats": seats})
    own = (line(str(2 + n), "add", specificationId="seat", parentLineId="1") for n in range(count))
    return [top, *own]


@pytest.mark.rule("CHG-07")
def test_an_add_has_no_more_lines_than_it_counts() -> None:
    world = world_of(place("Q", None, lines=office(1, 3)))
    (reason,) = page(world, "order", "Q")["reasons"]
    assert (state(world, "Q"), reason["rule"], reason["lineId"]) == ("rejected", "CHG-07", "1")
    assert "it asks for 1, and lines 2, 3, 4 add 3: ask for 3, or leave out 2" in reason["message"]
    assert state(world_of(place("Q", None, lines=office(3, 2))), "Q") == "completed"


@pytest.mark.rule("CHG-07", "INF-04")
def test_nor_is_it_revised_to_fewer_with_all_of_them_written() -> None:
    world = counting()
    world.answer = lambda _: None
    send(world, place("Q", None, lines=office(3, 3)))
    send(world, ("order.revise", {"orderId": "Q", "lines": office(1, 3)}))
    refused = [data for one, data in world.messages("order.events") if "refused" in one.type]
    assert [one["rule"] for one in refused[-1]["reasons"]] == ["CHG-07"]
    send(world, ("order.revise", {"orderId": "Q", "lines": office(1, 1)}), ask("approve-change", "Q"))
    world.answer = lambda _: "completed"
    assert state(worked_off(world, "Q"), "Q") == "completed"
    assert len(there(world, "seat")) == 3


SOONER, LATER = "2026-01-07T00:00:00Z", "2026-01-12T00:00:00Z"


@pytest.mark.rule("SUS-08", "CHG-07", "INF-04")
@pytest.mark.parametrize("day", [SOONER, LATER])
def test_what_a_count_has_added_goes_with_its_line_to_another_day(day: str) -> None:
    top = line("1", "change", instanceId="OFFICE", characteristics={"seats": 4}, dueDate=DUE)
    world = world_of(place("Q", None, lines=[top]))
    revised = [line("1", "change", dueDate=day), line("2", "add"), line("3", "add")]
    send(world, ("order.revise", {"orderId": "Q", "lines": revised}), ask("approve-change", "Q"))
    dates = [one["dueDate"][:10] for one in page(world, "order", "Q")["lines"]]
    assert dates == [day[:10]] * 3
    until_the_day(world)
    assert (state(world, "Q"), len(there(world, "seat"))) == ("completed", 4)


@pytest.mark.rule("SUS-08", "INF-04")
def test_unless_the_revision_gives_it_a_day_of_its_own() -> None:
    lines = [line("1", "change", instanceId="OFFICE", characteristics={"seats": 3}, dueDate=DUE)]
    world = world_of(place("Q", None, lines=lines))
    revised = [line("1", "change", dueDate=LATER), line("2", "add", dueDate=SOONER)]
    send(world, ("order.revise", {"orderId": "Q", "lines": revised}), ask("approve-change", "Q"))
    dates = [one["dueDate"][:10] for one in page(world, "order", "Q")["lines"]]
    assert dates == [LATER[:10], SOONER[:10]]


@pytest.mark.rule("D-15", "CHG-08")
def test_who_is_asked_again_is_told_one_number_and_only_what_helps() -> None:
    """Two are there and one is named; then another order makes them four."""
    world = world_of(seats("Q", 1, dueDate=DUE), names("SEAT-1"), seats("O1", 4))
    until_the_day(world)
    assert page(world, "order", "Q")["lines"][0]["attention"] == (
        "'OFFICE' would be left with more of seat than are asked for: more came since some were named; "
        "order.choose-instances: which 3 of seat end"
    )
    send(world, names("SEAT-1", "SEAT-2", "O1:2"))
    assert (state(world, "Q"), len(there(world, "seat"))) == ("completed", 1)


# ------------------------------------------------------------------------------------ what others have ended


def attention(world: World) -> str:
    return str(page(world, "order", "Q")["lines"][0].get("attention"))


@pytest.mark.rule("CHG-07", "INF-01", "INF-04")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_what_it_has_added_and_another_order_has_ended_is_added_once_more(seed: int | None) -> None:
    world = world_of(seats("Q", 1), ends("O1", "SEAT-1", "SEAT-2", category="product"), seed=seed)
    world.answer = lambda _: None
    first, second = line("1", "change"), line("2", "add")
    send(world, ("order.revise", {"orderId": "Q", "lines": [first]}), ask("approve-change", "Q"))
    send(world, place("O2", "change", "OFFICE"))
    send(worked_off(world, "Q"), ends("O3", "Q:2", category="product"))
    worked_off(world, "O3", "O2")
    assert "revise the order with its lines as they are" in attention(world)
    send(world, ("order.revise", {"orderId": "Q", "lines": [first, second]}), ask("approve-change", "Q"))
    assert (state(world, "Q"), there(world, "seat")) == ("completed", ["Q:3"])


@pytest.mark.rule("CHG-07", "INF-01", "INF-04")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_so_is_what_it_has_done_something_about_and_another_order_has_ended(seed: int | None) -> None:
    lines = [
        line("1", "change", instanceId="OFFICE", characteristics={"seats": 1}),
        line("2", "suspend", instanceId="SEAT-1"),
    ]
    world = world_of(place("Q", None, lines=lines), seed=seed)
    send(world, ends("O1", "SEAT-1", "SEAT-2", category="product"))
    assert "revise the order with its lines as they are" in attention(world)
    as_they_are = [line("1", "change"), line("2", "suspend")]
    send(world, ("order.revise", {"orderId": "Q", "lines": as_they_are}), ask("approve-change", "Q"))
    assert (state(world, "Q"), len(there(world, "seat"))) == ("completed", 1)
