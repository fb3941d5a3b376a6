"""A domain order that a person cancels takes along those that stand below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.in_flight import approved, begun, page, state, worked_off
from tests.scenarios import line, place
from tests.world import World

LINES = [
    line("1", "change", instanceId="NET", characteristics={"speed": 200}),
    line("2", "change", instanceId="MOB", characteristics={"number": "4711"}),
]


def below(orders: list[Mapping[str, Any]], top: str) -> list[Mapping[str, Any]]:
    """The domain order of a line, with all that stand below it."""
    found = [one for one in orders if one["domainOrderId"] == top]
    for above in found:
        found += [one for one in orders if one["parentId"] == above["domainOrderId"]]
    return found


def tree(world: World) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    orders = page(world, "plan", "O1")["domainOrders"]
    (top,) = (one["domainOrderId"] for one in orders if one["instanceId"] == "NET")
    within = below(orders, top)
    return within, [one for one in orders if one not in within]


@pytest.mark.rule("DOM-05", "INF-04")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_a_canceled_line_takes_the_domain_orders_below_its_own_along(seed: int | None) -> None:
    world = begun(place("O1", None, lines=LINES), seed=seed)
    approved(world, ("order.cancel", {"orderId": "O1", "lineIds": ["1"]}))
    within, others = tree(world)
    assert [one["kind"] for one in within] == ["product", "service", "service", "resource"]
    assert {one["state"] for one in within} == {"canceled"}
    assert {one["state"] for one in others} == {"in_progress"}
    assert state(worked_off(world, "O1")) == "completed"


@pytest.mark.rule("DOM-05", "ORD-16")
def test_so_does_the_order_as_a_whole() -> None:
    world = begun(place("O1", None, lines=LINES))
    approved(world, ("order.cancel", {"orderId": "O1"}))
    within, others = tree(world)
    assert {one["state"] for one in (*within, *others)} == {"canceled"}
