"""A renewal that was approved in time lands, however long its tasks take; of one that is canceled nothing is
left, and what it held runs out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.scenes import terms_of
from tests.journey.worlds import play
from tests.scenarios import Sent, ask, line
from tests.service.test_contract_lines import START, change, dates, order
from tests.service.test_schedules import lines, page, standing, until
from tests.world import World

FEBRUARY, MID_FEBRUARY, MARCH = (f"2026-{day}T00:00:00+00:00" for day in ("02-01", "02-15", "03-01"))
EVE = "2026-01-31T23:59:00+00:00"
RENEWED = {"type": "renew", "term": 12}
IN_A_YEAR = "2027-02-01T00:00:00+00:00"


def agreed(end: str | None) -> Sent:
    """A contract whose line for the internet access, with what is entitled under it, ends in February."""
    its = {"contractLineId": "L-NET", "instanceId": "NET", "state": "active", "start": START, "end": FEBRUARY}
    header = {"contractId": "C-1", "accountId": "ACME", "state": "active", "start": START, "end": end}
    return "contract.load", {**header, "lines": [its]}


ENTITLED: Sent = (
    "entitlement.load",
    {
        "entitlementId": "E",
        "accountId": "ACME",
        "instanceId": "VOICE",
        "contractLineId": "L-NET",
        "state": "active",
        "start": START,
        "end": FEBRUARY,
    },
)
HEADERS = [FEBRUARY, "2028-01-01T00:00:00+00:00", None]
"""The contract ends with its line, later, or never."""


def faster(**contract_line: Any) -> Sent:
    return order(change("1", "NET", **contract_line) | {"characteristics": {"speed": 200}})


def slow(end: str | None, asked: Sent) -> World:
    """Nobody has answered a task when the line would be over."""
    world = standing((agreed(end),), (ENTITLED,))
    world.answer = lambda _: None
    return until(play(world, ((asked,),)), MID_FEBRUARY)


def answered(world: World) -> World:
    world.answer = lambda _: "completed"
    plans = [plan for (kind, _), plan in world.pages().items() if kind == "plan"]
    for task in [task["taskId"] for plan in plans for task in plan["tasks"]]:
        play(world, ((("task.report", {"taskId": task, "result": "completed"}),),))
    return world


def entitled(world: World) -> list[tuple[str, str]]:
    return [(one["state"], one["end"]) for one in page(world, "instance", "VOICE")["entitlements"]]


@pytest.mark.rule("CON-08")
@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("asked", [RENEWED, {"type": "amend", "end": IN_A_YEAR}])
def test_a_line_does_not_run_out_while_an_order_holds_its_renewal(asked: Any, header: str | None) -> None:
    world = answered(slow(header, faster(**asked)))
    assert page(world, "order", "O1")["state"] == "completed"
    assert terms_of(page(world, "instance", "NET")) == {"L-NET": "active"}
    [(start, end, _)] = dates(world, "NET").values()
    assert (start, end) == (START, IN_A_YEAR)
    assert entitled(world) == [("active", IN_A_YEAR)]
    assert page(world, "contract", "C-1")["state"] == "active"
    until(world, IN_A_YEAR)
    assert terms_of(page(world, "instance", "NET")) == {"L-NET": "expired"}
    assert entitled(world) == [("expired", IN_A_YEAR)]


@pytest.mark.rule("CON-08", "D-22")
@pytest.mark.parametrize("header", HEADERS)
def test_of_a_renewal_that_is_canceled_nothing_is_left_and_the_line_has_run_out(header: str | None) -> None:
    world = slow(header, faster(**RENEWED))
    assert terms_of(page(world, "instance", "NET")) == {"L-NET": "active"}
    until(play(world, ((ask("cancel", "O1"),), (ask("approve-change", "O1"),))), MID_FEBRUARY)
    assert page(world, "order", "O1")["state"] == "canceled"
    assert terms_of(page(world, "instance", "NET")) == {"L-NET": "expired"}
    assert dates(world, "NET") == {"L-NET": (START, FEBRUARY, None)}
    assert entitled(world) == [("expired", FEBRUARY)]
    assert page(world, "contract", "C-1")["state"] == ("expired" if header == FEBRUARY else "active")


@pytest.mark.rule("CON-01", "CON-08")
@pytest.mark.parametrize(
    "asked", [{}, {"type": "no_change"}, {"type": "amend", "end": "2026-01-20T00:00:00Z"}]
)
def test_an_order_that_gives_no_later_end_holds_nothing_up(asked: Any) -> None:
    world = standing((agreed(None),), (ENTITLED,))
    world.answer = lambda _: None
    until(play(world, ((faster(**asked),),)), MID_FEBRUARY)
    assert terms_of(page(world, "instance", "NET")) == {"L-NET": "expired"}


@pytest.mark.rule("CON-11", "SUS-04")
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("day", [FEBRUARY, EVE])
def test_a_renewal_for_the_last_day_lands_though_nobody_looked_until_then(
    day: str, header: str | None, seed: int | None
) -> None:
    dated = order(change("1", "NET", **RENEWED) | {"dueDate": day})
    world = standing((agreed(header),), (ENTITLED,), (dated,), seed=seed)
    until(world, MID_FEBRUARY)
    assert (lines(world), page(world, "order", "O1")["reasons"]) == ({"1": "completed"}, [])
    assert terms_of(page(world, "instance", "NET")) == {"L-NET": "active"}
    assert (dates(world, "NET")["L-NET"][1], entitled(world)) == (IN_A_YEAR, [("active", IN_A_YEAR)])


@pytest.mark.rule("SUS-04", "D-10", "CON-05")
def test_a_renewal_that_cannot_be_on_its_day_says_why_and_the_line_runs_out() -> None:
    dated = order(change("1", "NET", **RENEWED) | {"dueDate": FEBRUARY})
    rests = order(line("1", "suspend", instanceId="HOME"), id="O2")
    world = standing((agreed(None),), (ENTITLED,), (dated,), (rests,))
    until(world, FEBRUARY)
    found = page(world, "order", "O1")
    assert (found["state"], [one["rule"] for one in found["reasons"]]) == ("canceled", ["D-07"])
    assert terms_of(page(world, "instance", "NET")) == {"L-NET": "expired"}


@pytest.mark.rule("CON-01")
def test_a_renewal_for_a_day_after_the_end_does_not_hold_it_up() -> None:
    dated = order(change("1", "NET", **RENEWED) | {"dueDate": MARCH})
    world = standing((agreed(None),), (dated,))
    until(world, FEBRUARY)
    assert terms_of(page(world, "instance", "NET")) == {"L-NET": "expired"}
    until(world, MARCH)
    assert [one["rule"] for one in page(world, "order", "O1")["reasons"]] == ["CON-08"]
