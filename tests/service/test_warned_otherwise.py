"""CHG-13: warnings are of the order as it is now, revised or not, and of each of its days."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.topics import ORDER_EVENTS
from tests.journey.worlds import play
from tests.scenarios import Sent, ask, line, place
from tests.service.test_relied_on import HOUSE2, beside, declined, dropped, phone_closed, revised
from tests.service.test_schedules import until
from tests.service.test_stopped import done, state, stops, waiting
from tests.service.test_stopped_account import at_once, warned
from tests.world import World

WARNED = pytest.mark.rule("CHG-13")
APPROVED = (ask("approve-change", "C1"),)
LAMP = beside("1", "lamp", "HOUSE")
KEY = beside("2", "key", "HOUSE")
MARCH, APRIL = "2026-03-01T00:00:00+00:00", "2026-04-01T00:00:00+00:00"


def placed(*lines: dict[str, Any]) -> World:
    return waiting(HOUSE2, (place("C1", None, lines=lines),))


# -------------------------------------------------------------------------------------- revisions


@WARNED
def test_what_a_revision_adds_is_warned_of_when_it_is_approved() -> None:
    world = play(placed(LAMP), (revised(LAMP, KEY),))
    assert warned(world) == []
    play(world, (APPROVED,))
    [warning] = warned(world)
    assert warning.startswith("LOCK (lock) does not go with key, and after this order both are there")
    [said] = [body for one, body in world.messages(ORDER_EVENTS) if "order.revised" in one.type]
    assert [one["message"] for one in said["warnings"]] == [warning]


@WARNED
def test_what_a_revision_puts_right_is_not_warned_of_any_more() -> None:
    world = placed(LAMP, KEY)
    assert len(warned(world)) == 1
    play(world, (dropped("2"), APPROVED))
    assert warned(world) == []


@WARNED
@pytest.mark.rule("D-02")
def test_a_request_that_is_declined_leaves_the_warnings_as_they_were() -> None:
    world = play(placed(LAMP, KEY), (dropped("2"), (ask("decline-change", "C1"),)))
    assert len(warned(world)) == 1
    lines = (beside("1", "phone"), beside("3", "lamp"), beside("4", "key", "HOUSE"))
    late = play(phone_closed("C1.1.do", "C1.2.do"), (revised(*lines), APPROVED))
    assert (len(declined(late)), warned(late)) == (1, [])


@WARNED
def test_what_the_order_has_done_by_then_is_judged_with_the_rest() -> None:
    wire, phone = (line(n, "disconnect", instanceId=id) for n, id in (("2", "WIRE"), ("3", "PHONE")))
    world = play(placed(LAMP, wire, phone), (done("C1.1.do"),))
    assert (state(world, "instance", "WIRE"), warned(world)) == ("inactive", [])
    play(world, (revised(LAMP, wire, phone, beside("4", "phone", "HOUSE")), APPROVED))
    assert [one.split(",")[0] for one in warned(world)] == ["line 4 (phone) requires wire"]
    again = play(placed(LAMP, KEY), (done("C1.1.do"), revised(LAMP, KEY, beside("3", "lamp")), APPROVED))
    assert len(warned(again)) == 1


# ------------------------------------------------------------------------------------------- days


def of_days(*days: tuple[str, str | None]) -> Sent:
    return place(
        "C1",
        None,
        lines=[
            line(str(n), "add", specificationId=id, **({"dueDate": day} if day else {}))
            for n, (id, day) in enumerate(days, 1)
        ],
    )


def waiting_for(order: Sent) -> World:
    world = at_once()
    world.time_passes = False
    return play(world, ((order,),))


@WARNED
@pytest.mark.rule("DOM-04")
def test_what_holds_only_on_a_later_day_is_warned_of_and_stops_until_then() -> None:
    world = waiting_for(of_days(("circuit", MARCH), ("site", APRIL), ("site", APRIL)))
    [warning] = warned(world)
    assert warning == (
        "line 1 (circuit) requires site, and before 2026-04-01 00:00 UTC that does not hold: let them "
        "happen on one day, or the work on it stops before it closes (DOM-04)"
    )
    until(world, MARCH)
    assert len(stops(world)) == 1
    until(world, APRIL)
    assert (state(world, "order", "C1"), stops(world)) == ("completed", [])


@WARNED
@pytest.mark.parametrize(
    "days",
    [
        (("circuit", MARCH), ("site", MARCH), ("site", MARCH)),
        (("circuit", APRIL), ("site", None), ("site", MARCH)),
    ],
    ids=["on one day", "before it"],
)
def test_what_is_there_by_then_is_not(days: tuple[tuple[str, str | None], ...]) -> None:
    world = waiting_for(of_days(*days))
    assert warned(world) == []
    until(world, MARCH)
    until(world, APRIL)
    assert state(world, "order", "C1") == "completed"


@WARNED
def test_what_holds_on_none_of_its_days_is_warned_of_once() -> None:
    world = waiting_for(of_days(("circuit", None), ("site", MARCH), ("campus", APRIL)))
    assert [one.partition(":")[0] for one in warned(world)] == [
        "line 1 (circuit) requires site, and after this order that does not hold"
    ]


@WARNED
def test_what_ends_before_what_it_goes_with_does_is_warned_of_too() -> None:
    lines = [
        line("1", "disconnect", instanceId="WIRE"),
        line("2", "disconnect", instanceId="PHONE", dueDate=MARCH),
    ]
    [warning] = warned(placed(*lines))
    assert warning.startswith(
        "PHONE (phone) requires wire, and before 2026-03-01 00:00 UTC that does not hold"
    )
