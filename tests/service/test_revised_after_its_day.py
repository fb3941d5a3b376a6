"""What has started on its day is planned once, whatever else of its order is revised (D-17, INF-04)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.in_flight import page, send, state, worked_off
from tests.quantities import counting
from tests.scenarios import Sent, ask, line, place
from tests.service.test_choice_recounted import until_the_day
from tests.service.test_choice_void import DUE, there
from tests.world import World

ENDS = line("1", "disconnect", instanceId="POOL", dueDate=DUE)
GROWS = line("1", "change", instanceId="OFFICE", characteristics={"seats": 3}, dueDate=DUE)
MORE = [{}, {"dueDate": "2026-01-15T00:00:00Z"}]
AGREED = {"type": "new", "start": "2026-01-01T00:00:00+00:00", "end": "2027-01-01T00:00:00+00:00"}
SEEDS = [None, 1, 2]


def dated(asked: dict[str, Any], *before_the_day: Sent, seed: int | None = None) -> World:
    """An order of one line, whose day comes after these; nobody has done anything yet."""
    world = counting(seed=seed)
    world.time_passes, world.answer = False, lambda _: None
    send(world, place("Q", None, lines=[asked]), *before_the_day)
    until_the_day(world).time_passes = False
    return world


def revised(*lines: dict[str, Any]) -> Sent:
    return "order.revise", {"orderId": "Q", "lines": list(lines)}


def planned(world: World) -> list[str]:
    """The instances about which more than one domain order is."""
    orders = page(world, "plan", "Q")["domainOrders"]
    return [id for id, count in Counter(one["instanceId"] for one in orders).items() if count > 1]


def to_its_end(world: World) -> str:
    until_the_day(worked_off(world, "Q"))
    return state(world, "Q")


@pytest.mark.rule("D-17", "INF-04")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("more", MORE)
@pytest.mark.parametrize("pending", [True, False])
def test_it_is_planned_once_when_another_line_is_added(
    more: dict[str, Any], seed: int | None, *, pending: bool
) -> None:
    another = revised(line("1", "disconnect"), line("2", "disconnect", instanceId="OFFICE", **more))
    world = dated(ENDS, *([another] if pending else []), seed=seed)
    send(world, *([] if pending else [another]), ask("approve-change", "Q"))
    assert planned(world) == []
    assert to_its_end(world) == "completed"
    assert (there(world, "sim"), there(world, "seat")) == ([], [])


@pytest.mark.rule("D-17", "INF-04")
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_done_below_it_is_done(seed: int | None) -> None:
    world = dated(GROWS, seed=seed)
    below = line("7", "change", instanceId="SEAT-1", parentLineId="1", contractLine=AGREED)
    send(world, revised(line("1", "change"), line("2", "add"), below), ask("approve-change", "Q"))
    assert planned(world) == []
    assert to_its_end(world) == "completed"
    assert len(there(world, "seat")) == 3
    assert [one["start"] for one in page(world, "instance", "SEAT-1")["contractLines"]] == [AGREED["start"]]
