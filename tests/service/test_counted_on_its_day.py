"""A dated change to so many brings in as many as are missing on its day, whatever came between (CHG-07)."""

from __future__ import annotations

from typing import Any

import pytest

from services.audit.replay import replay
from tests.in_flight import approved, page, send, state, worked_off
from tests.quantities import counting, lines, standing
from tests.scenarios import Sent, ask, line, place
from tests.service.test_audit_replay import read
from tests.service.test_choice_recounted import ends, until_the_day
from tests.service.test_choice_void import DUE, seats, there
from tests.world import World

MORE = place("O1", None, lines=[line("1", "add", specificationId="seat", parentInstanceId="OFFICE")])
FEWER = ends("O1", "SEAT-1", category="product")


def world_of(*orders: Sent, seed: int | None = None) -> World:
    world = counting(seed=seed)
    world.time_passes = False
    return send(world, *orders)


@pytest.mark.rule("CHG-07", "D-10")
@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize(
    ("meanwhile", "written"),
    [
        (MORE, {"1": "completed", "2": "completed", "3": "canceled"}),
        (FEWER, {"1": "completed", "2": "completed", "3": "completed", "3.more1": "completed"}),
        (seats("O1", 4), {"1": "completed", "2": "canceled", "3": "canceled"}),
    ],
    ids=["one came", "one went", "all came"],
)
def test_as_many_are_added_as_are_missing_on_its_day(
    meanwhile: Sent, written: dict[str, str], seed: int | None
) -> None:
    world = until_the_day(world_of(seats("Q", 4, dueDate=DUE), meanwhile, seed=seed))
    assert (state(world, "Q"), len(there(world, "seat"))) == ("completed", 4)
    assert lines(world, "Q") == written
    made = {one["lineId"]: one["instanceId"] for one in page(world, "order", "Q")["lines"][1:]}
    assert made == {id: f"Q:{id}" if written[id] == "completed" else None for id in made}
    assert page(world, "instance", "OFFICE")["characteristics"] == {"seats": 4}
    assert world.parked() == []


@pytest.mark.rule("CHG-07", "D-15")
def test_of_an_increase_a_later_decrease_by_others_is_made_good() -> None:
    fewer = seats("O1", 1, dueDate="2026-01-07T00:00:00Z")
    names: Sent = ("order.choose-instances", {"orderId": "O1", "lineId": "1", "instanceIds": ["SEAT-1"]})
    world = until_the_day(world_of(seats("Q", 3, dueDate=DUE), fewer, names))
    assert (state(world, "O1"), state(world, "Q")) == ("completed", "completed")
    assert len(there(world, "seat")) == 3


@pytest.mark.rule("CHG-07", "CHG-08")
def test_where_some_would_have_to_end_it_is_for_a_person() -> None:
    world = until_the_day(world_of(seats("Q", 3, dueDate=DUE), seats("O1", 5)))
    (reason,) = page(world, "order", "Q")["reasons"]
    assert (state(world, "Q"), reason["rule"], len(there(world, "seat"))) == ("canceled", "CHG-08", 5)
    (fallout,) = page(world, "plan", "Q")["fallouts"]
    assert fallout["advice"].startswith("order it anew: what is there by then is counted")


# ------------------------------------------------------------------------------ what it is from then on


def at_work(meanwhile: Sent, seed: int | None = None) -> World:
    """Its day has come, and nobody has answered yet; another product of the order is at work as well."""
    world = counting(seed=seed)
    world.time_passes = False
    asked = [
        line("1", "change", instanceId="OFFICE", characteristics={"seats": 4}, dueDate=DUE),
        line("9", "change", instanceId="POOL", characteristics={"grade": 2}),
    ]
    world.answer = lambda task: None if task["orderId"] == "Q" else "completed"
    return until_the_day(send(world, place("Q", None, lines=asked), meanwhile))


@pytest.mark.rule("CHG-07", "D-22")
@pytest.mark.parametrize("meanwhile", [MORE, FEWER], ids=["one came", "one went"])
@pytest.mark.parametrize("seed", [None, 1])
def test_canceled_after_that_all_is_as_it_was(meanwhile: Sent, seed: int | None) -> None:
    world = at_work(meanwhile, seed)
    before = set(there(world, "seat")) - {id for id in standing(world, "Q:")}
    approved(world, ask("cancel", "Q"))
    worked_off(world, "Q")
    assert (state(world, "Q"), set(there(world, "seat"))) == ("canceled", before)
    assert page(world, "instance", "OFFICE")["characteristics"] == {"seats": 2}


@pytest.mark.rule("CHG-07", "INF-01", "INF-04")
@pytest.mark.parametrize("meanwhile", [MORE, FEWER], ids=["one came", "one went"])
def test_revised_beside_that_what_has_started_goes_on(meanwhile: Sent) -> None:
    world = at_work(meanwhile)
    now = page(world, "order", "Q")["lines"]
    kept: list[dict[str, Any]] = [
        line(one["lineId"], one["action"]) for one in now if one["state"] != "canceled"
    ]
    again = [{**one, "characteristics": {"grade": 3}} if one["lineId"] == "9" else one for one in kept]
    approved(world, ("order.revise", {"orderId": "Q", "lines": again}))
    assert page(world, "order", "Q")["declined"] is None
    until_the_day(worked_off(world, "Q"))
    assert (state(world, "Q"), len(there(world, "seat"))) == ("completed", 4)
    assert page(world, "instance", "POOL")["characteristics"]["grade"] == 3


@pytest.mark.parametrize("meanwhile", [MORE, FEWER], ids=["one came", "one went"])
def test_it_is_made_again_from_the_logs(meanwhile: Sent) -> None:
    world = until_the_day(world_of(seats("Q", 4, dueDate=DUE), meanwhile))
    assert replay(read(world)).differences == []
